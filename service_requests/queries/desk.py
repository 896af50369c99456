"""The reads of the desk, always within the person's scope: the queue, one case, the board's moderation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from kernel import clock, search
from kernel.db import db
from kernel.paging import Page, page_of
from service_requests.dictionary import Kind, Status, Visibility
from service_requests.models import Case, CaseEvent, EvidenceRecord
from service_requests.policies import Permission
from staff import queries as staff

BOUND = 100
"""Counts on pages stop here and are shown as 99+."""
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


def events_for_staff(case_id: int) -> list[CaseEvent]:
    """Return everything that happened in a case, internal notes included."""
    return list(
        db.session.scalars(
            sa.select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.at, CaseEvent.id)
        )
    )
