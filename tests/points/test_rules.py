"""The decisions of points, case by case."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kernel.clock import SHANGHAI
from points import rules
from points.errors import (
    LimitReached,
    NeedsSecondPerson,
    NotEnoughPoints,
    NothingToGrant,
    NotOnOffer,
    NotThatStep,
    OutOfStock,
    PointsOwed,
    TierTooLow,
    TooMuchReturned,
)
from points.models import RedemptionState as State
from points.rules import Offer, Review


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


NOW = moment("2026-11-23 12:00")


@dataclass
class ALot:
    id: int
    remaining: int
    expires_at: datetime | None = None
    earned_at: datetime = NOW - timedelta(days=30)
    available_from: datetime | None = NOW - timedelta(days=30)
    pending: bool = False
    entry_id: int = 0


def ids(plan: Any) -> list[tuple[int, int]]:
    return [(lot.id, part) for lot, part in plan]


# --- dates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-11-23", 24, "2028-11-30"),
        ("2026-11-01", 24, "2028-11-30"),
        ("2026-11-30", 24, "2028-11-30"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2022-02-28", 24, "2024-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-31", 24, "2028-12-31"),
        ("2026-12-01", 1, "2027-01-31"),
        ("2025-11-15", 36, "2028-11-30"),
    ],
)
def test_points_last_to_the_end_of_a_month(first: str, months: int, last: str) -> None:
    assert rules.last_usable_day(date.fromisoformat(first), months) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("given", "months", "dead"),
    [
        ("2026-11-23 12:00", 24, "2028-12-01 00:00"),
        ("2026-11-30 23:59", 24, "2028-12-01 00:00"),
        ("2026-12-01 00:00", 24, "2029-01-01 00:00"),
        ("2024-02-29 08:00", 24, "2026-03-01 00:00"),
    ],
)
def test_expiry_is_midnight_in_shanghai_after_the_last_day(given: str, months: int, dead: str) -> None:
    assert rules.expiry_after_months(moment(given), months) == moment(dead)


def test_expiry_may_be_never_or_after_days() -> None:
    assert rules.expiry_after_months(NOW, None) is None
    assert rules.expiry_after_days(moment("2026-11-23 23:59"), 30) == moment("2026-12-24 00:00")
    assert rules.last_day_before(moment("2026-12-24 00:00")) == date(2026, 12, 23)


# --- lots --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lot", "fits"),
    [
        (ALot(1, 5), True),
        (ALot(1, 0), False),
        (ALot(1, 5, pending=True), False),
        (ALot(1, 5, available_from=None, pending=True), False),
        (ALot(1, 5, available_from=NOW), True),
        (ALot(1, 5, available_from=NOW + timedelta(microseconds=1)), False),
        (ALot(1, 5, expires_at=NOW + timedelta(microseconds=1)), True),
        (ALot(1, 5, expires_at=NOW), False),
        (ALot(1, 5, expires_at=NOW - timedelta(days=9)), False),
    ],
)
def test_a_lot_is_usable_from_its_beginning_until_just_before_its_end(lot: ALot, fits: bool) -> None:
    assert rules.is_usable(lot, NOW) is fits
    assert rules.usable_points([lot], NOW) == (lot.remaining if fits else 0)


def test_the_order_of_use_is_total() -> None:
    soon, later = NOW + timedelta(days=5), NOW + timedelta(days=50)
    lots = [
        ALot(7, 1),
        ALot(6, 1, later),
        ALot(5, 1, soon),
        ALot(4, 1, soon, earned_at=NOW - timedelta(days=90)),
        ALot(3, 1, later),
        ALot(8, 1, earned_at=NOW - timedelta(days=90)),
    ]
    expected = [4, 5, 3, 6, 8, 7]
    assert [lot.id for lot in rules.in_order(lots)] == expected
    assert [lot.id for lot in rules.in_order(reversed(lots))] == expected


def test_a_consumption_takes_what_expires_first() -> None:
    lots = [ALot(1, 50), ALot(2, 30, NOW + timedelta(days=9)), ALot(3, 40, NOW)]
    assert ids(rules.consumption(lots, 45, NOW)) == [(2, 30), (1, 15)]
    assert ids(rules.consumption(lots, 80, NOW)) == [(2, 30), (1, 50)]


def test_the_check_and_the_consumption_use_the_same_filter() -> None:
    lots = [ALot(1, 50), ALot(3, 40, NOW), ALot(4, 60, pending=True)]
    assert rules.usable_points(lots, NOW) == 50
    with pytest.raises(NotEnoughPoints) as refusal:
        rules.consumption(lots, 51, NOW)
    assert refusal.value.facts == {"needed": 51, "usable": 50, "missing": 1}


def test_nothing_is_no_consumption() -> None:
    with pytest.raises(ValueError, match="at least one"):
        rules.consumption([ALot(1, 5)], 0, NOW)


def test_points_go_back_in_the_reverse_order_of_their_use() -> None:
    lots = [(ALot(1, 0), 15), (ALot(2, 0, NOW + timedelta(days=9)), 30)]
    assert ids(rules.return_plan(lots, 20)) == [(1, 15), (2, 5)]
    assert ids(rules.return_plan(lots, 45)) == [(1, 15), (2, 30)]
    with pytest.raises(TooMuchReturned):
        rules.return_plan(lots, 46)


@pytest.mark.parametrize(
    ("granted", "returned", "total", "target"),
    [
        (100, 60, 100, 60),
        (100, 100, 100, 100),
        (99, 1, 2, 49),
        (10, 1, 3, 3),
        (10, 2, 3, 6),
        (10, 3, 3, 10),
        (10, 0, 3, 0),
    ],
)
def test_a_clawback_is_cumulative_and_rounds_down_once(granted: int, returned: int, total: int, target: int) -> None:
    assert rules.clawback_target(granted, returned, total) == target


def test_a_clawback_of_more_than_the_total_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="total"):
        rules.clawback_target(100, 120, 100)


def test_a_clawback_takes_pending_then_own_then_others_then_debt() -> None:
    lots = [
        ALot(1, 10, NOW + timedelta(days=1), entry_id=8),
        ALot(2, 20, entry_id=9),
        ALot(3, 5, pending=True, available_from=None, entry_id=9),
        ALot(4, 7, pending=True, available_from=None, entry_id=8),
    ]
    plan, debt = rules.clawback_plan(lots, {9}, 100, NOW)
    assert (ids(plan), debt) == ([(3, 5), (2, 20), (1, 10)], 65)
    plan, debt = rules.clawback_plan(lots, {9}, 22, NOW)
    assert (ids(plan), debt) == ([(3, 5), (2, 17)], 0)


# --- earning -----------------------------------------------------------------------------------------------------------


@dataclass
class ARule:
    amount: int = 50
    per_fen: int | None = None
    qualifying: int = 0
    qualifying_follows: bool = False
    multiplied: bool = True
    limit_total: int | None = None
    limit_month: int | None = None
    limit_year: int | None = None
    most: int | None = None


@pytest.mark.parametrize(
    ("rule", "percent", "given", "money", "points"),
    [
        (ARule(), 100, None, None, 50),
        (ARule(), 120, None, None, 60),
        (ARule(amount=33), 150, None, None, 49),
        (ARule(multiplied=False), 150, None, None, 50),
        (ARule(), 100, 7, None, 7),
        (ARule(amount=10, per_fen=1_000_000), 100, None, 3_999_999, 30),
        (ARule(amount=10, per_fen=1_000_000), 120, None, 350_000_000, 4200),
        (ARule(amount=0, most=500, multiplied=False), 150, 500, None, 500),
    ],
)
def test_earning_rounds_down_once(rule: ARule, percent: int, given: int, money: int, points: int) -> None:
    assert rules.earned(rule, percent=percent, given=given, money_fen=money) == points


@pytest.mark.parametrize("rule", [ARule(amount=0), ARule(amount=10, per_fen=1_000_000)])
def test_a_grant_of_nothing_is_an_error(rule: ARule) -> None:
    with pytest.raises(NothingToGrant):
        rules.earned(rule, percent=150, money_fen=999_999)


def test_above_the_most_a_second_person_is_needed() -> None:
    with pytest.raises(NeedsSecondPerson):
        rules.earned(ARule(amount=0, most=500), percent=100, given=501)


def test_the_tier_multiplies_no_qualifying_points() -> None:
    assert rules.qualifying_earned(ARule(qualifying=50)) == 50
    assert rules.qualifying_earned(ARule(amount=10, per_fen=100, qualifying_follows=True), money_fen=250) == 20


@pytest.mark.parametrize(
    ("rule", "counts", "full"),
    [
        (ARule(), (99, 99, 99), False),
        (ARule(limit_total=1), (0, 0, 0), False),
        (ARule(limit_total=1), (1, 0, 0), True),
        (ARule(limit_month=4), (9, 3, 9), False),
        (ARule(limit_month=4), (9, 4, 9), True),
        (ARule(limit_year=1), (3, 0, 0), False),
        (ARule(limit_year=1), (3, 0, 1), True),
    ],
)
def test_limits_count_grants(rule: ARule, counts: tuple[int, int, int], full: bool) -> None:
    in_all, in_month, in_year = counts
    assert rules.limit_reached(rule, in_all=in_all, in_month=in_month, in_year=in_year) is full


def test_months_and_years_begin_in_shanghai() -> None:
    assert rules.month_of(moment("2026-11-01 00:00")) == moment("2026-11-01 00:00")
    assert rules.month_of(moment("2026-10-31 23:59")) == moment("2026-10-01 00:00")
    assert rules.year_of(moment("2027-01-01 07:00")) == moment("2027-01-01 00:00")


# --- tiers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ATier:
    code: str
    rank: int
    threshold: int


TIERS = [ATier("silver", 0, 0), ATier("gold", 1, 1000), ATier("platinum", 2, 3000), ATier("diamond", 3, 8000)]


@pytest.mark.parametrize(
    ("qualifying", "code"),
    [
        (0, "silver"),
        (-5, "silver"),
        (999, "silver"),
        (1000, "gold"),
        (2999, "gold"),
        (3000, "platinum"),
        (8000, "diamond"),
    ],
)
def test_thresholds_are_inclusive(qualifying: int, code: str) -> None:
    assert rules.tier_for(TIERS, max(qualifying, 0)).code == code


def test_the_way_to_the_next_tier() -> None:
    assert rules.next_tier(TIERS, "gold") == TIERS[2]
    assert rules.next_tier(TIERS, "diamond") is None
    assert rules.distance(TIERS[1], 250) == (750, 25)
    assert rules.distance(TIERS[1], 1000) == (0, 100)
    assert rules.distance(TIERS[1], -20) == (1020, 0)
    assert rules.best_of(TIERS, [None, "gold", "silver"]).code == "gold"
    assert rules.best_of(TIERS, []).code == "silver"


def test_a_tier_lasts_to_the_end_of_the_following_year() -> None:
    assert rules.valid_until(moment("2026-11-23 12:00")) == moment("2028-01-01 00:00")
    assert rules.valid_until(moment("2026-12-31 23:59")) == moment("2028-01-01 00:00")
    assert rules.valid_until(moment("2027-01-01 00:00")) == moment("2029-01-01 00:00")


def test_the_window_is_two_years() -> None:
    assert rules.window_start(NOW) == moment("2024-11-23 00:00")
    assert rules.window_start(moment("2028-02-29 10:00")) == moment("2026-03-01 00:00")


UNTIL = moment("2027-01-01 00:00")
LONG_AGO = moment("2026-09-01 00:00")


@pytest.mark.parametrize(
    ("code", "qualifying", "floors", "notice_at", "now", "verdict"),
    [
        ("gold", 0, [], None, "2026-09-30 12:00", (Review.NOTHING, "gold")),
        ("gold", 0, [], None, "2026-10-03 12:00", (Review.NOTIFY, "silver")),
        ("gold", 0, [], LONG_AGO, "2026-11-03 12:00", (Review.NOTHING, "gold")),
        ("gold", 0, [], LONG_AGO, "2027-01-01 00:00", (Review.STEP_DOWN, "silver")),
        ("gold", 0, [], moment("2026-12-01 00:00"), "2027-01-01 00:00", (Review.NOTHING, "gold")),
        ("gold", 0, [], None, "2027-01-05 00:00", (Review.NOTIFY, "silver")),
        ("gold", 1000, [], None, "2026-12-30 00:00", (Review.NOTHING, "gold")),
        ("gold", 1000, [], None, "2027-01-01 00:00", (Review.RENEW, "gold")),
        ("gold", 0, ["gold"], None, "2027-01-01 00:00", (Review.RENEW, "gold")),
        ("diamond", 0, [], LONG_AGO, "2027-01-01 00:00", (Review.STEP_DOWN, "platinum")),
        ("diamond", 0, ["gold"], LONG_AGO, "2027-01-01 00:00", (Review.STEP_DOWN, "platinum")),
        ("platinum", 0, ["gold"], LONG_AGO, "2027-01-01 00:00", (Review.STEP_DOWN, "gold")),
        ("diamond", 0, ["diamond"], None, "2027-01-01 00:00", (Review.RENEW, "diamond")),
        ("silver", 0, [], None, "2027-01-01 00:00", (Review.NOTHING, "silver")),
    ],
)
def test_a_tier_goes_down_at_its_review_one_step_after_notice(
    code: str, qualifying: int, floors: list[str], notice_at: datetime, now: str, verdict: tuple[Review, str]
) -> None:
    found = rules.review(
        TIERS,
        code=code,
        until=UNTIL,
        notice_at=notice_at,
        floor_codes=floors,
        qualifying=qualifying,
        now=moment(now),
    )
    assert (found.review, found.code) == verdict


# --- redeeming ---------------------------------------------------------------------------------------------------------

OFFER = Offer(price=100, published=True, stock=5, member_limit=3, tier_rank=1, tier_name="金卡")
FITS: dict[str, Any] = {"quantity": 1, "usable": 100, "debt": 0, "rank": 1, "had": 0, "now": NOW}


def test_a_redemption_costs_price_times_quantity() -> None:
    assert rules.check_redemption(OFFER, **FITS) == 100
    assert rules.check_redemption(OFFER, **{**FITS, "quantity": 3, "usable": 300}) == 300


@pytest.mark.parametrize(
    ("offer", "facts", "refusal"),
    [
        ({"published": False}, {}, NotOnOffer),
        ({"starts_at": NOW + timedelta(seconds=1)}, {}, NotOnOffer),
        ({"ends_at": NOW}, {}, NotOnOffer),
        ({}, {"rank": 0}, TierTooLow),
        ({}, {"had": 3}, LimitReached),
        ({}, {"had": 2, "quantity": 2, "usable": 500}, LimitReached),
        ({"stock": 0}, {}, OutOfStock),
        ({"stock": 1}, {"quantity": 2, "usable": 500}, OutOfStock),
        ({}, {"debt": 1, "usable": 500}, PointsOwed),
        ({}, {"usable": 99}, NotEnoughPoints),
        ({}, {"quantity": 2, "usable": 199}, NotEnoughPoints),
    ],
)
def test_a_redemption_is_refused(offer: dict[str, Any], facts: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_redemption(replace(OFFER, **offer), **{**FITS, **facts})
    if "quantity" not in facts:
        hindrance = rules.hindrance(
            replace(OFFER, **offer), **{name: value for name, value in {**FITS, **facts}.items() if name != "quantity"}
        )
        assert isinstance(hindrance, refusal)


def test_the_form_offers_what_is_possible() -> None:
    assert rules.most_possible(OFFER, had=0) == 3
    assert rules.most_possible(OFFER, had=2) == 1
    assert rules.most_possible(replace(OFFER, stock=0), had=0) == 0
    assert rules.most_possible(Offer(price=1, published=True), had=99) == 10


OPEN = {State.ORDERED, State.READY}
ENDS = {State.HANDED_OVER, State.RECEIVED, State.CANCELLED, State.LAPSED}


def test_an_order_goes_forward_only() -> None:
    for state in State:
        for wanted in State:
            allowed = (
                (state in OPEN and wanted in {State.HANDED_OVER, State.SHIPPED, State.CANCELLED, State.LAPSED})
                or (state is State.ORDERED and wanted is State.READY)
                or (state is State.SHIPPED and wanted is State.RECEIVED)
            )
            if allowed:
                assert rules.after(state, wanted) is wanted
            else:
                with pytest.raises(NotThatStep):
                    rules.after(state, wanted)
