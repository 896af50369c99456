"""Redeeming: who may have what, and how an order goes from state to state."""

from dataclasses import dataclass
from datetime import datetime

from kernel.errors import Refused
from points.errors import LimitReached, NotEnoughPoints, NotOnOffer, NotThatStep, OutOfStock, PointsOwed, TierTooLow
from points.models.rewards import RedemptionState as State


@dataclass(frozen=True)
class Offer:
    """A reward as far as the rule must know it; ``tier_rank`` is the lowest rank that may have it."""

    price: int
    published: bool
    stock: int | None = None
    member_limit: int | None = None
    tier_rank: int = 0
    tier_name: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def check_redemption(offer: Offer, *, quantity: int, usable: int, debt: int, rank: int, had: int, now: datetime) -> int:
    """Return what a redemption costs in points, or raise the first reason against it.

    ``usable`` counts the points that can be used now, ``had`` the pieces the member has ordered and not cancelled.
    """
    if not offer.published or not _runs(offer, now):
        raise NotOnOffer()
    if rank < offer.tier_rank:
        raise TierTooLow(tier=offer.tier_name)
    if offer.member_limit is not None and had + quantity > offer.member_limit:
        raise LimitReached(limit=offer.member_limit, had=had)
    if offer.stock is not None and quantity > offer.stock:
        raise OutOfStock(left=offer.stock)
    if debt:
        raise PointsOwed(debt=debt)
    cost = offer.price * quantity
    if usable < cost:
        raise NotEnoughPoints(needed=cost, usable=usable, missing=cost - usable)
    return cost


def _runs(offer: Offer, now: datetime) -> bool:
    begun = offer.starts_at is None or offer.starts_at <= now
    return begun and (offer.ends_at is None or now < offer.ends_at)


def most_possible(offer: Offer, *, had: int, most: int = 10) -> int:
    """Return how many pieces the form offers at most."""
    limits = [most]
    if offer.stock is not None:
        limits.append(offer.stock)
    if offer.member_limit is not None:
        limits.append(offer.member_limit - had)
    return max(min(limits), 0)


_WAYS: dict[State, set[State]] = {
    State.ORDERED: {State.READY, State.HANDED_OVER, State.SHIPPED, State.CANCELLED, State.LAPSED},
    State.READY: {State.HANDED_OVER, State.SHIPPED, State.CANCELLED, State.LAPSED},
    State.HANDED_OVER: set(),
    State.SHIPPED: {State.RECEIVED},
    State.RECEIVED: set(),
    State.CANCELLED: set(),
    State.LAPSED: set(),
}


def after(state: State, wanted: State) -> State:
    """Return the state an order goes to, or raise ``NotThatStep`` when there is no way from where it stands."""
    if wanted not in _WAYS[state]:
        raise NotThatStep(state=state.label)
    return wanted


def hindrance(offer: Offer, *, usable: int, debt: int, rank: int, had: int, now: datetime) -> Refused | None:
    """Return the first reason against redeeming one piece, or None."""
    try:
        check_redemption(offer, quantity=1, usable=usable, debt=debt, rank=rank, had=had, now=now)
    except Refused as refusal:
        return refusal
    return None
