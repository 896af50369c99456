"""The waiting list: whoever fits first is offered the free heads, and everybody waiting can read why."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from events import errors, notifications, rules
from events.models import Event, QueueLog, QueueStep, Registration, RegistrationState
from events.operations import places
from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, lock, operation

IN_LINE = (Registration.priority.desc(), Registration.joined_at, Registration.id)
"""The order of the line: priority where the event grants it, then time joined, then id."""


def note(event: Event, registration: Registration, step: QueueStep, *, now: datetime, heads_free: int) -> None:
    """Write a line of the queue's story."""
    if registration.queue_number is None:
        return
    db.session.add(
        QueueLog(
            event_id=event.id,
            registration_id=registration.id,
            queue_number=registration.queue_number,
            at=now,
            step=step,
            heads=registration.heads,
            heads_free=heads_free,
        )
    )


def join(event: Event, registration: Registration, *, now: datetime) -> None:
    """Put a party at its place in line; the caller holds the event's lock."""
    event.last_queue_number += 1
    registration.queue_number = event.last_queue_number
    registration.state = RegistrationState.WAITING
    db.session.flush()
    note(event, registration, QueueStep.JOINED, now=now, heads_free=event.heads_left)


def settle(event: Event, *, now: datetime, actor: Actor) -> int:
    """Let overdue offers go and offer what is free; the caller holds the event's lock. Safe to repeat."""
    if event.last_queue_number == 0:
        return 0
    db.session.flush()
    return _lapse(event, now=now, actor=actor) + _fill(event, now=now, actor=actor)


def _parties(event: Event, state: RegistrationState) -> Sequence[Registration]:
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event.id, Registration.state == state)
        .order_by(*IN_LINE)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()


def _lapse(event: Event, *, now: datetime, actor: Actor) -> int:
    overdue = [
        party
        for party in _parties(event, RegistrationState.OFFERED)
        if party.offer_until is not None and party.offer_until <= now
    ]
    for party in overdue:
        places.give_back(event, party, RegistrationState.LAPSED, now=now)
        note(event, party, QueueStep.LAPSED, now=now, heads_free=event.heads_left)
        audit.record(actor, "events.offer_lapsed", party, event=event.id, heads=party.heads)
        notifications.lapsed(event, party, actor=actor)
    return len(overdue)


def _fill(event: Event, *, now: datetime, actor: Actor) -> int:
    until = rules.offer_end(now=now, starts_at=event.starts_at)
    if event.heads_left < 1 or not event.is_published or until is None:
        return 0
    parties = {party.id: party for party in _parties(event, RegistrationState.WAITING)}
    line = [rules.Waiting(party.id, party.heads) for party in parties.values()]
    told: set[int] = set()
    offers = 0
    while (choice := rules.next_offer(line, heads_free=event.heads_left)) is not None:
        for skipped in choice.skipped:
            if skipped.id not in told:
                note(event, parties[skipped.id], QueueStep.SKIPPED, now=now, heads_free=event.heads_left)
                told.add(skipped.id)
        _offer(event, parties[choice.party.id], until, now=now, actor=actor)
        line.remove(choice.party)
        offers += 1
    return offers


def _offer(event: Event, party: Registration, until: datetime, *, now: datetime, actor: Actor) -> None:
    note(event, party, QueueStep.OFFERED, now=now, heads_free=event.heads_left)
    places.take(event, party, RegistrationState.OFFERED)
    party.offer_until = until
    audit.record(actor, "events.place_offered", party, event=event.id, heads=party.heads, until=until)
    notifications.offered(event, party, actor=actor)


def first_in_line(event: Event) -> Registration | None:
    """Return the party that waits first, or None."""
    if event.last_queue_number == 0:
        return None
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.WAITING)
        .order_by(*IN_LINE)
        .limit(1)
    ).first()


@operation
def accept_offer(registration_id: int, *, actor: Actor) -> Registration:
    """Take the place that is held; costs points when the event does. Refuses ``NoOffer`` and ``OfferLapsed``."""
    event, registration = _offered(registration_id)
    now = clock.now()
    if not registration.is_offered:
        raise errors.NoOffer()
    if registration.offer_until is not None and registration.offer_until <= now:
        raise errors.OfferLapsed(until=f"{registration.offer_until.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}")
    places.seat(event, registration, now=now, actor=actor)
    note(event, registration, QueueStep.ACCEPTED, now=now, heads_free=event.heads_left)
    audit.record(actor, "events.offer_accepted", registration, event=event.id, heads=registration.heads)
    notifications.signed_up(event, registration, actor=actor)
    return registration


@operation
def decline_offer(registration_id: int, *, actor: Actor) -> Registration:
    """Let the held place go to the next in line at once. Refuses ``NoOffer``."""
    event, registration = _offered(registration_id)
    if not registration.is_offered:
        raise errors.NoOffer()
    now = clock.now()
    places.give_back(event, registration, RegistrationState.CANCELLED, now=now)
    note(event, registration, QueueStep.DECLINED, now=now, heads_free=event.heads_left)
    audit.record(actor, "events.offer_declined", registration, event=event.id, heads=registration.heads)
    settle(event, now=now, actor=actor)
    return registration


def _offered(registration_id: int) -> tuple[Event, Registration]:
    found = places.locked(registration_id)
    if found is None:
        raise errors.NoOffer()
    return found


@operation
def repair_queue(event_id: int, *, actor: Actor) -> int:
    """Let overdue offers go, offer free heads, and correct the counter; return how many parties heard of it.

    The hourly run calls it for paths that were forgotten. Safe to repeat: a second run finds nothing to do.
    """
    event = lock(Event, event_id)
    if event is None:
        return 0
    counted = places.counted_heads(event.id)
    if counted != event.heads_taken:
        audit.record(actor, "events.counter_corrected", event, was=event.heads_taken, counted=counted)
        event.heads_taken = counted
    return settle(event, now=clock.now(), actor=actor)
