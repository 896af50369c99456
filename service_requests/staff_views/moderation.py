"""The board's moderation: hiding for a legal reason, showing again. Criticism is no reason."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import clock
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import Form, refusals_shown_on
from service_requests import operations, queries
from service_requests.dictionary import HiddenReason, Visibility
from service_requests.forms import HideForm
from service_requests.models import Case
from service_requests.policies import Permission
from service_requests.staff_views.door import bp

_SHOWN = {"waiting": Visibility.WAITING, "public": Visibility.PUBLIC, "hidden": Visibility.HIDDEN}


@bp.get("/board")
@staff_can(Permission.HIDE_POSTS)
def moderation() -> str:
    """List the posts of the scope by visibility."""
    shown = request.args.get("show", "")
    page = queries.posts_for_moderation(current_staff, visibility=_SHOWN.get(shown), cursor=request.args.get("after"))
    return render_template(
        "staff/service_requests/moderation.html",
        page=page,
        shown=shown if shown in _SHOWN else "",
        figure=queries.board_figure(),
        now=clock.now(),
    )


def _load(number: str) -> Case:
    post = queries.case_for_staff(current_staff, number, Permission.HIDE_POSTS)
    return found_or_404(post if post is not None and post.is_post else None)


@bp.get("/board/<number>")
@staff_can(Permission.HIDE_POSTS)
def moderation_post(number: str) -> Any:
    """Show a post as it was written beside what everybody reads."""
    return _page(number, HideForm(formdata=None))


def _page(number: str, form: Form) -> Any:
    found = _load(number)
    return (
        render_template(
            "staff/service_requests/post.html",
            post=found,
            replies=queries.public_events(found.id),
            form=form,
            now=clock.now(),
        ),
        form.status,
    )


@bp.post("/board/<number>/hiding")
@staff_can(Permission.HIDE_POSTS)
def moderation_hiding(number: str) -> Any:
    """Take a post off the board."""
    found, form = _load(number), HideForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.hide_post(
                found.id,
                reason=HiddenReason(form.hidden_reason.data),
                words=form.hidden_words.data or "",
                actor=current_actor(),
            )
            flash(_("Hidden. The author has been told why; all clocks go on."), "success")
            return redirect(url_for("service_requests_staff.moderation_post", number=number), code=303)
    return _page(number, form)


@bp.post("/board/<number>/showing")
@staff_can(Permission.HIDE_POSTS)
def moderation_showing(number: str) -> Any:
    """Show a post on the board, again or after its review."""
    found, form = _load(number), Form()
    if form.submitted():
        with refusals_shown_on(form):
            operations.restore_post(found.id, actor=current_actor())
            flash(_("Everybody can read it now."), "success")
            return redirect(url_for("service_requests_staff.moderation_post", number=number), code=303)
    hiding = HideForm(formdata=None)
    hiding.form_errors.extend(form.form_errors)
    hiding._refusal_status = form._refusal_status
    return _page(number, hiding)
