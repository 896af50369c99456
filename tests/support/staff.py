"""Staff people for tests, made by the operations; and a signed-in browser without the ceremony of the second factor."""

from __future__ import annotations

import itertools
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from kernel import clock, sign_ins
from kernel.access import cookie_name
from kernel.actor import SYSTEM, Actor
from kernel.db import db, operation
from staff import operations, queries
from staff.models import OrgUnit, PersonState, Role, StaffPerson, UnitKind

PASSWORD = "a-long-Enough-passphrase-9"
NAMES = {"SZ": "深圳公司", "SH": "上海公司", "GZ": "广州公司", "CD": "成都公司", "HK": "香港公司"}
_counter = itertools.count(1)


@operation
def a_unit(city_code: str | None = None, project_code: str | None = None) -> OrgUnit:
    """Return the group, a city company, or a project with its city company; made if it is not there yet."""
    if project_code is not None and city_code is None:
        city_code = project_code.split("-")[0]
    if city_code is None:
        return operations.plant_defaults(actor=SYSTEM)
    city = operations.open_unit(UnitKind.CITY, NAMES.get(city_code, city_code), city_code=city_code, actor=SYSTEM)
    if project_code is None:
        return city
    return operations.open_unit(
        UnitKind.PROJECT, project_code, city_code=city_code, project_code=project_code, actor=SYSTEM
    )


def role(code: str) -> Role:
    """Return a preset role: event_staff, specialist, manager, repair_engineer, moderator, sales, information,
    coordination, auditor, administrator."""
    return db.session.scalars(sa.select(Role).where(Role.code == code)).one()


@operation
def a_staff_person(
    role_code: str | None = "specialist",
    city_code: str | None = None,
    project_code: str | None = None,
    *,
    login: str | None = None,
    name: str | None = None,
    state: PersonState = PersonState.ACTIVE,
    **given: Any,
) -> StaffPerson:
    """Return an active person who holds a preset role at a project, a city company, or (without codes) the group."""
    n = next(_counter)
    unit = a_unit(city_code, project_code)
    person = StaffPerson(
        login=login or f"person{n}",
        name=name or f"员工{n}",
        title=given.pop("title", "客户关系专员"),
        badge=given.pop("badge", f"VK{n:05d}"),
        work_phone=given.pop("work_phone", "400-000-0000"),
        mail=given.pop("mail", f"person{n}@example.com"),
        unit_id=unit.id,
        state=state,
        created_at=clock.now(),
        **given,
    )
    db.session.add(person)
    db.session.flush()
    if role_code is not None:
        operations.give_role(person, role(role_code), unit, actor=SYSTEM)
    return person


def actor_of(person: StaffPerson) -> Actor:
    """Return the actor for a person."""
    return Actor.staff(person)


def sign_in_staff(client: FlaskClient, person: StaffPerson) -> FlaskClient:
    """Give a browser the cookie of a signed-in person."""
    with client.application.app_context():
        token = sign_ins.begin("staff", person.id, device="test browser")
        client.set_cookie(cookie_name("staff"), token, domain="localhost")
        db.session.remove()
    return client


def give(person: StaffPerson, role_code: str, city_code: str | None = None, project_code: str | None = None) -> None:
    """Give a person a further role."""
    operations.give_role(person, role(role_code), a_unit(city_code, project_code), actor=SYSTEM)


def scope(person: StaffPerson, permission: Any) -> Any:
    """Return where a person holds a permission."""
    return queries.scope_of(person, permission)
