"""What everybody may read: projects, their facts, their buildings' progress, their public updates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from homes import rules
from homes.models import (
    Audience,
    Building,
    City,
    ConstructionUpdate,
    Factor,
    Forecast,
    Milestone,
    Phase,
    Project,
    ProjectReading,
    UpdateState,
)
from kernel import clock, files
from kernel.db import db
from kernel.paging import Page, page_of

PHOTO_KIND, PUBLIC_PHOTO_KIND = "construction_update", "public_construction_update"


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
    """Return a project with its city and phases, or None; one query."""
    query = sa.select(Project).where(Project.code == code).options(joinedload(Project.city), joinedload(Project.phases))
    return db.session.execute(query).unique().scalar_one_or_none()


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
    steps: list[rules.ShownStep]
    percent: int | None
    present: rules.ShownStep | None

    @property
    def is_finished(self) -> bool:
        """Say whether every step was reached; a building without a plan is neither finished nor in progress."""
        return self.present is not None and self.present.state == "done"

    @property
    def is_in_progress(self) -> bool:
        return self.present is not None and self.present.state != "done"


def buildings_of(project_code: str) -> list[BuildingProgress]:
    """Return a project's buildings with their progress, in the order of their codes; one query."""
    found: dict[Building, list[rules.Step]] = {}
    query = _with_steps(sa.select(Building, Milestone, Forecast.expected_on)).where(
        Building.project_code == project_code
    )
    query = query.options(joinedload(Building.phase)).order_by(Building.code, Milestone.position).limit(2_000)
    for building, milestone, expected_on in db.session.execute(query):
        steps = found.setdefault(building, [])
        if milestone is not None:
            steps.append(_step(milestone, building.floors, expected_on))
    return [progress_of(building, steps) for building, steps in found.items()]


def progress_of(building: Building, steps: list[rules.Step]) -> BuildingProgress:
    """Return a building's steps with the percentage and the step it is at today."""
    shown = rules.shown_steps(steps, clock.today())
    present = next((step for step in shown if step.state in {"now", "late"}), shown[-1] if shown else None)
    return BuildingProgress(building, shown, rules.percent_done(steps), present)


def steps_of_building(building_id: int) -> list[rules.Step]:
    """Return the milestones of a building with their newest forecasts, as the rules see them."""
    rows = db.session.execute(_steps(), {"building_id": building_id})
    return [_step(milestone, floors, expected_on) for floors, milestone, expected_on in rows if milestone is not None]


@cache
def _steps() -> sa.Select[Any]:
    """Return the statement of ``steps_of_building``, built once."""
    query = _with_steps(sa.select(Building.floors, Milestone, Forecast.expected_on))
    return cast("sa.Select[Any]", query.where(Building.id == sa.bindparam("building_id")).order_by(Milestone.position))


def steps_of_buildings(building_ids: Sequence[int]) -> dict[int, list[rules.Step]]:
    """Return the same for several buildings, in one query."""
    found: dict[int, list[rules.Step]] = {building_id: [] for building_id in building_ids}
    query = _with_steps(sa.select(Building, Milestone, Forecast.expected_on)).where(Building.id.in_(building_ids))
    for building, milestone, expected_on in db.session.execute(query.order_by(Building.id, Milestone.position)):
        if milestone is not None:
            found[building.id].append(_step(milestone, building.floors, expected_on))
    return found


def _with_steps(query: Any) -> Any:
    """Join each building's milestones, and of each milestone the forecast after which no other came."""
    later = sa.orm.aliased(Forecast)
    newest = sa.not_(sa.exists().where(later.milestone_id == Forecast.milestone_id, later.id > Forecast.id))
    return (
        query.select_from(Building)
        .outerjoin(Milestone, Milestone.building_id == Building.id)
        .outerjoin(Forecast, sa.and_(Forecast.milestone_id == Milestone.id, newest))
    )


def _step(milestone: Milestone, floors: int | None, expected_on: date | None) -> rules.Step:
    return rules.Step(
        kind=milestone.kind,
        weight=milestone.weight,
        planned_on=milestone.planned_on,
        forecast_on=expected_on,
        reached_on=milestone.reached_on,
        floors_done=milestone.floors_done,
        floors=floors,
    )


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
    return page_of(query, order=NEWEST, cursor=cursor, size=size)


NEWEST: list[Any] = [ConstructionUpdate.published_at.desc(), ConstructionUpdate.id.desc()]


def photos_of(updates: Sequence[ConstructionUpdate]) -> dict[int, list[files.StoredFile]]:
    """Return the photos of updates, public ones and others, in one query."""
    found: dict[int, list[files.StoredFile]] = {update.id: [] for update in updates}
    if found:
        photo = files.StoredFile
        query = sa.select(photo).where(photo.owner_kind.in_([PHOTO_KIND, PUBLIC_PHOTO_KIND]), photo.owner_id.in_(found))
        for stored in db.session.scalars(query.order_by(photo.id)):
            found[stored.owner_id].append(stored)
    return found


def newest_photo_by_project(project_codes: Sequence[str]) -> dict[str, files.StoredFile]:
    """Return the newest public photo of each project that has one; for lists and the landing page."""
    newest = (
        sa.select(ConstructionUpdate.project_code, sa.func.max(ConstructionUpdate.id).label("id"))
        .join(
            files.StoredFile,
            sa.and_(
                files.StoredFile.owner_kind == PUBLIC_PHOTO_KIND, files.StoredFile.owner_id == ConstructionUpdate.id
            ),
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
    return dict(db.session.execute(query).all()) if project_codes else {}


def phase_by_code(project_code: str, code: str) -> Phase | None:
    """Return a phase of a project by its code, or None."""
    return db.session.scalar(sa.select(Phase).where(Phase.project_code == project_code, Phase.code == code))
