"""How migrations run: one transaction each, on SQLite too, so that a killed one leaves nothing behind."""

from alembic import context
from flask import current_app

from kernel.db import db

target_metadata = db.metadata


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
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if current_app:
    run_migrations()
