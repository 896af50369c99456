"""What the clock brings: escalation marks, closing after silence, waking what was postponed. Shallow: one verb per case."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from kernel.actor import SYSTEM
from kernel.jobs import Progress, job
from service_requests import operations, queries

log = structlog.get_logger()


@job("service_requests.escalate")
def escalate(as_of: datetime, progress: Progress) -> None:
    """Fire the escalation marks that are reached."""
    _each(queries.ids_with_marks_due(as_of), lambda case_id: operations.escalate(case_id, actor=SYSTEM), progress)


@job("service_requests.close_silent")
def close_silent(as_of: datetime, progress: Progress) -> None:
    """Close what was solved seven days ago without a word since, and wake what was postponed until now."""
    _each(queries.ids_gone_silent(as_of), lambda case_id: operations.close_silently(case_id, actor=SYSTEM), progress)
    _each(queries.ids_to_wake(as_of), lambda case_id: operations.resume(case_id, actor=SYSTEM), progress)


def _each(case_ids: Iterable[int], verb: Callable[[int], object], progress: Progress) -> None:
    """Carry out a verb case by case; one that fails is logged and does not stop the rest (rule 12)."""
    for case_id in case_ids:
        try:
            verb(case_id)
        except Exception:
            log.exception("case.job_failed", case=case_id)
            progress.step(failed=True)
        else:
            progress.step()
