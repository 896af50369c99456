"""Decisions of the events as plain functions: who gets a place, who is next, how many may pass the door."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from events import errors

OFFER_LASTS = timedelta(hours=24)
OFFER_SHORTEST = timedelta(minutes=30)
CANCEL_ENDS_BEFORE = timedelta(hours=24)
PAUSE_AFTER = 3
PAUSE_LASTS = timedelta(days=90)
NO_SHOWS_COUNT_FOR = timedelta(days=365)


class Place(enum.Enum):
    """What a party gets when it signs up."""

    SEATED = "seated"
    WAITING = "waiting"


@dataclass(frozen=True)
class Party:
    """A member and the companions; children by age band (0-2, 3-6, 7-17 years), never by name (PIPL 31)."""

    adults: int = 1
    infants: int = 0
    preschoolers: int = 0
    pupils: int = 0

    @property
    def children(self) -> int:
        return self.infants + self.preschoolers + self.pupils

    @property
    def heads(self) -> int:
        return self.adults + self.children


def check_party(party: Party, *, companions_limit: int, children_limit: int | None, capacity: int) -> None:
    """Refuse a party that the event cannot take at all; R040 limits companions and children."""
    if party.adults < 1 or min(party.infants, party.preschoolers, party.pupils) < 0:
        raise errors.BadParty()
    most = min(1 + companions_limit, capacity)
    if party.heads > most:
        raise errors.PartyTooLarge(most=most, heads=party.heads)
    if children_limit is not None and party.children > children_limit:
        raise errors.TooManyChildren(most=children_limit, children=party.children)


def check_sign_up_time(*, published: bool, opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Refuse a sign-up before it opens, after it closes, and for an event that is not published."""
    if not published or now >= closes_at:
        raise errors.SignUpClosed()
    if now < opens_at:
        raise errors.NotOpenYet()


def pause_end(no_shows: Sequence[datetime], *, now: datetime) -> datetime | None:
    """Return until when sign-up is paused: three no-shows within a year, 90 days from the last one."""
    recent = sorted(at for at in no_shows if now - at < NO_SHOWS_COUNT_FOR)
    if len(recent) < PAUSE_AFTER:
        return None
    end = recent[-1] + PAUSE_LASTS
    return end if end > now else None


def place_for(heads: int, *, heads_free: int) -> Place:
    """Seat a party when all of it fits; a party is never split."""
    return Place.SEATED if heads <= heads_free else Place.WAITING


# --- the queue ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A waiting party as the queue sees it."""

    id: int
    heads: int


@dataclass(frozen=True)
class NextOffer:
    """Who is offered the free heads, and who stood before it and did not fit."""

    party: Waiting
    skipped: tuple[Waiting, ...]


def next_offer(queue: Sequence[Waiting], *, heads_free: int) -> NextOffer | None:
    """Return the first party in line that fits into the free heads, with those before it that do not."""
    for n, party in enumerate(queue):
        if party.heads <= heads_free:
            return NextOffer(party, tuple(queue[:n]))
    return None


def offer_end(*, now: datetime, starts_at: datetime) -> datetime | None:
    """Return until when an offer stands: 24 hours, less when the event is near; None when it is too late to offer.

    A quarter of the time that is left goes to each offer, so that four parties can be asked; never less than half an
    hour, and never beyond the start.
    """
    left = starts_at - now
    if left < OFFER_SHORTEST:
        return None
    return now + min(OFFER_LASTS, max(OFFER_SHORTEST, left / 4))


# --- giving back -------------------------------------------------------------------------------------------------------


def check_cancellation(
    *, live: bool, waiting: bool, offered: bool, arrived: bool, cancel_until: datetime, now: datetime
) -> None:
    """Refuse to give back a place after the agreed moment; who only waits may leave at any time."""
    if not live or arrived:
        raise errors.NothingToCancel()
    if waiting or offered:
        return
    if now >= cancel_until:
        raise errors.TooLateToCancel(until=cancel_until)


# --- the door ----------------------------------------------------------------------------------------------------------


def check_heads_at_door(*, heads: int, heads_in: int, wanted: int, last_at: str = "") -> int:
    """Return how many of a party are in after ``wanted`` more came: three of four now, the fourth later, no fifth."""
    left = heads - heads_in
    if left == 0:
        raise errors.AllAreIn(heads=heads, at=last_at)
    if wanted < 1 or wanted > left:
        raise errors.TooManyAtTheDoor(left=left)
    return heads_in + wanted


# --- setting up --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """The moments of an event."""

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    cancel_until: datetime


def usual_opening(*, closes_at: datetime, now: datetime) -> datetime:
    """Return when sign-up opens when nobody decided it: at once, or for what has closed already a day before that."""
    return now if now < closes_at else closes_at - timedelta(days=1)


def usual_cancel_end(*, starts_at: datetime, now: datetime) -> datetime:
    """Return until when places go back when nobody decided it: 24 hours before the start, never a moment in the past."""
    return min(max(now, starts_at - CANCEL_ENDS_BEFORE), starts_at)


def check_times(times: Times) -> None:
    """Refuse moments in an impossible order."""
    if times.ends_at <= times.starts_at:
        raise errors.BadTimes()
    if times.opens_at >= times.closes_at or times.closes_at > times.ends_at:
        raise errors.BadSignUpTimes()
    if times.cancel_until > times.starts_at:
        raise errors.BadCancelTime()


def check_capacity(*, capacity: int, heads_taken: int) -> None:
    """Refuse a capacity below what people hold."""
    if capacity < heads_taken:
        raise errors.CapacityBelowTaken(taken=heads_taken)


def looks_changed(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    """Say whether time or place changed, so that calendars and people have to hear of it."""
    return before != after
