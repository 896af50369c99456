"""How a case ends: confirmed, rated, returned, withdrawn, or closed after seven days of silence."""

from collections.abc import Sequence

from kernel import audit, clock, files
from kernel.actor import Actor
from kernel.db import operation
from service_requests import errors, notifications, rules
from service_requests.dictionary import EventKind, Status, Step
from service_requests.models import Case
from service_requests.operations.record import happened, locked, move, settle, step_taken


@operation
def confirm(case_id: int, *, actor: Actor) -> Case:
    """Let the member accept the result; the case is closed. Conflict when there is no result, or it was accepted."""
    case = locked(case_id, actor)
    if case.status is not Status.RESOLVED:
        raise errors.NothingToConfirm()
    _close(case, actor)
    audit.record(actor, "service_requests.confirmed", case)
    return case


def _close(case: Case, actor: Actor) -> None:
    status = move(case, Status.CLOSED, actor)
    case.closed_at, case.quiet_since = clock.now(), None
    happened(case, EventKind.STATUS, actor, status=status)
    step_taken(case, Step.FOLLOW, actor)
    settle(case)


@operation
def rate(case_id: int, *, score: int, actor: Actor, words: str = "") -> Case:
    """Let the member rate what was done, 1 to 5, once; a rating also accepts a result that was waiting."""
    case = locked(case_id, actor)
    if case.rating is not None:
        raise errors.AlreadyRated()
    if case.status not in {Status.RESOLVED, Status.CLOSED} or not 1 <= score <= 5:
        raise errors.NothingToConfirm()
    if case.status is Status.RESOLVED:
        _close(case, actor)
    case.rating, case.rating_words = score, words.strip()
    happened(case, EventKind.RATED, actor, text=case.rating_words, score=score)
    audit.record(actor, "service_requests.rated", case, score=score)
    return case


@operation
def return_case(case_id: int, *, reason: str, actor: Actor, photos: Sequence[files.Prepared] = ()) -> Case:
    """Let the member return a result that does not hold, until fifteen days after closing; the solve clock goes on.

    The time in which the case counted as solved is never charged (rule 9). Conflict when it is too late or not solved.
    """
    case = locked(case_id, actor)
    rules.check_reason(reason)
    if case.status not in {Status.RESOLVED, Status.CLOSED}:
        raise errors.NothingToConfirm()
    rules.check_return(case.number, case.status, case.closed_at, clock.now())
    status = move(case, Status.OPEN, actor)
    case.reopened += 1
    case.resolved_at = case.quiet_since = case.closed_at = None
    happened(case, EventKind.MESSAGE, actor, text=reason, status=status, photos=photos)
    settle(case)
    audit.record(actor, "service_requests.returned", case, reopened=case.reopened)
    return case


@operation
def withdraw(case_id: int, *, reason: str, actor: Actor) -> Case:
    """Let the member take a case back (staff only with his consent as the reason); it stays in the statistics."""
    case = locked(case_id, actor)
    if actor.is_staff:
        rules.check_reason(reason)
    status = move(case, Status.CANCELLED, actor)
    happened(case, EventKind.STATUS, actor, text=reason, status=status)
    settle(case)
    audit.record(actor, "service_requests.withdrawn", case, reason=reason)
    notifications.withdrawn(case, actor=actor)
    return case


@operation
def close_silently(case_id: int, *, actor: Actor) -> bool:
    """Close a solved case after seven days without a word; counted from the due time, however late the job runs.

    Returns whether it was closed; doing it again changes nothing.
    """
    case = locked(case_id, actor)
    if not rules.is_silent(case.status, case.quiet_since, clock.now()):
        return False
    assert case.quiet_since is not None
    due = case.quiet_since + rules.SILENCE
    status = move(case, Status.CLOSED, actor)
    case.closed_at, case.quiet_since = due, None
    happened(case, EventKind.STATUS, actor, at=due, status=status, silent=True)
    settle(case)
    audit.record(actor, "service_requests.closed_silently", case, due=due)
    notifications.closed_silently(case, actor=actor)
    return True
