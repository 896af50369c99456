"""What staff may read, each within the scope in which a permission is held."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from homes import numbering
from homes.models import (
    Building,
    ConstructionUpdate,
    Contract,
    Home,
    LedgerImport,
    LedgerRowError,
    Milestone,
    Ownership,
    Project,
    UpdateState,
)
from homes.policies import Permission
from homes.queries.owners import PLACE, in_force
from kernel.db import db
from kernel.paging import Page, page_of
from staff import queries as staff_queries


def searched_homes(
    person: Any, *, words: str = "", project_code: str = "", cursor: str | None = None, size: int = 30
) -> Page[Home]:
    """Return homes in a staff person's scope by project, by machine code, or by a number as people write it.

    ``翠澜湾 3栋1206`` and ``SZ-CLW 3-1206`` are understood too. Words that name nothing find nothing.
    """
    scope = staff_queries.scope_of(person, Permission.READ)
    named, rest = _named_project(words)
    query = sa.select(Home).options(*PLACE)
    if named or project_code:
        # The project alone, so that its index is taken; whether it lies in the scope is asked beforehand.
        known = project_for(person, named or project_code)
        query = query.where(Home.project_code == known.code if known else sa.false())
    else:
        query = query.where(scope.filter(Home.city_code, Home.project_code))
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
        return Home.key == number.key if number.unit else Home.short_key == number.short_key
    if room := numbering.room_only(words):
        return Home.room == room
    if building := numbering.building_only(words):
        return Home.building_id.in_(sa.select(Building.id).where(Building.number == building))
    return Home.code.in_([words.strip(), words.strip().upper()])


def home_for_staff(person: Any, home_id: int) -> Home | None:
    """Return a home within the scope of a staff person, with its place, or None."""
    scope = staff_queries.scope_of(person, Permission.READ)
    return db.session.scalar(
        sa.select(Home).where(Home.id == home_id, scope.filter(Home.city_code, Home.project_code)).options(*PLACE)
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
    return db.session.scalar(sa.select(Ownership).where(Ownership.id == ownership_id, Ownership.home_id == home_id))


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


def residents_within(scope: staff_queries.Scope, member_ids: Sequence[int]) -> set[int]:
    """Return those of the members who have a right of today to a home inside a scope; one query."""
    query = (
        sa.select(Ownership.member_id)
        .join(Home, Home.id == Ownership.home_id)
        .where(Ownership.member_id.in_(member_ids), in_force(), scope.filter(Home.city_code, Home.project_code))
    )
    return set(db.session.scalars(query))


def members_of_homes(home_ids: Sequence[int]) -> set[int]:
    """Return the members with a right of today to any of the homes; one query."""
    return set(db.session.scalars(sa.select(Ownership.member_id).where(Ownership.home_id.in_(home_ids), in_force())))
