"""Rewards on offer and orders, of a member and in a staff person's scope."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock
from kernel.db import db
from kernel.paging import Page, page_of
from points.models import Redemption, RedemptionState, Reward, RewardKind, RewardState
from points.policies import Permission, a_check_says_yes
from staff import queries as staff_queries

OPEN = (RedemptionState.ORDERED, RedemptionState.READY)
WHOLE = (joinedload(Redemption.reward), joinedload(Redemption.code))
FRESH = {"populate_existing": True}


# --- rewards -----------------------------------------------------------------------------------------------------------


def _on_offer(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Reward.state == RewardState.PUBLISHED,
        sa.or_(Reward.starts_at.is_(None), Reward.starts_at <= now),
        sa.or_(Reward.ends_at.is_(None), Reward.ends_at > now),
    )


def rewards(*, kind: str = "", at_most: int | None = None, cursor: str | None = None, size: int = 24) -> Page[Reward]:
    """Return the rewards on offer, the cheapest first; ``at_most`` points."""
    query = sa.select(Reward).where(_on_offer(clock.now()))
    if kind in {one.value for one in RewardKind}:
        query = query.where(Reward.kind == RewardKind(kind))
    if at_most is not None:
        query = query.where(Reward.price <= at_most)
    return page_of(query, order=[Reward.price, Reward.id], cursor=cursor, size=size)


def reward_shown(reward_id: int) -> Reward | None:
    """Return a reward that is published, also after its dates or stock are over, or None."""
    return db.session.scalar(
        sa.select(Reward).where(Reward.id == reward_id, Reward.state == RewardState.PUBLISHED),
        execution_options=FRESH,
    )


def had_of(member_id: int, reward_id: int) -> int:
    """Return how many pieces of a reward a member has ordered and not cancelled."""
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Redemption.quantity), 0)).where(
                Redemption.member_id == member_id,
                Redemption.reward_id == reward_id,
                Redemption.state != RedemptionState.CANCELLED,
            )
        )
        or 0
    )


# --- a member's orders -------------------------------------------------------------------------------------------------


def redemptions_of(member_id: int, *, cursor: str | None = None, size: int = 20) -> Page[Redemption]:
    """Return a page of a member's orders, newest first."""
    query = sa.select(Redemption).where(Redemption.member_id == member_id).options(*WHOLE)
    return page_of(query, order=[Redemption.id.desc()], cursor=cursor, size=size)


def redemption_for(member_id: int, redemption_id: int) -> Redemption | None:
    """Return one of a member's own orders with its steps, or None."""
    return db.session.scalar(
        sa.select(Redemption)
        .where(Redemption.id == redemption_id, Redemption.member_id == member_id)
        .options(*WHOLE, selectinload(Redemption.steps)),
        execution_options=FRESH,
    )


# --- for staff ---------------------------------------------------------------------------------------------------------


def _within(person: Any, permission: Permission) -> sa.ColumnElement[bool]:
    scope = staff_queries.scope_of(person, permission)
    return scope.filter(Redemption.city_code, Redemption.project_code)


def orders_for(
    person: Any, *, state: str = "open", member_id: int | None = None, cursor: str | None = None, size: int = 30
) -> Page[Redemption]:
    """Return orders in a staff person's scope: open ones oldest first, others newest first."""
    query = sa.select(Redemption).where(_within(person, Permission.SEE_ORDERS)).options(*WHOLE)
    if member_id is not None:
        query = query.where(Redemption.member_id == member_id)
    if state == "open":
        query = query.where(Redemption.state.in_(OPEN))
        return page_of(query, order=[Redemption.ordered_at, Redemption.id], cursor=cursor, size=size)
    if state in {one.value for one in RedemptionState}:
        query = query.where(Redemption.state == RedemptionState(state))
    return page_of(query, order=[Redemption.id.desc()], cursor=cursor, size=size)


def order_for(person: Any, redemption_id: int) -> Redemption | None:
    """Return an order in a staff person's scope with its steps, or None."""
    return db.session.scalar(
        sa.select(Redemption)
        .where(Redemption.id == redemption_id, _within(person, Permission.SEE_ORDERS))
        .options(*WHOLE, selectinload(Redemption.steps)),
        execution_options=FRESH,
    )


def open_orders_count(person: Any) -> int:
    """Return how many orders wait in a staff person's scope, at most 99; for the desk."""
    waiting = (
        sa.select(Redemption.id)
        .where(_within(person, Permission.SEE_ORDERS), Redemption.state.in_(OPEN))
        .limit(99)
        .subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def may_see_member(person: Any, permission: Permission, member_id: int) -> bool:
    """Say whether a member's account lies in a staff person's scope: by an order there, or by what others know."""
    scope = staff_queries.scope_of(person, permission)
    if scope.everything:
        return True
    has_order = sa.select(Redemption.id).where(
        Redemption.member_id == member_id, scope.filter(Redemption.city_code, Redemption.project_code)
    )
    if db.session.scalar(has_order.limit(1)) is not None:
        return True
    return a_check_says_yes(person, permission, member_id)


def rewards_for_staff(person: Any, *, state: str = "", cursor: str | None = None) -> Page[Reward]:
    """Return all rewards in a staff person's scope, newest first."""
    scope = staff_queries.scope_of(person, Permission.EDIT_REWARDS)
    query = sa.select(Reward).where(scope.filter(Reward.city_code, Reward.project_code))
    if state in {one.value for one in RewardState}:
        query = query.where(Reward.state == RewardState(state))
    return page_of(query, order=[Reward.id.desc()], cursor=cursor, size=30)


def reward_for_staff(person: Any, reward_id: int) -> Reward | None:
    """Return a reward in a staff person's scope, or None."""
    scope = staff_queries.scope_of(person, Permission.EDIT_REWARDS)
    return db.session.scalar(
        sa.select(Reward).where(Reward.id == reward_id, scope.filter(Reward.city_code, Reward.project_code)),
        execution_options=FRESH,
    )


def due_redemptions(as_of: datetime, *, after: int = 0, limit: int = 200) -> list[int]:
    """Return open orders whose time to collect is over, by id."""
    return list(
        db.session.scalars(
            sa.select(Redemption.id)
            .where(Redemption.state.in_(OPEN), Redemption.usable_until <= as_of, Redemption.id > after)
            .order_by(Redemption.id)
            .limit(limit)
        )
    )
