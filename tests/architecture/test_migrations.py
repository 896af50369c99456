"""One head; up from nothing gives what the models say; down leaves nothing behind."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from kernel.db import db
from portal import create_app
from portal.settings import Settings
from tests.architecture.source import ROOT
from tests.conftest import _fresh_postgres_database

pytestmark = [
    pytest.mark.skipif(
        not list((ROOT / "migrations" / "versions").glob("*.py")), reason="migrations/versions holds no migration yet"
    ),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]


def scripts() -> ScriptDirectory:
    """Return the migrations."""
    return ScriptDirectory(str(ROOT / "migrations"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty database."""
    if os.environ.get("TEST_DATABASE") == "postgresql":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        url = _fresh_postgres_database(os.environ["TEST_POSTGRES_URL"], f"test_migrations_{worker}")
    else:
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    app = create_app(
        Settings(secret_key="x" * 40, database_url=url, var_dir=tmp_path, queue_url="memory:", testing=True)
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def differences() -> list[str]:
    """Return what the database and the models say differently about tables, columns, indexes and constraints."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(part) for part in compare_metadata(context, db.metadata)]


def hidden_parts() -> dict[str, object]:
    """Return what the comparison of models does not see: CHECK constraints, triggers, partial indexes."""
    inspector = sa.inspect(db.engine)
    checks = {
        table: sorted(str(check["name"]) for check in inspector.get_check_constraints(table))
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if db.engine.dialect.name == "sqlite"
        else "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers ORDER BY 1"
    )
    with db.engine.connect() as connection:
        triggers = [tuple(row) for row in connection.exec_driver_sql(query)]
    indexes = {
        table: sorted((str(index["name"]), bool(index["unique"])) for index in _indexes(inspector, table))
        for table in checks
    }
    return {"checks": checks, "triggers": triggers, "indexes": indexes}


def _indexes(inspector: sa.Inspector, table: str) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # expression-based indexes are told without their expressions, or not at all
        return list(inspector.get_indexes(table))


def test_there_is_one_head():
    assert len(scripts().get_heads()) == 1


def test_up_from_nothing_gives_what_the_models_say(empty: Flask):
    upgrade(directory=str(ROOT / "migrations"))
    assert differences() == []
    migrated = hidden_parts()
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    db.create_all()
    assert migrated == hidden_parts()


def test_down_leaves_nothing_and_up_again_works(empty: Flask):
    upgrade(directory=str(ROOT / "migrations"))
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(directory=str(ROOT / "migrations"))
    assert differences() == []


def test_the_control_sees_a_column_and_a_trigger_that_are_missing(empty: Flask):
    upgrade(directory=str(ROOT / "migrations"))
    before = hidden_parts()
    with db.engine.begin() as connection:
        name = "audit_entry_no_update"
        on = " ON audit_entry" if db.engine.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        connection.exec_driver_sql("ALTER TABLE staff_person ADD COLUMN stray INTEGER")
    assert differences() and hidden_parts() != before
