"""Decisions of the events as tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from events import errors, rules
from events.rules import Party, Place, Times, Waiting

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("party", "companions", "children", "capacity", "refusal"),
    [
        (Party(1), 0, None, 10, None),
        (Party(2), 0, None, 10, errors.PartyTooLarge),
        (Party(3), 2, None, 10, None),
        (Party(1, 1, 1, 0), 2, None, 10, None),
        (Party(1, 1, 1, 1), 2, None, 10, errors.PartyTooLarge),
        (Party(1, 0, 0, 2), 4, 2, 10, None),
        (Party(1, 1, 0, 2), 4, 2, 10, errors.TooManyChildren),
        (Party(0, 1), 4, None, 10, errors.BadParty),
        (Party(2, -1), 4, None, 10, errors.BadParty),
        (Party(5), 9, None, 4, errors.PartyTooLarge),
    ],
)
def test_a_party_keeps_to_the_limits(party, companions, children, capacity, refusal):
    def check():
        rules.check_party(party, companions_limit=companions, children_limit=children, capacity=capacity)

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


@pytest.mark.parametrize(
    ("published", "opens", "closes", "refusal"),
    [
        (True, -HOUR, HOUR, None),
        (True, timedelta(0), HOUR, None),
        (True, HOUR, DAY, errors.NotOpenYet),
        (True, -DAY, timedelta(0), errors.SignUpClosed),
        (False, -DAY, DAY, errors.SignUpClosed),
    ],
)
def test_sign_up_has_its_time(published, opens, closes, refusal):
    def check():
        rules.check_sign_up_time(published=published, opens_at=NOW + opens, closes_at=NOW + closes, now=NOW)

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


@pytest.mark.parametrize(
    ("heads", "free", "place"),
    [(1, 1, Place.SEATED), (4, 4, Place.SEATED), (4, 3, Place.WAITING), (1, 0, Place.WAITING)],
)
def test_a_party_is_seated_whole_or_waits(heads, free, place):
    assert rules.place_for(heads, heads_free=free) is place


@pytest.mark.parametrize(
    ("queue", "free", "chosen", "skipped"),
    [
        ([], 5, None, []),
        ([(1, 2)], 1, None, []),
        ([(1, 2)], 2, 1, []),
        ([(1, 4), (2, 1)], 2, 2, [1]),
        ([(1, 4), (2, 3), (3, 2), (4, 1)], 2, 3, [1, 2]),
        ([(1, 1), (2, 1)], 5, 1, []),
    ],
)
def test_the_first_that_fits_is_next(queue, free, chosen, skipped):
    offer = rules.next_offer([Waiting(*party) for party in queue], heads_free=free)
    assert (offer.party.id if offer else None) == chosen
    assert [party.id for party in (offer.skipped if offer else ())] == skipped


@pytest.mark.parametrize(
    ("before_start", "lasts"),
    [
        (30 * DAY, 24 * HOUR),
        (4 * DAY, 24 * HOUR),
        (2 * DAY, 12 * HOUR),
        (4 * HOUR, HOUR),
        (HOUR, HOUR / 2),
        (HOUR / 2, HOUR / 2),
        (HOUR / 2 - timedelta(seconds=1), None),
        (-HOUR, None),
    ],
)
def test_an_offer_is_shorter_near_the_event(before_start, lasts):
    end = rules.offer_end(now=NOW, starts_at=NOW + before_start)
    assert end == (None if lasts is None else NOW + lasts)
    assert end is None or end <= NOW + before_start


@pytest.mark.parametrize(
    ("days_ago", "paused_for"),
    [
        ([], None),
        ([1, 2], None),
        ([1, 2, 3], 89),
        ([89, 200, 300], 1),
        ([90, 200, 300], None),
        ([1, 2, 366], None),
    ],
)
def test_three_no_shows_within_a_year_pause_for_ninety_days(days_ago, paused_for):
    end = rules.pause_end([NOW - n * DAY for n in days_ago], now=NOW)
    assert end == (None if paused_for is None else NOW + paused_for * DAY)


@pytest.mark.parametrize(
    ("heads", "inside", "wanted", "result"),
    [
        (4, 0, 3, 3),
        (4, 3, 1, 4),
        (4, 3, 2, errors.TooManyAtTheDoor),
        (4, 4, 1, errors.AllAreIn),
        (4, 0, 5, errors.TooManyAtTheDoor),
        (4, 0, 0, errors.TooManyAtTheDoor),
        (4, 2, -1, errors.TooManyAtTheDoor),
    ],
)
def test_three_of_four_then_the_fourth_never_a_fifth(heads, inside, wanted, result):
    if isinstance(result, int):
        assert rules.check_heads_at_door(heads=heads, heads_in=inside, wanted=wanted) == result
    else:
        with pytest.raises(result):
            rules.check_heads_at_door(heads=heads, heads_in=inside, wanted=wanted)


@pytest.mark.parametrize(
    ("facts", "until", "refusal"),
    [
        ({}, HOUR, None),
        ({}, timedelta(0), errors.TooLateToCancel),
        ({"waiting": True}, -DAY, None),
        ({"offered": True}, -DAY, None),
        ({"live": False}, HOUR, errors.NothingToCancel),
        ({"arrived": True}, HOUR, errors.NothingToCancel),
    ],
)
def test_a_place_goes_back_until_the_agreed_moment(facts, until, refusal):
    def check():
        given = {"live": True, "waiting": False, "offered": False, "arrived": False, **facts}
        rules.check_cancellation(**given, cancel_until=NOW + until, now=NOW)

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"ends_at": NOW}, errors.BadTimes),
        ({"opens_at": NOW}, errors.BadSignUpTimes),
        ({"closes_at": NOW + 3 * HOUR}, errors.BadSignUpTimes),
        ({"cancel_until": NOW + HOUR}, errors.BadCancelTime),
    ],
)
def test_the_moments_of_an_event_are_in_order(changes, refusal):
    usual = {
        "starts_at": NOW,
        "ends_at": NOW + 2 * HOUR,
        "opens_at": NOW - DAY,
        "closes_at": NOW,
        "cancel_until": NOW - DAY,
    }
    times = Times(**{**usual, **changes})
    if refusal is None:
        rules.check_times(times)
    else:
        with pytest.raises(refusal):
            rules.check_times(times)


@pytest.mark.parametrize(
    ("before_start", "until"), [(3 * DAY, -DAY), (DAY, -DAY), (5 * HOUR, -5 * HOUR), (-HOUR, timedelta(0))]
)
def test_places_go_back_until_a_day_before_or_not_at_all_but_never_until_a_past_moment(before_start, until):
    starts = NOW + before_start
    assert rules.usual_cancel_end(starts_at=starts, now=NOW) == starts + until


def test_sign_up_that_nobody_timed_opens_at_once():
    assert rules.usual_opening(closes_at=NOW + HOUR, now=NOW) == NOW
    assert rules.usual_opening(closes_at=NOW, now=NOW) == NOW - DAY


def test_capacity_never_goes_below_what_is_taken():
    rules.check_capacity(capacity=5, heads_taken=5)
    with pytest.raises(errors.CapacityBelowTaken):
        rules.check_capacity(capacity=4, heads_taken=5)
