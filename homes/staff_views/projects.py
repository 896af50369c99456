"""Projects: what their pages say, and the facts that buyers must know."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from homes import operations, queries
from homes.forms import FactorChangeForm, FactorForm, ProjectForm
from homes.models import FactorKind, UpdateState
from homes.policies import Permission
from homes.staff_views.door import bp
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import refusals_shown_on


@bp.get("/projects/<code>")
@staff_can(Permission.READ)
def project(code: str) -> str:
    """Show a project to staff: buildings, facts with all versions, updates in any state."""
    project = found_or_404(queries.project_for(current_staff, code))
    chosen = request.args.get("state", "")
    state = UpdateState(chosen) if chosen in {s.value for s in UpdateState} else None
    return render_template(
        "staff/homes/project.html",
        project=project,
        buildings=queries.buildings_of(code),
        factors=queries.factor_versions(code),
        updates=queries.updates_for_staff(current_staff, code, state=state, cursor=request.args.get("after")),
        state=chosen,
        states=list(UpdateState),
    )


@bp.route("/projects/<code>/text", methods=["GET", "POST"])
@staff_can(Permission.EDIT_PROJECT)
def project_text(code: str) -> Any:
    """Change what a project's page says."""
    project = found_or_404(queries.project_for(current_staff, code, Permission.EDIT_PROJECT))
    form = ProjectForm(obj=project)
    if form.submitted():
        with refusals_shown_on(form):
            operations.edit_project(code, **form.values(), actor=current_actor())
            flash(_("The project's page says it now."), "success")
            return redirect(url_for("homes_staff.project", code=code), code=303)
    return render_template("staff/homes/project_text.html", project=project, form=form), form.status


@bp.route("/projects/<code>/factors", methods=["GET", "POST"])
@staff_can(Permission.EDIT_PROJECT)
def new_factor(code: str) -> Any:
    """Publish a fact for or against a project."""
    project = found_or_404(queries.project_for(current_staff, code, Permission.EDIT_PROJECT))
    form = FactorForm()
    if form.submitted():
        with refusals_shown_on(form):
            _write(code, None, form)
            flash(_("The fact is published."), "success")
            return redirect(url_for("homes_staff.project", code=code) + "#factors", code=303)
    return render_template("staff/homes/factor.html", project=project, form=form, versions=[]), form.status


@bp.route("/projects/<code>/factors/<int:number>", methods=["GET", "POST"])
@staff_can(Permission.EDIT_PROJECT)
def factor(code: str, number: int) -> Any:
    """Publish a new version of a fact; the older ones stay."""
    project = found_or_404(queries.project_for(current_staff, code, Permission.EDIT_PROJECT))
    versions = found_or_404(queries.factor_versions(code).get(number))
    form = FactorChangeForm(obj=versions[0], data={"kind": versions[0].kind.value, "reason": ""})
    if not form.is_submitted():
        form.kind.data, form.reason.data = versions[0].kind.value, ""
    if form.submitted():
        with refusals_shown_on(form):
            _write(code, number, form)
            flash(_("The new version is published; the earlier one stays in the history."), "success")
            return redirect(url_for("homes_staff.project", code=code) + "#factors", code=303)
    return render_template("staff/homes/factor.html", project=project, form=form, versions=versions), form.status


def _write(code: str, number: int | None, form: FactorForm) -> None:
    values = form.values()
    values["kind"] = FactorKind(values["kind"])
    operations.write_factor(code, number=number, **values, actor=current_actor())
