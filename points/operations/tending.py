"""What time brings: bookings that are due, tiers that run out, floors that homes give."""

from collections.abc import Iterable

from kernel import audit, clock
from kernel.actor import SYSTEM, Actor
from kernel.db import db, operation
from points import ledger, queries, rules, tiers
from points.models import Account, TierCause, TierEvent


@operation
def bring_up_to_date(member_ids: Iterable[int], *, actor: Actor = SYSTEM) -> int:
    """Book for these members what time has brought (points that begin, expire, or are no longer held).

    Idempotent: late, twice or in two processes it books the same. The rows it writes are the record; no audit entry of
    its own. Accounts are locked in the order given, so give them sorted.
    """
    booked = 0
    for member_id in member_ids:
        account = ledger.lock_account(member_id)
        tiers.reconsider(account, actor=actor)
        booked += 1
    return booked


@operation
def review_tier(member_id: int, *, actor: Actor = SYSTEM) -> TierEvent | None:
    """Decide about a tier that runs out: renew it, give ninety days' notice, or go one step down after the notice."""
    account = ledger.lock_account(member_id)
    in_force, now = queries.tiers_in_force(), clock.now()
    qualifying = queries.qualifying_of(account.id, now)
    row = db.session.get_one(Account, account.id, populate_existing=True)
    verdict = rules.review(
        in_force,
        code=account.tier_code or in_force[0].code,
        until=account.tier_until,
        notice_at=row.tier_notice_at,
        floor_codes=tiers.floors(account, now),
        qualifying=qualifying,
        now=now,
    )
    tier = rules.best_of(in_force, [verdict.code])
    if verdict.review is rules.Review.NOTIFY:
        assert account.tier_until is not None
        tiers.note_notice(account, tier, account.tier_until, actor=actor)
        audit.record(actor, "points.tier_notice", row, to=tier.code)
    if verdict.review in {rules.Review.RENEW, rules.Review.STEP_DOWN}:
        cause = TierCause.RENEWED if verdict.review is rules.Review.RENEW else TierCause.REVIEWED
        event = tiers.move(account, tier, cause, qualifying=qualifying, actor=actor)
        audit.record(actor, "points.tier_reviewed", event, to=tier.code, cause=cause)
        return event
    return None


@operation
def set_tier_floor(member_id: int, code: str | None, *, actor: Actor, reason: str = "") -> TierEvent | None:
    """Set the tier that a member cannot fall below (gold while a home is owned), or take the floor away.

    Raises the tier at once; taking it away lowers nothing before the next review.
    """
    account = ledger.lock_account(member_id)
    row = db.session.get_one(Account, account.id, populate_existing=True)
    if row.floor_code == code:
        return None
    row.floor_code = account.floor_code = code
    audit.record(actor, "points.tier_floor_set", row, floor=code, reason=reason)
    in_force = queries.tiers_in_force()
    tier, held = rules.best_of(in_force, [code]), rules.best_of(in_force, [account.tier_code])
    if code is None or tier.rank <= held.rank:
        return None
    db.session.flush()
    qualifying = queries.qualifying_of(account.id, clock.now())
    return tiers.move(account, tier, TierCause.FLOOR, qualifying=qualifying, actor=actor, reason=reason)
