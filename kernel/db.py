"""The database and the one transaction.

``@operation`` marks a verb of the club. The outermost operation opens a write transaction, and commits it once; inner
operations join it; any exception rolls all of it back; and an inner failure that somebody swallows makes the outer
commit impossible. This module holds the only commit in the code.
"""

import enum
import functools
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from flask import current_app, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base; constraint names are fixed so that migrations can find them on both databases."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit key: SQLite gives out row ids only for a column that is literally INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, ``timestamptz`` on PostgreSQL, a sortable text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(kind: type[enum.Enum]) -> sa.Enum:
    """Return a column type that stores an enum's value as text, guarded by a CHECK on both databases."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


# --- the transaction ---------------------------------------------------------------------------------------------------

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
"""How often a transaction that the database gave up (deadlock, busy) is run again from its beginning."""


class SwallowedFailure(RuntimeError):
    """An inner operation failed, somebody caught its error, and the outer one would have committed half a change."""


class StrayCommit(RuntimeError):
    """Somebody outside ``kernel/db.py`` tried to commit."""


class _Running:
    """What is known of the operation that is running in a session."""

    def __init__(self) -> None:
        self.depth = 0
        self.doomed = False
        self.may_commit = False
        self.after: list[Callable[[], None]] = []


def _running() -> _Running:
    return cast(_Running, db.session().info.setdefault("operation", _Running()))


def in_operation() -> bool:
    """Say whether an operation is running, that is, whether writing is allowed."""
    return _running().depth > 0


def after_commit(call: Callable[[], None]) -> None:
    """Call something once the running operation has been committed; never when it was rolled back."""
    running = _running()
    if not running.depth:
        raise RuntimeError("after_commit belongs inside an operation")
    running.after.append(call)


def operation(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a verb as one transaction, joining the one that is already running."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        running = _running()
        if running.depth:
            return _join(running, verb, *args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _run_outermost(verb, *args, **kwargs)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not _worth_another_try(error):
                    raise
                time.sleep(0.02 * attempt)
        raise AssertionError("unreachable")

    run.is_operation = True  # type: ignore[attr-defined]
    return run


def _join(running: _Running, verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    running.depth += 1
    try:
        return verb(*args, **kwargs)
    except BaseException:
        running.doomed = True
        raise
    finally:
        running.depth -= 1


def _run_outermost(verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    running = _running()
    _begin_writing(running)
    running.depth, running.doomed, running.after = 1, False, []
    try:
        result = verb(*args, **kwargs)
        if running.doomed:
            raise SwallowedFailure(f"a failure inside {verb.__qualname__} was swallowed")
        _commit(running)
    except BaseException:
        running.depth = 0
        db.session.rollback()
        raise
    running.depth = 0
    calls, running.after = running.after, []
    for call in calls:
        call()
    return result


def _begin_writing(running: _Running) -> None:
    """End the reading transaction, forget what it had read, and begin a writing one.

    Without the first step SQLite would answer "locked" at once when the reading snapshot turns into a writing one;
    without the second a verb could decide on a row that somebody else has changed since the page was loaded.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise StrayCommit("something was changed outside an operation")
    if session.in_transaction():
        _commit(running)
    session.expire_all()
    session.connection(execution_options={"write": True})


def _commit(running: _Running) -> None:
    running.may_commit = True
    try:
        db.session.commit()
    finally:
        running.may_commit = False


def end_reading() -> None:
    """End the session's reading transaction, so that a long-running process looks at fresh rows next time."""
    db.session.rollback()


@event.listens_for(Session, "before_commit")
def _only_operations_commit(session: Session) -> None:
    running = session.info.get("operation")
    if session.info.get("free_to_commit"):
        return
    if running is None or not running.may_commit:
        raise StrayCommit("only an operation commits")


def _worth_another_try(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01", "55P03"} or "database is locked" in str(error.orig)


# --- locks and inserts -------------------------------------------------------------------------------------------------

M = TypeVar("M")


def lock(model: type[M], key: Any) -> M | None:
    """Return a row, fresh and locked until the end of the operation, or None.

    On PostgreSQL the row is locked; on SQLite the operation already holds the only write lock.
    """
    _must_be_writing()
    return db.session.get(model, key, with_for_update=True, populate_existing=True)


def lock_all(model: type[M], keys: Iterable[int]) -> Sequence[M]:
    """Return rows locked in the order of their ids, so that two operations can never wait for each other."""
    _must_be_writing()
    entity = cast(Any, model)
    query = sa.select(model).where(entity.id.in_(sorted(set(keys)))).order_by(entity.id).with_for_update()
    return db.session.scalars(query, execution_options={"populate_existing": True}).all()


def insert_once(model: type[Any], **values: Any) -> bool:
    """Insert a row unless a unique rule says it is there already; return whether it was inserted."""
    _must_be_writing()
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    table = sa.inspect(model).local_table
    statement = insert(cast(Any, table)).values(**values).on_conflict_do_nothing().returning(sa.literal(1))
    return db.session.execute(statement).first() is not None


def dialect_name() -> str:
    """Return ``sqlite`` or ``postgresql``."""
    return db.engine.dialect.name


def _must_be_writing() -> None:
    if not in_operation():
        raise RuntimeError("locks and inserts belong inside an operation")


# --- SQLite and PostgreSQL ---------------------------------------------------------------------------------------------


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "recursive_triggers=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET timezone TO 'UTC'")
            cursor.execute("SET statement_timeout TO '30s'")
            cursor.execute("SET lock_timeout TO '10s'")
            cursor.execute("SET idle_in_transaction_session_timeout TO '60s'")
        connection.commit()


@event.listens_for(Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


@event.listens_for(Engine, "before_cursor_execute")
def _count_query(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    if has_app_context() and not statement.startswith("BEGIN"):
        counter = current_app.extensions.get("query_counter")
        if counter is not None:
            counter.count += 1


class QueryCounter:
    """How many statements the application has sent; pages are held to at most eight."""

    def __init__(self) -> None:
        self.count = 0


# --- tables that only grow -------------------------------------------------------------------------------------------


def append_only(table: sa.Table, *, but: Sequence[str] = ()) -> None:
    """Let the database itself refuse to change or delete rows of a table; ``but`` names columns that may change.

    The statements run after the table is created from the models; migrations get the same ones from
    ``append_only_statements``.
    """
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect, but=but, columns=[c.name for c in table.columns]):
            ddl = sa.DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)


def append_only_statements(
    table: str, dialect: str, *, but: Sequence[str] = (), columns: Sequence[str] = ()
) -> list[str]:
    """Return the trigger statements that make a table append-only on a database."""
    guarded = [column for column in columns if column not in but] if but else []
    of = f" OF {', '.join(guarded)}" if guarded else ""
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        ]
    function = (
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql"
    )
    return [
        function,
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    ]
