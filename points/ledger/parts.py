"""Bookings that others are made of: qualifying points, lots that take points back, expiry, the repayment of debt."""

from datetime import datetime
from typing import Any

from kernel import clock
from kernel.actor import SYSTEM, Actor
from points import rules
from points.errors import BookedOtherwise
from points.ledger import sql
from points.ledger.account import LockedAccount, OpenLot, Source, open_lot, post, store
from points.models.ledger import Book, EntryKind


def own_entry(account: LockedAccount, entry_id: int, kind: EntryKind) -> Any:
    """Return an entry of the account's own, of a kind; anything else is a mistake of the caller."""
    row = sql.ENTRY.run(id=entry_id).first()
    if row is None or row.account_id != account.id or row.kind != kind.value:
        raise BookedOtherwise()
    return row


def qualify(
    account: LockedAccount, entry_id: int, amount: int, *, reverses_id: int | None = None, at: Any = None
) -> None:
    """Count qualifying points (less than zero: lost) from a moment on."""
    now = clock.now()
    sql.INSERT_QUALIFYING.run(
        account_id=account.id,
        entry_id=entry_id,
        reverses_id=reverses_id,
        amount=amount,
        counts_at=at or now,
        recorded_at=now,
    )
    account.requalified = True
    account.reversed = account.reversed or amount < 0


def allocations_of(account: LockedAccount, debit_id: int) -> list[tuple[OpenLot, int]]:
    """Return what a debit took and has not given back, with lots that the account knows where it knows them."""
    found = []
    for row in sql.ALLOCATED.run(entry_id=debit_id):
        lot = account.lots_by_id.get(row.id) or open_lot(row)
        found.append((lot, int(row.open)))
    return found


def put_back(account: LockedAccount, debit_id: int, plan: list[tuple[OpenLot, int]]) -> None:
    """Put points back into the lots that a debit took them from."""
    for lot, part in plan:
        lot.remaining += part
        account.add_lot(lot)
        if rules.is_usable(lot, clock.now()):
            account.is_due_by(lot.expires_at)
    sql.GIVE_BACK.run_many([{"entry_id": debit_id, "lot_id": lot.id, "amount": part} for lot, part in plan])
    sql.CHANGE_LOT.run_many([{"id": lot.id, "change": part} for lot, part in plan])
    store(account, account.version)


def bury(account: LockedAccount, cause_id: int, plan: list[tuple[OpenLot, int]], actor: Actor) -> int:
    """Book points that came back after their date as expired; return how many."""
    now, dead = clock.now(), 0
    for lot, part in plan:
        if lot.expires_at is not None and lot.expires_at <= now:
            expire(account, lot, part, at=now, cause=str(cause_id), actor=actor)
            dead += part
    return dead


def expire(account: LockedAccount, lot: OpenLot, amount: int, *, at: datetime, cause: str, actor: Actor) -> None:
    """Book points of a lot as expired."""
    post(
        account,
        EntryKind.EXPIRE,
        source=Source("points_lot", lot.id, cause),
        actor=actor,
        changes={Book.AVAILABLE: -amount},
        taken=[(lot, amount)],
        occurred_at=at,
        reverses_id=lot.entry_id,
    )


def repay(account: LockedAccount, cause_id: int) -> None:
    """Let points that have become usable repay what the account owes, before anything else."""
    if not account.debt:
        return
    part = min(account.debt, account.usable)
    if part:
        post(
            account,
            EntryKind.REPAY,
            source=Source("points_entry", cause_id),
            actor=SYSTEM,
            changes={Book.AVAILABLE: -part, Book.DEBT: -part},
            taken=rules.consumption(account.lots, part, clock.now()),
            reverses_id=cause_id,
        )
