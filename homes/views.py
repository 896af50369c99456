"""What visitors see of projects, and members of their homes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from homes import operations, queries, rules
from homes.forms import BindingForm, ReadingForm
from homes.models import FactorKind, MilestoneKind, Ownership, Stage
from kernel import clock
from kernel.access import current_actor, current_member, found_or_404, member_only, public
from kernel.forms import refusals_shown_on

bp = Blueprint("homes", __name__)


# --- projects ---------------------------------------------------------------------------------------------------------


@bp.get("/projects/")
@public
def projects() -> str:
    """List the club's projects."""
    city_code = request.args.get("city", "")[:8]
    page = queries.projects(city_code=city_code, cursor=request.args.get("after"))
    photos = queries.newest_photo_by_project([project.code for project in page.items])
    return render_template(
        "homes/projects.html", page=page, photos=photos, cities=queries.cities(), city_code=city_code
    )


@bp.get("/projects/<code>")
@public
def project(code: str) -> Any:
    """Show a project: what speaks for it and against it, its permit, how far its buildings are, whom to call."""
    return _project_page(code, ReadingForm())


@bp.post("/projects/<code>/reading")
@member_only
def reading(code: str) -> Any:
    """Keep that the member has read the facts, and in which version."""
    form = ReadingForm()
    if form.submitted():
        operations.note_reading(code, member=current_member, actor=current_actor())
        flash(_("Noted: you have read the facts as they stand today."), "success")
        return redirect(url_for("homes.project", code=code), code=303)
    return _project_page(code, form)


def _project_page(code: str, form: ReadingForm) -> Any:
    project = found_or_404(queries.project(code))
    facts = queries.factors(code)
    updates = queries.public_updates(code, cursor=request.args.get("after"))
    read = queries.read_version(current_member.id, code) if current_member else None
    version = max((factor.id for factor in facts), default=0)
    return (
        render_template(
            "homes/project.html",
            project=project,
            sides=[(kind, [factor for factor in facts if factor.kind is kind]) for kind in FactorKind],
            buildings=queries.buildings_of(code),
            updates=updates,
            photos=queries.photos_of(updates.items),
            has_read=read is not None and read >= version,
            form=form,
        ),
        form.status,
    )


# --- my homes ---------------------------------------------------------------------------------------------------------


@bp.get("/me/homes/")
@member_only
def mine() -> str:
    """List the member's homes, those of today and those of before (R168)."""
    rights = queries.rights_of(current_member.id)
    former = queries.former_rights_of(current_member.id)
    return render_template("homes/mine.html", rights=rights, former=former)


@bp.get("/me/homes/<int:home_id>")
@member_only
def home(home_id: int) -> str:
    """Show one of the member's homes: newest photo, three dates, stages, updates of the own building, the purchase."""
    right = found_or_404(queries.right_for(current_member.id, home_id))
    steps = queries.steps_of_building(right.home.building_id)
    updates = queries.updates_for(right, cursor=request.args.get("after"))
    photos = queries.photos_of(updates.items)
    return render_template(
        "homes/home.html",
        right=right,
        home=right.home,
        delivery=queries.delivery_of(right.home),
        stages=shown_stages(steps),
        percent=rules.percent_done(steps),
        weights=[(step.kind.label, _("%(percent)d %%", percent=step.weight)) for step in steps],
        updates=updates,
        photos=photos,
        same_view=_same_view(updates.items, photos),
        others=[other for other in queries.homes_of(current_member.id) if other.id != home_id],
        buyers=_named_buyers(right),
        building_in_progress=right.home.stage in {Stage.ON_SALE, Stage.UNDER_CONSTRUCTION, Stage.HANDOVER},
    )


def shown_stages(steps: list[rules.Step]) -> list[dict[str, Any]]:
    """Return a building's steps as the stage bar wants them."""
    return [
        {
            "name": _step_name(step),
            "state": step.state,
            "planned": step.planned,
            "actual": step.actual,
            "forecast": step.forecast,
            "percent": step.percent,
            "note": None,
        }
        for step in rules.shown_steps(steps, clock.today())
    ]


def _step_name(step: rules.ShownStep) -> str:
    if step.kind is MilestoneKind.STRUCTURE and step.floors and step.state in {"now", "late"}:
        return _("Main structure, floor %(done)d of %(floors)d", done=step.floors_done, floors=step.floors)
    return str(step.kind.label)


def _same_view(updates: Any, photos: dict[int, Any]) -> tuple[Any, Any] | None:
    """Return the earlier and the later update of one place that show the same viewpoint, for the slider, or None."""
    seen: dict[tuple[Any, ...], Any] = {}
    for update in updates:
        view = (update.viewpoint, update.building_id, update.audience)
        if update.viewpoint and photos[update.id]:
            if view in seen:
                return update, seen[view]
            seen[view] = update
    return None


def _named_buyers(right: Ownership) -> list[str]:
    """Return the buyers' names for owners; family and tenants do not see the owner's contract."""
    if right.contract is None or not right.role.owns:
        return []
    return [buyer.name for buyer in right.contract.buyers]


@bp.route("/me/homes/binding", methods=["GET", "POST"])
@member_only
def bind() -> Any:
    """Bind a home by contract number and the last four of the identity number."""
    form = BindingForm()
    if form.submitted():
        values = form.values()
        with refusals_shown_on(form):
            operations.count_attempt(
                member_id=current_member.id,
                contract_number=values["contract_number"],
                address=request.remote_addr or "",
            )
            right = operations.bind_by_contract(**values, member=current_member, actor=current_actor())
            flash(_("Your home is bound. Welcome home."), "success")
            return redirect(url_for("homes.home", home_id=right.home_id), code=303)
    return render_template("homes/bind.html", form=form), form.status


@bp.app_template_global()
def progress_sentence(progress: Any) -> str:
    """Return one sentence on how far a building is."""
    if progress.present is None:
        return _("No construction plan is published for this building.")
    if progress.present.state == "done":
        return _("All steps are finished.")
    name = _step_name(progress.present)
    if progress.present.state == "late":
        late = (clock.today() - progress.present.planned).days
        return ngettext(
            "%(step)s, %(num)d day behind the plan", "%(step)s, %(num)d days behind the plan", late, step=name
        )
    return _("%(step)s, in progress", step=name)
