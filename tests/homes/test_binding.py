"""Whose a home is: each way of binding, each refusal, and the end of rights."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from homes import errors, operations, queries
from homes.ledger import rows
from homes.models import BindingAttempt, BoundBy, Ownership, Role
from homes.signals import home_bound
from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.audit import AuditEntry
from kernel.db import db, in_operation
from tests.support.homes import a_home, a_ledger_row, a_project, contract_home, imported, lives_in, owned_home
from tests.support.member import a_member, a_mobile

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def heard() -> Any:
    """Every home_bound that was sent, and whether a transaction was running."""
    told: list[tuple[int, int, bool]] = []

    def hear(_sender: Any, *, home: Any, member: Any, actor: Actor) -> None:
        told.append((home.id, member.id, in_operation()))

    with home_bound.connected_to(hear):
        yield told


def _rights() -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(sa.select(Ownership.__table__).order_by(Ownership.id))]


def test_joining_with_the_mobile_of_the_ledger_binds_the_home(heard: Any) -> None:
    mobile = a_mobile()
    home = a_home(手机号=mobile)
    member = a_member(mobile)
    (right,) = queries.rights_of(member.id)
    assert (right.home_id, right.role, right.bound_by) == (home.id, Role.OWNER, BoundBy.MOBILE)
    assert heard == [(home.id, member.id, True)]


def test_an_import_binds_those_who_are_members_already(heard: Any) -> None:
    member = a_member()
    home = owned_home(member)
    assert heard == [(home.id, member.id, True)]
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "homes.home_bound")) == 1


def test_one_buyer_of_three_homes_gets_three(heard: Any) -> None:
    mobile = a_mobile()
    for room in ("2栋1单元1801", "2栋1单元1802", "3栋2单元502"):
        a_home(room, 手机号=mobile)
    assert len(queries.homes_of(a_member(mobile).id)) == 3 and len(heard) == 3


def test_two_buyers_of_one_home_are_owner_and_co_owner() -> None:
    one, other = a_member(), a_member()
    a_home(买受人="周予安;林可航", 手机号=f"{one.mobile};{other.mobile}", 证件后四位="0012;0013")
    assert [queries.rights_of(m.id)[0].role for m in (one, other)] == [Role.OWNER, Role.CO_OWNER]
    assert all(role.owns for role in (Role.OWNER, Role.CO_OWNER))


def test_the_same_name_twice_in_a_project_binds_by_mobile_only() -> None:
    member = a_member(name="王鹏飞")
    mine = a_home("2栋1单元501", 买受人="王鹏飞", 手机号=member.mobile)
    a_home("2栋1单元502", 买受人="王鹏飞", 手机号=a_mobile())
    assert [home.id for home in queries.homes_of(member.id)] == [mine.id]


def test_a_company_is_not_bound_by_its_clerks_mobile() -> None:
    member = a_member()
    a_home(买受人="屿禾贸易有限公司", 手机号=member.mobile, 买受人类型="企业", 证件后四位="8X3K")
    assert queries.homes_of(member.id) == []


def test_an_overseas_mobile_binds_too() -> None:
    a_home(手机号="+852 6123 4567")
    assert len(queries.homes_of(a_member("+85261234567").id)) == 1


def test_a_mobile_that_the_ledger_has_replaced_hands_the_right_over() -> None:
    old, new = a_member(), a_member()
    row = a_ledger_row(手机号=old.mobile)
    a_project()
    imported(row)
    imported(row | {rows.MOBILES: new.mobile})
    assert queries.homes_of(old.id) == [] and len(queries.homes_of(new.id)) == 1


# --- by contract number and identity ----------------------------------------------------------------------------------


def _bind(member: Any, number: str, last_four: str = "0012") -> Ownership:
    return operations.bind_by_contract(number, last_four=last_four, member=member, actor=Actor.member(member))


@pytest.fixture
def row() -> dict[str, Any]:
    a_project()
    given = a_ledger_row(买受人="周予安；阿依努尔·买买提", 证件后四位="0012；345X")
    imported(given)
    return given


def test_contract_number_and_last_four_bind_the_home(row: dict[str, Any], heard: Any) -> None:
    member = a_member()
    right = _bind(member, f" {row[rows.CONTRACT].lower()} ")
    assert (right.role, right.bound_by) == (Role.OWNER, BoundBy.CONTRACT) and len(heard) == 1


def test_the_second_buyer_binds_with_his_own_digits_in_any_case(row: dict[str, Any]) -> None:
    assert _bind(a_member(), row[rows.CONTRACT], "345x").role is Role.CO_OWNER


def test_binding_twice_is_binding_once(row: dict[str, Any], heard: Any) -> None:
    member = a_member()
    assert _bind(member, row[rows.CONTRACT]).id == _bind(member, row[rows.CONTRACT]).id
    assert len(heard) == 1 and len(_rights()) == 1


def test_a_company_binds_by_contract_and_credit_code() -> None:
    home = a_home(买受人="屿禾贸易有限公司", 买受人类型="企业", 证件后四位="91440300MA5EXX8X3K")
    number = queries.contracts_of(home.id)[0].number
    assert _bind(a_member(), number, "8X3K").home_id == home.id


@pytest.mark.parametrize(
    "case", ["wrong digits", "no such contract", "cancelled", "digits of another contract", "bound to another account"]
)
def test_every_failure_has_one_answer_and_changes_nothing(row: dict[str, Any], case: str, heard: Any) -> None:
    member, number, last_four = a_member(), row[rows.CONTRACT], "0012"
    if case == "wrong digits":
        last_four = "9999"
    elif case == "no such contract":
        number = "SZ-NIX-1"
    elif case == "cancelled":
        imported(row | {rows.STATE: "解除"})
    elif case == "digits of another contract":
        imported(a_ledger_row("2栋1单元1804", 证件后四位="7777"))
        last_four = "7777"
    else:
        _bind(a_member(), number)
    before, told = _rights(), len(heard)
    with pytest.raises(errors.NoSuchContract) as refusal:
        _bind(member, number, last_four)
    assert str(refusal.value) == str(errors.NoSuchContract())
    assert _rights() == before and len(heard) == told and queries.homes_of(member.id) == []


def test_a_buyer_without_identity_digits_cannot_be_guessed() -> None:
    home = a_home(证件后四位=None)
    with pytest.raises(errors.NoSuchContract):
        _bind(a_member(), queries.contracts_of(home.id)[0].number, "")


def test_attempts_are_limited_per_member_contract_and_address() -> None:
    def attempt(member: Any, number: str, address: str) -> None:
        operations.count_attempt(member_id=member.id, contract_number=number, address=address)

    guesser = a_member()
    for n in range(operations.binding.ATTEMPTS_OF_MEMBER):
        attempt(guesser, f"A-{n}", f"10.0.0.{n}")
    with pytest.raises(errors.TooManyBindingAttempts):
        attempt(guesser, "A-99", "10.0.0.99")
    for n in range(operations.binding.ATTEMPTS_AT_CONTRACT):
        attempt(a_member(), " b-1 " if n % 2 else "B-1", f"10.0.1.{n}")
    with pytest.raises(errors.TooManyBindingAttempts):
        attempt(a_member(), "B-1", "10.0.1.99")
    for n in range(operations.binding.ATTEMPTS_FROM_ADDRESS):
        attempt(a_member(), f"C-{n}", "10.0.2.1")
    with pytest.raises(errors.TooManyBindingAttempts):
        attempt(a_member(), "C-99", "10.0.2.1")
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        attempt(guesser, "A-1", "10.0.0.1")


def test_an_attempt_is_kept_without_the_number_that_was_typed(row: dict[str, Any]) -> None:
    member = a_member()
    operations.count_attempt(member_id=member.id, contract_number=row[rows.CONTRACT], address="10.0.0.1")
    _bind(member, row[rows.CONTRACT])
    attempt = db.session.scalars(sa.select(BindingAttempt)).one()
    assert attempt.succeeded and row[rows.CONTRACT] not in attempt.contract_key


# --- by hand, and the end ---------------------------------------------------------------------------------------------


def test_staff_binds_by_hand_with_a_reason(heard: Any) -> None:
    home, member = a_home(), a_member()
    with pytest.raises(errors.ReasonNeeded):
        operations.bind_by_hand(home.id, member=member, role=Role.OWNER, reason=" ", actor=SYSTEM)
    assert _rights() == []
    operations.bind_by_hand(home.id, member=member, role=Role.OWNER, reason="已核对合同原件", actor=SYSTEM)
    operations.bind_by_hand(home.id, member=member, role=Role.OWNER, reason="已核对合同原件", actor=SYSTEM)
    assert len(_rights()) == 1 and len(heard) == 1


def test_family_and_tenants_are_no_owners_and_earn_nothing(heard: Any) -> None:
    home, member = a_home(), a_member()
    lives_in(member, home, Role.TENANT)
    assert queries.home_for(member.id, home.id) is not None
    assert not queries.is_owner(member.id, home.id) and heard == []


def test_a_tenant_who_buys_becomes_the_owner() -> None:
    home, member = a_home(), a_member()
    lives_in(member, home, Role.TENANT)
    number = queries.contracts_of(home.id)[0].number
    assert _bind(member, number).role is Role.OWNER
    assert [r.role for r in queries.rights_of(member.id)] == [Role.OWNER]


def test_an_ended_right_opens_nothing_and_stays_as_history() -> None:
    member = a_member()
    home = owned_home(member)
    (right,) = queries.rights_of(member.id)
    with pytest.raises(errors.ReasonNeeded):
        operations.end_right(right.id, reason="", actor=SYSTEM)
    assert queries.home_for(member.id, home.id) is not None
    operations.end_right(right.id, reason="登记有误", actor=SYSTEM)
    operations.end_right(right.id, reason="登记有误", actor=SYSTEM)
    assert queries.home_for(member.id, home.id) is None and queries.places_of(member.id) == []
    assert [r.home_id for r in queries.former_rights_of(member.id)] == [home.id]


def test_a_right_with_an_end_date_ends_by_itself() -> None:
    home, member = a_home(), a_member()
    right = lives_in(member, home, Role.TENANT)

    @operations.ledger.operation
    def set_end() -> None:
        db.session.get_one(Ownership, right.id).ends_on = date(2026, 11, 23)

    set_end()
    assert queries.home_for(member.id, home.id) is not None
    with clock.at(clock.now() + timedelta(days=1)):
        assert queries.home_for(member.id, home.id) is None


def test_a_failing_listener_takes_the_binding_back() -> None:
    row, member = a_ledger_row(), a_member()
    a_project()
    imported(row)

    def fail(_sender: Any, **_facts: Any) -> None:
        raise RuntimeError("points are closed")

    with home_bound.connected_to(fail), pytest.raises(RuntimeError):
        _bind(member, row[rows.CONTRACT])
    assert _rights() == []


def test_homes_by_id_and_project_codes_answer_for_other_packages() -> None:
    member = a_member()
    home = owned_home(member)
    assert queries.project_codes_of(member.id) == {"SZ-YHL"}
    assert queries.homes_by_id([home.id])[home.id].project.name == "屿禾里"
    assert queries.member_ids_of_home(home.id) == [member.id]
    assert contract_home(queries.contracts_of(home.id)[0].number).id == home.id
