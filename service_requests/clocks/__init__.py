"""The promised times of a case, computed from what happened, the working calendar and the policy; pure.

Nothing here reads a database or the time of day: facts in, clocks out. What is stored on a case is only a cache of this
computation, so a corrected calendar or policy recomputes every open case (service_requests.md, sections 4 and 5).
"""

from dataclasses import replace
from datetime import datetime

from service_requests.clocks.calendar import Spans, WorkingCalendar
from service_requests.clocks.keeping import frozen, marks_due, next_due, next_mark, thawed
from service_requests.clocks.replying import emergency, first_reply, next_reply
from service_requests.clocks.solving import solve
from service_requests.clocks.types import (
    MARKS,
    CaseFacts,
    Clock,
    ClockCode,
    ClockState,
    Fact,
    Target,
    TargetOf,
    to_second,
)

__all__ = [
    "MARKS",
    "CaseFacts",
    "Clock",
    "ClockCode",
    "ClockState",
    "Fact",
    "Spans",
    "Target",
    "TargetOf",
    "WorkingCalendar",
    "all_clocks",
    "frozen",
    "marks_due",
    "next_due",
    "next_mark",
    "thawed",
]


def all_clocks(case: CaseFacts, target_of: TargetOf, calendar: WorkingCalendar, now: datetime) -> list[Clock]:
    """Return every clock of a case in every cycle, as they stand at a moment."""
    case = _to_the_second(case)
    now = to_second(now)
    first = first_reply(case, target_of, calendar, now)
    return [
        *first,
        *next_reply(case, first, target_of, calendar, now),
        *emergency(case, target_of, calendar, now),
        *solve(case, target_of, calendar, now),
    ]


def _to_the_second(case: CaseFacts) -> CaseFacts:
    events = [replace(fact, at=to_second(fact.at)) for fact in case.events]
    return replace(case, uttered_at=to_second(case.uttered_at), events=sorted(events, key=lambda fact: fact.at))
