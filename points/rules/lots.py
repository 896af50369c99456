"""Lots: which are usable, in which order they are used, how they take points back, when they die."""

import calendar
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeVar

from kernel.clock import day_of, start_of
from points.errors import NotEnoughPoints, TooMuchReturned

NEVER = datetime.max.replace(tzinfo=UTC)


class LotFacts(Protocol):
    """What the rules must know of a lot."""

    id: int
    entry_id: int
    remaining: int
    pending: bool
    earned_at: datetime
    available_from: datetime | None
    expires_at: datetime | None


L = TypeVar("L", bound=LotFacts)


# --- time --------------------------------------------------------------------------------------------------------------


def last_usable_day(first: date, months: int) -> date:
    """Return the last day on which points can be used: the end of the month that lies so many months on."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def expiry_after_months(available_from: datetime, months: int | None) -> datetime | None:
    """Return the first moment at which a lot is dead: 00:00 in Shanghai after its last usable day; None is never."""
    if months is None:
        return None
    return start_of(last_usable_day(day_of(available_from), months) + timedelta(days=1))


def expiry_after_days(available_from: datetime, days: int) -> datetime:
    """Return the first dead moment of points that can be used on the day they are given and so many days after it."""
    return start_of(day_of(available_from) + timedelta(days=days + 1))


def last_day_before(moment: datetime) -> date:
    """Return the last whole day before a moment at which something ends."""
    return day_of(moment - timedelta(microseconds=1))


def is_due(lot: LotFacts, now: datetime) -> bool:
    """Say whether something is to be booked for a lot: it has become usable, or it has expired."""
    due = next_due(lot)
    return due is not None and due <= now


def next_due(lot: LotFacts) -> datetime | None:
    """Return when something will next have to be booked for a lot."""
    if not lot.remaining:
        return None
    return lot.available_from if lot.pending else lot.expires_at


# --- use ---------------------------------------------------------------------------------------------------------------


def is_usable(lot: LotFacts, now: datetime) -> bool:
    """Say whether a lot's points can be used now; expiry is a fact of time, whether it has been booked or not."""
    if lot.pending or lot.remaining <= 0 or lot.available_from is None:
        return False
    return lot.available_from <= now and (lot.expires_at is None or now < lot.expires_at)


def in_order(lots: Iterable[L]) -> list[L]:
    """Return lots in the order of their use: what expires first, never-expiring last, then the older, then the id."""
    return sorted(lots, key=lambda lot: (lot.expires_at or NEVER, lot.earned_at, lot.id))


def usable(lots: Iterable[L], now: datetime) -> list[L]:
    """Return the lots that can be used now, in order: the one filter for both the check and the consumption."""
    return in_order(lot for lot in lots if is_usable(lot, now))


def usable_points(lots: Iterable[LotFacts], now: datetime) -> int:
    """Return how many points can be used now."""
    return sum(lot.remaining for lot in usable(lots, now))


def consumption(lots: Iterable[L], amount: int, now: datetime) -> list[tuple[L, int]]:
    """Return how many points to take from which lots; raise ``NotEnoughPoints`` when they do not hold them."""
    if amount <= 0:
        raise ValueError("a consumption takes at least one point")
    fit = usable(lots, now)
    there = sum(lot.remaining for lot in fit)
    if there < amount:
        raise NotEnoughPoints(needed=amount, usable=there, missing=amount - there)
    return _taken(fit, amount)


def _taken(lots: Iterable[L], amount: int) -> list[tuple[L, int]]:
    plan = []
    for lot in lots:
        if not amount:
            break
        part = min(lot.remaining, amount)
        if part:
            plan.append((lot, part))
            amount -= part
    return plan


def return_plan(allocations: Sequence[tuple[L, int]], amount: int) -> list[tuple[L, int]]:
    """Return how many points go back into which lots: in the reverse order of their use.

    ``allocations`` are the lots with what each may still get back. Raise ``TooMuchReturned`` above their sum.
    """
    left = sum(part for _lot, part in allocations)
    if not 0 < amount <= left:
        raise TooMuchReturned(left=left)
    open_by_id = {lot.id: part for lot, part in allocations}
    plan = []
    for lot in reversed(in_order(lot for lot, _part in allocations)):
        part = min(open_by_id[lot.id], amount)
        if part:
            plan.append((lot, part))
            amount -= part
    return plan


# --- taking back -------------------------------------------------------------------------------------------------------


def clawback_target(granted: int, returned: int, total: int) -> int:
    """Return how many of the granted points are to have been taken back when so much of a total was returned.

    Cumulative and rounded down once: two returns of 60 % never take 120 %.
    """
    if not 0 <= returned <= total or total <= 0:
        raise ValueError("what was returned lies between nothing and the total")
    return granted * returned // total


def clawback_plan(
    lots: Iterable[L], entry_ids: set[int], amount: int, now: datetime
) -> tuple[list[tuple[L, int]], int]:
    """Return what to take back from which lots, and the debt that is left.

    First what is pending of the same source, then the source's own lots, then others in the order of their use.
    """
    every = list(lots)
    own = [lot for lot in every if lot.entry_id in entry_ids]
    pending = in_order(lot for lot in own if lot.pending)
    running = usable(own, now)
    others = usable((lot for lot in every if lot.entry_id not in entry_ids), now)
    plan = _taken([*pending, *running, *others], amount)
    return plan, amount - sum(part for _lot, part in plan)
