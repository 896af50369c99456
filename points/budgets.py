"""Budgets: each rule and reward may use up so many points a day and in all; at the limit it stops by itself.

Using a budget is one conditional change of one row, so that two operations at once never use more than there is.
"""

from datetime import date

from points.ledger.sql import Statement
from points.models.programme import TOTAL

USE = Statement(
    "INSERT INTO points_budget (subject, day, used) VALUES (:subject, :day, :points)"
    " ON CONFLICT (subject, day) DO UPDATE SET used = points_budget.used + :points"
    " WHERE points_budget.used + :points <= :most RETURNING used"
)
CHANGE = Statement(
    "UPDATE points_budget SET used = used + :points WHERE subject = :subject AND day = :day AND used + :points >= 0"
)


def use(subject: str, points: int, *, day: date, most_on_day: int | None, most_in_all: int | None) -> bool:
    """Use up points of a budget; return False, and use nothing, when it would go over a limit (None: no limit)."""
    used: list[date] = []
    for on, most in ((TOTAL, most_in_all), (day, most_on_day)):
        if most is None:
            continue
        if not _use_on(subject, on, points, most):
            for earlier in used:
                _change(subject, earlier, -points)
            return False
        used.append(on)
    return True


def give_back(subject: str, points: int, *, day: date, most_on_day: int | None, most_in_all: int | None) -> None:
    """Put points back that were used up on a day."""
    for on, most in ((TOTAL, most_in_all), (day, most_on_day)):
        if most is not None:
            _change(subject, on, -points)


def _use_on(subject: str, day: date, points: int, most: int) -> bool:
    if points > most:
        return False
    return USE.run(subject=subject, day=day, points=points, most=most).first() is not None


def _change(subject: str, day: date, points: int) -> None:
    CHANGE.run(subject=subject, day=day, points=points)
