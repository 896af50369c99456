"""Many people at once: the capacity holds in heads, one form is one sign-up, two scanners let nobody in twice.

Each race has its control: the same crowd with the lock taken away breaks the rule, so the race can fail.
"""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from events import errors, operations
from events.models import HOLDING, CheckIn, Event, Registration, RegistrationState
from events.operations import seats
from kernel import clock
from kernel.actor import Actor
from kernel.db import db, operation
from kernel.errors import Refused
from tests.conftest import NOON
from tests.support.events import a_key, a_sign_up, an_event
from tests.support.member import a_member

THREADS = 8


def crowd(app: Flask, calls: list[Callable[[], Any]]) -> list[Any]:
    """Run calls from several threads at once, each in its own application context; return results and refusals."""
    gate = threading.Barrier(min(THREADS, len(calls)))

    def run(n: int, call: Callable[[], Any]) -> Any:
        with app.app_context(), clock.at(NOON):
            try:
                if n < gate.parties:
                    gate.wait(timeout=20)
                return call()
            except Refused as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(len(calls)), calls))


def taken(event_id: int) -> tuple[int, int]:
    """Return the heads that the parties of an event hold, and what its counter says."""
    db.session.rollback()
    held = sa.select(sa.func.coalesce(sa.func.sum(Registration.heads), 0)).where(
        Registration.event_id == event_id, Registration.state.in_(HOLDING)
    )
    counter = sa.select(Event.heads_taken).where(Event.id == event_id)
    return db.session.scalar(held), db.session.scalar(counter)


def party_of(event_id: int, member_id: int, heads: int, key: str | None = None) -> Callable[[], Any]:
    actor = Actor("member", member_id, "周予安")
    return lambda: operations.sign_up(event_id, member_id=member_id, adults=heads, key=key or a_key(), actor=actor)


def test_two_hundred_parties_want_fifty_places(app, context):
    event = an_event(capacity=50)
    sizes = [random.Random(n).randint(1, 4) for n in range(200)]
    calls = [party_of(event.id, a_member().id, heads) for heads in sizes]
    results = crowd(app, calls)
    assert [r for r in results if not isinstance(r, Registration)] == []
    seated = [r.heads for r in results if r.state is RegistrationState.SEATED]
    assert sum(seated) == 50
    assert taken(event.id) == (50, 50)
    numbers = db.session.scalars(
        sa.select(Registration.queue_number).where(
            Registration.event_id == event.id, Registration.queue_number.is_not(None)
        )
    ).all()
    assert sorted(numbers) == list(range(1, 200 - len(seated) + 1))


def test_the_control_without_the_lock_takes_too_many(app, context, monkeypatch):
    """What the lock prevents happens at once when the heads are counted before the writing transaction begins."""
    event = an_event(capacity=10)
    calls = [naive_party_of(event.id, a_member().id) for _n in range(THREADS)]
    meeting = threading.Barrier(THREADS)
    monkeypatch.setattr("tests.races.test_events.after_counting", lambda: meeting.wait(timeout=20))
    crowd(app, calls)
    assert taken(event.id)[0] > 10


def after_counting() -> None:
    """The moment between looking and taking, in which everybody else looks as well."""


def naive_party_of(event_id: int, member_id: int) -> Callable[[], Any]:
    def call() -> None:
        free = 10 - taken(event_id)[0]
        after_counting()
        if free >= 4:
            _write_party(event_id, member_id)

    return call


@operation
def _write_party(event_id: int, member_id: int) -> None:
    event = db.session.get_one(Event, event_id)
    from events import rules

    registration = seats._registration(event, member_id, rules.Party(4), clock.now())
    registration.state = RegistrationState.SEATED
    db.session.add(registration)


def test_the_control_with_the_row_lock_off_breaks_on_postgresql(app, context, monkeypatch):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time by itself")
    monkeypatch.setattr(seats, "lock", lambda model, key: db.session.get(model, key, populate_existing=True))
    for _round in range(20):
        event = an_event(capacity=6)
        crowd(app, [party_of(event.id, a_member().id, 2) for _n in range(THREADS)])
        held, counter = taken(event.id)
        if held > 6 or held != counter:
            return
    pytest.fail("without the lock the race must break")


def test_the_same_form_sent_many_times_at_once_is_one_sign_up(app, context):
    event, member, key = an_event(capacity=50), a_member(), a_key()
    results = crowd(app, [party_of(event.id, member.id, 2, key) for _n in range(32)])
    assert {r.id for r in results if isinstance(r, Registration)} == {results[0].id}
    assert taken(event.id) == (2, 2)


def test_one_member_with_many_forms_is_one_sign_up(app, context):
    event, member = an_event(capacity=50), a_member()
    results = crowd(app, [party_of(event.id, member.id, 2) for _n in range(32)])
    assert len([r for r in results if isinstance(r, Registration)]) == 1
    assert {type(r) for r in results if isinstance(r, Refused)} == {errors.AlreadySignedUp}
    assert taken(event.id) == (2, 2)


def test_cancellations_and_sign_ups_at_once_keep_the_sum(app, context):
    event = an_event(capacity=12)
    seated = [a_sign_up(event, a_member(), adults=2).id for _n in range(6)]
    waiting = [a_sign_up(event, a_member(), adults=3).id for _n in range(4)]
    door = Actor("staff", 7, "沈悦")
    calls: list[Callable[[], Any]] = []
    for n in range(6):
        calls.append(lambda n=n: operations.cancel(seated[n], actor=door))
        calls.append(party_of(event.id, a_member().id, 1 + n % 4))
    calls += [lambda n=n: operations.accept_offer(waiting[n], actor=door) for n in range(4)]
    calls += [lambda: operations.repair_queue(event.id, actor=door) for _n in range(4)]
    crowd(app, calls)
    held, counter = taken(event.id)
    assert held == counter <= 12


def test_two_scanners_let_four_in_and_never_a_fifth(app, context):
    event = an_event(starts_at=NOON.replace(hour=6), cancel_until=NOON)
    party = a_sign_up(event, a_member(), adults=4)
    door = Actor("staff", 7, "沈悦")
    calls = [lambda: operations.check_in(party.id, heads=1, nonce=a_key(), actor=door) for _n in range(THREADS * 2)]
    results = crowd(app, calls)
    assert len([r for r in results if isinstance(r, CheckIn)]) == 4
    assert {type(r) for r in results if isinstance(r, Refused)} == {errors.AllAreIn}
    db.session.rollback()
    assert db.session.get(Registration, party.id, populate_existing=True).heads_in == 4
    from points.models import Entry, EntryKind

    grants = sa.select(sa.func.count()).where(Entry.occasion == "event_attended", Entry.kind == EntryKind.GRANT)
    assert db.session.scalar(grants) == 1


def test_one_scan_sent_by_an_impatient_hand_counts_once(app, context):
    event = an_event(starts_at=NOON.replace(hour=6), cancel_until=NOON)
    party, nonce = a_sign_up(event, a_member(), adults=4), a_key()
    door = Actor("staff", 7, "沈悦")
    calls = [lambda: operations.check_in(party.id, heads=2, nonce=nonce, actor=door) for _n in range(16)]
    results = crowd(app, calls)
    assert {type(r) for r in results} == {CheckIn}
    assert len({r.id for r in results}) == 1
    db.session.rollback()
    assert db.session.get(Registration, party.id, populate_existing=True).heads_in == 2
