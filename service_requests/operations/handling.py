"""What staff do with a case between its arrival and its result."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from kernel import audit, clock, files
from kernel.actor import Actor
from kernel.db import db, operation
from service_requests import errors, notifications, rules
from service_requests.dictionary import Audience, EventKind, Severity, Status, Step
from service_requests.models import Appointment, Case, EvidenceRecord
from service_requests.operations.record import happened, locked, move, must_go_on, part_of, settle, step_taken
from service_requests.policies import Permission
from service_requests.rules import By
from staff import queries as staff


@operation
def accept(case_id: int, *, actor: Actor) -> Case:
    """Take a new case in hand (step 1); without a person in charge it is the actor's. Conflict when it is not new."""
    case = locked(case_id, actor)
    status = move(case, Status.OPEN, actor) if case.status is Status.NEW else _refuse_accepting(case)
    case.assignee_id = case.assignee_id or actor.id
    happened(case, EventKind.STATUS, actor, status=status)
    step_taken(case, Step.ACCEPT, actor)
    settle(case)
    audit.record(actor, "service_requests.accepted", case, assignee=case.assignee_id)
    notifications.accepted(case, actor=actor)
    return case


def _refuse_accepting(case: Case) -> Status:
    allowed = ", ".join(str(one.label) for one in rules.TRANSITIONS[case.status] if one is not Status.OPEN)
    if not allowed:
        raise errors.NothingMore(status=case.status.label)
    raise errors.NotFromHere(status=case.status.label, allowed=allowed)


@operation
def assign(case_id: int, *, assignee_id: int, actor: Actor) -> Case:
    """Give a case to a person who may read cases of its place; logged, no status changes, no clock stops.

    Refused for somebody outside the scope or no longer active.
    """
    case = locked(case_id, actor)
    must_go_on(case)
    person = staff.get(assignee_id)
    scope = staff.scope_of(person, Permission.READ) if person is not None and person.may_sign_in else None
    if person is None or scope is None or not scope.covers(city_code=case.city_code, project_code=case.project_code):
        raise errors.NobodyToAssign()
    if case.assignee_id == person.id:
        raise errors.AlreadyAssigned()
    earlier, case.assignee_id = case.assignee_id, person.id
    happened(case, EventKind.ASSIGNED, actor, assignee=person.id, name=person.name)
    audit.record(actor, "service_requests.assigned", case, earlier=earlier, assignee=person.id)
    notifications.assigned(case, person=person, actor=actor)
    return case


@operation
def change_class(case_id: int, *, severity: Severity, reason: str, actor: Actor) -> Case:
    """Raise or lower the class of a case with a reason; the solve clock gets its new target from the original start.

    Lowering is for managers. A promise that was broken under the old class stays broken (rule 8).
    """
    case = locked(case_id, actor)
    must_go_on(case)
    rules.check_reason(reason)
    rules.check_class(case.severity, severity, may_lower=part_of(actor) is By.MANAGER)
    earlier, case.severity = case.severity, severity
    happened(
        case, EventKind.CLASSED, actor, text=reason, audience=Audience.STAFF, severity=severity, earlier=earlier.value
    )
    settle(case)
    audit.record(actor, "service_requests.classed", case, earlier=earlier, severity=severity)
    return case


@operation
def record_step(case_id: int, *, step: Step, text: str, actor: Actor) -> EvidenceRecord:
    """Hang one of the eight evidence records on a case; it may be recorded again, never changed."""
    case = locked(case_id, actor)
    rules.check_said(text)
    record = step_taken(case, step, actor, text)
    happened(case, EventKind.STEP, actor, text=text, audience=Audience.STAFF, step=int(step))
    audit.record(actor, "service_requests.step_recorded", case, step=int(step))
    return record


@operation
def record_arrival(case_id: int, *, actor: Actor) -> Case:
    """Write down that the crew is on site; this keeps the promise of an emergency."""
    case = locked(case_id, actor)
    must_go_on(case)
    happened(case, EventKind.ARRIVED, actor)
    settle(case)
    audit.record(actor, "service_requests.arrived", case)
    return case


@operation
def appoint(case_id: int, *, begins_at: datetime, ends_at: datetime, worker: str, actor: Actor) -> Appointment:
    """Agree a visit and tell the member who comes when; the newest one counts. Refused for times that are over."""
    case = locked(case_id, actor)
    must_go_on(case)
    if begins_at <= clock.now() or ends_at <= begins_at:
        raise errors.VisitImpossible()
    visit = Appointment(case_id=case.id, begins_at=begins_at, ends_at=ends_at, worker=worker, made_at=clock.now())
    db.session.add(visit)
    happened(
        case, EventKind.APPOINTED, actor, begins_at=begins_at.isoformat(), ends_at=ends_at.isoformat(), worker=worker
    )
    audit.record(actor, "service_requests.visit_agreed", case, begins_at=begins_at, worker=worker)
    notifications.visit_agreed(case, visit, actor=actor)
    return visit


@operation
def put_off(case_id: int, *, status: Status, until: date, reason: str, actor: Actor) -> Case:
    """Wait for a third party (the solve clock runs on) or postpone by agreement (it rests), until the end of a day.

    Refused for days that are over or more than a year away, and without a reason, which the member reads.
    """
    case = locked(case_id, actor)
    rules.check_reason(reason)
    today = clock.today()
    if not today < until <= today + timedelta(days=366):
        raise errors.VisitImpossible()
    if status not in {Status.WAITING_OTHER, Status.DEFERRED}:
        raise errors.NotFromHere(status=case.status.label, allowed=str(Status.WAITING_OTHER.label))
    move(case, status, actor)
    case.waits_until = clock.start_of(until + timedelta(days=1))
    happened(case, EventKind.STATUS, actor, text=reason, status=status, until=until.isoformat())
    settle(case)
    audit.record(actor, "service_requests.put_off", case, status=status, until=until)
    notifications.put_off(case, actor=actor)
    return case


@operation
def resolve(case_id: int, *, result: str, actor: Actor, photos: Sequence[files.Prepared] = ()) -> Case:
    """Report what was done; the solve clock stops and the member has seven days to confirm, return or stay silent.

    Conflict unless the case is in progress; refused while the evidence of its class is missing.
    """
    case = locked(case_id, actor)
    rules.check_said(result)
    status = move(case, Status.RESOLVED, actor)
    recorded = db.session.scalars(sa.select(EvidenceRecord.step).where(EvidenceRecord.case_id == case.id))
    rules.check_steps(case.severity, recorded)
    was_first = case.first_replied_at is None
    event = happened(case, EventKind.RESULT, actor, text=result, status=status, photos=photos)
    step_taken(case, Step.REPLY, actor)
    case.resolved_at = case.quiet_since = clock.now()
    settle(case)
    audit.record(actor, "service_requests.resolved", case, event=event.id)
    notifications.resolved(case, first=was_first, actor=actor)
    return case


@operation
def resume(case_id: int, *, actor: Actor, reason: str = "") -> Case:
    """Set a case going again: after waiting, after a result or closing that did not hold, or after an appeal.

    Reopening needs a reason; an appeal against declining is granted by a manager and starts a new first-reply cycle.
    """
    case = locked(case_id, actor)
    status = move(case, Status.OPEN, actor) if case.status is not Status.NEW else _refuse_accepting(case)
    if case.status in {Status.RESOLVED, Status.CLOSED, Status.DECLINED}:
        rules.check_reason(reason)
        case.reopened += 1
    case.quiet_since = case.closed_at = case.resolved_at = case.waits_until = None
    happened(case, EventKind.STATUS, actor, text=reason, status=status, audience=Audience.MEMBER)
    settle(case)
    audit.record(actor, "service_requests.resumed", case, reason=reason)
    notifications.resumed(case, actor=actor)
    return case


@operation
def decline(case_id: int, *, reason: str, actor: Actor) -> Case:
    """Decline a case with reasons that the member reads; they are the reply that ends the first-reply clock.

    For managers only; the member may appeal.
    """
    case = locked(case_id, actor)
    rules.check_reason(reason)
    status = move(case, Status.DECLINED, actor)
    was_first = case.first_replied_at is None
    happened(case, EventKind.REFUSAL, actor, text=reason, status=status)
    settle(case)
    audit.record(actor, "service_requests.declined", case, reason=reason)
    notifications.declined(case, first=was_first, actor=actor)
    return case


@operation
def show_contact(case_id: int, *, actor: Actor) -> Case:
    """Show a person the reporter's telephone and home in full, and write down that he looked."""
    case = locked(case_id, actor)
    audit.record(actor, "service_requests.contact_shown", case)
    return case
