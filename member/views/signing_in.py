"""Signing in and out. A number that nobody has gets the same pages, messages and work as one that somebody has."""

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _

from kernel import mobiles
from kernel.access import current_actor, current_sign_in, forget, guests_only, public
from kernel.errors import Missing
from kernel.forms import refusals_shown_on
from member import errors, limits, operations, passwords, queries
from member.forms import CodeForm, MobileForm, PasswordSignInForm
from member.models import CodePurpose
from member.views.door import address, bp, device, enter, home, send_code, tried, wanted


@bp.route("/sign-in", methods=["GET", "POST"])
@guests_only
def sign_in() -> Any:
    """Ask for the number and send a code to it."""
    form = MobileForm()
    if form.submitted():
        with refusals_shown_on(form):
            send_code(form.mobile.data, CodePurpose.SIGN_IN)
            session["signing_in"] = form.mobile.data
            return redirect(url_for("member.sign_in_with_code", next=wanted()), code=303)
    return render_template("member/sign_in.html", form=form, next=wanted()), form.status


@bp.route("/sign-in/code", methods=["GET", "POST"])
@guests_only
def sign_in_with_code() -> Any:
    """Take the code and sign in; whoever proves a number that nobody has goes on to join with it."""
    mobile = session.get("signing_in")
    if mobile is None:
        return redirect(url_for("member.sign_in", next=wanted()))
    form = CodeForm()
    if form.submitted():
        with refusals_shown_on(form):
            return _entered_with_code(mobile, form.code.data)
    return render_template("member/sign_in_code.html", form=form, mobile=mobile, next=wanted()), form.status


def _entered_with_code(mobile: str, typed: str) -> Any:
    code = tried(mobile, typed, CodePurpose.SIGN_IN)
    try:
        token = operations.sign_in_by_code(code.id, mobile=mobile, device=device())
    except Missing:
        session["joining"] = {"mobile": mobile}
        flash(_("This number is not a member yet. Two more answers and you are in."), "info")
        return redirect(url_for("member.joining"), code=303)
    member = queries.by_mobile(mobile)
    return enter(token, wanted() or home(), locale=member.locale if member else None)


@bp.post("/sign-in/codes")
@guests_only
def sign_in_code() -> Any:
    """Send another code to the number that is signing in."""
    mobile = session.get("signing_in")
    if mobile is None:
        return redirect(url_for("member.sign_in", next=wanted()), code=303)
    try:
        send_code(mobile, CodePurpose.SIGN_IN)
        flash(_("A code is on its way to %(mobile)s.", mobile=mobiles.readable(mobile)), "info")
    except (errors.CodeTooSoon, errors.TooManyCodes) as refusal:
        flash(str(refusal), "warning")
    return redirect(url_for("member.sign_in_with_code", next=wanted()), code=303)


@bp.route("/sign-in/password", methods=["GET", "POST"])
@guests_only
def sign_in_with_password() -> Any:
    """Sign in with number and password, for those who have set one."""
    form = PasswordSignInForm()
    if form.submitted():
        with refusals_shown_on(form):
            return _entered_with_password(form.mobile.data, form.password.data)
    return render_template("member/sign_in_password.html", form=form, next=wanted()), form.status


def _entered_with_password(mobile: str, password: str) -> Any:
    """Check a password with the same work for every number, known or not, with a password or without."""
    limits.before_try(mobile, address())
    member = queries.by_mobile(mobile)
    kept = member.password_hash if member else None
    if not passwords.matches(kept, password) or member is None or kept is None:
        raise errors.WrongPassword()
    renewed = passwords.hashed(password) if passwords.is_outdated(kept) else None
    token = operations.sign_in_by_password(member.id, device=device(), checked_hash=kept, new_hash=renewed)
    return enter(token, wanted() or home(), locale=member.locale)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """Sign this browser out."""
    entry = current_sign_in("member")
    if entry is not None:
        operations.sign_out(entry.id, actor=current_actor())
    forget("member")
    flash(_("You are signed out."), "info")
    return redirect(url_for("portal.landing"), code=303)
