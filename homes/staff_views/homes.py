"""Finding homes, and looking at one: contracts, people (masked), rights."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from homes import errors, operations, queries
from homes.forms import ReasonForm, RightForm
from homes.models import Home, Role
from homes.policies import Permission
from homes.staff_views.door import bp
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import refusals_shown_on
from member import queries as member_queries
from staff import queries as staff_queries


@bp.get("")
@staff_can(Permission.READ)
def index() -> str:
    """Search homes by project and by number, however it is written."""
    words, project_code = request.args.get("q", "")[:80], request.args.get("project", "")[:20]
    page = None
    if words or project_code:
        page = queries.searched_homes(
            current_staff, words=words, project_code=project_code, cursor=request.args.get("after")
        )
    projects = queries.projects_for(current_staff)
    return render_template(
        "staff/homes/index.html", page=page, projects=projects, words=words, project_code=project_code
    )


@bp.get("/<int:home_id>")
@staff_can(Permission.READ)
def home(home_id: int) -> Any:
    """Show a home to staff: place, contracts, masked people, rights."""
    return _home_page(home_id, RightForm(), ReasonForm())


@bp.post("/<int:home_id>/rights")
@staff_can(Permission.DECIDE_BINDING)
def give_right(home_id: int) -> Any:
    """Bind the home by hand."""
    home = found_or_404(_home_to_decide(home_id))
    form = RightForm()
    if form.submitted():
        with refusals_shown_on(form):
            member = member_queries.by_number(form.member_number.data)
            if member is None:
                raise errors.NoSuchMember()
            operations.bind_by_hand(
                home.id, member=member, role=Role(form.role.data), reason=form.reason.data, actor=current_actor()
            )
            flash(_("The home is bound to this member."), "success")
            return redirect(url_for("homes_staff.home", home_id=home_id), code=303)
    return _home_page(home_id, form, ReasonForm(formdata=None))


@bp.post("/<int:home_id>/rights/<int:ownership_id>/end")
@staff_can(Permission.DECIDE_BINDING)
def end_right(home_id: int, ownership_id: int) -> Any:
    """End a member's right to the home."""
    found_or_404(_home_to_decide(home_id))
    right = found_or_404(queries.right_to(home_id, ownership_id))
    form = ReasonForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.end_right(right.id, reason=form.reason.data, actor=current_actor())
            flash(_("The right has ended."), "success")
            return redirect(url_for("homes_staff.home", home_id=home_id), code=303)
    return _home_page(home_id, RightForm(formdata=None), form)


def _home_to_decide(home_id: int) -> Home | None:
    home = queries.home_for_staff(current_staff, home_id)
    scope = staff_queries.scope_of(current_staff, Permission.DECIDE_BINDING)
    inside = home is not None and scope.covers(city_code=home.city_code, project_code=home.project_code)
    return home if inside else None


def _home_page(home_id: int, right_form: RightForm, reason_form: ReasonForm) -> Any:
    home = found_or_404(queries.home_for_staff(current_staff, home_id))
    rights = queries.all_rights_to(home_id)
    return (
        render_template(
            "staff/homes/home.html",
            home=home,
            contracts=queries.contracts_of(home_id),
            rights=rights,
            members=member_queries.members_by_id([right.member_id for right in rights]),
            may_decide=_home_to_decide(home_id) is not None,
            right_form=right_form,
            reason_form=reason_form,
        ),
        max(right_form.status, reason_form.status),
    )
