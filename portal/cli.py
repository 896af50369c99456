"""The command line ``portal``: Flask's own groups, jobs, the outbox, the audit trail, the server."""

from datetime import datetime

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from kernel import audit, clock, jobs, outbox, worker
from portal import catalogues, packages, serve
from portal.settings import embedded_defaults

COMMANDS = (
    ("portal", "installation"),
    ("portal.demo", "load"),
    ("homes", "commands"),
    ("points", "commands"),
)
"""The modules that bring commands of their own with ``init_cli(app)``."""


def _create() -> Flask:
    from portal import create_app

    return create_app()


def main() -> None:
    """Run the command line."""
    embedded_defaults()
    group = FlaskGroup(name="portal", create_app=_create, add_version_option=False, load_dotenv=False)
    for command in (serve.serve, serve.start, catalogues.translations):
        group.add_command(command)
    group()


def init_cli(app: Flask) -> None:
    """Give the application its commands."""
    for group in (_jobs, _outbox, _audit):
        app.cli.add_command(group)
    app.cli.add_command(_work)
    for package, module in COMMANDS:
        found = packages.find(package, module)
        if found is not None and hasattr(found, "init_cli"):
            found.init_cli(app)


_jobs = AppGroup("jobs", help="Periodic and long work.")
_outbox = AppGroup("outbox", help="What leaves the house.")
_audit = AppGroup("audit", help="The audit trail.")


@_jobs.command("run")
@click.argument("name")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]), help="Shanghai time."
)
def run_job(name: str, as_of: datetime | None) -> None:
    """Run a job for a moment."""
    if name not in jobs.names():
        raise click.BadParameter(f"no such job; there are {', '.join(jobs.names())}")
    run = jobs.run(name, as_of=as_of.replace(tzinfo=clock.SHANGHAI) if as_of else None)
    click.echo(f"{name}: {run.done} done, {run.failed} failed")


@_jobs.command("list")
def list_jobs() -> None:
    """List the jobs."""
    for name in jobs.names():
        click.echo(name)


@_outbox.command("deliver")
def deliver_outbox() -> None:
    """Deliver what is due now."""
    click.echo(f"{outbox.deliver_due()} delivered")


@_outbox.command("dead")
def list_dead() -> None:
    """List the messages that were given up."""
    for message in outbox.dead_letters():
        click.echo(f"{message.id} {message.topic} {message.last_error}")


@_outbox.command("retry")
@click.argument("message_id", type=int)
def retry_dead(message_id: int) -> None:
    """Give a dead message a new life."""
    outbox.retry(message_id)


@_audit.command("verify")
def verify_audit() -> None:
    """Walk the chain and report every fault."""
    while audit.seal():
        pass
    verdict = audit.verify()
    click.echo(f"{verdict.entries} entries, {verdict.unsealed} not chained yet, {len(verdict.faults)} faults")
    for fault in verdict.faults:
        click.echo(fault)
    if not verdict.sound:
        raise SystemExit(1)


@click.command("worker", help="Run the background worker.")
@click.option("--threads", default=2)
@click.pass_context
def _work(context: click.Context, threads: int) -> None:
    from flask import current_app

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    worker.work(app, threads=threads)
