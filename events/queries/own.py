"""A member's own sign-ups, and the queue that everybody waiting may read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from events.models import (
    HOLDING,
    LIVE,
    Event,
    EventState,
    QueueLog,
    Registration,
    RegistrationState,
)
from events.queries.seen import open_to
from kernel import clock
from kernel.db import db
from kernel.paging import Page, page_of

QUEUE_LINES = 30


def registration_of(member_id: int, event_id: int) -> Registration | None:
    """Return the member's sign-up for an event: the live one, else the last one that ended."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.member_id == member_id, Registration.event_id == event_id)
        .order_by(sa.case((Registration.state.in_(LIVE), 0), else_=1), Registration.id.desc())
        .limit(1)
    ).first()


def registration_for(member_id: int, registration_id: int) -> Registration | None:
    """Return one of the member's own sign-ups with its event, or None."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.id == registration_id, Registration.member_id == member_id)
        .options(joinedload(Registration.event))
    ).one_or_none()


def tickets_of(member_id: int, *, past: bool = False, cursor: str | None = None, size: int = 20) -> Page[Registration]:
    """Return the member's sign-ups: live ones of coming events soonest first, or all others latest first."""
    current = sa.and_(Registration.state.in_(LIVE), Event.ends_at > clock.now(), Event.state == EventState.PUBLISHED)
    query = (
        sa.select(Registration)
        .join(Registration.event)
        .where(Registration.member_id == member_id, sa.not_(current) if past else current)
        .options(joinedload(Registration.event))
    )
    order = [Event.starts_at.desc(), Registration.id.desc()] if past else [Event.starts_at, Registration.id]
    return page_of(query, order=order, cursor=cursor, size=size)


def ahead_of(
    member_id: int, project_codes: Iterable[str], *, limit: int = 2
) -> Sequence[tuple[Event, Registration | None]]:
    """Return the coming events of a member for the home page: those signed up for first, an open offer before all, then
    what else he may come to; ``project_codes`` are the projects in which he has a home. One query."""
    offered = Registration.state == RegistrationState.OFFERED
    own = sa.and_(
        Registration.event_id == Event.id,
        Registration.member_id == member_id,
        Registration.state.in_((*HOLDING[:3], RegistrationState.WAITING)),
    )
    query = (
        sa.select(Event, Registration)
        .outerjoin(Registration, own)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.ends_at > clock.now(),
            sa.or_(Registration.id.is_not(None), open_to(project_codes)),
        )
        .order_by(sa.case((offered, 0), (Registration.id.is_not(None), 1), else_=2), Event.starts_at, Event.id)
        .limit(limit)
    )
    return [(event, registration) for event, registration in db.session.execute(query).all()]


@dataclass(frozen=True)
class PlaceInLine:
    """How many parties and heads stand before a waiting party."""

    parties: int
    heads: int


def place_in_line(registration: Registration) -> PlaceInLine:
    """Count who waits before a party, in the order in which places are offered."""
    ahead = sa.or_(
        Registration.priority > registration.priority,
        sa.and_(
            Registration.priority == registration.priority,
            sa.or_(
                Registration.joined_at < registration.joined_at,
                sa.and_(Registration.joined_at == registration.joined_at, Registration.id < registration.id),
            ),
        ),
    )
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Registration.heads), 0)).where(
            Registration.event_id == registration.event_id, Registration.state == RegistrationState.WAITING, ahead
        )
    ).one()
    return PlaceInLine(int(row[0]), int(row[1]))


def parties_waiting(event: Event) -> int:
    """Count the parties that wait for an event."""
    if event.last_queue_number == 0:
        return 0
    query = sa.select(sa.func.count()).where(
        Registration.event_id == event.id, Registration.state == RegistrationState.WAITING
    )
    return db.session.scalar(query) or 0


def queue_log(event: Event, *, limit: int = QUEUE_LINES) -> Sequence[QueueLog]:
    """Return the newest lines of an event's queue; whoever may see the event may read them."""
    if event.last_queue_number == 0:
        return []
    return db.session.scalars(
        sa.select(QueueLog).where(QueueLog.event_id == event.id).order_by(QueueLog.id.desc()).limit(limit)
    ).all()


def coming_ids_of(member_id: int) -> Sequence[int]:
    """Return the ids of the member's sign-ups for events that have not begun, for those who end a membership."""
    query = (
        sa.select(Registration.id)
        .join(Registration.event)
        .where(
            Registration.member_id == member_id,
            Registration.state.in_((*HOLDING[:2], RegistrationState.WAITING)),
            Event.starts_at > clock.now(),
        )
        .order_by(Registration.id)
    )
    return db.session.scalars(query).all()
