"""Tables of what homes decide."""

from datetime import date

import pytest

from homes import errors, rules
from homes.models import Audience, MilestoneKind, Stage, UpdateState
from homes.rules import Right, Step

TODAY = date(2026, 11, 23)
K = MilestoneKind


def _step(kind: MilestoneKind, weight: int, planned: date = date(2027, 1, 1), **facts: object) -> Step:
    return Step(kind, weight, planned, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("steps", "percent"),
    [
        ([], None),
        ([_step(K.FOUNDATION, 0)], None),
        ([_step(K.FOUNDATION, 20), _step(K.STRUCTURE, 80)], 0),
        ([_step(K.FOUNDATION, 20, reached_on=TODAY), _step(K.STRUCTURE, 80)], 20),
        ([_step(K.FOUNDATION, 20, reached_on=TODAY), _step(K.STRUCTURE, 80, floors_done=15, floors=30)], 60),
        ([_step(K.FOUNDATION, 20, reached_on=TODAY), _step(K.STRUCTURE, 80, floors_done=30, floors=30)], 100),
        ([_step(K.FOUNDATION, 1, reached_on=TODAY), _step(K.STRUCTURE, 2)], 33),
        ([_step(K.FOUNDATION, 20, floors_done=9, floors=30)], 0),
    ],
)
def test_percent_follows_the_weights(steps: list[Step], percent: int | None) -> None:
    assert rules.percent_done(steps) == percent


def test_the_first_step_not_reached_is_the_present_one_and_late_after_its_day() -> None:
    steps = [
        _step(K.FOUNDATION, 20, reached_on=date(2026, 3, 1)),
        _step(K.STRUCTURE, 60, date(2026, 11, 23), floors_done=12, floors=30),
        _step(K.HANDOVER, 20, date(2026, 1, 1)),
    ]
    assert [s.state for s in rules.shown_steps(steps, TODAY)] == ["done", "now", "next"]
    shown = rules.shown_steps(steps, date(2026, 11, 24))
    assert [s.state for s in shown] == ["done", "late", "next"] and shown[1].percent == 40


@pytest.mark.parametrize(
    ("agreed", "forecast", "actual", "late"),
    [
        (date(2026, 9, 30), None, None, None),
        (None, date(2026, 9, 30), None, None),
        (date(2026, 9, 30), date(2026, 10, 10), None, 10),
        (date(2026, 9, 30), date(2026, 10, 10), date(2026, 9, 20), -10),
        (date(2026, 9, 30), None, date(2026, 9, 30), 0),
    ],
)
def test_days_late_count_from_the_contract(agreed, forecast, actual, late) -> None:
    assert rules.days_late(agreed, forecast=forecast, actual=actual) == late


@pytest.mark.parametrize(
    ("handed_over_on", "phase", "stage"),
    [
        (None, Stage.ON_SALE, Stage.UNDER_CONSTRUCTION),
        (None, Stage.UNDER_CONSTRUCTION, Stage.UNDER_CONSTRUCTION),
        (None, Stage.HANDOVER, Stage.HANDOVER),
        (None, Stage.LIVED_IN, Stage.HANDOVER),
        (TODAY, Stage.HANDOVER, Stage.LIVED_IN),
    ],
)
def test_the_stage_of_a_sold_home(handed_over_on, phase, stage) -> None:
    assert rules.stage_of_home(handed_over_on=handed_over_on, phase=phase) is stage


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"reason": " "}, errors.ReasonNeeded),
        ({"expected_on": date(2026, 11, 22)}, errors.ForecastInPast),
        ({"previous": date(2026, 12, 1)}, errors.SameForecast),
        ({"reached_on": date(2026, 11, 1)}, errors.AlreadyReached),
        ({}, None),
    ],
)
def test_a_forecast_says_something_new_about_the_future_with_its_reason(facts, refusal) -> None:
    given = {"expected_on": date(2026, 12, 1), "reason": "雨季", "previous": None, "reached_on": None, "today": TODAY}
    if refusal is None:
        rules.check_forecast(**given)
        return
    with pytest.raises(refusal):
        rules.check_forecast(**(given | facts))


U = UpdateState
ALLOWED = {
    (U.DRAFT, U.REVIEWED),
    (U.DRAFT, U.PUBLISHED),
    (U.REVIEWED, U.PUBLISHED),
    (U.REVIEWED, U.DRAFT),
    (U.PUBLISHED, U.WITHDRAWN),
}


@pytest.mark.parametrize("now", U)
@pytest.mark.parametrize("wanted", U)
def test_the_life_of_an_update(now: UpdateState, wanted: UpdateState) -> None:
    if (now, wanted) in ALLOWED:
        assert rules.next_state(now, wanted) is wanted
    else:
        with pytest.raises(errors.WrongStep):
            rules.next_state(now, wanted)


MINE, NEIGHBOUR = Right(1, 10, "SZ-YHL"), Right(2, 11, "SZ-YHL")
OTHER_CITY = Right(3, 30, "SH-SYT")


@pytest.mark.parametrize(
    ("audience", "who", "sees"),
    [
        (Audience.PUBLIC, [], True),
        (Audience.PROJECT, [], False),
        (Audience.PROJECT, [MINE], True),
        (Audience.PROJECT, [NEIGHBOUR], True),
        (Audience.PROJECT, [OTHER_CITY], False),
        (Audience.BUILDING, [MINE], True),
        (Audience.BUILDING, [NEIGHBOUR], False),
        (Audience.BUILDING, [NEIGHBOUR, MINE], True),
        (Audience.HOME, [MINE], True),
        (Audience.HOME, [Right(4, 10, "SZ-YHL")], False),
    ],
)
def test_who_sees_an_update(audience: Audience, who: list[Right], sees: bool) -> None:
    place = {"project_code": "SZ-YHL", "building_id": 10, "home_id": 1, "rights": who, "audience": audience}
    assert rules.may_see_update(state=U.PUBLISHED, **place) is sees
    for state in set(U) - {U.PUBLISHED}:
        assert not rules.may_see_update(state=state, **place)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"reached_on": date(2026, 11, 24), "floors_done": 0, "floors": None}, errors.ReachedInFuture),
        ({"reached_on": None, "floors_done": 31, "floors": 30}, errors.TooManyFloors),
    ],
)
def test_a_milestone_is_neither_in_the_future_nor_above_the_roof(given, refusal) -> None:
    with pytest.raises(refusal):
        rules.check_milestone(today=TODAY, **given)


def test_identity_hashes_depend_on_key_contract_and_digits() -> None:
    hashes = {
        rules.id_hash("k1", "A1", "0012"),
        rules.id_hash("k2", "A1", "0012"),
        rules.id_hash("k1", "A2", "0012"),
        rules.id_hash("k1", "A1", "0013"),
    }
    assert len(hashes) == 4
    assert rules.id_hash("k1", "A1", "001x") == rules.id_hash("k1", "A1", "001X")


@pytest.mark.parametrize("written", ["SZ-YHL-001", " sz-yhl-001 ", "ＳＺ－ＹＨＬ－００１", "SZ-YHL -001"])
def test_contract_numbers_are_compared_in_one_form(written: str) -> None:
    assert rules.plain_contract_number(written) == "SZ-YHL-001"
