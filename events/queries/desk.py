"""What the staff see: the events of their area, who takes part, the door."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from events import errors, tickets
from events.models import (
    CheckIn,
    Event,
    EventState,
    Registration,
    RegistrationState,
)
from events.policies import Permission
from events.queries.seen import narrowed
from kernel import clock
from kernel.db import db
from kernel.paging import Page, page_of
from member.models import Member
from staff import queries as staff


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
    return page_of(narrowed(query, city_code, kind, ""), order=order, cursor=cursor, size=size)


def staff_event_for(person: Any, event_id: int, permission: Permission = Permission.READ) -> Event | None:
    """Return an event in a staff person's scope, or None."""
    return db.session.scalar(sa.select(Event).where(Event.id == event_id, _in_scope(person, permission)))


def attendees(event: Event, *, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Registration]:
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
        sa.select(Registration).where(Registration.ticket_code == code.code).options(joinedload(Registration.event))
    ).one_or_none()
    if registration is None or code.registration_id not in (None, registration.id):
        raise errors.UnknownTicket()
    if registration.event_id != event.id:
        other = registration.event
        when = f"{other.starts_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
        raise errors.TicketOfAnotherEvent(title=other.title_zh, when=when)
    return registration


def parties_at_door(event: Event, text: str, *, limit: int = 20) -> Sequence[Registration]:
    """Return the parties that a ticket's code, or the last four digits of a mobile, stands for; one at least.

    Four digits find parties of this event that have a place. Refuses ``UnknownTicket`` and ``TicketOfAnotherEvent``.
    """
    if re.fullmatch("[0-9]{4}", text) is None:
        return [party_at_door(event, text)]
    query = (
        sa.select(Registration)
        .join(Member, Member.id == Registration.member_id)
        .where(
            Registration.event_id == event.id,
            Registration.state.in_((RegistrationState.SEATED, RegistrationState.ATTENDED, RegistrationState.NO_SHOW)),
            Member.mobile_tail == text,
        )
        .order_by(Registration.id)
        .limit(limit)
    )
    found = db.session.scalars(query).all()
    if not found:
        raise errors.UnknownTicket()
    return found


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
