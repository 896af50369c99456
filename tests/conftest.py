"""Fixtures: an application on a real database, freshly emptied for each test; no mail, no SMS, no clock of its own."""

import contextvars
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.globals import _cv_app, _cv_request
from flask.testing import FlaskClient

from kernel import clock
from kernel.db import db, operation
from portal import create_app
from portal.settings import Settings
from tests.support import postgres


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``pytest tests/test_access.py --update-golden`` write the answer sheet anew."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/access.txt anew")


NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Monday 23 November 2026, 12:00 in Shanghai: when tests happen unless they say otherwise."""


def _database_url(folder: Path) -> str:
    if os.environ.get("TEST_DATABASE") == "postgresql":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        return _fresh_postgres_database(os.environ["TEST_POSTGRES_URL"], f"test_{worker}")
    return f"sqlite:///{folder / 'test.sqlite'}"


def _fresh_postgres_database(server: str, name: str) -> str:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


class StrangerToTheTest(FlaskClient):
    """A browser whose requests never share the test's own application context, or it would share its signed-in person."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        def ask() -> Any:
            kwargs.setdefault("buffered", True)  # a streamed answer is read to its end in here
            _cv_app.set(None)  # type: ignore[arg-type]
            _cv_request.set(None)  # type: ignore[arg-type]
            return super(StrangerToTheTest, self).open(*args, **kwargs)

        return contextvars.copy_context().run(ask)


@pytest.fixture(scope="session")
def session_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application and one database schema per test process."""
    folder = tmp_path_factory.mktemp("portal")
    app = create_app(
        Settings(
            secret_key="a secret for tests only, forty characters",
            database_url=_database_url(folder),
            var_dir=folder,
            files_url=f"file:{folder / 'files'}",
            queue_url="memory:",
            password_memory_kib=64,
            demo=True,
            testing=True,
        )
    )
    app.test_client_class = StrangerToTheTest
    with app.app_context():
        db.create_all()
        _seed()
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
            shutil.copy(folder / "test.sqlite", folder / "template.sqlite")
        else:
            with db.engine.begin() as connection:
                _SNAPSHOT["seeded"] = postgres.Snapshot(connection)
    yield app


def _seed() -> None:
    """Put in the tables that an installation starts with (tiers, rules, rewards of none, calendar)."""
    from portal import seed

    with clock.at(datetime(2022, 1, 1, tzinfo=UTC)):
        seed.plant()


_SNAPSHOT: dict[str, postgres.Snapshot] = {}


@pytest.fixture
def app(session_app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with a database as it is right after installation."""
    with session_app.app_context():
        _restore(session_app)
    yield session_app


def _restore(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()
        path = Path(str(db.engine.url.database))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copy(path.with_name("template.sqlite"), path)
        return
    with db.engine.begin() as connection:
        _SNAPSHOT["seeded"].restore(connection)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context at noon of the day that tests happen, for operations and queries."""
    with app.app_context(), app.test_request_context("/"), clock.at(NOON):
        yield
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A browser without JavaScript; CSRF is on, so use ``tests.support.forms``."""
    with clock.at(NOON):
        yield app.test_client()


@pytest.fixture
def write() -> Any:
    """Return a function that runs a callable inside an operation, for setting the scene."""

    @operation
    def run(call: Any) -> Any:
        result = call()
        db.session.flush()
        return result

    return run
