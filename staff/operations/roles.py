"""Giving and taking roles. People do it in pairs (matrix row Z79); the installation itself does it for the first two."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, insert_once, lock, operation
from staff import proposals, queries, rules
from staff.errors import GrantOver, OutsideScope, PersonDisabled, RoleHeldAlready
from staff.models import OrgUnit, PersonState, Proposal, Role, RoleGrant, StaffPerson
from staff.operations.proposals import propose
from staff.policies import Permission
from staff.presets import PRESETS
from staff.proposals import Payload, ProposalKind


@operation
def give_role(
    person: StaffPerson,
    role: Role,
    unit: OrgUnit,
    *,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    approved_by: Actor | None = None,
    actor: Actor,
) -> RoleGrant:
    """Give a person a role in a part of the organisation, from now or a moment, until a moment or without end.

    Refused: a role that the person holds there without end already.
    """
    given = {
        "person_id": person.id,
        "role_id": role.id,
        "unit_id": unit.id,
        "from_at": from_at or clock.now(),
        "until_at": until_at,
        "given_by_id": actor.id if actor.is_staff else None,
        "approved_by_id": approved_by.id if approved_by else None,
    }
    if until_at is None and not insert_once(RoleGrant, **given):
        raise RoleHeldAlready()
    grant = (
        RoleGrant(**given)
        if until_at is not None
        else next(g for g in _grants(person) if (g.role_id, g.unit_id, g.until_at) == (role.id, unit.id, None))
    )
    db.session.add(grant)
    audit.record(actor, "staff.role_given", grant, person=person.id, role=role.code, unit=unit.id, until=until_at)
    db.session.expire(person, ["grants"])
    return grant


def _grants(person: StaffPerson) -> list[RoleGrant]:
    db.session.expire(person, ["grants"])
    return person.grants


@operation
def take_role(grant: RoleGrant, *, approved_by: Actor | None = None, actor: Actor) -> RoleGrant:
    """End a role now; the very next request of its holder is decided without it."""
    fresh = lock(RoleGrant, grant.id)
    moment = clock.now()
    if fresh is None or not (fresh.until_at is None or moment < fresh.until_at):
        raise GrantOver()
    fresh.until_at = max(moment, fresh.from_at)
    audit.record(
        actor, "staff.role_taken", fresh, person=fresh.person_id, role=fresh.role_id, approved_by=_id_of(approved_by)
    )
    return fresh


def _id_of(actor: Actor | None) -> int | None:
    return actor.id if actor else None


@operation
def propose_role(
    *,
    person_id: int,
    role_id: int,
    unit_id: int,
    last_day: date | None,
    reason: str,
    key: str,
    actor: Actor,
) -> Proposal:
    """Propose that a person holds a role somewhere, until the end of a last day or without end.

    Refused: for oneself, outside the proposer's scope, a last day in the past, a closed account.
    """
    person, role, unit = _loaded(person_id, role_id, unit_id)
    check_role(person, unit, last_day, actor)
    payload = {
        "person_id": person.id,
        "person": person.name,
        "role_id": role.id,
        "role": role.code,
        "unit_id": unit.id,
        "unit": unit.name,
        "last_day": last_day.isoformat() if last_day else None,
    }
    return propose(
        "staff.role", payload=payload, reason=reason, key=key,
        city_code=unit.city_code, project_code=unit.project_code, actor=actor,
    )  # fmt: skip


def check_role(person: StaffPerson, unit: OrgUnit, last_day: date | None, actor: Actor) -> None:
    """Refuse a role that the actor may not give this person there."""
    if person.state is PersonState.DISABLED:
        raise PersonDisabled()
    giver = db.session.get_one(StaffPerson, actor.id)
    rules.check_grant(
        giver_id=actor.id,
        person_id=person.id,
        covered=queries.scope_of(giver, Permission.MANAGE).covers(
            city_code=unit.city_code, project_code=unit.project_code
        ),
        from_at=clock.now(),
        until_at=end_of(last_day),
    )


def end_of(last_day: date | None) -> datetime | None:
    """Return the first moment after a last day in Shanghai."""
    return clock.start_of(last_day + timedelta(days=1)) if last_day else None


def _loaded(person_id: int, role_id: int, unit_id: int) -> tuple[StaffPerson, Role, OrgUnit]:
    person, role, unit = (
        db.session.get(StaffPerson, person_id),
        db.session.get(Role, role_id),
        db.session.get(OrgUnit, unit_id),
    )
    if person is None or role is None or unit is None:
        raise OutsideScope()
    return person, role, unit


@operation
def propose_role_end(*, grant_id: int, reason: str, key: str, actor: Actor) -> Proposal:
    """Propose that a role ends. Refused: one's own, outside the proposer's scope, one that has ended."""
    grant = db.session.get_one(RoleGrant, grant_id)
    giver = db.session.get_one(StaffPerson, actor.id)
    scope = queries.scope_of(giver, Permission.MANAGE)
    rules.check_grant(
        giver_id=actor.id,
        person_id=grant.person_id,
        covered=scope.covers(city_code=grant.unit.city_code, project_code=grant.unit.project_code),
        from_at=grant.from_at,
        until_at=None,
    )
    if grant.until_at is not None and grant.until_at <= clock.now():
        raise GrantOver()
    payload = {
        "grant_id": grant.id,
        "person": grant.person.name,
        "role": grant.role.code,
        "unit": grant.unit.name,
    }
    return propose(
        "staff.role_end", payload=payload, reason=reason, key=key,
        city_code=grant.unit.city_code, project_code=grant.unit.project_code, actor=actor,
    )  # fmt: skip


# --- what approval does ------------------------------------------------------------------------------------------------


def _role_takes_effect(payload: Payload, proposer: Actor, approver: Actor) -> RoleGrant:
    person, role, unit = _loaded(payload["person_id"], payload["role_id"], payload["unit_id"])
    last_day = date.fromisoformat(payload["last_day"]) if payload["last_day"] else None
    check_role(person, unit, last_day, proposer)
    check_role(person, unit, last_day, approver)
    return give_role(person, role, unit, until_at=end_of(last_day), approved_by=approver, actor=proposer)


def _role_end_takes_effect(payload: Payload, proposer: Actor, approver: Actor) -> RoleGrant:
    return take_role(db.session.get_one(RoleGrant, payload["grant_id"]), approved_by=approver, actor=proposer)


def _describe_role(payload: Payload) -> str:
    facts = {"person": payload["person"], "role": role_label(payload["role"]), "unit": payload["unit"]}
    if payload["last_day"]:
        return _("%(person)s becomes %(role)s at %(unit)s until %(day)s", day=payload["last_day"], **facts)
    return _("%(person)s becomes %(role)s at %(unit)s", **facts)


def _describe_role_end(payload: Payload) -> str:
    return _(
        "%(person)s is no longer %(role)s at %(unit)s",
        person=payload["person"],
        role=role_label(payload["role"]),
        unit=payload["unit"],
    )


def role_label(code: str) -> Any:
    """Return the reader's word for a role."""
    return PRESETS[code].label if code in PRESETS else code


def _state_of_role(payload: Payload) -> Any:
    person = db.session.get(StaffPerson, payload["person_id"])
    return person.state.value if person else None


def _state_of_grant(payload: Payload) -> Any:
    grant = db.session.get(RoleGrant, payload["grant_id"])
    return str(grant.until_at) if grant else None


proposals.register(
    ProposalKind("staff.role", Permission.MANAGE.value, _role_takes_effect, _describe_role, _state_of_role)
)
proposals.register(
    ProposalKind("staff.role_end", Permission.MANAGE.value, _role_end_takes_effect, _describe_role_end, _state_of_grant)
)
