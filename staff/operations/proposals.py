"""Two people for what one person must not do alone: propose, approve, decline, withdraw."""

from sqlalchemy.exc import IntegrityError

from kernel import audit, clock, form_keys
from kernel.actor import Actor
from kernel.db import db, lock, operation
from staff import proposals, queries, rules
from staff.errors import AlreadyDecided, ProposalUnknown, ProposedAlready
from staff.models import Proposal, ProposalState, StaffPerson
from staff.proposals import Payload


@operation
def propose(
    kind: str,
    *,
    payload: Payload,
    reason: str,
    key: str,
    city_code: str | None = None,
    project_code: str | None = None,
    actor: Actor,
) -> Proposal:
    """Propose something that takes effect when somebody else, who holds the kind's permission there, approves it.

    ``payload`` is JSON and is handed to the kind's ``take_effect`` unchanged. Refused: the same proposal twice.
    """
    claim = form_keys.claim(key, actor=actor, purpose=f"propose {kind}", content=payload)
    if claim.earlier_id:
        return db.session.get_one(Proposal, claim.earlier_id)
    proposal = Proposal(
        kind=kind,
        payload=payload,
        digest=_digest(kind, payload),
        city_code=city_code,
        project_code=project_code,
        reason=reason,
        proposed_by_id=actor.id,
        proposed_at=clock.now(),
        state=ProposalState.OPEN,
    )
    db.session.add(proposal)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise ProposedAlready() from error
    claim.keep(proposal)
    audit.record(actor, "staff.proposed", proposal, kind=kind, payload=payload, reason=reason)
    return proposal


@operation
def approve(proposal_id: int, *, remark: str = "", actor: Actor) -> Proposal:
    """Let a proposal take effect, by a second person, in the state of things that it was made for."""
    proposal = _decidable(proposal_id, actor, approving=True)
    _decide(proposal, ProposalState.APPROVED, remark, actor)
    proposer = db.session.get_one(StaffPerson, proposal.proposed_by_id)
    proposals.kind(proposal.kind).take_effect(proposal.payload, Actor.staff(proposer), actor)
    audit.record(actor, "staff.proposal_approved", proposal, kind=proposal.kind, remark=remark)
    return proposal


@operation
def decline(proposal_id: int, *, remark: str = "", actor: Actor) -> Proposal:
    """Turn a proposal down; nothing else changes."""
    proposal = _decidable(proposal_id, actor, approving=False)
    _decide(proposal, ProposalState.DECLINED, remark, actor)
    audit.record(actor, "staff.proposal_declined", proposal, kind=proposal.kind, remark=remark)
    return proposal


@operation
def withdraw(proposal_id: int, *, actor: Actor) -> Proposal:
    """Take one's own proposal back."""
    proposal = lock(Proposal, proposal_id)
    if proposal is None or proposal.proposed_by_id != actor.id:
        raise ProposalUnknown()
    if proposal.state is not ProposalState.OPEN:
        raise AlreadyDecided()
    _decide(proposal, ProposalState.WITHDRAWN, "", actor)
    audit.record(actor, "staff.proposal_withdrawn", proposal, kind=proposal.kind)
    return proposal


def _decidable(proposal_id: int, actor: Actor, *, approving: bool) -> Proposal:
    proposal = lock(Proposal, proposal_id)
    if proposal is None:
        raise ProposalUnknown()
    decider = db.session.get_one(StaffPerson, actor.id)
    kind = proposals.kind(proposal.kind)
    scope = queries.scope_of(decider, kind.permission)
    rules.check_decision(
        proposer_id=proposal.proposed_by_id,
        decider_id=actor.id,
        is_open=proposal.state is ProposalState.OPEN,
        may=decider.may_sign_in and scope.covers(city_code=proposal.city_code, project_code=proposal.project_code),
        same=proposal.digest == _digest(proposal.kind, proposal.payload),
        approving=approving,
    )
    return proposal


def _digest(kind: str, payload: Payload) -> str:
    return rules.digest_of(kind, payload, proposals.kind(kind).state_of(payload))


def _decide(proposal: Proposal, state: ProposalState, remark: str, actor: Actor) -> None:
    proposal.state, proposal.remark = state, remark
    proposal.decided_by_id, proposal.decided_at = actor.id, clock.now()
