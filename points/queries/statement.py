"""The statement, and what stands behind each of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kernel import clock
from kernel.db import db
from kernel.paging import Page, page_of
from points import rules
from points.models import Account, Allocation, Entry, EntryKind, Lot

FRESH = {"populate_existing": True}
"""The ledger writes past the mapped objects, so what is read is read anew."""


def account_id_of(member_id: int) -> int | None:
    """Return the id of a member's account, or None while there is none."""
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
