"""Points spent by packages above: at once, or set aside until something under way has ended."""

from datetime import timedelta

from kernel import audit
from kernel.actor import Actor
from kernel.db import db, operation
from points import ledger
from points.errors import PointsOwed
from points.ledger import Posted, Source
from points.models import Hold


@operation
def spend(amount: int, *, member_id: int, source: tuple[str, int], actor: Actor, reason: str = "") -> Posted:
    """Spend points on something of a package above, once per source; raises ``NotEnoughPoints`` or ``PointsOwed``."""
    account = _unburdened(member_id)
    posted = ledger.spend(account, amount, source=Source(*source), actor=actor, reason=reason)
    if not posted.replayed:
        audit.record(actor, "points.spent", posted, member=member_id, points=amount, source=list(source))
    return posted


def _unburdened(member_id: int) -> ledger.LockedAccount:
    account = ledger.lock_account(member_id)
    if account.debt:
        raise PointsOwed(debt=account.debt)
    return account


@operation
def spend_back(
    spend_id: int,
    *,
    member_id: int,
    source: tuple[str, int],
    by_club: bool,
    actor: Actor,
    amount: int | None = None,
    reason: str = "",
) -> Posted:
    """Give spent points back into the lots they came from, with their own dates; ``by_club`` decides about dead ones."""
    account = ledger.lock_account(member_id)
    posted = ledger.refund(
        account, spend_id, source=Source(*source), actor=actor, by_club=by_club, amount=amount, reason=reason
    )
    if not posted.replayed:
        audit.record(actor, "points.returned", posted, member=member_id, points=posted.amount)
    return posted


@operation
def hold_points(
    amount: int, *, member_id: int, source: tuple[str, int], lasts: timedelta, actor: Actor, reason: str = ""
) -> Hold:
    """Set points aside for something under way; unless it is settled or let go they come back by themselves."""
    account = _unburdened(member_id)
    hold_id = ledger.hold(account, amount, source=Source(*source), actor=actor, lasts=lasts, reason=reason)
    held = db.session.get_one(Hold, hold_id)
    audit.record(actor, "points.held", held, member=member_id, points=amount, source=list(source))
    return held


@operation
def commit_hold(hold_id: int, *, member_id: int, actor: Actor, amount: int | None = None, reason: str = "") -> Posted:
    """Spend what was set aside, in whole or in part, once; the rest goes back. Raises ``HoldEnded``."""
    account = ledger.lock_account(member_id)
    posted = ledger.commit_hold(account, hold_id, actor=actor, amount=amount, reason=reason)
    audit.record(actor, "points.spent", posted, member=member_id, points=-posted.amount, hold=hold_id)
    return posted


@operation
def release_hold(hold_id: int, *, member_id: int, actor: Actor) -> Hold:
    """Let go what was set aside, once; it goes back into its lots. Raises ``HoldEnded``."""
    account = ledger.lock_account(member_id)
    ledger.release_hold(account, hold_id, actor=actor)
    held = db.session.get_one(Hold, hold_id, populate_existing=True)
    audit.record(actor, "points.released", held, member=member_id)
    return held
