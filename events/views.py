"""The pages of visitors and members: the list, the event with its one button, my tickets."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from events import calendars, operations, queries, tickets
from events.forms import SignUpForm
from events.models import Event, EventKind
from homes import queries as homes
from kernel import clock, files
from kernel.access import current_actor, current_member, current_staff, found_or_404, member_only, public
from kernel.forms import Form, refusals_shown_on

bp = Blueprint("events", __name__)


def _member_id() -> int | None:
    return current_member.id if current_member else None


@bp.get("/events/")
@public
def index() -> str:
    """List what is coming up, by city and kind."""
    chosen = {name: request.args.get(name, "") for name in ("city", "kind")}
    past = request.args.get("when") == "past"
    page = queries.events_for(
        _member_id(), city_code=chosen["city"], kind=chosen["kind"], past=past, cursor=request.args.get("after")
    )
    return render_template(
        "events/index.html",
        page=page,
        covers=_cover_urls(page.items, 320),
        chosen=chosen,
        past=past,
        kinds=[(kind.value, kind.label) for kind in EventKind],
        cities=_cities(),
        now=clock.now(),
    )


def _cities() -> list[tuple[str, str]]:
    locale = str(get_locale() or "")
    return [(city.code, city.name_in(locale)) for city in homes.cities()]


def _cover_urls(events: Sequence[Event], width: int) -> dict[int, str]:
    covers, urls = queries.covers([event.id for event in events]), {}
    for event in events:
        stored = covers[event.id]
        if stored is not None:
            urls[event.id] = files.public_url(stored, width) if event.is_public else files.url(stored, width)
    return urls


@bp.get("/events/<int:event_id>")
@public
def event(event_id: int) -> Any:
    """Show an event: when, where, for whom, what is left, and one button."""
    found = queries.event_for(_member_id(), event_id) or _for_staff(event_id)
    if found is None and not current_member and not current_staff and queries.is_for_members(event_id):
        return redirect(url_for("member.sign_in", next=request.path))
    return _event_page(found_or_404(found), None)


def _for_staff(event_id: int) -> Event | None:
    return queries.staff_event_for(current_staff, event_id) if current_staff else None


@bp.post("/events/<int:event_id>/registration")
@member_only
def register(event_id: int) -> Any:
    """Sign up, or join the waiting list."""
    form = SignUpForm.of(found_or_404(queries.event_for(current_member.id, event_id)))
    if form.submitted():
        with refusals_shown_on(form):
            registration = operations.sign_up(
                event_id, member_id=current_member.id, **form.values(), actor=current_actor()
            )
            return redirect(url_for("events.ticket", registration_id=registration.id), code=303)
    return _event_page(found_or_404(queries.event_for(current_member.id, event_id)), form)


def _event_page(found: Event, form: SignUpForm | None) -> Any:
    own = queries.registration_of(current_member.id, found.id) if current_member else None
    page = render_template(
        "events/event.html",
        event=found,
        cover=queries.covers([found.id])[found.id],
        own=own,
        form=form or SignUpForm.of(found),
        project=homes.projects_by_code([found.project_code]).get(found.project_code) if found.project_code else None,
        waiting=0 if own is not None and own.is_live else queries.parties_waiting(found),
        points_for_coming=queries.points_for_coming(found),
        line=queries.place_in_line(own) if own is not None and own.is_waiting else None,
        log=queries.queue_log(found) if current_member or current_staff else [],
        now=clock.now(),
    )
    return page, form.status if form else 200


# --- my tickets --------------------------------------------------------------------------------------------------------


@bp.get("/me/tickets/", endpoint="tickets")
@member_only
def my_tickets() -> str:
    """List my sign-ups: the coming ones, or the past ones."""
    past = request.args.get("when") == "past"
    page = queries.tickets_of(current_member.id, past=past, cursor=request.args.get("after"))
    return render_template("events/tickets.html", page=page, past=past)


@bp.get("/me/tickets/<int:registration_id>")
@member_only
def ticket(registration_id: int) -> str:
    """Show a ticket, or how the party stands."""
    return _ticket_page(registration_id, None)[0]


def _ticket_page(registration_id: int, refusal: Form | None) -> tuple[str, int]:
    registration = found_or_404(queries.registration_for(current_member.id, registration_id))
    code = registration.ticket_code if registration.has_ticket else None
    page = render_template(
        "events/ticket.html",
        registration=registration,
        event=registration.event,
        code=tickets.shown(code) if code else None,
        picture=tickets.picture(registration.id, code) if code else None,
        line=queries.place_in_line(registration) if registration.is_waiting else None,
        log=queries.queue_log(registration.event) if registration.queue_number else [],
        refusal=refusal,
        now=clock.now(),
    )
    return page, refusal.status if refusal else 200


@bp.post("/me/tickets/<int:registration_id>/cancellation")
@member_only
def cancel(registration_id: int) -> Any:
    """Give a place, or a turn on the waiting list, back."""
    return _change(registration_id, operations.cancel, _("Your sign-up is cancelled."))


@bp.post("/me/tickets/<int:registration_id>/acceptance")
@member_only
def accept(registration_id: int) -> Any:
    """Take the place that is held."""
    return _change(registration_id, operations.accept_offer, _("The place is yours."))


@bp.post("/me/tickets/<int:registration_id>/refusal")
@member_only
def decline(registration_id: int) -> Any:
    """Let the held place go to the next in line."""
    return _change(registration_id, operations.decline_offer, _("The place went on to the next in line."))


def _change(registration_id: int, verb: Any, done: str) -> Any:
    found_or_404(queries.registration_for(current_member.id, registration_id))
    form = Form()
    if form.submitted():
        with refusals_shown_on(form):
            verb(registration_id, actor=current_actor())
            flash(done, "success")
            return redirect(url_for("events.ticket", registration_id=registration_id), code=303)
    return _ticket_page(registration_id, form)


@bp.get("/me/tickets/<int:registration_id>/calendar.ics")
@member_only
def calendar(registration_id: int) -> Response:
    """Hand out the calendar file of a sign-up; it names the event and never the ticket's code."""
    registration = found_or_404(queries.registration_for(current_member.id, registration_id))
    content = calendars.of(registration, registration.event, locale=current_member.locale)
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="event-{registration.event_id}.ics"'
    return response


# --- pictures ----------------------------------------------------------------------------------------------------------


def _may_see_picture(stored: files.StoredFile) -> bool:
    seen = queries.event_for(_member_id(), stored.owner_id) or _for_staff(stored.owner_id)
    return seen is not None


files.seen_by("event", _may_see_picture)
files.PUBLIC_KINDS.add("event")
