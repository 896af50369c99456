"""Construction updates: write, look, review, publish, withdraw."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from homes import errors, operations, queries, rules
from homes.forms import ReasonForm, UpdateForm, UpdateWordsForm
from homes.models import Audience, ConstructionUpdate
from homes.policies import Permission
from homes.staff_views.door import bp
from kernel import clock, files
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import refusals_shown_on
from staff import queries as staff_queries


@bp.route("/projects/<code>/updates", methods=["GET", "POST"])
@staff_can(Permission.PUBLISH_PROGRESS)
def new_update(code: str) -> Any:
    """Write a draft with its photos."""
    project = found_or_404(queries.project_for(current_staff, code, Permission.PUBLISH_PROGRESS))
    form = UpdateForm(data={"taken_on": clock.today(), "audience": Audience.BUILDING.value})
    buildings = [one.building for one in queries.buildings_of(code)]
    form.offer([(building.id, f"{building.phase.name} {building.name}") for building in buildings])
    if not form.is_submitted():
        form.building_id.data = request.args.get("building", 0, type=int)
    if form.submitted():
        with refusals_shown_on(form):
            update = _write(code, form)
            return redirect(url_for("homes_staff.update", update_id=update.id), code=303)
    return render_template("staff/homes/new_update.html", project=project, form=form), form.status


def _write(code: str, form: UpdateForm) -> ConstructionUpdate:
    values = form.values()
    building_id, words = values.pop("building_id") or None, values.pop("home")
    audience = Audience(values.pop("audience"))
    home_id = None
    if audience in {Audience.BUILDING, Audience.HOME} and building_id is None:
        raise errors.BuildingNeeded()
    if audience is Audience.HOME:
        home = queries.home_by_label(building_id or 0, words)
        if home is None:
            raise errors.NoSuchHome()
        home_id = home.id
    prepared = files.keep_photos(values.pop("photos") or [])
    return operations.write_update(
        code,
        building_id=building_id,
        home_id=home_id,
        audience=audience,
        photos=prepared,
        **values,
        actor=current_actor(),
    )


@bp.get("/updates/<int:update_id>")
@staff_can(Permission.READ)
def update(update_id: int) -> Any:
    """Show an update in any state, with the steps it may take."""
    return _page(update_id, ReasonForm(formdata=None))


@bp.route("/updates/<int:update_id>/words", methods=["GET", "POST"])
@staff_can(Permission.PUBLISH_PROGRESS)
def update_words(update_id: int) -> Any:
    """Change the words of a draft."""
    update = found_or_404(_to_publish(update_id))
    form = UpdateWordsForm(obj=update)
    if form.submitted():
        with refusals_shown_on(form):
            operations.edit_update(update_id, **form.values(), actor=current_actor())
            return redirect(url_for("homes_staff.update", update_id=update_id), code=303)
    update = found_or_404(_to_publish(update_id))
    return render_template("staff/homes/update_words.html", update=update, form=form), form.status


@bp.post("/updates/<int:update_id>/review")
@staff_can(Permission.PUBLISH_PROGRESS)
def review_update(update_id: int) -> Any:
    """Confirm that an update may go out."""
    found_or_404(_to_publish(update_id))
    operations.review_update(update_id, actor=current_actor())
    return redirect(url_for("homes_staff.update", update_id=update_id), code=303)


@bp.post("/updates/<int:update_id>/publication")
@staff_can(Permission.PUBLISH_PROGRESS)
def publish_update(update_id: int) -> Any:
    """Publish an update."""
    found_or_404(_to_publish(update_id))
    operations.publish_update(update_id, actor=current_actor())
    flash(_("Published. The owners it is meant for are being told."), "success")
    return redirect(url_for("homes_staff.update", update_id=update_id), code=303)


@bp.post("/updates/<int:update_id>/withdrawal")
@staff_can(Permission.PUBLISH_PROGRESS)
def withdraw_update(update_id: int) -> Any:
    """Withdraw a published update with a reason."""
    found_or_404(_to_publish(update_id))
    form = ReasonForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.withdraw_update(update_id, reason=form.reason.data, actor=current_actor())
            flash(_("Withdrawn. Nobody outside sees it any more; the history keeps it."), "success")
            return redirect(url_for("homes_staff.update", update_id=update_id), code=303)
    return _page(update_id, form)


def _to_publish(update_id: int) -> ConstructionUpdate | None:
    """Return an update that the person may read and publish."""
    update = queries.update_for_staff(current_staff, update_id)
    scope = staff_queries.scope_of(current_staff, Permission.PUBLISH_PROGRESS)
    inside = update is not None and scope.covers(city_code=update.city_code, project_code=update.project_code)
    return update if inside else None


def _page(update_id: int, form: ReasonForm) -> Any:
    update = found_or_404(queries.update_for_staff(current_staff, update_id))
    return (
        render_template(
            "staff/homes/update.html",
            update=update,
            photos=queries.photos_of([update])[update_id],
            may_publish=_to_publish(update_id) is not None,
            may_edit=rules.may_edit(update.state),
            form=form,
        ),
        form.status,
    )
