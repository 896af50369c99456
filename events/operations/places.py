"""Taking and giving back heads: the only place where ``heads_taken`` changes; the caller holds the event's lock."""

from datetime import datetime

import sqlalchemy as sa

from events import tickets
from events.models import HOLDING, Event, Registration, RegistrationState
from kernel.actor import Actor
from kernel.db import db, lock
from points import operations as points


def locked(registration_id: int) -> tuple[Event, Registration] | None:
    """Lock a party's event and then the party itself, always in this order, or return None."""
    event_id = db.session.scalar(sa.select(Registration.event_id).where(Registration.id == registration_id))
    event = lock(Event, event_id) if event_id is not None else None
    registration = lock(Registration, registration_id) if event is not None else None
    return (event, registration) if event is not None and registration is not None else None


def take(event: Event, registration: Registration, state: RegistrationState) -> None:
    """Give a party its heads, seated or on offer; a party that holds them already only changes its state."""
    if not registration.holds_heads:
        event.heads_taken += registration.heads
    registration.state = state


def give_back(event: Event, registration: Registration, state: RegistrationState, *, now: datetime) -> None:
    """End a party's sign-up and free what it held."""
    if registration.holds_heads:
        event.heads_taken -= registration.heads
    registration.state, registration.ended_at, registration.offer_until = state, now, None


def seat(event: Event, registration: Registration, *, now: datetime, actor: Actor) -> None:
    """Seat a party: heads, ticket, and the price in points as it was agreed."""
    take(event, registration, RegistrationState.SEATED)
    registration.seated_at, registration.offer_until = now, None
    registration.ticket_code = tickets.fresh_code()
    db.session.flush()
    price = int(registration.terms["price_points"]) * registration.heads
    if price:
        spent = points.spend(price, member_id=registration.member_id, source=_source(registration), actor=actor)
        registration.points_paid, registration.points_spent_id = price, spent.id


def return_points(registration: Registration, *, by_club: bool, actor: Actor) -> None:
    """Give the points back that a place had cost; ``by_club`` revives lots that have expired meanwhile."""
    if not registration.points_paid or registration.points_spent_id is None:
        return
    points.spend_back(
        registration.points_spent_id,
        member_id=registration.member_id,
        source=_source(registration),
        by_club=by_club,
        actor=actor,
    )
    registration.points_paid = 0


def _source(registration: Registration) -> tuple[str, int]:
    return ("registration", registration.id)


def counted_heads(event_id: int) -> int:
    """Count the heads that an event's parties hold, for the check that the counter is right."""
    held = sa.select(sa.func.coalesce(sa.func.sum(Registration.heads), 0)).where(
        Registration.event_id == event_id, Registration.state.in_(HOLDING)
    )
    return int(db.session.scalar(held) or 0)
