"""Loading the demo club, and saying whom to sign in as."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup

from homes import operations as homes
from homes.models import LedgerImport
from kernel import audit, clock, jobs
from kernel.actor import SYSTEM
from kernel.db import db, operation
from kernel.outbox import OutboxMessage
from kernel.settings import settings
from portal import seed
from portal.demo import estates, ledger, life, organisation
from service_requests.operations import load_calendar_year

Say = Callable[[str], object]
BEGINNING = clock.shanghai(date(2022, 11, 26), 8)

_demo = AppGroup("demo", help="The demo club.")


def init_cli(app: Flask) -> None:
    """Give the application ``portal demo``."""
    app.cli.add_command(_demo)


def is_empty() -> bool:
    """Say whether the club has no project yet."""
    from homes import queries

    empty = not queries.projects().items
    db.session.rollback()
    return empty


def load_if_empty(say: Say) -> None:
    """Load the demo club into an installation that has nothing yet."""
    if is_empty():
        load(say)


def load(say: Say) -> None:
    """Bring the demo club to life, through the operations that staff and members use, at moments of the past four years."""
    say("· demo club: organisation and projects")
    with clock.at(BEGINNING):
        seed.plant()
        for year in range(2022, 2027):
            load_calendar_year(year, actor=SYSTEM)
        organisation.open_organisation()
        staff = organisation.actors()
        estates.open_projects()
        ledger.open_buildings()
    with clock.at(clock.shanghai(date(2025, 6, 1), 9)):
        estates.publish_factors(staff["admin"])
    say("· demo club: contract ledger of 3,000 homes and more")
    _import_ledger(say)
    say("· demo club: buildings, progress, pictures")
    estates.tell_progress(staff["admin"])
    with clock.at(clock.shanghai(date(2026, 6, 1), 9)), tempfile.TemporaryDirectory() as folder:
        ledger.write_changes(Path(folder) / "合同台账.xlsx")
        changed = _run(Path(folder) / "合同台账.xlsx", apply=True)
    say(f"· demo club: a later ledger with {changed.changed} changed rows, {changed.unchanged} unchanged")
    story = life.tell(staff)
    story.live(lambda done, of: say(f"· demo club: {done} of {of} deeds of four years") if done % 200 == 0 else None)
    say(f"· demo club: left out, as the rules refuse them: {dict(story.refused)}")
    for name in ("service_requests.escalate", "points.review_tiers"):
        jobs.run(name)
    _settle_the_past()
    while audit.seal():
        pass
    say("· demo club: ready")


def _import_ledger(say: Say) -> None:
    """Import the ledger as staff do: a dry run, the real run, and a second one that changes nothing."""
    with tempfile.TemporaryDirectory() as folder, clock.at(BEGINNING):
        ledger.open_buildings()
        path = Path(folder) / "合同台账.xlsx"
        ledger.write_ledger(path)
        checked = _run(path, apply=False)
        say(f"· demo club: dry run of {checked.rows_done} rows, {checked.refused} refused")
        applied = _run(path, apply=True)
        say(f"· demo club: {applied.new_homes} homes imported")


def _run(path: Path, *, apply: bool) -> LedgerImport:
    reach = homes.Reach(everything=True)
    with path.open("rb") as file:
        entry = homes.begin_import(file, file_name=path.name, reach=reach, apply=apply, later=False, actor=SYSTEM)
    return homes.run_import(entry.id)


@operation
def _settle_the_past() -> None:
    """What was to be sent in the story was sent then; nothing of it goes out now."""
    db.session.execute(
        sa.update(OutboxMessage).where(OutboxMessage.done_at.is_(None)).values(done_at=OutboxMessage.due_at)
    )


@_demo.command("load")
def _load_command() -> None:
    """Load the demo club into an empty installation."""
    load_if_empty(click.echo)


def _is_in_use(path: Path) -> bool:
    """Say whether another process has the database open: only the last one may leave the write-ahead mode."""
    if not path.exists():
        return False
    connection = sqlite3.connect(path, timeout=0.2)
    try:
        return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()


@_demo.command("reset")
def _reset_command() -> None:
    """Throw the embedded demo away and load it anew."""
    if not settings().demo or db.engine.dialect.name != "sqlite":
        raise click.ClickException("Only an embedded demo installation can be reset.")
    path = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    if _is_in_use(path):
        raise click.ClickException("The club is running; stop it first.")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    for folder in ("files", "postbox"):
        shutil.rmtree(settings().var_dir / folder, ignore_errors=True)
    from portal import installation

    installation.bring_up_to_date(click.echo)
