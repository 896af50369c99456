"""What every verb does with a case: lock it, write down what happened, wind its clocks, count the month's figure."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from kernel import clock, files
from kernel.actor import Actor
from kernel.db import db, insert_once, lock
from member import queries as members
from service_requests import clockwork, errors, queries, rules
from service_requests.clocks import Clock, Fact
from service_requests.dictionary import (
    ON_BOARD,
    Audience,
    EventKind,
    Group,
    Identity,
    Severity,
    Status,
    Step,
)
from service_requests.models import BoardMonth, Case, CaseEvent, EvidenceRecord
from service_requests.policies import Permission
from service_requests.rules import By
from staff import queries as staff


def locked(case_id: int, actor: Actor) -> Case:
    """Return a case, locked; for a member only a case of his own or of his household."""
    case = lock(Case, case_id)
    if case is None or (actor.is_member and not queries.is_theirs(case, actor.id)):
        raise errors.NotYourCase()
    return case


def part_of(actor: Actor) -> By:
    """Return in which part somebody acts; who may decline is a manager of cases."""
    if actor.is_member:
        return By.MEMBER
    if not actor.is_staff:
        return By.SYSTEM
    person = staff.get(actor.id)
    held = person.permissions if person is not None else frozenset()
    return By.MANAGER if Permission.DECLINE.value in held else By.STAFF


def happened(
    case: Case,
    kind: EventKind,
    actor: Actor,
    *,
    text: str = "",
    audience: Audience = Audience.MEMBER,
    at: datetime | None = None,
    status: Status | None = None,
    severity: Severity | None = None,
    identity: Identity | None = None,
    photos: Sequence[files.Prepared] = (),
    **facts: Any,
) -> CaseEvent:
    """Write down what happened in a case and lead it to a status; what everybody may read is masked here."""
    moment = clock.now()
    event = CaseEvent(
        case_id=case.id,
        kind=kind,
        audience=audience,
        at=at or moment,
        entered_at=moment,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:60],
        identity=identity,
        text=text,
        board_text=_for_everybody(case, kind, audience, text),
        status=status,
        severity=severity,
        facts=json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str),
    )
    if status is not None:
        case.status = status
    db.session.add(event)
    db.session.flush()
    if photos:
        files.attach(photos, kind="case_event", owner_id=event.id)
    return event


def _for_everybody(case: Case, kind: EventKind, audience: Audience, text: str) -> str:
    if not case.is_post or kind not in ON_BOARD or audience is not Audience.MEMBER:
        return ""
    return rules.masked(text, names=names_of(case))


def names_of(case: Case) -> list[str]:
    """Return the names that no public text may hold."""
    member = members.get(case.member_id)
    return [member.name] if member is not None else []


def move(case: Case, wanted: Status, actor: Actor) -> Status:
    """Refuse a status that does not follow, or that somebody else has to bring about; return it otherwise."""
    rules.check_move(case.status, wanted, part_of(actor))
    return wanted


def must_go_on(case: Case) -> None:
    """Refuse to change a case that has ended."""
    if case.status.group is Group.END:
        raise errors.NothingMore(status=case.status.label)


def step_taken(case: Case, step: Step, actor: Actor, text: str = "") -> EvidenceRecord:
    """Hang an evidence record on a case."""
    record = EvidenceRecord(
        case_id=case.id,
        step=int(step),
        text=text,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:60],
        at=clock.now(),
    )
    case.evidence_step = max(case.evidence_step, int(step))
    db.session.add(record)
    return record


def settle(case: Case, facts: Sequence[Fact] | None = None) -> list[Clock]:
    """Wind the clocks of a case after a change, and count its promise once it is kept or broken."""
    computed = clockwork.settle(case, facts)
    _count_promise(case, computed)
    return computed


def _count_promise(case: Case, computed: Sequence[Clock]) -> None:
    """Count the first reply to a post once: kept when it came in time, broken when the time ran out."""
    first = next((one for one in computed if one.code.value == "first_reply"), None)
    if not case.is_post or case.promise_counted or first is None or first.due_at is None:
        return
    if first.broken:
        case.promise_counted = "broken"
        count_month(first.due_at, broken=1)
    elif first.state.value == "stopped":
        case.promise_counted = "kept"
        count_month(first.due_at, kept=1)


def count_month(moment: datetime, *, kept: int = 0, broken: int = 0, hidden: int = 0) -> None:
    """Add to the figures of the month in which a moment falls; last in an operation, because everybody counts here."""
    day = clock.day_of(moment)
    month = date(day.year, day.month, 1)
    insert_once(BoardMonth, month=month, kept=0, broken=0, hidden=0)
    db.session.flush()
    db.session.execute(
        sa.update(BoardMonth)
        .where(BoardMonth.month == month)
        .values(kept=BoardMonth.kept + kept, broken=BoardMonth.broken + broken, hidden=BoardMonth.hidden + hidden)
    )
