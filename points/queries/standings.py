"""How members stand: points, tier, what expires next; at this moment and at any other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from kernel import clock
from kernel.db import db
from points import rules
from points.models import (
    Account,
    Allocation,
    Book,
    Entry,
    Hold,
    HoldState,
    JournalLine,
    Lot,
    QualifyingEntry,
    Tier,
    TierEvent,
)
from points.models.ledger import MEMBER_BOOKS
from points.queries.programme import in_order
from points.queries.statement import FRESH, account_id_of


@dataclass(frozen=True)
class Expiring:
    """Points that die together: how many, the first dead moment, and the last day on which they can be used."""

    points: int
    expires_at: datetime

    @property
    def last_day(self) -> Any:
        return clock.day_of(self.expires_at - timedelta(seconds=1))


@dataclass(frozen=True)
class Standing:
    """How a member stands: points, tier, the way to the next one, and what expires next."""

    member_id: int
    account_id: int | None
    available: int
    pending: int
    held: int
    debt: int
    tier: Tier
    tier_until: datetime | None
    tier_notice_at: datetime | None
    next: Tier | None
    missing: int
    reached: int
    qualifying: int
    expiring: tuple[Expiring, ...] = ()

    @property
    def net(self) -> int:
        return self.available + self.held - self.debt

    @property
    def next_expiry(self) -> Expiring | None:
        """What dies within 90 days, the first of it."""
        first = self.expiring[0] if self.expiring else None
        return first if first is not None and first.expires_at <= clock.now() + timedelta(days=90) else None


def account_of(member_id: int) -> Standing:
    """Return how a member stands at this moment; two queries. A member without an account has nothing yet."""
    now = clock.now()
    tiers, account, qualifying = _programme_of(member_id, now)
    tier = rules.best_of(tiers, [account.tier_code if account else None])
    above = rules.next_tier(tiers, tier.code)
    missing, reached = rules.distance(above, qualifying) if above else (0, 100)
    figures = _figures_now(account, now) if account else _Figures()
    groups = figures.groups
    return Standing(
        member_id=member_id,
        account_id=account.id if account else None,
        available=sum(points for points, _expires_at in groups),
        pending=figures.pending,
        held=figures.held,
        debt=figures.debt,
        tier=tier,
        tier_until=account.tier_until if account else None,
        tier_notice_at=account.tier_notice_at if account else None,
        next=above,
        missing=missing,
        reached=reached,
        qualifying=qualifying,
        expiring=tuple(Expiring(points, expires_at) for points, expires_at in groups if expires_at is not None),
    )


@dataclass
class _Figures:
    """The figures of an account at a moment, with what time has brought and nobody has booked yet."""

    groups: list[tuple[int, datetime | None]] = field(default_factory=list)
    """Usable points by the moment they die."""
    pending: int = 0
    held: int = 0
    debt: int = 0


def _figures_now(account: Account, now: datetime) -> _Figures:
    figures = _Figures(_usable_groups(account.id, now), account.pending, account.held, account.debt)
    if account.due_at is None or account.due_at > now:
        return figures
    if account.pending:
        figures.pending = _pending_points(account.id, now)
    if account.held:
        _let_go(figures, account.id, now)
    if figures.debt:
        _repay(figures)
    return figures


def _let_go(figures: _Figures, account_id: int, now: datetime) -> None:
    """Count holds that have run out as given back, into lots that are alive."""
    rows = db.session.execute(
        sa.select(Allocation.amount - Allocation.returned, Lot.expires_at)
        .join(Hold, Hold.entry_id == Allocation.entry_id)
        .join(Lot, Lot.id == Allocation.lot_id)
        .where(Hold.account_id == account_id, Hold.state == HoldState.OPEN, Hold.expires_at <= now)
    )
    back: dict[datetime | None, int] = {expires_at: points for points, expires_at in figures.groups}
    for points, expires_at in rows:
        figures.held -= points
        if expires_at is None or expires_at > now:
            back[expires_at] = back.get(expires_at, 0) + points
    figures.groups = _by_end((points, expires_at) for expires_at, points in back.items())


def _repay(figures: _Figures) -> None:
    """Count what is owed as repaid out of what has become usable."""
    left = []
    for points, expires_at in figures.groups:
        part = min(points, figures.debt)
        figures.debt -= part
        if points > part:
            left.append((points - part, expires_at))
    figures.groups = left


def _by_end(groups: Iterable[tuple[int, datetime | None]]) -> list[tuple[int, datetime | None]]:
    return sorted(groups, key=lambda group: group[1] or rules.NEVER)


@cache
def _programme() -> sa.Select[Any]:
    """Return the statement of ``_programme_of``, built once."""
    qualifying = (
        sa.select(sa.func.coalesce(sa.func.sum(QualifyingEntry.amount), 0))
        .where(
            QualifyingEntry.account_id == Account.id,
            QualifyingEntry.counts_at >= sa.bindparam("since"),
            QualifyingEntry.counts_at <= sa.bindparam("now"),
        )
        .correlate(Account)
        .scalar_subquery()
    )
    return (
        sa.select(Tier, Account, qualifying)
        .outerjoin(Account, Account.member_id == sa.bindparam("member_id"))
        .where(Tier.effective_from <= sa.bindparam("now"))
        .order_by(Tier.effective_from)
    )


def _programme_of(member_id: int, now: datetime) -> tuple[list[Tier], Account | None, int]:
    """Return the tiers in force, a member's account and its qualifying points together: every page of the club asks."""
    given = {"member_id": member_id, "now": now, "since": rules.window_start(now)}
    rows = db.session.execute(_programme(), given, execution_options=FRESH).all()
    _tier, account, points = rows[-1]
    return in_order(tier for tier, _account, _points in rows), account, int(points or 0) if account else 0


def _usable(now: Any) -> sa.ColumnElement[bool]:
    """Return the rules' ``is_usable`` as a condition, counting what has begun and was not booked yet."""
    return sa.and_(
        Lot.remaining > 0,
        Lot.available_from <= now,
        sa.or_(Lot.expires_at.is_(None), Lot.expires_at > now),
    )


@cache
def _groups() -> sa.Select[int, datetime | None]:
    """Return the statement of ``_usable_groups``, built once."""
    return (
        sa.select(sa.func.sum(Lot.remaining), Lot.expires_at)
        .where(Lot.account_id == sa.bindparam("account_id"), _usable(sa.bindparam("now")))
        .group_by(Lot.expires_at)
        .order_by(Lot.expires_at)
    )


def _usable_groups(account_id: int, now: datetime) -> list[tuple[int, datetime | None]]:
    rows = db.session.execute(_groups(), {"account_id": account_id, "now": now})
    return _by_end((int(points), expires_at) for points, expires_at in rows)


def _pending_points(account_id: int, now: datetime) -> int:
    waiting = sa.or_(Lot.available_from.is_(None), Lot.available_from > now)
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Lot.remaining), 0)).where(
                Lot.account_id == account_id, Lot.remaining > 0, Lot.pending, waiting
            )
        )
        or 0
    )


def expiring(member_id: int) -> list[Expiring]:
    """Return a member's usable points by the moment they die, the next first; without those that never do."""
    account_id = account_id_of(member_id)
    groups = _usable_groups(account_id, clock.now()) if account_id else []
    return [Expiring(points, expires_at) for points, expires_at in groups if expires_at is not None]


def tier_history(member_id: int, *, limit: int = 20) -> list[TierEvent]:
    """Return a member's changes of tier, newest first."""
    return list(
        db.session.scalars(
            sa.select(TierEvent)
            .join(Account, Account.id == TierEvent.account_id)
            .where(Account.member_id == member_id)
            .order_by(TierEvent.id.desc())
            .limit(limit)
        )
    )


def balance_as_of(member_id: int, moment: datetime) -> dict[Book, int]:
    """Return what a member had at any instant: available, pending, held and debt, out of the journal.

    Bookings count at the moment they are for, so a sweep that came late changes nothing.
    """
    account_id = account_id_of(member_id)
    figures = dict.fromkeys(MEMBER_BOOKS, 0)
    if account_id is None:
        return figures
    rows = db.session.execute(
        sa.select(JournalLine.book, sa.func.sum(JournalLine.amount))
        .join(Entry, Entry.id == JournalLine.entry_id)
        .where(Entry.account_id == account_id, Entry.occurred_at <= moment, JournalLine.book.in_(MEMBER_BOOKS))
        .group_by(JournalLine.book)
    )
    figures.update({book: int(amount) for book, amount in rows})
    figures[Book.DEBT] = -figures[Book.DEBT]
    _count_unbooked(figures, account_id, moment)
    return figures


def _count_unbooked(figures: dict[Book, int], account_id: int, moment: datetime) -> None:
    """Count what time has brought and no sweep has booked yet."""
    lots = db.session.scalars(
        sa.select(Lot).where(Lot.account_id == account_id, Lot.remaining > 0), execution_options=FRESH
    )
    for lot in lots:
        begun = lot.pending and lot.available_from is not None and lot.available_from <= moment
        ended = lot.expires_at is not None and lot.expires_at <= moment
        if begun:
            figures[Book.PENDING] -= lot.remaining
        if begun and not ended:
            figures[Book.AVAILABLE] += lot.remaining
        if ended and not lot.pending:
            figures[Book.AVAILABLE] -= lot.remaining
