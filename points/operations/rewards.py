"""Writing rewards and keeping their stock."""

from typing import Any

from kernel import audit, clock, form_keys
from kernel.actor import Actor
from kernel.db import db, lock, operation
from points.errors import DatesReversed, OutOfStock
from points.models import Reward, RewardState


@operation
def write_reward(reward_id: int | None = None, *, key: str, actor: Actor, **facts: Any) -> Reward:
    """Write a new reward as a draft, or change one; ``facts`` are its columns. The form key makes a new one only once."""
    _check_dates(facts)
    if reward_id is not None:
        return _change(reward_id, facts, actor)
    claim = form_keys.claim(
        key, actor=actor, purpose="points.reward", content=sorted(facts.items(), key=lambda f: f[0])
    )
    if claim.earlier_id:
        return db.session.get_one(Reward, claim.earlier_id)
    reward = Reward(state=RewardState.DRAFT, created_at=clock.now(), changed_at=clock.now(), **facts)
    db.session.add(reward)
    claim.keep(reward)
    audit.record(actor, "points.reward_written", reward, **facts)
    return reward


def _check_dates(facts: dict[str, Any]) -> None:
    starts_at, ends_at = facts.get("starts_at"), facts.get("ends_at")
    if starts_at and ends_at and ends_at <= starts_at:
        raise DatesReversed()


def _change(reward_id: int, facts: dict[str, Any], actor: Actor) -> Reward:
    reward = lock(Reward, reward_id)
    assert reward is not None
    before = {name: getattr(reward, name) for name in facts}
    for name, value in facts.items():
        setattr(reward, name, value)
    reward.changed_at = clock.now()
    changed = {name: [before[name], value] for name, value in facts.items() if before[name] != value}
    audit.record(actor, "points.reward_changed", reward, changed=changed)
    return reward


@operation
def adjust_stock(reward_id: int, *, change: int, reason: str, actor: Actor) -> Reward:
    """Add pieces to a reward's stock or take some out, with the reason; never below zero."""
    reward = lock(Reward, reward_id)
    assert reward is not None
    if (reward.stock or 0) + change < 0:
        raise OutOfStock(left=reward.stock or 0)
    reward.stock = (reward.stock or 0) + change
    audit.record(actor, "points.stock_adjusted", reward, change=change, stock=reward.stock, reason=reason)
    return reward


@operation
def publish_reward(reward_id: int, *, actor: Actor) -> Reward:
    """Put a reward on offer."""
    return _move(reward_id, RewardState.PUBLISHED, "points.reward_published", actor)


@operation
def withdraw_reward(reward_id: int, *, actor: Actor) -> Reward:
    """Take a reward off the offer; orders that stand are honoured."""
    return _move(reward_id, RewardState.WITHDRAWN, "points.reward_withdrawn", actor)


def _move(reward_id: int, state: RewardState, action: str, actor: Actor) -> Reward:
    reward = lock(Reward, reward_id)
    assert reward is not None
    if reward.state is not state:
        reward.state, reward.changed_at = state, clock.now()
        audit.record(actor, action, reward)
    return reward
