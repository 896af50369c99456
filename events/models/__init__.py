"""Tables of the events: the event, a party's registration, the log of its queue, what happened at the door."""

from events.models.events import Audience, Event, EventKind, EventState
from events.models.registrations import (
    ENDED,
    HOLDING,
    LIVE,
    CheckIn,
    QueueLog,
    QueueStep,
    Registration,
    RegistrationState,
)

__all__ = [
    "Audience",
    "CheckIn",
    "ENDED",
    "Event",
    "EventKind",
    "EventState",
    "HOLDING",
    "LIVE",
    "QueueLog",
    "QueueStep",
    "Registration",
    "RegistrationState",
]
