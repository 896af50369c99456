"""The member's cases: the list, one case like a parcel to follow, and his steps in it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import clock, files, limits
from kernel.access import current_actor, current_member, found_or_404, member_only
from kernel.forms import Form, refusals_shown_on
from service_requests import errors, operations, queries, rules
from service_requests.dictionary import EventKind, Group, Status
from service_requests.forms import MessageForm, RatingForm, ReturnForm, WithdrawalForm, half_day
from service_requests.models import Case, CaseEvent
from service_requests.views.door import bp
from staff import queries as staff

MESSAGES_A_DAY = 60
SPOKEN = {
    EventKind.REPLY,
    EventKind.QUESTION,
    EventKind.RESULT,
    EventKind.REFUSAL,
    EventKind.CALL,
    EventKind.MESSAGE,
}


@bp.get("/me/cases/")
@member_only
def mine() -> str:
    """List the member's submissions with their clocks."""
    done = request.args.get("show") == "done"
    page = queries.cases_of(current_member.id, is_open=not done, cursor=request.args.get("after"))
    return render_template("service_requests/mine.html", page=page, done=done, now=clock.now())


@bp.get("/me/cases/<number>")
@member_only
def case(number: str) -> Any:
    """Show a case: where it stands, who has it, what is promised, what was said, and the one next step."""
    return _page(number)


def _load(number: str) -> Case:
    return found_or_404(queries.case_for(current_member.id, number))


def _page(number: str, *, tried: tuple[str, Form] | None = None) -> Any:
    """Show a case, fresh or with a form that was refused."""
    found = _load(number)
    events = queries.events_for_member(found.id)
    computed = queries.clocks_now(found)
    forms: dict[str, Form] = {
        "message": MessageForm(formdata=None),
        "rating": RatingForm(formdata=None),
        "return": ReturnForm(formdata=None),
        "withdrawal": WithdrawalForm(formdata=None),
        "plain": Form(formdata=None),
    }
    if tried is not None:
        forms[tried[0]] = tried[1]
    in_hands = found.assignee_id is not None or found.first_replied_at is not None
    return (
        render_template(
            "service_requests/case.html",
            case=found,
            events=events,
            spoken=[event for event in events if event.kind in SPOKEN],
            steps=[event for event in events if event.kind not in SPOKEN or event.status is not None],
            visit=_visit(events),
            photos=queries.photos_of(found, events),
            clock_shown=queries.promise_of(found, computed),
            overdue=any(one.broken and one.is_running for one in computed),
            person=staff.get(found.assignee_id) if found.assignee_id else None,
            stage=rules.stage_of(found.status, is_in_hands=in_hands),
            ended=found.status.group is Group.END,
            may_return=_may_return(found),
            return_until=(found.closed_at + rules.RETURN_WINDOW) if found.closed_at else None,
            silent_at=(found.quiet_since + rules.SILENCE) if found.quiet_since else None,
            may_withdraw=Status.CANCELLED in rules.moves_from(found.status, rules.By.MEMBER),
            may_write=found.status.group is not Group.END and found.status is not Status.CLOSED,
            wished=[half_day(time) for time in found.preferred],
            forms=forms,
            now=clock.now(),
        ),
        tried[1].status if tried is not None else 200,
    )


def _visit(events: list[CaseEvent]) -> dict[str, Any] | None:
    """Return the visit that was agreed last, from what happened."""
    agreed = [event for event in events if event.kind is EventKind.APPOINTED]
    if not agreed:
        return None
    facts = agreed[-1].details
    return {
        "begins_at": datetime.fromisoformat(facts["begins_at"]),
        "ends_at": datetime.fromisoformat(facts["ends_at"]),
        "worker": facts["worker"],
    }


def _may_return(found: Case) -> bool:
    if found.status is Status.RESOLVED:
        return True
    closed_at = found.closed_at
    return found.status is Status.CLOSED and closed_at is not None and clock.now() <= closed_at + rules.RETURN_WINDOW


def _done(number: str, form: Form, name: str, said: str, verb: Callable[[Case], object]) -> Any:
    """Carry out a member's step and lead back to the case, or show the case with the refusal."""
    found = _load(number)
    if form.submitted():
        with refusals_shown_on(form):
            limits.hit(
                "service_requests.step",
                str(current_member.id),
                limit=MESSAGES_A_DAY,
                per=timedelta(days=1),
                refusal=errors.TooManyCases,
            )
            verb(found)
            flash(said, "success")
            return redirect(url_for("service_requests.case", number=number), code=303)
    return _page(number, tried=(name, form))


@bp.post("/me/cases/<number>/messages")
@member_only
def write(number: str) -> Any:
    """Let the member say something."""
    form = MessageForm()
    return _done(
        number,
        form,
        "message",
        _("Your message is here. We answer it on this page."),
        lambda found: operations.write(
            found.id,
            text=form.text.data or "",
            photos=files.keep_photos(form.photos.data or []),
            key=form.form_key.data or "",
            actor=current_actor(),
        ),
    )


@bp.post("/me/cases/<number>/confirmation")
@member_only
def confirm(number: str) -> Any:
    """Let the member accept the result."""
    form = Form()
    return _done(
        number,
        form,
        "plain",
        _("Confirmed. Thank you for telling us."),
        lambda found: operations.confirm(found.id, actor=current_actor()),
    )


@bp.post("/me/cases/<number>/return")
@member_only
def return_case(number: str) -> Any:
    """Let the member return a result that does not hold."""
    form = ReturnForm()
    return _done(
        number,
        form,
        "return",
        _("Returned. We work on it again."),
        lambda found: operations.return_case(
            found.id,
            reason=form.reason.data or "",
            photos=files.keep_photos(form.pictures.data or []),
            actor=current_actor(),
        ),
    )


@bp.post("/me/cases/<number>/rating")
@member_only
def rate(number: str) -> Any:
    """Let the member rate what was done; this also accepts it."""
    form = RatingForm()
    return _done(
        number,
        form,
        "rating",
        _("Thank you for your rating."),
        lambda found: operations.rate(
            found.id, score=form.score.data, words=form.words.data or "", actor=current_actor()
        ),
    )


@bp.post("/me/cases/<number>/withdrawal")
@member_only
def withdraw(number: str) -> Any:
    """Let the member take the case back."""
    form = WithdrawalForm()
    return _done(
        number,
        form,
        "withdrawal",
        _("Withdrawn. You can submit it again at any time."),
        lambda found: operations.withdraw(found.id, reason=form.reason.data or "", actor=current_actor()),
    )


@bp.post("/me/cases/<number>/escalation")
@member_only
def escalate(number: str) -> Any:
    """Let the member take an overdue case to the manager."""
    form = Form()
    return _done(
        number,
        form,
        "plain",
        _("The manager in charge has been told."),
        lambda found: operations.escalate(found.id, actor=current_actor()),
    )
