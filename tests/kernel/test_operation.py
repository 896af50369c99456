"""One operation, one transaction, one commit."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel.clock import now
from kernel.db import (
    StrayCommit,
    SwallowedFailure,
    after_commit,
    db,
    in_operation,
    insert_once,
    lock,
    operation,
)
from kernel.limits import LimitWindow
from kernel.numbers import DrawnNumber

pytestmark = pytest.mark.usefixtures("context")


def _count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(DrawnNumber)) or 0


@operation
def _add(number: str) -> None:
    db.session.add(DrawnNumber(number=number))


def test_an_operation_commits_what_it_did() -> None:
    _add("A")
    db.session.rollback()
    assert _count() == 1


def test_an_exception_rolls_everything_back() -> None:
    @operation
    def fails() -> None:
        _add("A")
        raise ValueError

    with pytest.raises(ValueError):
        fails()
    assert _count() == 0
    assert not in_operation()


def test_a_swallowed_inner_failure_makes_the_outer_commit_impossible() -> None:
    @operation
    def inner() -> None:
        raise ValueError

    @operation
    def outer() -> None:
        _add("A")
        try:
            inner()
        except ValueError:
            pass

    with pytest.raises(SwallowedFailure):
        outer()
    assert _count() == 0


def test_nobody_else_commits() -> None:
    db.session.add(DrawnNumber(number="A"))
    with pytest.raises(StrayCommit):
        db.session.commit()
    db.session.rollback()


def test_a_change_made_outside_an_operation_is_not_smuggled_into_the_next_one() -> None:
    db.session.add(DrawnNumber(number="A"))
    with pytest.raises(StrayCommit):
        _add("B")
    db.session.rollback()


def test_what_was_read_before_is_read_anew_inside(write) -> None:
    write(lambda: db.session.add(LimitWindow(name="x", key="y", began_at=now(), count=1)))
    seen = db.session.get_one(LimitWindow, ("x", "y"))
    with db.engine.begin() as other:
        other.execute(sa.update(LimitWindow).values(count=7))

    @operation
    def look() -> int:
        return seen.count

    assert look() == 7


def test_calls_after_the_commit_happen_only_after_a_commit() -> None:
    called = []

    @operation
    def works() -> None:
        after_commit(lambda: called.append("works"))

    @operation
    def fails() -> None:
        after_commit(lambda: called.append("fails"))
        raise ValueError

    works()
    with pytest.raises(ValueError):
        fails()
    assert called == ["works"]


def test_locks_and_inserts_are_refused_outside_an_operation() -> None:
    with pytest.raises(RuntimeError):
        lock(DrawnNumber, "A")
    with pytest.raises(RuntimeError):
        insert_once(DrawnNumber, number="A")


def test_insert_once_says_whether_it_inserted() -> None:
    @operation
    def insert() -> bool:
        return insert_once(DrawnNumber, number="A")

    assert [insert(), insert()] == [True, False]


@pytest.mark.parametrize("locked", [True, False])
def test_eight_threads_lose_no_update_unless_the_lock_is_off(app: Flask, locked: bool) -> None:
    """The control (no lock, plain connection) loses updates: the test can fail."""

    @operation
    def prepare() -> None:
        insert_once(LimitWindow, name="race", key="k", began_at=now(), count=0)

    @operation
    def add_one() -> None:
        row = lock(LimitWindow, ("race", "k"))
        assert row is not None
        row.count += 1

    barrier = threading.Barrier(8)

    def add_unlocked(rounds: int) -> None:
        for _round in range(rounds):
            with db.engine.connect() as connection:
                count = connection.execute(sa.select(LimitWindow.count)).scalar_one()
            barrier.wait()
            with db.engine.begin() as connection:
                connection.execute(sa.update(LimitWindow).values(count=count + 1))
            barrier.wait()

    def work() -> None:
        with app.app_context():
            if locked:
                barrier.wait()
                for _n in range(10):
                    add_one()
            else:
                add_unlocked(10)

    prepare()
    threads = [threading.Thread(target=work) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    count = db.session.execute(sa.select(LimitWindow.count)).scalar_one()
    assert (count == 80) is locked
