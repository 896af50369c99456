"""Signing up and giving back."""

from datetime import datetime

import sqlalchemy as sa

from events import errors, notifications, queries, rules
from events.models import LIVE, Event, QueueStep, Registration, RegistrationState
from events.operations import places, queue
from kernel import audit, clock, form_keys
from kernel.actor import Actor
from kernel.db import db, lock, operation


@operation
def sign_up(
    event_id: int,
    *,
    member_id: int,
    adults: int = 1,
    infants: int = 0,
    preschoolers: int = 0,
    pupils: int = 0,
    accepted_notice: bool = False,
    key: str,
    actor: Actor,
) -> Registration:
    """Sign a party up: seat it when all its heads fit, else put it on the waiting list.

    The event is locked before it is counted, so the capacity holds under any load; the same form sent twice gives the
    first result. Refuses what ``errors`` lists from ``NotOpenYet`` to ``PausedAfterNoShows``, and too few points.
    """
    party = rules.Party(adults, infants, preschoolers, pupils)
    content = (event_id, adults, infants, preschoolers, pupils)
    claim = form_keys.claim(key, actor=actor, purpose="events.sign_up", content=content)
    if claim.earlier_id:
        return db.session.get_one(Registration, claim.earlier_id)
    now = clock.now()
    event = _event_open_to(event_id, member_id, party, accepted_notice, now)
    queue.settle(event, now=now, actor=actor)
    registration = _registration(event, member_id, party, now)
    db.session.add(registration)
    if rules.place_for(party.heads, heads_free=event.heads_left) is rules.Place.SEATED:
        _note_passing(event, now)
        places.seat(event, registration, now=now, actor=actor)
        notifications.signed_up(event, registration, actor=actor)
    else:
        queue.join(event, registration, now=now)
        notifications.joined_queue(event, registration, actor=actor)
    claim.keep(registration)
    audit.record(actor, "events.signed_up", registration, event=event.id, heads=party.heads, state=registration.state)
    return registration


def _event_open_to(event_id: int, member_id: int, party: rules.Party, accepted: bool, now: datetime) -> Event:
    event = lock(Event, event_id)
    if event is None or not queries.is_invited(event, member_id):
        raise errors.NotInvited()
    rules.check_sign_up_time(published=event.is_published, opens_at=event.opens_at, closes_at=event.closes_at, now=now)
    if _live_sign_up(event_id, member_id):
        raise errors.AlreadySignedUp()
    rules.check_party(
        party,
        companions_limit=event.companions_limit,
        children_limit=event.children_limit,
        capacity=event.capacity,
    )
    if event.safety_notice and not accepted:
        raise errors.NoticeNotAccepted()
    paused_until = rules.pause_end(_no_shows(member_id), now=now)
    if paused_until is not None:
        raise errors.PausedAfterNoShows(until=f"{clock.day_of(paused_until):%Y-%m-%d}")
    return event


def _live_sign_up(event_id: int, member_id: int) -> bool:
    return bool(
        db.session.scalar(
            sa.select(Registration.id).where(
                Registration.event_id == event_id, Registration.member_id == member_id, Registration.state.in_(LIVE)
            )
        )
    )


def _no_shows(member_id: int) -> list[datetime]:
    query = (
        sa.select(Registration.ended_at)
        .where(
            Registration.member_id == member_id,
            Registration.state == RegistrationState.NO_SHOW,
            Registration.excused_reason.is_(None),
        )
        .order_by(Registration.ended_at.desc())
        .limit(20)
    )
    return [moment for moment in db.session.scalars(query) if moment is not None]


def _registration(event: Event, member_id: int, party: rules.Party, now: datetime) -> Registration:
    return Registration(
        event_id=event.id,
        member_id=member_id,
        adults=party.adults,
        infants=party.infants,
        preschoolers=party.preschoolers,
        pupils=party.pupils,
        heads=party.heads,
        heads_in=0,
        points_paid=0,
        state=RegistrationState.WAITING,
        priority=queries.priority_of(event, member_id),
        joined_at=now,
        terms={"cancel_until": event.cancel_until.isoformat(), "price_points": event.price_points},
        notice_accepted=bool(event.safety_notice),
        told_sequence=event.sequence,
    )


def _note_passing(event: Event, now: datetime) -> None:
    """Tell those who wait that a smaller party fitted where they do not."""
    first = queue.first_in_line(event)
    if first is not None:
        queue.note(event, first, QueueStep.PASSED, now=now, heads_free=event.heads_left)


@operation
def cancel(registration_id: int, *, actor: Actor, reason: str = "") -> Registration:
    """Give a place or a turn back; the points return, and the first party that fits is offered the heads at once.

    Members may until the moment that was agreed at sign-up, staff until the start. Refuses ``NothingToCancel`` and
    ``TooLateToCancel``.
    """
    found = places.locked(registration_id)
    if found is None:
        raise errors.NothingToCancel()
    event, registration = found
    now, was = clock.now(), registration.state
    _check_cancellation(event, registration, now, actor)
    places.give_back(event, registration, RegistrationState.CANCELLED, now=now)
    places.return_points(registration, by_club=actor.is_staff, actor=actor)
    step = QueueStep.DECLINED if was is RegistrationState.OFFERED else QueueStep.LEFT
    if was is not RegistrationState.SEATED:
        queue.note(event, registration, step, now=now, heads_free=event.heads_left)
    audit.record(
        actor,
        "events.sign_up_cancelled",
        registration,
        event=event.id,
        heads=registration.heads,
        was=was,
        reason=reason,
    )
    notifications.cancelled(event, registration, actor=actor)
    queue.settle(event, now=now, actor=actor)
    return registration


def _check_cancellation(event: Event, registration: Registration, now: datetime, actor: Actor) -> None:
    agreed = datetime.fromisoformat(registration.terms["cancel_until"])
    until = agreed if actor.is_member else event.starts_at
    try:
        rules.check_cancellation(
            live=registration.is_live,
            waiting=registration.is_waiting,
            offered=registration.is_offered,
            arrived=registration.heads_in > 0 or registration.state is RegistrationState.NO_SHOW,
            cancel_until=until,
            now=now,
        )
    except errors.TooLateToCancel:
        raise errors.TooLateToCancel(until=f"{until.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}") from None
