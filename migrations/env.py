"""How migrations run: one transaction each, on SQLite too, so that a killed one leaves nothing behind."""

from alembic import context
from flask import current_app

from kernel.db import UtcDateTime, db

target_metadata = db.metadata


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types as plain ones, so that a migration needs no code of its day."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_migrations() -> None:
    """Run on a connection of the application; SQLite needs its BEGIN said aloud, or half a migration could stay."""
    engine = db.engine
    with engine.connect() as connection:
        connection = connection.execution_options(write=True)
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if current_app:
    run_migrations()
