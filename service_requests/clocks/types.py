"""What the clocks are told, and what they answer."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service_requests.clocks.calendar import ZERO, WorkingCalendar, day_of
from service_requests.dictionary import EventKind, Kind, Severity, Status

MARKS = (50, 80, 100, 124)
"""Percent of the target at which a clock climbs a level; 124 stands for 24 hours after the promised time."""


class ClockCode(enum.Enum):
    """Which promise a clock measures."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    CALL_BACK = "call_back"
    ATTENDANCE = "attendance"
    SOLVE = "solve"


class ClockState(enum.Enum):
    """What a clock does now."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Target:
    """A promised length of time, on the wall clock or in working time."""

    length: timedelta
    working: bool = False


@dataclass(frozen=True)
class Fact:
    """What the clocks need to know of an event."""

    at: datetime
    kind: EventKind
    status: Status | None = None
    severity: Severity | None = None
    by_person: bool = False
    """Said or written by a person of the staff, and readable by the member."""


@dataclass(frozen=True)
class CaseFacts:
    """What the clocks need to know of a case."""

    kind: Kind
    severity: Severity
    uttered_at: datetime
    emergency: bool
    events: Sequence[Fact]


@dataclass(frozen=True)
class Clock:
    """One promise in one cycle, as it stands at a moment."""

    code: ClockCode
    cycle: int
    started_at: datetime
    target: timedelta
    working: bool
    state: ClockState
    used: timedelta
    due_at: datetime | None
    """When the promise ends if nothing pauses it; None while paused. For a broken one, when it was broken."""
    stopped_at: datetime | None = None
    broken: bool = False
    late_by: timedelta = ZERO
    marks: tuple[tuple[int, datetime], ...] = ()
    """The moments at which the escalation marks of a running clock are reached."""
    provisional: bool = False

    @property
    def is_running(self) -> bool:
        return self.state is ClockState.RUNNING

    def shown_as(self, moment: datetime) -> str:
        """Return the state as the clock component names it."""
        if self.broken:
            return "broken"
        if self.state is ClockState.PAUSED:
            return "paused"
        if self.state is not ClockState.RUNNING:
            return "kept"
        soon = next((at for mark, at in self.marks if mark == 80), None)
        return "due_soon" if soon is not None and moment >= soon else "running"


TargetOf = Callable[[ClockCode, Kind, Severity], Target | None]


class Meter:
    """How one kind of time is counted: on the wall, or in open hours."""

    def __init__(self, working: bool, calendar: WorkingCalendar) -> None:
        self.working, self.calendar = working, calendar

    def between(self, begin: datetime, end: datetime) -> timedelta:
        if self.working:
            return self.calendar.worked(begin, end)
        return max(end - begin, ZERO)

    def after(self, begin: datetime, length: timedelta) -> datetime:
        return self.calendar.after(begin, length) if self.working else begin + max(length, ZERO)

    def provisional(self, begin: datetime, end: datetime | None) -> bool:
        return self.working and self.calendar.is_provisional(day_of(begin), day_of(end or begin))


def to_second(moment: datetime) -> datetime:
    """Return a moment without its fraction of a second."""
    return moment.replace(microsecond=0)
