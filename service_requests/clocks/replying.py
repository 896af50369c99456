"""The clocks that never pause: first reply, next reply, attendance in an emergency."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from service_requests.clocks.calendar import DAY, ZERO, WorkingCalendar
from service_requests.clocks.types import (
    CaseFacts,
    Clock,
    ClockCode,
    ClockState,
    Fact,
    Meter,
    Target,
    TargetOf,
    to_second,
)
from service_requests.dictionary import REPLIES, EventKind, Group, Status


def _is_reply(fact: Fact) -> bool:
    return fact.by_person and fact.kind in REPLIES


def plain(
    code: ClockCode,
    cycle: int,
    begin: datetime,
    end: datetime | None,
    target: Target,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    cancelled: bool = False,
) -> Clock:
    """Return a clock that never pauses."""
    meter = Meter(target.working, calendar)
    due = meter.after(begin, target.length)
    until = end or now
    broken = until > due
    state = ClockState.CANCELLED if cancelled else ClockState.STOPPED if end else ClockState.RUNNING
    return Clock(
        code=code,
        cycle=cycle,
        started_at=begin,
        target=target.length,
        working=target.working,
        state=state,
        used=meter.between(begin, until),
        due_at=due,
        stopped_at=end,
        broken=broken,
        late_by=meter.between(due, until) if broken else ZERO,
        marks=_marks(meter, begin, ZERO, target.length, due) if state is ClockState.RUNNING else (),
        provisional=meter.provisional(begin, due),
    )


def _marks(
    meter: Meter, begin: datetime, used: timedelta, length: timedelta, due: datetime
) -> tuple[tuple[int, datetime], ...]:
    parts = ((50, length * 0.5), (80, length * 0.8))
    early = tuple((mark, to_second(meter.after(begin, part - used))) for mark, part in parts)
    return (*early, (100, due), (124, due + DAY))


def first_reply(case: CaseFacts, target_of: TargetOf, calendar: WorkingCalendar, now: datetime) -> list[Clock]:
    """R1: from the utterance to the first public reply by a person; a new cycle only after an appeal."""
    target = target_of(ClockCode.FIRST_REPLY, case.kind, case.severity)
    if target is None:
        return []
    clocks: list[Clock] = []
    begin: datetime | None = case.uttered_at
    status = Status.NEW
    for fact in case.events:
        if begin is not None and _is_reply(fact):
            clocks.append(plain(ClockCode.FIRST_REPLY, len(clocks) + 1, begin, fact.at, target, calendar, now))
            begin = None
        if fact.status is not None:
            if status is Status.DECLINED and fact.status is Status.OPEN and begin is None:
                begin = fact.at
            if begin is not None and fact.status in {Status.CANCELLED, Status.MERGED}:
                number = len(clocks) + 1
                clocks.append(
                    plain(ClockCode.FIRST_REPLY, number, begin, fact.at, target, calendar, now, cancelled=True)
                )
                begin = None
            status = fact.status
    if begin is not None:
        clocks.append(plain(ClockCode.FIRST_REPLY, len(clocks) + 1, begin, None, target, calendar, now))
    return clocks


def next_reply(
    case: CaseFacts, first: Sequence[Clock], target_of: TargetOf, calendar: WorkingCalendar, now: datetime
) -> list[Clock]:
    """R2: from the earliest unanswered message while the case is open to the next public reply, or to leaving it.

    Messages before the first reply are covered by R1; a "thanks" after solving starts nothing.
    """
    target = target_of(ClockCode.NEXT_REPLY, case.kind, case.severity)
    replied_at = next((clock.stopped_at for clock in first if clock.state is ClockState.STOPPED), None)
    if target is None or replied_at is None:
        return []
    clocks: list[Clock] = []
    status, waiting, begin = Status.NEW, False, None

    def stop(at: datetime, *, cancelled: bool = False) -> None:
        nonlocal begin, waiting
        if begin is not None:
            number = len(clocks) + 1
            clocks.append(plain(ClockCode.NEXT_REPLY, number, begin, at, target, calendar, now, cancelled=cancelled))
        begin, waiting = None, False

    seen_first = False
    for fact in case.events:
        if _is_reply(fact):
            stop(fact.at)
            seen_first = True
        if fact.status is not None and fact.status is not status:
            status = fact.status
            if status.group is not Group.OPEN and begin is not None:
                stop(fact.at, cancelled=True)
            if status.group in {Group.SOLVED, Group.END}:
                waiting = False
        if fact.kind is EventKind.MESSAGE and seen_first and status.group in {Group.OPEN, Group.PAUSED}:
            waiting = True
        if waiting and begin is None and status.group is Group.OPEN:
            begin = fact.at
    if begin is not None:
        clocks.append(plain(ClockCode.NEXT_REPLY, len(clocks) + 1, begin, None, target, calendar, now))
    return clocks


def emergency(case: CaseFacts, target_of: TargetOf, calendar: WorkingCalendar, now: datetime) -> list[Clock]:
    """E: a call back, and somebody at the door; never paused, ended with the case."""
    if not case.emergency:
        return []
    arrived = next((fact.at for fact in case.events if fact.kind is EventKind.ARRIVED), None)
    called = next((fact.at for fact in case.events if fact.kind is EventKind.CALL and fact.by_person), None)
    over = next(
        (fact.at for fact in case.events if fact.status and fact.status.group in {Group.SOLVED, Group.END}), None
    )
    clocks = []
    for code, met in (
        (ClockCode.CALL_BACK, _earliest(called, arrived)),
        (ClockCode.ATTENDANCE, arrived),
    ):
        target = target_of(code, case.kind, case.severity)
        if target is not None:
            end = _earliest(met, over)
            ended = (end is not None and met is None) or (met is not None and over is not None and over < met)
            clocks.append(plain(code, 1, case.uttered_at, end, target, calendar, now, cancelled=ended))
    return clocks


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
