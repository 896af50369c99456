"""Periodic and long work of homes."""

from datetime import datetime

from homes import operations
from homes.models import ImportState
from kernel import outbox
from kernel.jobs import Progress, job


class StillAtWork(RuntimeError):
    """Another worker is at this import; the message stays and looks again later."""


@outbox.handler(operations.LEDGER_TOPIC)
def _run_import(delivery: outbox.Delivery) -> None:
    """Check or apply an uploaded ledger; a killed worker's import is gone on with where it stands."""
    entry = operations.run_import(delivery.payload["import_id"])
    if entry.state in {ImportState.CHECKING, ImportState.APPLYING}:
        raise StillAtWork(entry.id)


@job("homes.forget_ledgers")
def forget_ledgers(_as_of: datetime, progress: Progress) -> None:
    """Forget uploaded ledger files that are done with or were not applied within a week."""
    for _piece in range(operations.forget_files()):
        progress.step()
