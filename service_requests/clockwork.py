"""Where the clocks meet the tables: the policy and calendar in force, and the clocks of a case.

Policy and calendar are read once a minute per process, because every page of a case needs them and they change once a
year; operations that change them let the process forget them at once.
"""

import time as stopwatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from flask import current_app

from kernel import clock
from kernel.db import db
from service_requests import clocks
from service_requests.clocks import CaseFacts, Clock, ClockCode, Fact, Spans, Target, WorkingCalendar
from service_requests.dictionary import Audience, Group, Kind, Severity, Status
from service_requests.models import NEVER, CalendarDay, Case, CaseEvent, ClockPolicy, EscalationMark, WorkSpan

REGION = "mainland"
_KEPT_SECONDS = 60
_KEY = "service_requests_rulebook"


@dataclass(frozen=True)
class Promise:
    """One row of the policy."""

    clock: ClockCode
    kind: Kind | None
    severity: Severity | None
    target: Target | None
    effective_from: date


@dataclass(frozen=True)
class Rulebook:
    """The policy and the calendar as they stand."""

    promises: tuple[Promise, ...]
    calendar: WorkingCalendar

    def target_on(self, day: date, code: ClockCode, kind: Kind, severity: Severity) -> Target | None:
        """Return the target in force on a day: the most exact row, of those the newest."""
        fitting = [
            promise
            for promise in self.promises
            if promise.clock is code
            and promise.effective_from <= day
            and promise.kind in (None, kind)
            and promise.severity in (None, severity)
        ]
        if not fitting:
            return None
        return max(fitting, key=lambda p: (p.kind is not None, p.severity is not None, p.effective_from)).target


def rulebook(*, fresh: bool = False) -> Rulebook:
    """Return the policy and the calendar in force, at most a minute old."""
    kept = current_app.extensions.get(_KEY)
    if kept is not None and not fresh and stopwatch.monotonic() - kept[0] < _KEPT_SECONDS:
        found: Rulebook = kept[1]
        return found
    read = _read()
    current_app.extensions[_KEY] = (stopwatch.monotonic(), read)
    return read


def forget() -> None:
    """Let the process read policy and calendar anew."""
    current_app.extensions.pop(_KEY, None)


def _read() -> Rulebook:
    promises = tuple(
        Promise(
            row.clock,
            row.kind,
            row.severity,
            Target(timedelta(minutes=row.minutes), row.working) if row.minutes else None,
            row.effective_from,
        )
        for row in db.session.scalars(sa.select(ClockPolicy).order_by(ClockPolicy.id))
    )
    query_days = sa.select(CalendarDay.day, CalendarDay.works).where(CalendarDay.region == REGION)
    days = {row.day: row.works for row in db.session.execute(query_days)}
    spans: dict[date, list[tuple[time, time]]] = {}
    query = sa.select(WorkSpan).where(WorkSpan.region == REGION).order_by(WorkSpan.effective_from, WorkSpan.opens)
    for span in db.session.scalars(query):
        spans.setdefault(span.effective_from, []).append((_time(span.opens), _time(span.closes)))
    hours = tuple(Spans(since, tuple(parts)) for since, parts in spans.items())
    return Rulebook(promises, WorkingCalendar(days, hours))


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60) if minutes < 24 * 60 else time.max


# --- the clocks of a case --------------------------------------------------------------------------------------------


def facts_of(case_id: int) -> list[Fact]:
    """Return what the clocks need to know of a case's events, without a word of what was said in them."""
    said = CaseEvent.text != ""
    rows = db.session.execute(
        sa.select(
            CaseEvent.at,
            CaseEvent.kind,
            CaseEvent.status,
            CaseEvent.severity,
            CaseEvent.actor_kind,
            CaseEvent.audience,
            said,
        )
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at, CaseEvent.id)
    )
    return [
        Fact(at, kind, status, severity, actor_kind == "staff" and audience is Audience.MEMBER and bool(has_words))
        for at, kind, status, severity, actor_kind, audience, has_words in rows
    ]


def clocks_of(case: Case, facts: Sequence[Fact] | None = None, *, now: datetime | None = None) -> list[Clock]:
    """Return the clocks of a case at a moment; those of an ended case are as they were when it ended."""
    if case.frozen_clocks is not None:
        return case.kept_clocks
    moment = now or clock.now()
    book = rulebook()
    day = clock.day_of(moment)
    return clocks.all_clocks(
        CaseFacts(
            kind=case.kind,
            severity=case.severity,
            uttered_at=case.uttered_at,
            emergency=case.emergency,
            events=facts if facts is not None else facts_of(case.id),
        ),
        lambda code, kind, severity: book.target_on(day, code, kind, severity),
        book.calendar,
        moment,
    )


def settle(case: Case, facts: Sequence[Fact] | None = None) -> list[Clock]:
    """Compute the clocks of a case anew and keep on it what lists and jobs need; inside an operation."""
    db.session.flush()
    case.frozen_clocks = None
    computed = clocks_of(case, facts)
    case.is_active = case.status.is_active
    _keep_first_reply(case, computed)
    soonest = clocks.next_due(computed) if case.is_active else None
    case.next_due_at = soonest.due_at if soonest and soonest.due_at else NEVER
    case.next_due_clock = soonest.code.value if soonest else ""
    fired = fired_marks(case.id) if facts is None else set()
    case.next_mark_at = clocks.next_mark(computed, fired) if case.is_active else None
    if case.status is Status.CLOSED or case.status.group is Group.END:
        case.frozen_clocks = clocks.frozen(computed)
    return computed


def _keep_first_reply(case: Case, computed: Iterable[Clock]) -> None:
    first = [one for one in computed if one.code is ClockCode.FIRST_REPLY]
    if first:
        latest = first[-1]
        case.first_due_at = latest.due_at
        case.first_replied_at = latest.stopped_at if latest.state is clocks.ClockState.STOPPED else None


def fired_marks(case_id: int) -> set[tuple[ClockCode, int, int]]:
    """Return the escalation marks that were fired in a case."""
    rows = db.session.execute(
        sa.select(EscalationMark.clock, EscalationMark.cycle, EscalationMark.mark).where(
            EscalationMark.case_id == case_id
        )
    )
    return {(code, cycle, mark) for code, cycle, mark in rows}
