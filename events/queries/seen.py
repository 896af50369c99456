"""Which events a visitor or member may see."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from events.models import (
    Audience,
    Event,
    EventKind,
    EventState,
)
from homes import queries as homes
from kernel import clock
from kernel.db import db
from kernel.files import StoredFile
from kernel.files import of as files_of
from kernel.paging import Page, page_of
from points import queries as points

SEEN_BY_ALL = (EventState.PUBLISHED, EventState.CANCELLED, EventState.FINISHED)


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
    return Event.audience == Audience.ALL if member_id is None else open_to(projects_of(member_id))


def open_to(project_codes: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition for what a member with homes in these projects may see."""
    open_to_members = Event.audience.in_((Audience.ALL, Audience.MEMBERS))
    own = sorted(project_codes)
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
        query = sa.select(Event).where(
            Event.state.in_((EventState.PUBLISHED, EventState.FINISHED)), Event.ends_at <= now
        )
        order: list[Any] = [Event.starts_at.desc(), Event.id.desc()]
    else:
        query = sa.select(Event).where(Event.state == EventState.PUBLISHED, Event.ends_at > now)
        order = [Event.starts_at, Event.id]
    query = narrowed(query.where(_visible_to(member_id)), city_code, kind, project_code)
    return page_of(query, order=order, cursor=cursor, size=size)


def narrowed(query: sa.Select[Any], city_code: str, kind: str, project_code: str) -> sa.Select[Any]:
    """Return a query of events narrowed by what the reader chose; an empty choice narrows nothing."""
    if city_code:
        query = query.where(Event.city_code == city_code[:10])
    if project_code:
        query = query.where(Event.project_code == project_code[:20])
    if kind in {k.value for k in EventKind}:
        query = query.where(Event.kind == EventKind(kind))
    return query


def soonest(
    *, limit: int = 3, member_id: int | None = None, city_code: str = "", project_code: str = ""
) -> Sequence[Event]:
    """Return the next events for the landing page, a project's page or the member's home."""
    page = events_for(member_id, city_code=city_code, project_code=project_code, size=limit)
    return page.items


def event_for(member_id: int | None, event_id: int) -> Event | None:
    """Return an event that a visitor or member may see, or None; a cancelled or past one stays readable."""
    event = db.session.get(Event, event_id)
    if event is None or event.is_draft:
        return None
    if member_id is None:
        return event if event.is_public else None
    return event if is_invited(event, member_id) else None


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
