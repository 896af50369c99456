"""The only reader of the clock.

Everything is stored and compared in aware UTC; days and deadlines that people read are days in Shanghai, which has had
no daylight saving since 1991.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_replayed: ContextVar[datetime | None] = ContextVar("replayed_moment", default=None)


def now() -> datetime:
    """Return the present moment in aware UTC, or the moment that is being replayed."""
    return _replayed.get() or real_now()


def real_now() -> datetime:
    """Return the true present moment, also while another one is replayed; for measuring how long work takes."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in Shanghai."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the Shanghai day on which a moment falls."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return the first instant of a Shanghai day, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def shanghai(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return a Shanghai wall-clock time as UTC."""
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Replay another moment: jobs run for a past night, the demo club grows over years, tests need no luck."""
    if moment.tzinfo is None:
        raise ValueError("a replayed moment needs a time zone")
    token = _replayed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _replayed.reset(token)
