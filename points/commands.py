"""The command line of points: ``portal points verify``, ``expire``, ``review-tiers``."""

from datetime import datetime

import click
from flask import Flask
from flask.cli import AppGroup

from kernel import clock, jobs
from points.ledger.verification import verify

_points = AppGroup("points", help="The ledger of points.")
_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])


@_points.command("verify")
def verify_ledger() -> None:
    """Rebuild every balance from its rows, walk every chain, and report all faults."""
    verdict = verify(
        step=lambda entries: click.echo(f"  {entries:,} entries", err=True) if entries % 500_000 == 0 else None
    )
    click.echo(f"{verdict.accounts} accounts, {verdict.entries} entries, {len(verdict.faults)} faults")
    for fault in verdict.faults:
        click.echo(fault)
    if not verdict.sound:
        raise SystemExit(1)


@_points.command("expire")
@click.option("--as-of", type=_DAY, help="Shanghai time.")
def expire(as_of: datetime | None) -> None:
    """Book what has expired or become usable; safe to repeat."""
    _run("points.expire", as_of)


@_points.command("review-tiers")
@click.option("--as-of", type=_DAY, help="Shanghai time.")
def review_tiers(as_of: datetime | None) -> None:
    """Review the tiers that run out; safe to repeat."""
    _run("points.review_tiers", as_of)


def _run(name: str, as_of: datetime | None) -> None:
    run = jobs.run(name, as_of=as_of.replace(tzinfo=clock.SHANGHAI) if as_of else None)
    click.echo(f"{name}: {run.done} done, {run.failed} failed")


def init_cli(app: Flask) -> None:
    """Give the application these commands."""
    app.cli.add_command(_points)
