"""Giving points and taking them back: by rule on an occasion, by hand with a reason."""

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from kernel import audit, clock, form_keys
from kernel.actor import Actor
from kernel.db import db, operation
from points import budgets, ledger, queries, rules, tiers
from points.errors import BookedOtherwise, NeedsSecondPerson, UnknownOccasion
from points.ledger import LockedAccount, Posted, Source
from points.models import Adjustment, EarningRule, Entry, EntryKind
from points.policies import Permission
from staff import operations as staff_operations

GOODWILL = "goodwill"


@operation
def grant(
    occasion: str,
    *,
    member_id: int,
    source: tuple[str, int],
    actor: Actor,
    amount: int | None = None,
    money_fen: int | None = None,
    reason: str = "",
) -> Posted | None:
    """Give a member the points of an occasion, by the rule in force; the same occasion and source give them once.

    ``source`` is what the points are for, as (table, id); for what returns every year the year belongs into it, as in
    ("birthday", 2026). ``amount`` stands in for the rule's points, ``money_fen`` is the sum that a rule per money
    counts. Returns the booking (``replayed`` if it had been made), or None when the rule is stopped, its limits are
    reached or its budget is spent. Raises ``UnknownOccasion``, ``NothingToGrant``; ``BookedOtherwise`` when the same
    source comes with other figures. points.md 2.10, 2.12, 4.
    """
    rule = queries.rule_in_force(occasion)
    if rule is None:
        raise UnknownOccasion()
    account = ledger.lock_account(member_id)
    key = _key(rule, member_id, source)
    content = ledger.digest("grant", occasion, member_id, amount, money_fen)
    if _taken_by_another(rule, account, key):
        return None
    earlier = ledger.replay_of(account, EntryKind.GRANT, key, content)
    if earlier:
        return earlier
    posted = _grant_by(rule, account, key, content, actor=actor, amount=amount, money_fen=money_fen, reason=reason)
    if posted is not None:
        audit.record(actor, "points.granted", posted, occasion=occasion, member=member_id, points=posted.amount)
        tiers.reconsider(account, actor=actor)
    return posted


def _key(rule: EarningRule, member_id: int, source: tuple[str, int]) -> Source:
    """Return the business key's source; a rule that pays once per source leaves the member out of it."""
    part = rule.occasion if rule.once_per_source else f"{rule.occasion}:{member_id}"
    return Source(source[0], source[1], part)


def _taken_by_another(rule: EarningRule, account: LockedAccount, key: Source) -> bool:
    if not rule.once_per_source:
        return False
    holder = db.session.scalar(sa.select(Entry.account_id).where(Entry.key == ledger.key_of(EntryKind.GRANT, key)))
    return holder is not None and holder != account.id


def _grant_by(
    rule: EarningRule,
    account: LockedAccount,
    key: Source,
    content: str,
    *,
    actor: Actor,
    amount: int | None,
    money_fen: int | None,
    reason: str,
) -> Posted | None:
    points = rules.earned(rule, percent=tiers.percent_of(account), given=amount, money_fen=money_fen)
    if not rule.active or _limit_reached(rule, account):
        return None
    budget = {"day": clock.today(), "most_on_day": rule.budget_day, "most_in_all": rule.budget_total}
    subject = f"rule:{rule.occasion}"
    if not budgets.use(subject, points, **budget):  # type: ignore[arg-type]
        audit.record(actor, "points.budget_spent", rule, occasion=rule.occasion, member=account.member_id)
        return None
    try:
        return ledger.credit(
            account,
            points,
            source=key,
            actor=actor,
            available_from=None if rule.pending else clock.now(),
            valid_months=rule.valid_months,
            content=content,
            reason=reason,
            occasion=rule.occasion,
            qualifying=rules.qualifying_earned(rule, given=amount, money_fen=money_fen),
        )
    except BookedOtherwise:
        if not rule.once_per_source:
            raise
        # Another member was granted the same source in this very moment: the first one has it.
        budgets.give_back(subject, points, **budget)  # type: ignore[arg-type]
        return None


def _limit_reached(rule: EarningRule, account: LockedAccount) -> bool:
    if rule.limit_total is None and rule.limit_month is None and rule.limit_year is None:
        return False
    now = clock.now()
    since = [
        sa.func.sum(sa.case((Entry.occurred_at >= at, 1), else_=0)) for at in (rules.month_of(now), rules.year_of(now))
    ]
    in_all, in_month, in_year = db.session.execute(
        sa.select(sa.func.count(), *since).where(
            Entry.account_id == account.id, Entry.occasion == rule.occasion, Entry.kind == EntryKind.GRANT
        )
    ).one()
    return rules.limit_reached(rule, in_all=in_all, in_month=in_month or 0, in_year=in_year or 0)


@operation
def take_back(
    occasion: str,
    *,
    member_id: int,
    source: tuple[str, int],
    actor: Actor,
    returned: int = 1,
    total: int = 1,
    reason: str = "",
) -> Posted | None:
    """Take back what an occasion gave, so far as ``returned`` of ``total`` has been returned of it by now.

    Cumulative: two returns of 60 % take 100 % and not 120 %. What has been spent already becomes debt that blocks
    redemptions and is repaid first. Returns None when nothing had been given, or has been taken back already.
    """
    account = ledger.lock_account(member_id)
    grant_id = _granted(account, occasion, member_id, source)
    if grant_id is None:
        return None
    posted = ledger.claw_back(account, grant_id, returned=returned, total=total, actor=actor, reason=reason)
    if posted is not None:
        audit.record(actor, "points.taken_back", posted, occasion=occasion, member=member_id, points=-posted.amount)
        tiers.reconsider(account, actor=actor)
    return posted


def _granted(account: LockedAccount, occasion: str, member_id: int, source: tuple[str, int]) -> int | None:
    keys = [ledger.key_of(EntryKind.GRANT, Source(*source, part)) for part in (occasion, f"{occasion}:{member_id}")]
    return db.session.scalar(sa.select(Entry.id).where(Entry.key.in_(keys), Entry.account_id == account.id))


@operation
def begin_pending(
    occasion: str, *, member_id: int, source: tuple[str, int], available_from: datetime, actor: Actor
) -> int | None:
    """Say from when on points that an occasion gave as pending can be used; return the grant, None if there is none."""
    account = ledger.lock_account(member_id)
    grant_id = _granted(account, occasion, member_id, source)
    if grant_id is None:
        return None
    ledger.begin(account, grant_id, available_from)
    entry = db.session.get_one(Entry, grant_id)
    audit.record(actor, "points.begun", entry, occasion=occasion, member=member_id, available_from=available_from)
    tiers.reconsider(account, actor=actor)
    return grant_id


# --- by hand -----------------------------------------------------------------------------------------------------------


@operation
def give_goodwill(member_id: int, *, amount: int, reason: str, key: str, actor: Actor) -> Adjustment:
    """Give a member points by hand with a reason, up to the rule's most (500); above it ``NeedsSecondPerson`` is raised.

    Requires ``points.give``.
    """
    claim = form_keys.claim(key, actor=actor, purpose="points.goodwill", content=(member_id, amount, reason))
    if claim.earlier_id:
        return db.session.get_one(Adjustment, claim.earlier_id)
    most = _most_by_hand()
    if amount > most:
        raise NeedsSecondPerson(limit=most)
    adjustment = _adjust(member_id, amount, reason, given_by=actor, approved_by=None)
    claim.keep(adjustment)
    return adjustment


def _most_by_hand() -> int:
    rule = queries.rule_in_force(GOODWILL)
    if rule is None or rule.most is None:
        raise UnknownOccasion()
    return rule.most


@operation
def propose_goodwill(member_id: int, *, amount: int, reason: str, key: str, actor: Actor) -> int:
    """Propose to give a member more points than one person may; return the proposal's id. Takes effect when approved."""
    proposal = staff_operations.propose(
        "points.goodwill",
        payload={"member_id": member_id, "amount": amount, "reason": reason, "key": key[:40]},
        reason=reason,
        key=key,
        actor=actor,
    )
    return int(proposal.id)


@operation
def approve_goodwill(member_id: int, amount: int, reason: str, *, given_by: Actor, actor: Actor) -> Adjustment:
    """Book points that a second person has approved."""
    return _adjust(member_id, amount, reason, given_by=given_by, approved_by=actor)


def _adjust(member_id: int, amount: int, reason: str, *, given_by: Actor, approved_by: Actor | None) -> Adjustment:
    rule = queries.rule_in_force(GOODWILL)
    assert rule is not None
    account = ledger.lock_account(member_id)
    adjustment = Adjustment(
        member_id=member_id,
        amount=amount,
        reason=reason,
        given_by_id=given_by.id,
        given_by=given_by.name,
        given_at=clock.now(),
        approved_by_id=approved_by.id if approved_by else None,
        approved_by=approved_by.name if approved_by else None,
    )
    db.session.add(adjustment)
    db.session.flush()
    posted = ledger.credit(
        account,
        amount,
        source=Source(Adjustment.__tablename__, adjustment.id),
        actor=given_by,
        available_from=clock.now(),
        valid_months=rule.valid_months,
        reason=reason,
        occasion=GOODWILL,
    )
    adjustment.entry_id = posted.id
    facts = {"member": member_id, "points": amount, "reason": reason, "given_by": given_by.label}
    audit.record(approved_by or given_by, "points.given_by_hand", adjustment, **facts)
    return adjustment


staff_operations.register_proposal_kind(
    staff_operations.ProposalKind(
        name="points.goodwill",
        permission=Permission.APPROVE.value,
        take_effect=lambda payload, proposer, approver: approve_goodwill(
            payload["member_id"], payload["amount"], payload["reason"], given_by=proposer, actor=approver
        ),
        describe=lambda payload: _(
            "Give %(points)s points to member %(member)s: %(reason)s",
            points=payload["amount"],
            member=payload["member_id"],
            reason=payload["reason"],
        ),
    )
)
