"""Standings, statements and what stands behind an entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from kernel import clock
from kernel.db import db
from kernel.paging import Page, page_of
from points import rules
from points.models import (
    Account,
    Allocation,
    Book,
    EarningRule,
    Entry,
    EntryKind,
    Hold,
    HoldState,
    JournalLine,
    Lot,
    QualifyingEntry,
    Tier,
    TierEvent,
)
from points.models.ledger import MEMBER_BOOKS

FRESH = {"populate_existing": True}
"""The ledger writes past the mapped objects, so what is read is read anew."""


# --- the programme -----------------------------------------------------------------------------------------------------


def tiers_in_force(moment: datetime | None = None) -> list[Tier]:
    """Return the tiers as they stand at a moment, the lowest first."""
    every = db.session.scalars(
        sa.select(Tier).where(Tier.effective_from <= (moment or clock.now())).order_by(Tier.effective_from)
    )
    return _in_order(every)


def rule_in_force(occasion: str) -> EarningRule | None:
    """Return what an occasion earns now, or None when no rule has begun."""
    return db.session.scalar(
        sa.select(EarningRule)
        .where(EarningRule.occasion == occasion, EarningRule.effective_from <= clock.now())
        .order_by(EarningRule.effective_from.desc())
        .limit(1)
    )


def rules_in_force() -> list[EarningRule]:
    """Return what every occasion earns now, in the order they were first written."""
    every = db.session.scalars(
        sa.select(EarningRule)
        .where(EarningRule.effective_from <= clock.now())
        .order_by(EarningRule.effective_from, EarningRule.id)
    )
    return list({rule.occasion: rule for rule in every}.values())


def occasion_names() -> dict[str, str]:
    """Return the occasions' names in the reader's language."""
    return {rule.occasion: rule.name for rule in rules_in_force()}


# --- standings ---------------------------------------------------------------------------------------------------------


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


def _programme_of(member_id: int, now: datetime) -> tuple[list[Tier], Account | None, int]:
    """Return the tiers in force, a member's account and its qualifying points together: every page of the club asks."""
    qualifying = (
        sa.select(sa.func.coalesce(sa.func.sum(QualifyingEntry.amount), 0))
        .where(
            QualifyingEntry.account_id == Account.id,
            QualifyingEntry.counts_at >= rules.window_start(now),
            QualifyingEntry.counts_at <= now,
        )
        .correlate(Account)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Tier, Account, qualifying)
        .outerjoin(Account, Account.member_id == member_id)
        .where(Tier.effective_from <= now)
        .order_by(Tier.effective_from),
        execution_options=FRESH,
    ).all()
    _tier, account, points = rows[-1]
    return _in_order(tier for tier, _account, _points in rows), account, int(points or 0) if account else 0


def _in_order(every: Iterable[Tier]) -> list[Tier]:
    """Return of each tier what was written last, the lowest tier first."""
    return sorted({tier.code: tier for tier in every}.values(), key=lambda tier: tier.rank)


def _usable(now: datetime) -> sa.ColumnElement[bool]:
    """Return the rules' ``is_usable`` as a condition, counting what has begun and was not booked yet."""
    return sa.and_(
        Lot.remaining > 0,
        Lot.available_from <= now,
        sa.or_(Lot.expires_at.is_(None), Lot.expires_at > now),
    )


def _usable_groups(account_id: int, now: datetime) -> list[tuple[int, datetime | None]]:
    rows = db.session.execute(
        sa.select(sa.func.sum(Lot.remaining), Lot.expires_at)
        .where(Lot.account_id == account_id, _usable(now))
        .group_by(Lot.expires_at)
        .order_by(Lot.expires_at)
    )
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
    account_id = _account_id(member_id)
    groups = _usable_groups(account_id, clock.now()) if account_id else []
    return [Expiring(points, expires_at) for points, expires_at in groups if expires_at is not None]


def qualifying_of(account_id: int, moment: datetime) -> int:
    """Return the qualifying points of the 24 months before a moment."""
    total = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(QualifyingEntry.amount), 0)).where(
            QualifyingEntry.account_id == account_id,
            QualifyingEntry.counts_at >= rules.window_start(moment),
            QualifyingEntry.counts_at <= moment,
        )
    )
    return int(total or 0)


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
    account_id = _account_id(member_id)
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


# --- the statement -----------------------------------------------------------------------------------------------------


def _account_id(member_id: int) -> int | None:
    return db.session.scalar(sa.select(Account.id).where(Account.member_id == member_id))


IN = (EntryKind.GRANT, EntryKind.REFUND, EntryKind.REINSTATE)
OUT = (EntryKind.SPEND, EntryKind.EXPIRE, EntryKind.CLAWBACK)


def statement(member_id: int, *, direction: str = "", cursor: str | None = None, size: int = 20) -> Page[Entry]:
    """Return a page of a member's entries that changed the sum, newest first; ``direction``: in, out, or both."""
    kinds = {"in": IN, "out": OUT}.get(direction, (*IN, *OUT))
    query = (
        sa.select(Entry)
        .where(Entry.account_id == sa.select(Account.id).where(Account.member_id == member_id).scalar_subquery())
        .where(Entry.kind.in_(kinds))
    )
    return page_of(query, order=[Entry.number.desc()], cursor=cursor, size=size)


def pending_of(entry_ids: Sequence[int]) -> set[int]:
    """Return which of some entries brought points that cannot be used yet."""
    if not entry_ids:
        return set()
    waiting = sa.or_(Lot.available_from.is_(None), Lot.available_from > clock.now())
    return set(
        db.session.scalars(
            sa.select(Lot.entry_id).where(Lot.entry_id.in_(entry_ids), Lot.pending, Lot.remaining > 0, waiting)
        )
    )


@dataclass(frozen=True)
class LotUse:
    """What a debit took from a lot: the debit, the lot, the entry the lot came from."""

    entry: Entry
    lot: Lot
    origin: Entry
    amount: int
    returned: int


@dataclass(frozen=True)
class EntryLife:
    """An entry with everything that explains it."""

    entry: Entry
    lots: Sequence[Lot]
    uses: Sequence[LotUse]
    """What became of the lots that the entry brought."""
    taken: Sequence[LotUse]
    """Which lots the entry took from, or (of a refund) gave back to."""
    earlier: Entry | None
    later: Sequence[Entry]


def entry_for(member_id: int, entry_id: int) -> EntryLife | None:
    """Return one of a member's own entries with its whole life, or None; five queries."""
    entry = db.session.scalar(
        sa.select(Entry)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.id == entry_id, Account.member_id == member_id)
    )
    if entry is None:
        return None
    lots = db.session.scalars(sa.select(Lot).where(Lot.entry_id == entry_id), execution_options=FRESH).all()
    debit_id = entry.reverses_id if entry.kind is EntryKind.REFUND else entry.id
    earlier = db.session.get(Entry, entry.reverses_id) if entry.reverses_id else None
    if earlier is not None and earlier.kind is EntryKind.SPEND and entry.kind is EntryKind.REFUND:
        debit_id = earlier.reverses_id or earlier.id
    elif entry.kind is EntryKind.SPEND and entry.reverses_id:
        debit_id = entry.reverses_id
    later = db.session.scalars(sa.select(Entry).where(Entry.reverses_id == entry_id).order_by(Entry.id).limit(50)).all()
    return EntryLife(
        entry=entry,
        lots=lots,
        uses=_uses(Allocation.lot_id.in_([lot.id for lot in lots])) if lots else [],
        taken=_uses(Allocation.entry_id == debit_id),
        earlier=earlier,
        later=later,
    )


def _uses(condition: sa.ColumnElement[bool]) -> list[LotUse]:
    origin = sa.orm.aliased(Entry)
    rows = db.session.execute(
        sa.select(Allocation, Lot, Entry, origin)
        .join(Lot, Lot.id == Allocation.lot_id)
        .join(Entry, Entry.id == Allocation.entry_id)
        .join(origin, origin.id == Lot.entry_id)
        .where(condition)
        .order_by(Allocation.entry_id, Lot.expires_at, Lot.id)
        .limit(100),
        execution_options=FRESH,
    )
    return [LotUse(entry, lot, first, a.amount, a.returned) for a, lot, entry, first in rows]


def lots_of(member_id: int) -> list[tuple[Lot, Entry]]:
    """Return a member's open lots in the order of their use, each with the entry it came from; at most 200."""
    rows = db.session.execute(
        sa.select(Lot, Entry)
        .join(Entry, Entry.id == Lot.entry_id)
        .join(Account, Account.id == Lot.account_id)
        .where(Account.member_id == member_id, Lot.remaining > 0)
        .limit(200),
        execution_options=FRESH,
    )
    origins = {lot.id: (lot, entry) for lot, entry in rows}
    return [origins[lot.id] for lot in rules.in_order(lot for lot, _entry in origins.values())]


# --- what is due -------------------------------------------------------------------------------------------------------

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


def _stretch(query: sa.Select[Any], moment: Any, after: Due | None, limit: int) -> list[Due]:
    if after is not None:
        query = query.where(sa.or_(moment > after[0], sa.and_(moment == after[0], Account.id > after[1])))
    rows = db.session.execute(query.order_by(moment, Account.id).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]
