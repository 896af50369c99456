"""The people of the back office: who is there, what they may do, and proposals to change it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import refusals_shown_on
from staff import operations, queries
from staff.forms import InvitationForm, ReasonForm, RoleForm
from staff.models import PersonState
from staff.permission_words import in_domains
from staff.policies import Permission
from staff.views import bp


@bp.get("/people")
@staff_can(Permission.READ)
def people() -> str:
    """List the people of the own scope."""
    chosen = {name: request.args.get(name, "")[:60] for name in ("q", "state", "role")}
    roles = queries.roles()
    role = next((r for r in roles if r.code == chosen["role"]), None)
    page = queries.people_for(
        current_staff,
        words=chosen["q"],
        state=chosen["state"],
        role_id=role.id if role else None,
        cursor=request.args.get("after"),
    )
    return render_template("staff/staff/people.html", page=page, chosen=chosen, roles=roles, states=list(PersonState))


@bp.get("/people/<int:person_id>")
@staff_can(Permission.READ)
def person(person_id: int) -> str:
    """Show a person with roles and what is proposed."""
    found = found_or_404(queries.person_for(current_staff, person_id))
    deputy = queries.get(found.deputy_id) if found.deputy_id else None
    return render_template("staff/staff/person.html", person=found, photo=found.photo, deputy=deputy)


@bp.get("/roles")
@staff_can(Permission.READ)
def roles() -> str:
    """Show what each role may do."""
    return render_template("staff/staff/roles.html", roles=[(r, in_domains(r.permissions)) for r in queries.roles()])


@bp.route("/people/invitation", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def invite() -> Any:
    """Propose that somebody joins the back office."""
    form = InvitationForm()
    form.offer(queries.roles(), queries.units_for(current_staff))
    if form.submitted():
        with refusals_shown_on(form):
            operations.propose_invitation(**form.values(), actor=current_actor())
            return _proposed()
        form.offer(queries.roles(), queries.units_for(current_staff))
    return render_template("staff/staff/invite.html", form=form), form.status


@bp.route("/people/<int:person_id>/role", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def give_role(person_id: int) -> Any:
    """Propose a further role for a person."""
    found_or_404(queries.person_for(current_staff, person_id))
    form = RoleForm()
    form.offer(queries.roles(), queries.units_for(current_staff))
    if form.submitted():
        with refusals_shown_on(form):
            operations.propose_role(person_id=person_id, **form.values(), actor=current_actor())
            return _proposed()
        form.offer(queries.roles(), queries.units_for(current_staff))
    found = found_or_404(queries.person_for(current_staff, person_id))
    return render_template("staff/staff/role.html", form=form, person=found), form.status


@bp.route("/people/<int:person_id>/roles/<int:grant_id>/end", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def take_role(person_id: int, grant_id: int) -> Any:
    """Propose that a role ends."""
    found = found_or_404(queries.person_for(current_staff, person_id))
    grant = found_or_404(next((g for g in found.grants if g.id == grant_id), None))
    words = _("End the role %(role)s at %(unit)s", role=grant.role.label, unit=grant.unit.name)
    return _with_reason(
        person_id,
        words,
        _("The person loses what the role allows as soon as a second person approves."),
        lambda **given: operations.propose_role_end(grant_id=grant_id, **given),
    )


@bp.route("/people/<int:person_id>/disabling", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def disable(person_id: int) -> Any:
    """Propose that an account is closed."""
    return _with_reason(
        person_id,
        _("Close the account"),
        _("As soon as a second person approves, all roles end and every browser is signed out."),
        lambda **given: operations.propose_disabling(person_id=person_id, **given),
    )


@bp.route("/people/<int:person_id>/second-factor-reset", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def reset_second_factor(person_id: int) -> Any:
    """Propose that a person who lost the phone sets up a new one."""
    return _with_reason(
        person_id,
        _("Set up a new phone"),
        _(
            "Check the person's identity face to face or by video. After approval the old phone and the recovery codes are void."
        ),
        lambda **given: operations.propose_second_factor_reset(person_id=person_id, **given),
    )


def _with_reason(person_id: int, title: str, text: str, propose: Callable[..., Any]) -> Any:
    found_or_404(queries.person_for(current_staff, person_id))
    form = ReasonForm()
    if form.submitted():
        with refusals_shown_on(form):
            propose(**form.values(), actor=current_actor())
            return _proposed()
    found = found_or_404(queries.person_for(current_staff, person_id))
    return render_template("staff/staff/reason.html", form=form, person=found, title=title, text=text), form.status


def _proposed() -> Any:
    flash(_("Proposed. It takes effect when a second person approves it."), "success")
    return redirect(url_for("staff.approvals"), code=303)


@bp.post("/people/<int:person_id>/password-link")
@staff_can(Permission.MANAGE)
def send_link(person_id: int) -> Any:
    """Send a person a new link that sets the password."""
    found_or_404(queries.person_for(current_staff, person_id))
    operations.send_password_link(person_id=person_id, actor=current_actor())
    flash(_("A new link is on its way by mail. Earlier links no longer work."), "success")
    return redirect(url_for("staff.person", person_id=person_id), code=303)


@bp.post("/people/<int:person_id>/ended-sessions")
@staff_can(Permission.MANAGE)
def end_sessions(person_id: int) -> Any:
    """Sign a person out everywhere at once."""
    found_or_404(queries.person_for(current_staff, person_id))
    operations.end_sign_ins(person_id=person_id, actor=current_actor())
    flash(_("The person is signed out everywhere."), "success")
    return redirect(url_for("staff.person", person_id=person_id), code=303)
