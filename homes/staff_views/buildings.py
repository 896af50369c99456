"""Buildings and milestones: plan, forecasts, facts."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from homes import operations, queries
from homes.forms import ForecastForm, MilestoneForm
from homes.models import MilestoneKind
from homes.policies import Permission
from homes.staff_views.door import bp
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import refusals_shown_on


@bp.get("/buildings/<int:building_id>")
@staff_can(Permission.READ)
def building(building_id: int) -> str:
    """Show a building's milestones with plan, forecasts and facts."""
    building = found_or_404(queries.building_for(current_staff, building_id))
    return render_template(
        "staff/homes/building.html", building=building, milestones=queries.milestones_of(building_id)
    )


@bp.get("/milestones/<int:milestone_id>")
@staff_can(Permission.PUBLISH_PROGRESS)
def milestone(milestone_id: int) -> Any:
    """Show a milestone with the forms for a new forecast and for the fact."""
    return _page(milestone_id, ForecastForm(formdata=None), None)


@bp.post("/milestones/<int:milestone_id>/forecasts")
@staff_can(Permission.PUBLISH_PROGRESS)
def state_forecast(milestone_id: int) -> Any:
    """State a new forecast with its reason."""
    found_or_404(queries.milestone_for(current_staff, milestone_id))
    form = ForecastForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.state_forecast(milestone_id, **form.values(), actor=current_actor())
            flash(_("The forecast is stated; owners see it with its reason."), "success")
            return redirect(url_for("homes_staff.milestone", milestone_id=milestone_id), code=303)
    return _page(milestone_id, form, None)


@bp.post("/milestones/<int:milestone_id>/fact")
@staff_can(Permission.PUBLISH_PROGRESS)
def state_milestone(milestone_id: int) -> Any:
    """State how far a milestone is."""
    found_or_404(queries.milestone_for(current_staff, milestone_id))
    form = MilestoneForm()
    if form.submitted():
        with refusals_shown_on(form):
            values = form.values()
            values["floors_done"] = values["floors_done"] or 0
            milestone = operations.state_milestone(milestone_id, **values, actor=current_actor())
            flash(_("Noted; the stage bar shows it."), "success")
            return redirect(url_for("homes_staff.building", building_id=milestone.building_id), code=303)
    return _page(milestone_id, ForecastForm(formdata=None), form)


def _page(milestone_id: int, forecast_form: ForecastForm, fact_form: MilestoneForm | None) -> Any:
    milestone = found_or_404(queries.milestone_for(current_staff, milestone_id))
    fact_form = fact_form or MilestoneForm(formdata=None, obj=milestone)
    return (
        render_template(
            "staff/homes/milestone.html",
            milestone=milestone,
            forecast_form=forecast_form,
            fact_form=fact_form,
            counts_floors=milestone.kind is MilestoneKind.STRUCTURE,
        ),
        max(forecast_form.status, fact_form.status),
    )
