"""What the hourly run has to look after."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from events.models import (
    Event,
    EventState,
    Registration,
    RegistrationState,
)
from kernel.db import db


def with_queues_to_repair(as_of: datetime) -> Sequence[int]:
    """Return the coming events that have a queue or an open offer, soonest first."""
    in_line = sa.exists().where(
        Registration.event_id == Event.id,
        Registration.state.in_((RegistrationState.WAITING, RegistrationState.OFFERED)),
    )
    return db.session.scalars(
        sa.select(Event.id)
        .where(Event.state == EventState.PUBLISHED, Event.ends_at > as_of, in_line)
        .order_by(Event.starts_at)
    ).all()


def cancelled_with_parties() -> Sequence[int]:
    """Return cancelled events whose people have not all been told yet."""
    left = sa.exists().where(
        Registration.event_id == Event.id,
        Registration.state.in_((RegistrationState.SEATED, RegistrationState.OFFERED, RegistrationState.WAITING)),
    )
    return db.session.scalars(sa.select(Event.id).where(Event.state == EventState.CANCELLED, left)).all()


def to_finish(ended_before: datetime) -> Sequence[int]:
    """Return published events that ended before a moment."""
    return db.session.scalars(
        sa.select(Event.id).where(Event.state == EventState.PUBLISHED, Event.ends_at <= ended_before).order_by(Event.id)
    ).all()
