"""Setting up: draft, edit, publish, cancel."""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import datetime

from events import errors, rules
from events.models import Audience, Event, EventKind, EventState
from events.operations import queue
from kernel import audit, clock, files, form_keys, outbox
from kernel.actor import Actor
from kernel.db import db, lock, operation
from kernel.files import Prepared
from staff.queries import Scope


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """What staff decide about an event; moments in UTC, prices in points per head.

    Left out, sign-up opens at once and places go back until 24 hours before the start (``settled``).
    """

    kind: EventKind
    title_zh: str
    text_zh: str
    city_code: str
    place: str
    address: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    capacity: int
    opens_at: datetime | None = None
    cancel_until: datetime | None = None
    companions_limit: int = 2
    children_limit: int | None = None
    title_en: str | None = None
    text_en: str | None = None
    project_code: str | None = None
    audience: Audience = Audience.ALL
    price_points: int = 0
    grants_points: bool = True
    tier_priority: bool = False
    safety_notice: str | None = None

    @property
    def times(self) -> rules.Times:
        """The moments once they are ``settled``."""
        assert self.opens_at is not None and self.cancel_until is not None
        return rules.Times(self.starts_at, self.ends_at, self.opens_at, self.closes_at, self.cancel_until)

    def settled(self, now: datetime) -> "EventFacts":
        """Return the facts with the moments that nobody decided."""
        return replace(
            self,
            opens_at=self.opens_at or rules.usual_opening(closes_at=self.closes_at, now=now),
            cancel_until=self.cancel_until or rules.usual_cancel_end(starts_at=self.starts_at, now=now),
        )


@operation
def create(
    facts: EventFacts, *, key: str, actor: Actor, scope: Scope | None = None, photos: Sequence[Prepared] = ()
) -> Event:
    """Draft an event; nobody but staff sees it. Refuses impossible times and places outside the scope (R083)."""
    claim = form_keys.claim(key, actor=actor, purpose="events.create", content=astuple(facts))
    if claim.earlier_id:
        return db.session.get_one(Event, claim.earlier_id)
    now = clock.now()
    facts = facts.settled(now)
    _check(facts, scope)
    event = Event(
        **asdict(facts),
        state=EventState.DRAFT,
        heads_taken=0,
        sequence=0,
        last_queue_number=0,
        created_at=now,
        updated_at=now,
    )
    db.session.add(event)
    claim.keep(event)
    files.attach(photos, kind="event", owner_id=event.id)
    audit.record(actor, "events.drafted", event, title=event.title_zh)
    return event


def _check(facts: EventFacts, scope: Scope | None) -> None:
    rules.check_times(facts.times)
    if facts.audience is Audience.OWNERS and not facts.project_code:
        raise errors.ProjectNeeded()
    if scope is not None and not scope.covers(city_code=facts.city_code, project_code=facts.project_code):
        raise errors.OutsideOwnArea()


@operation
def edit(
    event_id: int, facts: EventFacts, *, actor: Actor, scope: Scope | None = None, photos: Sequence[Prepared] = ()
) -> Event:
    """Change an event; everybody signed up hears of a new time or place, and a larger house is filled from the queue.

    Refuses a capacity below the heads taken, and a new price once anybody has signed up.
    """
    event = lock(Event, event_id)
    if event is None or event.state in (EventState.CANCELLED, EventState.FINISHED):
        raise errors.NotPublished()
    now = clock.now()
    facts = facts.settled(now)
    _check(facts, scope)
    rules.check_capacity(capacity=facts.capacity, heads_taken=event.heads_taken)
    if facts.price_points != event.price_points and (event.heads_taken or event.last_queue_number):
        raise errors.PriceIsFixed()
    before = _where_and_when(event)
    changed = {name: value for name, value in asdict(facts).items() if getattr(event, name) != value}
    for name, value in changed.items():
        setattr(event, name, value)
    event.updated_at = now
    files.attach(photos, kind="event", owner_id=event.id)
    if event.is_published and rules.looks_changed(before, _where_and_when(event)):
        event.sequence += 1
        outbox.put("events.changed", {"event_id": event.id, "sequence": event.sequence})
    audit.record(actor, "events.edited", event, fields=sorted(changed))
    queue.settle(event, now=now, actor=actor)
    return event


def _where_and_when(event: Event) -> tuple[object, ...]:
    return (event.starts_at, event.ends_at, event.place, event.address)


@operation
def publish(event_id: int, *, actor: Actor) -> Event:
    """Let people see the event and sign up. Refuses ``NotADraft`` and ``StartsInThePast``.

    What lay in wait as a draft past its moments does not promise what is over: sign-up opens now, not earlier, and
    places go back until now at least.
    """
    event = lock(Event, event_id)
    if event is None or not event.is_draft:
        raise errors.NotADraft()
    now = clock.now()
    if event.starts_at <= now:
        raise errors.StartsInThePast()
    event.opens_at = max(event.opens_at, now) if now < event.closes_at else event.opens_at
    event.cancel_until = max(event.cancel_until, now)
    event.state, event.published_at, event.updated_at = EventState.PUBLISHED, now, now
    audit.record(actor, "events.published", event, title=event.title_zh)
    return event


@operation
def cancel_event(event_id: int, *, reason: str, actor: Actor) -> Event:
    """Call the event off at once; everybody is told and gets the points back, party by party, by the worker.

    Refuses ``ReasonMissing`` and ``NotPublished``.
    """
    if not reason.strip():
        raise errors.ReasonMissing()
    event = lock(Event, event_id)
    if event is None or not event.is_published:
        raise errors.NotPublished()
    event.state, event.cancelled_reason = EventState.CANCELLED, reason.strip()
    event.updated_at, event.sequence = clock.now(), event.sequence + 1
    outbox.put("events.cancelled", {"event_id": event.id})
    audit.record(actor, "events.cancelled", event, reason=reason.strip(), heads=event.heads_taken)
    return event
