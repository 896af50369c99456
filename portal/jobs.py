"""Jobs that belong to no package."""

from datetime import datetime

from kernel import files
from kernel.jobs import Progress, job


@job("files.sweep")
def sweep_files(_as_of: datetime, progress: Progress) -> None:
    """Delete stored photos that belong to no record."""
    for _file in range(files.sweep()):
        progress.step()
