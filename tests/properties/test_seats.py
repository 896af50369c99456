"""Seats against a model: any order of sign-ups, cancellations, answers, lapses and larger houses keeps every rule."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from events import operations
from events.models import HOLDING, Event, QueueLog, QueueStep, Registration
from kernel import clock
from kernel.actor import SYSTEM
from kernel.db import db
from tests.conftest import NOON
from tests.support.events import a_key, an_event, facts
from tests.support.member import a_member

DAY = timedelta(days=1)


@dataclass
class ModelParty:
    """A party as the model knows it."""

    member: int
    heads: int
    state: str
    until: datetime | None = None


@dataclass
class ModelEvent:
    """Thirty lines that say what the club promises."""

    capacity: int
    starts_at: datetime
    now: datetime = NOON
    parties: dict[int, ModelParty] = field(default_factory=dict)

    @property
    def free(self) -> int:
        return self.capacity - sum(p.heads for p in self.parties.values() if p.state in ("seated", "offered"))

    def settle(self) -> None:
        for party in self.parties.values():
            if party.state == "offered" and party.until <= self.now:
                party.state = "lapsed"
        while True:
            fitting = [p for p in self.parties.values() if p.state == "waiting" and p.heads <= self.free]
            if not fitting:
                return
            fitting[0].state = "offered"
            fitting[0].until = self.now + min(DAY, (self.starts_at - self.now) / 4)

    def live(self, member: int) -> bool:
        return any(p.member == member and p.state in ("seated", "offered", "waiting") for p in self.parties.values())


MEMBERS: list[int] = []


class Seats(RuleBasedStateMachine):
    """Drives the operations and the model side by side."""

    @initialize(capacity=st.integers(3, 8))
    def begin(self, capacity):
        self.at = NOON
        with clock.at(self.at):
            event = an_event(starts_at=NOON + 60 * DAY, capacity=capacity, companions_limit=3)
        self.event_id, self.model = event.id, ModelEvent(capacity, event.starts_at)

    def do(self, call):
        with clock.at(self.at):
            return call()

    @rule(who=st.integers(0, 11), heads=st.integers(1, 4))
    def sign_up(self, who, heads):
        member, most = MEMBERS[who], min(4, self.model.capacity)
        if self.model.live(member) or heads > most:
            return
        self.model.settle()
        registration = self.do(
            lambda: operations.sign_up(self.event_id, member_id=member, adults=heads, key=a_key(), actor=SYSTEM)
        )
        state = "seated" if heads <= self.model.free else "waiting"
        self.model.parties[registration.id] = ModelParty(member, heads, state)

    def pick(self, n, *states):
        ids = [i for i, p in self.model.parties.items() if p.state in states]
        return ids[n % len(ids)] if ids else None

    @rule(n=st.integers(0, 99))
    def cancel(self, n):
        party = self.pick(n, "seated", "offered", "waiting")
        if party is not None:
            self.do(lambda: operations.cancel(party, actor=SYSTEM))
            self.model.parties[party].state = "cancelled"
            self.model.settle()

    @rule(n=st.integers(0, 99))
    def accept(self, n):
        party = self.pick(n, "offered")
        if party is not None and self.model.parties[party].until > self.at:
            self.do(lambda: operations.accept_offer(party, actor=SYSTEM))
            self.model.parties[party].state = "seated"

    @rule(n=st.integers(0, 99))
    def decline(self, n):
        party = self.pick(n, "offered")
        if party is not None:
            self.do(lambda: operations.decline_offer(party, actor=SYSTEM))
            self.model.parties[party].state = "cancelled"
            self.model.settle()

    @rule(hours=st.integers(1, 30))
    def time_passes_and_the_hourly_run_comes(self, hours):
        self.at += timedelta(hours=hours)
        self.model.now = self.at
        for _twice in range(2):
            self.do(lambda: operations.repair_queue(self.event_id, actor=SYSTEM))
        self.model.settle()

    @precondition(lambda self: self.model.capacity < 14)
    @rule(more=st.integers(1, 3))
    def a_larger_house(self, more):
        self.model.capacity += more
        changed = facts(
            starts_at=self.model.starts_at, capacity=self.model.capacity, opens_at=NOON - DAY, companions_limit=3
        )
        self.do(lambda: operations.edit(self.event_id, changed, actor=SYSTEM))
        self.model.settle()

    @invariant()
    def the_portal_says_what_the_model_says(self):
        if not hasattr(self, "event_id"):
            return
        db.session.rollback()
        rows = db.session.execute(
            sa.select(Registration.id, Registration.state, Registration.heads).where(
                Registration.event_id == self.event_id
            )
        ).all()
        event = db.session.get(Event, self.event_id, populate_existing=True)
        assert {row.id: row.state.value for row in rows} == {i: p.state for i, p in self.model.parties.items()}
        held = sum(row.heads for row in rows if row.state in HOLDING)
        assert held == event.heads_taken <= event.capacity == self.model.capacity
        offers = sa.select(QueueLog.heads, QueueLog.heads_free).where(
            QueueLog.event_id == self.event_id, QueueLog.step == QueueStep.OFFERED
        )
        assert all(heads <= free for heads, free in db.session.execute(offers))


@pytest.mark.usefixtures("context")
def test_seats_and_queue_follow_the_model():
    MEMBERS[:] = [a_member().id for _n in range(12)]
    run_state_machine_as_test(
        Seats,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
