"""Cases for tests, made by the operations that make real ones."""

import itertools
from typing import Any

from kernel.actor import Actor
from kernel.db import db, operation
from member.models import Member
from service_requests import operations
from service_requests.models import Case, Kind
from service_requests.policies import Permission
from staff import operations as staff_operations
from staff.models import Role, StaffPerson
from tests.support.homes import owned_home
from tests.support.member import a_member
from tests.support.staff import a_staff_person, a_unit

_keys = itertools.count(1)
_numbers = itertools.count(1)
HANDLING = tuple(p.value for p in Permission if p not in {Permission.DECLINE, Permission.HIDE_POSTS})
MANAGING = tuple(p.value for p in Permission)


def a_key() -> str:
    """Return a one-time key that no form has carried yet."""
    return f"test-key-of-a-form-{next(_keys):06d}"


def a_case(member: Member | None = None, kind: Kind = Kind.ENQUIRY, **facts: Any) -> Case:
    """Return a new case of a member, an enquiry without a home unless told otherwise."""
    member = member or a_member()
    values: dict[str, Any] = {"text": "产证什么时候能办？需要带什么", "key": a_key(), "actor": Actor.member(member)}
    return operations.file_case(kind=kind, **(values | facts))


def a_repair(member: Member | None = None, *, home: Any = None, **facts: Any) -> Case:
    """Return a new repair for a home that the ledger has bound to the member."""
    member = member or a_member()
    home = home or owned_home(member, f"2栋1单元{next(_numbers) + 100:04d}")
    values: dict[str, Any] = {
        "text": "主卧飘窗下雨就渗水，地板已经翘了",
        "home_id": home.id,
        "room": "master_bedroom",
        "part": "window_door",
        "fault": "leak",
    }
    return a_case(member, Kind.REPAIR, **(values | facts))


def a_post(member: Member | None = None, **facts: Any) -> Case:
    """Return a complaint on the public board."""
    member = member or a_member()
    values: dict[str, Any] = {
        "title": "会所改成了商铺",
        "text": "说好的会所改成了商铺，销售当时写在楼书里的。",
        "key": a_key(),
        "actor": Actor.member(member),
    }
    return operations.post_on_board(**(values | facts))


@operation
def _role(code: str, permissions: tuple[str, ...]) -> Role:
    role = db.session.query(Role).filter_by(code=code).one_or_none()
    if role is None:
        role = Role(code=code, name=code, permissions=list(permissions))
        db.session.add(role)
        db.session.flush()
    return role


@operation
def _with(
    role_code: str, permissions: tuple[str, ...], city_code: str | None, project_code: str | None, **facts: Any
) -> StaffPerson:
    person = a_staff_person(None, city_code, project_code, **facts)
    staff_operations.give_role(person, _role(role_code, permissions), a_unit(city_code, project_code), actor=_system())
    return person


def _system() -> Actor:
    return Actor("system", 0, "system")


def a_handler(city_code: str | None = None, project_code: str | None = None, **facts: Any) -> StaffPerson:
    """Return a person who handles cases, of the whole group unless told otherwise; he may not decline or hide."""
    return _with("test_handler", HANDLING, city_code, project_code, **facts)


def a_manager(city_code: str | None = None, project_code: str | None = None, **facts: Any) -> StaffPerson:
    """Return a person with every permission of the domain."""
    return _with("test_manager", MANAGING, city_code, project_code, **facts)


def reply(case: Case, person: StaffPerson, text: str = "您好，已安排工程师明天上午上门查看。") -> Any:
    """Let a person answer a case."""
    return operations.reply_publicly(case.id, text=text, actor=Actor.staff(person), key=a_key())


def solved(case: Case, person: StaffPerson) -> Case:
    """Lead a case to a result."""
    actor = Actor.staff(person)
    if case.status.value == "new":
        operations.accept(case.id, actor=actor)
    return operations.resolve(case.id, result="已更换密封胶条并做淋水试验，未再渗水。", actor=actor)
