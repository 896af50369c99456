"""What pages and neighbours read about events, always as somebody who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from events import errors, tickets
from events.models import (
    HOLDING,
    LIVE,
    Audience,
    CheckIn,
    Event,
    EventKind,
    EventState,
    QueueLog,
    Registration,
    RegistrationState,
)
from events.policies import Permission
from homes import queries as homes
from kernel import clock
from kernel.db import db
from kernel.files import StoredFile
from kernel.files import of as files_of
from kernel.paging import Page, page_of
from points import queries as points
from staff import queries as staff

SEEN_BY_ALL = (EventState.PUBLISHED, EventState.CANCELLED, EventState.FINISHED)
QUEUE_LINES = 30


# --- who may see -------------------------------------------------------------------------------------------------------


def projects_of(member_id: int | None) -> frozenset[str]:
    """Return the projects in which a member has a home, as codes."""
    if member_id is None:
        return frozenset()
    return homes.project_codes_of(member_id)


def is_invited(event: Event, member_id: int) -> bool:
    """Say whether an event is for this member: owners' events are for owners of the project only (R024, R039)."""
    if event.is_draft:
        return False
    return event.audience is not Audience.OWNERS or event.project_code in projects_of(member_id)


def _visible_to(member_id: int | None) -> sa.ColumnElement[bool]:
    if member_id is None:
        return Event.audience == Audience.ALL
    open_to_members = Event.audience.in_((Audience.ALL, Audience.MEMBERS))
    own = sorted(projects_of(member_id))
    if not own:
        return open_to_members
    return sa.or_(open_to_members, sa.and_(Event.audience == Audience.OWNERS, Event.project_code.in_(own)))


def events_for(
    member_id: int | None,
    *,
    city_code: str = "",
    kind: str = "",
    project_code: str = "",
    past: bool = False,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Event]:
    """Return the events a visitor or member may see: the coming ones soonest first, or the past ones latest first."""
    now = clock.now()
    if past:
        query = sa.select(Event).where(Event.state.in_((EventState.PUBLISHED, EventState.FINISHED)), Event.ends_at <= now)
        order: list[Any] = [Event.starts_at.desc(), Event.id.desc()]
    else:
        query = sa.select(Event).where(Event.state == EventState.PUBLISHED, Event.ends_at > now)
        order = [Event.starts_at, Event.id]
    query = _narrowed(query.where(_visible_to(member_id)), city_code, kind, project_code)
    return page_of(query, order=order, cursor=cursor, size=size)


def _narrowed(query: sa.Select[Any], city_code: str, kind: str, project_code: str) -> sa.Select[Any]:
    if city_code:
        query = query.where(Event.city_code == city_code[:10])
    if project_code:
        query = query.where(Event.project_code == project_code[:20])
    if kind in {k.value for k in EventKind}:
        query = query.where(Event.kind == EventKind(kind))
    return query


def soonest(*, limit: int = 3, member_id: int | None = None, city_code: str = "", project_code: str = "") -> Sequence[Event]:
    """Return the next events for the landing page, a project's page or the member's home."""
    page = events_for(member_id, city_code=city_code, project_code=project_code, size=limit)
    return page.items


def event_for(member_id: int | None, event_id: int) -> Event | None:
    """Return an event that a visitor or member may see, or None; a cancelled or past one stays readable."""
    return db.session.scalar(
        sa.select(Event).where(Event.id == event_id, Event.state.in_(SEEN_BY_ALL), _visible_to(member_id))
    )


def is_for_members(event_id: int) -> bool:
    """Say whether an event exists that a visitor could see after signing in, so that he is sent there."""
    query = sa.select(Event.id).where(
        Event.id == event_id, Event.state.in_(SEEN_BY_ALL), Event.audience != Audience.ALL
    )
    return db.session.scalar(query) is not None


def covers(event_ids: Sequence[int]) -> dict[int, StoredFile | None]:
    """Return the newest picture of each event, in one query."""
    return {event_id: found[-1] if found else None for event_id, found in files_of("event", event_ids).items()}


def priority_of(event: Event, member_id: int) -> int:
    """Return a member's priority in line: by tier where the event grants it, else the same for all."""
    if not event.tier_priority:
        return 0
    return int(points.account_of(member_id).tier.rank)


def points_for_coming(event: Event) -> int | None:
    """Return the points that checking in gives today by the club's rule, or None when the event gives none."""
    rule = points.rule_in_force("event_attended") if event.grants_points else None
    return int(rule.amount) if rule is not None and rule.active and rule.amount else None


# --- the member's own ----------------------------------------------------------------------------------------------------


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


def next_ticket_of(member_id: int) -> Registration | None:
    """Return the member's next sign-up with its event, an open offer first; for the home page."""
    query = (
        sa.select(Registration)
        .join(Registration.event)
        .where(
            Registration.member_id == member_id,
            Registration.state.in_((*HOLDING[:3], RegistrationState.WAITING)),
            Event.state == EventState.PUBLISHED,
            Event.ends_at > clock.now(),
        )
        .options(joinedload(Registration.event))
        .order_by(
            sa.case((Registration.state == RegistrationState.OFFERED, 0), else_=1), Event.starts_at, Registration.id
        )
        .limit(1)
    )
    return db.session.scalars(query).first()


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


# --- the desk ------------------------------------------------------------------------------------------------------------


def _in_scope(person: Any, permission: Permission = Permission.READ) -> sa.ColumnElement[bool]:
    inside = staff.scope_of(person, permission).filter(Event.city_code, Event.project_code)
    drafts = staff.scope_of(person, Permission.PREPARE).filter(Event.city_code, Event.project_code)
    return sa.and_(inside, sa.or_(Event.state != EventState.DRAFT, drafts))


def staff_events(
    person: Any, *, view: str = "coming", city_code: str = "", kind: str = "", cursor: str | None = None, size: int = 30
) -> Page[Event]:
    """Return the events in a staff person's scope: coming, drafts, past, cancelled."""
    now = clock.now()
    views = {
        "coming": sa.and_(Event.state == EventState.PUBLISHED, Event.ends_at > now),
        "drafts": Event.state == EventState.DRAFT,
        "past": sa.or_(
            Event.state == EventState.FINISHED, sa.and_(Event.state == EventState.PUBLISHED, Event.ends_at <= now)
        ),
        "cancelled": Event.state == EventState.CANCELLED,
    }
    query = sa.select(Event).where(_in_scope(person), views.get(view, views["coming"]))
    latest_first = view in {"past", "cancelled"}
    order = [Event.starts_at.desc(), Event.id.desc()] if latest_first else [Event.starts_at, Event.id]
    return page_of(_narrowed(query, city_code, kind, ""), order=order, cursor=cursor, size=size)


def staff_event_for(person: Any, event_id: int, permission: Permission = Permission.READ) -> Event | None:
    """Return an event in a staff person's scope, or None."""
    return db.session.scalar(sa.select(Event).where(Event.id == event_id, _in_scope(person, permission)))


def attendees(
    event: Event, *, state: str = "", cursor: str | None = None, size: int = 50
) -> Page[Registration]:
    """Return an event's parties: those with a place in the order they signed up, or those in one state, in line order."""
    query = sa.select(Registration).where(Registration.event_id == event.id)
    if state in {s.value for s in RegistrationState}:
        query = query.where(Registration.state == RegistrationState(state))
    else:
        query = query.where(Registration.state.in_((RegistrationState.SEATED, RegistrationState.ATTENDED)))
    order = [Registration.priority.desc(), Registration.joined_at, Registration.id]
    return page_of(query, order=order, cursor=cursor, size=size)


@dataclass(frozen=True)
class DoorCount:
    """How an event's parties stand: parties and heads by state, heads that are in."""

    parties: dict[RegistrationState, int]
    heads: dict[RegistrationState, int]
    heads_in: int

    def parties_in(self, *states: RegistrationState) -> int:
        return sum(self.parties.get(state, 0) for state in states)

    def heads_of(self, *states: RegistrationState) -> int:
        return sum(self.heads.get(state, 0) for state in states)


def door_count(event: Event) -> DoorCount:
    """Count an event's parties and heads by state, in one query."""
    rows = db.session.execute(
        sa.select(
            Registration.state,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(Registration.heads), 0),
            sa.func.coalesce(sa.func.sum(Registration.heads_in), 0),
        )
        .where(Registration.event_id == event.id)
        .group_by(Registration.state)
    ).all()
    return DoorCount(
        parties={state: int(n) for state, n, _heads, _in in rows},
        heads={state: int(heads) for state, _n, heads, _in in rows},
        heads_in=sum(int(inside) for _state, _n, _heads, inside in rows),
    )


def party_for(event: Event, registration_id: int) -> Registration | None:
    """Return a party of an event."""
    return db.session.scalars(
        sa.select(Registration).where(Registration.id == registration_id, Registration.event_id == event.id)
    ).one_or_none()


def party_at_door(event: Event, text: str) -> Registration:
    """Return the party whose code was scanned or typed. Refuses ``UnknownTicket`` and ``TicketOfAnotherEvent``."""
    code = tickets.read(text)
    if code is None:
        raise errors.UnknownTicket()
    registration = db.session.scalars(
        sa.select(Registration)
        .where(Registration.ticket_code == code.code)
        .options(joinedload(Registration.event))
    ).one_or_none()
    if registration is None or code.registration_id not in (None, registration.id):
        raise errors.UnknownTicket()
    if registration.event_id != event.id:
        other = registration.event
        when = f"{other.starts_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
        raise errors.TicketOfAnotherEvent(title=other.title_zh, when=when)
    return registration


def check_ins_of(registration: Registration) -> Sequence[CheckIn]:
    """Return what happened to a party at the door, newest first."""
    return db.session.scalars(
        sa.select(CheckIn).where(CheckIn.registration_id == registration.id).order_by(CheckIn.id.desc()).limit(50)
    ).all()


def check_in_for(event: Event, check_in_id: int) -> CheckIn | None:
    """Return a check-in of an event."""
    return db.session.scalars(
        sa.select(CheckIn).where(CheckIn.id == check_in_id, CheckIn.event_id == event.id)
    ).one_or_none()


def latest_check_ins(event: Event, *, limit: int = 8) -> Sequence[CheckIn]:
    """Return the last scans at an event's door."""
    return db.session.scalars(
        sa.select(CheckIn).where(CheckIn.event_id == event.id).order_by(CheckIn.id.desc()).limit(limit)
    ).all()


def registrations_by_id(ids: Sequence[int]) -> dict[int, Registration]:
    """Return several sign-ups by id."""
    rows = db.session.scalars(sa.select(Registration).where(Registration.id.in_(set(ids))))
    return {row.id: row for row in rows}


def coming_in_scope(person: Any, *, days: int = 7, limit: int = 5) -> Sequence[Event]:
    """Return the published events of the next days in a staff person's scope; for the desk."""
    now = clock.now()
    return db.session.scalars(
        sa.select(Event)
        .where(
            _in_scope(person),
            Event.state == EventState.PUBLISHED,
            Event.ends_at > now,
            Event.starts_at < now + timedelta(days=days),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


# --- the hourly run ------------------------------------------------------------------------------------------------------


def with_queues_to_repair(as_of: datetime) -> Sequence[int]:
    """Return the coming events that have a queue or an open offer, soonest first."""
    in_line = sa.exists().where(
        Registration.event_id == Event.id,
        Registration.state.in_((RegistrationState.WAITING, RegistrationState.OFFERED)),
    )
    return db.session.scalars(
        sa.select(Event.id)
        .where(Event.state == EventState.PUBLISHED, Event.ends_at > as_of, in_line)
        .order_by(Event.starts_at)
    ).all()


def cancelled_with_parties() -> Sequence[int]:
    """Return cancelled events whose people have not all been told yet."""
    left = sa.exists().where(
        Registration.event_id == Event.id,
        Registration.state.in_((RegistrationState.SEATED, RegistrationState.OFFERED, RegistrationState.WAITING)),
    )
    return db.session.scalars(sa.select(Event.id).where(Event.state == EventState.CANCELLED, left)).all()


def to_finish(ended_before: datetime) -> Sequence[int]:
    """Return published events that ended before a moment."""
    return db.session.scalars(
        sa.select(Event.id).where(Event.state == EventState.PUBLISHED, Event.ends_at <= ended_before).order_by(Event.id)
    ).all()
