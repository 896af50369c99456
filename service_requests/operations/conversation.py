"""What is said in a case: to the member, among staff, and by the member."""

from collections.abc import Callable, Sequence
from datetime import datetime

from kernel import audit, clock, files, form_keys
from kernel.actor import Actor
from kernel.db import db, operation
from service_requests import errors, notifications, rules
from service_requests.dictionary import Audience, EventKind, Group, Identity, Status, Step
from service_requests.models import Case, CaseEvent
from service_requests.operations.record import happened, locked, move, must_go_on, settle, step_taken


def _once(case_id: int, text: str, actor: Actor, key: str, purpose: str, say: Callable[[], CaseEvent]) -> CaseEvent:
    """Say something once, whatever the browser repeats."""
    claim = form_keys.claim(key, actor=actor, purpose=purpose, content=(case_id, text))
    if claim.earlier_id:
        return db.session.get_one(CaseEvent, claim.earlier_id)
    event = say()
    claim.keep(event)
    return event


@operation
def reply_publicly(
    case_id: int,
    *,
    text: str,
    actor: Actor,
    key: str,
    identity: Identity = Identity.SPECIALIST,
    photos: Sequence[files.Prepared] = (),
) -> CaseEvent:
    """Answer the member, on the board everybody; this is what stops the reply clocks (rule 6).

    A new case is accepted by its first reply. The member is told, at the first reply also by text message. Raises
    Conflict when the case has ended.
    """

    def say() -> CaseEvent:
        case = locked(case_id, actor)
        rules.check_said(text)
        if case.status in {Status.CANCELLED, Status.MERGED}:
            raise errors.NothingMore(status=case.status.label)
        was_first = case.first_replied_at is None
        status = None
        if case.status is Status.NEW:
            status = move(case, Status.OPEN, actor)
            case.assignee_id = case.assignee_id or actor.id
            step_taken(case, Step.ACCEPT, actor)
        event = happened(case, EventKind.REPLY, actor, text=text, status=status, identity=identity, photos=photos)
        step_taken(case, Step.REPLY, actor)
        settle(case)
        audit.record(actor, "service_requests.replied", case, event=event.id, identity=identity)
        notifications.replied(case, first=was_first, actor=actor)
        return event

    return _once(case_id, text, actor, key, "service_requests.reply", say)


@operation
def ask_member(case_id: int, *, text: str, actor: Actor, key: str) -> CaseEvent:
    """Ask the member something; the solve clock rests until he answers. Only from ``open``, else Conflict."""

    def say() -> CaseEvent:
        case = locked(case_id, actor)
        rules.check_said(text)
        was_first = case.first_replied_at is None
        status = move(case, Status.WAITING_MEMBER, actor)
        event = happened(case, EventKind.QUESTION, actor, text=text, status=status)
        settle(case)
        audit.record(actor, "service_requests.asked", case, event=event.id)
        notifications.asked(case, first=was_first, actor=actor)
        return event

    return _once(case_id, text, actor, key, "service_requests.ask", say)


@operation
def note_internally(case_id: int, *, text: str, actor: Actor, key: str) -> CaseEvent:
    """Leave a note for colleagues; no clock hears it, and neither the member nor the board ever shows it."""

    def say() -> CaseEvent:
        case = locked(case_id, actor)
        rules.check_said(text)
        event = happened(case, EventKind.NOTE, actor, text=text, audience=Audience.STAFF)
        audit.record(actor, "service_requests.noted", case, event=event.id)
        return event

    return _once(case_id, text, actor, key, "service_requests.note", say)


@operation
def record_call(case_id: int, *, text: str, called_at: datetime, actor: Actor, key: str) -> CaseEvent:
    """Write down a call with what was said; the time of the call counts for the clocks, the time of entry is shown too.

    Refused when the time lies before the request or after now.
    """

    def say() -> CaseEvent:
        case = locked(case_id, actor)
        rules.check_said(text)
        must_go_on(case)
        if not case.uttered_at <= called_at <= clock.now():
            raise errors.CallTimeImpossible()
        event = happened(case, EventKind.CALL, actor, text=text, at=called_at)
        settle(case)
        audit.record(actor, "service_requests.call_recorded", case, event=event.id, called_at=called_at)
        notifications.called(case, actor=actor)
        return event

    return _once(case_id, text, actor, key, "service_requests.call", say)


@operation
def write(case_id: int, *, text: str, actor: Actor, key: str, photos: Sequence[files.Prepared] = ()) -> CaseEvent:
    """Let the member say something in his case; an answer to our question sets the case going again.

    While the case is open this starts the next-reply clock; a word of thanks on a solved case starts nothing. A closed
    case is returned, not written to: Conflict.
    """

    def say() -> CaseEvent:
        case = locked(case_id, actor)
        rules.check_said(text)
        _must_listen(case)
        status = move(case, Status.OPEN, actor) if case.status is Status.WAITING_MEMBER else None
        event = happened(case, EventKind.MESSAGE, actor, text=text, status=status, photos=photos)
        if case.status is Status.RESOLVED:
            case.quiet_since = clock.now()
        settle(case)
        audit.record(actor, "service_requests.written", case, event=event.id)
        return event

    return _once(case_id, text, actor, key, "service_requests.write", say)


def _must_listen(case: Case) -> None:
    if case.status.group is Group.END or case.status is Status.CLOSED:
        raise errors.NothingMore(status=case.status.label)
