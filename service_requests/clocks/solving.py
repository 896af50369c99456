"""The clock of the solution: working time, without the waiting for the member."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service_requests.clocks.calendar import DAY, ZERO, WorkingCalendar
from service_requests.clocks.types import CaseFacts, Clock, ClockCode, ClockState, Meter, Target, TargetOf, to_second
from service_requests.dictionary import Group, Severity, Status

_PAUSING = {Status.WAITING_MEMBER, Status.DEFERRED}


@dataclass
class _Solving:
    """The walk of the solve clock along the events of a case."""

    meter: Meter
    target: Target | None
    started_at: datetime
    cycle: int = 1
    used: timedelta = ZERO
    since: datetime | None = None
    broken_at: datetime | None = None

    def charge(self, until: datetime) -> None:
        """Charge the running stretch up to a moment, and note when the target in force was used up."""
        if self.since is None:
            return
        gone = self.meter.between(self.since, until)
        if self.target is not None and self.broken_at is None and self.used + gone > self.target.length:
            self.broken_at = self.meter.after(self.since, self.target.length - self.used)
        self.used += gone
        self.since = until


def solve(case: CaseFacts, target_of: TargetOf, calendar: WorkingCalendar, now: datetime) -> list[Clock]:
    """S: from the utterance to the solution in working time, without the waiting for the member.

    A new class brings a new target from the original start; what was broken under the old one stays broken. Each reopening
    opens a new cycle that goes on from the time already used; solved time is never charged.
    """

    def target_for(severity: Severity) -> Target | None:
        return target_of(ClockCode.SOLVE, case.kind, severity)

    severity = _first_severity(case)
    target = target_for(severity)
    working = target.working if target else True
    walk = _Solving(Meter(working, calendar), target, case.uttered_at, since=case.uttered_at)
    clocks: list[Clock] = []
    status = Status.NEW
    for fact in case.events:
        if fact.severity is not None and fact.severity is not severity:
            walk.charge(fact.at)
            severity = fact.severity
            walk.target = target_for(severity)
            if walk.target is not None and walk.target.working is not walk.meter.working:
                walk = _remeasured(walk, case, fact.at, calendar)
        if fact.status is None or fact.status is status:
            continue
        before, status = status, fact.status
        if status.group in {Group.SOLVED, Group.END}:
            if before.group not in {Group.SOLVED, Group.END}:
                walk.charge(fact.at)
                walk.since = None
                clocks += _solve_clock(walk, fact.at, cancelled=status.group is Group.END, now=now)
        elif before.group in {Group.SOLVED, Group.END}:
            walk = replace(walk, cycle=walk.cycle + 1, since=fact.at, started_at=fact.at, broken_at=None)
        elif status in _PAUSING:
            walk.charge(fact.at)
            walk.since = None
        elif before in _PAUSING:
            walk.since = fact.at
    if status.group not in {Group.SOLVED, Group.END}:
        running_since = walk.since
        walk.charge(now)
        clocks += _solve_clock(walk, None, cancelled=False, now=now, paused=running_since is None)
    return clocks


def _first_severity(case: CaseFacts) -> Severity:
    known = [fact.severity for fact in case.events if fact.severity is not None]
    return known[0] if known else case.severity


def _remeasured(walk: _Solving, case: CaseFacts, until: datetime, calendar: WorkingCalendar) -> _Solving:
    """Count the time used so far anew, because the new class counts it on another clock."""
    meter = Meter(not walk.meter.working, calendar)
    used, status = ZERO, Status.NEW
    since: datetime | None = case.uttered_at
    for fact in case.events:
        if fact.at > until:
            break
        if fact.status is None or fact.status is status:
            continue
        stops = fact.status in _PAUSING or fact.status.group in {Group.SOLVED, Group.END}
        if stops and since is not None:
            used, since = used + meter.between(since, fact.at), None
        elif not stops and since is None:
            since = fact.at
        status = fact.status
    if since is not None:
        used += meter.between(since, until)
    return replace(walk, meter=meter, used=used)


def _solve_clock(
    walk: _Solving, stopped_at: datetime | None, *, cancelled: bool, now: datetime, paused: bool = False
) -> list[Clock]:
    if walk.target is None:
        return []
    length, meter = walk.target.length, walk.meter
    left = length - walk.used
    broken = walk.broken_at is not None or left < ZERO
    until = stopped_at or now
    if walk.broken_at is not None:
        due: datetime | None = walk.broken_at
    elif paused:
        due = None
    elif stopped_at is None:
        due = meter.after(until, left)
    else:
        due = meter.after(until, left) if left >= ZERO else until
    state = (
        ClockState.CANCELLED
        if cancelled
        else ClockState.STOPPED
        if stopped_at
        else ClockState.PAUSED
        if paused
        else ClockState.RUNNING
    )
    marks: tuple[tuple[int, datetime], ...] = ()
    if state is ClockState.RUNNING and due is not None:
        marks = _solve_marks(walk, due, now)
    return [
        Clock(
            code=ClockCode.SOLVE,
            cycle=walk.cycle,
            started_at=walk.started_at,
            target=length,
            working=meter.working,
            state=state,
            used=walk.used,
            due_at=due,
            stopped_at=stopped_at,
            broken=broken,
            late_by=max(walk.used - length, ZERO) if broken else ZERO,
            marks=marks,
            provisional=meter.provisional(walk.started_at, due or until),
        )
    ]


def _solve_marks(walk: _Solving, due: datetime, now: datetime) -> tuple[tuple[int, datetime], ...]:
    """Return when the running clock reaches its marks; those behind us are due at once."""
    assert walk.target is not None
    marks = []
    for mark, part in ((50, 0.5), (80, 0.8)):
        missing = walk.target.length * part - walk.used
        marks.append((mark, to_second(walk.meter.after(now, missing)) if missing > ZERO else now))
    return (*marks, (100, due), (124, due + DAY))
