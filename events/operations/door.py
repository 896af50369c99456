"""The door: let in head by head, exactly once, undo a mistake with a reason."""

from datetime import datetime

import sqlalchemy as sa

from events import errors, rules
from events.models import CheckIn, Event, Registration, RegistrationState
from events.operations import places
from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, lock, operation
from points import operations as points

ADMITTED = (RegistrationState.SEATED, RegistrationState.ATTENDED, RegistrationState.NO_SHOW)
"""States in which a party has a place; who was taken for a no-show may still turn out to have come."""


@operation
def check_in(registration_id: int, *, heads: int, nonce: str, actor: Actor, at: datetime | None = None) -> CheckIn:
    """Let some heads of a party in; the points for coming are granted with the first ones.

    ``nonce`` names one scan: sent again it gives the first answer and changes nothing, so a slow network is harmless.
    ``at`` is the moment of a scan that was made offline. The ticket's validity is looked at before "already in", so
    that a cancelled ticket never passes. Refuses ``DoorClosed``, ``TicketNotValid``, ``AllAreIn``, ``TooManyAtTheDoor``.
    """
    found = places.locked(registration_id)
    if found is None:
        raise errors.UnknownTicket()
    event, registration = found
    nonce = f"{event.id}:{nonce}"[:80]
    earlier = db.session.scalar(sa.select(CheckIn).where(CheckIn.nonce == nonce))
    if earlier is not None:
        return _same_scan(earlier, registration, heads)
    moment = min(at or clock.now(), clock.now())
    _check_ticket(event, registration, moment)
    heads_in = rules.check_heads_at_door(
        heads=registration.heads, heads_in=registration.heads_in, wanted=heads, last_at=_last_at(registration)
    )
    entry = _entry(event, registration, heads, nonce, moment, actor)
    first = registration.heads_in == 0
    registration.heads_in, registration.state, registration.ended_at = heads_in, RegistrationState.ATTENDED, None
    if first and event.grants_points:
        points.grant("event_attended", member_id=registration.member_id, source=("check_in", entry.id), actor=actor)
        registration.points_check_in_id = entry.id
    audit.record(actor, "events.checked_in", registration, event=event.id, heads=heads, heads_in=heads_in)
    return entry


def _same_scan(earlier: CheckIn, registration: Registration, heads: int) -> CheckIn:
    if (earlier.registration_id, earlier.heads) != (registration.id, heads):
        raise errors.NonceUsedOtherwise()
    return earlier


def _check_ticket(event: Event, registration: Registration, moment: datetime) -> None:
    if not event.door_is_open_at(moment):
        raise errors.DoorClosed()
    if registration.state not in ADMITTED:
        raise errors.TicketNotValid(state=registration.state.label)


def _last_at(registration: Registration) -> str:
    moment = db.session.scalar(
        sa.select(CheckIn.at)
        .where(CheckIn.registration_id == registration.id, CheckIn.undoes_id.is_(None))
        .order_by(CheckIn.id.desc())
        .limit(1)
    )
    return f"{moment.astimezone(clock.SHANGHAI):%H:%M}" if moment else ""


def _entry(
    event: Event, registration: Registration, heads: int, nonce: str, moment: datetime, actor: Actor, **more: object
) -> CheckIn:
    entry = CheckIn(
        event_id=event.id,
        registration_id=registration.id,
        heads=heads,
        nonce=nonce,
        by_staff_id=actor.id,
        by_name=actor.name[:80],
        at=moment,
        **more,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


@operation
def undo_check_in(check_in_id: int, *, reason: str, actor: Actor) -> CheckIn:
    """Undo a mistake at the door; when nobody of the party is in any more, the points for coming are taken back.

    Refuses ``ReasonMissing`` and ``AlreadyUndone``. The mistake stays on the record, the undoing beside it.
    """
    if not reason.strip():
        raise errors.ReasonMissing()
    mistake = db.session.get(CheckIn, check_in_id)
    found = places.locked(mistake.registration_id) if mistake is not None else None
    if mistake is None or found is None:
        raise errors.UnknownTicket()
    event, registration = found
    undone = db.session.scalar(sa.select(CheckIn.id).where(CheckIn.undoes_id == mistake.id))
    if undone is not None or mistake.undoes_id is not None:
        raise errors.AlreadyUndone()
    entry = _entry(
        event, registration, mistake.heads, f"{event.id}:undo:{mistake.id}", clock.now(), actor,
        undoes_id=mistake.id, reason=reason.strip(),
    )  # fmt: skip
    registration.heads_in -= mistake.heads
    if registration.heads_in == 0:
        registration.state = RegistrationState.SEATED
        _take_points_back(registration, actor)
    audit.record(
        actor, "events.check_in_undone", registration, event=event.id, heads=mistake.heads, reason=reason.strip()
    )
    return entry


def _take_points_back(registration: Registration, actor: Actor) -> None:
    if registration.points_check_in_id is None:
        return
    source = ("check_in", registration.points_check_in_id)
    points.take_back("event_attended", member_id=registration.member_id, source=source, actor=actor)
    registration.points_check_in_id = None


@operation
def excuse_no_show(registration_id: int, *, reason: str, actor: Actor) -> Registration:
    """Let a no-show not count, with a reason. Refuses ``ReasonMissing`` and ``NoNoShow``."""
    if not reason.strip():
        raise errors.ReasonMissing()
    registration = lock(Registration, registration_id)
    if registration is None or registration.state is not RegistrationState.NO_SHOW or registration.excused_reason:
        raise errors.NoNoShow()
    registration.excused_reason = reason.strip()
    audit.record(actor, "events.no_show_excused", registration, event=registration.event_id, reason=reason.strip())
    return registration
