"""Moving a member from tier to tier: the only writer of an account's tier and of tier events.

Called with the account locked, after qualifying points were booked or when a review is due.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kernel import clock
from kernel.actor import Actor
from kernel.db import db
from points import notifications, queries, rules
from points.ledger import LockedAccount
from points.models import Account, Tier, TierCause, TierEvent


def percent_of(account: LockedAccount) -> int:
    """Return the percentage by which the present tier multiplies what is earned."""
    return rules.best_of(queries.tiers_in_force(), [account.tier_code]).multiplier_percent


def reconsider(account: LockedAccount, *, actor: Actor) -> TierEvent | None:
    """Raise a tier at once when its threshold is reached; lower it at once only when what it stood on was reversed."""
    if not account.requalified:
        return None
    now, tiers = clock.now(), queries.tiers_in_force()
    qualifying = queries.qualifying_of(account.id, now)
    held = rules.best_of(tiers, [account.tier_code])
    deserved = rules.best_of(tiers, [rules.tier_for(tiers, qualifying).code, *floors(account, now)])
    if deserved.rank > held.rank:
        return move(account, deserved, TierCause.REACHED, qualifying=qualifying, actor=actor)
    if account.reversed and deserved.rank < held.rank:
        return _after_reversal(account, tiers, held, deserved, qualifying=qualifying, actor=actor)
    return None


def floors(account: LockedAccount, now: datetime) -> list[str | None]:
    """Return the tiers that a member cannot fall below at a moment."""
    manual = account.manual_code if account.manual_until is not None and now < account.manual_until else None
    return [account.floor_code, manual]


def _after_reversal(
    account: LockedAccount, tiers: list[Tier], held: Tier, deserved: Tier, *, qualifying: int, actor: Actor
) -> TierEvent | None:
    """Look at the moment the tier was reached, with the reversed points taken out of it."""
    event = db.session.scalar(
        sa.select(TierEvent)
        .where(TierEvent.account_id == account.id, TierEvent.to_code == held.code)
        .order_by(TierEvent.id.desc())
        .limit(1)
    )
    if event is None:
        return None
    then = queries.qualifying_of(account.id, event.at)
    supported = rules.tier_for(tiers, then)
    if supported.rank >= held.rank:
        return None
    runs = event.from_until is None or event.from_until > clock.now()
    before = event.from_code if runs else None
    tier = rules.best_of(tiers, [deserved.code, supported.code, before])
    until = event.from_until if tier.code == before else event.until
    return move(account, tier, TierCause.REVERSED, qualifying=qualifying, actor=actor, until=until)


def move(
    account: LockedAccount,
    tier: Tier,
    cause: TierCause,
    *,
    qualifying: int,
    actor: Actor,
    until: datetime | None = None,
    reason: str = "",
) -> TierEvent:
    """Give the account a tier (also the same one anew), valid to the end of the following year if nothing else is said."""
    now = clock.now()
    lowest = rules.best_of(queries.tiers_in_force(), [])
    ends = None if tier.code == lowest.code else until or rules.valid_until(now)
    event = TierEvent(
        account_id=account.id,
        from_code=account.tier_code,
        from_until=account.tier_until,
        to_code=tier.code,
        until=ends,
        cause=cause,
        qualifying=qualifying,
        at=now,
        actor=actor.label,
        reason=reason,
    )
    db.session.add(event)
    account.tier_code, account.tier_since, account.tier_until = tier.code, now, ends
    _store(account.id, tier_code=tier.code, tier_since=now, tier_until=ends, tier_notice_at=None)
    db.session.flush()
    if cause is not TierCause.RENEWED:
        notifications.tier_changed(account.member_id, tier, event, actor=actor)
    return event


def note_notice(account: LockedAccount, tier: Tier, until: datetime, *, actor: Actor) -> None:
    """Tell the member ninety days ahead that the tier will go down, and what keeps it; the review waits for that long."""
    now = clock.now()
    _store(account.id, tier_notice_at=now, tier_until=max(until, now + rules.NOTICE))
    notifications.tier_runs_out(account.member_id, tier, max(until, now + rules.NOTICE), actor=actor)


def _store(account_id: int, **values: Any) -> None:
    db.session.execute(
        sa.update(Account).where(Account.id == account_id).values(**values).execution_options(synchronize_session=False)
    )
