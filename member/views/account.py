"""The account: profile, language, password, the browsers in which one is signed in, and the proof for what is sensitive."""

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import clock, mobiles
from kernel.access import current_actor, current_member, current_sign_in, member_only, safe_next
from kernel.forms import refusals_shown_on
from member import errors, operations, passwords, queries, rules
from member.forms import CodeForm, NewPasswordForm, ProfileForm
from member.models import CodePurpose
from member.views.door import bp, keep_locale, send_code, tried

_WAYS = (
    ("homes.mine", "building"),
    ("service_requests.mine", "inbox"),
    ("points.statement", "coin"),
    ("events.tickets", "ticket-perforated"),
    ("points.redemptions", "gift"),
    ("service_requests.board", "chat-square-text"),
    ("member.inbox", "bell"),
    ("member.privacy", "shield-check"),
)


@bp.get("/me/account")
@member_only
def account() -> str:
    """Show the membership, the ways to everything that is mine, and the browsers in which I am signed in."""
    entry = current_sign_in("member")
    return render_template(
        "member/account.html",
        member=current_member,
        sign_ins=queries.sign_ins_of(current_member.id),
        here=entry.id if entry else None,
        ways=_ways(),
    )


def _ways() -> list[tuple[str, str, str]]:
    labels = {
        "homes.mine": _("My homes"),
        "service_requests.mine": _("My requests"),
        "points.statement": _("Points statement"),
        "events.tickets": _("My tickets"),
        "points.redemptions": _("My redemptions"),
        "service_requests.board": _("Public board"),
        "member.inbox": _("Messages"),
        "member.privacy": _("Privacy centre"),
    }
    known = current_app.view_functions
    return [(labels[endpoint], url_for(endpoint), icon) for endpoint, icon in _WAYS if endpoint in known]


@bp.route("/me/profile", methods=["GET", "POST"])
@member_only
def profile() -> Any:
    """Edit name, nickname, e-mail, date of birth and language."""
    form = ProfileForm(obj=current_member)
    if form.submitted():
        with refusals_shown_on(form):
            operations.edit_profile(current_member.id, actor=current_actor(), **form.values())
            flash(_("Your profile is saved."), "success")
            response = make_response(redirect(url_for("member.account"), code=303))
            keep_locale(response, form.locale.data)
            return response
    return render_template("member/profile.html", form=form), form.status


# --- browsers ----------------------------------------------------------------------------------------------------------


@bp.post("/me/sign-ins/<int:sign_in_id>/ending")
@member_only
def end_sign_in(sign_in_id: int) -> Any:
    """Sign one of my browsers out."""
    operations.end_sign_in(sign_in_id, actor=current_actor())
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("member.account"), code=303)


@bp.post("/me/sign-ins/others/ending")
@member_only
def end_other_sign_ins() -> Any:
    """Sign all my other browsers out."""
    entry = current_sign_in("member")
    operations.end_other_sign_ins(current_member.id, but=entry.id if entry else None, actor=current_actor())
    flash(_("All your other browsers are signed out."), "success")
    return redirect(url_for("member.account"), code=303)


# --- what asks for a fresh proof ---------------------------------------------------------------------------------------


def has_fresh_proof() -> bool:
    """Say whether the person in this browser has proven lately who he is."""
    entry = current_sign_in("member")
    return entry is not None and rules.is_fresh(entry.proved_at, clock.now())


@bp.route("/me/password", methods=["GET", "POST"])
@member_only
def password() -> Any:
    """Set a password, or another one; all other browsers are signed out."""
    if not has_fresh_proof():
        return redirect(url_for("member.proof", next=url_for("member.password")), code=303)
    form = NewPasswordForm()
    if form.submitted():
        with refusals_shown_on(form):
            rules.check_password(form.password.data, mobile=current_member.mobile)
            entry = current_sign_in("member")
            operations.set_password(
                current_member.id,
                password_hash=passwords.hashed(form.password.data),
                keep_sign_in=entry.id if entry else None,
                actor=current_actor(),
            )
            flash(_("Your password is set. All your other browsers are signed out."), "success")
            return redirect(url_for("member.account"), code=303)
    return render_template("member/password.html", form=form, member=current_member), form.status


@bp.route("/me/proof", methods=["GET", "POST"])
@member_only
def proof() -> Any:
    """Let the member prove by a code that it is really him, before a sensitive page."""
    form = CodeForm()
    if form.submitted():
        with refusals_shown_on(form):
            code = tried(current_member.mobile, form.code.data, CodePurpose.PROOF)
            entry = current_sign_in("member")
            if entry is None:
                raise errors.ProofMissing()
            operations.confirm_identity(code.id, sign_in_id=entry.id, actor=current_actor())
            return redirect(safe_next(request.args.get("next"), url_for("member.account")), code=303)
    target = safe_next(request.args.get("next"), url_for("member.account"))
    return render_template("member/proof.html", form=form, mobile=current_member.mobile, next=target), form.status


@bp.post("/me/proof/codes")
@member_only
def proof_code() -> Any:
    """Send a code to my own number."""
    try:
        send_code(current_member.mobile, CodePurpose.PROOF)
        flash(_("A code is on its way to %(mobile)s.", mobile=mobiles.masked(current_member.mobile)), "info")
    except (errors.CodeTooSoon, errors.TooManyCodes) as refusal:
        flash(str(refusal), "warning")
    target = safe_next(request.args.get("next"), url_for("member.account"))
    return redirect(url_for("member.proof", next=target), code=303)
