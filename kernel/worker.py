"""The background worker: huey wakes it, the outbox and the schedule tell it what there is to do.

The engine may lose a wake-up (a killed worker, a full disk): every minute the worker sweeps the outbox for rows that are
due, so a lost wake-up costs a minute and never a message.
"""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from huey import Huey, MemoryHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from kernel import audit, jobs, outbox
from kernel.settings import settings

log = structlog.get_logger()

Schedule = list[tuple[str, str]]
"""Pairs of a crontab line (minute hour day month weekday, in UTC) and a job's name."""


def make_queue(app: Flask, schedule: Schedule) -> Huey:
    """Return the job engine of an application with its tasks and periodic jobs."""
    with app.app_context():
        queue = _engine(settings().queue_url, settings().secret_key)

    def within_app(call: Callable[[], Any]) -> Any:
        with app.app_context():
            return call()

    @queue.task(name="deliver")
    def deliver(message_id: int) -> None:
        within_app(lambda: outbox.deliver(message_id))

    @queue.periodic_task(crontab(minute="*"), name="sweep")
    def sweep() -> None:
        within_app(outbox.deliver_due)

    @queue.periodic_task(crontab(minute="*"), name="seal")
    def seal() -> None:
        within_app(lambda: _until_nothing(audit.seal))

    for line, job_name in schedule:
        _add_periodic(queue, line, job_name, within_app)
    outbox.wake_with(lambda message_id: _wake(deliver, message_id))
    app.extensions["queue"] = queue
    return queue


def _wake(task: Any, message_id: int) -> None:
    try:
        task(message_id)
    except Exception as error:  # the sweep will find the row; the request that wrote it must not fail
        log.warning("queue.unreachable", error=repr(error))


def _until_nothing(step: Callable[[], int]) -> None:
    while step():
        pass


def _add_periodic(queue: Huey, line: str, job_name: str, within_app: Callable[[Callable[[], Any]], Any]) -> None:
    minute, hour, day, month, weekday = line.split()
    when = crontab(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday)
    queue.periodic_task(when, name=f"job:{job_name}")(lambda: within_app(lambda: jobs.run(job_name)))


def _engine(url: str, secret: str) -> Huey:
    serializer = SignedSerializer(secret=secret)
    options = {"results": False, "utc": True, "serializer": serializer}
    if url == "memory:":
        return MemoryHuey("portal", immediate=False, **options)
    if url.startswith("sqlite:"):
        return SqliteHuey("portal", filename=url.removeprefix("sqlite:"), fsync=False, **options)
    if url.startswith("redis:"):
        from huey import RedisHuey

        return RedisHuey("portal", url=url, **options)
    raise ValueError(f"no job engine for {url}")


def work(app: Flask, *, threads: int = 2) -> None:
    """Run the worker until it is told to stop."""
    queue: Huey = app.extensions["queue"]
    queue.create_consumer(workers=threads, periodic=True, initial_delay=0.1, max_delay=1.0).run()
