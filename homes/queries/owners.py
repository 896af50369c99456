"""What a member may read: the own homes, their dates and their updates. Whatever is not his does not exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from homes import rules
from homes.models import (
    Audience,
    Building,
    ConstructionUpdate,
    Contract,
    Forecast,
    Home,
    Milestone,
    MilestoneKind,
    Ownership,
    Project,
    UpdateState,
)
from homes.queries.projects import NEWEST, PHOTO_KIND, PUBLIC_PHOTO_KIND
from kernel import clock, files
from kernel.db import db
from kernel.paging import Page, page_of

PLACE = (joinedload(Home.building).joinedload(Building.phase), joinedload(Home.project).joinedload(Project.city))


def in_force(today: Any = None) -> sa.ColumnElement[bool]:
    """Return the condition that a right counts today; a statement that is kept gives a parameter for the day."""
    day = clock.today() if today is None else today
    return sa.and_(Ownership.ended_at.is_(None), sa.or_(Ownership.ends_on.is_(None), Ownership.ends_on >= day))


def homes_of(member_id: int) -> list[Home]:
    """Return the homes to which a member has a right today, with building, phase, project and city; oldest right first."""
    return [right.home for right in rights_of(member_id)]


def rights_of(member_id: int) -> Sequence[Ownership]:
    """Return a member's rights of today with their homes; oldest first."""
    return db.session.scalars(_rights(), {"member_id": member_id, "today": clock.today()}).all()


@cache
def _rights() -> sa.Select[Any]:
    """Return the statement of ``rights_of``, built once: every member's home page asks it."""
    return (
        sa.select(Ownership)
        .where(Ownership.member_id == sa.bindparam("member_id"), in_force(sa.bindparam("today")))
        .options(joinedload(Ownership.home).options(*PLACE), joinedload(Ownership.contract))
        .order_by(Ownership.id)
        .limit(200)
    )


def former_rights_of(member_id: int) -> Sequence[Ownership]:
    """Return a member's rights that have ended, newest first: the rest of the purchase history (R168)."""
    query = (
        sa.select(Ownership)
        .where(Ownership.member_id == member_id, sa.not_(in_force()))
        .options(joinedload(Ownership.home).options(*PLACE))
        .order_by(Ownership.id.desc())
        .limit(50)
    )
    return db.session.scalars(query).all()


def right_for(member_id: int, home_id: int) -> Ownership | None:
    """Return the member's right of today to a home, with home, contract and buyers, or None."""
    query = (
        sa.select(Ownership)
        .where(Ownership.member_id == member_id, Ownership.home_id == home_id, in_force())
        .options(
            joinedload(Ownership.home).options(*PLACE),
            joinedload(Ownership.contract).joinedload(Contract.buyers),
        )
    )
    return db.session.execute(query).unique().scalar_one_or_none()


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
        .where(Ownership.member_id == member_id, in_force())
        .limit(200)
    )
    return [rules.Right(*row) for row in db.session.execute(query)]


def project_codes_of(member_id: int) -> frozenset[str]:
    """Return the codes of the projects in which a member has a home today."""
    return frozenset(place.project_code for place in places_of(member_id))


def member_ids_of_home(home_id: int) -> list[int]:
    """Return the members with a right to a home today: the household."""
    return list(db.session.scalars(sa.select(Ownership.member_id).where(Ownership.home_id == home_id, in_force())))


def updates_for(right: Ownership, *, cursor: str | None = None, size: int = 6) -> Page[ConstructionUpdate]:
    """Return the published updates that concern a member's home: its own building's, and those for the whole project."""
    query = sa.select(ConstructionUpdate).where(*_concerns(right.home)).options(joinedload(ConstructionUpdate.building))
    return page_of(query, order=NEWEST, cursor=cursor, size=size)


def _concerns(home: Any) -> tuple[sa.ColumnElement[bool], ...]:
    update = ConstructionUpdate
    concerns = sa.or_(
        sa.and_(update.audience.in_([Audience.PUBLIC, Audience.PROJECT]), update.building_id.is_(None)),
        sa.and_(update.audience != Audience.HOME, update.building_id == home.building_id),
        sa.and_(update.audience == Audience.HOME, update.home_id == home.id),
    )
    return update.project_code == home.project_code, update.state == UpdateState.PUBLISHED, concerns


def newest_with_photo(right: Ownership) -> tuple[ConstructionUpdate | None, files.StoredFile | None]:
    """Return the newest update that concerns a member's home, and the newest photo among the latest; one query."""
    home = right.home
    given = {"project": home.project_code, "building": home.building_id, "home": home.id}
    rows = db.session.execute(_newest_with_photos(), given).all()
    newest = rows[0][0] if rows else None
    return newest, next((stored for _update, stored in rows if stored is not None), None)


@cache
def _newest_with_photos() -> sa.Select[ConstructionUpdate, files.StoredFile]:
    """Return the statement of ``newest_with_photo``, built once."""
    photo = files.StoredFile
    kinds = photo.owner_kind.in_([PHOTO_KIND, PUBLIC_PHOTO_KIND])
    place = SimpleNamespace(
        project_code=sa.bindparam("project"), building_id=sa.bindparam("building"), id=sa.bindparam("home")
    )
    return (
        sa.select(ConstructionUpdate, photo)
        .outerjoin(photo, sa.and_(kinds, photo.owner_id == ConstructionUpdate.id))
        .where(*_concerns(place))
        .order_by(*NEWEST, photo.id)
        .limit(12)
    )


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


def home(home_id: int) -> Home | None:
    """Return a home with its place, whoever asks; for pages that have checked the viewer's right themselves."""
    return db.session.scalar(sa.select(Home).where(Home.id == home_id).options(*PLACE))


def homes_by_id(home_ids: Iterable[int]) -> dict[int, Home]:
    """Return several homes at once with their places, by id."""
    wanted = sorted(set(home_ids))
    if not wanted:
        return {}
    return {h.id: h for h in db.session.scalars(sa.select(Home).where(Home.id.in_(wanted)).options(*PLACE))}
