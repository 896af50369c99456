"""One case in hand: clocks, conversation, two different composers, and every step that the person may take."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from kernel import clock, files, mobiles
from kernel.access import can, current_actor, current_staff, found_or_404, staff_can
from kernel.forms import Form, refusals_shown_on
from service_requests import forms as f
from service_requests import operations, queries, rules
from service_requests.dictionary import EventKind, Group, Identity, Severity, Status, Step
from service_requests.models import Case
from service_requests.policies import Permission
from service_requests.rules import By
from service_requests.staff_views.door import bp
from service_requests.staff_views.names import caller_of, members_in
from staff import queries as staff

FORMS: dict[str, type[Form]] = {
    "reply": f.ReplyForm,
    "note": f.NoteForm,
    "question": f.QuestionForm,
    "call": f.CallForm,
    "assign": f.AssignForm,
    "class": f.ClassForm,
    "step": f.StepForm,
    "result": f.ResultForm,
    "visit": f.VisitForm,
    "wait": f.WaitForm,
    "reopen": f.ReopenForm,
    "decline": f.DeclineForm,
    "plain": Form,
}


def _load(number: str, permission: Permission = Permission.READ) -> Case:
    return found_or_404(queries.case_for_staff(current_staff, number, permission))


@bp.get("/cases/<number>")
@staff_can(Permission.READ)
def case(number: str) -> Any:
    """Show a case with everything the desk needs; the reporter's telephone and home are masked."""
    return _page(number)


@bp.post("/cases/<number>/contact")
@staff_can(Permission.CONTACT)
def contact(number: str) -> Any:
    """Show the reporter's telephone and home in full; the look is written down."""
    found = _load(number, Permission.CONTACT)
    operations.show_contact(found.id, actor=current_actor())
    return _page(number, revealed=True)


def _page(number: str, *, revealed: bool = False, tried: tuple[str, Form] | None = None) -> Any:
    """Show a case, fresh or with a form that was refused."""
    found = _load(number)
    events = queries.events_for_staff(found.id)
    computed = queries.clocks_now(found)
    people = queries.people_for(found) if can(Permission.ASSIGN) else []
    shown: dict[str, Any] = {name: kind(formdata=None) for name, kind in FORMS.items()}
    if tried is not None:
        shown[tried[0]] = tried[1]
    _prepare(shown, found, people, tried[0] if tried else "")
    part = By.MANAGER if can(Permission.DECLINE) else By.STAFF
    evidence = queries.evidence_of(found.id)
    known = members_in([*events, *evidence], found.member_id)
    member = known.get(found.member_id)
    return (
        render_template(
            "staff/service_requests/case.html",
            case=found,
            events=events,
            spoken=[event for event in events if event.is_speech and event.kind not in _QUIET],
            quiet=[e for e in events if not e.is_speech or e.kind in _QUIET or e.status is not None],
            photos=queries.photos_of(found, events),
            clocks=computed,
            evidence=evidence,
            called=caller_of(known),
            steps=list(Step),
            member=member,
            mobile=(mobiles.readable(member.mobile) if revealed else mobiles.masked(member.mobile)) if member else "",
            place=found.place if revealed else _masked_place(found),
            revealed=revealed,
            person=staff.get(found.assignee_id) if found.assignee_id else None,
            moves=rules.moves_from(found.status, part),
            ended=found.status.group is Group.END,
            wished=[f.half_day(wish) for wish in found.preferred],
            forms=shown,
            now=clock.now(),
        ),
        tried[1].status if tried is not None else 200,
    )


_QUIET = {EventKind.CLASSED, EventKind.STEP, EventKind.ESCALATED, EventKind.HIDDEN, EventKind.STATUS, EventKind.RATED}


def _masked_place(found: Case) -> str:
    if found.home_id is None:
        return found.place
    label = found.place.removeprefix(found.project_name).strip()
    return f"{found.project_name} {rules.masked_home(label)}".strip()


def _prepare(shown: dict[str, Any], found: Case, people: list[Any], tried_name: str) -> None:
    shown["assign"].assignee_id.choices = f.offered((one.id, f"{one.name} {one.title}".strip()) for one in people)
    for name, field, value in (
        ("assign", "assignee_id", found.assignee_id or current_staff.id),
        ("class", "severity", found.severity.value),
        ("step", "step", min(found.evidence_step + 1, int(Step.FEED_BACK))),
    ):
        if tried_name != name:
            shown[name][field].data = value


def _done(number: str, name: str, permission: Permission, said: str, verb: Callable[[Case, Any], object]) -> Any:
    """Carry out a step and lead back to the case, or show the case with the refusal."""
    found = _load(number, permission)
    form = FORMS[name]()
    if form.submitted():
        with refusals_shown_on(form):
            verb(found, form)
            flash(said, "success")
            return redirect(url_for("service_requests_staff.case", number=number), code=303)
    return _page(number, tried=(name, form))


@bp.post("/cases/<number>/replies")
@staff_can(Permission.REPLY)
def reply(number: str) -> Any:
    """Reply to the member; under a public post everybody reads it."""
    return _done(
        number,
        "reply",
        Permission.REPLY,
        _("The reply is with the member."),
        lambda found, form: operations.reply_publicly(
            found.id,
            text=form.reply.data,
            identity=Identity(form.identity.data),
            photos=files.keep_photos(form.photos.data or []),
            key=form.form_key.data,
            actor=current_actor(),
        ),
    )


@bp.post("/cases/<number>/notes")
@staff_can(Permission.NOTE)
def note(number: str) -> Any:
    """Leave an internal note."""
    return _done(
        number,
        "note",
        Permission.NOTE,
        _("Noted for colleagues only."),
        lambda found, form: operations.note_internally(
            found.id, text=form.note.data, key=form.form_key.data, actor=current_actor()
        ),
    )


@bp.post("/cases/<number>/questions")
@staff_can(Permission.REPLY)
def ask(number: str) -> Any:
    """Ask the member something; the solve clock rests."""
    return _done(
        number,
        "question",
        Permission.REPLY,
        _("Asked. The solve clock rests until the member answers."),
        lambda found, form: operations.ask_member(
            found.id, text=form.question.data, key=form.form_key.data, actor=current_actor()
        ),
    )


@bp.post("/cases/<number>/calls")
@staff_can(Permission.REPLY)
def call(number: str) -> Any:
    """Write down a call."""
    return _done(
        number,
        "call",
        Permission.REPLY,
        _("The call is written down."),
        lambda found, form: operations.record_call(
            found.id,
            text=form.call_text.data,
            called_at=_utc(form.called_at.data),
            key=form.form_key.data,
            actor=current_actor(),
        ),
    )


def _utc(typed: datetime) -> datetime:
    return typed.replace(tzinfo=clock.SHANGHAI).astimezone(UTC)


@bp.post("/cases/<number>/acceptance")
@staff_can(Permission.ASSIGN)
def accept(number: str) -> Any:
    """Take a new case in hand."""
    return _done(
        number,
        "plain",
        Permission.ASSIGN,
        _("Accepted. The member sees who has it."),
        lambda found, _form: operations.accept(found.id, actor=current_actor()),
    )


@bp.post("/cases/<number>/assignment")
@staff_can(Permission.ASSIGN)
def assign(number: str) -> Any:
    """Give the case to somebody."""
    return _done(
        number,
        "assign",
        Permission.ASSIGN,
        _("Handed over."),
        lambda found, form: operations.assign(found.id, assignee_id=form.assignee_id.data, actor=current_actor()),
    )


@bp.post("/cases/<number>/class")
@staff_can(Permission.ASSIGN)
def classify(number: str) -> Any:
    """Change the class."""
    return _done(
        number,
        "class",
        Permission.ASSIGN,
        _("The class is changed; the clocks are computed anew."),
        lambda found, form: operations.change_class(
            found.id, severity=Severity(form.severity.data), reason=form.class_reason.data, actor=current_actor()
        ),
    )


@bp.post("/cases/<number>/steps")
@staff_can(Permission.NOTE)
def record_step(number: str) -> Any:
    """Record one of the eight steps."""
    return _done(
        number,
        "step",
        Permission.NOTE,
        _("The step is recorded."),
        lambda found, form: operations.record_step(
            found.id, step=Step(form.step.data), text=form.step_text.data, actor=current_actor()
        ),
    )


@bp.post("/cases/<number>/visits")
@staff_can(Permission.ASSIGN)
def appoint(number: str) -> Any:
    """Agree a visit."""
    return _done(
        number,
        "visit",
        Permission.ASSIGN,
        _("The visit is agreed; the member has been told."),
        lambda found, form: _appoint(found, form),
    )


_HOURS = {"am": (9, 12), "pm": (13, 18), "eve": (18, 20)}


def _appoint(found: Case, form: Any) -> object:
    begins, ends = (
        datetime.combine(form.visit_on.data, time(hour), clock.SHANGHAI).astimezone(UTC)
        for hour in _HOURS[form.half.data]
    )
    return operations.appoint(found.id, begins_at=begins, ends_at=ends, worker=form.worker.data, actor=current_actor())


@bp.post("/cases/<number>/arrival")
@staff_can(Permission.ASSIGN)
def arrive(number: str) -> Any:
    """Write down that the crew is on site."""
    return _done(
        number,
        "plain",
        Permission.ASSIGN,
        _("The crew is on site."),
        lambda found, _form: operations.record_arrival(found.id, actor=current_actor()),
    )


@bp.post("/cases/<number>/result")
@staff_can(Permission.RESOLVE)
def resolve(number: str) -> Any:
    """Report the result to the member."""
    return _done(
        number,
        "result",
        Permission.RESOLVE,
        _("The member is asked to confirm the result."),
        lambda found, form: operations.resolve(
            found.id,
            result=form.result.data,
            photos=files.keep_photos(form.result_photos.data or []),
            actor=current_actor(),
        ),
    )


@bp.post("/cases/<number>/wait")
@staff_can(Permission.RESOLVE)
def put_off(number: str) -> Any:
    """Wait for a third party, or postpone by agreement."""
    return _done(
        number,
        "wait",
        Permission.RESOLVE,
        _("The case waits; the member has been told why."),
        lambda found, form: operations.put_off(
            found.id,
            status=Status(form.wait_status.data),
            until=form.wait_until.data,
            reason=form.wait_reason.data,
            actor=current_actor(),
        ),
    )


@bp.post("/cases/<number>/resumption")
@staff_can(Permission.RESOLVE)
def resume(number: str) -> Any:
    """Set the case going again."""
    return _done(
        number,
        "reopen",
        Permission.RESOLVE,
        _("The case is in progress again."),
        lambda found, form: operations.resume(found.id, reason=form.reopen_reason.data or "", actor=current_actor()),
    )


@bp.post("/cases/<number>/refusal")
@staff_can(Permission.DECLINE)
def decline(number: str) -> Any:
    """Decline the case with reasons."""
    return _done(
        number,
        "decline",
        Permission.DECLINE,
        _("Declined; the member reads the reasons."),
        lambda found, form: operations.decline(found.id, reason=form.decline_reason.data, actor=current_actor()),
    )


@bp.post("/cases/<number>/escalation")
@staff_can(Permission.REPLY)
def escalate(number: str) -> Any:
    """Take the case to the next level."""
    return _done(
        number,
        "plain",
        Permission.REPLY,
        _("The next level has been told."),
        lambda found, _form: operations.escalate(found.id, actor=current_actor()),
    )
