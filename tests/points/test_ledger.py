"""What the database itself refuses, and what verification finds when somebody went past everything else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.db import append_only_statements, db, dialect_name, end_reading, operation
from points import ledger, operations, queries
from points.errors import BookedOtherwise
from points.ledger.verification import verify
from points.models import Book, Entry, EntryKind, JournalLine
from tests.support.member import a_member
from tests.support.points import a_reward, assert_sound, at, entries, figures, give, redeem

pytestmark = pytest.mark.usefixtures("context")


def run(statement: str) -> None:
    """Send a statement in a transaction of its own."""

    @operation
    def send() -> None:
        db.session.execute(sa.text(statement))

    send()


def past_the_guards(table: str, statement: str) -> None:
    """Send a statement with the table's triggers out of the way, as an intruder with the database would."""
    if dialect_name() == "postgresql":
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        run(statement)
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    for trigger in ("no_update", "no_delete"):
        run(f"DROP TRIGGER {table}_{trigger}")
    run("PRAGMA foreign_keys=OFF")
    run(statement)
    for made in append_only_statements(table, "sqlite"):
        run(made)


def a_life() -> Any:
    """Return a member with every kind of entry behind him."""
    with at("2024-11-10 12:00"):
        member = a_member()
    give(member, 300)
    grant = operations.grant("survey", member_id=member.id, source=("survey", 1), actor=SYSTEM)
    operations.grant("first_purchase", member_id=member.id, source=("contract", 1), actor=SYSTEM)
    operations.begin_pending(
        "first_purchase", member_id=member.id, source=("contract", 1), available_from=clock.now(), actor=SYSTEM
    )
    first = redeem(member, a_reward(330))
    held = operations.hold_points(
        40, member_id=member.id, source=("x", 1), lasts=timedelta(hours=1), actor=Actor.member(member)
    )
    operations.release_hold(held.id, member_id=member.id, actor=SYSTEM)
    with at("2026-12-02 12:00"):
        operations.bring_up_to_date([member.id])
        operations.cancel_redemption(first.id, actor=SYSTEM)
        redeem(member, a_reward(1_370))
        operations.take_back("survey", member_id=member.id, source=("survey", 1), actor=SYSTEM)
        operations.take_back("first_purchase", member_id=member.id, source=("contract", 1), actor=SYSTEM)
        give(member, 100)
        give(member, 1_500)
    assert grant is not None
    return member


def test_a_whole_life_is_sound_and_sums_to_zero() -> None:
    member = a_life()
    assert {kind for kind, _amount in entries(member)} == set(EntryKind)
    assert_sound()
    with at("2026-12-02 12:00"):
        available, pending, held, debt = figures(member)
        assert sum(amount for _kind, amount in entries(member)) == available + pending + held - debt
    assert db.session.scalar(sa.select(sa.func.sum(JournalLine.amount))) == 0
    club = dict(
        db.session.execute(
            sa.select(JournalLine.book, sa.func.sum(JournalLine.amount)).group_by(JournalLine.book)
        ).all()
    )
    assert club[Book.ISSUED] == -(50 + 300 + 50 + 1_000 + 100 + 1_500)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_entry SET amount = 60",
        "UPDATE points_entry SET reason = 'x'",
        "DELETE FROM points_entry",
        "UPDATE journal_line SET amount = 60",
        "DELETE FROM journal_line",
        "UPDATE points_lot SET granted = 60",
        "DELETE FROM points_lot",
        "DELETE FROM points_allocation",
        "UPDATE points_allocation SET amount = 1",
        "DELETE FROM qualifying_entry",
        "UPDATE qualifying_entry SET amount = 1",
        "DELETE FROM points_hold",
        "DELETE FROM redemption_step",
        "DELETE FROM tier_event",
    ],
)
def test_history_cannot_be_changed_or_deleted(statement: str) -> None:
    a_life()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        run(statement)
    assert_sound()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_account SET available = -1",
        "UPDATE points_account SET pending = -1",
        "UPDATE points_account SET held = -1",
        "UPDATE points_account SET debt = -1",
        "UPDATE points_lot SET remaining = granted + 1",
        "UPDATE points_lot SET remaining = -1",
        "UPDATE points_allocation SET returned = amount + 1",
        "UPDATE points_allocation SET returned = -1",
        "UPDATE points_hold SET committed = amount + 1",
        "UPDATE reward SET stock = -1",
    ],
)
def test_the_database_refuses_impossible_figures(statement: str) -> None:
    a_life()
    with pytest.raises(sa.exc.IntegrityError):
        run(statement)


FORGERIES: list[tuple[str, str, str]] = [
    ("points_entry", "UPDATE points_entry SET reason = 'forged' WHERE number = 2", "was changed"),
    ("points_entry", "UPDATE points_entry SET amount = amount + 1 WHERE number = 2", "the entries sum to"),
    ("journal_line", "UPDATE journal_line SET amount = amount + 1 WHERE book = 'available'", "its lines sum to"),
    ("journal_line", "DELETE FROM journal_line WHERE book = 'available'", "its rows say"),
    ("points_lot", "UPDATE points_lot SET granted = granted + 1", "is not what entry"),
    ("points_allocation", "UPDATE points_allocation SET amount = amount + 1", "taken from lots"),
]
OPEN_FORGERIES = [
    ("UPDATE points_account SET available = available + 1", "available is"),
    ("UPDATE points_account SET debt = debt + 1", "debt is"),
    ("UPDATE points_account SET held = held + 1", "held, its open holds say"),
    ("UPDATE points_account SET version = version + 1", "its chain ends"),
    ("UPDATE points_account SET due_at = '2050-01-01 00:00:00.000000+00:00' WHERE due_at IS NOT NULL", "falls due"),
    ("UPDATE points_account SET due_at = NULL", "falls due"),
    ("UPDATE points_lot SET remaining = remaining - 1 WHERE remaining > 0", "remaining"),
    ("UPDATE points_allocation SET returned = returned + 1 WHERE returned < amount", "taken"),
]


@pytest.mark.parametrize(("table", "statement", "fault"), FORGERIES)
def test_verification_finds_what_was_forged_past_the_guards(table: str, statement: str, fault: str) -> None:
    a_life()
    past_the_guards(table, statement)
    end_reading()
    assert any(fault in found for found in verify().faults), verify().faults


@pytest.mark.parametrize(("statement", "fault"), OPEN_FORGERIES)
def test_verification_finds_figures_that_do_not_follow_from_the_rows(statement: str, fault: str) -> None:
    a_life()
    if dialect_name() == "sqlite":
        statement = statement.replace("+00:00", "")
    run(statement)
    end_reading()
    assert any(fault in found for found in verify().faults), verify().faults


def test_the_command_reports_and_fails(app: Any) -> None:
    member = a_member()
    runner = app.test_cli_runner()
    sound = runner.invoke(args=["points", "verify"])
    assert (sound.exit_code, "1 accounts, 1 entries, 0 faults" in sound.output) == (0, True), sound.output
    run(f"UPDATE points_account SET available = 51 WHERE member_id = {member.id}")
    end_reading()
    broken = runner.invoke(args=["points", "verify"])
    assert broken.exit_code == 1 and "available is 51, its rows say 50" in broken.output


def test_the_commands_expire_and_review_as_of_a_day(app: Any) -> None:
    member = a_member()
    runner = app.test_cli_runner()
    for _time in range(2):
        assert runner.invoke(args=["points", "expire", "--as-of", "2028-12-01"]).exit_code == 0
        assert runner.invoke(args=["points", "review-tiers", "--as-of", "2028-12-01"]).exit_code == 0
    assert figures(member) == (0, 0, 0, 0)


def test_a_booking_moves_at_least_one_point_and_not_millions() -> None:
    member = a_member()

    def credit(amount: int) -> Callable[[], Any]:
        return operation(
            lambda: ledger.credit(
                ledger.lock_account(member.id),
                amount,
                source=ledger.Source("test", 1),
                actor=SYSTEM,
                available_from=clock.now(),
                valid_months=None,
            )
        )

    for amount in (0, -5, 10_000_001):
        with pytest.raises(ValueError, match="point"):
            credit(amount)()
    assert figures(member) == (50, 0, 0, 0)


def test_an_account_is_locked_inside_an_operation_only() -> None:
    with pytest.raises(RuntimeError, match="inside an operation"):
        ledger.lock_account(a_member().id)


def test_nobody_refunds_or_takes_back_what_is_somebody_elses() -> None:
    member, other = a_member(), a_member()
    redemption = redeem(member, a_reward(50))
    with pytest.raises(BookedOtherwise):
        operations.spend_back(
            redemption.entry_id or 0, member_id=other.id, source=("x", 1), by_club=False, actor=SYSTEM
        )
    assert figures(other) == (50, 0, 0, 0)


# --- what the pages are told -------------------------------------------------------------------------------------------


def test_each_line_tells_where_its_points_came_from_and_went() -> None:
    member = a_member()
    give(member, 100)
    redemption = redeem(member, a_reward(120))
    operations.cancel_redemption(redemption.id, actor=Actor.member(member))
    page = queries.statement(member.id)
    assert [entry.amount for entry in page.items] == [120, -120, 100, 50]
    assert [entry.balance for entry in page.items] == [150, 30, 150, 50]
    refund, spend, _give, join = page.items
    life = queries.entry_for(member.id, spend.id)
    assert life is not None
    assert sorted((use.amount, use.returned) for use in life.taken) in ([(20, 20), (100, 100)], [(50, 50), (70, 70)])
    assert [entry.id for entry in life.later] == [refund.id]
    life = queries.entry_for(member.id, join.id)
    assert life is not None and life.lots[0].granted == 50 and life.uses[0].entry.id == spend.id
    life = queries.entry_for(member.id, refund.id)
    assert life is not None and life.earlier is not None and life.earlier.id == spend.id
    assert sum(use.returned for use in life.taken) == 120
    assert queries.entry_for(a_member().id, spend.id) is None


def test_the_statement_goes_on_page_by_page() -> None:
    member = a_member()
    for n in range(5):
        operations.grant("survey", member_id=member.id, source=("survey", n), actor=SYSTEM)
    first = queries.statement(member.id, size=4)
    second = queries.statement(member.id, size=4, cursor=first.next_cursor)
    numbers = [entry.number for entry in (*first.items, *second.items)]
    assert numbers == [6, 5, 4, 3, 2, 1]
    assert [e.amount for e in queries.statement(member.id, direction="out").items] == []


def test_what_expires_next_and_the_way_to_the_next_tier() -> None:
    member = a_member()
    give(member, 100, months=1, qualifying=250)
    give(member, 10, months=None)
    standing = queries.account_of(member.id)
    assert standing.next_expiry is not None
    assert (standing.next_expiry.points, str(standing.next_expiry.last_day)) == (100, "2026-12-31")
    assert (standing.tier.code, standing.next and standing.next.code, standing.missing, standing.reached) == (
        "silver",
        "gold",
        750,
        25,
    )
    assert [lot.remaining for lot, _origin in queries.lots_of(member.id)] == [100, 50, 10]
    assert [group.points for group in queries.expiring(member.id)] == [100, 50]


def test_a_member_without_an_account_has_nothing_yet() -> None:
    standing = queries.account_of(999_999)
    assert (standing.available, standing.tier.code, standing.account_id) == (0, "silver", None)
    assert queries.statement(999_999).items == []
    assert queries.lots_of(999_999) == [] and queries.expiring(999_999) == []
    assert set(queries.balance_as_of(999_999, clock.now()).values()) == {0}


def test_a_standing_takes_few_questions(app: Any) -> None:
    member = a_life()
    end_reading()
    counter = app.extensions["query_counter"]
    before = counter.count
    queries.account_of(member.id)
    assert counter.count - before <= 4


def test_entries_are_of_a_kind_that_has_a_name() -> None:
    assert all(kind.label for kind in EntryKind)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Entry)) == 0
