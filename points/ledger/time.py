"""What time brings: an account is locked and brought up to this moment in one step."""

from datetime import datetime

from kernel import clock
from kernel.actor import SYSTEM
from points import rules
from points.ledger import sql
from points.ledger.account import LockedAccount, OpenLot, Source, open_or_read, post, store
from points.ledger.holds import end_hold, let_go
from points.ledger.parts import expire, qualify, repay
from points.models.ledger import Book, EntryKind, HoldState


def lock_account(member_id: int) -> LockedAccount:
    """Lock a member's account until the operation ends, opened if it is new and brought up to this moment."""
    account = open_or_read(member_id)
    _settle(account, clock.now())
    return account


def begin(account: LockedAccount, grant_id: int, available_from: datetime) -> None:
    """Say from when on a grant's pending points can be used; at once when that moment has come."""
    now = clock.now()
    for lot in account.lots:
        if lot.entry_id == grant_id and lot.pending:
            lot.available_from = available_from
            lot.expires_at = rules.expiry_after_months(available_from, lot.valid_months)
            _write_beginning(lot)
            account.is_due_by(available_from)
    store(account, account.version)
    _settle(account, now)


def _write_beginning(lot: OpenLot) -> None:
    sql.BEGIN_LOT.run(id=lot.id, pending=lot.pending, available_from=lot.available_from, expires_at=lot.expires_at)


def _settle(account: LockedAccount, now: datetime) -> None:
    """Book what time has brought: holds that ran out, lots that became usable, lots that expired, each at its moment."""
    if account.due_at is None or account.due_at > now:
        return
    if account.held:
        for row in sql.DUE_HOLDS.run(account_id=account.id, now=now).all():
            end_hold(row, HoldState.EXPIRED)
            ended = sql.moment(row.expires_at)
            assert ended is not None
            let_go(account, row, row.amount, at=ended, actor=SYSTEM)
    while due := [lot for lot in account.lots if rules.is_due(lot, now)]:
        lot = min(due, key=lambda lot: (rules.next_due(lot), lot.id))
        if lot.pending:
            _activate(account, lot)
        else:
            assert lot.expires_at is not None
            expire(account, lot, lot.remaining, at=lot.expires_at, cause="", actor=SYSTEM)
    account.due_at = _next_due(account)
    store(account, account.version)


def _next_due(account: LockedAccount) -> datetime | None:
    moments = [rules.next_due(lot) for lot in account.lots]
    if account.held:
        moments.append(sql.moment(sql.NEXT_HOLD.run(account_id=account.id).scalar()))
    return min((moment for moment in moments if moment is not None), default=None)


def _activate(account: LockedAccount, lot: OpenLot) -> None:
    assert lot.available_from is not None
    grant = sql.ENTRY.run(id=lot.entry_id).one()
    lot.pending = False
    lot.expires_at = lot.expires_at or rules.expiry_after_months(lot.available_from, lot.valid_months)
    posted = post(
        account,
        EntryKind.ACTIVATE,
        source=Source("points_lot", lot.id),
        actor=SYSTEM,
        changes={Book.PENDING: -lot.remaining, Book.AVAILABLE: lot.remaining},
        occurred_at=lot.available_from,
        reverses_id=lot.entry_id,
    )
    _write_beginning(lot)
    booked = sql.BOOKED_BACK.run(entry_id=lot.entry_id).one()
    qualifying = grant.qualifying - int(booked.qualifying)
    if qualifying > 0:
        qualify(account, posted.id, qualifying, at=lot.available_from)
    repay(account, posted.id)
