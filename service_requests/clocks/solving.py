"""The clock of the solution: working time, without the waiting for the member.

A new class brings a new target counted from the original start with all pauses kept, and what was broken under the old
one stays broken (rule 8). So the events are walked once for each class that was in force, up to the moment it ended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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
from service_requests.dictionary import Group, Severity, Status

_PAUSING = {Status.WAITING_MEMBER, Status.DEFERRED}
_DONE = {Group.SOLVED, Group.END}
_UNFINISHED = {ClockState.RUNNING, ClockState.PAUSED}


def solve(case: CaseFacts, target_of: TargetOf, calendar: WorkingCalendar, now: datetime) -> list[Clock]:
    """S: from the utterance to the solution; each reopening opens a new cycle that goes on from the time already used."""
    found: dict[int, Clock] = {}
    for severity, events, until in _periods(case, now):
        target = target_of(ClockCode.SOLVE, case.kind, severity)
        if target is None:
            found = {cycle: clock for cycle, clock in found.items() if clock.state not in _UNFINISHED}
            continue
        for clock in _walk(events, case.uttered_at, target, Meter(target.working, calendar), until):
            earlier = found.get(clock.cycle)
            if earlier is None or earlier.state in _UNFINISHED:
                found[clock.cycle] = _still_broken(clock, earlier)
    return [found[cycle] for cycle in sorted(found)]


def _periods(case: CaseFacts, now: datetime) -> Iterator[tuple[Severity, Sequence[Fact], datetime]]:
    """Yield each class that was in force with the events until its end."""
    events = list(case.events)
    known = [fact.severity for fact in events if fact.severity is not None]
    severity = known[0] if known else case.severity
    for position, fact in enumerate(events):
        if fact.severity is not None and fact.severity is not severity:
            yield severity, events[:position], fact.at
            severity = fact.severity
    yield severity, events, now


def _still_broken(clock: Clock, earlier: Clock | None) -> Clock:
    if earlier is None or not earlier.broken:
        return clock
    return replace(clock, broken=True, due_at=earlier.due_at, late_by=max(clock.late_by, earlier.late_by))


@dataclass
class _Walk:
    """The time used along the events of a case, under one target."""

    meter: Meter
    length: timedelta
    started_at: datetime
    since: datetime | None
    cycle: int = 1
    used: timedelta = ZERO
    broken_at: datetime | None = None
    clocks: list[Clock] = field(default_factory=list)

    def due(self) -> datetime | None:
        """Return when the target is used up if nothing pauses it any more."""
        if self.broken_at is not None or self.since is None:
            return self.broken_at
        return self.meter.after(self.since, self.length - self.used)

    def stop(self, moment: datetime) -> datetime | None:
        """Charge the running stretch up to a moment; note when the promise was broken, and return when it was due."""
        due = self.due()
        if self.since is not None:
            if self.broken_at is None and due is not None and moment > due:
                self.broken_at = due
            self.used += self.meter.between(self.since, moment)
            self.since = None
        return due

    def write(self, state: ClockState, due: datetime | None, now: datetime, *, stopped_at: datetime | None) -> None:
        """Write down how the cycle stands."""
        self.clocks.append(
            Clock(
                code=ClockCode.SOLVE,
                cycle=self.cycle,
                started_at=self.started_at,
                target=self.length,
                working=self.meter.working,
                state=state,
                used=self.used,
                due_at=due,
                stopped_at=stopped_at,
                broken=self.broken_at is not None,
                late_by=max(self.used - self.length, ZERO),
                marks=self._marks(due, now) if state is ClockState.RUNNING and due is not None else (),
                provisional=self.meter.provisional(self.started_at, due or now),
            )
        )

    def _marks(self, due: datetime, now: datetime) -> tuple[tuple[int, datetime], ...]:
        """Return when the running clock reaches its marks; those behind us are due at once."""
        ahead = []
        for mark, part in ((50, 0.5), (80, 0.8)):
            missing = self.length * part - self.used
            ahead.append((mark, to_second(self.meter.after(now, missing)) if missing > ZERO else now))
        return (*ahead, (100, due), (124, due + DAY))


def _walk(events: Sequence[Fact], begin: datetime, target: Target, meter: Meter, now: datetime) -> list[Clock]:
    walk = _Walk(meter, target.length, begin, begin)
    status = Status.NEW
    for fact in events:
        if fact.status is None or fact.status is status:
            continue
        before, status = status, fact.status
        if status.group in _DONE:
            if before.group not in _DONE:
                due = walk.stop(fact.at)
                state = ClockState.CANCELLED if status.group is Group.END else ClockState.STOPPED
                walk.write(state, due, now, stopped_at=fact.at)
        elif before.group in _DONE:
            walk.cycle, walk.started_at, walk.since, walk.broken_at = walk.cycle + 1, fact.at, fact.at, None
        elif status in _PAUSING:
            walk.stop(fact.at)
        elif before in _PAUSING:
            walk.since = fact.at
    if status.group not in _DONE:
        state = ClockState.PAUSED if walk.since is None else ClockState.RUNNING
        due = walk.stop(now)
        walk.write(state, due, now, stopped_at=None)
    return walk.clocks
