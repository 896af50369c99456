"""What the club refuses around joining, signing in and the account."""

from flask_babel import lazy_gettext as _l

from kernel.errors import Conflict, Refused, TooMany


class CodeTooSoon(TooMany):
    """A code was sent to this number less than a minute ago."""

    message = _l("A code was sent less than a minute ago. Please wait 60 seconds before asking for another.")
    field = "mobile"


class TooManyCodes(TooMany):
    """The number, the address or the whole club has asked for as many codes as a day allows."""

    message = _l("Too many codes have been requested. Please try again tomorrow, or call us and we will help.")
    field = "mobile"


class TooManyTries(TooMany):
    """Too many wrong codes or passwords for one number or from one address."""

    message = _l("Too many attempts. Please wait an hour, or call us and we will help.")


class WrongCode(Refused):
    """The code is wrong, too old, used, or has been guessed at five times; one sentence for all of them."""

    message = _l("This code is wrong or no longer valid. Check the digits, or have a new code sent.")
    field = "code"


class WrongPassword(Refused):
    """Number and password do not belong together; the same sentence whether or not the number is known."""

    message = _l("The number and the password do not match. You can sign in with a text-message code instead.")


class AlreadyMember(Conflict):
    """Somebody with this number is a member already."""

    message = _l("This number belongs to a member already. Please sign in.")
    field = "mobile"


class ConsentMissing(Refused):
    """Without the terms and the privacy policy there is no contract."""

    message = _l("We need your agreement to the terms and the privacy policy to open the membership.")
    field = "membership"


class NotOptional(Refused):
    """What the membership cannot do without cannot be switched off; it ends with the membership."""

    message = _l("This use is part of the membership itself. It ends when you leave the club.")


class NameNeeded(Refused):
    """A member has a name."""

    message = _l("Please tell us your name.")
    field = "name"


class OddName(Refused):
    """A name holds letters, spaces, hyphens, apostrophes and interpuncts; no digits and no other signs."""

    message = _l("A name has letters or Chinese characters only, with · - ' or spaces between them.")
    field = "name"


class WeakPassword(Refused):
    """The password is one of those that are tried first."""

    message = _l("This password is among the first that are guessed. Please choose another.")
    field = "password"


class PasswordLength(Refused):
    """Too short to protect anything, or absurdly long."""

    message = _l("A password has %(least)d to %(most)d characters.")
    field = "password"


class NotOfAge(Refused):
    """Members are 18 or older (PIPL 31, sensitive data of minors)."""

    message = _l("Membership is open from the age of 18.")
    field = "birth_date"


class ImpossibleBirthDate(Refused):
    """Nobody was born in the future or 130 years ago."""

    message = _l("Please check the date of birth.")
    field = "birth_date"


class AccountUnavailable(Refused):
    """The membership was closed."""

    message = _l("This membership cannot be used. Please call us.")


class ProofMissing(Refused):
    """A sensitive change asks for a fresh proof of the person."""

    message = _l("Please confirm first that it is you.")
