"""What happens without anybody clicking: queues repaired every hour, cancelled and changed events told, past ones closed."""

from datetime import datetime, timedelta

from events import operations, queries
from kernel import outbox
from kernel.actor import SYSTEM
from kernel.jobs import Progress, job

CLOSES_AFTER = timedelta(hours=12)
"""How long after its end an event stays open at the door before no-shows are counted."""


@job("events.repair_queues")
def repair_queues(as_of: datetime, progress: Progress) -> None:
    """Let overdue offers go, offer what is free, end what was cancelled, close what is past. Safe to repeat."""
    for event_id in queries.with_queues_to_repair(as_of):
        operations.repair_queue(event_id, actor=SYSTEM)
        progress.step()
    for event_id in queries.cancelled_with_parties():
        _release(event_id)
        progress.step()
    for event_id in queries.to_finish(as_of - CLOSES_AFTER):
        operations.finish(event_id, actor=SYSTEM)
        progress.step()


@outbox.handler("events.cancelled")
def release_cancelled(delivery: outbox.Delivery) -> None:
    """End the sign-ups of a cancelled event in portions."""
    _release(int(delivery.payload["event_id"]))


def _release(event_id: int) -> None:
    while operations.release_parties(event_id, actor=SYSTEM):
        pass


@outbox.handler("events.changed")
def tell_changed(delivery: outbox.Delivery) -> None:
    """Tell everybody who is signed up the new time and place, in portions."""
    while operations.tell_change(int(delivery.payload["event_id"]), actor=SYSTEM):
        pass
