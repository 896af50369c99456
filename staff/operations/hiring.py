"""Accounts whose password and second factor are known to everybody: for the demo club only."""

import sqlalchemy as sa

from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, operation
from kernel.errors import Forbidden
from kernel.settings import settings
from staff import passwords, second_factor
from staff.models import OrgUnit, PersonState, Role, StaffPerson
from staff.operations.roles import give_role


@operation
def hire_for_demo(
    *,
    login: str,
    name: str,
    title: str,
    badge: str,
    password: str,
    secret: str,
    role_code: str,
    unit: OrgUnit,
    actor: Actor,
) -> StaffPerson:
    """Open an account that can be signed in to at once; refused outside the demo club, where nobody may know a secret."""
    if not settings().demo:
        raise Forbidden()
    person = StaffPerson(
        login=login,
        name=name,
        title=title,
        badge=badge,
        work_phone="400-000-0000",
        mail=f"{login}@example.com",
        unit_id=unit.id,
        state=PersonState.ACTIVE,
        password_hash=passwords.hashed(password),
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    person.totp_secret = second_factor.sealed(secret, person.id)
    person.totp_confirmed_at = clock.now()
    role = db.session.scalars(sa.select(Role).where(Role.code == role_code)).one()
    give_role(person, role, unit, actor=actor)
    audit.record(actor, "staff.hired_for_demo", person, role=role_code)
    return person
