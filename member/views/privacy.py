"""The privacy centre: each purpose with its switch, every decision ever taken, and what is held."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from kernel.access import current_actor, current_member, member_only
from kernel.forms import refusals_shown_on
from kernel.web import chosen_locale
from member import operations, queries
from member.forms import ConsentForm
from member.models import Member
from member.purposes import REGISTER
from member.views.door import bp


@bp.get("/me/privacy")
@member_only
def privacy() -> Any:
    """Show what is used for what, what I decided, and what is held about me."""
    return _page(ConsentForm(formdata=None))


@bp.post("/me/privacy/consents")
@member_only
def decide() -> Any:
    """Agree to a purpose or withdraw; both are one click and take effect at once."""
    form = ConsentForm()
    if form.submitted():
        with refusals_shown_on(form):
            consent = operations.decide_on_consent(
                current_member.id, locale=chosen_locale(), actor=current_actor(), **form.decision()
            )
            title = REGISTER[consent.purpose].title
            flash(
                _("Agreed: %(purpose)s", purpose=title)
                if consent.given
                else _("Withdrawn: %(purpose)s", purpose=title),
                "success",
            )
            return redirect(url_for("member.privacy"), code=303)
    return _page(form)


def _page(form: ConsentForm) -> Any:
    member: Member = current_member
    history = queries.consent_history(member.id)
    page = render_template(
        "member/privacy.html",
        form=form,
        member=member,
        register=REGISTER,
        history=history,
        standing=queries.standing_consents(history),
    )
    return page, form.status
