"""What this domain refuses, each with the facts behind it."""

from flask_babel import lazy_gettext as _l

from kernel.errors import Conflict, Forbidden, Missing, Refused, TooMany


class NotFromHere(Conflict):
    """The status does not lead there."""

    message = _l("This case is “%(status)s” now. From there it can become: %(allowed)s.")


class NothingMore(Conflict):
    """The status is final for this person."""

    message = _l("This case is “%(status)s” now and cannot be changed any more.")


class NotForYou(Forbidden):
    """The step exists, and somebody else takes it."""

    message = _l("This step is not yours to take.")


class NotYourCase(Missing):
    """The case belongs to another household."""

    message = _l("This case does not exist.")


class TextTooShort(Refused):
    """A few words more are needed to act on it."""

    message = _l("Please describe it in at least %(least)d characters, in words.")
    field = "text"


class ReasonMissing(Refused):
    """The step has to be explained to the person it concerns."""

    message = _l("Please give a reason.")
    field = "reason"


class NotYourHome(Refused):
    """Repairs are filed for homes that are bound to the member."""

    message = _l("Please choose one of your own homes.")
    field = "home_id"


class HomeMissing(Refused):
    """A repair needs a place to go to."""

    message = _l("Please choose the home that needs the repair.")
    field = "home_id"


class UnknownProject(Refused):
    """The project does not exist."""

    message = _l("Please choose a project from the list.")
    field = "project_code"


class UnknownMember(Refused):
    """Nobody of the club has this number."""

    message = _l("No member has this mobile number.")
    field = "mobile"


class WordsDoNotFit(Refused):
    """Room, part and fault were not chosen from the list."""

    message = _l("Please choose room, part and problem from the lists.")
    field = "fault"


class TimesInThePast(Refused):
    """A visit cannot be wished for a day that is over."""

    message = _l("Please choose times from tomorrow on.")
    field = "time_1"


class UtteredInFuture(Refused):
    """Nobody can have said it later than now."""

    message = _l("This time lies in the future.")
    field = "uttered_at"


class CallTimeImpossible(Refused):
    """A call happened between the request and now."""

    message = _l("The call must lie between the request and now.")
    field = "called_at"


class StepsMissing(Refused):
    """The evidence that this class of case needs is not complete."""

    message = _l("Before this, please record: %(steps)s.")


class OnlyUpward(Forbidden):
    """Lowering a class needs a manager."""

    message = _l("Only a manager may lower the class of a case.")


class SameClass(Conflict):
    """The class is that already."""

    message = _l("The case is in this class already.")


class NobodyToAssign(Refused):
    """The person cannot take cases of this place."""

    message = _l("This person cannot take cases of this project.")
    field = "assignee_id"


class AlreadyAssigned(Conflict):
    """Somebody was quicker."""

    message = _l("The case is with this person already.")


class AlreadyRated(Conflict):
    """A case is rated once."""

    message = _l("You have rated this case already. Thank you.")


class TooLateToReturn(Conflict):
    """After fifteen days a new request begins its own clocks."""

    message = _l(
        "This case was closed more than 15 days ago. Please submit a new request and name number %(number)s in it."
    )


class NothingToConfirm(Conflict):
    """There is no result yet, or it was confirmed before."""

    message = _l("There is no result waiting for you in this case.")


class NoPost(Missing):
    """The case was never put on the board."""

    message = _l("This post does not exist.")


class NotShown(Conflict):
    """It is hidden already."""

    message = _l("This post is not on the board at the moment.")


class ShownAlready(Conflict):
    """There is nothing to restore."""

    message = _l("This post is on the board already.")


class NothingOverdue(Conflict):
    """Members climb a level when a promise was broken."""

    message = _l("No promise of this case is overdue. We will be in touch by the promised time.")


class EscalatedAlready(Conflict):
    """The next level knows already."""

    message = _l("The next level has been told already.")


class VisitImpossible(Refused):
    """A visit lies in the future and begins before it ends."""

    message = _l("Please choose a time that is still to come.")
    field = "begins_at"


class TooManyCases(TooMany):
    """The daily limit protects everybody's queue; emergencies go by phone."""

    message = _l("You have submitted many requests today. For anything urgent please call us; your text is kept.")
