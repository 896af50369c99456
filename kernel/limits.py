"""Limits that guard a secret, money, or other people's peace: codes sent, codes tried, forms filed.

A counted attempt must survive the refusal that follows, so ``hit`` is an operation of its own and is called by the door
before the business operation. The counts live in the database: a restart or a second server forgets nothing, and when
the database does not answer nothing is let through.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import UtcDateTime, db, insert_once, operation
from kernel.errors import TooMany


class LimitWindow(db.Model):
    """How often something was tried for a key since the window began."""

    __tablename__ = "limit_window"

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int]


def hit(name: str, key: str, *, limit: int, per: timedelta, refusal: type[TooMany] = TooMany) -> None:
    """Count one attempt; raise the refusal when more than ``limit`` were made within ``per``."""
    if _count(name, key, per) > limit:
        raise refusal()


def forget(name: str, key: str) -> None:
    """Begin afresh, for example after the right code."""
    _forget(name, key)


@operation
def _count(name: str, key: str, per: timedelta) -> int:
    moment = clock.now()
    if insert_once(LimitWindow, name=name, key=key, began_at=moment, count=1):
        return 1
    over = LimitWindow.began_at <= moment - per
    return db.session.execute(
        sa.update(LimitWindow)
        .where(LimitWindow.name == name, LimitWindow.key == key)
        .values(
            began_at=sa.case((over, moment), else_=LimitWindow.began_at),
            count=sa.case((over, 1), else_=LimitWindow.count + 1),
        )
        .returning(LimitWindow.count)
    ).scalar_one()


@operation
def _forget(name: str, key: str) -> None:
    db.session.execute(sa.delete(LimitWindow).where(LimitWindow.name == name, LimitWindow.key == key))
