"""An account while it is locked: its figures and open lots in memory, and the one way to book an entry on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from kernel import clock
from kernel.actor import Actor
from kernel.db import in_operation
from points import rules
from points.errors import AccountMoved, BookedOtherwise
from points.ledger import sql
from points.ledger.chain import digest, link
from points.models.ledger import GENESIS, Book, EntryKind

MOST = 10_000_000
"""No single booking moves more points than this; more is a mistake."""

_CLUB = {
    EntryKind.GRANT: Book.ISSUED,
    EntryKind.SPEND: Book.REDEEMED,
    EntryKind.REFUND: Book.REDEEMED,
    EntryKind.EXPIRE: Book.EXPIRED,
    EntryKind.REINSTATE: Book.EXPIRED,
    EntryKind.CLAWBACK: Book.CLAWED_BACK,
}


@dataclass
class OpenLot:
    """A lot with what remains of it."""

    id: int
    entry_id: int
    granted: int
    remaining: int
    pending: bool
    earned_at: datetime
    available_from: datetime | None
    expires_at: datetime | None
    valid_months: int | None


def open_lot(row: Any) -> OpenLot:
    """Return a lot out of a driver's row."""
    earned_at = sql.moment(row.earned_at)
    assert earned_at is not None
    return OpenLot(
        row.id,
        row.entry_id,
        row.granted,
        row.remaining,
        bool(row.pending),
        earned_at,
        sql.moment(row.available_from),
        sql.moment(row.expires_at),
        row.valid_months,
    )


@dataclass(frozen=True)
class Source:
    """Where a booking comes from; with the kind and the part it makes the business key."""

    type: str
    id: int
    part: str = ""


@dataclass(frozen=True)
class Posted:
    """A booking that was made, or (``replayed``) had been made before under the same business key."""

    __tablename__: ClassVar[str] = "points_entry"

    id: int
    account_id: int
    amount: int
    replayed: bool = False


@dataclass
class LockedAccount:
    """An account whose row is locked until the operation ends; everything is booked through it."""

    id: int
    member_id: int
    available: int
    pending: int
    held: int
    debt: int
    version: int
    last_hash: str
    due_at: datetime | None
    tier_code: str | None
    tier_since: datetime | None
    tier_until: datetime | None
    floor_code: str | None
    manual_code: str | None
    manual_until: datetime | None
    requalified: bool = False
    """Whether qualifying points were booked since the account was locked, so that the tier has to be looked at."""
    reversed: bool = False
    """Whether some of them were taken back, so that the tier may have lost what it stood on."""
    _lots: dict[int, OpenLot] | None = field(default=None, repr=False)

    @property
    def net(self) -> int:
        """The sum of the account's entries."""
        return self.available + self.pending + self.held - self.debt

    @property
    def lots(self) -> list[OpenLot]:
        """The open lots, read when they are needed first."""
        return list(self.lots_by_id.values())

    @property
    def lots_by_id(self) -> dict[int, OpenLot]:
        if self._lots is None:
            self._lots = {row.id: open_lot(row) for row in sql.LOTS.run(account_id=self.id)}
        return self._lots

    @property
    def usable(self) -> int:
        """The points that can be used now: the sum over the very lots that a spending would take from."""
        return rules.usable_points(self.lots, clock.now())

    def add_lot(self, lot: OpenLot) -> None:
        """Take a lot in that has come into being or is opened again."""
        if self._lots is not None:
            self._lots[lot.id] = lot

    def is_due_by(self, when: datetime | None) -> None:
        """Remember that something will have to be booked then."""
        if when is not None and (self.due_at is None or when < self.due_at):
            self.due_at = when


def read(member_id: int) -> LockedAccount | None:
    """Return an account as it stands, locked where the database locks rows."""
    row = sql.LOCK.run(member_id=member_id).first()
    if row is None:
        return None
    values = dict(row._mapping)
    for name in ("due_at", "tier_since", "tier_until", "manual_until"):
        values[name] = sql.moment(values[name])
    return LockedAccount(**values)


def open_or_read(member_id: int) -> LockedAccount:
    """Return a member's account locked, opening it the first time."""
    if not in_operation():
        raise RuntimeError("an account is locked inside an operation")
    account = read(member_id)
    if account is None:
        sql.OPEN.run(member_id=member_id, last_hash=GENESIS, opened_at=clock.now())
        account = read(member_id)
    assert account is not None
    return account


def replay_of(account: LockedAccount, kind: EntryKind, source: Source, content: str) -> Posted | None:
    """Return what was booked before under a business key; raise ``BookedOtherwise`` when it was something else."""
    row = sql.FIND.run(key=key_of(kind, source)).first()
    if row is None:
        return None
    if row.account_id != account.id or row.content != content:
        raise BookedOtherwise()
    return Posted(row.id, row.account_id, row.amount, replayed=True)


def key_of(kind: EntryKind, source: Source) -> str:
    """Return the business key of a booking."""
    return f"{kind.value}:{source.type}:{source.id}:{source.part}"


def post(
    account: LockedAccount,
    kind: EntryKind,
    *,
    source: Source,
    actor: Actor,
    changes: dict[Book, int],
    taken: Sequence[tuple[OpenLot, int]] = (),
    content: str | None = None,
    occurred_at: datetime | None = None,
    reason: str = "",
    reverses_id: int | None = None,
    occasion: str | None = None,
    qualifying: int = 0,
) -> Posted:
    """Book one entry with its journal lines and allocations, and store the account; the only writer of entries.

    ``changes`` are the changes of the account's own figures (debt counted upwards); the club's side follows from the
    kind, so that the lines sum to zero. ``taken`` are the lots that the entry takes from.
    """
    lines = {book: -change if book is Book.DEBT else change for book, change in changes.items() if change}
    amount = sum(lines.values())
    moved = amount or max(abs(line) for line in lines.values())
    if not 0 < abs(moved) <= MOST:
        raise ValueError(f"a booking of {moved} points")
    before = account.version
    for book, change in changes.items():
        setattr(account, book.value, getattr(account, book.value) + change)
    now = clock.now()
    values: dict[str, Any] = {
        "account_id": account.id,
        "number": before + 1,
        "kind": kind.value,
        "amount": amount,
        "moved": abs(moved),
        "balance": account.net,
        "key": key_of(kind, source),
        "content": content or digest(kind.value, amount, moved, source.type, source.id, source.part),
        "source_type": source.type,
        "source_id": source.id,
        "occasion": occasion,
        "qualifying": qualifying,
        "occurred_at": occurred_at or now,
        "recorded_at": now,
        "actor": actor.label,
        "reason": reason[:300],
        "reverses_id": reverses_id,
    }
    digest_of_all = link(account.last_hash, values)
    entry_id = sql.INSERT_ENTRY.run(**values, previous=account.last_hash, hash=digest_of_all).scalar()
    if entry_id is None:
        raise BookedOtherwise()
    if amount:
        lines[_CLUB[kind]] = -amount
    sql.INSERT_LINE.run_many(
        [{"entry_id": entry_id, "book": book.value, "amount": line} for book, line in lines.items()]
    )
    _take(entry_id, taken)
    account.version, account.last_hash = before + 1, digest_of_all
    store(account, before)
    return Posted(entry_id, account.id, amount)


def _take(entry_id: int, taken: Iterable[tuple[OpenLot, int]]) -> None:
    for lot, part in taken:
        lot.remaining -= part
    sql.INSERT_ALLOCATION.run_many([{"entry_id": entry_id, "lot_id": lot.id, "amount": part} for lot, part in taken])
    sql.CHANGE_LOT.run_many([{"id": lot.id, "change": -part} for lot, part in taken])


def store(account: LockedAccount, before: int) -> None:
    """Write the account's figures back; whoever wrote past the lock is found out here."""
    stored = sql.STORE.run(
        id=account.id,
        before=before,
        available=account.available,
        pending=account.pending,
        held=account.held,
        debt=account.debt,
        version=account.version,
        last_hash=account.last_hash,
        due_at=account.due_at,
    )
    if stored.rowcount != 1:
        raise AccountMoved()
