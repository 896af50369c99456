"""What the rules of homes refuse, and the sentence that says so."""

from flask_babel import lazy_gettext as _l

from kernel.errors import Conflict, Missing, Refused, TooMany


class NoSuchContract(Refused):
    """Number and digits do not belong together; the one answer for every way in which binding fails."""

    message = _l(
        "We could not find a contract in force with this number and these last four characters. "
        "Please check both against your contract, or call us."
    )


class TooManyBindingAttempts(TooMany):
    """Somebody is guessing."""

    message = _l(
        "Too many attempts to bind a home. Please try again tomorrow, or call us; we will gladly do it with you."
    )


class WrongStep(Conflict):
    """A construction update cannot go from where it is to where somebody wants it."""

    message = _l("This update has been changed in the meantime and cannot take this step any more.")


class NothingToShow(Refused):
    """An update for buildings in progress has neither text nor photo."""

    message = _l("Please write what can be seen. When there was no progress, say so and why.")
    field = "text"


class TakenInFuture(Refused):
    """A photo cannot be older than tomorrow."""

    message = _l("The day the photos were taken lies in the future.")
    field = "taken_on"


class ReasonNeeded(Refused):
    """A new forecast, a withdrawal and a changed fact say why."""

    message = _l("Please give the reason; owners will read it.")
    field = "reason"


class SameForecast(Refused):
    """The forecast says what the one before it said."""

    message = _l("This is the date already shown to owners.")
    field = "expected_on"


class ForecastInPast(Refused):
    """A forecast looks ahead."""

    message = _l("A forecast needs a day from today on.")
    field = "expected_on"


class AlreadyReached(Conflict):
    """The milestone is behind us."""

    message = _l("This milestone was reached on %(day)s; there is nothing left to forecast.")


class ReachedInFuture(Refused):
    """A milestone is reached when it is reached."""

    message = _l("The day it was reached lies in the future.")
    field = "reached_on"


class TooManyFloors(Refused):
    """More floors were reported than the building has."""

    message = _l("The building has %(floors)d floors.")
    field = "floors_done"


class MilestoneGone(Missing):
    """No such milestone in this building."""


class UnknownPlace(Missing):
    """No such project, phase or building for this viewer."""

    message = _l("This project or building does not exist.")


class NoSuchMember(Refused):
    """The number that was typed is no member's."""

    message = _l("There is no member with this number.")
    field = "member_number"


class BuildingNeeded(Refused):
    """An update for a building or a home names no building."""

    message = _l("Please choose the building.")
    field = "building_id"


class NoSuchHome(Refused):
    """The building has no such home."""

    message = _l("This building has no such home.")
    field = "home"


class NotALedger(Refused):
    """The file is no workbook or table that can be read."""

    message = _l("This file cannot be read as an .xlsx workbook or a .csv table. Nothing was changed.")
    field = "file"


class ColumnsMissing(Refused):
    """The first row does not name the columns."""

    message = _l("The first row must name the columns. Missing: %(columns)s. Nothing was changed.")
    field = "file"


class LedgerTooLarge(Refused):
    """The file is larger than any ledger."""

    message = _l("The file is larger than %(megabytes)d MB. Please split it.")
    field = "file"


class ImportElsewhere(Conflict):
    """The import is being worked on, or is past this step."""

    message = _l("This import has moved on in the meantime. Please look at it again.")
