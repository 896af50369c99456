"""The working calendar: which days are worked, and which hours of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kernel.clock import SHANGHAI

ZERO = timedelta()
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spans:
    """The open hours of a working day from a day on; several spans a day."""

    since: date
    spans: tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked, and which hours of them; days that no notice covers are provisional."""

    days: Mapping[date, bool]
    hours: tuple[Spans, ...]
    """Ordered by ``since``; the last one that has begun counts."""

    def is_working(self, day: date) -> bool:
        """Say whether a day is worked; without a notice weekends and 1 January are closed."""
        known = self.days.get(day)
        return known if known is not None else day.weekday() < 5 and (day.month, day.day) != (1, 1)

    def is_provisional(self, first: date, last: date) -> bool:
        """Say whether the notice for any day of a stretch is missing."""
        return any(day not in self.days for day in days_between(first, last))

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the open spans of a day."""
        if not self.is_working(day):
            return []
        valid = [hours for hours in self.hours if hours.since <= day]
        spans = valid[-1].spans if valid else ()
        return [(_moment(day, begin), _moment(day, end)) for begin, end in spans]

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """Return the open time between two moments."""
        total = ZERO
        for day in days_between(day_of(begin), day_of(end)):
            for opens, closes in self.open_on(day):
                total += max(min(closes, end) - max(opens, begin), ZERO)
        return total

    def after(self, begin: datetime, length: timedelta) -> datetime:
        """Return the moment at which an open time has passed; used up exactly at closing, it is the closing time."""
        if length <= ZERO:
            return begin
        left, day = length, day_of(begin)
        for _attempt in range(4_000):
            for opens, closes in self.open_on(day):
                opens = max(opens, begin)
                if closes - opens >= left:
                    return opens + left
                left -= max(closes - opens, ZERO)
            day += DAY
        raise ValueError("the working calendar has no open hours")


def days_between(first: date, last: date) -> Iterator[date]:
    """Return the days from the first to the last, both included."""
    while first <= last:
        yield first
        first += DAY


def day_of(moment: datetime) -> date:
    """Return the Shanghai day on which a moment falls."""
    return moment.astimezone(SHANGHAI).date()


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)
