"""The reads of the back office's own people."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from kernel import clock, paging
from kernel.audit import AuditEntry
from kernel.db import db
from kernel.files import StoredFile
from staff import proposals
from staff.models import (
    Invitation,
    OrgUnit,
    PersonState,
    Proposal,
    ProposalState,
    RecoveryCode,
    Role,
    RoleGrant,
    StaffPerson,
    UnitKind,
)
from staff.policies import Permission
from staff.scope import Scope, scope_of_units

WITH_GRANTS = (
    selectinload(StaffPerson.grants).options(joinedload(RoleGrant.role), joinedload(RoleGrant.unit)),
    joinedload(StaffPerson.unit),
)
"""What is loaded with a person whose rights matter; two queries."""


def get(person_id: int | None) -> StaffPerson | None:
    """Return a person, whoever asks; for names beside cases and actions. Nobody's number is nobody."""
    return db.session.get(StaffPerson, person_id) if person_id else None


def people_by_id(person_ids: Sequence[int]) -> dict[int, StaffPerson]:
    """Return several people at once."""
    wanted = sorted({person_id for person_id in person_ids if person_id})
    if not wanted:
        return {}
    return {p.id: p for p in db.session.scalars(sa.select(StaffPerson).where(StaffPerson.id.in_(wanted)))}


def by_login(login: str) -> StaffPerson | None:
    """Return the person with a login, written in any case."""
    return db.session.scalar(sa.select(StaffPerson).where(StaffPerson.login == login.strip().lower()))


def photo_of(person: StaffPerson) -> StoredFile | None:
    """Return a person's photo."""
    return db.session.get(StoredFile, person.photo_id) if person.photo_id else None


def recovery_codes_left(person_id: int) -> int:
    """Return how many recovery codes a person has not used yet."""
    query = sa.select(sa.func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(query) or 0


def colleagues_of(person: StaffPerson) -> list[StaffPerson]:
    """Return the active people of the same part of the organisation, for the choice of a stand-in."""
    return list(
        db.session.scalars(
            sa.select(StaffPerson)
            .where(
                StaffPerson.unit_id == person.unit_id,
                StaffPerson.id != person.id,
                StaffPerson.state == PersonState.ACTIVE,
            )
            .order_by(StaffPerson.login)
            .limit(200)
        )
    )


# --- rights ------------------------------------------------------------------------------------------------------------


def scope_of(person: StaffPerson, permission: Any) -> Scope:
    """Return where a person holds a permission (an enum member or its value) at this moment."""
    value = getattr(permission, "value", permission)
    return scope_of_units(
        (grant.unit.city_code, grant.unit.project_code)
        for grant in person.running_grants
        if value in grant.role.permissions
    )


def holders_of(permission: Any, *, city_code: str | None = None, project_code: str | None = None) -> list[StaffPerson]:
    """Return the active people who hold a permission for a place, those nearest to it first.

    Somebody who is away until later stands behind those who are there.
    """
    value, moment = getattr(permission, "value", permission), clock.now()
    roles = [role.id for role in db.session.scalars(sa.select(Role)) if value in role.permissions]
    grants = db.session.scalars(
        sa.select(RoleGrant)
        .join(RoleGrant.unit)
        .join(RoleGrant.person)
        .where(
            RoleGrant.role_id.in_(roles),
            RoleGrant.from_at <= moment,
            sa.or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > moment),
            StaffPerson.state == PersonState.ACTIVE,
            _covers(city_code, project_code),
        )
        .options(joinedload(RoleGrant.unit), joinedload(RoleGrant.person))
        .order_by(RoleGrant.id)
        .limit(500)
    ).all()
    nearest = sorted(grants, key=lambda g: (g.person.is_away(moment), -_depth(g.unit), g.person_id))
    return list({grant.person_id: grant.person for grant in nearest}.values())


def _covers(city_code: str | None, project_code: str | None) -> sa.ColumnElement[bool]:
    conditions = [sa.and_(OrgUnit.city_code.is_(None), OrgUnit.project_code.is_(None))]
    if city_code is not None:
        conditions.append(sa.and_(OrgUnit.city_code == city_code, OrgUnit.project_code.is_(None)))
    if project_code is not None:
        conditions.append(OrgUnit.project_code == project_code)
    return sa.or_(*conditions)


def _depth(unit: OrgUnit) -> int:
    return (unit.city_code is not None) + (unit.project_code is not None) + (unit.kind is UnitKind.TEAM)


# --- organisation ------------------------------------------------------------------------------------------------------


def units() -> list[OrgUnit]:
    """Return the whole organisation, each part after the one it belongs to."""
    every = list(db.session.scalars(sa.select(OrgUnit).order_by(OrgUnit.id)))
    below: dict[int | None, list[OrgUnit]] = {}
    for unit in every:
        below.setdefault(unit.parent_id, []).append(unit)
    ordered: list[OrgUnit] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        unit = stack.pop()
        ordered.append(unit)
        stack.extend(reversed(below.get(unit.id, [])))
    return ordered


def unit_for(*, city_code: str | None = None, project_code: str | None = None) -> OrgUnit | None:
    """Return the project, city company or group with exactly these codes."""
    kind = UnitKind.PROJECT if project_code else UnitKind.CITY if city_code else UnitKind.GROUP
    query = sa.select(OrgUnit).where(OrgUnit.kind == kind)
    if project_code:
        query = query.where(OrgUnit.project_code == project_code)
    elif city_code:
        query = query.where(OrgUnit.city_code == city_code)
    return db.session.scalar(query)


def roles() -> list[Role]:
    """Return all roles in the order they were made."""
    return list(db.session.scalars(sa.select(Role).order_by(Role.id)))


def role_by_code(code: str) -> Role | None:
    """Return a role by its code, such as ``specialist``."""
    return db.session.scalar(sa.select(Role).where(Role.code == code))


# --- people, for those who manage them ---------------------------------------------------------------------------------


def people_for(
    viewer: StaffPerson, *, words: str = "", state: str = "", role_id: int | None = None, cursor: str | None = None
) -> paging.Page[StaffPerson]:
    """Return the people whose place in the organisation lies inside the viewer's scope, in the order of their logins."""
    query = (
        sa.select(StaffPerson)
        .join(StaffPerson.unit)
        .where(scope_of(viewer, Permission.READ).filter(OrgUnit.city_code, OrgUnit.project_code))
        .options(*WITH_GRANTS)
    )
    if words:
        start = words.strip().replace("\\", "").replace("%", "").replace("_", "") + "%"
        query = query.where(
            sa.or_(StaffPerson.name.like(start), StaffPerson.login.like(start.lower()), StaffPerson.badge.like(start))
        )
    if state in {s.value for s in PersonState}:
        query = query.where(StaffPerson.state == PersonState(state))
    if role_id is not None:
        moment = clock.now()
        query = query.where(
            sa.exists().where(
                RoleGrant.person_id == StaffPerson.id,
                RoleGrant.role_id == role_id,
                RoleGrant.from_at <= moment,
                sa.or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > moment),
            )
        )
    return paging.page_of(query, order=[StaffPerson.login], cursor=cursor, size=30)


def person_for(viewer: StaffPerson, person_id: int) -> StaffPerson | None:
    """Return a person with the grants, or None when the place lies outside the viewer's scope."""
    return db.session.scalar(
        sa.select(StaffPerson)
        .join(StaffPerson.unit)
        .where(
            StaffPerson.id == person_id,
            scope_of(viewer, Permission.READ).filter(OrgUnit.city_code, OrgUnit.project_code),
        )
        .options(*WITH_GRANTS, joinedload(StaffPerson.photo)),
        execution_options={"populate_existing": True},
    )


def units_for(viewer: StaffPerson) -> list[OrgUnit]:
    """Return the parts of the organisation that lie inside the viewer's scope of managing people."""
    scope = scope_of(viewer, Permission.MANAGE)
    return [u for u in units() if scope.covers(city_code=u.city_code, project_code=u.project_code)]


# --- proposals ---------------------------------------------------------------------------------------------------------


def _proposals() -> sa.Select[Any]:
    return sa.select(Proposal).options(joinedload(Proposal.proposed_by), joinedload(Proposal.decided_by))


def proposals_for(viewer: StaffPerson, *, state: str = "open", cursor: str | None = None) -> paging.Page[Proposal]:
    """Return the proposals that the viewer has made or may decide, newest first."""
    query = _proposals().where(_may_see(viewer))
    if state in {s.value for s in ProposalState}:
        query = query.where(Proposal.state == ProposalState(state))
    return paging.page_of(query, order=[Proposal.id.desc()], cursor=cursor)


def proposal_for(viewer: StaffPerson, proposal_id: int) -> Proposal | None:
    """Return a proposal that the viewer has made or may decide."""
    return db.session.scalar(_proposals().where(Proposal.id == proposal_id, _may_see(viewer)))


def describe(proposal: Proposal) -> str:
    """Return a proposal as one sentence in the reader's language."""
    return proposals.kind(proposal.kind).describe(proposal.payload)


def open_proposals_count(viewer: StaffPerson) -> int:
    """Return how many proposals of others wait for the viewer, at most 99."""
    waiting = (
        sa.select(Proposal.id)
        .where(Proposal.state == ProposalState.OPEN, Proposal.proposed_by_id != viewer.id, _may_decide(viewer))
        .limit(99)
        .subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def _may_see(viewer: StaffPerson) -> sa.ColumnElement[bool]:
    return sa.or_(Proposal.proposed_by_id == viewer.id, _may_decide(viewer))


def _may_decide(viewer: StaffPerson) -> sa.ColumnElement[bool]:
    held = viewer.permissions
    conditions = [
        sa.and_(
            Proposal.kind == kind.name,
            scope_of(viewer, kind.permission).filter(Proposal.city_code, Proposal.project_code),
        )
        for kind in proposals.kinds()
        if kind.permission in held
    ]
    return sa.or_(*conditions) if conditions else sa.false()


# --- invitations and audit ---------------------------------------------------------------------------------------------


def open_invitation(token_hash: str) -> Invitation | None:
    """Return the invitation behind a link while it may be used."""
    return db.session.scalar(
        sa.select(Invitation)
        .join(Invitation.person)
        .where(
            Invitation.token_hash == token_hash,
            Invitation.used_at.is_(None),
            Invitation.ends_at > clock.now(),
            StaffPerson.state != PersonState.DISABLED,
        )
        .options(joinedload(Invitation.person))
    )


def audit_trail(
    *,
    actor_kind: str = "",
    actor_id: int | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    action: str = "",
    cursor: str | None = None,
) -> paging.Page[AuditEntry]:
    """Return the entries of the audit trail, newest first.

    Of a person and of a record kind and number count together; a kind alone would make the database read the whole
    trail. An actor's kind alone is common enough to be read backwards from the newest entry, without its index.
    """
    query = sa.select(AuditEntry)
    if actor_kind and actor_id is not None:
        query = query.where(AuditEntry.actor_kind == actor_kind, AuditEntry.actor_id == actor_id)
    elif actor_kind:
        query = query.where(AuditEntry.actor_kind.concat("") == actor_kind)
    if subject_kind and subject_id is not None:
        query = query.where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
    if action:
        query = query.where(AuditEntry.action == action)
    return paging.page_of(query, order=[AuditEntry.id.desc()], cursor=cursor, size=50)
