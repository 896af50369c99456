"""What leaves the house: mail, SMS, payments. A row is written in the transaction it belongs to and delivered later.

A worker claims a row under a lease, calls the handler of its topic, and marks it done; a handler that fails is called
again with growing pauses, and after the last try the row is a dead letter that staff can see and retry. A handler may be
called twice for one row (a worker killed in between), so it hands the row's id on as an idempotency key.
"""

import functools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import BigId, UtcDateTime, after_commit, db, in_operation, insert_once, operation

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
PAUSES = [timedelta(seconds=s) for s in (5, 30, 120, 600, 3_600, 14_400, 43_200)]
"""The pause after the first, second, ... failure; after the last one the row is dead."""


class OutboxMessage(db.Model):
    """One thing to deliver, and how its delivery stands."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index(
            "ix_outbox_message_waiting",
            "due_at",
            sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str | None] = mapped_column(sa.String(160), unique=True)
    payload: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(sa.String(32))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(sa.Text)


@dataclass(frozen=True)
class Delivery:
    """What a handler gets: the row's id (its idempotency key) and the payload."""

    id: int
    payload: dict[str, Any]


Handler = Callable[[Delivery], None]
_handlers: dict[str, Handler] = {}
_wake: list[Callable[[int], None]] = []


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Register the function that delivers messages of a topic; it runs outside any transaction."""

    def register(function: Handler) -> Handler:
        _handlers[topic] = function
        return function

    return register


def wake_with(call: Callable[[int], None]) -> None:
    """Let something (the job engine) be told of each message that was committed."""
    _wake[:] = [call]


def put(topic: str, payload: dict[str, Any], *, key: str | None = None, due: datetime | None = None) -> None:
    """Put a message into the outbox of the running operation; a key that is there already puts nothing."""
    if not in_operation():
        raise RuntimeError("the outbox belongs inside an operation")
    values = {
        "topic": topic,
        "payload": json.dumps(payload, ensure_ascii=False),
        "key": key,
        "created_at": clock.now(),
        "due_at": due or clock.now(),
        "attempts": 0,
    }
    if key is not None:
        insert_once(OutboxMessage, **values)
        return
    message_id = db.session.execute(sa.insert(OutboxMessage).values(**values).returning(OutboxMessage.id)).scalar_one()
    if due is None:
        for call in _wake:
            after_commit(functools.partial(call, message_id))


def due(*, limit: int = 200) -> list[int]:
    """Return the ids of messages that may be delivered now: due, not done, not dead, not under a living lease."""
    moment = clock.now()
    return list(
        db.session.scalars(
            sa.select(OutboxMessage.id)
            .where(
                OutboxMessage.done_at.is_(None),
                OutboxMessage.dead_at.is_(None),
                OutboxMessage.due_at <= moment,
                sa.or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until < moment),
            )
            .order_by(OutboxMessage.due_at)
            .limit(limit)
        )
    )


def deliver(message_id: int) -> bool:
    """Deliver one message if nobody else is at it; return whether it went out."""
    lease = secrets.token_hex(16)
    message = _lease(message_id, lease)
    if message is None:
        return False
    try:
        _handlers[message.topic](Delivery(message.id, json.loads(message.payload)))
    except Exception as error:
        log.warning("outbox.failed", message=message_id, topic=message.topic, error=repr(error))
        _failed(message_id, lease, repr(error))
        return False
    _done(message_id, lease)
    return True


def deliver_due() -> int:
    """Deliver everything that is due; return how many went out."""
    return sum(deliver(message_id) for message_id in due())


@operation
def _lease(message_id: int, lease: str) -> OutboxMessage | None:
    moment = clock.now()
    taken = db.session.execute(
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.done_at.is_(None),
            OutboxMessage.dead_at.is_(None),
            OutboxMessage.due_at <= moment,
            sa.or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until < moment),
        )
        .values(lease=lease, leased_until=moment + LEASE, attempts=OutboxMessage.attempts + 1)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return db.session.get(OutboxMessage, message_id, populate_existing=True)


@operation
def _done(message_id: int, lease: str) -> None:
    _settle(message_id, lease, done_at=clock.now(), last_error=None)


@operation
def _failed(message_id: int, lease: str, error: str) -> None:
    message = db.session.get(OutboxMessage, message_id)
    if message is None:
        return
    if message.attempts > len(PAUSES):
        _settle(message_id, lease, dead_at=clock.now(), last_error=error)
    else:
        pause = PAUSES[message.attempts - 1]
        _settle(message_id, lease, due_at=clock.now() + pause, last_error=error)


def _settle(message_id: int, lease: str, **values: Any) -> None:
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.lease == lease)
        .values(lease=None, leased_until=None, **values)
    )


@operation
def retry(message_id: int) -> None:
    """Give a dead letter a new life."""
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, due_at=clock.now())
    )


def dead_letters(*, limit: int = 100) -> list[OutboxMessage]:
    """Return the messages that were given up, newest first."""
    return list(
        db.session.scalars(
            sa.select(OutboxMessage)
            .where(OutboxMessage.dead_at.is_not(None))
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
        )
    )


def oldest_waiting() -> timedelta:
    """Return how long the oldest due message has been waiting; zero when none is."""
    oldest = db.session.scalar(
        sa.select(OutboxMessage.due_at)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.dead_at.is_(None))
        .order_by(OutboxMessage.due_at)
        .limit(1)
    )
    return max(clock.now() - oldest, timedelta()) if oldest else timedelta()
