"""What the rules of points refuse, each with one sentence for the person in front of the form."""

from flask_babel import lazy_gettext as _l

from kernel.errors import Conflict, Missing, Refused, TooMany


class NotEnoughPoints(Refused):
    """More points are asked for than are usable now."""

    message = _l("This takes %(needed)s points; you have %(usable)s. You are %(missing)s short.")


class PointsOwed(Refused):
    """Points were taken back after they had been spent; new points repay that first."""

    message = _l("Your account owes %(debt)s points. New points repay them first; after that you can redeem again.")


class OutOfStock(Refused):
    """Fewer pieces are left than were ordered."""

    message = _l("Only %(left)s left. Nothing was deducted.")
    field = "quantity"


class LimitReached(Refused):
    """A member has had as many as one member may have."""

    message = _l("Each member can have %(limit)s of these; you have %(had)s already.")
    field = "quantity"


class TierTooLow(Refused):
    """The reward is for higher tiers."""

    message = _l("This reward is for %(tier)s members and above.")


class NotOnOffer(Refused):
    """The reward is not published, or its dates have not begun or are over."""

    message = _l("This reward is not on offer at present.")


class BudgetSpent(Refused):
    """The points set aside for this have been used up."""

    message = _l("This offer is used up for now. Nothing was deducted.")


class NothingToGrant(Refused):
    """A grant that rounds to zero points is a mistake of the caller and never a row."""

    message = _l("This would give no points at all.")


class UnknownOccasion(Missing):
    """No earning rule has ever been written for the occasion."""

    message = _l("There is no rule for points on this occasion.")


class BookedOtherwise(Conflict):
    """The business key was used before for something else."""

    message = _l("This has been booked before with other figures.")


class AccountMoved(Conflict):
    """The account changed although it was locked: somebody wrote past the lock."""


class HoldEnded(Conflict):
    """The points set aside have been used or given back already."""

    message = _l("The points that were set aside for this have been used or given back already.")


class TooMuchReturned(Refused):
    """More is to be given back or taken back than there was."""

    message = _l("At most %(left)s points can be returned.")


class TooLateToCancel(Conflict):
    """The order has been handed over, shipped, cancelled or has lapsed."""

    message = _l("This order can no longer be cancelled. It stands at: %(state)s.")


class NotThatStep(Conflict):
    """The order is not where this step begins."""

    message = _l("This order stands at: %(state)s. Please look at it again.")


class UnknownCode(Refused):
    """No order has this code, or not in the scope of whoever asks."""

    message = _l("There is no order with this code. Please check the 16 characters.")
    field = "code"


class CodeUsed(Conflict):
    """The code has handed over its order already."""

    message = _l("This code was used on %(at)s. Do not hand anything over.")
    field = "code"


class CodeVoid(Conflict):
    """The order behind the code was cancelled or not collected in time."""

    message = _l("The order behind this code was cancelled or has lapsed. Do not hand anything over.")
    field = "code"


class TooManyCodes(TooMany):
    """Codes are being tried."""

    message = _l("Too many codes were tried. Please wait ten minutes.")


class NeedsSecondPerson(Refused):
    """Above a sum nobody gives points alone."""

    message = _l("Above %(limit)s points a second person has to approve.")
    field = "amount"


class OwnAccount(Refused):
    """Nobody approves his own proposal."""

    message = _l("Somebody else has to approve what you proposed.")


class DatesReversed(Refused):
    """A reward would end before it begins."""

    message = _l("The dates do not fit: the end lies before the beginning.")
    field = "ends_on"
