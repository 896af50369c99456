"""What an installation starts with: promised times, working hours, the calendar, and how they are changed later."""

from datetime import date

import chinese_calendar
import sqlalchemy as sa

from kernel import audit
from kernel.actor import Actor
from kernel.db import after_commit, db, insert_once, operation
from service_requests import clockwork
from service_requests.clocks import ClockCode
from service_requests.dictionary import Kind, Severity
from service_requests.models import BoardPolicy, CalendarDay, ClockPolicy, WorkSpan

SINCE = date(2020, 1, 1)
YEARS = range(2022, 2027)
"""The club's demo years; the notice for 2027 was not published when this was written."""
SPANS = ((9 * 60, 12 * 60), (13 * 60, 19 * 60))
"""Nine working hours a day, so that 3 and 7 working days are 27 and 63 hours."""

_PROMISES: tuple[tuple[ClockCode, Severity | None, int, bool], ...] = (
    (ClockCode.FIRST_REPLY, None, 24 * 60, False),
    (ClockCode.NEXT_REPLY, None, 24 * 60, False),
    (ClockCode.CALL_BACK, None, 30, False),
    (ClockCode.ATTENDANCE, None, 2 * 60, False),
    (ClockCode.SOLVE, None, 27 * 60, True),
    (ClockCode.SOLVE, Severity.IMPORTANT, 63 * 60, True),
    (ClockCode.SOLVE, Severity.HOT, 63 * 60, True),
    (ClockCode.SOLVE, Severity.MAJOR, 63 * 60, True),
)


@operation
def plant_defaults(*, actor: Actor) -> None:
    """Put in the promised times of section 4, nine working hours a day and the official calendars; safe to repeat."""
    if db.session.scalar(sa.select(ClockPolicy.id).limit(1)) is None:
        for code, severity, minutes, working in _PROMISES:
            db.session.add(
                ClockPolicy(
                    clock=code, kind=None, severity=severity, minutes=minutes, working=working, effective_from=SINCE
                )
            )
    for opens, closes in SPANS:
        insert_once(WorkSpan, region=clockwork.REGION, effective_from=SINCE, opens=opens, closes=closes)
    insert_once(BoardPolicy, effective_from=SINCE, review_first=False)
    for year in YEARS:
        load_calendar_year(year, actor=actor)


@operation
def load_calendar_year(year: int, *, actor: Actor) -> int:
    """Load the official calendar of a year from the package's table; return how many days were new.

    A year whose notice is missing loads nothing and its results stay provisional (rule 14). Days that staff set stay.
    """
    known = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(CalendarDay)
        .where(
            CalendarDay.region == clockwork.REGION,
            CalendarDay.day >= date(year, 1, 1),
            CalendarDay.day <= date(year, 12, 31),
        )
    )
    days = _official_days(year)
    if not days or known == len(days):
        return 0
    fresh = sum(
        insert_once(CalendarDay, region=clockwork.REGION, day=day, works=works, note=note) for day, works, note in days
    )
    after_commit(clockwork.forget)
    subject = db.session.get_one(ClockPolicy, db.session.scalar(sa.select(sa.func.min(ClockPolicy.id))))
    audit.record(actor, "service_requests.calendar_loaded", subject, year=year, days=fresh)
    return fresh


def _official_days(year: int) -> list[tuple[date, bool, str]]:
    days = []
    day = date(year, 1, 1)
    try:
        while day.year == year:
            works = chinese_calendar.is_workday(day)
            _holiday, name = chinese_calendar.get_holiday_detail(day)
            days.append((day, works, name or ""))
            day = date.fromordinal(day.toordinal() + 1)
    except NotImplementedError:
        return []
    return days


@operation
def set_promise(
    *,
    clock_code: ClockCode,
    minutes: int | None,
    working: bool,
    effective_from: date,
    actor: Actor,
    kind: Kind | None = None,
    severity: Severity | None = None,
) -> ClockPolicy:
    """Promise another time from a day on; open cases are recomputed when they are next looked at, closed ones never."""
    promise = ClockPolicy(
        clock=clock_code,
        kind=kind,
        severity=severity,
        minutes=minutes,
        working=working,
        effective_from=effective_from,
    )
    db.session.add(promise)
    audit.record(actor, "service_requests.promise_set", promise, clock=clock_code, minutes=minutes)
    after_commit(clockwork.forget)
    return promise
