"""The reads of homes, scoped by who looks: the public, a member by rights, staff by their scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from homes import numbering, rules
from homes.models import (
    Audience,
    Building,
    City,
    ConstructionUpdate,
    Contract,
    Factor,
    Forecast,
    Home,
    LedgerImport,
    LedgerRowError,
    Milestone,
    MilestoneKind,
    Ownership,
    Phase,
    Project,
    ProjectReading,
    UpdateState,
)
from homes.policies import Permission
from kernel import clock, files
from kernel.db import db
from kernel.paging import Page, page_of
from staff import queries as staff_queries

PHOTO_KIND, PUBLIC_PHOTO_KIND = "construction_update", "public_construction_update"


# --- projects, for everybody -------------------------------------------------------------------------------------------


def projects(*, city_code: str = "", cursor: str | None = None) -> Page[Project]:
    """Return the projects of the club in the order of their codes, with their cities."""
    query = sa.select(Project).options(joinedload(Project.city))
    if city_code:
        query = query.where(Project.city_code == city_code)
    return page_of(query, order=[Project.code], cursor=cursor, size=24)


def cities() -> Sequence[City]:
    """Return all cities in the order of their codes."""
    return db.session.scalars(sa.select(City).order_by(City.code)).all()


def project(code: str) -> Project | None:
    """Return a project with its city and phases, or None."""
    return db.session.scalar(
        sa.select(Project).where(Project.code == code).options(joinedload(Project.city), selectinload(Project.phases))
    )


def projects_by_code(codes: Iterable[str]) -> dict[str, Project]:
    """Return several projects at once, by code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    return {p.code: p for p in db.session.scalars(sa.select(Project).where(Project.code.in_(wanted)))}


def factors(project_code: str) -> Sequence[Factor]:
    """Return the facts about a project as they stand, nearest first."""
    query = (
        sa.select(Factor)
        .where(Factor.project_code == project_code, Factor.superseded_at.is_(None), Factor.withdrawn.is_(False))
        .order_by(Factor.inside_red_line.desc(), Factor.distance_m, Factor.number)
    )
    return db.session.scalars(query).all()


def factor_versions(project_code: str) -> dict[int, list[Factor]]:
    """Return every version of every fact of a project, by number, the newest version first."""
    query = (
        sa.select(Factor)
        .where(Factor.project_code == project_code)
        .order_by(Factor.number, Factor.version.desc())
        .limit(1_000)
    )
    found: dict[int, list[Factor]] = {}
    for factor in db.session.scalars(query):
        found.setdefault(factor.number, []).append(factor)
    return found


def read_version(member_id: int, project_code: str) -> int | None:
    """Return the newest version of a project's facts that a member has confirmed to have read."""
    return db.session.scalar(
        sa.select(sa.func.max(ProjectReading.version)).where(
            ProjectReading.member_id == member_id, ProjectReading.project_code == project_code
        )
    )


@dataclass(frozen=True)
class BuildingProgress:
    """A building with its steps and percentage, as a project's page shows it."""

    building: Building
    steps: list[rules.Step]
    percent: int | None
    present: rules.ShownStep | None


def buildings_of(project_code: str) -> list[BuildingProgress]:
    """Return a project's planned buildings with their progress, in the order of their codes."""
    query = (
        sa.select(Building)
        .where(Building.project_code == project_code)
        .options(joinedload(Building.phase))
        .order_by(Building.code)
        .limit(200)
    )
    buildings = db.session.scalars(query).all()
    steps = steps_of_buildings([building.id for building in buildings])
    return [_progress_of(building, steps.get(building.id, [])) for building in buildings]


def _progress_of(building: Building, steps: list[rules.Step]) -> BuildingProgress:
    shown = rules.shown_steps(steps, clock.today())
    present = next((step for step in shown if step.state in {"now", "late"}), shown[-1] if shown else None)
    return BuildingProgress(building, steps, rules.percent_done(steps), present)


def steps_of_buildings(building_ids: Sequence[int]) -> dict[int, list[rules.Step]]:
    """Return the milestones of buildings with their newest forecasts, as the rules see them; one query."""
    found: dict[int, list[rules.Step]] = {building_id: [] for building_id in building_ids}
    if not found:
        return found
    newest = (
        sa.select(Forecast.milestone_id, sa.func.max(Forecast.id).label("id")).group_by(Forecast.milestone_id).subquery()
    )
    query = (
        sa.select(Milestone, Building.floors, Forecast.expected_on)
        .join(Building, Building.id == Milestone.building_id)
        .outerjoin(newest, newest.c.milestone_id == Milestone.id)
        .outerjoin(Forecast, Forecast.id == newest.c.id)
        .where(Milestone.building_id.in_(building_ids))
        .order_by(Milestone.building_id, Milestone.position)
    )
    for milestone, floors, expected_on in db.session.execute(query):
        step = rules.Step(
            kind=milestone.kind,
            weight=milestone.weight,
            planned_on=milestone.planned_on,
            forecast_on=expected_on,
            reached_on=milestone.reached_on,
            floors_done=milestone.floors_done,
            floors=floors,
        )
        found[milestone.building_id].append(step)
    return found


def public_updates(project_code: str, *, cursor: str | None = None, size: int = 6) -> Page[ConstructionUpdate]:
    """Return the updates of a project that everybody may see, newest first."""
    query = (
        sa.select(ConstructionUpdate)
        .where(
            ConstructionUpdate.project_code == project_code,
            ConstructionUpdate.state == UpdateState.PUBLISHED,
            ConstructionUpdate.audience == Audience.PUBLIC,
        )
        .options(joinedload(ConstructionUpdate.building))
    )
    return page_of(query, order=_NEWEST, cursor=cursor, size=size)


_NEWEST = [ConstructionUpdate.published_at.desc(), ConstructionUpdate.id.desc()]


def photos_of(updates: Sequence[ConstructionUpdate]) -> dict[int, list[files.StoredFile]]:
    """Return the photos of updates, public ones and others."""
    public = [u.id for u in updates if u.audience is Audience.PUBLIC]
    closed = [u.id for u in updates if u.audience is not Audience.PUBLIC]
    return {**files.of(PUBLIC_PHOTO_KIND, public), **files.of(PHOTO_KIND, closed)}


def newest_photo_by_project(project_codes: Sequence[str]) -> dict[str, files.StoredFile]:
    """Return the newest public photo of each project that has one; for lists and the landing page."""
    newest = (
        sa.select(ConstructionUpdate.project_code, sa.func.max(ConstructionUpdate.id).label("id"))
        .join(
            files.StoredFile,
            sa.and_(files.StoredFile.owner_kind == PUBLIC_PHOTO_KIND, files.StoredFile.owner_id == ConstructionUpdate.id),
        )
        .where(
            ConstructionUpdate.project_code.in_(project_codes),
            ConstructionUpdate.state == UpdateState.PUBLISHED,
            ConstructionUpdate.audience == Audience.PUBLIC,
        )
        .group_by(ConstructionUpdate.project_code)
        .subquery()
    )
    query = (
        sa.select(newest.c.project_code, files.StoredFile)
        .join(
            files.StoredFile,
            sa.and_(files.StoredFile.owner_kind == PUBLIC_PHOTO_KIND, files.StoredFile.owner_id == newest.c.id),
        )
        .order_by(files.StoredFile.id.desc())
    )
    return {code: photo for code, photo in db.session.execute(query)} if project_codes else {}


# --- a member's own homes ----------------------------------------------------------------------------------------------

_PLACE = (joinedload(Home.building).joinedload(Building.phase), joinedload(Home.project).joinedload(Project.city))


def _in_force() -> sa.ColumnElement[bool]:
    return sa.and_(
        Ownership.ended_at.is_(None), sa.or_(Ownership.ends_on.is_(None), Ownership.ends_on >= clock.today())
    )


def homes_of(member_id: int) -> list[Home]:
    """Return the homes to which a member has a right today, with building, phase, project and city; oldest right first."""
    return [right.home for right in rights_of(member_id)]


def rights_of(member_id: int) -> Sequence[Ownership]:
    """Return a member's rights of today with their homes; oldest first."""
    query = (
        sa.select(Ownership)
        .where(Ownership.member_id == member_id, _in_force())
        .options(joinedload(Ownership.home).options(*_PLACE), joinedload(Ownership.contract))
        .order_by(Ownership.id)
        .limit(200)
    )
    return db.session.scalars(query).all()


def former_rights_of(member_id: int) -> Sequence[Ownership]:
    """Return a member's rights that have ended, newest first: the rest of the purchase history (R168)."""
    query = (
        sa.select(Ownership)
        .where(Ownership.member_id == member_id, sa.not_(_in_force()))
        .options(joinedload(Ownership.home).options(*_PLACE))
        .order_by(Ownership.id.desc())
        .limit(50)
    )
    return db.session.scalars(query).all()


def right_for(member_id: int, home_id: int) -> Ownership | None:
    """Return the member's right of today to a home, with home, contract and buyers, or None."""
    return db.session.scalar(
        sa.select(Ownership)
        .where(Ownership.member_id == member_id, Ownership.home_id == home_id, _in_force())
        .options(
            joinedload(Ownership.home).options(*_PLACE),
            joinedload(Ownership.contract).selectinload(Contract.buyers),
        )
    )


def home_for(member_id: int, home_id: int) -> Home | None:
    """Return a home if it is the member's today, or None: a neighbour's home does not exist."""
    right = right_for(member_id, home_id)
    return right.home if right is not None else None


def is_owner(member_id: int, home_id: int) -> bool:
    """Say whether a member is owner or co-owner of a home today."""
    right = right_for(member_id, home_id)
    return right is not None and right.role.owns


def places_of(member_id: int) -> list[rules.Right]:
    """Return a member's rights of today as the rules of visibility see them; one short query."""
    query = (
        sa.select(Home.id, Home.building_id, Home.project_code)
        .join(Ownership, Ownership.home_id == Home.id)
        .where(Ownership.member_id == member_id, _in_force())
        .limit(200)
    )
    return [rules.Right(*row) for row in db.session.execute(query)]


def project_codes_of(member_id: int) -> frozenset[str]:
    """Return the codes of the projects in which a member has a home today."""
    return frozenset(place.project_code for place in places_of(member_id))


def member_ids_of_home(home_id: int) -> list[int]:
    """Return the members with a right to a home today: the household."""
    return list(db.session.scalars(sa.select(Ownership.member_id).where(Ownership.home_id == home_id, _in_force())))


def updates_for(right: Ownership, *, cursor: str | None = None, size: int = 6) -> Page[ConstructionUpdate]:
    """Return the published updates that concern a member's home: its own building's, and those for the whole project."""
    home, update = right.home, ConstructionUpdate
    concerns = sa.or_(
        sa.and_(update.audience.in_([Audience.PUBLIC, Audience.PROJECT]), update.building_id.is_(None)),
        sa.and_(update.audience != Audience.HOME, update.building_id == home.building_id),
        sa.and_(update.audience == Audience.HOME, update.home_id == home.id),
    )
    query = (
        sa.select(update)
        .where(update.project_code == home.project_code, update.state == UpdateState.PUBLISHED, concerns)
        .options(joinedload(update.building))
    )
    return page_of(query, order=_NEWEST, cursor=cursor, size=size)


@dataclass(frozen=True)
class Delivery:
    """When a home is handed over: the contract's day, what the developer expected and when, the day it was."""

    agreed: date | None
    forecasts: Sequence[Forecast]
    actual: date | None
    late: int | None

    @property
    def forecast(self) -> Forecast | None:
        """The forecast that holds now; the earlier ones stay in the history."""
        return self.forecasts[0] if self.forecasts else None


def delivery_of(home: Home) -> Delivery:
    """Return a home's three dates with the whole history of forecasts, newest first."""
    query = (
        sa.select(Forecast)
        .join(Forecast.milestone)
        .where(Milestone.building_id == home.building_id, Milestone.kind == MilestoneKind.HANDOVER)
        .order_by(Forecast.id.desc())
        .limit(100)
    )
    forecasts = db.session.scalars(query).all()
    expected = forecasts[0].expected_on if forecasts else None
    late = rules.days_late(home.agreed_handover_on, forecast=expected, actual=home.handed_over_on)
    return Delivery(home.agreed_handover_on, forecasts, home.handed_over_on, late)


# --- for other packages ------------------------------------------------------------------------------------------------


def home(home_id: int) -> Home | None:
    """Return a home with its place, whoever asks; for pages that have checked the viewer's right themselves."""
    return db.session.scalar(sa.select(Home).where(Home.id == home_id).options(*_PLACE))


def homes_by_id(home_ids: Iterable[int]) -> dict[int, Home]:
    """Return several homes at once with their places, by id."""
    wanted = sorted(set(home_ids))
    if not wanted:
        return {}
    return {h.id: h for h in db.session.scalars(sa.select(Home).where(Home.id.in_(wanted)).options(*_PLACE))}


# --- staff -------------------------------------------------------------------------------------------------------------


def searched_homes(
    person: Any, *, words: str = "", project_code: str = "", cursor: str | None = None, size: int = 30
) -> Page[Home]:
    """Return homes in a staff person's scope by project, by machine code, or by a number as people write it.

    ``翠澜湾 3栋1206`` and ``SZ-CLW 3-1206`` are understood too. Words that name nothing find nothing.
    """
    scope = staff_queries.scope_of(person, Permission.READ)
    query = sa.select(Home).where(scope.filter(Home.city_code, Home.project_code)).options(*_PLACE)
    named, rest = _named_project(words)
    if named or project_code:
        query = query.where(Home.project_code == (named or project_code))
    if rest:
        query = query.where(_number_is(rest))
    return page_of(query, order=[Home.code], cursor=cursor, size=size)


def _named_project(words: str) -> tuple[str, str]:
    """Return the code of the project that words begin with, and the words without it."""
    plain = words.strip()
    if not plain or numbering.parse(plain) or "." in plain:
        return "", plain
    first = db.session.execute(sa.select(Project.code, Project.name).limit(2_000)).all()
    for code, name in sorted(first, key=lambda pair: -len(pair[1])):
        for start in (name, code):
            if plain.upper().startswith(start.upper()):
                return code, plain[len(start) :].strip(" ,，")
    return "", plain


def _number_is(words: str) -> sa.ColumnElement[bool]:
    number = numbering.parse(words)
    if number is not None:
        if number.unit is None:
            return sa.or_(Home.key == number.key, Home.short_key == number.short_key)
        return Home.key == number.key
    if room := numbering.room_only(words):
        return Home.room == room
    if building := numbering.building_only(words):
        return Home.building_id.in_(sa.select(Building.id).where(Building.number == building))
    return Home.code == words.strip().upper()


def home_for_staff(person: Any, home_id: int) -> Home | None:
    """Return a home within the scope of a staff person, with its place, or None."""
    scope = staff_queries.scope_of(person, Permission.READ)
    return db.session.scalar(
        sa.select(Home).where(Home.id == home_id, scope.filter(Home.city_code, Home.project_code)).options(*_PLACE)
    )


def contracts_of(home_id: int) -> Sequence[Contract]:
    """Return a home's contracts with their buyers, newest first."""
    query = (
        sa.select(Contract)
        .where(Contract.home_id == home_id)
        .options(selectinload(Contract.buyers))
        .order_by(Contract.signed_on.desc(), Contract.id.desc())
        .limit(50)
    )
    return db.session.scalars(query).all()


def all_rights_to(home_id: int) -> Sequence[Ownership]:
    """Return every right to a home, present and past, newest first."""
    query = sa.select(Ownership).where(Ownership.home_id == home_id).order_by(Ownership.id.desc()).limit(100)
    return db.session.scalars(query).all()


def right_to(home_id: int, ownership_id: int) -> Ownership | None:
    """Return a right by id if it belongs to the home."""
    return db.session.scalar(
        sa.select(Ownership).where(Ownership.id == ownership_id, Ownership.home_id == home_id)
    )


def projects_for(person: Any, permission: Permission = Permission.READ) -> Sequence[Project]:
    """Return the projects for which a staff person holds a permission, in the order of their codes."""
    scope = staff_queries.scope_of(person, permission)
    query = (
        sa.select(Project)
        .where(scope.filter(Project.city_code, Project.code))
        .options(joinedload(Project.city))
        .order_by(Project.code)
        .limit(500)
    )
    return db.session.scalars(query).all()


def project_for(person: Any, code: str, permission: Permission = Permission.READ) -> Project | None:
    """Return a project within the scope of a staff person's permission, or None."""
    scope = staff_queries.scope_of(person, permission)
    return db.session.scalar(
        sa.select(Project)
        .where(Project.code == code, scope.filter(Project.city_code, Project.code))
        .options(joinedload(Project.city), selectinload(Project.phases))
    )


def building_for(person: Any, building_id: int, permission: Permission = Permission.READ) -> Building | None:
    """Return a building with project and phase within the scope of a staff person's permission, or None."""
    scope = staff_queries.scope_of(person, permission)
    return db.session.scalar(
        sa.select(Building)
        .where(Building.id == building_id, scope.filter(Building.city_code, Building.project_code))
        .options(joinedload(Building.phase), joinedload(Building.project))
    )


def milestones_of(building_id: int) -> Sequence[Milestone]:
    """Return a building's milestones with all their forecasts."""
    query = (
        sa.select(Milestone)
        .where(Milestone.building_id == building_id)
        .options(selectinload(Milestone.forecasts))
        .order_by(Milestone.position)
    )
    return db.session.scalars(query).all()


def milestone_for(person: Any, milestone_id: int) -> Milestone | None:
    """Return a milestone with building and forecasts, if the person may publish progress there."""
    scope = staff_queries.scope_of(person, Permission.PUBLISH_PROGRESS)
    return db.session.scalar(
        sa.select(Milestone)
        .join(Milestone.building)
        .where(Milestone.id == milestone_id, scope.filter(Building.city_code, Building.project_code))
        .options(joinedload(Milestone.building).joinedload(Building.project), selectinload(Milestone.forecasts))
    )


def updates_for_staff(
    person: Any, project_code: str, *, state: UpdateState | None = None, cursor: str | None = None
) -> Page[ConstructionUpdate]:
    """Return a project's updates in any state, newest first, within the scope of a staff person."""
    update = ConstructionUpdate
    scope = staff_queries.scope_of(person, Permission.READ)
    query = (
        sa.select(update)
        .where(update.project_code == project_code, scope.filter(update.city_code, update.project_code))
        .options(joinedload(update.building))
    )
    if state is not None:
        query = query.where(update.state == state)
    return page_of(query, order=[update.id.desc()], cursor=cursor, size=20)


def update_for_staff(person: Any, update_id: int) -> ConstructionUpdate | None:
    """Return an update in any state within the scope of a staff person, or None."""
    update = ConstructionUpdate
    scope = staff_queries.scope_of(person, Permission.READ)
    return db.session.scalar(
        sa.select(update)
        .where(update.id == update_id, scope.filter(update.city_code, update.project_code))
        .options(joinedload(update.building), joinedload(update.project))
    )


def home_by_label(building_id: int, words: str) -> Home | None:
    """Return the home of a building that somebody named by number or room, or None."""
    number = numbering.parse(words)
    condition = Home.key == number.key if number else Home.room == (numbering.room_only(words) or words.strip().upper())
    return db.session.scalars(sa.select(Home).where(Home.building_id == building_id, condition).limit(1)).first()


def imports_for(person: Any, *, cursor: str | None = None) -> Page[LedgerImport]:
    """Return the imports a staff person may look at, newest first: all, or one's own when the scope is narrower."""
    query = sa.select(LedgerImport).where(_may_see_import(person))
    return page_of(query, order=[LedgerImport.id.desc()], cursor=cursor)


def import_for(person: Any, import_id: int) -> LedgerImport | None:
    """Return an import a staff person may look at, or None."""
    return db.session.scalar(sa.select(LedgerImport).where(LedgerImport.id == import_id, _may_see_import(person)))


def _may_see_import(person: Any) -> sa.ColumnElement[bool]:
    if staff_queries.scope_of(person, Permission.IMPORT_LEDGER).everything:
        return sa.true()
    return sa.and_(LedgerImport.actor_kind == "staff", LedgerImport.actor_id == person.id)


def row_errors(import_id: int, *, after: int = 0, limit: int = 50) -> Sequence[LedgerRowError]:
    """Return the rows that an import left out, in the order of the file, from after a row number."""
    query = (
        sa.select(LedgerRowError)
        .where(LedgerRowError.import_id == import_id, LedgerRowError.row_number > after)
        .order_by(LedgerRowError.row_number)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def phase_by_code(project_code: str, code: str) -> Phase | None:
    """Return a phase of a project by its code, or None."""
    return db.session.scalar(sa.select(Phase).where(Phase.project_code == project_code, Phase.code == code))
