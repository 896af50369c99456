"""The reads of the member's side: his cases, what he may read in them, the promise he wants to see."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from homes import queries as homes
from kernel import files
from kernel.db import db
from kernel.paging import Page, page_of
from service_requests import clockwork
from service_requests.clocks import Clock, ClockCode
from service_requests.dictionary import Audience, EventKind, Kind, Status
from service_requests.models import NEVER, Appointment, Case, CaseEvent


def _theirs(member_id: int) -> sa.ColumnElement[bool]:
    """A member's own cases, and the repairs of his homes since he has a right to them."""
    shared = [
        sa.and_(Case.home_id == right.home_id, Case.kind == Kind.REPAIR, Case.filed_at >= right.since)
        for right in homes.rights_of(member_id)
    ]
    return sa.or_(Case.member_id == member_id, *shared)


def is_theirs(case: Case, member_id: int) -> bool:
    """Say whether a case is a member's own, or a repair of a home, filed since he has a right to it."""
    if case.member_id == member_id:
        return True
    if case.kind is not Kind.REPAIR or case.home_id is None:
        return False
    right = homes.right_for(member_id, case.home_id)
    return right is not None and case.filed_at >= right.since


def case_for(member_id: int, number: str) -> Case | None:
    """Return a case that a member may read: his own, or a repair of his household."""
    case = db.session.scalar(sa.select(Case).where(Case.number == number))
    return case if case is not None and is_theirs(case, member_id) else None


def cases_of(member_id: int, *, is_open: bool | None = None, cursor: str | None = None, size: int = 20) -> Page[Case]:
    """Return a page of the member's cases, the newest first; ``is_open`` tells those still in hand from the rest."""
    query = sa.select(Case).where(_theirs(member_id))
    if is_open is not None:
        running = sa.or_(Case.is_active.is_(True), Case.status == Status.RESOLVED)
        query = query.where(running if is_open else sa.not_(running))
    return page_of(query, order=[Case.filed_at.desc(), Case.id.desc()], cursor=cursor, size=size)


def latest_of(member_id: int, *, limit: int = 3) -> Sequence[Case]:
    """Return the member's newest own cases, those still in hand first; for the home page."""
    return db.session.scalars(_latest(limit), {"member_id": member_id}).all()


@cache
def _latest(limit: int) -> sa.Select[Any]:
    """Return the statement of ``latest_of``, built once."""
    rank = sa.case((Case.status == Status.RESOLVED, 0), (Case.is_active.is_(True), 1), else_=2)
    query = sa.select(Case).where(Case.member_id == sa.bindparam("member_id"))
    return query.order_by(rank, Case.id.desc()).limit(limit)


def waiting_for(member_id: int) -> Case | None:
    """Return a case in which we wait for this member: a question, or a result to confirm; the oldest first."""
    return db.session.scalar(
        sa.select(Case)
        .where(Case.member_id == member_id, Case.status.in_([Status.WAITING_MEMBER, Status.RESOLVED]))
        .order_by(Case.id)
        .limit(1)
    )


def events_for_member(case_id: int) -> list[CaseEvent]:
    """Return what the member's side may read, in order; internal notes are not even loaded."""
    return list(
        db.session.scalars(
            sa.select(CaseEvent)
            .where(CaseEvent.case_id == case_id, CaseEvent.audience == Audience.MEMBER)
            .order_by(CaseEvent.at, CaseEvent.id)
        )
    )


def latest_visit(case_id: int) -> Appointment | None:
    """Return the visit that counts."""
    return db.session.scalar(
        sa.select(Appointment).where(Appointment.case_id == case_id).order_by(Appointment.id.desc()).limit(1)
    )


def photos_of(case: Case, events: Sequence[CaseEvent]) -> dict[int, list[files.StoredFile]]:
    """Return a case's photos in one query: those it was filed with under 0, the others under their event's id."""
    with_photos = {EventKind.REPLY, EventKind.RESULT, EventKind.MESSAGE}
    ids = [event.id for event in events if event.kind in with_photos]
    condition = sa.and_(files.StoredFile.owner_kind == "case", files.StoredFile.owner_id == case.id)
    if ids:
        said = sa.and_(files.StoredFile.owner_kind == "case_event", files.StoredFile.owner_id.in_(ids))
        condition = sa.or_(condition, said)
    found: dict[int, list[files.StoredFile]] = {}
    for row in db.session.scalars(sa.select(files.StoredFile).where(condition).order_by(files.StoredFile.id)):
        found.setdefault(0 if row.owner_kind == "case" else row.owner_id, []).append(row)
    return found


def clocks_now(case: Case) -> list[Clock]:
    """Return the clocks of a case as they stand now."""
    return clockwork.clocks_of(case)


def promise_of(case: Case, computed: Sequence[Clock]) -> Clock | None:
    """Return the one promise that the member wants to see: the first reply until it came, then what runs next."""
    first = [one for one in computed if one.code is ClockCode.FIRST_REPLY]
    if first and first[-1].is_running:
        return first[-1]
    running = sorted((one for one in computed if one.is_running and one.due_at), key=lambda one: one.due_at or NEVER)
    if running:
        return running[0]
    solve = [one for one in computed if one.code is ClockCode.SOLVE]
    return (solve or first or [None])[-1]  # type: ignore[list-item]


def owner_of_photo(stored: files.StoredFile) -> tuple[Case, Audience] | None:
    """Return the case that a photo belongs to, and whether it hangs on something that only staff may read."""
    if stored.owner_kind == "case":
        case = db.session.get(Case, stored.owner_id)
        return (case, Audience.MEMBER) if case is not None else None
    event = db.session.get(CaseEvent, stored.owner_id)
    case = db.session.get(Case, event.case_id) if event is not None else None
    return (case, event.audience) if event is not None and case is not None else None
