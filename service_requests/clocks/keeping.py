"""What a case keeps of its clocks: the next promise, the next escalation mark, and the frozen result once it is closed."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from service_requests.clocks.types import Clock, ClockCode, ClockState


def next_due(clocks: Iterable[Clock]) -> Clock | None:
    """Return the running clock whose promise ends first."""
    running = [clock for clock in clocks if clock.is_running and clock.due_at is not None]
    return min(running, key=lambda clock: (clock.due_at, clock.code.value), default=None)


def marks_due(
    clocks: Iterable[Clock], fired: set[tuple[ClockCode, int, int]], now: datetime
) -> list[tuple[Clock, int]]:
    """Return the marks of running clocks that are reached and were not fired yet."""
    return [
        (clock, mark)
        for clock in clocks
        if clock.is_running
        for mark, at in clock.marks
        if at <= now and (clock.code, clock.cycle, mark) not in fired
    ]


def next_mark(clocks: Iterable[Clock], fired: set[tuple[ClockCode, int, int]]) -> datetime | None:
    """Return when the next mark that was not fired yet is reached."""
    return min(
        (
            at
            for clock in clocks
            if clock.is_running
            for mark, at in clock.marks
            if (clock.code, clock.cycle, mark) not in fired
        ),
        default=None,
    )


def frozen(clocks: Iterable[Clock]) -> list[dict[str, Any]]:
    """Return clocks as plain values, to be kept with a closed case."""
    return [
        {
            "code": clock.code.value,
            "cycle": clock.cycle,
            "started_at": clock.started_at.isoformat(),
            "target": clock.target.total_seconds(),
            "working": clock.working,
            "state": clock.state.value,
            "used": clock.used.total_seconds(),
            "due_at": clock.due_at.isoformat() if clock.due_at else None,
            "stopped_at": clock.stopped_at.isoformat() if clock.stopped_at else None,
            "broken": clock.broken,
            "late_by": clock.late_by.total_seconds(),
            "provisional": clock.provisional,
        }
        for clock in clocks
    ]


def thawed(rows: Iterable[Mapping[str, Any]]) -> list[Clock]:
    """Return the clocks that were frozen when a case was closed."""
    return [
        Clock(
            code=ClockCode(row["code"]),
            cycle=row["cycle"],
            started_at=datetime.fromisoformat(row["started_at"]),
            target=timedelta(seconds=row["target"]),
            working=row["working"],
            state=ClockState(row["state"]),
            used=timedelta(seconds=row["used"]),
            due_at=datetime.fromisoformat(row["due_at"]) if row["due_at"] else None,
            stopped_at=datetime.fromisoformat(row["stopped_at"]) if row["stopped_at"] else None,
            broken=row["broken"],
            late_by=timedelta(seconds=row["late_by"]),
            provisional=row["provisional"],
        )
        for row in rows
    ]
