"""Earning: how many points an occasion brings, and when its limits are reached. Rounded down once."""

from datetime import date, datetime
from typing import Protocol

from kernel.clock import day_of, start_of
from points.errors import NeedsSecondPerson, NothingToGrant


class RuleFacts(Protocol):
    """What an earning rule says."""

    amount: int
    per_fen: int | None
    qualifying: int
    qualifying_follows: bool
    multiplied: bool
    limit_total: int | None
    limit_month: int | None
    limit_year: int | None
    most: int | None


def earned(rule: RuleFacts, *, percent: int, given: int | None = None, money_fen: int | None = None) -> int:
    """Return the points of one grant: the rule's amount (or what is given instead), per full sum of money, by the tier.

    Raise ``NothingToGrant`` when nothing is left of it, ``NeedsSecondPerson`` above the rule's most.
    """
    base = _base(rule, given, money_fen)
    if rule.most is not None and base > rule.most:
        raise NeedsSecondPerson(limit=rule.most)
    points = base * percent // 100 if rule.multiplied else base
    if points <= 0:
        raise NothingToGrant()
    return points


def qualifying_earned(rule: RuleFacts, *, given: int | None = None, money_fen: int | None = None) -> int:
    """Return the qualifying points of one grant; a tier never multiplies them."""
    return _base(rule, given, money_fen) if rule.qualifying_follows else rule.qualifying


def _base(rule: RuleFacts, given: int | None, money_fen: int | None) -> int:
    amount = rule.amount if given is None else given
    if rule.per_fen is None:
        return amount
    return amount * ((money_fen or 0) // rule.per_fen)


def limit_reached(rule: RuleFacts, *, in_all: int, in_month: int, in_year: int) -> bool:
    """Say whether a member has been granted an occasion as often as the rule allows."""
    counts = ((rule.limit_total, in_all), (rule.limit_month, in_month), (rule.limit_year, in_year))
    return any(limit is not None and count >= limit for limit, count in counts)


def month_of(now: datetime) -> datetime:
    """Return the beginning of the Shanghai month."""
    return start_of(day_of(now).replace(day=1))


def year_of(now: datetime) -> datetime:
    """Return the beginning of the Shanghai year."""
    return start_of(date(day_of(now).year, 1, 1))
