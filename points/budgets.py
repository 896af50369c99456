"""Budgets: each rule and reward may use up so many points a day and in all; at the limit it stops by itself.

Using a budget is one conditional change of one row, so that two operations at once never use more than there is.
"""

from datetime import date

import sqlalchemy as sa

from kernel.db import db, insert_once
from points.models import Budget
from points.models.programme import TOTAL


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
    insert_once(Budget, subject=subject, day=day, used=0)
    return bool(_change(subject, day, points, most=most))


def _change(subject: str, day: date, points: int, *, most: int | None = None) -> int:
    statement = sa.update(Budget).where(Budget.subject == subject, Budget.day == day)
    if most is not None:
        statement = statement.where(Budget.used + points <= most)
    else:
        statement = statement.where(Budget.used + points >= 0)
    changed = db.session.execute(
        statement.values(used=Budget.used + points).execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]
