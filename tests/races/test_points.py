"""Many hands on the same points: nothing is spent twice, nothing sold twice, time and members never both win.

Threads and real processes, on whichever database the suite runs. Each race has its control: the same crowd without the
lock breaks the rule, so the race can fail.
"""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.db import db, end_reading, operation
from kernel.errors import Refused
from points import ledger, operations
from points.errors import CodeUsed, NotEnoughPoints, OutOfStock, TooLateToCancel
from points.ledger import Posted
from points.ledger import account as accounts
from points.models import Account, PickUpCode, Redemption, Reward
from staff.scope import EVERYWHERE
from tests.conftest import NOON
from tests.support.member import a_member
from tests.support.points import a_key, a_reward, assert_sound, entries, figures, give, redeem

Call = Callable[[], Any]


@dataclass(frozen=True)
class Somebody:
    """A member as a plain value, which threads and processes may share."""

    id: int
    display_name: str = "周予安"


def a_person() -> Somebody:
    """Return a new member, who has the 50 points of joining."""
    return Somebody(a_member().id)


def crowd(app: Flask, calls: Sequence[Call], *, at: datetime = NOON) -> list[Any]:
    """Run calls from as many threads at once; return results and whatever was raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Call) -> Any:
        with app.app_context(), clock.at(at):
            try:
                gate.wait(timeout=20)
                return call()
            except (Refused, sa.exc.SQLAlchemyError, RuntimeError) as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def processes(app: Flask, calls: Sequence[Call], *, at: datetime = NOON) -> list[str]:
    """Run calls in as many processes at once; return the names of what they returned or raised."""
    end_reading()
    db.session.remove()
    db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    gate, answers = fork.Barrier(len(calls)), fork.SimpleQueue()

    def run(n: int, call: Call) -> None:
        with app.app_context(), clock.at(at):
            db.engine.dispose(close=False)
            try:
                gate.wait(timeout=30)
                answers.put((n, type(call()).__name__))
            except Exception as error:
                answers.put((n, type(error).__name__))
            finally:
                db.session.remove()

    people = [fork.Process(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for person in people:
        person.start()
    found = [answers.get() for _person in people]
    for person in people:
        person.join(timeout=30)
    return [name for _n, name in sorted(found)]


def order(member_id: int, reward_id: int, key: str | None = None) -> Call:
    actor = Actor("member", member_id, "周予安")
    return lambda: operations.redeem(reward_id, member_id=member_id, key=key or a_key(), actor=actor)


def kinds(results: Sequence[Any]) -> dict[str, int]:
    names = [result if isinstance(result, str) else type(result).__name__ for result in results]
    return {name: names.count(name) for name in set(names)}


# --- the last piece ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [crowd, processes])
def test_two_pieces_and_eight_members(app: Flask, context: None, together: Any) -> None:
    reward = a_reward(10, stock=2)
    reward_id = reward.id
    calls = [order(a_person().id, reward_id) for _n in range(8)]
    assert kinds(together(app, calls)) == {"Redemption": 2, "OutOfStock": 6}
    end_reading()
    assert db.session.scalar(sa.select(Reward.stock).where(Reward.id == reward_id)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Redemption)) == 2
    assert_sound()


def test_the_control_without_the_lock_sells_too_many(app: Flask, context: None) -> None:
    reward_id = a_reward(10, stock=2).id
    meeting = threading.Barrier(8)

    def careless() -> int:
        stock = db.session.scalar(sa.select(Reward.stock).where(Reward.id == reward_id)) or 0
        end_reading()
        meeting.wait(timeout=20)
        if stock < 1:
            raise OutOfStock(left=0)
        write_stock(reward_id, stock - 1)
        return 1

    assert sum(result == 1 for result in crowd(app, [careless] * 8)) == 8


@operation
def write_stock(reward_id: int, stock: int) -> None:
    db.session.execute(sa.update(Reward).where(Reward.id == reward_id).values(stock=stock))


# --- the same points ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [crowd, processes])
def test_twenty_redemptions_of_the_same_points_make_one(app: Flask, context: None, together: Any) -> None:
    member, reward_id = a_person(), a_reward(50, stock=100).id
    results = together(app, [order(member.id, reward_id) for _n in range(20)])
    assert kinds(results) == {"Redemption": 1, "NotEnoughPoints": 19}
    assert figures(member) == (0, 0, 0, 0)
    assert_sound()


def test_twenty_times_the_same_form_makes_one(app: Flask, context: None) -> None:
    member, reward_id, key = a_person(), a_reward(5, stock=100).id, a_key()
    results = crowd(app, [order(member.id, reward_id, key) for _n in range(20)])
    assert len({result.id for result in results}) == 1
    assert figures(member) == (45, 0, 0, 0)
    assert_sound()


def test_the_exact_balance_is_spent_to_the_last_point(app: Flask, context: None) -> None:
    member, reward_id = a_person(), a_reward(10, stock=100).id
    results = crowd(app, [order(member.id, reward_id) for _n in range(8)])
    assert kinds(results) == {"Redemption": 5, "NotEnoughPoints": 3}
    assert figures(member) == (0, 0, 0, 0)
    assert_sound()


def test_the_control_without_the_lock_is_stopped_by_nothing_but_the_last_guards(
    app: Flask, context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock the clean refusal is gone: unique numbers and checks of the database have to catch it."""
    member, reward_id = a_person(), a_reward(50, stock=100).id
    member_id = member.id
    meeting = threading.Barrier(8)
    whole = accounts.read
    snapshots = threading.local()

    def careless_order() -> Any:
        snapshots.account = peek(member_id)
        end_reading()
        meeting.wait(timeout=20)
        return order(member_id, reward_id)()

    @operation
    def peek(member_id: int) -> Any:
        account = whole(member_id)
        assert account is not None and account.usable == 50
        return account

    monkeypatch.setattr(accounts, "read", lambda member_id: snapshots.account)
    results = kinds(crowd(app, [careless_order] * 8))
    assert results.get("NotEnoughPoints", 0) == 0
    assert set(results) - {"Redemption"}, "the harness brings them together"


def test_the_control_with_a_written_balance_spends_the_same_points_eight_times(app: Flask, context: None) -> None:
    member_id = a_person().id
    meeting = threading.Barrier(8)

    def careless() -> bool:
        query = sa.select(Account.available).where(Account.member_id == member_id)
        available = db.session.scalar(query) or 0
        end_reading()
        meeting.wait(timeout=20)
        if available < 50:
            raise NotEnoughPoints(needed=50, usable=available, missing=50 - available)
        write_balance(member_id, available - 50)
        return True

    assert crowd(app, [careless] * 8) == [True] * 8


@operation
def write_balance(member_id: int, available: int) -> None:
    db.session.execute(sa.update(Account).where(Account.member_id == member_id).values(available=available))


# --- grants ------------------------------------------------------------------------------------------------------------


def test_one_event_gives_once_however_often_it_is_scanned(app: Flask, context: None) -> None:
    member = a_person()

    def check_in() -> Posted | None:
        return operations.grant("event_attended", member_id=member.id, source=("event", 3), actor=SYSTEM)

    results = crowd(app, [check_in] * 12)
    assert [result.replayed for result in results].count(False) == 1
    assert figures(member) == (100, 0, 0, 0)
    assert_sound()


def test_one_home_bound_by_eight_people_at_once_pays_once(app: Flask, context: None) -> None:
    members = [a_person() for _n in range(8)]

    def bind(member_id: int) -> Call:
        return lambda: operations.grant("home_bound", member_id=member_id, source=("home", 4), actor=SYSTEM)

    results = crowd(app, [bind(member.id) for member in members])
    assert sum(isinstance(result, Posted) for result in results) == 1
    assert sum(result is None for result in results) == 7
    assert sum(figures(member)[0] for member in members) == 8 * 50 + 100
    assert_sound()


def test_a_budget_is_never_overdrawn(app: Flask, context: None, write: Any) -> None:
    from points.models import Budget, EarningRule

    write(
        lambda: db.session.execute(
            sa.update(EarningRule).where(EarningRule.occasion == "survey").values(budget_day=150)
        )
    )
    members = [a_person() for _n in range(8)]

    def answer(member_id: int) -> Call:
        return lambda: operations.grant("survey", member_id=member_id, source=("survey", 1), actor=SYSTEM)

    results = crowd(app, [answer(member.id) for member in members])
    assert sum(isinstance(result, Posted) for result in results) == 3
    end_reading()
    day = clock.today()
    used = sa.select(Budget.used).where(Budget.subject == "rule:survey", Budget.day == day)
    assert db.session.scalar(used) == 150


# --- time against members ----------------------------------------------------------------------------------------------

LAST_DAY_OVER = datetime(2028, 11, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize("together", [crowd, processes])
def test_two_sweeps_and_redemptions_at_the_moment_of_expiry(app: Flask, context: None, together: Any) -> None:
    member, reward_id = a_person(), a_reward(50, stock=100).id
    member_id = member.id

    def sweep() -> Any:
        return operations.bring_up_to_date([member_id])

    results = together(app, [sweep, order(member_id, reward_id), sweep, order(member_id, reward_id)], at=LAST_DAY_OVER)
    assert kinds(results) == {"int": 2, "NotEnoughPoints": 2}
    assert [amount for _kind, amount in entries(member)] == [50, -50]
    assert_sound()


def test_a_second_before_the_end_the_member_wins_or_the_points_die_but_not_both(app: Flask, context: None) -> None:
    member, reward_id = a_person(), a_reward(50, stock=100).id
    member_id = member.id

    def late_sweep() -> Any:
        with clock.at(LAST_DAY_OVER):
            return operations.bring_up_to_date([member_id])

    results = crowd(app, [late_sweep, order(member_id, reward_id), late_sweep], at=LAST_DAY_OVER - timedelta(seconds=1))
    redeemed = isinstance(results[1], Redemption)
    assert [amount for _kind, amount in entries(member)] == [50, -50]
    assert redeemed or isinstance(results[1], NotEnoughPoints)
    assert_sound()


# --- one order, several hands ------------------------------------------------------------------------------------------


def test_a_code_shown_at_eight_desks_hands_over_once(app: Flask, context: None) -> None:
    member = a_person()
    redemption = redeem(member, a_reward(50))
    code = db.session.scalar(sa.select(PickUpCode.code).where(PickUpCode.redemption_id == redemption.id)) or ""
    end_reading()
    desk = Actor("staff", 7, "李一")
    results = crowd(app, [lambda: operations.hand_over(code, within=EVERYWHERE, actor=desk)] * 8)
    assert kinds(results) == {"Redemption": 1, "CodeUsed": 7}
    assert {type(result) for result in results} == {Redemption, CodeUsed}


def test_an_order_is_cancelled_or_handed_over_but_not_both(app: Flask, context: None) -> None:
    for _round in range(5):
        member = a_person()
        redemption = redeem(member, a_reward(50))
        redemption_id = redemption.id
        code = db.session.scalar(sa.select(PickUpCode.code).where(PickUpCode.redemption_id == redemption_id)) or ""
        end_reading()
        actor, desk = Actor.member(member), Actor("staff", 7, "李一")
        results = crowd(
            app,
            [
                lambda: operations.cancel_redemption(redemption_id, actor=actor),
                lambda: operations.hand_over(code, within=EVERYWHERE, actor=desk),
                lambda: operations.cancel_redemption(redemption_id, actor=actor),
            ],
        )
        won = [result for result in results if isinstance(result, Redemption)]
        assert len(won) == 1, kinds(results)
        assert figures(member)[0] == (0 if results[1] in won else 50)
        assert any(isinstance(result, TooLateToCancel) for result in results)
    assert_sound()


def test_crossing_operations_never_wait_for_each_other_for_ever(app: Flask, context: None) -> None:
    members = [a_person() for _n in range(4)]
    for member in members:
        give(member, 200)
    rewards = [a_reward(10, stock=50).id, a_reward(20, stock=50).id]

    def busy(n: int) -> Call:
        def work() -> str:
            member = members[n % 4]
            for round_ in range(3):
                made = order(member.id, rewards[(n + round_) % 2])()
                if round_ % 2:
                    operations.cancel_redemption(made.id, actor=SYSTEM)
                operations.bring_up_to_date(sorted(one.id for one in members))
            return "done"

        return work

    assert kinds(crowd(app, [busy(n) for n in range(8)])) == {"done": 8}
    assert_sound()


def test_whoever_writes_past_the_lock_is_found_out(context: None) -> None:
    from points.errors import AccountMoved

    member = a_person()

    @operation
    def past_the_lock() -> None:
        first, second = ledger.lock_account(member.id), ledger.lock_account(member.id)
        for n, account in enumerate((first, second)):
            ledger.spend(account, 10, source=ledger.Source("test", n), actor=SYSTEM)

    with pytest.raises((AccountMoved, sa.exc.IntegrityError)):
        past_the_lock()
    assert figures(member) == (50, 0, 0, 0)
