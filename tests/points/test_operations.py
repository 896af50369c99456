"""The verbs of points on a real database; each refusal also checks that nothing changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.db import db, end_reading
from kernel.errors import Refused
from kernel.form_keys import KeyUsedOtherwise
from member.models import Notice
from points import operations, queries
from points.errors import (
    BookedOtherwise,
    BudgetSpent,
    CodeUsed,
    CodeVoid,
    HoldEnded,
    LimitReached,
    NeedsSecondPerson,
    NotEnoughPoints,
    NothingToGrant,
    NotOnOffer,
    NotThatStep,
    OutOfStock,
    PointsOwed,
    TierTooLow,
    TooLateToCancel,
    TooMuchReturned,
    UnknownCode,
    UnknownOccasion,
)
from points.models import (
    Account,
    Adjustment,
    Allocation,
    Book,
    Delivery,
    EarningRule,
    Entry,
    EntryKind,
    Lot,
    PickUpCode,
    Redemption,
    RedemptionState,
    Reward,
    TierCause,
)
from staff.scope import EVERYWHERE, NOWHERE, Scope
from tests.support.member import a_member
from tests.support.points import (
    a_key,
    a_reward,
    assert_sound,
    at,
    entries,
    figures,
    give,
    nothing_changes,
    redeem,
)

pytestmark = pytest.mark.usefixtures("context")
K = EntryKind
DESK = Actor("staff", 7, "李一")
BOSS = Actor("staff", 8, "何静姝")


def code_of(redemption: Redemption) -> str:
    code = db.session.scalar(sa.select(PickUpCode.code).where(PickUpCode.redemption_id == redemption.id))
    assert code is not None
    return code


def stock_of(reward: Reward) -> int | None:
    return db.session.scalar(sa.select(Reward.stock).where(Reward.id == reward.id))


def state_of(redemption: Redemption) -> RedemptionState:
    state = db.session.scalar(sa.select(Redemption.state).where(Redemption.id == redemption.id))
    assert state is not None
    return state


def grant(member: Any, occasion: str = "survey", source_id: int = 1, **facts: Any) -> Any:
    return operations.grant(occasion, member_id=member.id, source=("survey", source_id), actor=SYSTEM, **facts)


def take_back(member: Any, occasion: str = "survey", source_id: int = 1, **facts: Any) -> Any:
    return operations.take_back(occasion, member_id=member.id, source=("survey", source_id), actor=SYSTEM, **facts)


def change_rule(write: Any, occasion: str, **facts: Any) -> None:
    write(lambda: db.session.execute(sa.update(EarningRule).where(EarningRule.occasion == occasion).values(**facts)))


# --- earning -----------------------------------------------------------------------------------------------------------


def test_joining_gives_the_welcome_points_exactly_once() -> None:
    member = a_member()
    assert figures(member) == (50, 0, 0, 0)
    with nothing_changes(member):
        again = operations.grant("join", member_id=member.id, source=("member", member.id), actor=SYSTEM)
    assert again is not None and again.replayed and again.amount == 50
    assert_sound()


def test_the_same_source_gives_once_and_other_figures_conflict() -> None:
    member = a_member()
    first = grant(member)
    second = grant(member)
    assert (second.id, second.replayed) == (first.id, True)
    with nothing_changes(member), pytest.raises(BookedOtherwise):
        grant(member, amount=70)
    assert figures(member) == (100, 0, 0, 0)


def test_an_unknown_occasion_and_a_grant_of_nothing_are_errors() -> None:
    member = a_member()
    with nothing_changes(member), pytest.raises(UnknownOccasion):
        grant(member, "praise")
    with nothing_changes(member), pytest.raises(NothingToGrant):
        grant(member, amount=0)
    with nothing_changes(member), pytest.raises(NothingToGrant):
        grant(member, "repeat_purchase", money_fen=9_999_99)


def test_nobody_is_given_points_for_praise_consent_or_signing_in() -> None:
    occasions = {rule.occasion for rule in queries.rules_in_force()}
    assert not occasions & {"praise", "consent", "complaint_closed", "daily_sign_in"}


def test_a_stopped_rule_and_a_reached_limit_give_nothing(write: Any) -> None:
    member = a_member()
    change_rule(write, "survey", active=False)
    assert grant(member) is None
    for event in range(4):
        assert grant(member, "event_attended", event) is not None
    assert grant(member, "event_attended", 99) is None
    with at("2026-12-01 00:00"):
        assert grant(member, "event_attended", 99) is not None
    assert figures(member) == (300, 0, 0, 0)


def test_a_new_version_of_a_rule_counts_from_its_date(write: Any) -> None:
    member = a_member()
    old = queries.rule_in_force("survey")
    assert old is not None
    facts = {c.name: getattr(old, c.name) for c in EarningRule.__table__.columns if c.name != "id"}
    begins = clock.now() + timedelta(days=10)
    write(lambda: db.session.add(EarningRule(**{**facts, "amount": 80, "effective_from": begins})))
    assert grant(member, source_id=1).amount == 50
    with clock.at(begins):
        assert grant(member, source_id=2).amount == 80
        assert {r.occasion: r.amount for r in queries.rules_in_force()}["survey"] == 80


def test_one_home_pays_once_whoever_binds_it() -> None:
    first, second = a_member(), a_member()
    source = ("home", 12)
    given = operations.grant("home_bound", member_id=first.id, source=source, actor=SYSTEM)
    assert given is not None and given.amount == 100
    assert operations.grant("home_bound", member_id=second.id, source=source, actor=SYSTEM) is None
    again = operations.grant("home_bound", member_id=first.id, source=source, actor=SYSTEM)
    assert again is not None and again.replayed
    assert (figures(first)[0], figures(second)[0]) == (150, 50)


def test_a_spent_budget_stops_the_rule(write: Any) -> None:
    members = [a_member() for _n in range(3)]
    change_rule(write, "survey", budget_day=100)
    assert [grant(member) is not None for member in members] == [True, True, False]
    with at("2026-11-24 00:00"):
        assert grant(members[2]) is not None
    change_rule(write, "survey", budget_total=150, budget_day=None)
    with at("2026-11-25 00:00"):
        assert grant(members[0], source_id=2) is None


def test_a_grant_earns_at_the_tier_that_was_held_before_it(write: Any) -> None:
    member = a_member()
    give(member, 1, qualifying=2_990)
    change_rule(write, "survey", qualifying=10)
    assert queries.account_of(member.id).tier.code == "silver"
    crossing = grant(member, source_id=1)
    assert crossing.amount == 50
    assert queries.account_of(member.id).tier.code == "platinum"
    assert grant(member, source_id=2).amount == 60


# --- pending -----------------------------------------------------------------------------------------------------------


def purchase(member: Any, source_id: int = 1) -> Any:
    return operations.grant("first_purchase", member_id=member.id, source=("contract", source_id), actor=SYSTEM)


def test_pending_points_are_shown_and_cannot_be_spent() -> None:
    member = a_member()
    purchase(member)
    assert figures(member) == (50, 1_000, 0, 0)
    standing = queries.account_of(member.id)
    assert (standing.available, standing.pending, standing.qualifying) == (50, 1_000, 0)
    with nothing_changes(member), pytest.raises(NotEnoughPoints):
        redeem(member, a_reward_before(51))


def a_reward_before(price: int) -> Reward:
    return db.session.query(Reward).filter_by(price=price).first() or a_reward(price)


@pytest.fixture(autouse=True)
def _a_reward_of_51(context: None) -> None:
    a_reward(51)


def test_validity_begins_when_pending_points_become_usable() -> None:
    member = a_member()
    purchase(member)
    begins = datetime(2027, 2, 10, 4, tzinfo=UTC)
    operations.begin_pending(
        "first_purchase", member_id=member.id, source=("contract", 1), available_from=begins, actor=SYSTEM
    )
    assert figures(member) == (50, 1_000, 0, 0)
    with clock.at(begins - timedelta(seconds=1)):
        assert queries.account_of(member.id).available == 50
    with clock.at(begins):
        standing = queries.account_of(member.id)
        assert (standing.available, standing.pending) == (1_050, 0), "a fact of time, before any job"
        operations.bring_up_to_date([member.id])
        operations.bring_up_to_date([member.id])
        assert figures(member) == (1_050, 0, 0, 0)
        assert queries.account_of(member.id).qualifying == 1_000
        assert queries.account_of(member.id).tier.code == "gold"
    lot = db.session.query(Lot).filter_by(granted=1_000).populate_existing().one()
    assert str(lot.last_day) == "2030-02-28"
    assert_sound()


def test_pending_points_that_begin_at_once_raise_the_tier_at_once() -> None:
    member = a_member()
    purchase(member)
    operations.begin_pending(
        "first_purchase", member_id=member.id, source=("contract", 1), available_from=clock.now(), actor=SYSTEM
    )
    assert figures(member) == (1_050, 0, 0, 0)
    assert queries.account_of(member.id).tier.code == "gold"


def test_a_cancelled_purchase_takes_its_pending_points_and_nothing_else() -> None:
    member = a_member()
    purchase(member)
    operations.take_back("first_purchase", member_id=member.id, source=("contract", 1), actor=SYSTEM)
    assert figures(member) == (50, 0, 0, 0)
    with clock.at(clock.now() + timedelta(days=900)):
        operations.bring_up_to_date([member.id])
        assert queries.qualifying_of(queries.account_of(member.id).account_id or 0, clock.now()) == 0
    assert_sound()


# --- taking back -------------------------------------------------------------------------------------------------------


def test_two_returns_of_sixty_percent_never_take_more_than_was_given() -> None:
    member = a_member()
    grant(member)
    assert take_back(member, returned=60, total=100).amount == -30
    assert take_back(member, returned=60, total=100) is None
    assert take_back(member, returned=100, total=100).amount == -20
    assert take_back(member, returned=100, total=100) is None
    assert figures(member) == (50, 0, 0, 0)
    assert_sound()


def test_what_was_spent_already_becomes_visible_debt_that_blocks_and_is_repaid_first() -> None:
    member = a_member()
    grant(member)
    redeem(member, a_reward(80))
    assert figures(member) == (20, 0, 0, 0)
    take_back(member)
    assert figures(member) == (0, 0, 0, 30)
    assert queries.account_of(member.id).net == -30
    cheap = a_reward(1)
    with nothing_changes(member), pytest.raises(PointsOwed):
        redeem(member, cheap)
    grant(member, source_id=2, amount=20)
    assert figures(member) == (0, 0, 0, 10)
    grant(member, source_id=3, amount=25)
    assert figures(member) == (15, 0, 0, 0)
    assert_sound()
    redeem(member, cheap)
    assert entries(member)[-1] == (K.SPEND, -1)


def test_nothing_given_is_nothing_taken_back() -> None:
    member = a_member()
    with nothing_changes(member):
        assert take_back(member, source_id=77) is None


def test_a_reversed_source_takes_the_tier_it_had_brought_at_once() -> None:
    member = a_member()
    operations.grant("first_purchase", member_id=member.id, source=("contract", 1), actor=SYSTEM)
    operations.begin_pending(
        "first_purchase", member_id=member.id, source=("contract", 1), available_from=clock.now(), actor=SYSTEM
    )
    assert queries.account_of(member.id).tier.code == "gold"
    with clock.at(clock.now() + timedelta(days=400)):
        operations.take_back("first_purchase", member_id=member.id, source=("contract", 1), actor=SYSTEM)
        standing = queries.account_of(member.id)
        assert (standing.tier.code, standing.qualifying) == ("silver", 0)
        assert queries.tier_history(member.id)[0].cause is TierCause.REVERSED


def test_a_reversal_spares_a_tier_that_stands_on_other_points() -> None:
    member = a_member()
    give(member, 1, qualifying=1_000)
    grant(member, source_id=5)
    assert queries.account_of(member.id).tier.code == "gold"
    with clock.at(clock.now() + timedelta(days=365)):
        grant(member, source_id=6)
    with at("2028-11-24 00:00"):
        assert queries.account_of(member.id).qualifying < 1_000, "the window has moved on"
        take_back(member, source_id=6)
        assert queries.account_of(member.id).tier.code == "gold", "lowered at its review only"


# --- redeeming ---------------------------------------------------------------------------------------------------------


def test_a_redemption_changes_points_stock_code_and_history_together() -> None:
    member = a_member()
    give(member, 200)
    reward = a_reward(100, stock=3)
    redemption = redeem(member, reward, 2)
    assert figures(member) == (50, 0, 0, 0)
    assert stock_of(reward) == 1
    assert redemption.state is RedemptionState.ORDERED and redemption.number.startswith("DH261123-")
    code = code_of(redemption)
    assert len(code) == 16 and set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    shown = queries.redemption_for(member.id, redemption.id)
    assert shown is not None and [step.state for step in shown.steps] == [RedemptionState.ORDERED]
    notice = db.session.query(Notice).filter_by(member_id=member.id, kind="points.ordered").one()
    assert notice.url == f"/me/points/redemptions/{redemption.id}"
    assert_sound()


def test_the_same_key_gives_the_first_order_again() -> None:
    member, key = a_member(), a_key()
    give(member, 500)
    reward = a_reward(100)
    first = redeem(member, reward, key=key)
    with nothing_changes(member):
        assert redeem(member, reward, key=key).id == first.id
    with nothing_changes(member), pytest.raises(KeyUsedOtherwise):
        redeem(member, reward, 2, key=key)


@pytest.mark.parametrize(
    ("facts", "quantity", "refusal"),
    [
        ({"price": 251}, 1, NotEnoughPoints),
        ({"stock": 1}, 2, OutOfStock),
        ({"stock": 0}, 1, OutOfStock),
        ({"member_limit": 1}, 2, LimitReached),
        ({"tier_code": "gold"}, 1, TierTooLow),
        ({"published": False}, 1, NotOnOffer),
        ({"ends_at": datetime(2026, 11, 23, 4, tzinfo=UTC)}, 1, NotOnOffer),
        ({"starts_at": datetime(2026, 11, 24, tzinfo=UTC)}, 1, NotOnOffer),
        ({"budget_day": 99}, 1, BudgetSpent),
        ({"budget_total": 99}, 1, BudgetSpent),
    ],
)
def test_a_refused_redemption_moves_nothing(facts: dict[str, Any], quantity: int, refusal: type[Refused]) -> None:
    member = a_member()
    give(member, 200)
    reward = a_reward(**{"price": 100, **facts})
    with nothing_changes(member), pytest.raises(refusal):
        redeem(member, reward, quantity)
    assert_sound()


def test_a_missing_reward_is_refused() -> None:
    member = a_member()
    with nothing_changes(member), pytest.raises(NotOnOffer):
        operations.redeem(999_999, member_id=member.id, key=a_key(), actor=Actor.member(member))


def test_a_failure_in_the_last_step_undoes_points_stock_code_and_history(monkeypatch: pytest.MonkeyPatch) -> None:
    member = a_member()
    give(member, 200)
    reward = a_reward(100)

    def broken(*_args: Any, **_facts: Any) -> None:
        raise RuntimeError("the inbox is on fire")

    monkeypatch.setattr("points.notifications.ordered", broken)
    with nothing_changes(member), pytest.raises(RuntimeError):
        redeem(member, reward)


def test_the_member_limit_counts_what_was_not_cancelled() -> None:
    member = a_member()
    give(member, 500)
    reward = a_reward(100, member_limit=2)
    first = redeem(member, reward)
    redeem(member, reward)
    with nothing_changes(member), pytest.raises(LimitReached):
        redeem(member, reward)
    operations.cancel_redemption(first.id, actor=Actor.member(member))
    redeem(member, reward)


def test_a_reward_without_stock_figure_never_runs_out() -> None:
    member = a_member()
    give(member, 500)
    reward = a_reward(100, stock=None)
    redeem(member, reward, 5)
    assert stock_of(reward) is None


# --- cancelling --------------------------------------------------------------------------------------------------------


def lots(member: Any) -> list[tuple[int, int, str]]:
    end_reading()
    rows = db.session.query(Lot).join(Account, Account.id == Lot.account_id).filter(Account.member_id == member.id)
    return [(lot.granted, lot.remaining, str(lot.last_day)) for lot in rows.order_by(Lot.id).populate_existing()]


def test_a_cancellation_puts_points_back_into_their_lots_with_their_dates() -> None:
    with at("2025-01-10 12:00"):
        member = a_member()
        give(member, 100)
    give(member, 100)
    reward = a_reward(160, stock=2)
    redemption = redeem(member, reward)
    before = [(50, 0, "2027-01-31"), (100, 0, "2027-01-31"), (100, 90, "2028-11-30")]
    assert lots(member) == before
    operations.cancel_redemption(redemption.id, actor=Actor.member(member))
    assert lots(member) == [(50, 50, "2027-01-31"), (100, 100, "2027-01-31"), (100, 100, "2028-11-30")]
    assert (figures(member)[0], stock_of(reward), state_of(redemption)) == (250, 2, RedemptionState.CANCELLED)
    assert entries(member)[-1] == (K.REFUND, 160)
    assert_sound()


def test_it_is_cancelled_once() -> None:
    member = a_member()
    give(member, 100)
    redemption = redeem(member, a_reward(100))
    operations.cancel_redemption(redemption.id, actor=Actor.member(member))
    with nothing_changes(member), pytest.raises(TooLateToCancel):
        operations.cancel_redemption(redemption.id, actor=Actor.member(member))


def late_cancellation(actor_of: Any) -> Any:
    with at("2024-11-20 12:00"):
        member = a_member()
        give(member, 100)
    redemption = redeem(member, a_reward(120, valid_days=30))
    with at("2026-12-02 12:00"):
        operations.cancel_redemption(redemption.id, actor=actor_of(member))
        return member


def test_cancelled_by_the_member_after_their_date_points_expire_at_once() -> None:
    member = late_cancellation(Actor.member)
    with at("2026-12-02 12:00"):
        assert entries(member)[-3:] == [(K.REFUND, 120), (K.EXPIRE, -50), (K.EXPIRE, -70)] or entries(member)[-3:] == [
            (K.REFUND, 120),
            (K.EXPIRE, -70),
            (K.EXPIRE, -50),
        ]
        assert queries.account_of(member.id).available == 0
        operations.bring_up_to_date([member.id])
        assert figures(member) == (0, 0, 0, 0)
    assert_sound()


def test_cancelled_by_the_club_after_their_date_points_live_for_thirty_days() -> None:
    member = late_cancellation(lambda _member: DESK)
    assert lots(member)[-1] == (120, 120, "2027-01-01")
    with at("2027-01-01 23:59"):
        assert queries.account_of(member.id).available == 120
    with at("2027-01-02 00:00"):
        assert queries.account_of(member.id).available == 0
    assert entries(member)[-1] == (K.REINSTATE, 120)
    assert_sound()


def test_redeem_and_cancel_never_lengthens_a_life() -> None:
    member = a_member()
    give(member, 100, months=1)
    reward = a_reward(120)
    for _round in range(3):
        operations.cancel_redemption(redeem(member, reward).id, actor=Actor.member(member))
    assert sorted(lots(member)) == [(50, 50, "2028-11-30"), (100, 100, "2026-12-31")]
    assert_sound()


def test_a_refund_repays_debt_first() -> None:
    member = a_member()
    grant(member)
    redemption = redeem(member, a_reward(100))
    take_back(member)
    assert figures(member) == (0, 0, 0, 50)
    operations.cancel_redemption(redemption.id, actor=Actor.member(member))
    assert figures(member) == (50, 0, 0, 0)
    assert_sound()


# --- handing over ------------------------------------------------------------------------------------------------------


def an_order(**facts: Any) -> Redemption:
    member = a_member()
    give(member, 500)
    return redeem(member, a_reward(100, **facts))


def test_a_code_hands_its_order_over_once() -> None:
    redemption = an_order()
    code = code_of(redemption)
    spoken = " ".join(code[n : n + 4] for n in range(0, 16, 4)).lower()
    operations.hand_over(spoken, within=EVERYWHERE, used_for="HT-1", actor=DESK)
    assert state_of(redemption) is RedemptionState.HANDED_OVER
    with nothing_changes(), pytest.raises(CodeUsed):
        operations.hand_over(code, within=EVERYWHERE, actor=DESK)
    with nothing_changes(), pytest.raises(TooLateToCancel):
        operations.cancel_redemption(redemption.id, actor=DESK)


def test_misread_signs_are_put_right() -> None:
    from points.operations.redeeming import plain_code

    assert plain_code(" o1il-U234 ") == "0111V234"


@pytest.mark.parametrize("code", ["", "0000000000000000", "' OR 1=1 --", "零"])
def test_an_unknown_code_hands_nothing_over(code: str) -> None:
    an_order()
    with nothing_changes(), pytest.raises(UnknownCode):
        operations.hand_over(code, within=EVERYWHERE, actor=DESK)


def test_a_code_outside_the_scope_does_not_exist() -> None:
    redemption = an_order(city_code="SZ")
    for scope in (NOWHERE, Scope(city_codes=frozenset({"SH"}))):
        with nothing_changes(), pytest.raises(UnknownCode):
            operations.hand_over(code_of(redemption), within=scope, actor=DESK)
    operations.hand_over(code_of(redemption), within=Scope(city_codes=frozenset({"SZ"})), actor=DESK)


def test_a_cancelled_or_late_code_is_void() -> None:
    redemption, late = an_order(), an_order(valid_days=5)
    operations.cancel_redemption(redemption.id, actor=SYSTEM)
    with nothing_changes(), pytest.raises(CodeVoid):
        operations.hand_over(code_of(redemption), within=EVERYWHERE, actor=DESK)
    with at("2026-11-28 23:59"):
        assert operations.lapse(late.id) is False
    with at("2026-11-29 00:00"):
        with nothing_changes(), pytest.raises(CodeVoid):
            operations.hand_over(code_of(late), within=EVERYWHERE, actor=DESK)
        assert operations.lapse(late.id) is True
        assert operations.lapse(late.id) is False
    assert state_of(late) is RedemptionState.LAPSED
    assert stock_of(db.session.get_one(Reward, late.reward_id)) == 10


def test_an_order_is_made_ready_once() -> None:
    redemption = an_order()
    operations.mark_ready(redemption.id, actor=DESK)
    with nothing_changes(), pytest.raises(NotThatStep):
        operations.mark_ready(redemption.id, actor=DESK)
    operations.hand_over(code_of(redemption), within=EVERYWHERE, actor=DESK)


def test_a_voucher_is_ready_at_once() -> None:
    assert an_order(delivery=Delivery.VOUCHER).state is RedemptionState.READY


# --- holds -------------------------------------------------------------------------------------------------------------


def hold(member: Any, amount: int, source_id: int = 1, minutes: int = 15) -> Any:
    return operations.hold_points(
        amount,
        member_id=member.id,
        source=("registration", source_id),
        lasts=timedelta(minutes=minutes),
        actor=Actor.member(member),
    )


def test_a_hold_is_committed_in_part_and_the_rest_goes_back() -> None:
    member = a_member()
    give(member, 100, months=1)
    held = hold(member, 120)
    assert figures(member) == (30, 0, 120, 0)
    assert hold(member, 120).id == held.id, "the same source holds once"
    spent = operations.commit_hold(held.id, member_id=member.id, amount=90, actor=SYSTEM)
    assert figures(member) == (60, 0, 0, 0)
    assert sorted(lots(member)) == [(50, 50, "2028-11-30"), (100, 10, "2026-12-31")]
    for verb in (operations.commit_hold, operations.release_hold):
        with nothing_changes(member), pytest.raises(HoldEnded):
            verb(held.id, member_id=member.id, actor=SYSTEM)
    operations.spend_back(
        spent.id, member_id=member.id, source=("registration", 1), by_club=False, actor=SYSTEM, amount=40
    )
    assert figures(member) == (100, 0, 0, 0)
    with nothing_changes(member), pytest.raises(TooMuchReturned):
        operations.spend_back(
            spent.id, member_id=member.id, source=("registration", 2), by_club=False, actor=SYSTEM, amount=51
        )
    assert_sound()


def test_a_hold_is_released_once() -> None:
    member = a_member()
    held = hold(member, 40)
    operations.release_hold(held.id, member_id=member.id, actor=SYSTEM)
    assert figures(member) == (50, 0, 0, 0)
    with nothing_changes(member), pytest.raises(HoldEnded):
        operations.release_hold(held.id, member_id=member.id, actor=SYSTEM)
    assert_sound()


def test_a_hold_dies_by_itself() -> None:
    member = a_member()
    held = hold(member, 40)
    with clock.at(clock.now() + timedelta(minutes=15)):
        operations.bring_up_to_date([member.id])
        assert figures(member) == (50, 0, 0, 0)
        with pytest.raises(HoldEnded):
            operations.commit_hold(held.id, member_id=member.id, actor=SYSTEM)
    assert_sound()


def test_points_whose_date_passed_while_they_were_held_expire_on_release() -> None:
    with at("2024-11-20 12:00"):
        member = a_member()
    held = hold(member, 30, minutes=60 * 24 * 30)
    with at("2026-12-01 00:00"):
        operations.bring_up_to_date([member.id])
        assert figures(member) == (0, 0, 30, 0)
        operations.release_hold(held.id, member_id=member.id, actor=SYSTEM)
        assert figures(member) == (0, 0, 0, 0)
    assert_sound()


def test_a_hold_of_another_member_is_none_of_his() -> None:
    member, other = a_member(), a_member()
    held = hold(member, 40)
    with nothing_changes(member, other), pytest.raises(HoldEnded):
        operations.release_hold(held.id, member_id=other.id, actor=SYSTEM)


def test_debt_blocks_holding_and_spending() -> None:
    member = a_member()
    grant(member)
    redeem(member, a_reward(100))
    take_back(member)
    for refused in (
        lambda: hold(member, 1),
        lambda: operations.spend(1, member_id=member.id, source=("x", 1), actor=SYSTEM),
    ):
        with nothing_changes(member), pytest.raises(PointsOwed):
            refused()


def test_points_are_spent_once_per_source() -> None:
    member = a_member()
    for _time in range(2):
        posted = operations.spend(20, member_id=member.id, source=("registration", 5), actor=SYSTEM)
    assert posted.replayed and figures(member) == (30, 0, 0, 0)
    with nothing_changes(member), pytest.raises(BookedOtherwise):
        operations.spend(21, member_id=member.id, source=("registration", 5), actor=SYSTEM)


# --- time --------------------------------------------------------------------------------------------------------------


def test_points_can_be_used_to_the_last_second_and_not_after_it() -> None:
    member = a_member()
    reward = a_reward(50)
    with at("2028-12-01 00:00"):
        assert queries.account_of(member.id).available == 0, "a fact of time, before any sweep"
        with nothing_changes(member), pytest.raises(NotEnoughPoints):
            redeem(member, reward)
    with at("2028-11-30 23:59"):
        redeem(member, reward)


def test_the_sweep_books_the_same_however_late_and_often() -> None:
    on_time, late, twice = a_member(), a_member(), a_member()
    for member, moments in (
        (on_time, ["2028-12-01 00:05"]),
        (late, ["2029-07-05 00:05"]),
        (twice, ["2028-12-01 00:05", "2028-12-01 00:06", "2029-01-01 00:00"]),
    ):
        for moment in moments:
            with at(moment):
                operations.bring_up_to_date([member.id])
        booked = db.session.query(Entry).join(Account, Account.id == Entry.account_id)
        expiry = booked.filter(Account.member_id == member.id, Entry.kind == K.EXPIRE).one()
        assert (expiry.amount, expiry.occurred_at) == (-50, datetime(2028, 11, 30, 16, tzinfo=UTC))
    assert_sound()


def test_an_expiring_lot_that_was_spent_takes_nothing_more() -> None:
    member = a_member()
    give(member, 100, months=1)
    redeem(member, a_reward(60))
    with at("2027-01-01 00:00"):
        operations.bring_up_to_date([member.id])
        assert entries(member)[-1] == (K.EXPIRE, -40)
        assert figures(member) == (50, 0, 0, 0)
    assert_sound()


def test_the_job_books_all_accounts_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import jobs

    monkeypatch.setattr("points.jobs.BATCH", 3)
    members = [a_member() for _n in range(8)]
    run = jobs.run("points.expire", as_of=datetime(2028, 12, 1, tzinfo=UTC))
    assert (run.done, run.failed) == (8, 0)
    assert {figures(member) for member in members} == {(0, 0, 0, 0)}
    assert jobs.run("points.expire", as_of=datetime(2028, 12, 1, tzinfo=UTC)).done == 0
    assert_sound()


def test_one_broken_account_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import jobs
    from points import ledger

    members = [a_member() for _n in range(3)]
    whole = ledger.lock_account

    def breaks(member_id: int) -> Any:
        if member_id == members[1].id:
            raise RuntimeError("broken")
        return whole(member_id)

    monkeypatch.setattr(ledger, "lock_account", breaks)
    run = jobs.run("points.expire", as_of=datetime(2028, 12, 1, tzinfo=UTC))
    assert (run.done, run.failed) == (3, 1)
    assert [figures(member)[0] for member in members] == [0, 50, 0]


def test_the_jobs_of_holds_and_orders() -> None:
    from kernel import jobs

    member = a_member()
    hold(member, 40)
    order = an_order(valid_days=1)
    assert jobs.run("points.release_holds", as_of=clock.now() + timedelta(hours=1)).done == 1
    assert figures(member) == (50, 0, 0, 0)
    assert jobs.run("points.lapse_orders", as_of=clock.now() + timedelta(days=3)).done == 1
    assert state_of(order) is RedemptionState.LAPSED


def test_the_balance_of_any_instant_can_be_told() -> None:
    with at("2026-01-10 12:00"):
        member = a_member()
    with at("2026-03-01 12:00"):
        give(member, 100, months=6)
    with at("2026-04-01 12:00"):
        redeem(member, a_reward(60))
    with at("2026-12-01 00:00"):
        operations.bring_up_to_date([member.id])
    told = {
        text: queries.balance_as_of(member.id, datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI))[
            Book.AVAILABLE
        ]
        for text in (
            "2026-01-10 11:59",
            "2026-01-10 12:00",
            "2026-03-02",
            "2026-04-02",
            "2026-09-30 23:59",
            "2026-10-01",
        )
    }
    assert list(told.values()) == [0, 50, 150, 90, 90, 50]


def test_the_balance_of_an_instant_does_not_wait_for_the_sweep() -> None:
    member = a_member()
    with at("2029-01-01 00:00"):
        assert queries.balance_as_of(member.id, clock.now())[Book.AVAILABLE] == 0


# --- tiers -------------------------------------------------------------------------------------------------------------


def test_up_at_once_and_down_one_step_after_notice() -> None:
    member = a_member()
    give(member, 1, qualifying=3_000)
    grant(member, source_id=1)
    standing = queries.account_of(member.id)
    assert (standing.tier.code, str(standing.tier_until)) == ("platinum", "2027-12-31 16:00:00+00:00")
    with at("2027-09-01 00:00"):
        assert operations.review_tier(member.id) is None
        assert queries.account_of(member.id).tier_notice_at is None
    with at("2029-06-01 00:00"):
        operations.review_tier(member.id)
        standing = queries.account_of(member.id)
        assert standing.tier.code == "platinum", "the review came late: the notice comes first all the same"
        assert standing.tier_notice_at == clock.now()
        assert db.session.query(Notice).filter_by(member_id=member.id, kind="points.tier_notice").count() == 1
        operations.review_tier(member.id)
        assert db.session.query(Notice).filter_by(member_id=member.id, kind="points.tier_notice").count() == 1
    with at("2029-08-29 23:59"):
        assert operations.review_tier(member.id) is None
    with at("2029-08-30 00:00"):
        event = operations.review_tier(member.id)
        assert event is not None and (event.to_code, event.cause) == ("gold", TierCause.REVIEWED)


def test_spending_never_costs_a_tier() -> None:
    member = a_member()
    give(member, 1_000, qualifying=1_000)
    grant(member)
    redeem(member, a_reward(1_000))
    assert queries.account_of(member.id).tier.code == "gold"


def test_a_home_keeps_gold() -> None:
    member = a_member()
    event = operations.set_tier_floor(member.id, "gold", actor=SYSTEM, reason="home bound")
    assert event is not None and queries.account_of(member.id).tier.code == "gold"
    assert operations.set_tier_floor(member.id, "gold", actor=SYSTEM) is None
    with at("2028-01-01 00:00"):
        renewed = operations.review_tier(member.id)
        assert renewed is not None and (renewed.to_code, renewed.cause) == ("gold", TierCause.RENEWED)
        operations.set_tier_floor(member.id, None, actor=SYSTEM)
        assert queries.account_of(member.id).tier.code == "gold", "down at the review only"


def test_the_review_job_sees_every_tier_that_runs_out() -> None:
    from kernel import jobs

    members = [a_member() for _n in range(3)]
    for member in members:
        operations.set_tier_floor(member.id, "gold", actor=SYSTEM)
        operations.set_tier_floor(member.id, None, actor=SYSTEM)
    run = jobs.run("points.review_tiers", as_of=datetime(2027, 11, 1, tzinfo=UTC))
    assert run.done == 3
    assert db.session.query(Notice).filter_by(kind="points.tier_notice").count() == 3


# --- by hand -----------------------------------------------------------------------------------------------------------


def give_by_hand(member: Any, amount: int = 200, key: str | None = None) -> Adjustment:
    return operations.give_goodwill(member.id, amount=amount, reason="电梯停运三天", key=key or a_key(), actor=DESK)


def test_staff_give_up_to_five_hundred_with_a_reason() -> None:
    member, key = a_member(), a_key()
    first = give_by_hand(member, 500, key)
    with nothing_changes(member):
        assert give_by_hand(member, 500, key).id == first.id
    assert figures(member) == (550, 0, 0, 0)
    assert first.entry_id is not None and first.approved_by is None
    with nothing_changes(member), pytest.raises(NeedsSecondPerson):
        give_by_hand(member, 501)


def test_more_is_booked_with_two_names() -> None:
    member = a_member()
    made = operations.approve_goodwill(member.id, 800, "漏水三次", given_by=DESK, actor=BOSS)
    assert (made.given_by, made.approved_by) == ("李一", "何静姝")
    assert figures(member) == (850, 0, 0, 0)
    with nothing_changes(member), pytest.raises(sa.exc.IntegrityError):
        operations.approve_goodwill(member.id, 800, "漏水三次", given_by=DESK, actor=DESK)


# --- rewards -----------------------------------------------------------------------------------------------------------


def test_stock_is_counted_with_a_reason_and_never_below_zero() -> None:
    reward = a_reward(10, stock=3)
    operations.adjust_stock(reward.id, change=-3, reason="盘点", actor=DESK)
    with nothing_changes(), pytest.raises(OutOfStock):
        operations.adjust_stock(reward.id, change=-1, reason="盘点", actor=DESK)
    assert stock_of(reward) == 0


def test_a_withdrawn_reward_is_not_sold_and_its_orders_stand() -> None:
    redemption = an_order()
    operations.withdraw_reward(redemption.reward_id, actor=DESK)
    assert queries.reward_shown(redemption.reward_id) is None
    operations.hand_over(code_of(redemption), within=EVERYWHERE, actor=DESK)


def test_defaults_are_planted_once() -> None:
    with nothing_changes():
        operations.plant_defaults(actor=SYSTEM)
    assert [tier.code for tier in queries.tiers_in_force()] == ["silver", "gold", "platinum", "diamond"]
    assert len(queries.rules_in_force()) == 13


def test_allocations_say_which_lots_paid() -> None:
    member = a_member()
    give(member, 100)
    redemption = redeem(member, a_reward(120))
    taken = db.session.query(Allocation).filter_by(entry_id=redemption.entry_id).all()
    assert sorted(allocation.amount for allocation in taken) == [50, 70] or sum(a.amount for a in taken) == 120
