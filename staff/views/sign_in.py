"""Signing in and out of the back office, and the link that sets a password."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import access, clock
from kernel.access import current_actor, current_sign_in, current_staff, guests_only, public, safe_next, staff_only
from kernel.devices import device_of
from kernel.forms import refusals_shown_on
from staff import operations, queries, second_factor
from staff.errors import InvitationOver
from staff.forms import CodeForm, NewPasswordForm, SignInForm
from staff.operations.sign_in import hashed_token
from staff.views import bp, steps


@bp.route("/sign-in", methods=["GET", "POST"])
@guests_only
def sign_in() -> Any:
    """Ask for login and password."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.submitted():
        with refusals_shown_on(form):
            login = (form.login.data or "").lower()
            steps.count_password(login)
            person = operations.prove_password(login=login, password=form.password.data or "")
            if not person.has_second_factor:
                operations.begin_enrolment(person_id=person.id)
            steps.begin(person, form.next.data or "")
            following = "staff.second_factor" if person.has_second_factor else "staff.enrolment"
            return redirect(url_for(following), code=303)
    return render_template("staff/staff/sign_in.html", form=form), form.status


@bp.route("/sign-in/second-factor", methods=["GET", "POST"], endpoint="second_factor")
@guests_only
def ask_for_code() -> Any:
    """Ask for the code from the phone."""
    person = steps.person()
    if person is None or not person.has_second_factor:
        return steps.back_to_the_beginning()
    form = CodeForm()
    if form.submitted():
        with refusals_shown_on(form):
            steps.count_code(person)
            token = operations.sign_in(person_id=person.id, code=form.code.data, device=_device())
            return _welcome(person, token)
    return render_template("staff/staff/second_factor.html", form=form), form.status


@bp.route("/sign-in/enrolment", methods=["GET", "POST"])
@guests_only
def enrolment() -> Any:
    """Connect the phone at the first sign-in, and show the recovery codes once."""
    person = steps.person()
    if person is None or person.has_second_factor or person.totp_secret is None:
        return steps.back_to_the_beginning()
    form = CodeForm()
    if form.submitted():
        with refusals_shown_on(form):
            steps.count_code(person)
            token, codes = operations.confirm_second_factor(person_id=person.id, code=form.code.data, device=_device())
            target = _target()
            _welcome(person, token)
            return render_template("staff/staff/recovery_codes.html", codes=codes, target=target)
    secret = second_factor.opened(person.totp_secret, person.id)
    return render_template(
        "staff/staff/enrolment.html",
        form=form,
        picture=second_factor.picture(secret, person.login),
        secret=second_factor.in_groups(secret),
    ), form.status


def _welcome(person: Any, token: str) -> Any:
    target = _target()
    steps.forget_counts(person)
    access.remember("staff", token)
    return redirect(target, code=303)


def _target() -> str:
    return safe_next(steps.target(), url_for("portal_staff.desk"))


def _device() -> str:
    return device_of(request.user_agent.string)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """Sign this browser out."""
    if current_staff:
        operations.sign_out(person_id=current_staff.id, actor=current_actor())
    access.forget("staff")
    return redirect(url_for("staff.sign_in"), code=303)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Any:
    """Set the password behind a one-time link."""
    found = queries.open_invitation(hashed_token(token[:100]))
    if found is None:
        raise InvitationOver()
    form = NewPasswordForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.accept_invitation(token=token, password=form.password.data)
            flash(_("Your password is set. Please sign in."), "success")
            return redirect(url_for("staff.sign_in"), code=303)
        found = queries.open_invitation(hashed_token(token[:100]))
        if found is None:
            raise InvitationOver()
    return render_template("staff/staff/invitation.html", form=form, person=found.person), form.status


@bp.route("/proof", methods=["GET", "POST"])
@staff_only
def proof() -> Any:
    """Ask for a fresh code before something that must not happen at an unattended desk."""
    form = CodeForm(next=request.args.get("next", ""))
    if form.submitted():
        entry = current_sign_in("staff")
        with refusals_shown_on(form):
            steps.count_code(current_staff)
            operations.prove_again(
                person_id=current_staff.id,
                sign_in_id=entry.id if entry else 0,
                code=form.code.data,
                actor=current_actor(),
            )
            steps.forget_counts(current_staff)
            return redirect(safe_next(form.next.data, url_for("portal_staff.desk")), code=303)
    return render_template("staff/staff/proof.html", form=form), form.status


def asks_for_proof(target: str) -> Any | None:
    """Return the way to the fresh code when the last proof is older than a quarter of an hour, else None."""
    entry = current_sign_in("staff")
    if entry is not None and clock.now() - entry.proved_at <= steps.QUARTER:
        return None
    return redirect(url_for("staff.proof", next=target), code=303)
