"""The verbs of the events: set up, sign up, wait, give back, let in."""

from events.operations.door import check_in, excuse_no_show, undo_check_in
from events.operations.endings import finish, release_parties, tell_change
from events.operations.publishing import EventFacts, cancel_event, create, edit, publish
from events.operations.queue import accept_offer, decline_offer, repair_queue
from events.operations.seats import cancel, sign_up

__all__ = [
    "EventFacts",
    "accept_offer",
    "cancel",
    "cancel_event",
    "check_in",
    "create",
    "decline_offer",
    "edit",
    "excuse_no_show",
    "finish",
    "publish",
    "release_parties",
    "repair_queue",
    "sign_up",
    "tell_change",
    "undo_check_in",
]
