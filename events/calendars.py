"""Calendar files (RFC 5545): one event in UTC, the same identity each time, no ticket code in it."""

from datetime import datetime
from urllib.parse import urlsplit

from icalendar import Calendar
from icalendar import Event as CalendarEntry
from icalendar.prop import vDatetime, vText

from events.models import ENDED, Event, Registration
from kernel.settings import settings


def of(registration: Registration, event: Event, *, locale: str) -> bytes:
    """Return the calendar file of a party's sign-up.

    UID and DTSTAMP never change for the same state of things, so that a second download updates the first one; SEQUENCE
    rises with each change of time or place and with a cancellation.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings().brand}//events//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_entry(registration, event, locale))
    return bytes(calendar.to_ical())


def _entry(registration: Registration, event: Event, locale: str) -> CalendarEntry:
    ended = event.is_cancelled or registration.state in ENDED
    changed = max(filter(None, (event.updated_at, registration.ended_at)), default=event.updated_at)
    entry = CalendarEntry()
    entry.add("uid", f"registration-{registration.id}@{urlsplit(settings().public_url).hostname}")
    entry.add("dtstamp", _utc(changed))
    entry.add("last-modified", _utc(changed))
    entry.add("dtstart", _utc(event.starts_at))
    entry.add("dtend", _utc(event.ends_at))
    entry.add("sequence", event.sequence + (1 if registration.state in ENDED else 0))
    entry.add("status", "CANCELLED" if ended else "TENTATIVE" if not registration.holds_heads else "CONFIRMED")
    entry.add("summary", _plain(event.title_in(locale)))
    entry.add("location", _plain(f"{event.place}\n{event.address}"))
    entry.add("description", _plain(event.text_in(locale)))
    entry.add("url", f"{settings().public_url.rstrip('/')}/events/{event.id}")
    entry.add("class", "PRIVATE")
    return entry


def _utc(moment: datetime) -> vDatetime:
    return vDatetime(moment.replace(microsecond=0))


def _plain(text: str) -> vText:
    """Return a text without control characters; line ends stay and are escaped."""
    return vText("".join(c for c in text.replace("\r\n", "\n") if c == "\n" or ord(c) >= 0x20))
