"""Joining: the number first, then the code, the name and two separate decisions (R169)."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from kernel import mobiles
from kernel.access import current_member, member_only, newcomers_only
from kernel.forms import refusals_shown_on
from kernel.web import chosen_locale
from member import operations, queries, signals
from member.errors import AlreadyMember, CodeTooSoon, TooManyCodes
from member.forms import JoinForm, MobileForm
from member.models import CodePurpose, Member, Purpose, SmsCode
from member.purposes import REGISTER
from member.views.door import binding, bp, device, enter, home, send_code, tried


@bp.route("/join", methods=["GET", "POST"])
@newcomers_only
def join() -> Any:
    """Ask for the number and send a code to it; the answer is the same for members and others."""
    form = MobileForm()
    if form.submitted():
        with refusals_shown_on(form):
            send_code(form.mobile.data, CodePurpose.JOIN)
            session["joining"] = {"mobile": form.mobile.data, "referral": request.args.get("referral", "")[:12]}
            return redirect(url_for("member.joining"), code=303)
    return render_template("member/join.html", form=form), form.status


@bp.post("/join/codes")
@newcomers_only
def join_code() -> Any:
    """Send another code to the number that is joining."""
    pending = session.get("joining")
    if pending is None:
        return redirect(url_for("member.join"), code=303)
    try:
        send_code(pending["mobile"], CodePurpose.JOIN)
        flash(_("A code is on its way to %(mobile)s.", mobile=mobiles.readable(pending["mobile"])), "info")
    except (CodeTooSoon, TooManyCodes) as refusal:
        flash(str(refusal), "warning")
    return redirect(url_for("member.joining"), code=303)


@bp.route("/join/membership", methods=["GET", "POST"])
@newcomers_only
def joining() -> Any:
    """Take the code, the name and the decisions; open the membership and sign in."""
    pending = session.get("joining")
    if pending is None:
        return redirect(url_for("member.join"))
    mobile, proven = pending["mobile"], _proof(pending["mobile"])
    form = JoinForm(referral_code=pending.get("referral", ""))
    if proven is not None:
        del form.code
    if form.submitted():
        with refusals_shown_on(form):
            return _opened(form, mobile, proven)
    page = render_template(
        "member/joining.html",
        form=form,
        mobile=mobile,
        proven=proven is not None,
        register=REGISTER,
        membership=Purpose.MEMBERSHIP,
    )
    return page, form.status


def _proof(mobile: str) -> SmsCode | None:
    """Return the proof this browser has given already, here or at the sign-in, so that no code is typed twice.

    A spent proof counts for a form that is sent once more: its one-time key gives the first answer again.
    """
    for purpose in (CodePurpose.JOIN, CodePurpose.SIGN_IN):
        code = queries.proof(mobile, purpose, binding())
        if code is not None and (code.used_at is None or request.method == "POST"):
            return code
    return None


def _opened(form: JoinForm, mobile: str, proven: SmsCode | None) -> Any:
    """Open the membership; whoever proves a number that is a member's already is signed in instead."""
    values = form.values()
    code = proven or tried(mobile, values["code"], CodePurpose.JOIN)
    values.pop("code", None)
    try:
        member = operations.join(code.id, mobile=mobile, locale=chosen_locale(), proved_for=code.purpose, **values)
    except AlreadyMember:
        token = operations.sign_in_by_code(code.id, mobile=mobile, device=device(), proved_for=code.purpose)
        response = enter(token, home())
        flash(_("You are a member already, so we have signed you in. Nothing was changed."), "info")
        return response
    token = operations.sign_in_new_member(member.id, device=device())
    return enter(token, url_for("member.welcome"))


@bp.get("/me/welcome")
@member_only
def welcome() -> str:
    """Greet a new member with the number of the membership and what has come with it."""
    answers = signals.greeted.send(Member, member=current_member)
    return render_template(
        "member/welcome.html",
        member=current_member,
        gains=[gain for _receiver, gain in answers if gain is not None],
        arrived=queries.inbox(current_member.id, size=3),
    )
