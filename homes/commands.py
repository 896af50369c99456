"""The command line of homes: ``portal homes import-ledger FILE``."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from homes import operations, queries
from homes.models import ImportState, LedgerImport
from kernel.actor import SYSTEM
from kernel.errors import Refused

_homes = AppGroup("homes", help="Estates, homes and the contract ledger.")


def init_cli(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(_homes)


@_homes.command("import-ledger")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and change nothing.")
def import_ledger(path: Path, dry_run: bool) -> None:
    """Check an .xlsx or .csv file of the contract ledger and apply it."""
    try:
        with path.open("rb") as file:
            entry = operations.begin_import(
                file,
                file_name=path.name,
                reach=operations.Reach(everything=True),
                apply=not dry_run,
                later=False,
                actor=SYSTEM,
            )
        entry = operations.run_import(entry.id, step=_show)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    _report(entry)


def _show(entry: LedgerImport) -> None:
    if entry.rows_done % 5_000 == 0:
        click.echo(f"  {entry.rows_done} rows", err=True)


def _report(entry: LedgerImport) -> None:
    done = "applied" if entry.state is ImportState.APPLIED else entry.state.value
    click.echo(
        f"{entry.file_name}: {done}; {entry.rows_done} rows: {entry.fresh} new, {entry.changed} changed, "
        f"{entry.unchanged} unchanged, {entry.refused} refused; {entry.new_homes} new homes, {entry.bound} bound"
    )
    if entry.state is ImportState.APPLIED and entry.changes_nothing:
        click.echo("The file holds nothing new: nothing was changed.")
    for error in queries.row_errors(entry.id, limit=20):
        click.echo(f"  row {error.row_number}: {error.reason} ({error.field}) {error.value}", err=True)
