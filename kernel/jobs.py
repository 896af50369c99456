"""Periodic and long work: each job is a function of the moment it runs for, safe to repeat and to run twice at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import BigId, UtcDateTime, db, operation


class JobRun(db.Model):
    """One run of a job: for which moment, how far it came, how it ended."""

    __tablename__ = "job_run"
    __table_args__ = (sa.Index("ix_job_run_name_started_at", "name", "started_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)


@dataclass
class Progress:
    """How far a job has come; ``step`` is called after each piece of work."""

    run_id: int | None = None
    done: int = 0
    failed: int = 0
    total: int | None = None
    every: int = 100

    def expect(self, total: int) -> None:
        """Say how much there is to do."""
        self.total = total
        self._store()

    def step(self, *, failed: bool = False) -> None:
        """Count one piece of work; the count is stored now and then."""
        self.done += 1
        self.failed += failed
        if self.done % self.every == 0:
            self._store()

    def _store(self) -> None:
        if self.run_id is not None:
            _store_progress(self.run_id, self.done, self.failed, self.total)


Job = Callable[[datetime, Progress], None]
_jobs: dict[str, Job] = {}


def job(name: str) -> Callable[[Job], Job]:
    """Register a job under the name that the schedule and the command line use."""

    def register(function: Job) -> Job:
        _jobs[name] = function
        return function

    return register


def names() -> list[str]:
    """Return the names of all jobs."""
    return sorted(_jobs)


def run(name: str, *, as_of: datetime | None = None) -> JobRun:
    """Run a job for a moment (now by default) and keep a record of the run; a failure is recorded and raised again."""
    moment = as_of or clock.now()
    run_id = _begin(name, moment)
    progress = Progress(run_id)
    try:
        with clock.at(moment):
            _jobs[name](moment, progress)
    except Exception as error:
        _finish(run_id, progress, repr(error))
        raise
    return _finish(run_id, progress, None)


@operation
def _begin(name: str, as_of: datetime) -> int:
    started = JobRun(name=name, as_of=as_of, started_at=clock.real_now())
    db.session.add(started)
    db.session.flush()
    return started.id


@operation
def _store_progress(run_id: int, done: int, failed: int, total: int | None) -> None:
    db.session.execute(sa.update(JobRun).where(JobRun.id == run_id).values(done=done, failed=failed, total=total))


@operation
def _finish(run_id: int, progress: Progress, error: str | None) -> JobRun:
    record = db.session.get_one(JobRun, run_id)
    record.finished_at = clock.real_now()
    record.done, record.failed, record.total, record.error = progress.done, progress.failed, progress.total, error
    return record


def latest_runs(*, limit: int = 50) -> list[JobRun]:
    """Return the newest runs of all jobs."""
    return list(db.session.scalars(sa.select(JobRun).order_by(JobRun.id.desc()).limit(limit)))
