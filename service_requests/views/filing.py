"""Submitting: what it is about, where it is, what is wrong, and the receipt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from homes import queries as homes
from kernel import clock, files, limits
from kernel.access import current_actor, current_member, found_or_404, member_only, public
from kernel.forms import CreatingForm, refusals_shown_on
from service_requests import dictionary, errors, operations, queries, rules, warranty
from service_requests.dictionary import Kind, Wish
from service_requests.forms import ComplaintForm, EnquiryForm, RepairForm, SuggestionForm, offered
from service_requests.models import Case
from service_requests.views.door import bp


@bp.get("/service-requests/")
@public
def choose() -> str:
    """Ask what it is about; who is in danger sees the phone number first."""
    return render_template("service_requests/choose.html", icons=dictionary.ICONS)


def _count_filing() -> None:
    limits.hit(
        "service_requests.file",
        str(current_member.id),
        limit=rules.CASES_A_DAY,
        per=timedelta(days=1),
        refusal=errors.TooManyCases,
    )


def _filed(form: CreatingForm, file: Callable[[], Case]) -> Any | None:
    """File what a form holds and lead to the receipt, or return None with the refusal on the form."""
    if form.submitted():
        with refusals_shown_on(form):
            _count_filing()
            case = file()
            return redirect(url_for("service_requests.receipt", number=case.number), code=303)
    return None


# --- a repair --------------------------------------------------------------------------------------------------------


@bp.get("/service-requests/repair")
@member_only
def repair() -> Any:
    """Lead from room to part to problem by large choices, then to the form."""
    room, part, fault = (request.args.get(name, "") for name in ("room", "part", "fault"))
    if room not in dictionary.ROOMS:
        return _repair_step("room", dictionary.ROOMS)
    if part not in dictionary.ROOM_PARTS[room]:
        return _repair_step("part", {code: dictionary.PARTS[code] for code in dictionary.ROOM_PARTS[room]}, room=room)
    if fault not in dictionary.PART_FAULTS[part]:
        faults = {code: dictionary.FAULTS[code] for code in dictionary.PART_FAULTS[part]}
        return _repair_step("fault", faults, room=room, part=part)
    form = RepairForm(data={"room": room, "part": part, "fault": fault, "emergency": fault in dictionary.EMERGENCIES})
    return _repair_page(form)


def _repair_step(asked: str, choices: dict[str, Any], **chosen: str) -> str:
    home = request.args.get("home", "")
    kept: dict[str, Any] = {**chosen, "home": home or None}
    links = [
        (words, url_for("service_requests.repair", **{**kept, asked: code}), code in dictionary.EMERGENCIES)
        for code, words in choices.items()
    ]
    has_home = bool(homes.homes_of(current_member.id)) if asked == "room" else True
    return render_template(
        "service_requests/repair_step.html",
        asked=asked,
        links=links,
        chosen=_named(chosen.get("room", ""), chosen.get("part", ""), ""),
        has_home=has_home,
        back=_back_from(asked, chosen, home),
    )


def _back_from(asked: str, chosen: dict[str, str], home: str) -> str:
    if asked == "room":
        return url_for("service_requests.choose")
    kept = {"room": chosen["room"]} if asked == "fault" else {}
    return url_for("service_requests.repair", **kept, home=home or None)  # type: ignore[arg-type]


def _named(room: str, part: str, fault: str) -> list[Any]:
    named = ((dictionary.ROOMS, room), (dictionary.PARTS, part), (dictionary.FAULTS, fault))
    return [words[code] for words, code in named if code in words]


def _repair_page(form: RepairForm) -> Any:
    """Show the form, fresh or with what was typed and what is wrong."""
    own = homes.homes_of(current_member.id)
    form.home_id.choices = offered((home.id, f"{home.project.name} {home.label}") for home in own)
    if form.home_id.data is None and own:
        wanted = request.args.get("home", "")
        form.home_id.data = next((home.id for home in own if str(home.id) == wanted), own[0].id)
    chosen = (form.room.data or "", form.part.data or "", form.fault.data or "")
    return (
        render_template(
            "service_requests/repair.html",
            form=form,
            has_home=bool(own),
            words=_named(*chosen),
            is_emergency=chosen[2] in dictionary.EMERGENCIES,
            ground=warranty.ground_for(chosen[1], chosen[2]),
            again=url_for("service_requests.repair"),
        ),
        form.status,
    )


@bp.post("/service-requests/repair")
@member_only
def file_repair() -> Any:
    """File a repair for one of the member's own homes."""
    form = RepairForm()
    return _filed(form, lambda: _file_repair(form)) or _repair_page(form)


def _file_repair(form: RepairForm) -> Case:
    return operations.file_case(
        kind=Kind.REPAIR,
        text=form.text.data or "",
        home_id=form.home_id.data,
        room=form.room.data,
        part=form.part.data,
        fault=form.fault.data,
        preferred=form.times,
        may_enter=form.may_enter.data,
        emergency=form.emergency.data,
        photos=files.keep_photos(form.photos.data or []),
        key=form.form_key.data or "",
        actor=current_actor(),
    )


# --- complaint, enquiry, suggestion ----------------------------------------------------------------------------------


def _places() -> list[tuple[str, str]]:
    """Return what a request may concern: the member's homes, the projects, or nothing in particular."""
    own = homes.homes_of(current_member.id)
    choices = [(f"home:{home.id}", f"{home.project.name} {home.label}") for home in own]
    choices += [(f"project:{project.code}", project.name) for project in homes.projects().items]
    return [*choices, ("", _("Nothing in particular"))]


def _page(template: str, form: Any) -> Any:
    places = _places()
    form.place.choices = offered(places)
    if form.place.data is None and not form.is_submitted():
        form.place.data = places[0][0]
    return render_template(f"service_requests/{template}.html", form=form), form.status


@bp.route("/service-requests/complaint", methods=["GET", "POST"])
@member_only
def complaint() -> Any:
    """Take a complaint, onto the public board or for customer service only."""
    form = ComplaintForm()
    return _filed(form, lambda: _file_complaint(form)) or _page("complaint", form)


def _file_complaint(form: ComplaintForm) -> Case:
    facts: dict[str, Any] = {
        "title": form.title.data or "",
        "text": form.text.data or "",
        "home_id": form.home_id,
        "project_code": form.project_code,
        "wish": Wish(form.wish.data) if form.wish.data else None,
        "photos": files.keep_photos(form.photos.data or []),
        "key": form.form_key.data or "",
        "actor": current_actor(),
    }
    if form.shown.data == "board":
        return operations.post_on_board(**facts)
    return operations.file_case(kind=Kind.COMPLAINT, **facts)


@bp.route("/service-requests/enquiry", methods=["GET", "POST"])
@member_only
def enquiry() -> Any:
    """Take a question."""
    form = EnquiryForm()
    return _filed(form, lambda: _file_words(form, Kind.ENQUIRY)) or _page("enquiry", form)


@bp.route("/service-requests/suggestion", methods=["GET", "POST"])
@member_only
def suggestion() -> Any:
    """Take an idea."""
    form = SuggestionForm()
    return _filed(form, lambda: _file_words(form, Kind.SUGGESTION)) or _page("suggestion", form)


def _file_words(form: EnquiryForm | SuggestionForm, kind: Kind) -> Case:
    uploads = form.photos.data or [] if isinstance(form, SuggestionForm) else []
    return operations.file_case(
        kind=kind,
        text=form.text.data or "",
        home_id=form.home_id,
        project_code=form.project_code,
        photos=files.keep_photos(uploads),
        key=form.form_key.data or "",
        actor=current_actor(),
    )


@bp.get("/me/cases/<number>/receipt")
@member_only
def receipt(number: str) -> str:
    """Show the number, the promised time, and what happens next."""
    case = found_or_404(queries.case_for(current_member.id, number))
    return render_template("service_requests/receipt.html", case=case, now=clock.now())
