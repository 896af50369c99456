"""What follows from a cancelled, changed or past event, in portions that never hold a lock for long."""

import sqlalchemy as sa

from events import notifications
from events.models import CheckIn, Event, EventState, Registration, RegistrationState
from events.operations import places
from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, lock, operation

_TO_RELEASE = (RegistrationState.SEATED, RegistrationState.OFFERED, RegistrationState.WAITING)


@operation
def release_parties(event_id: int, *, actor: Actor, limit: int = 100) -> int:
    """End the sign-ups of a cancelled event, give points back and tell the people; return how many were ended.

    Call it until it returns 0; a repeated call finds only those that are left.
    """
    event = lock(Event, event_id)
    if event is None or not event.is_cancelled:
        return 0
    parties = db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event_id, Registration.state.in_(_TO_RELEASE))
        .order_by(Registration.id)
        .limit(limit)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    for party in parties:
        was = party.state
        places.give_back(event, party, RegistrationState.CANCELLED, now=clock.now())
        places.return_points(party, by_club=True, actor=actor)
        audit.record(actor, "events.party_released", party, event=event.id, heads=party.heads, was=was)
        notifications.event_cancelled(event, party, actor=actor)
    return len(parties)


@operation
def tell_change(event_id: int, *, actor: Actor, limit: int = 100) -> int:
    """Tell the new time and place to those who have not heard of it; return how many were told. Safe to repeat."""
    event = lock(Event, event_id)
    if event is None or not event.is_published:
        return 0
    parties = db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.state.in_(_TO_RELEASE),
            Registration.told_sequence < event.sequence,
        )
        .order_by(Registration.id)
        .limit(limit)
    ).all()
    for party in parties:
        party.told_sequence = event.sequence
        notifications.event_changed(event, party, actor=actor)
    if parties:
        audit.record(actor, "events.change_told", event, parties=len(parties), sequence=event.sequence)
    return len(parties)


@operation
def finish(event_id: int, *, actor: Actor) -> bool:
    """Close the books of a past event: who waited is let go, who did not come is a no-show.

    Nobody is a no-show of an event at whose door nobody was checked in.
    """
    event = lock(Event, event_id)
    if event is None or not event.is_published or not event.is_over_at(clock.now()):
        return False
    event.state = EventState.FINISHED
    let_go = _move(event, RegistrationState.WAITING, RegistrationState.LAPSED)
    offered = _move(event, RegistrationState.OFFERED, RegistrationState.LAPSED)
    door_was_used = db.session.scalar(sa.select(CheckIn.id).where(CheckIn.event_id == event.id).limit(1)) is not None
    absent = _move(event, RegistrationState.SEATED, RegistrationState.NO_SHOW) if door_was_used else 0
    db.session.flush()
    event.heads_taken = places.counted_heads(event.id)
    audit.record(actor, "events.finished", event, waited=let_go + offered, no_shows=absent)
    return True


def _move(event: Event, before: RegistrationState, after: RegistrationState) -> int:
    moved = db.session.execute(
        sa.update(Registration)
        .where(Registration.event_id == event.id, Registration.state == before)
        .values(state=after, ended_at=event.ends_at, offer_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(moved.rowcount)  # type: ignore[attr-defined]
