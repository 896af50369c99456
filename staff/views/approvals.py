"""What waits for a second person."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel.access import current_actor, current_staff, found_or_404, staff_only
from kernel.forms import refusals_shown_on
from staff import operations, queries
from staff.forms import DecisionForm
from staff.models import ProposalState
from staff.views import bp
from staff.views.sign_in import asks_for_proof


@bp.get("/approvals")
@staff_only
def approvals() -> str:
    """List what the viewer has proposed or may decide."""
    state = request.args.get("state", "open")
    page = queries.proposals_for(current_staff, state=state, cursor=request.args.get("after"))
    return render_template(
        "staff/staff/approvals.html", page=page, state=state, states=list(ProposalState), describe=queries.describe
    )


@bp.get("/approvals/<int:proposal_id>")
@staff_only
def approval(proposal_id: int) -> Any:
    """Show a proposal and let a second person decide it."""
    return _page(proposal_id, DecisionForm())


def _page(proposal_id: int, form: DecisionForm) -> Any:
    proposal = found_or_404(queries.proposal_for(current_staff, proposal_id))
    mine = proposal.proposed_by_id == current_staff.id
    return render_template(
        "staff/staff/approval.html", proposal=proposal, words=queries.describe(proposal), mine=mine, form=form
    ), form.status


@bp.post("/approvals/<int:proposal_id>/decision")
@staff_only
def decide(proposal_id: int) -> Any:
    """Approve or decline; asks for a fresh code before."""
    found_or_404(queries.proposal_for(current_staff, proposal_id))
    asked = asks_for_proof(url_for("staff.approval", proposal_id=proposal_id))
    if asked is not None:
        return asked
    form = DecisionForm()
    if form.submitted():
        with refusals_shown_on(form):
            approving = form.decision.data == "approve"
            decision = operations.approve if approving else operations.decline
            decision(proposal_id, remark=form.remark.data or "", actor=current_actor())
            flash(_("Approved and in effect.") if approving else _("Declined."), "success")
            return redirect(url_for("staff.approvals"), code=303)
    return _page(proposal_id, form)


@bp.post("/approvals/<int:proposal_id>/withdrawal")
@staff_only
def withdraw(proposal_id: int) -> Any:
    """Take the own proposal back."""
    found_or_404(queries.proposal_for(current_staff, proposal_id))
    operations.withdraw(proposal_id, actor=current_actor())
    flash(_("Withdrawn."), "success")
    return redirect(url_for("staff.approvals"), code=303)
