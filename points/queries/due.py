"""What is due: accounts, tiers, in stretches that the jobs work through."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kernel.db import db
from points import rules
from points.models import Account

Due = tuple[datetime, int, int]
"""A moment, an account's id, its member's id: the place in a list of what is due."""


def due_accounts(as_of: datetime, *, after: Due | None = None, held: bool = False, limit: int = 200) -> list[Due]:
    """Return accounts for which time has brought something to book, the oldest first; ``held``: only those with holds."""
    query = sa.select(Account.due_at, Account.id, Account.member_id).where(Account.due_at <= as_of)
    if held:
        query = query.where(Account.held > 0)
    return _stretch(query, Account.due_at, after, limit)


def due_reviews(as_of: datetime, *, after: Due | None = None, limit: int = 200) -> list[Due]:
    """Return accounts whose tier runs out within the time of notice, the first first; the notified ones at the end only."""
    query = sa.select(Account.tier_until, Account.id, Account.member_id).where(
        Account.tier_until <= as_of + rules.NOTICE,
        sa.or_(Account.tier_notice_at.is_(None), Account.tier_until <= as_of),
    )
    return _stretch(query, Account.tier_until, after, limit)


def _stretch(query: Any, moment: Any, after: Due | None, limit: int) -> list[Due]:
    if after is not None:
        query = query.where(sa.or_(moment > after[0], sa.and_(moment == after[0], Account.id > after[1])))
    rows = db.session.execute(query.order_by(moment, Account.id).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]
