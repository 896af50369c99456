"""What members are told about their sign-ups: the inbox always, a text message when something has to be done or undone."""

from typing import Any

from events.models import Event, Registration
from events.tickets import shown
from kernel import clock, messages
from kernel.actor import Actor
from kernel.settings import settings
from member import operations as members
from member import queries as member_queries


def signed_up(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Tell that the place is confirmed."""
    _tell("signed_up", event, registration, actor)


def joined_queue(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Tell that the party waits, and under which number."""
    _tell("joined_queue", event, registration, actor)


def offered(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Tell that a place is held until a moment."""
    key = f"events.offered:{registration.id}:{registration.offer_until:%s}"
    _tell("offered", event, registration, actor, sms_key=key)


def lapsed(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Tell that the offer went to the next in line."""
    _tell("lapsed", event, registration, actor)


def cancelled(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Confirm that the sign-up has been cancelled."""
    _tell("cancelled", event, registration, actor)


def event_cancelled(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Tell that the event does not take place, and why."""
    _tell("event_cancelled", event, registration, actor, sms_key=f"events.event_cancelled:{registration.id}")


def event_changed(event: Event, registration: Registration, *, actor: Actor) -> None:
    """Tell the new time and place."""
    key = f"events.event_changed:{registration.id}:{event.sequence}"
    _tell("event_changed", event, registration, actor, sms_key=key)


def _tell(what: str, event: Event, registration: Registration, actor: Actor, *, sms_key: str | None = None) -> None:
    member = member_queries.get(registration.member_id)
    if member is None:
        return
    path = f"/me/tickets/{registration.id}"
    facts: dict[str, Any] = {
        "event": event,
        "title": event.title_in(member.locale),
        "registration": registration,
        "returnable": registration.goes_back_online_at(clock.now()),
        "code": shown(registration.ticket_code) if registration.ticket_code else "",
        "link": settings().public_url.rstrip("/") + path,
        "hotline": settings().hotline,
    }
    text = messages.rendered(f"events/{what}.notice.txt", member.locale, **facts)
    title, _line, body = text.partition("\n")
    members.notify(member.id, kind=f"events.{what}", title=title.strip(), body=body.strip(), url=path, actor=actor)
    if sms_key is not None:
        messages.send_sms(member.mobile, f"events/{what}", locale=member.locale, key=sms_key, **facts)
