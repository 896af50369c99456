"""People come, are away, and leave: invitations, links, closing an account (matrix row Z79: two people)."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from kernel import audit, clock, files, sign_ins
from kernel.actor import Actor
from kernel.db import db, lock, operation
from kernel.files import Prepared
from staff import notifications, proposals, queries, rules
from staff.errors import (
    BadgeTaken,
    LoginTaken,
    OutsideScope,
    PersonDisabled,
    TwoAdministratorsExist,
)
from staff.models import (
    Invitation,
    OrgUnit,
    PersonState,
    Proposal,
    RecoveryCode,
    Role,
    RoleGrant,
    StaffPerson,
    UnitKind,
)
from staff.operations.proposals import propose
from staff.operations.roles import check_role, end_of, give_role, role_label
from staff.operations.sign_in import hashed_token
from staff.policies import Permission
from staff.proposals import Payload, ProposalKind

LINK_LASTS = timedelta(hours=72)


@operation
def make_first_administrator(*, login: str, name: str, mail: str, actor: Actor) -> tuple[StaffPerson, str]:
    """Make one of the first two administrators and return the person and the token of the link that sets the password.

    Whoever can run commands on the server may do it, until two administrators are there who can approve each other.
    """
    group = db.session.scalars(sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.GROUP).with_for_update()).one()
    role = db.session.scalars(sa.select(Role).where(Role.code == "administrator")).one()
    held = (
        sa.select(sa.func.count(sa.distinct(RoleGrant.person_id)))
        .join(RoleGrant.person)
        .where(RoleGrant.role_id == role.id, RoleGrant.unit_id == group.id, StaffPerson.state != PersonState.DISABLED)
    )
    if (db.session.scalar(held) or 0) >= 2:
        raise TwoAdministratorsExist()
    person = _add_person(login=login, name=name, title="", badge=None, work_phone="", mail=mail, unit=group)
    give_role(person, role, group, actor=actor)
    token = _new_link(person)
    audit.record(actor, "staff.first_administrator_made", person, login=person.login)
    return person, token


def _add_person(
    *, login: str, name: str, title: str, badge: str | None, work_phone: str, mail: str, unit: OrgUnit
) -> StaffPerson:
    _check_free(login, badge)
    person = StaffPerson(
        login=login.strip().lower(),
        name=name,
        title=title,
        badge=badge or None,
        work_phone=work_phone,
        mail=mail,
        unit_id=unit.id,
        state=PersonState.INVITED,
        created_at=clock.now(),
    )
    db.session.add(person)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise LoginTaken() from error
    return person


def _check_free(login: str, badge: str | None) -> None:
    if queries.by_login(login) is not None:
        raise LoginTaken()
    if badge and db.session.scalar(sa.select(StaffPerson.id).where(StaffPerson.badge == badge)) is not None:
        raise BadgeTaken()


def _new_link(person: StaffPerson) -> str:
    """Make a one-time link; earlier ones of the person end."""
    token, moment = secrets.token_urlsafe(32), clock.now()
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.used_at.is_(None))
        .values(used_at=moment)
    )
    db.session.add(
        Invitation(person_id=person.id, token_hash=hashed_token(token), made_at=moment, ends_at=moment + LINK_LASTS)
    )
    return token


@operation
def propose_invitation(
    *,
    login: str,
    name: str,
    title: str,
    badge: str,
    work_phone: str,
    mail: str,
    unit_id: int,
    role_id: int,
    last_day: date | None,
    reason: str,
    key: str,
    actor: Actor,
) -> Proposal:
    """Propose that somebody joins the back office with one role; the link goes out by mail after the approval.

    Refused: a login or badge that is taken, a place outside the proposer's scope.
    """
    unit, role = db.session.get(OrgUnit, unit_id), db.session.get(Role, role_id)
    if unit is None or role is None:
        raise OutsideScope()
    _check_place(unit, last_day, actor)
    _check_free(login, badge)
    payload = {
        "login": login.strip().lower(), "name": name, "title": title, "badge": badge or None, "work_phone": work_phone,
        "mail": mail, "unit_id": unit.id, "unit": unit.name, "role_id": role.id, "role": role.code,
        "last_day": last_day.isoformat() if last_day else None,
    }  # fmt: skip
    return propose(
        "staff.invitation", payload=payload, reason=reason, key=key,
        city_code=unit.city_code, project_code=unit.project_code, actor=actor,
    )  # fmt: skip


def _check_place(unit: OrgUnit, last_day: date | None, actor: Actor) -> None:
    scope = queries.scope_of(db.session.get_one(StaffPerson, actor.id), Permission.MANAGE)
    rules.check_grant(
        giver_id=actor.id,
        person_id=0,
        covered=scope.covers(city_code=unit.city_code, project_code=unit.project_code),
        from_at=clock.now(),
        until_at=end_of(last_day),
    )


@operation
def send_password_link(*, person_id: int, actor: Actor) -> StaffPerson:
    """Send a person a new link by mail that sets the password; the second factor stays. Earlier links end."""
    person = _within_scope(person_id, actor)
    if person.state is PersonState.DISABLED:
        raise PersonDisabled()
    notifications.send_password_link(person, _new_link(person))
    audit.record(actor, "staff.password_link_sent", person)
    return person


@operation
def end_sign_ins(*, person_id: int, actor: Actor) -> StaffPerson:
    """End all browsers in which a person is signed in, at once and by one administrator (a lost laptop)."""
    person = _within_scope(person_id, actor)
    sign_ins.end_all("staff", person.id)
    audit.record(actor, "staff.sign_ins_ended", person)
    return person


@operation
def propose_disabling(*, person_id: int, reason: str, key: str, actor: Actor) -> Proposal:
    """Propose that an account is closed."""
    return _propose_for_person("staff.disabling", person_id, reason, key, actor)


@operation
def propose_second_factor_reset(*, person_id: int, reason: str, key: str, actor: Actor) -> Proposal:
    """Propose that a person who lost phone and recovery codes sets up a new phone at the next sign-in.

    Both people have checked the identity (ASVS 6.4.4).
    """
    return _propose_for_person("staff.second_factor_reset", person_id, reason, key, actor)


def _propose_for_person(kind: str, person_id: int, reason: str, key: str, actor: Actor) -> Proposal:
    person = _within_scope(person_id, actor)
    if person.state is PersonState.DISABLED:
        raise PersonDisabled()
    return propose(
        kind, payload={"person_id": person.id, "person": person.name}, reason=reason, key=key,
        city_code=person.unit.city_code, project_code=person.unit.project_code, actor=actor,
    )  # fmt: skip


def _within_scope(person_id: int, actor: Actor) -> StaffPerson:
    """Return a person other than the actor whose place lies inside the actor's scope."""
    person = db.session.get(StaffPerson, person_id)
    if person is None:
        raise OutsideScope()
    scope = queries.scope_of(db.session.get_one(StaffPerson, actor.id), Permission.MANAGE)
    rules.check_grant(
        giver_id=actor.id,
        person_id=person.id,
        covered=scope.covers(city_code=person.unit.city_code, project_code=person.unit.project_code),
        from_at=clock.now(),
        until_at=None,
    )
    return person


@operation
def disable(person: StaffPerson, *, actor: Actor) -> StaffPerson:
    """Close an account: roles end, links end, and every browser is signed out at once."""
    fresh = lock(StaffPerson, person.id)
    if fresh is None or fresh.state is PersonState.DISABLED:
        raise PersonDisabled()
    moment = clock.now()
    fresh.state, fresh.disabled_at = PersonState.DISABLED, moment
    for grant in fresh.running_grants:
        grant.until_at = moment
    sign_ins.end_all("staff", fresh.id)
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.person_id == fresh.id, Invitation.used_at.is_(None))
        .values(used_at=moment)
    )
    audit.record(actor, "staff.disabled", fresh)
    return fresh


@operation
def set_away(*, person_id: int, until: datetime | None, deputy_id: int | None, actor: Actor) -> StaffPerson:
    """Say that a person is away until a moment (or back), and who stands in."""
    person = lock(StaffPerson, person_id)
    if person is None:
        raise OutsideScope()
    person.away_until, person.deputy_id = until, deputy_id
    audit.record(actor, "staff.away_set", person, until=until, deputy=deputy_id)
    return person


@operation
def set_photo(*, person_id: int, photos: Sequence[Prepared], actor: Actor) -> StaffPerson:
    """Give a person the photo that members see beside their case."""
    person = db.session.get_one(StaffPerson, person_id)
    if photos:
        person.photo_id = files.attach(photos[:1], kind="staff_photo", owner_id=person.id)[0].id
        audit.record(actor, "staff.photo_set", person)
    return person


# --- what approval does ------------------------------------------------------------------------------------------------


def _invitation_takes_effect(payload: Payload, proposer: Actor, approver: Actor) -> StaffPerson:
    unit, role = db.session.get_one(OrgUnit, payload["unit_id"]), db.session.get_one(Role, payload["role_id"])
    last_day = date.fromisoformat(payload["last_day"]) if payload["last_day"] else None
    person = _add_person(
        unit=unit, **{n: payload[n] for n in ("login", "name", "title", "badge", "work_phone", "mail")}
    )
    for one in (proposer, approver):
        check_role(person, unit, last_day, one)
    give_role(person, role, unit, until_at=end_of(last_day), approved_by=approver, actor=proposer)
    notifications.send_password_link(person, _new_link(person))
    audit.record(proposer, "staff.invited", person, login=person.login)
    return person


def _disabling_takes_effect(payload: Payload, proposer: Actor, _approver: Actor) -> StaffPerson:
    return disable(_within_scope(payload["person_id"], proposer), actor=proposer)


def _reset_takes_effect(payload: Payload, proposer: Actor, _approver: Actor) -> StaffPerson:
    person = _within_scope(payload["person_id"], proposer)
    person.totp_secret, person.totp_confirmed_at = None, None
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    sign_ins.end_all("staff", person.id)
    audit.record(proposer, "staff.second_factor_reset", person)
    return person


def _describe_invitation(payload: Payload) -> str:
    return _(
        "%(person)s (%(login)s) joins as %(role)s at %(unit)s",
        person=payload["name"],
        login=payload["login"],
        role=role_label(payload["role"]),
        unit=payload["unit"],
    )


def _describe_disabling(payload: Payload) -> str:
    return _("The account of %(person)s is closed", person=payload["person"])


def _describe_reset(payload: Payload) -> str:
    return _("%(person)s sets up a new phone for one-time codes", person=payload["person"])


def _state_of_person(payload: Payload) -> Any:
    person = db.session.get(StaffPerson, payload["person_id"])
    return (person.state.value, str(person.totp_confirmed_at)) if person else None


for _kind in (
    ProposalKind("staff.invitation", Permission.MANAGE.value, _invitation_takes_effect, _describe_invitation),
    ProposalKind(
        "staff.disabling", Permission.MANAGE.value, _disabling_takes_effect, _describe_disabling, _state_of_person
    ),
    ProposalKind(
        "staff.second_factor_reset", Permission.MANAGE.value, _reset_takes_effect, _describe_reset, _state_of_person
    ),
):
    proposals.register(_kind)
