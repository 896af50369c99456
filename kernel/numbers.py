"""Numbers that people read out on the phone: case numbers, member numbers, order numbers.

A number is random within its prefix, so that it tells nobody how many there are, and drawn under a unique rule, so that
no two writers wait for each other.
"""

import secrets
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import db, insert_once


class DrawnNumber(db.Model):
    """A number that was given out, ever."""

    __tablename__ = "drawn_number"

    number: Mapped[str] = mapped_column(sa.String(40), primary_key=True)


def draw(prefix: str, day: date | None = None, *, digits: int = 6) -> str:
    """Return a fresh number such as ``BX261123-408217`` (with a day) or ``80412297`` (without, no dash)."""
    head = f"{prefix}{day:%y%m%d}-" if day else prefix
    for _attempt in range(100):
        number = head + "".join(secrets.choice("0123456789") for _ in range(digits))
        if insert_once(DrawnNumber, number=number):
            return number
    raise RuntimeError(f"no free number under {head}")
