"""The demo club's ledger through the real importer: 3,000 homes and more, awkward rows, wrong rows, twice."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from homes import operations, queries
from homes.models import Building, Buyer, Contract, ContractState, Home, ImportState, LedgerImport
from kernel.actor import SYSTEM
from kernel.db import db
from portal.demo import estates, ledger
from tests.support.member import a_member


def _import(path: Path, *, apply: bool) -> LedgerImport:
    with path.open("rb") as file:
        entry = operations.begin_import(
            file, file_name=path.name, reach=operations.Reach(everything=True), apply=apply, later=False, actor=SYSTEM
        )
    return operations.run_import(entry.id)


@pytest.mark.usefixtures("context")
def test_the_demo_ledger_is_imported_as_staff_do_it(tmp_path: Path) -> None:
    written = ledger.write_ledger(tmp_path / "合同台账.xlsx")
    estates.open_projects()
    ledger.open_buildings()
    dry = _import(tmp_path / "合同台账.xlsx", apply=False)
    assert dry.state is ImportState.CHECKED and dry.rows_done == written
    wrong = [(e.reason, e.field, e.value) for e in queries.row_errors(dry.id)]
    assert dry.refused == 10, wrong
    done = _import(tmp_path / "合同台账.xlsx", apply=True)
    assert (done.fresh, done.refused, done.unchanged) == (dry.fresh, 10, 0) and done.new_homes >= 3_000
    again = _import(tmp_path / "合同台账.xlsx", apply=True)
    assert again.changes_nothing and again.unchanged == done.fresh
    _names_and_numbers_are_as_people_write_them()
    _awkward_buyers_are_there()
    _a_month_later(tmp_path / "增量.xlsx")


def _names_and_numbers_are_as_people_write_them() -> None:
    labels = set(db.session.scalars(sa.select(Home.label)))
    assert {"3栋1206", "2栋1单元1803", "1号902室", "A座2305", "第2座15樓B室"} <= labels
    assert not any("幢" in label or "４" in label or label[0] in "一二" for label in labels)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Building)) == 8 + 5 + 12 + 3 + 6 + 2
    floors = set(db.session.scalars(sa.select(Home.floor).where(Home.project_code == "SZ-CLW")))
    assert not floors & {4, 14, 24}


def _awkward_buyers_are_there() -> None:
    three = a_member("+8619900000008", "阿依努尔·买买提")
    assert [home.label for home in queries.homes_of(three.id)] == ["1栋1单元501", "1栋1单元502", "3栋2单元1101"]
    assert queries.homes_of(a_member("+85290000001", "陳詠詩").id)[0].label == "3栋2单元1201"
    assert len(queries.homes_of(a_member("+8619900000012", "王鹏飞").id)) == 1
    states = db.session.execute(sa.select(Contract.state, sa.func.count()).group_by(Contract.state)).all()
    assert dict(states)[ContractState.RESOLD] == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(Buyer.is_company)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(Buyer.mobile.is_(None)))


def _a_month_later(path: Path) -> None:
    old, heir = a_member("+8619900000019"), a_member("+8619900000018")
    seller = a_member("+8619900000020")
    assert queries.homes_of(old.id) and queries.homes_of(seller.id) and not queries.homes_of(heir.id)
    ledger.write_changes(path)
    entry = _import(path, apply=True)
    assert (entry.fresh, entry.changed, entry.refused) == (1, 1, 0)
    assert not queries.homes_of(old.id) and queries.homes_of(heir.id) and not queries.homes_of(seller.id)


def test_the_rows_are_the_same_every_time(tmp_path: Path) -> None:
    first = list(ledger._good_rows())
    ledger._good_rows.cache_clear()
    assert first == list(ledger._good_rows())
    assert len(set(ledger.owner_mobiles())) == len(ledger.owner_mobiles()) > 500
