"""Binding homes to members: by the mobile in the ledger, by contract number and identity, by hand; and ending rights."""

import hmac
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from homes import errors, rules
from homes.models import (
    BindingAttempt,
    BoundBy,
    Buyer,
    Contract,
    ContractState,
    Factor,
    Home,
    Ownership,
    Project,
    ProjectReading,
    Role,
)
from homes.signals import home_bound, home_unbound
from kernel import audit, clock, limits
from kernel.actor import Actor
from kernel.db import db, insert_once, lock, operation
from kernel.settings import settings
from member.models import Member

DAY = timedelta(days=1)
ATTEMPTS_OF_MEMBER, ATTEMPTS_AT_CONTRACT, ATTEMPTS_FROM_ADDRESS = 5, 5, 30
"""How often a day binding may be tried by one member, for one contract number, from one address."""


# --- by the member ----------------------------------------------------------------------------------------------------


def count_attempt(*, member_id: int, contract_number: str, address: str) -> None:
    """Count an attempt to bind before it is made, so that it stays counted when it fails; refuse the one too many."""
    key = rules.contract_key(settings().secret_key, rules.plain_contract_number(contract_number))
    refusal = errors.TooManyBindingAttempts
    limits.hit("homes.binding.member", str(member_id), limit=ATTEMPTS_OF_MEMBER, per=DAY, refusal=refusal)
    limits.hit("homes.binding.contract", key, limit=ATTEMPTS_AT_CONTRACT, per=DAY, refusal=refusal)
    limits.hit("homes.binding.address", address, limit=ATTEMPTS_FROM_ADDRESS, per=DAY, refusal=refusal)
    _keep_attempt(member_id, key)


@operation
def _keep_attempt(member_id: int, key: str) -> None:
    db.session.add(BindingAttempt(member_id=member_id, contract_key=key, at=clock.now(), succeeded=False))


@operation
def bind_by_contract(contract_number: str, *, last_four: str, member: Member, actor: Actor) -> Ownership:
    """Bind a home by contract number and last four of the identity number; doing it twice is doing it once.

    Every failure (no such contract, cancelled, wrong digits, bound to another account) has one answer: ``NoSuchContract``.
    """
    number = rules.plain_contract_number(contract_number)
    given = rules.id_hash(settings().secret_key, number, last_four)
    contract = db.session.scalar(
        sa.select(Contract)
        .where(Contract.number == number, Contract.state == ContractState.ACTIVE)
        .options(selectinload(Contract.buyers), joinedload(Contract.home))
    )
    buyers = contract.buyers if contract is not None else []
    fitting = [buyer for buyer in buyers if hmac.compare_digest(buyer.id_hash or "", given)]
    for buyer in fitting:
        ownership = _bind(contract, buyer, member, BoundBy.CONTRACT, actor=actor)  # type: ignore[arg-type]
        if ownership is not None:
            _mark_success(member.id, rules.contract_key(settings().secret_key, number))
            return ownership
    raise errors.NoSuchContract()


def _mark_success(member_id: int, key: str) -> None:
    newest = (
        sa.select(sa.func.max(BindingAttempt.id))
        .where(BindingAttempt.member_id == member_id, BindingAttempt.contract_key == key)
        .scalar_subquery()
    )
    db.session.execute(sa.update(BindingAttempt).where(BindingAttempt.id == newest).values(succeeded=True))


@operation
def bind_by_mobile(member: Member, *, actor: Actor) -> list[Ownership]:
    """Bind every home whose contract in force names the member's proven mobile; companies prove themselves otherwise."""
    return bind_all(_waiting_buyers([member.mobile]), {member.mobile: member}, actor=actor)


def _waiting_buyers(mobiles: Sequence[str]) -> Sequence[Buyer]:
    query = (
        sa.select(Buyer)
        .join(Buyer.contract)
        .where(Buyer.mobile.in_(mobiles), Buyer.is_company.is_(False), Contract.state == ContractState.ACTIVE)
        .options(joinedload(Buyer.contract).joinedload(Contract.home))
        .order_by(Buyer.id)
    )
    return db.session.scalars(query).all()


def bind_all(buyers: Sequence[Buyer], members: dict[str, Member], *, actor: Actor) -> list[Ownership]:
    """Bind buyers to the members with their mobiles, inside a running operation; return the rights that are new."""
    bound = []
    for buyer in buyers:
        member = members.get(buyer.mobile or "")
        if member is None or not member.may_sign_in or _is_bound(buyer, member):
            continue
        _release_old_mobile(buyer, member, actor=actor)
        ownership = _bind(buyer.contract, buyer, member, BoundBy.MOBILE, actor=actor)
        if ownership is not None:
            bound.append(ownership)
    return bound


def bind_contracts(contract_ids: Sequence[int], *, actor: Actor) -> list[Ownership]:
    """Bind the buyers of fresh or changed contracts who are members already, inside a running operation."""
    pairs = db.session.execute(
        sa.select(Buyer, Member)
        .join(Buyer.contract)
        .join(Member, Member.mobile == Buyer.mobile)
        .where(
            Buyer.contract_id.in_(contract_ids),
            Buyer.is_company.is_(False),
            Contract.state == ContractState.ACTIVE,
        )
        .options(joinedload(Buyer.contract).joinedload(Contract.home))
        .order_by(Buyer.id)
    ).all()
    return bind_all([buyer for buyer, _m in pairs], {member.mobile: member for _b, member in pairs}, actor=actor)


def _is_bound(buyer: Buyer, member: Member) -> bool:
    return bool(
        db.session.scalar(
            sa.select(Ownership.id).where(
                Ownership.home_id == buyer.contract.home_id,
                Ownership.member_id == member.id,
                Ownership.contract_id == buyer.contract_id,
                Ownership.ended_at.is_(None),
            )
        )
    )


def _release_old_mobile(buyer: Buyer, member: Member, *, actor: Actor) -> None:
    """End the right of an account that stood for the buyer only by a mobile which the ledger has replaced since."""
    old = db.session.execute(
        sa.select(Ownership, Member.mobile)
        .join(Member, Member.id == Ownership.member_id)
        .where(
            Ownership.contract_id == buyer.contract_id,
            Ownership.buyer_position == buyer.position,
            Ownership.bound_by == BoundBy.MOBILE,
            Ownership.ended_at.is_(None),
            Ownership.member_id != member.id,
        )
    ).one_or_none()
    if old is not None and old[1] != buyer.mobile:
        _end(old[0], buyer.contract.home, "mobile_changed", actor=actor)


def _bind(contract: Contract, buyer: Buyer, member: Member, bound_by: BoundBy, *, actor: Actor) -> Ownership | None:
    """Give the owner's right; return the present one when it is there, None when another account stands for the buyer."""
    if _stands_for(contract.id, buyer.position) not in {None, member.id}:
        return None
    _end_lesser_right(contract.home, member, actor=actor)
    role = Role.OWNER if buyer.position == 0 else Role.CO_OWNER
    fresh = insert_once(
        Ownership,
        home_id=contract.home_id,
        member_id=member.id,
        contract_id=contract.id,
        buyer_position=buyer.position,
        role=role,
        bound_by=bound_by,
        since=clock.now(),
        end_reason="",
    )
    ownership = db.session.scalar(
        sa.select(Ownership).where(
            Ownership.home_id == contract.home_id, Ownership.member_id == member.id, Ownership.ended_at.is_(None)
        )
    )
    if fresh and ownership is not None:
        _tell_bound(ownership, contract.home, member, actor=actor)
    return ownership


def _stands_for(contract_id: int, position: int) -> int | None:
    return db.session.scalar(
        sa.select(Ownership.member_id).where(
            Ownership.contract_id == contract_id, Ownership.buyer_position == position, Ownership.ended_at.is_(None)
        )
    )


def _end_lesser_right(home: Home, member: Member, *, actor: Actor) -> None:
    """A tenant or family member who turns out to be the owner keeps the better right only."""
    lesser = db.session.scalar(
        sa.select(Ownership).where(
            Ownership.home_id == home.id,
            Ownership.member_id == member.id,
            Ownership.ended_at.is_(None),
            Ownership.role.in_([Role.FAMILY, Role.TENANT]),
        )
    )
    if lesser is not None:
        _end(lesser, home, "became_owner", actor=actor)


def _tell_bound(ownership: Ownership, home: Home, member: Member, *, actor: Actor) -> None:
    audit.record(actor, "homes.home_bound", home, member=member.id, role=ownership.role, bound_by=ownership.bound_by)
    home_bound.send(Ownership, home=home, member=member, actor=actor)


# --- by staff ---------------------------------------------------------------------------------------------------------


@operation
def bind_by_hand(home_id: int, *, member: Member, role: Role, reason: str, actor: Actor) -> Ownership:
    """Bind a home after staff has looked at the papers; refused without a reason. The same again changes nothing."""
    if not reason.strip():
        raise errors.ReasonNeeded()
    home = lock(Home, home_id)
    if home is None:
        raise errors.UnknownPlace()
    values = {"home_id": home_id, "member_id": member.id, "role": role, "bound_by": BoundBy.STAFF}
    fresh = insert_once(Ownership, **values, since=clock.now(), end_reason="")
    ownership = db.session.scalars(
        sa.select(Ownership).where(
            Ownership.home_id == home_id, Ownership.member_id == member.id, Ownership.ended_at.is_(None)
        )
    ).one()
    if fresh:
        audit.record(
            actor, "homes.home_bound", home, member=member.id, role=role, bound_by=BoundBy.STAFF, reason=reason
        )
        if role.owns:
            home_bound.send(Ownership, home=home, member=member, actor=actor)
    return ownership


@operation
def end_right(ownership_id: int, *, reason: str, actor: Actor) -> Ownership:
    """End a member's right to a home; refused without a reason; one that has ended stays as it ended."""
    if not reason.strip():
        raise errors.ReasonNeeded()
    ownership = lock(Ownership, ownership_id)
    if ownership is None:
        raise errors.UnknownPlace()
    if ownership.is_current:
        home = db.session.get_one(Home, ownership.home_id)
        _end(ownership, home, "by_staff", actor=actor, reason=reason)
    return ownership


def end_rights_of_contracts(contract_ids: Sequence[int], reason: str, *, actor: Actor) -> int:
    """End every right that came from contracts no longer in force, and of those whom their owners let in (R168, C).

    Runs inside a running operation; returns how many rights ended. Family and tenants go with the owner.
    """
    if not contract_ids:
        return 0
    home_ids = sa.select(Contract.home_id).where(Contract.id.in_(contract_ids))
    rows = db.session.execute(
        sa.select(Ownership, Home)
        .join(Home, Home.id == Ownership.home_id)
        .where(
            Ownership.ended_at.is_(None),
            sa.or_(
                Ownership.contract_id.in_(contract_ids),
                sa.and_(Ownership.contract_id.is_(None), Ownership.home_id.in_(home_ids)),
            ),
        )
        .order_by(Ownership.id)
    ).all()
    for ownership, home in rows:
        _end(ownership, home, reason, actor=actor)
    return len(rows)


def _end(ownership: Ownership, home: Home, why: str, *, actor: Actor, reason: str = "") -> None:
    ownership.ended_at, ownership.end_reason = clock.now(), why
    audit.record(actor, "homes.right_ended", home, member=ownership.member_id, why=why, reason=reason)
    home_unbound.send(Ownership, home=home, member_id=ownership.member_id, actor=actor)


# --- reading the facts ------------------------------------------------------------------------------------------------


@operation
def note_reading(project_code: str, *, member: Member, actor: Actor) -> None:
    """Keep that a member has read a project's facts, and in which version (R031); again and again is once."""
    project = db.session.scalar(sa.select(Project).where(Project.code == project_code))
    if project is None:
        raise errors.UnknownPlace()
    version = db.session.scalar(sa.select(sa.func.max(Factor.id)).where(Factor.project_code == project_code)) or 0
    values = {"member_id": member.id, "project_code": project_code, "version": version}
    if insert_once(ProjectReading, **values, read_at=clock.now()):
        audit.record(actor, "homes.facts_read", project, version=version)
