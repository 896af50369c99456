"""Points set aside: held, used in whole or in part, let go; each hold ends exactly once."""

from datetime import datetime, timedelta
from typing import Any

from kernel import clock
from kernel.actor import Actor
from points import rules
from points.errors import HoldEnded, TooMuchReturned
from points.ledger import sql
from points.ledger.account import LockedAccount, Posted, Source, post, replay_of
from points.ledger.chain import digest
from points.ledger.parts import allocations_of, bury, put_back, repay
from points.models.ledger import Book, EntryKind, HoldState


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
    end_hold(row, HoldState.COMMITTED, committed=used)
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
        let_go(account, row, row.amount - used, at=clock.now(), actor=actor)
    return posted


def release_hold(account: LockedAccount, hold_id: int, *, actor: Actor) -> None:
    """Put what was set aside back into its lots. Raises ``HoldEnded``."""
    row = _open_hold(account, hold_id)
    end_hold(row, HoldState.RELEASED)
    let_go(account, row, row.amount, at=clock.now(), actor=actor)


def _open_hold(account: LockedAccount, hold_id: int) -> Any:
    row = sql.HOLD.run(id=hold_id).first()
    if row is None or row.account_id != account.id or row.state != HoldState.OPEN.value:
        raise HoldEnded()
    return row


def end_hold(row: Any, state: HoldState, *, committed: int = 0) -> None:
    """Close an open hold, once."""
    ended = sql.END_HOLD.run(id=row.id, state=state.value, committed=committed, ended_at=clock.now())
    if ended.rowcount != 1:
        raise HoldEnded()


def let_go(account: LockedAccount, row: Any, amount: int, *, at: datetime, actor: Actor) -> None:
    """Put points of a hold that has ended back into their lots."""
    plan = rules.return_plan(allocations_of(account, row.entry_id), amount)
    posted = post(
        account,
        EntryKind.RELEASE,
        source=Source("points_hold", row.id),
        actor=actor,
        changes={Book.HELD: -amount, Book.AVAILABLE: amount},
        occurred_at=at,
        reverses_id=row.entry_id,
    )
    put_back(account, row.entry_id, plan)
    bury(account, posted.id, plan, actor)
    repay(account, posted.id)
