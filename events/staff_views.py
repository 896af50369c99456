"""The pages of the staff: events of the own area, setting up, who takes part, the door."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from events import operations, queries
from events.forms import CancelEventForm, CodeForm, EventForm, LetInForm, ReasonForm
from events.models import Event, EventKind, Registration, RegistrationState
from events.policies import Permission
from homes import queries as homes
from kernel import clock, files
from kernel.access import can, current_actor, current_staff, found_or_404, staff_can
from kernel.forms import Form, refusals_shown_on
from member import queries as members
from staff import queries as staff

bp = Blueprint("events_staff", __name__, url_prefix="/staff/events")

VIEWS = ("coming", "drafts", "past", "cancelled")


@bp.get("/")
@staff_can(Permission.READ)
def index() -> str:
    """List the events of the own area."""
    chosen = {name: request.args.get(name, "") for name in ("city", "kind")}
    view = request.args.get("view", "coming")
    page = queries.staff_events(
        current_staff, view=view, city_code=chosen["city"], kind=chosen["kind"], cursor=request.args.get("after")
    )
    return render_template(
        "staff/events/index.html",
        page=page,
        view=view if view in VIEWS else "coming",
        chosen=chosen,
        kinds=[(kind.value, kind.label) for kind in EventKind],
        cities=_own_cities(Permission.READ),
        city_names=dict(_cities()),
        now=clock.now(),
    )


def _cities() -> list[tuple[str, str]]:
    locale = str(get_locale() or "")
    return [(city.code, city.name_in(locale)) for city in homes.cities()]


def _own_cities(permission: Permission) -> list[tuple[str, str]]:
    scope = staff.scope_of(current_staff, permission)
    within = {project.city_code for project in homes.projects_by_code(scope.project_codes).values()}
    return [(code, name) for code, name in _cities() if scope.covers(city_code=code) or code in within]


# --- setting up --------------------------------------------------------------------------------------------------------


@bp.route("/new", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def new() -> Any:
    """Draft an event."""
    form = _event_form(None)
    if form.submitted():
        with refusals_shown_on(form):
            scope = staff.scope_of(current_staff, Permission.MANAGE)
            photos = files.keep_photos(form.photos.data or [])
            event = operations.create(
                form.facts(), key=form.values()["key"], actor=current_actor(), scope=scope, photos=photos
            )
            return redirect(url_for("events_staff.event", event_id=event.id), code=303)
    return render_template("staff/events/edit.html", form=form, event=None), form.status


@bp.route("/<int:event_id>/edit", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def edit(event_id: int) -> Any:
    """Change an event."""
    form = _event_form(_own(event_id, Permission.MANAGE))
    if form.submitted():
        with refusals_shown_on(form):
            scope = staff.scope_of(current_staff, Permission.MANAGE)
            photos = files.keep_photos(form.photos.data or [])
            operations.edit(event_id, form.facts(), actor=current_actor(), scope=scope, photos=photos)
            flash(_("Saved."), "success")
            return redirect(url_for("events_staff.event", event_id=event_id), code=303)
    return render_template("staff/events/edit.html", form=form, event=_own(event_id, Permission.MANAGE)), form.status


def _event_form(event: Event | None) -> EventForm:
    form = EventForm(obj=event)
    scope, locale = staff.scope_of(current_staff, Permission.MANAGE), str(get_locale() or "")
    projects = [p for p in _projects() if scope.covers(city_code=p.city_code, project_code=p.code)]
    within = {p.city_code for p in projects}
    cities = [(code, name) for code, name in _cities() if scope.covers(city_code=code) or code in within]
    form.offer(cities, [(p.code, p.name_in(locale)) for p in projects])
    if event is not None and not form.is_submitted():
        form.kind.data, form.audience.data = event.kind.value, event.audience.value
    return form


def _projects() -> list[Any]:
    page = homes.projects()
    found = list(page.items)
    while page.next_cursor:
        page = homes.projects(cursor=page.next_cursor)
        found.extend(page.items)
    return found


def _own(event_id: int, permission: Permission = Permission.READ) -> Event:
    return found_or_404(queries.staff_event_for(current_staff, event_id, permission))


@bp.post("/<int:event_id>/publication")
@staff_can(Permission.MANAGE)
def publish(event_id: int) -> Any:
    """Let people see the event and sign up."""
    _own(event_id, Permission.MANAGE)
    form = Form()
    if form.submitted():
        with refusals_shown_on(form):
            operations.publish(event_id, actor=current_actor())
            flash(_("Published."), "success")
            return redirect(url_for("events_staff.event", event_id=event_id), code=303)
    return _event_page(event_id, form)


@bp.route("/<int:event_id>/cancellation", methods=["GET", "POST"])
@staff_can(Permission.MANAGE)
def cancel(event_id: int) -> Any:
    """Call an event off; the reason goes to everybody."""
    _own(event_id, Permission.MANAGE)
    form = CancelEventForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.cancel_event(event_id, **form.values(), actor=current_actor())
            flash(_("The event is cancelled. Everybody is being told now."), "success")
            return redirect(url_for("events_staff.event", event_id=event_id), code=303)
    event = _own(event_id, Permission.MANAGE)
    page = render_template("staff/events/cancel.html", form=form, event=event, count=queries.door_count(event))
    return page, form.status


# --- an event ----------------------------------------------------------------------------------------------------------


@bp.get("/<int:event_id>")
@staff_can(Permission.READ)
def event(event_id: int) -> Any:
    """Show an event's figures and who takes part."""
    return _event_page(event_id, None)


def _event_page(event_id: int, refusal: Form | None) -> Any:
    found = _own(event_id)
    may_see = _holds(found, Permission.ATTENDEES)
    state = request.args.get("state", "")
    parties = queries.attendees(found, state=state, cursor=request.args.get("after")) if may_see else None
    page = render_template(
        "staff/events/event.html",
        event=found,
        count=queries.door_count(found),
        parties=parties,
        people=members.members_by_id([party.member_id for party in parties.items]) if parties else {},
        state=state,
        states=RegistrationState,
        may={"manage": _holds(found, Permission.MANAGE), "check_in": _holds(found, Permission.CHECK_IN)},
        refusal=refusal,
        now=clock.now(),
    )
    return page, refusal.status if refusal else 200


def _holds(found: Event, permission: Permission) -> bool:
    return can(permission) and staff.scope_of(current_staff, permission).covers(
        city_code=found.city_code, project_code=found.project_code
    )


# --- the door ----------------------------------------------------------------------------------------------------------


@bp.get("/<int:event_id>/check-in")
@staff_can(Permission.CHECK_IN)
def door(event_id: int) -> Any:
    """Read a ticket: with the camera where the browser can, by its code always."""
    return _door_page(event_id, CodeForm())


@bp.post("/<int:event_id>/check-in")
@staff_can(Permission.CHECK_IN)
def find_party(event_id: int) -> Any:
    """Look up the party behind a code or four digits of a mobile; both stay out of addresses and logs."""
    form = CodeForm()
    found = _own(event_id, Permission.CHECK_IN)
    if form.submitted():
        with refusals_shown_on(form):
            matches = queries.parties_at_door(found, form.code.data)
            if len(matches) > 1:
                return _door_page(event_id, form, matches)
            return redirect(url_for("events_staff.party", event_id=event_id, registration_id=matches[0].id), code=303)
    return _door_page(event_id, form)


def _door_page(event_id: int, form: CodeForm, matches: Sequence[Registration] = ()) -> Any:
    found = _own(event_id, Permission.CHECK_IN)
    scans = queries.latest_check_ins(found)
    parties = queries.registrations_by_id([scan.registration_id for scan in scans])
    page = render_template(
        "staff/events/door.html",
        form=form,
        event=found,
        count=queries.door_count(found),
        scans=scans,
        parties=parties,
        matches=matches,
        people=members.members_by_id([party.member_id for party in (*parties.values(), *matches)]),
        may_see_list=_holds(found, Permission.ATTENDEES),
        now=clock.now(),
    )
    return page, form.status


@bp.get("/<int:event_id>/parties/<int:registration_id>")
@staff_can(Permission.CHECK_IN)
def party(event_id: int, registration_id: int) -> Any:
    """Show a party at the door: who, how many are in, and the button that lets them in."""
    return _party_page(event_id, registration_id)


@bp.post("/<int:event_id>/parties/<int:registration_id>/check-ins")
@staff_can(Permission.CHECK_IN)
def let_in(event_id: int, registration_id: int) -> Any:
    """Let some heads of a party in."""
    found, registration = _own_party(event_id, registration_id)
    form = LetInForm.of(registration.heads)
    if form.submitted():
        with refusals_shown_on(form):
            entry = operations.check_in(
                registration_id, heads=form.heads.data, nonce=form.form_key.data, actor=current_actor()
            )
            flash(_let_in_words(registration, entry.heads), "success")
            return redirect(url_for("events_staff.door", event_id=event_id), code=303)
    return _party_page(found.id, registration.id, let_in=form)


def _let_in_words(registration: Registration, heads: int) -> str:
    person = members.get(registration.member_id)
    return _("%(name)s is checked in, %(heads)d let in.", name=person.masked_name if person else "–", heads=heads)


@bp.post("/<int:event_id>/check-ins/<int:check_in_id>/undoing")
@staff_can(Permission.CHECK_IN)
def undo(event_id: int, check_in_id: int) -> Any:
    """Undo a mistake at the door, with a reason."""
    entry = found_or_404(queries.check_in_for(_own(event_id, Permission.CHECK_IN), check_in_id))
    registration_id, form = entry.registration_id, ReasonForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.undo_check_in(check_in_id, **form.values(), actor=current_actor())
            flash(_("Undone."), "success")
            return redirect(url_for("events_staff.party", event_id=event_id, registration_id=registration_id), code=303)
    return _party_page(event_id, registration_id, reason=form)


@bp.post("/<int:event_id>/parties/<int:registration_id>/excuse")
@staff_can(Permission.CHECK_IN)
def excuse(event_id: int, registration_id: int) -> Any:
    """Let a no-show not count."""
    _own_party(event_id, registration_id)
    form = ReasonForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.excuse_no_show(registration_id, **form.values(), actor=current_actor())
            flash(_("Excused."), "success")
            return redirect(url_for("events_staff.party", event_id=event_id, registration_id=registration_id), code=303)
    return _party_page(event_id, registration_id, reason=form)


def _own_party(event_id: int, registration_id: int) -> tuple[Event, Registration]:
    found = _own(event_id, Permission.CHECK_IN)
    return found, found_or_404(queries.party_for(found, registration_id))


def _party_page(
    event_id: int, registration_id: int, *, let_in: LetInForm | None = None, reason: ReasonForm | None = None
) -> Any:
    found, registration = _own_party(event_id, registration_id)
    entries = queries.check_ins_of(registration)
    form = let_in or LetInForm.of(registration.heads_out)
    page = render_template(
        "staff/events/party.html",
        event=found,
        registration=registration,
        person=members.get(registration.member_id),
        entries=entries,
        undone={entry.undoes_id for entry in entries if entry.undoes_id},
        form=form,
        reason=reason or ReasonForm(formdata=None),
        door_is_open=found.door_is_open_at(clock.now()),
        now=clock.now(),
    )
    refused = let_in or reason
    return page, refused.status if refused else 200
