"""Redeeming: order, make ready, hand over, cancel, lapse. Points, stock, code and history are one transaction."""

import secrets
from typing import Any

import sqlalchemy as sa

from kernel import audit, clock, form_keys, numbers
from kernel.actor import SYSTEM, Actor
from kernel.db import db, lock, operation
from points import budgets, ledger, notifications, queries, rules
from points.errors import BudgetSpent, CodeUsed, CodeVoid, NotOnOffer, OutOfStock, TooLateToCancel, UnknownCode
from points.ledger import LockedAccount, Source
from points.models import Delivery, PickUpCode, Redemption, RedemptionState, RedemptionStep, Reward, RewardState

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 signs without the four that are misread (I, L, O, U): 16 of them hold 80 random bits."""


@operation
def redeem(reward_id: int, *, member_id: int, quantity: int = 1, key: str, actor: Actor) -> Redemption:
    """Order a reward for points: points, stock, pick-up code and history change together or not at all.

    The same form key gives the first order again. Refused: not on offer, tier too low, limit, stock, debt, points,
    budget. R166, points.md 2.11.
    """
    claim = form_keys.claim(key, actor=actor, purpose="points.redeem", content=(reward_id, member_id, quantity))
    if claim.earlier_id:
        return db.session.get_one(Redemption, claim.earlier_id)
    account = ledger.lock_account(member_id)
    reward = lock(Reward, reward_id)
    if reward is None:
        raise NotOnOffer()
    cost = _check(account, reward, quantity)
    redemption = _order(account, reward, quantity, cost)
    spent = ledger.spend(
        account, cost, source=Source(Redemption.__tablename__, redemption.id), actor=actor, reason=reward.name_zh
    )
    redemption.entry_id = spent.id
    _use_up(reward, quantity, cost)
    _step(redemption, redemption.state, actor)
    claim.keep(redemption)
    audit.record(actor, "points.redeemed", redemption, reward=reward.id, quantity=quantity, points=cost)
    notifications.ordered(redemption, reward, actor=actor)
    return redemption


def _check(account: LockedAccount, reward: Reward, quantity: int) -> int:
    tiers = queries.tiers_in_force()
    return rules.check_redemption(
        offer_of(reward),
        quantity=quantity,
        usable=account.usable,
        debt=account.debt,
        rank=rules.best_of(tiers, [account.tier_code]).rank,
        had=queries.had_of(account.member_id, reward.id),
        now=clock.now(),
    )


def offer_of(reward: Reward) -> rules.Offer:
    """Return what the rule must know of a reward."""
    gate = rules.best_of(queries.tiers_in_force(), [reward.tier_code]) if reward.tier_code else None
    return rules.Offer(
        price=reward.price,
        published=reward.state is RewardState.PUBLISHED,
        stock=reward.stock,
        member_limit=reward.member_limit,
        tier_rank=gate.rank if gate else 0,
        tier_name=gate.name if gate else "",
        starts_at=reward.starts_at,
        ends_at=reward.ends_at,
    )


def _order(account: LockedAccount, reward: Reward, quantity: int, cost: int) -> Redemption:
    now = clock.now()
    ready = reward.delivery is Delivery.VOUCHER
    redemption = Redemption(
        number=numbers.draw("DH", clock.today()),
        reward_id=reward.id,
        member_id=account.member_id,
        quantity=quantity,
        points=cost,
        state=RedemptionState.READY if ready else RedemptionState.ORDERED,
        city_code=reward.city_code,
        project_code=reward.project_code,
        ordered_at=now,
        usable_until=rules.expiry_after_days(now, reward.valid_days),
    )
    db.session.add(redemption)
    db.session.flush()
    code = "".join(secrets.choice(ALPHABET) for _n in range(16))
    db.session.add(PickUpCode(redemption_id=redemption.id, code=code))
    return redemption


def _use_up(reward: Reward, quantity: int, cost: int) -> None:
    if reward.stock is not None:
        _change_stock(reward, -quantity)
    fits = budgets.use(
        f"reward:{reward.id}",
        cost,
        day=clock.today(),
        most_on_day=reward.budget_day,
        most_in_all=reward.budget_total,
    )
    if not fits:
        raise BudgetSpent()


def _change_stock(reward: Reward, change: int) -> None:
    """Change the stock by one conditional statement: it never goes below zero, whoever else is at it."""
    changed = db.session.execute(
        sa.update(Reward)
        .where(Reward.id == reward.id, Reward.stock + change >= 0)
        .values(stock=Reward.stock + change)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(reward, ["stock"])
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise OutOfStock(left=reward.stock)


def _step(redemption: Redemption, state: RedemptionState, actor: Actor, note: str = "") -> None:
    redemption.state = state
    if state not in {RedemptionState.ORDERED, RedemptionState.READY}:
        redemption.ended_at = clock.now()
    db.session.add(
        RedemptionStep(redemption_id=redemption.id, state=state, at=clock.now(), actor=actor.label, note=note[:300])
    )


@operation
def cancel_redemption(redemption_id: int, *, actor: Actor, reason: str = "") -> Redemption:
    """Cancel an order that has not been handed over: the points go back into their lots, the piece into stock.

    Points whose date has passed meanwhile: 30 days more when the club cancels, expired when the member does.
    """
    account, reward, redemption = _locked(redemption_id)
    if not redemption.is_open:
        raise TooLateToCancel(state=redemption.state.label)
    assert redemption.entry_id is not None
    ledger.refund(
        account,
        redemption.entry_id,
        source=Source(Redemption.__tablename__, redemption.id),
        actor=actor,
        by_club=not actor.is_member,
        reason=reward.name_zh,
    )
    _put_back(redemption, reward)
    _step(redemption, rules.after(redemption.state, RedemptionState.CANCELLED), actor, reason)
    audit.record(actor, "points.redemption_cancelled", redemption, points=redemption.points, reason=reason)
    notifications.cancelled(redemption, reward, reason=reason, actor=actor)
    return redemption


def _locked(redemption_id: int) -> tuple[LockedAccount, Reward, Redemption]:
    """Lock account, reward and order, in this order, as every redemption does."""
    redemption = db.session.get_one(Redemption, redemption_id)
    account = ledger.lock_account(redemption.member_id)
    reward, fresh = lock(Reward, redemption.reward_id), lock(Redemption, redemption_id)
    assert reward is not None and fresh is not None
    return account, reward, fresh


def _put_back(redemption: Redemption, reward: Reward) -> None:
    if reward.stock is not None:
        _change_stock(reward, redemption.quantity)
    budgets.give_back(
        f"reward:{reward.id}",
        redemption.points,
        day=clock.day_of(redemption.ordered_at),
        most_on_day=reward.budget_day,
        most_in_all=reward.budget_total,
    )
    _void_code(redemption)


def _void_code(redemption: Redemption) -> None:
    code = db.session.get_one(PickUpCode, redemption.id, populate_existing=True)
    code.void_at = clock.now()


@operation
def mark_ready(redemption_id: int, *, actor: Actor) -> Redemption:
    """Say that an order lies ready at its desk, and tell the member."""
    redemption = lock(Redemption, redemption_id)
    assert redemption is not None
    reward = db.session.get_one(Reward, redemption.reward_id)
    _step(redemption, rules.after(redemption.state, RedemptionState.READY), actor)
    audit.record(actor, "points.redemption_ready", redemption)
    notifications.ready(redemption, reward, actor=actor)
    return redemption


def plain_code(typed: str) -> str:
    """Return a typed or scanned code as it is stored: without spaces and dashes, misread signs put right."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return plain.translate(str.maketrans("ILOU", "110V"))


@operation
def hand_over(code: str, *, actor: Actor, within: Any, used_for: str = "") -> Redemption:
    """Hand an order over by its code, once. ``within`` is the scope of whoever does it (its ``covers`` is asked).

    Refused: a code that does not exist or lies outside the scope, that was used, cancelled or has lapsed. The door
    counts the tries.
    """
    found = db.session.scalar(sa.select(PickUpCode).where(PickUpCode.code == plain_code(code)))
    redemption = lock(Redemption, found.redemption_id) if found else None
    if (
        found is None
        or redemption is None
        or not within.covers(city_code=redemption.city_code, project_code=redemption.project_code)
    ):
        raise UnknownCode()
    db.session.refresh(found)
    if found.used_at is not None:
        raise CodeUsed(at=f"{found.used_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}")
    if found.void_at is not None or _is_over(redemption):
        raise CodeVoid()
    found.used_at, redemption.used_for = clock.now(), used_for or None
    _step(redemption, rules.after(redemption.state, RedemptionState.HANDED_OVER), actor, used_for)
    audit.record(actor, "points.handed_over", redemption, used_for=used_for)
    notifications.handed_over(redemption, db.session.get_one(Reward, redemption.reward_id), actor=actor)
    return redemption


def _is_over(redemption: Redemption) -> bool:
    return redemption.usable_until is not None and clock.now() >= redemption.usable_until


@operation
def lapse(redemption_id: int, *, actor: Actor = SYSTEM) -> bool:
    """Close an order that was not collected in time; the piece goes back into stock, the points do not come back."""
    _account, reward, redemption = _locked(redemption_id)
    if not redemption.is_open or not _is_over(redemption):
        return False
    if reward.stock is not None:
        _change_stock(reward, redemption.quantity)
    _void_code(redemption)
    _step(redemption, rules.after(redemption.state, RedemptionState.LAPSED), actor)
    audit.record(actor, "points.redemption_lapsed", redemption)
    notifications.lapsed(redemption, reward, actor=actor)
    return True
