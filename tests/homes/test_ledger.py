"""The contract ledger: what is taken in, what is left out and why, and that the same file twice is once."""

import csv
import io
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from homes import errors, operations, queries
from homes.ledger import rows
from homes.ledger.reasons import Reason
from homes.models import (
    Buyer,
    Contract,
    ContractState,
    Home,
    ImportState,
    LedgerChunk,
    LedgerImport,
    LedgerRowError,
    Ownership,
    Stage,
)
from homes.operations import ledger as ledger_operations
from kernel import outbox
from kernel.actor import SYSTEM
from kernel.audit import AuditEntry
from kernel.db import db
from tests.support.homes import a_ledger, a_ledger_row, a_project, contract_home, imported
from tests.support.member import a_member

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture(autouse=True)
def _project(context: None) -> None:
    a_project()


def _count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_row_becomes_a_home_with_its_contract_and_buyers() -> None:
    row = a_ledger_row(
        "二栋一单元1803室", 买受人="周予安；林可航", 手机号="19900000001；19900000002", 证件后四位="0012；345X"
    )
    entry = imported(row)
    assert (entry.state, entry.fresh, entry.new_homes, entry.refused) == (ImportState.APPLIED, 1, 1, 0)
    home = contract_home(row[rows.CONTRACT])
    assert (home.code, home.label, home.key) == ("SZ-YHL.P1.B02.U1.1803", "2栋1单元1803", "2-1-1803")
    assert (home.city_code, home.stage, home.floor) == ("SZ", Stage.HANDOVER, 18)
    (contract,) = queries.contracts_of(home.id)
    assert [(b.name, b.mobile) for b in contract.buyers] == [("周予安", "+8619900000001"), ("林可航", "+8619900000002")]
    assert contract.agreed_handover_on == date(2026, 9, 30)


def test_identity_digits_are_kept_only_as_a_keyed_hash() -> None:
    imported(a_ledger_row(证件后四位="440300199001017788"), a_ledger_row("2栋1单元1804", 证件后四位="7788"))
    hashes = list(db.session.scalars(sa.select(Buyer.id_hash)))
    assert len(set(hashes)) == 2 and all(h and "7788" not in h and len(h) == 64 for h in hashes)
    stored = [str(v) for t in db.metadata.sorted_tables for row in db.session.execute(sa.select(t)) for v in row]
    assert not any("7788" in v for v in stored if v not in hashes and len(v) < 64 and not v.startswith("b'"))


def test_a_dry_run_tells_everything_and_writes_nothing() -> None:
    entry = imported(a_ledger_row(), a_ledger_row("2栋1单元1804"), a_ledger_row("没有门牌"), apply=False)
    assert (entry.state, entry.fresh, entry.new_homes, entry.refused) == (ImportState.CHECKED, 2, 2, 1)
    assert _count(Home) == _count(Contract) == 0


def test_a_checked_file_is_applied_later() -> None:
    entry = imported(a_ledger_row(), apply=False)
    operations.apply_import(entry.id, actor=SYSTEM)
    entry = operations.run_import(entry.id)
    assert (entry.state, entry.fresh) == (ImportState.APPLIED, 1)
    assert _count(Home) == 1 and _count(LedgerChunk) == 0


def test_applying_twice_is_applying_once() -> None:
    entry = imported(a_ledger_row())
    again = operations.apply_import(entry.id, actor=SYSTEM)
    assert again.state is ImportState.APPLIED and _count(Contract) == 1


def test_the_worker_does_what_the_door_has_left_to_it() -> None:
    file = a_ledger([a_ledger_row()])
    entry = operations.begin_import(
        file, file_name="a.xlsx", reach=operations.Reach(everything=True), apply=False, actor=SYSTEM
    )
    assert entry.state is ImportState.CHECKING
    outbox.deliver_due()
    assert db.session.get_one(LedgerImport, entry.id, populate_existing=True).state is ImportState.CHECKED


def test_the_same_file_twice_changes_nothing_and_says_so() -> None:
    given = [a_ledger_row(f"2栋1单元{floor}0{room}") for floor in range(1, 12) for room in range(1, 5)]
    imported(*given)
    before = [
        tuple(row) for t in (Home, Contract, Buyer, Ownership) for row in db.session.execute(sa.select(t.__table__))
    ]
    again = imported(*given)
    after = [
        tuple(row) for t in (Home, Contract, Buyer, Ownership) for row in db.session.execute(sa.select(t.__table__))
    ]
    assert (again.fresh, again.changed, again.unchanged, again.refused) == (0, 0, 44, 0)
    assert again.changes_nothing and before == after


def test_a_changed_row_changes_its_contract_only() -> None:
    row, other = a_ledger_row(), a_ledger_row("2栋1单元1804")
    imported(row, other)
    entry = imported(row | {rows.MOBILES: "19900000077", rows.HANDED: date(2026, 10, 9)}, other)
    assert (entry.fresh, entry.changed, entry.unchanged) == (0, 1, 1)
    home = contract_home(row[rows.CONTRACT])
    assert (home.handed_over_on, home.stage) == (date(2026, 10, 9), Stage.LIVED_IN)
    assert queries.contracts_of(home.id)[0].buyers[0].mobile == "+8619900000077"


WRONG: list[tuple[dict[str, Any], Reason, str]] = [
    ({rows.CONTRACT: ""}, Reason.CONTRACT_MISSING, rows.CONTRACT),
    ({rows.CONTRACT: "X" * 41}, Reason.TOO_LONG, rows.CONTRACT),
    ({rows.PROJECT: "SZ-NIX"}, Reason.PROJECT_UNKNOWN, rows.PROJECT),
    ({rows.PHASE: "九期"}, Reason.PHASE_UNKNOWN, rows.PHASE),
    ({rows.HOME: "某处"}, Reason.HOME_UNREADABLE, rows.HOME),
    ({rows.HOME: None}, Reason.HOME_UNREADABLE, rows.HOME),
    ({rows.BUYERS: " "}, Reason.BUYER_MISSING, rows.BUYERS),
    ({rows.BUYERS: "名" * 101}, Reason.TOO_LONG, rows.BUYERS),
    ({rows.BUYERS: "甲；乙", rows.MOBILES: "19900000001", rows.IDS: None}, Reason.BUYERS_DO_NOT_MATCH, rows.MOBILES),
    ({rows.BUYERS: "甲；乙", rows.IDS: "0012"}, Reason.BUYERS_DO_NOT_MATCH, rows.IDS),
    ({rows.KIND: "外星人"}, Reason.KIND_UNKNOWN, rows.KIND),
    ({rows.MOBILES: "12345"}, Reason.MOBILE_WRONG, rows.MOBILES),
    ({rows.IDS: "1"}, Reason.ID_WRONG, rows.IDS),
    ({rows.SIGNED: "昨天"}, Reason.DATE_WRONG, rows.SIGNED),
    ({rows.SIGNED: "2026-02-30"}, Reason.DATE_WRONG, rows.SIGNED),
    ({rows.AGREED: None}, Reason.DATE_WRONG, rows.AGREED),
    ({rows.HANDED: date(2020, 1, 1)}, Reason.DATES_OUT_OF_ORDER, rows.HANDED),
    ({rows.STATE: "待定"}, Reason.STATE_UNKNOWN, rows.STATE),
]


@pytest.mark.parametrize(("cells", "reason", "column"), WRONG)
def test_a_wrong_row_is_left_out_with_its_number_and_reason(cells: dict[str, Any], reason: Reason, column: str) -> None:
    entry = imported(a_ledger_row("2栋1单元1801"), a_ledger_row() | cells, a_ledger_row("2栋1单元1804"))
    assert (entry.fresh, entry.refused) == (2, 1)
    (error,) = queries.row_errors(entry.id)
    assert (error.row_number, error.reason, error.field) == (3, reason.value, column)
    assert str(reason.label)


def test_an_identity_number_never_stands_in_an_error() -> None:
    imported(a_ledger_row(证件后四位="44030019900101***"))
    assert all("4403" not in error.value for error in db.session.scalars(sa.select(LedgerRowError)))


def test_a_contract_number_counts_once_in_a_file() -> None:
    row = a_ledger_row()
    entry = imported(row, row | {rows.HOME: "2栋1单元1804"})
    assert (entry.fresh, entry.refused) == (1, 1)
    assert queries.row_errors(entry.id)[0].reason == Reason.CONTRACT_TWICE.value


def test_a_contract_cannot_move_to_another_home() -> None:
    row = a_ledger_row()
    imported(row)
    entry = imported(row | {rows.HOME: "2栋1单元1804"})
    assert queries.row_errors(entry.id)[0].reason == Reason.CONTRACT_MOVED.value and _count(Home) == 1


@pytest.mark.parametrize("apply", [True, False])
def test_two_contracts_in_force_for_one_home_are_refused_within_a_file_and_across_files(apply: bool) -> None:
    entry = imported(a_ledger_row(), a_ledger_row(), apply=apply)
    assert [e.reason for e in queries.row_errors(entry.id)] == [Reason.HOME_TAKEN.value]
    imported(a_ledger_row("2栋1单元1804"))
    entry = imported(a_ledger_row("2栋1单元1804"), apply=apply)
    assert [e.reason for e in queries.row_errors(entry.id)] == [Reason.HOME_TAKEN.value]


@pytest.mark.parametrize("together", [True, False])
def test_a_resale_ends_the_old_contract_and_every_right_to_the_home(together: bool) -> None:
    seller, buyer, tenant = a_member(), a_member(), a_member()
    old = a_ledger_row(手机号=seller.mobile)
    new = a_ledger_row(手机号=buyer.mobile, 原合同编号=old[rows.CONTRACT], 签约日期=date(2026, 11, 1))
    imported(old)
    home = contract_home(old[rows.CONTRACT])
    operations.bind_by_hand(
        home.id, member=tenant, role=queries.rights_of(seller.id)[0].role.TENANT, reason="租约", actor=SYSTEM
    )
    entry = imported(*([old | {rows.STATE: "已转让"}, new] if together else [new]))
    assert entry.refused == 0 and (entry.bound, entry.ended) == (1, 2)
    assert queries.home_for(seller.id, home.id) is None and queries.home_for(tenant.id, home.id) is None
    assert queries.home_for(buyer.id, home.id) is not None
    states = {c.number: c.state for c in queries.contracts_of(home.id)}
    assert states == {old[rows.CONTRACT]: ContractState.RESOLD, new[rows.CONTRACT]: ContractState.ACTIVE}


def test_a_resale_in_the_very_same_file_leaves_one_contract_in_force() -> None:
    old = a_ledger_row()
    new = a_ledger_row(原合同编号=old[rows.CONTRACT])
    entry = imported(old, new)
    assert (entry.fresh, entry.refused) == (2, 0)
    assert {c.state for c in queries.contracts_of(contract_home(new[rows.CONTRACT]).id)} == {
        ContractState.RESOLD,
        ContractState.ACTIVE,
    }


def test_two_rows_cannot_both_follow_one_contract() -> None:
    old = a_ledger_row()
    entry = imported(old, a_ledger_row(原合同编号=old[rows.CONTRACT]), a_ledger_row(原合同编号=old[rows.CONTRACT]))
    assert [e.reason for e in queries.row_errors(entry.id)] == [Reason.HOME_TAKEN.value]


def test_a_previous_contract_of_another_home_ends_nothing() -> None:
    neighbour = a_ledger_row("2栋1单元1804", 手机号=a_member().mobile)
    imported(neighbour)
    entry = imported(a_ledger_row(原合同编号=neighbour[rows.CONTRACT]))
    assert [e.reason for e in queries.row_errors(entry.id)] == [Reason.CONTRACT_MOVED.value]
    assert queries.contracts_of(contract_home(neighbour[rows.CONTRACT]).id)[0].state is ContractState.ACTIVE


def test_a_cancelled_contract_ends_the_right() -> None:
    member = a_member()
    row = a_ledger_row(手机号=member.mobile)
    imported(row)
    assert len(queries.homes_of(member.id)) == 1
    imported(row | {rows.STATE: "解除"})
    assert queries.homes_of(member.id) == []


def test_rows_outside_the_importers_reach_are_unknown_projects() -> None:
    a_project("SH-SYT", "疏影庭")
    reach = operations.Reach(project_codes=frozenset({"SH-SYT"}))
    entry = imported(a_ledger_row(), a_ledger_row("12号902室", "SH-SYT"), reach=reach)
    assert (entry.fresh, entry.refused) == (1, 1)
    assert queries.row_errors(entry.id)[0].reason == Reason.PROJECT_UNKNOWN.value


def test_a_long_file_goes_in_batches_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_operations, "BATCH", 10)
    sizes: list[int] = []
    work = ledger_operations.batch.work
    monkeypatch.setattr(
        ledger_operations.batch, "work", lambda judged, **more: sizes.append(len(judged)) or work(judged, **more)
    )
    imported(*[a_ledger_row(f"2栋1单元{n // 4 + 1}0{n % 4 + 1}") for n in range(35)])
    assert sizes == [10, 10, 10, 5]
    batches = db.session.scalar(
        sa.select(sa.func.count()).where(AuditEntry.action == "homes.ledger_batch_applied").select_from(AuditEntry)
    )
    assert batches == 4


def test_a_killed_import_goes_on_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_operations, "BATCH", 10)
    file = a_ledger([a_ledger_row(f"2栋1单元{n // 4 + 1}0{n % 4 + 1}") for n in range(35)])
    entry = operations.begin_import(
        file, file_name="a.xlsx", reach=operations.Reach(everything=True), apply=True, later=False, actor=SYSTEM
    )

    def killed(now: LedgerImport) -> None:
        if now.rows_done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        operations.run_import(entry.id, step=killed)
    assert _count(Contract) == 20
    entry = operations.run_import(entry.id)
    assert (entry.state, entry.rows_done, entry.fresh, entry.refused) == (ImportState.APPLIED, 35, 35, 0)


def test_two_workers_on_one_file_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_operations, "BATCH", 10)
    file = a_ledger([a_ledger_row(f"2栋1单元{n // 4 + 1}0{n % 4 + 1}") for n in range(35)])
    entry = operations.begin_import(
        file, file_name="a.xlsx", reach=operations.Reach(everything=True), apply=True, later=False, actor=SYSTEM
    )
    other: list[LedgerImport] = []

    def meanwhile(now: LedgerImport) -> None:
        if not other:
            other.append(now)
            operations.run_import(entry.id)

    operations.run_import(entry.id, step=meanwhile)
    assert _count(Contract) == 35
    assert db.session.get_one(LedgerImport, entry.id, populate_existing=True).fresh == 35


def _table(encoding: str, *given: dict[str, Any]) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(list(a_ledger_row()))
    writer.writerows([["" if v is None else v for v in row.values()] for row in given])
    return io.BytesIO(text.getvalue().encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables_are_read_in_the_encodings_of_spreadsheets(encoding: str) -> None:
    entry = operations.begin_import(
        _table(encoding, a_ledger_row(), a_ledger_row("2栋1单元1804", 签约日期="2024年5月1日")),
        file_name="a.csv",
        reach=operations.Reach(everything=True),
        apply=True,
        later=False,
        actor=SYSTEM,
    )
    assert operations.run_import(entry.id).fresh == 2


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", errors.NotALedger),
        (b"PK\x03\x04 broken", errors.NotALedger),
        (b"\x00\x01\x02\xff\xfe", errors.NotALedger),
        (b"\xff\xd8\xff\xe0 a photo\x00", errors.NotALedger),
        ("姓名,电话\n周,1\n".encode(), errors.ColumnsMissing),
    ],
)
def test_what_is_no_ledger_is_refused_and_nothing_is_kept(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        operations.begin_import(
            io.BytesIO(content), file_name="x.xlsx", reach=operations.Reach(everything=True), actor=SYSTEM
        )
    assert _count(LedgerImport) == _count(LedgerChunk) == 0


def test_a_file_larger_than_any_ledger_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_operations.reading, "MOST_MEGABYTES", 0)
    with pytest.raises(errors.LedgerTooLarge):
        operations.begin_import(
            a_ledger([a_ledger_row()]), file_name="x.xlsx", reach=operations.Reach(everything=True), actor=SYSTEM
        )
    assert _count(LedgerImport) == 0


def test_uploaded_files_are_forgotten_when_nobody_applies_them(app: Any) -> None:
    from datetime import timedelta

    from kernel import clock, jobs

    imported(a_ledger_row(), apply=False)
    jobs.run("homes.forget_ledgers")
    assert _count(LedgerChunk) == 1
    jobs.run("homes.forget_ledgers", as_of=clock.now() + timedelta(days=8))
    assert _count(LedgerChunk) == 0


def test_the_command_line_imports_a_file(app: Any, tmp_path: Any) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(a_ledger([a_ledger_row(), a_ledger_row("某处")]).getvalue())
    from homes.commands import import_ledger

    runner = app.test_cli_runner()
    dry = runner.invoke(import_ledger, [str(path), "--dry-run"])
    assert "1 new" in dry.output and _count(Contract) == 0
    done = runner.invoke(import_ledger, [str(path)])
    assert "1 new" in done.output and "1 refused" in done.output and _count(Contract) == 1
    again = runner.invoke(import_ledger, [str(path)])
    assert "nothing was changed" in again.output
