"""Giving points, using them, giving them back, taking them back."""

from datetime import datetime

from kernel import clock
from kernel.actor import Actor
from points import rules
from points.errors import TooMuchReturned
from points.ledger import sql
from points.ledger.account import LockedAccount, OpenLot, Posted, Source, post, replay_of
from points.ledger.chain import digest
from points.ledger.parts import allocations_of, bury, own_entry, put_back, qualify, repay
from points.models.ledger import Book, EntryKind

DAYS_ANEW = 30
"""How long points can be used that the club gives back after their own date has passed."""


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
            qualify(account, posted.id, qualifying)
        repay(account, posted.id)
    return posted


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
    entry = own_entry(account, spend_id, EntryKind.SPEND)
    content = digest("refund", spend_id, amount, by_club)
    earlier = replay_of(account, EntryKind.REFUND, source, content)
    if earlier:
        return earlier
    debit_id = entry.reverses_id or entry.id
    allocations = allocations_of(account, debit_id)
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
    put_back(account, debit_id, plan)
    dead = bury(account, posted.id, plan, actor)
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
    repay(account, posted.id)
    return posted


def claw_back(
    account: LockedAccount, grant_id: int, *, returned: int, total: int, actor: Actor, reason: str = ""
) -> Posted | None:
    """Take back so much of a grant as was returned of its total so far; None when that has been booked already.

    What the lots no longer hold becomes debt. Qualifying points go in the same proportion.
    """
    grant = own_entry(account, grant_id, EntryKind.GRANT)
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
        qualify(account, posted.id, -qualifying, reverses_id=counted.entry_id, at=at)
    return posted
