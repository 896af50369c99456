"""What leaves the house leaves once it is committed, is tried again, and is given up audibly."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel import clock, outbox
from kernel.db import db, operation
from kernel.outbox import OutboxMessage

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    got: list[dict] = []
    monkeypatch.setitem(outbox._handlers, "test", lambda delivery: got.append(delivery.payload))
    return got


@operation
def _put(*, key: str | None = None, fail: bool = False) -> None:
    outbox.put("test", {"n": 1}, key=key)
    if fail:
        raise ValueError


def _message() -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxMessage)).one()


def test_a_message_is_delivered_once(delivered: list[dict]) -> None:
    _put()
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    assert delivered == [{"n": 1}]


def test_a_rolled_back_message_is_never_sent(delivered: list[dict]) -> None:
    with pytest.raises(ValueError):
        _put(fail=True)
    assert outbox.deliver_due() == 0
    assert delivered == []


def test_a_key_is_put_once(delivered: list[dict]) -> None:
    _put(key="k")
    _put(key="k")
    assert outbox.deliver_due() == 1


def test_a_failing_message_waits_longer_each_time_and_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_delivery: outbox.Delivery) -> None:
        raise RuntimeError("gateway down")

    monkeypatch.setitem(outbox._handlers, "test", refuse)
    _put()
    moment = clock.now()
    for pause in outbox.PAUSES:
        with clock.at(moment):
            assert outbox.deliver_due() == 0
            assert _message().due_at == moment + pause
            assert outbox.due() == []
        moment += pause
    with clock.at(moment):
        outbox.deliver_due()
        assert _message().dead_at == moment
        assert [m.last_error for m in outbox.dead_letters()] == ["RuntimeError('gateway down')"]
        outbox.retry(_message().id)
        assert len(outbox.due()) == 1


def test_a_living_lease_is_respected_and_a_dead_one_is_not(delivered: list[dict]) -> None:
    _put()
    outbox._lease(_message().id, "somebody else")
    assert outbox.deliver(_message().id) is False
    with clock.at(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        assert outbox.deliver_due() == 1
    assert delivered == [{"n": 1}]
    assert _message().attempts == 2


def test_the_oldest_waiting_message_has_an_age(delivered: list[dict]) -> None:
    _put()
    with clock.at(clock.now() + timedelta(minutes=20)):
        assert outbox.oldest_waiting() == timedelta(minutes=20)
        outbox.deliver_due()
        assert outbox.oldest_waiting() == timedelta()
