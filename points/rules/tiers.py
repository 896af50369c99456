"""Tiers: up at once, down only at the review, one step, after notice. Thresholds are inclusive."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from kernel.clock import day_of, start_of

WINDOW_MONTHS = 24
NOTICE = timedelta(days=90)


class TierFacts(Protocol):
    """What the rules must know of a tier."""

    @property
    def code(self) -> str: ...
    @property
    def rank(self) -> int: ...
    @property
    def threshold(self) -> int: ...


T = TypeVar("T", bound=TierFacts)


def window_start(now: datetime) -> datetime:
    """Return the beginning of the 24 months whose qualifying points count: the same day two years ago."""
    day = day_of(now)
    try:
        first = day.replace(year=day.year - WINDOW_MONTHS // 12)
    except ValueError:  # 29 February
        first = date(day.year - WINDOW_MONTHS // 12, 3, 1)
    return start_of(first)


def tier_for(tiers: Sequence[T], qualifying: int) -> T:
    """Return the highest tier whose threshold is reached; reaching it exactly is reaching it."""
    return max((tier for tier in tiers if tier.threshold <= qualifying), key=lambda tier: tier.rank)


def best_of(tiers: Sequence[T], codes: Sequence[str | None]) -> T:
    """Return the highest of some tiers; the lowest of all when none is named."""
    named = [tier for tier in tiers if tier.code in codes]
    return max(named or [min(tiers, key=lambda tier: tier.rank)], key=lambda tier: tier.rank)


def next_tier(tiers: Sequence[T], code: str) -> T | None:
    """Return the tier above, or None at the top."""
    here = best_of(tiers, [code])
    return min((tier for tier in tiers if tier.rank > here.rank), key=lambda tier: tier.rank, default=None)


def below(tiers: Sequence[T], code: str) -> T:
    """Return the tier one step down, or the lowest."""
    here = best_of(tiers, [code])
    return max((tier for tier in tiers if tier.rank < here.rank), key=lambda tier: tier.rank, default=here)


def distance(tier: TierFacts, qualifying: int) -> tuple[int, int]:
    """Return how many qualifying points are missing to a tier, and how many percent of the way are done."""
    if tier.threshold <= 0 or qualifying >= tier.threshold:
        return 0, 100
    return tier.threshold - qualifying, max(qualifying, 0) * 100 // tier.threshold


def valid_until(reached: datetime) -> datetime:
    """Return the first moment after a tier's validity: it runs to 31 December of the following year."""
    return start_of(date(day_of(reached).year + 2, 1, 1))


class Review(enum.Enum):
    """What a tier's review comes to."""

    NOTHING = "nothing"
    RENEW = "renew"
    NOTIFY = "notify"
    STEP_DOWN = "step_down"


@dataclass(frozen=True)
class Verdict:
    """The review's outcome and the tier it leads to."""

    review: Review
    code: str


def review(
    tiers: Sequence[TierFacts],
    *,
    code: str,
    until: datetime | None,
    notice_at: datetime | None,
    floor_codes: Sequence[str | None],
    qualifying: int,
    now: datetime,
) -> Verdict:
    """Decide about a tier that runs out: renewed when still deserved, else one step down, never without 90 days' notice.

    ``floor_codes`` are tiers that it cannot fall below: a home that is owned, a tier given by hand and still valid.
    """
    present = best_of(tiers, [code])
    deserved = best_of(tiers, [tier_for(tiers, qualifying).code, *floor_codes])
    if until is None or now < until - NOTICE or present.rank == min(tier.rank for tier in tiers):
        return Verdict(Review.NOTHING, code)
    if deserved.rank >= present.rank:
        return Verdict(Review.RENEW, present.code) if now >= until else Verdict(Review.NOTHING, code)
    step = best_of(tiers, [below(tiers, code).code, *floor_codes])
    if notice_at is None:
        return Verdict(Review.NOTIFY, step.code)
    if now >= until and now >= notice_at + NOTICE:
        return Verdict(Review.STEP_DOWN, step.code)
    return Verdict(Review.NOTHING, code)
