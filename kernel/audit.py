"""The audit trail: one entry per verb, never changed, chained by hashes.

Entries are written inside the operation they tell of. The chain is made afterwards by the worker (``seal``): chaining in
the operation itself would make every write of the club wait for the one before it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.actor import Actor
from kernel.db import BigId, UtcDateTime, append_only, db, in_operation, operation

GENESIS = "0" * 64


class AuditEntry(db.Model):
    """Who did what to which record, when, with which facts."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),
        sa.Index("ix_audit_entry_actor", "actor_kind", "actor_id", "id"),
        sa.Index("ix_audit_entry_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(sa.String(10))
    actor_id: Mapped[int] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(sa.String(80))
    subject_kind: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[int] = mapped_column(BigId)
    facts: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))


class AuditLink(db.Model):
    """The place of an entry in the chain; ``hash`` covers the entry and the link before it."""

    __tablename__ = "audit_link"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entry.id"), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64))


append_only(AuditEntry.__table__)  # type: ignore[arg-type]
append_only(AuditLink.__table__)  # type: ignore[arg-type]


def record(actor: Actor, action: str, subject: Any, **facts: Any) -> None:
    """Write down that an actor did something to a record, with facts that can be told later (JSON values, dates)."""
    if not in_operation():
        raise RuntimeError("an audit entry belongs inside an operation")
    db.session.flush()
    values = {
        "at": clock.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "action": action,
        "subject_kind": subject.__tablename__,
        "subject_id": subject.id,
        "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True, default=_plain),
    }
    db.session.execute(sa.insert(AuditEntry).values(**values, digest=_digest(values)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return getattr(value, "value", None) or str(value)


def _digest(values: dict[str, Any]) -> str:
    ordered = [values["at"].isoformat(), *(values[name] for name in sorted(values) if name != "at")]
    return hashlib.sha256(json.dumps(ordered, ensure_ascii=False).encode()).hexdigest()


@operation
def seal(*, limit: int = 5_000) -> int:
    """Chain the entries that have no link yet, in the order of their ids; return how many were chained."""
    last = db.session.scalar(sa.select(AuditLink).order_by(AuditLink.position.desc()).limit(1).with_for_update())
    position, previous = (last.position, last.hash) if last else (0, GENESIS)
    # An entry that was committed late may have a smaller id than one that is chained already, so look back a little.
    floor = (last.entry_id - 10_000) if last else 0
    fresh = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.digest)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.position.is_(None), AuditEntry.id > floor)
        .order_by(AuditEntry.id)
        .limit(limit)
    ).all()
    links = []
    for entry_id, digest in fresh:
        position, previous = position + 1, _chained(previous, entry_id, digest)
        links.append({"position": position, "entry_id": entry_id, "hash": previous})
    if links:
        db.session.execute(sa.insert(AuditLink), links)
    return len(links)


def _chained(previous: str, entry_id: int, digest: str) -> str:
    return hashlib.sha256(f"{previous}:{entry_id}:{digest}".encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found."""

    entries: int
    unsealed: int
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def verify() -> Verdict:
    """Walk the whole chain and report every fault: changed entries, missing entries, broken links."""
    faults = list(_faults())
    entries = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
    links = db.session.scalar(sa.select(sa.func.count()).select_from(AuditLink)) or 0
    return Verdict(entries=entries, unsealed=entries - links, faults=tuple(faults))


def _faults() -> Iterator[str]:
    previous, expected = GENESIS, 1
    rows = db.session.execute(
        sa.select(AuditLink.position, AuditLink.entry_id, AuditLink.hash, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .order_by(AuditLink.position)
        .execution_options(yield_per=2_000)
    )
    for position, entry_id, stored, entry in rows:
        if position != expected:
            yield f"link {expected} is missing"
        if entry is None:
            yield f"entry {entry_id} is missing"
            digest = ""
        else:
            names = ("at", "actor_kind", "actor_id", "action", "subject_kind", "subject_id", "facts")
            digest = _digest({name: getattr(entry, name) for name in names})
            if digest != entry.digest:
                yield f"entry {entry_id} was changed"
        if _chained(previous, entry_id, digest) != stored:
            yield f"link {position} does not fit the one before it"
        previous, expected = stored, position + 1
