"""The ledger against a plain reference: any sequence of grants, spendings, holds, returns and years gives the same.

``LEDGER_EXAMPLES`` and ``LEDGER_STEPS`` make the search wider (the nightly run uses 300 and 60).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kernel import clock
from kernel.actor import SYSTEM
from kernel.db import operation
from points import ledger, queries
from points.errors import HoldEnded, NotEnoughPoints, TooMuchReturned
from points.ledger import Source
from points.models import Book
from tests.support.member import a_member
from tests.support.points import assert_sound, figures
from tests.support.reference import Reference

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "20"))
STEPS = int(os.environ.get("LEDGER_STEPS", "25"))
BEGINNING = datetime(2024, 2, 29, 3, 30, tzinfo=UTC)


@dataclass
class Told:
    """What the account was at an instant, to be told again at the end."""

    at: datetime
    available: int
    pending: int
    held: int
    debt: int


class Ledger(RuleBasedStateMachine):
    """The engine and the reference side by side."""

    @initialize()
    def begin(self) -> None:
        self.now = BEGINNING
        with clock.at(self.now):
            self.member = a_member()
        self.plain = Reference()
        self.plain.grant(50, self.now, self.now, 24)
        self.grants: dict[int, tuple[int, int]] = {}
        self.spends: dict[int, int] = {}
        self.holds: dict[int, int] = {}
        self.told: list[Told] = []
        self.sources = 0

    def do(self, call: Callable[[ledger.LockedAccount], Any]) -> Any:
        """Run something on the locked account, as one operation at the present moment."""

        @operation
        def verb() -> Any:
            return call(ledger.lock_account(self.member.id))

        with clock.at(self.now):
            return verb()

    def source(self) -> Source:
        self.sources += 1
        return Source(f"m{self.member.id}", self.sources)

    @rule(amount=st.integers(1, 400), months=st.sampled_from([None, 1, 24]), wait=st.sampled_from([0, 0, 0, 40, None]))
    def grant(self, amount: int, months: int | None, wait: int | None) -> None:
        begins = None if wait is None else self.now + timedelta(days=wait)
        source = self.source()
        posted = self.do(
            lambda account: ledger.credit(
                account, amount, source=source, actor=SYSTEM, available_from=begins, valid_months=months
            )
        )
        self.grants[posted.id] = (self.plain.grant(amount, self.now, begins, months), amount)

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), days=st.integers(0, 30))
    def say_when_it_begins(self, data: Any, days: int) -> None:
        grant_id = data.draw(st.sampled_from(sorted(self.grants)))
        begins = self.now + timedelta(days=days)
        self.do(lambda account: ledger.begin(account, grant_id, begins))
        self.plain.begin(self.grants[grant_id][0], begins, self.now)

    @rule(amount=st.integers(1, 500))
    def spend(self, amount: int) -> None:
        source = self.source()
        expected = self.plain.spend(amount, self.now)
        if expected is None:
            with pytest.raises(NotEnoughPoints):
                self.do(lambda account: ledger.spend(account, amount, source=source, actor=SYSTEM))
            return
        posted = self.do(lambda account: ledger.spend(account, amount, source=source, actor=SYSTEM))
        again = self.do(lambda account: ledger.spend(account, amount, source=source, actor=SYSTEM))
        assert again.replayed and again.id == posted.id
        self.spends[posted.id] = expected

    @precondition(lambda self: self.spends)
    @rule(data=st.data(), amount=st.integers(1, 300), by_club=st.booleans())
    def give_back(self, data: Any, amount: int, by_club: bool) -> None:
        spend_id = data.draw(st.sampled_from(sorted(self.spends)))
        source = self.source()

        def refund() -> Any:
            return self.do(
                lambda account: ledger.refund(
                    account, spend_id, source=source, actor=SYSTEM, by_club=by_club, amount=amount
                )
            )

        if self.plain.give_back(self.spends[spend_id], amount, by_club, self.now):
            refund()
        else:
            with pytest.raises(TooMuchReturned):
                refund()

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), percent=st.integers(0, 100))
    def take_back(self, data: Any, percent: int) -> None:
        grant_id = data.draw(st.sampled_from(sorted(self.grants)))
        posted = self.do(lambda account: ledger.claw_back(account, grant_id, returned=percent, total=100, actor=SYSTEM))
        taken = self.plain.take_back(self.grants[grant_id][0], percent, self.now)
        assert (-posted.amount if posted else 0) == taken

    @rule(amount=st.integers(1, 300), days=st.integers(1, 60))
    def hold(self, amount: int, days: int) -> None:
        source, lasts = self.source(), timedelta(days=days)
        expected = self.plain.hold(amount, self.now + lasts, self.now)
        if expected is None:
            with pytest.raises(NotEnoughPoints):
                self.do(lambda account: ledger.hold(account, amount, source=source, actor=SYSTEM, lasts=lasts))
            return
        hold_id = self.do(lambda account: ledger.hold(account, amount, source=source, actor=SYSTEM, lasts=lasts))
        self.holds[hold_id] = expected

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), share=st.integers(0, 3))
    def end_a_hold(self, data: Any, share: int) -> None:
        hold_id = data.draw(st.sampled_from(sorted(self.holds)))
        used = self.plain.used_of(self.holds[hold_id], share)

        def end() -> Any:
            if used:
                return self.do(lambda account: ledger.commit_hold(account, hold_id, amount=used, actor=SYSTEM))
            return self.do(lambda account: ledger.release_hold(account, hold_id, actor=SYSTEM))

        expected = self.plain.end_hold(self.holds[hold_id], used, self.now)
        if expected is None:
            with pytest.raises(HoldEnded):
                end()
            return
        posted = end()
        if used:
            self.spends[posted.id] = expected

    @rule(days=st.integers(1, 250), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)
        self.plain.tick(self.now)

    @rule()
    def sweep(self) -> None:
        self.do(lambda account: None)
        self.do(lambda account: None)
        self.plain.tick(self.now)

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "plain"):
            return
        plain = self.plain.figures(self.now)
        with clock.at(self.now):
            standing = queries.account_of(self.member.id)
        assert standing.available == plain[0], "the page tells the truth before any sweep"
        self.do(lambda account: None)
        assert figures(self.member) == plain
        self.told.append(Told(self.now, *plain))

    def teardown(self) -> None:
        if not hasattr(self, "plain"):
            return
        assert_sound()
        last = {told.at: told for told in self.told}
        for told in last.values():
            books = queries.balance_as_of(self.member.id, told.at)
            assert tuple(books[b] for b in (Book.AVAILABLE, Book.PENDING, Book.HELD, Book.DEBT)) == (
                told.available,
                told.pending,
                told.held,
                told.debt,
            )


def test_the_engine_and_the_reference_agree(context: None) -> None:
    _compare(EXAMPLES)


def _compare(examples: int) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="LEDGER_EXAMPLES" not in os.environ,
            database=None,
            phases=list(Phase) if "LEDGER_EXAMPLES" in os.environ else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_wrong_order_of_use_is_found_out(context: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an engine that uses the newest points first does not agree with the reference."""
    monkeypatch.setattr("points.rules.lots.in_order", lambda lots: sorted(lots, key=lambda lot: -lot.id))
    with pytest.raises(AssertionError):
        _compare(max(EXAMPLES, 60))
