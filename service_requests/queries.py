"""What pages and jobs read about cases, always within the reader's scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from homes import queries as homes
from kernel import clock, files, search
from kernel.db import db
from kernel.paging import Page, page_of
from service_requests import clockwork, rules
from service_requests.clocks import Clock, ClockCode
from service_requests.dictionary import ON_BOARD, Audience, EventKind, Kind, Status, Visibility
from service_requests.models import (
    NEVER,
    Appointment,
    BoardMonth,
    Case,
    CaseEvent,
    EvidenceRecord,
)
from service_requests.policies import Permission
from staff import queries as staff

BOUND = 100
"""Counts on pages stop here and are shown as 99+."""


# --- the member's side -----------------------------------------------------------------------------------------------


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
    query = sa.select(Case).where(Case.member_id == member_id)
    rank = sa.case((Case.status == Status.RESOLVED, 0), (Case.is_active.is_(True), 1), else_=2)
    return db.session.scalars(query.order_by(rank, Case.id.desc()).limit(limit)).all()


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


# --- the public board ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoardFigure:
    """How many first replies of a month came in time; nothing counted yet is no figure, not 0 and not 100."""

    month: date
    kept: int
    broken: int
    hidden: int

    @property
    def total(self) -> int:
        return self.kept + self.broken

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all of them."""
        return self.kept * 100 // self.total if self.total else None


def board_figure(month: date | None = None) -> BoardFigure:
    """Return the kept-promise figure of a month, this one by default; one row, counted as it happened."""
    day = month or clock.today()
    first = date(day.year, day.month, 1)
    row = db.session.get(BoardMonth, first)
    return BoardFigure(first, row.kept, row.broken, row.hidden) if row else BoardFigure(first, 0, 0, 0)


def board(
    *,
    project_code: str = "",
    answered: str = "",
    words: str = "",
    cursor: str | None = None,
    size: int = 20,
) -> Page[Case]:
    """Return a page of public posts, the newest first; ``answered`` is ``yes``, ``no``, or empty for both."""
    query = sa.select(Case).where(Case.visibility == Visibility.PUBLIC, Case.posted_at.is_not(None))
    if project_code:
        query = query.where(Case.project_code == project_code)
    if answered in {"yes", "no"}:
        query = query.where(
            Case.first_replied_at.is_not(None) if answered == "yes" else Case.first_replied_at.is_(None)
        )
    if words.strip():
        query = query.where(Case.id.in_(search.find("board", words, limit=500)))
    return page_of(query, order=[Case.posted_at.desc(), Case.id.desc()], cursor=cursor, size=size)


def newest_posts(*, limit: int = 3) -> Sequence[Case]:
    """Return the newest public posts, for the landing page."""
    return db.session.scalars(
        sa.select(Case)
        .where(Case.visibility == Visibility.PUBLIC, Case.posted_at.is_not(None))
        .order_by(Case.posted_at.desc(), Case.id.desc())
        .limit(limit)
    ).all()


def public_post(number: str) -> Case | None:
    """Return a post that everybody may read, or None."""
    return db.session.scalar(
        sa.select(Case).where(Case.number == number, Case.visibility == Visibility.PUBLIC, Case.posted_at.is_not(None))
    )


def public_events(case_id: int) -> list[CaseEvent]:
    """Return the official replies under a post, masked; everything else stays between the author and us."""
    return list(
        db.session.scalars(
            sa.select(CaseEvent)
            .where(
                CaseEvent.case_id == case_id,
                CaseEvent.audience == Audience.MEMBER,
                CaseEvent.kind.in_(ON_BOARD),
                CaseEvent.board_text != "",
            )
            .order_by(CaseEvent.at, CaseEvent.id)
        )
    )


# --- the back office -------------------------------------------------------------------------------------------------

VIEWS = ("mine", "due_today", "overdue", "new", "unassigned", "active", "solved", "ended")
"""The saved views of the queue; filters are taken from this list only."""


@dataclass(frozen=True)
class QueueFilter:
    """What a person wants to see of the queue."""

    view: str = "active"
    kind: Kind | None = None
    project_code: str = ""
    words: str = ""


def scope_condition(person: Any, permission: Permission = Permission.READ) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a person to the cases of his scope."""
    condition: sa.ColumnElement[bool] = staff.scope_of(person, permission).filter(Case.city_code, Case.project_code)
    return condition


def _view(person: Any, view: str) -> sa.ColumnElement[bool]:
    moment = clock.now()
    tomorrow = clock.start_of(clock.today() + timedelta(days=1))
    active = Case.is_active.is_(True)
    conditions = {
        "mine": sa.and_(active, Case.assignee_id == person.id),
        "due_today": sa.and_(active, Case.next_due_at >= moment, Case.next_due_at < tomorrow),
        "overdue": sa.and_(active, Case.next_due_at < moment),
        "new": Case.status == Status.NEW,
        "unassigned": sa.and_(active, Case.assignee_id.is_(None)),
        "solved": Case.status == Status.RESOLVED,
        "ended": Case.status.in_([Status.CLOSED, Status.CANCELLED, Status.DECLINED, Status.MERGED]),
    }
    return conditions.get(view, active)


def queue(person: Any, wanted: QueueFilter, *, cursor: str | None = None, size: int = 30) -> Page[Case]:
    """Return a page of the cases in a person's scope, the next promise first."""
    query = sa.select(Case).where(scope_condition(person), _view(person, wanted.view))
    if wanted.kind is not None:
        query = query.where(Case.kind == wanted.kind)
    if wanted.project_code:
        query = query.where(Case.project_code == wanted.project_code)
    if wanted.words.strip():
        query = query.where(Case.id.in_(search.find("case", wanted.words, limit=500)))
    if wanted.view in {"solved", "ended"}:
        return page_of(query, order=[Case.id.desc()], cursor=cursor, size=size)
    return page_of(query, order=[Case.next_due_at, Case.id], cursor=cursor, size=size)


def queue_counts(person: Any, *, kind: Kind | None = None, project_code: str = "") -> dict[str, int]:
    """Return how many cases each view holds, counted to a hundred at most, in one statement."""
    columns = []
    for view in VIEWS[:6]:
        rows = sa.select(Case.id).where(scope_condition(person), _view(person, view))
        if kind is not None:
            rows = rows.where(Case.kind == kind)
        if project_code:
            rows = rows.where(Case.project_code == project_code)
        bounded = rows.limit(BOUND).subquery()
        columns.append(sa.select(sa.func.count()).select_from(bounded).scalar_subquery().label(view))
    return dict(db.session.execute(sa.select(*columns)).one()._mapping)


def shown_count(count: int) -> str:
    """Return a bounded count as it is shown."""
    return "99+" if count >= BOUND else str(count)


def case_for_staff(person: Any, number: str, permission: Permission = Permission.READ) -> Case | None:
    """Return a case in the scope in which a person holds a permission, or None."""
    return db.session.scalar(sa.select(Case).where(Case.number == number, scope_condition(person, permission)))


def cases_of_member_for(person: Any, member_id: int, *, limit: int = 20) -> Sequence[Case]:
    """Return a member's newest cases as far as a staff person may read them."""
    return db.session.scalars(
        sa.select(Case)
        .where(Case.member_id == member_id, scope_condition(person))
        .order_by(Case.id.desc())
        .limit(limit)
    ).all()


def reporters_within(person: Any, member_ids: Sequence[int]) -> set[int]:
    """Return those of the members who filed a case inside a person's scope; one query."""
    query = sa.select(Case.member_id).where(Case.member_id.in_(member_ids), scope_condition(person)).distinct()
    return set(db.session.scalars(query))


def evidence_of(case_id: int) -> Sequence[EvidenceRecord]:
    """Return the evidence of a case, step by step."""
    return db.session.scalars(
        sa.select(EvidenceRecord)
        .where(EvidenceRecord.case_id == case_id)
        .order_by(EvidenceRecord.step, EvidenceRecord.id)
    ).all()


def people_for(case: Case) -> list[Any]:
    """Return the people who may be given a case."""
    people: list[Any] = staff.holders_of(Permission.READ, city_code=case.city_code, project_code=case.project_code)
    return people


def posts_for_moderation(
    person: Any, *, visibility: Visibility | None = None, cursor: str | None = None, size: int = 20
) -> Page[Case]:
    """Return a page of posts in the scope in which a person may moderate, the newest first."""
    query = sa.select(Case).where(Case.posted_at.is_not(None), scope_condition(person, Permission.HIDE_POSTS))
    query = (
        query.where(Case.visibility == visibility) if visibility else query.where(Case.visibility != Visibility.PRIVATE)
    )
    return page_of(query, order=[Case.posted_at.desc(), Case.id.desc()], cursor=cursor, size=size)


def clocks_now(case: Case) -> list[Clock]:
    """Return the clocks of a case as they stand now."""
    return clockwork.clocks_of(case)


def events_for_staff(case_id: int) -> list[CaseEvent]:
    """Return everything that happened in a case, internal notes included."""
    return list(
        db.session.scalars(
            sa.select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.at, CaseEvent.id)
        )
    )


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


# --- jobs ------------------------------------------------------------------------------------------------------------


def ids_with_marks_due(as_of: datetime) -> Iterator[int]:
    """Walk over the cases whose next escalation mark is reached."""
    return _walk(Case.next_mark_at <= as_of)


def ids_gone_silent(as_of: datetime) -> Iterator[int]:
    """Walk over the solved cases without a word for seven days."""
    return _walk(sa.and_(Case.status == Status.RESOLVED, Case.quiet_since <= as_of - rules.SILENCE))


def ids_to_wake(as_of: datetime) -> Iterator[int]:
    """Walk over the postponed cases whose day has come."""
    return _walk(sa.and_(Case.status == Status.DEFERRED, Case.waits_until <= as_of))


def _walk(condition: sa.ColumnElement[bool], size: int = 500) -> Iterator[int]:
    last = 0
    while True:
        ids = db.session.scalars(
            sa.select(Case.id).where(condition, Case.id > last).order_by(Case.id).limit(size)
        ).all()
        yield from ids
        if len(ids) < size:
            return
        last = ids[-1]
