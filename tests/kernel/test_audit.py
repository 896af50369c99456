"""The trail only grows, and a changed entry is found."""

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import SYSTEM
from kernel.audit import AuditEntry
from kernel.clock import now
from kernel.db import db, operation
from kernel.jobs import JobRun

pytestmark = pytest.mark.usefixtures("context")


@operation
def _act(name: str) -> None:
    run = JobRun(name=name, as_of=now(), started_at=now())
    db.session.add(run)
    audit.record(SYSTEM, f"test.{name}", run, note=name)


@pytest.fixture(autouse=True)
def _three_entries(context: None) -> None:
    while audit.seal():
        pass
    for name in ("one", "two", "three"):
        _act(name)


def _attempt(statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_the_database_refuses_to_change_or_delete_an_entry() -> None:
    _attempt("UPDATE audit_entry SET action = 'x'")
    _attempt("DELETE FROM audit_entry")


def test_a_sealed_chain_is_sound() -> None:
    assert audit.verify().unsealed == 3
    assert audit.seal() == 3
    assert audit.seal() == 0
    verdict = audit.verify()
    assert verdict.sound and verdict.unsealed == 0


def test_a_forged_entry_is_found() -> None:
    audit.seal()
    entry_id = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    db.session.rollback()
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_entry_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        connection.execute(sa.update(AuditEntry).where(AuditEntry.id == entry_id).values(action="forged"))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    verdict = audit.verify()
    assert f"entry {entry_id} was changed" in verdict.faults
    assert len(verdict.faults) == 2
