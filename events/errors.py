"""What may be refused, each with the sentence a person reads."""

from flask_babel import lazy_gettext as _l

from kernel.errors import Conflict, Missing, Refused


class NotOpenYet(Refused):
    """The sign-up begins later."""

    message = _l("Sign-up for this event has not opened yet.")


class SignUpClosed(Conflict):
    """The sign-up has ended, or the event is not published any more."""

    message = _l("Sign-up for this event has closed.")


class NotInvited(Missing):
    """The event is for others; for this member it does not exist."""


class AlreadySignedUp(Conflict):
    """One live sign-up per member and event."""

    message = _l("You are signed up for this event already. You find it under “My tickets”.")


class PartyTooLarge(Refused):
    """More companions than the event allows."""

    message = _l("This event allows at most %(most)d people in a party, yourself included; you entered %(heads)d.")
    field = "adults"


class TooManyChildren(Refused):
    """More children than the event allows."""

    message = _l("This event allows at most %(most)d children in a party; you entered %(children)d.")
    field = "pupils"


class BadParty(Refused):
    """A party without an adult, or with less than nobody."""

    message = _l("A party needs at least one adult.")
    field = "adults"


class NoticeNotAccepted(Refused):
    """The safety notice has to be read and accepted."""

    message = _l("Please read the safety notice and tick that your party will follow it.")
    field = "accepted_notice"


class PausedAfterNoShows(Refused):
    """Three no-shows shut the sign-up for 90 days."""

    message = _l(
        "You did not come to three events you had signed up for, so sign-up is paused until %(until)s. "
        "If there was a good reason, please call us: staff can lift this."
    )


class TooLateToCancel(Conflict):
    """The date until which a place can be given back online has passed."""

    message = _l("This place could be given back until %(until)s. Please call us if you cannot come.")


class NothingToCancel(Conflict):
    """The sign-up has ended already."""

    message = _l("This sign-up has ended already; nothing was changed.")


class NoOffer(Conflict):
    """No place is on offer to this party."""

    message = _l("No place is on offer to you at the moment.")


class OfferLapsed(Conflict):
    """The offer's time is over."""

    message = _l("This offer ended at %(until)s and the place went to the next in line.")


class BadTimes(Refused):
    """The moments of an event are in an impossible order."""

    message = _l("This has to come after the start.")
    field = "ends_at"


class BadSignUpTimes(Refused):
    """The sign-up has to open before it closes, and close before the event ends."""

    message = _l("This has to come after sign-up opens, and not after the event ends.")
    field = "closes_at"


class BadCancelTime(Refused):
    """Giving back a place ends when the event starts, at the latest."""

    message = _l("This cannot be later than the start of the event.")
    field = "cancel_until"


class ProjectNeeded(Refused):
    """An event for owners needs the project whose owners they are."""

    message = _l("An event for owners needs a project.")
    field = "project_code"


class StartsInThePast(Refused):
    """Nobody can come to what has begun."""

    message = _l("This event has started already and cannot be published.")
    field = "starts_at"


class CapacityBelowTaken(Conflict):
    """Places that people hold cannot be taken away by editing."""

    message = _l("%(taken)d places are taken or on offer already; the capacity cannot be lower.")
    field = "capacity"


class PriceIsFixed(Conflict):
    """What people have agreed to does not change under them."""

    message = _l("People have signed up at the present price; it cannot change any more.")
    field = "price_points"


class NotADraft(Conflict):
    """Only a draft can be published."""

    message = _l("This event is not a draft any more.")


class NotPublished(Conflict):
    """Only a published event can be cancelled, or have people at its door."""

    message = _l("This event is not published.")


class OutsideOwnArea(Refused):
    """Staff set up events within their own area."""

    message = _l("This city or project is outside your area.")
    field = "city_code"


class DoorClosed(Refused):
    """Check-in opens six hours before the start."""

    message = _l("Check-in opens six hours before the event starts and ends a week after it.")


class UnknownTicket(Missing):
    """The code or number belongs to no party of this event."""

    message = _l(
        "No party of this event has this code or number. Please check it, or type the last four digits of the guest's mobile."
    )
    field = "code"


class TicketOfAnotherEvent(Refused):
    """A genuine ticket, held out at the wrong door."""

    message = _l("This ticket is for another event: %(title)s, %(when)s.")
    field = "code"


class TicketNotValid(Refused):
    """The party's sign-up is cancelled or waiting: it has no place."""

    message = _l("Not valid: this party has no place (%(state)s).")
    field = "code"


class AllAreIn(Conflict):
    """The whole party has been let in."""

    message = _l("All %(heads)d of this party are in already, the last at %(at)s.")
    field = "heads"


class TooManyAtTheDoor(Refused):
    """A party never grows at the door."""

    message = _l("Only %(left)d of this party are still outside.")
    field = "heads"


class NonceUsedOtherwise(Conflict):
    """The same scan was sent for another party."""

    message = _l("This scan was already used for another party. Please scan again.")


class AlreadyUndone(Conflict):
    """A mistake is undone once."""

    message = _l("This check-in has been undone already.")


class ReasonMissing(Refused):
    """An undoing without a reason cannot be understood later."""

    message = _l("Please write the reason.")
    field = "reason"


class NoNoShow(Conflict):
    """Only a no-show can be excused."""

    message = _l("There is nothing to excuse.")
