"""What the jobs walk over: cases whose time has come."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from kernel.db import db
from service_requests import rules
from service_requests.dictionary import Status
from service_requests.models import Case


def ids_with_marks_due(as_of: datetime) -> Iterator[int]:
    """Walk over the cases whose next escalation mark is reached."""
    return _walk(Case.next_mark_at <= as_of)


def ids_gone_silent(as_of: datetime) -> Iterator[int]:
    """Walk over the solved cases without a word for seven days."""
    return _walk(sa.and_(Case.status == Status.RESOLVED, Case.quiet_since <= as_of - rules.SILENCE))


def ids_to_wake(as_of: datetime) -> Iterator[int]:
    """Walk over the postponed cases whose day has come."""
    return _walk(sa.and_(Case.status == Status.DEFERRED, Case.waits_until <= as_of))


def _walk(condition: sa.ColumnElement[bool], size: int = 500) -> Iterator[int]:
    last = 0
    while True:
        ids = db.session.scalars(
            sa.select(Case.id).where(condition, Case.id > last).order_by(Case.id).limit(size)
        ).all()
        yield from ids
        if len(ids) < size:
            return
        last = ids[-1]
