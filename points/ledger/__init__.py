"""The ledger: the only writer of entries, lots and allocations.

``lock_account`` comes first, once, before anything is checked; it also books what time has brought since the account was
last touched (lots that became usable or expired, holds that ran out). All functions run inside an operation.
"""

from datetime import datetime, timedelta
from typing import Any

from kernel import clock
from kernel.actor import SYSTEM, Actor
from points import rules
from points.errors import BookedOtherwise, HoldEnded, TooMuchReturned
from points.ledger import sql
from points.ledger.account import (
    LockedAccount,
    OpenLot,
    Posted,
    Source,
    key_of,
    open_lot,
    open_or_read,
    post,
    replay_of,
    store,
)
from points.ledger.chain import digest
from points.models.ledger import Book, EntryKind, HoldState

__all__ = [
    "LockedAccount",
    "Posted",
    "Source",
    "begin",
    "claw_back",
    "commit_hold",
    "credit",
    "digest",
    "hold",
    "key_of",
    "lock_account",
    "refund",
    "release_hold",
    "replay_of",
    "spend",
]

DAYS_ANEW = 30
"""How long points can be used that the club gives back after their own date has passed."""


def lock_account(member_id: int) -> LockedAccount:
    """Lock a member's account until the operation ends, opened if it is new and brought up to this moment."""
    account = open_or_read(member_id)
    _settle(account, clock.now())
    return account


# --- giving ------------------------------------------------------------------------------------------------------------


def credit(
    account: LockedAccount,
    amount: int,
    *,
    source: Source,
    actor: Actor,
    available_from: datetime | None,
    valid_months: int | None,
    expires_at: datetime | None = None,
    kind: EntryKind = EntryKind.GRANT,
    content: str | None = None,
    reason: str = "",
    occasion: str | None = None,
    qualifying: int = 0,
    reverses_id: int | None = None,
) -> Posted:
    """Give points as a new lot, usable from a moment on (None: not known yet) for so many months, or until ``expires_at``."""
    if amount <= 0:
        raise ValueError("a credit gives at least one point")
    now = clock.now()
    pending = available_from is None or available_from > now
    if expires_at is None and available_from is not None:
        expires_at = rules.expiry_after_months(available_from, valid_months)
    account.is_due_by(available_from if pending else expires_at)
    posted = post(
        account,
        kind,
        source=source,
        actor=actor,
        changes={Book.PENDING if pending else Book.AVAILABLE: amount},
        content=content,
        reason=reason,
        occasion=occasion,
        qualifying=qualifying,
        reverses_id=reverses_id,
    )
    lot = OpenLot(0, posted.id, amount, amount, pending, now, available_from, expires_at, valid_months)
    facts = {name: getattr(lot, name) for name in ("entry_id", "granted", "pending", "earned_at", "available_from")}
    lot.id = sql.INSERT_LOT.run(
        account_id=account.id, expires_at=expires_at, valid_months=valid_months, **facts
    ).scalar_one()
    account.add_lot(lot)
    if not pending:
        if qualifying:
            _qualify(account, posted.id, qualifying)
        _repay(account, posted.id)
    return posted


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
    sql.BEGIN_LOT.run(
        id=lot.id, pending=lot.pending, available_from=lot.available_from, expires_at=lot.expires_at
    )


def _qualify(account: LockedAccount, entry_id: int, amount: int, *, reverses_id: int | None = None, at: Any = None) -> None:
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


# --- using -------------------------------------------------------------------------------------------------------------


def spend(
    account: LockedAccount, amount: int, *, source: Source, actor: Actor, reason: str = "", occasion: str | None = None
) -> Posted:
    """Take points out of the lots in the order of their use; raise ``NotEnoughPoints`` and change nothing."""
    content = digest("spend", amount, source.type, source.id, source.part)
    earlier = replay_of(account, EntryKind.SPEND, source, content)
    if earlier:
        return earlier
    taken = rules.consumption(account.lots, amount, clock.now())
    return post(
        account,
        EntryKind.SPEND,
        source=source,
        actor=actor,
        changes={Book.AVAILABLE: -amount},
        taken=taken,
        content=content,
        reason=reason,
        occasion=occasion,
    )


def refund(
    account: LockedAccount,
    spend_id: int,
    *,
    source: Source,
    actor: Actor,
    by_club: bool,
    amount: int | None = None,
    reason: str = "",
) -> Posted:
    """Give points back into the lots they came from, the last used first, with their own dates.

    Where the date has passed: cancelled by the club, they can be used for 30 days more; by the member, they expire at
    once. Raises ``TooMuchReturned`` above what was spent.
    """
    entry = _own_entry(account, spend_id, EntryKind.SPEND)
    content = digest("refund", spend_id, amount, by_club)
    earlier = replay_of(account, EntryKind.REFUND, source, content)
    if earlier:
        return earlier
    debit_id = entry.reverses_id or entry.id
    allocations = _allocations(account, debit_id)
    amount = amount or sum(part for _lot, part in allocations)
    plan = rules.return_plan(allocations, amount) if amount else None
    if plan is None:
        raise TooMuchReturned(left=0)
    posted = post(
        account,
        EntryKind.REFUND,
        source=source,
        actor=actor,
        changes={Book.AVAILABLE: amount},
        content=content,
        reason=reason,
        reverses_id=spend_id,
    )
    _put_back(account, debit_id, plan)
    dead = _bury(account, posted.id, plan, actor)
    if dead and by_club:
        now = clock.now()
        credit(
            account,
            dead,
            kind=EntryKind.REINSTATE,
            source=Source("points_entry", posted.id),
            actor=actor,
            available_from=now,
            valid_months=None,
            expires_at=rules.expiry_after_days(now, DAYS_ANEW),
            reason=reason,
            reverses_id=spend_id,
        )
    _repay(account, posted.id)
    return posted


def _allocations(account: LockedAccount, debit_id: int) -> list[tuple[OpenLot, int]]:
    """Return what a debit took and has not given back, with lots that the account knows where it knows them."""
    found = []
    for row in sql.ALLOCATED.run(entry_id=debit_id):
        lot = account.lots_by_id.get(row.id) or open_lot(row)
        found.append((lot, int(row.open)))
    return found


def _put_back(account: LockedAccount, debit_id: int, plan: list[tuple[OpenLot, int]]) -> None:
    for lot, part in plan:
        lot.remaining += part
        account.add_lot(lot)
        if rules.is_usable(lot, clock.now()):
            account.is_due_by(lot.expires_at)
    sql.GIVE_BACK.run_many([{"entry_id": debit_id, "lot_id": lot.id, "amount": part} for lot, part in plan])
    sql.CHANGE_LOT.run_many([{"id": lot.id, "change": part} for lot, part in plan])
    store(account, account.version)


def _bury(account: LockedAccount, cause_id: int, plan: list[tuple[OpenLot, int]], actor: Actor) -> int:
    """Book points that came back after their date as expired; return how many."""
    now, dead = clock.now(), 0
    for lot, part in plan:
        if lot.expires_at is not None and lot.expires_at <= now:
            _expire(account, lot, part, at=now, cause=str(cause_id), actor=actor)
            dead += part
    return dead


def _own_entry(account: LockedAccount, entry_id: int, kind: EntryKind) -> Any:
    row = sql.ENTRY.run(id=entry_id).first()
    if row is None or row.account_id != account.id or row.kind != kind.value:
        raise BookedOtherwise()
    return row


# --- taking back -------------------------------------------------------------------------------------------------------


def claw_back(
    account: LockedAccount, grant_id: int, *, returned: int, total: int, actor: Actor, reason: str = ""
) -> Posted | None:
    """Take back so much of a grant as was returned of its total so far; None when that has been booked already.

    What the lots no longer hold becomes debt. Qualifying points go in the same proportion.
    """
    grant = _own_entry(account, grant_id, EntryKind.GRANT)
    booked = sql.BOOKED_BACK.run(entry_id=grant_id).one()
    points = rules.clawback_target(grant.amount, returned, total) - int(booked.points)
    qualifying = max(rules.clawback_target(grant.qualifying, returned, total) - int(booked.qualifying), 0)
    if points <= 0:
        return None
    plan, debt = rules.clawback_plan(account.lots, {grant_id}, points, clock.now())
    pending = sum(part for lot, part in plan if lot.pending)
    posted = post(
        account,
        EntryKind.CLAWBACK,
        source=Source("points_entry", grant_id, f"{returned}/{total}"),
        actor=actor,
        changes={Book.PENDING: -pending, Book.AVAILABLE: pending + debt - points, Book.DEBT: debt},
        taken=plan,
        reason=reason,
        reverses_id=grant_id,
        qualifying=qualifying,
    )
    counted = sql.QUALIFIED.run(entry_id=grant_id).first() if qualifying else None
    if counted is not None:
        at = sql.moment(counted.counts_at)
        _qualify(account, posted.id, -qualifying, reverses_id=counted.entry_id, at=at)
    return posted


def _repay(account: LockedAccount, cause_id: int) -> None:
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


# --- holds -------------------------------------------------------------------------------------------------------------


def hold(
    account: LockedAccount, amount: int, *, source: Source, actor: Actor, lasts: timedelta, reason: str = ""
) -> int:
    """Set points aside for something under way; return the hold's id. They are taken out of their lots meanwhile."""
    content = digest("hold", amount, source.type, source.id, source.part)
    earlier = replay_of(account, EntryKind.HOLD, source, content)
    if earlier:
        return int(sql.Statement("SELECT id FROM points_hold WHERE entry_id = :id").run(id=earlier.id).scalar_one())
    now = clock.now()
    taken = rules.consumption(account.lots, amount, now)
    account.is_due_by(now + lasts)
    posted = post(
        account,
        EntryKind.HOLD,
        source=source,
        actor=actor,
        changes={Book.AVAILABLE: -amount, Book.HELD: amount},
        taken=taken,
        content=content,
        reason=reason,
    )
    return int(
        sql.INSERT_HOLD.run(
            account_id=account.id, entry_id=posted.id, amount=amount, opened_at=now, expires_at=now + lasts
        ).scalar_one()
    )


def commit_hold(
    account: LockedAccount, hold_id: int, *, actor: Actor, amount: int | None = None, reason: str = ""
) -> Posted:
    """Spend what was set aside, in whole or in part; the rest goes back into its lots. Raises ``HoldEnded``."""
    row = _open_hold(account, hold_id)
    used = row.amount if amount is None else amount
    if not 0 < used <= row.amount:
        raise TooMuchReturned(left=row.amount)
    _end_hold(row, HoldState.COMMITTED, committed=used)
    posted = post(
        account,
        EntryKind.SPEND,
        source=Source("points_hold", hold_id),
        actor=actor,
        changes={Book.HELD: -used},
        reason=reason,
        reverses_id=row.entry_id,
    )
    if used < row.amount:
        _let_go(account, row, row.amount - used, at=clock.now(), actor=actor)
    return posted


def release_hold(account: LockedAccount, hold_id: int, *, actor: Actor) -> None:
    """Put what was set aside back into its lots. Raises ``HoldEnded``."""
    row = _open_hold(account, hold_id)
    _end_hold(row, HoldState.RELEASED)
    _let_go(account, row, row.amount, at=clock.now(), actor=actor)


def _open_hold(account: LockedAccount, hold_id: int) -> Any:
    row = sql.HOLD.run(id=hold_id).first()
    if row is None or row.account_id != account.id or row.state != HoldState.OPEN.value:
        raise HoldEnded()
    return row


def _end_hold(row: Any, state: HoldState, *, committed: int = 0) -> None:
    ended = sql.END_HOLD.run(id=row.id, state=state.value, committed=committed, ended_at=clock.now())
    if ended.rowcount != 1:
        raise HoldEnded()


def _let_go(account: LockedAccount, row: Any, amount: int, *, at: datetime, actor: Actor) -> None:
    plan = rules.return_plan(_allocations(account, row.entry_id), amount)
    posted = post(
        account,
        EntryKind.RELEASE,
        source=Source("points_hold", row.id),
        actor=actor,
        changes={Book.HELD: -amount, Book.AVAILABLE: amount},
        occurred_at=at,
        reverses_id=row.entry_id,
    )
    _put_back(account, row.entry_id, plan)
    _bury(account, posted.id, plan, actor)
    _repay(account, posted.id)


# --- time --------------------------------------------------------------------------------------------------------------


def _settle(account: LockedAccount, now: datetime) -> None:
    """Book what time has brought: holds that ran out, lots that became usable, lots that expired, each at its moment."""
    if account.due_at is None or account.due_at > now:
        return
    if account.held:
        for row in sql.DUE_HOLDS.run(account_id=account.id, now=now).all():
            _end_hold(row, HoldState.EXPIRED)
            ended = sql.moment(row.expires_at)
            assert ended is not None
            _let_go(account, row, row.amount, at=ended, actor=SYSTEM)
    while due := [lot for lot in account.lots if rules.is_due(lot, now)]:
        lot = min(due, key=lambda lot: (rules.next_due(lot), lot.id))
        if lot.pending:
            _activate(account, lot)
        else:
            assert lot.expires_at is not None
            _expire(account, lot, lot.remaining, at=lot.expires_at, cause="", actor=SYSTEM)
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
        _qualify(account, posted.id, qualifying, at=lot.available_from)
    _repay(account, posted.id)


def _expire(account: LockedAccount, lot: OpenLot, amount: int, *, at: datetime, cause: str, actor: Actor) -> None:
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
