"""What this package refuses, one class per refusal."""

from flask_babel import lazy_gettext as _l

from kernel.errors import Conflict, Forbidden, Missing, Refused, TooMany


class WrongSignIn(Refused):
    """Login or password is wrong, or the account is closed; which of them is nobody's business."""

    message = _l("Login and password do not match an open account. Please check both.")


class WrongCode(Refused):
    """The one-time code is wrong, too old, or was used before."""

    message = _l("This code is not valid, or it was used already. Please wait for the next one on your phone.")
    field = "code"


class SignInLost(Refused):
    """Too much time has passed between password and code."""

    message = _l("Please begin again with login and password.")


class TooManySignIns(TooMany):
    """Passwords or codes are being guessed."""

    message = _l("Too many attempts. Please wait a quarter of an hour.")


class SignInQueueFull(TooMany):
    """All places for checking passwords are taken."""

    message = _l("Many people are signing in right now. Please try again in a moment.")


class WrongPassword(Refused):
    """The present password was not given rightly."""

    message = _l("This is not your present password.")
    field = "present"


class PasswordTooShort(Refused):
    """Fewer characters than protect anything."""

    message = _l("Please choose a password of at least %(least)d characters.")
    field = "password"


class PasswordTooLong(Refused):
    """More characters than a hash should be made of."""

    message = _l("Please choose a password of at most %(most)d characters.")
    field = "password"


class PasswordTooCommon(Refused):
    """A password that is tried first by whoever guesses."""

    message = _l("This password is easy to guess. Please choose another one.")
    field = "password"


class InvitationOver(Missing):
    """The link was used, has run out, or never existed."""

    message = _l("This link is no longer valid. Please ask an administrator for a new one.")


class LoginTaken(Conflict):
    """Two people would share a login."""

    message = _l("Somebody has this login already.")
    field = "login"


class BadgeTaken(Conflict):
    """Two people would share a badge number."""

    message = _l("Somebody has this badge number already.")
    field = "badge"


class TwoAdministratorsExist(Refused):
    """The first administrators are made on the server's command line; from then on people invite people."""

    message = _l("There are two administrators already. They invite everybody else.")


class NotForOneself(Forbidden):
    """Nobody changes his own rights."""

    message = _l("You cannot change your own roles or your own account here. Please ask another administrator.")


class OutsideScope(Forbidden):
    """The part of the organisation lies outside the scope of whoever acts."""

    message = _l("This part of the organisation is outside your scope.")
    field = "unit_id"


class TermBackwards(Refused):
    """A role would end before it begins."""

    message = _l("The role would end before it begins. Please check the last day.")
    field = "last_day"


class RoleHeldAlready(Conflict):
    """The person holds this role there already."""

    message = _l("This person holds the role there already.")


class GrantOver(Conflict):
    """The role has ended already."""

    message = _l("This role has ended already.")


class PersonDisabled(Conflict):
    """The account is closed."""

    message = _l("This account is disabled.")


class ProposalUnknown(Missing):
    """No such proposal, or not for this person."""

    message = _l("This proposal does not exist.")


class AlreadyDecided(Conflict):
    """Somebody else was faster."""

    message = _l("This proposal has been decided already.")


class NeedsSecondPerson(Forbidden):
    """The proposer cannot approve."""

    message = _l("A second person has to decide what you have proposed.")


class ChangedSinceProposed(Conflict):
    """What was proposed rests on a state that is no more."""

    message = _l("Something has changed since this was proposed. Please decline it and propose it afresh.")


class ProposedAlready(Conflict):
    """The same thing is waiting for approval already."""

    message = _l("The same proposal is waiting for approval already.")
