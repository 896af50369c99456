"""The ledger against itself: every figure is rebuilt from the rows and compared, every account's chain is walked.

Each check is one statement over the whole table that returns only what is wrong, except the chain, which is walked in
one stream; memory stays the same at any size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kernel.db import db
from points.ledger.chain import CHAINED, link
from points.models import Account, Allocation, Book, Entry, EntryKind, Hold, JournalLine, Lot
from points.models.ledger import GENESIS, MEMBER_BOOKS, HoldState

MOST_FAULTS = 1_000
STRETCH = 2_000


@dataclass(frozen=True)
class Verdict:
    """What was looked at, and everything that is wrong."""

    accounts: int
    entries: int
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(step: Callable[[int], None] = lambda _entries: None) -> Verdict:
    """Rebuild every balance, walk every chain, report all faults; ``step`` hears how many entries were walked."""
    faults: list[str] = []
    for check in (_figures, _lots, _journal, _allocations, _holds, _club):
        faults.extend(check())
    walk = _Walk(step)
    faults.extend(walk.faults())
    return Verdict(accounts=walk.accounts, entries=walk.entries, faults=tuple(faults[:MOST_FAULTS]))


def _rows(query: Any) -> Iterator[Any]:
    yield from db.session.execute(query.limit(MOST_FAULTS))


def _sum(column: Any, condition: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, column), else_=0)), 0)


def _figures() -> Iterator[str]:
    """The cached figures of each account against the lines of its journal, and against its lots."""
    rebuilt = (
        sa.select(
            Entry.account_id.label("id"),
            *[_sum(JournalLine.amount, JournalLine.book == book).label(book.value) for book in MEMBER_BOOKS],
        )
        .join(JournalLine, JournalLine.entry_id == Entry.id)
        .group_by(Entry.account_id)
        .subquery()
    )
    for book in MEMBER_BOOKS:
        cached = getattr(Account, book.value)
        rows = sa.func.coalesce(rebuilt.c[book.value], 0) * (-1 if book is Book.DEBT else 1)
        query = sa.select(Account.id, cached, rows).outerjoin(rebuilt, rebuilt.c.id == Account.id).where(cached != rows)
        for account_id, stored, found in _rows(query):
            yield f"account {account_id}: {book.value} is {stored}, its rows say {found}"
    lots = (
        sa.select(
            Lot.account_id.label("id"),
            _sum(Lot.remaining, ~Lot.pending).label("available"),
            _sum(Lot.remaining, Lot.pending).label("pending"),
        )
        .where(Lot.remaining > 0)
        .group_by(Lot.account_id)
        .subquery()
    )
    for name in ("available", "pending"):
        cached, rows = getattr(Account, name), sa.func.coalesce(lots.c[name], 0)
        query = sa.select(Account.id, cached, rows).outerjoin(lots, lots.c.id == Account.id).where(cached != rows)
        for account_id, stored, found in _rows(query):
            yield f"account {account_id}: {name} is {stored}, its lots hold {found}"
    due = sa.case((Lot.pending, Lot.available_from), else_=Lot.expires_at)
    late = (
        sa.select(Lot.account_id, Lot.id)
        .join(Account, Account.id == Lot.account_id)
        .where(Lot.remaining > 0, due.is_not(None), sa.or_(Account.due_at.is_(None), Account.due_at > due))
    )
    for account_id, lot_id in _rows(late):
        yield f"account {account_id}: lot {lot_id} falls due before the account does"


def _lots() -> Iterator[str]:
    """Each lot: granted = remaining + what was taken - what was returned; and its entry gave exactly that much."""
    taken = (
        sa.select(Allocation.lot_id.label("id"), sa.func.sum(Allocation.amount - Allocation.returned).label("taken"))
        .group_by(Allocation.lot_id)
        .subquery()
    )
    out = sa.func.coalesce(taken.c.taken, 0)
    query = (
        sa.select(Lot.id, Lot.granted, Lot.remaining, out)
        .outerjoin(taken, taken.c.id == Lot.id)
        .where(Lot.granted != Lot.remaining + out)
    )
    for lot_id, granted, remaining, used in _rows(query):
        yield f"lot {lot_id}: {granted} granted, {remaining} remaining, {used} taken"
    wrong = (
        sa.select(Lot.id, Entry.id)
        .join(Entry, Entry.id == Lot.entry_id)
        .where(sa.or_(Lot.granted != Entry.amount, Lot.account_id != Entry.account_id))
    )
    for lot_id, entry_id in _rows(wrong):
        yield f"lot {lot_id} is not what entry {entry_id} granted"


def _journal() -> Iterator[str]:
    """Each entry's lines sum to zero, and the member's side of them is its amount."""
    lines = (
        sa.select(
            JournalLine.entry_id.label("id"),
            sa.func.sum(JournalLine.amount).label("whole"),
            _sum(JournalLine.amount, JournalLine.book.in_(MEMBER_BOOKS)).label("own"),
        )
        .group_by(JournalLine.entry_id)
        .subquery()
    )
    query = (
        sa.select(Entry.id, Entry.amount, lines.c.whole, lines.c.own)
        .outerjoin(lines, lines.c.id == Entry.id)
        .where(sa.or_(lines.c.id.is_(None), lines.c.whole != 0, lines.c.own != Entry.amount))
    )
    for entry_id, amount, whole, own in _rows(query):
        yield f"entry {entry_id} of {amount}: its lines sum to {whole}, the member's side to {own}"


def _allocations() -> Iterator[str]:
    """Each entry that takes from lots took exactly what it booked."""
    taken = (
        sa.select(Allocation.entry_id.label("id"), sa.func.sum(Allocation.amount).label("taken"))
        .group_by(Allocation.entry_id)
        .subquery()
    )
    debt = (
        sa.select(-JournalLine.amount)
        .where(JournalLine.entry_id == Entry.id, JournalLine.book == Book.DEBT)
        .scalar_subquery()
    )
    owed = sa.case((Entry.kind == EntryKind.CLAWBACK, sa.func.coalesce(debt, 0)), else_=0)
    commits = sa.and_(Entry.kind == EntryKind.SPEND, Entry.reverses_id.is_not(None))
    takes = sa.and_(
        Entry.kind.in_((EntryKind.SPEND, EntryKind.EXPIRE, EntryKind.CLAWBACK, EntryKind.HOLD, EntryKind.REPAY)),
        ~commits,
    )
    expected = sa.case((takes, Entry.moved - owed), else_=0)
    query = (
        sa.select(Entry.id, Entry.kind, expected, sa.func.coalesce(taken.c.taken, 0))
        .outerjoin(taken, taken.c.id == Entry.id)
        .where(expected != sa.func.coalesce(taken.c.taken, 0))
    )
    for entry_id, kind, wanted, found in _rows(query):
        yield f"entry {entry_id} ({kind.value}): {wanted} points booked, {found} taken from lots"


def _holds() -> Iterator[str]:
    """The open holds of each account are what it holds."""
    held = (
        sa.select(Hold.account_id.label("id"), sa.func.sum(Hold.amount).label("held"))
        .where(Hold.state == HoldState.OPEN)
        .group_by(Hold.account_id)
        .subquery()
    )
    out = sa.func.coalesce(held.c.held, 0)
    query = sa.select(Account.id, Account.held, out).outerjoin(held, held.c.id == Account.id).where(Account.held != out)
    for account_id, stored, found in _rows(query):
        yield f"account {account_id}: {stored} held, its open holds say {found}"


def _club() -> Iterator[str]:
    """The whole journal sums to zero."""
    total = db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(JournalLine.amount), 0)))
    if total:
        yield f"the journal sums to {total}"


class _Walk:
    """Every account's entries in their order: numbers without a gap, balances that add up, hashes that fit."""

    def __init__(self, step: Callable[[int], None]) -> None:
        self.step = step
        self.accounts = 0
        self.entries = 0

    def faults(self) -> Iterator[str]:
        columns = [getattr(Entry, name) for name in CHAINED]
        rows = db.session.execute(
            sa.select(Entry.id, Entry.previous, Entry.hash, Account.version, Account.last_hash, *columns)
            .join(Account, Account.id == Entry.account_id)
            .order_by(Entry.account_id, Entry.number)
            .execution_options(yield_per=STRETCH)
        )
        before: Any = None
        number, balance, previous = 0, 0, GENESIS
        for row in rows:
            if before is None or row.account_id != before.account_id:
                yield from self._end(before, number, previous)
                number, balance, previous = 0, 0, GENESIS
            before = row
            number, balance = number + 1, balance + row.amount
            self.entries += 1
            if self.entries % STRETCH == 0:
                self.step(self.entries)
            if row.number != number:
                yield f"account {row.account_id}: entry {number} is missing"
                number = row.number
            if row.balance != balance:
                yield f"entry {row.id}: the balance says {row.balance}, the entries sum to {balance}"
                balance = row.balance
            if row.previous != previous:
                yield f"entry {row.id} does not follow the one before it"
            if link(row.previous, dict(row._mapping)) != row.hash:
                yield f"entry {row.id} was changed"
            previous = row.hash
        yield from self._end(before, number, previous)
        untouched = sa.select(Account.id).where(Account.version > 0, ~sa.exists().where(Entry.account_id == Account.id))
        for (missing_id,) in _rows(untouched):
            yield f"account {missing_id}: all its entries are missing"

    def _end(self, last: Any, number: int, end: str) -> Iterator[str]:
        if last is None:
            return
        self.accounts += 1
        if last.version != number or last.last_hash != end:
            yield f"account {last.account_id}: its chain ends at entry {number}, the account says {last.version}"
