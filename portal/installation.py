"""Bring an installation up to date: migrations, the tables it starts with, the demo club, and a self-test of the database."""

from collections.abc import Callable

import click
import sqlalchemy as sa
from alembic.util.exc import CommandError
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from kernel.db import db
from kernel.settings import settings
from portal import packages, seed
from portal.migrations_state import heads

Say = Callable[[str], object]


class NotFit(RuntimeError):
    """The database does not keep the promises that the portal makes."""


def init_cli(app: Flask) -> None:
    """Give the application ``portal install``."""
    app.cli.add_command(_install)


@click.command("install", help="Bring the database up to date and, in the demo club, fill an empty one.")
@with_appcontext
def _install() -> None:
    try:
        bring_up_to_date(click.echo)
    except NotFit as error:
        raise click.ClickException(str(error)) from error


def bring_up_to_date(say: Say) -> None:
    """Migrate, plant what every installation starts with, and fill an empty demo installation."""
    self_test()
    if stored_version() != heads(current_app):
        say("· database")
        try:
            upgrade()
        except CommandError as error:
            raise NotFit(str(error)) from error
    seed.plant()
    if settings().demo:
        demo = packages.find("portal.demo", "load")
        if demo is not None and hasattr(demo, "load_if_empty"):
            demo.load_if_empty(say)
    db.session.remove()


def stored_version() -> set[str]:
    """Return the migrations that the database has."""
    try:
        return set(db.session.scalars(sa.text("SELECT version_num FROM alembic_version")))
    except sa.exc.SQLAlchemyError:
        return set()
    finally:
        db.session.rollback()


def self_test() -> None:
    """Refuse to run on a database that would lose a write: isolation, durability, foreign keys."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        else:
            wanted = {"default_transaction_isolation": "read committed", "fsync": "on"}
            if current_app.testing:
                wanted.pop("fsync")
            found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in wanted}
        if found != wanted:
            raise NotFit(f"the database is set to {found}, and {wanted} is needed")
