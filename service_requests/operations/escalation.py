"""A promise is in danger or broken: the next level is told, once for each mark of each clock."""

from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, insert_once, operation
from service_requests import clocks, clockwork, errors, notifications
from service_requests.clocks import MARKS, Clock, ClockCode
from service_requests.dictionary import Audience, EventKind
from service_requests.models import Case, EscalationMark
from service_requests.operations.record import happened, locked, must_go_on, settle

BY_HAND = {"member": 200, "staff": 201}
"""The marks of the owner's and the staff's own button, once per clock and cycle like all others."""


@operation
def escalate(case_id: int, *, actor: Actor, reason: str = "") -> int:
    """Take a case to the next level: the system at 50, 80, 100 % and 24 h after a promise, people by their own decision.

    Each mark fires once per clock and cycle; running it again or late fires nothing twice. Members may climb when a
    promise is overdue. Returns how many marks were fired.
    """
    case = locked(case_id, actor)
    if actor.kind == "system":
        return _fire_due(case, actor)
    return _climb(case, actor, reason)


def _fire_due(case: Case, actor: Actor) -> int:
    computed = clockwork.clocks_of(case)
    due = clocks.marks_due(computed, clockwork.fired_marks(case.id), clock.now()) if case.is_active else []
    fresh = [(one, mark) for one, mark in due if _fire(case, one.code, one.cycle, mark)]
    if fresh:
        _tell(case, fresh, actor)
    settle(case)
    return len(fresh)


def _fire(case: Case, code: ClockCode, cycle: int, mark: int) -> bool:
    moment = clock.now()
    return insert_once(
        EscalationMark, case_id=case.id, clock=code, cycle=cycle, mark=mark, reached_at=moment, fired_at=moment
    )


def _tell(case: Case, fresh: list[tuple[Clock, int]], actor: Actor) -> None:
    """Tell of the highest mark of each clock only; a late job must not send four messages at once."""
    highest: dict[ClockCode, int] = {}
    for one, mark in fresh:
        highest[one.code] = max(highest.get(one.code, 0), mark)
    for code, mark in highest.items():
        level = MARKS.index(mark) + 1
        case.escalation_level = max(case.escalation_level, level)
        audience = Audience.MEMBER if mark >= 100 else Audience.STAFF
        happened(case, EventKind.ESCALATED, actor, audience=audience, clock=code.value, mark=mark)
        audit.record(actor, "service_requests.escalated", case, clock=code, mark=mark, level=level)
        notifications.escalated(case, code, mark, actor=actor)


def _climb(case: Case, actor: Actor, reason: str) -> int:
    must_go_on(case)
    computed = clockwork.clocks_of(case)
    running = [one for one in computed if one.is_running]
    overdue = [one for one in running if one.broken]
    if actor.is_member and not overdue:
        raise errors.NothingOverdue()
    code, cycle = ((overdue or running)[0].code, (overdue or running)[0].cycle) if running else (ClockCode.SOLVE, 1)
    if not _fire(case, code, cycle, BY_HAND[actor.kind]):
        raise errors.EscalatedAlready()
    case.escalation_level = min(case.escalation_level + 1, len(MARKS))
    happened(case, EventKind.ESCALATED, actor, text=reason, clock=code.value, mark=BY_HAND[actor.kind])
    settle(case)
    audit.record(actor, "service_requests.escalated", case, clock=code, by=actor.kind, reason=reason)
    notifications.escalated(case, code, 100, actor=actor)
    db.session.flush()
    return 1
