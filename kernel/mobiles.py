"""Telephone numbers: one written form for each, and a masked one for everybody else's eyes."""

import phonenumbers
from flask_babel import lazy_gettext as _l

from kernel.errors import Refused


class NotAMobile(Refused):
    """No person can be reached by text message under this number."""

    message = _l("This is not a mobile number we can reach. Please check the digits.")
    field = "mobile"


def canonical(written: str) -> str:
    """Return the E.164 form of a number, mainland unless it says otherwise; refuse what cannot get an SMS.

    Any mainland number 1[3-9] plus nine digits is taken, also ranges that number libraries do not know yet.
    """
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException as error:
        raise NotAMobile() from error
    if number.extension:
        raise NotAMobile()
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code == 86:
        national = str(number.national_number)
        if len(national) == 11 and national[0] == "1" and national[1] in "3456789":
            return e164
        raise NotAMobile()
    if not phonenumbers.is_possible_number(number):
        raise NotAMobile()
    return e164


def masked(e164: str) -> str:
    """Return ``199****0001`` or ``+852****4567``: enough to recognise one's own number."""
    shown = e164[3:] if e164.startswith("+86") else e164
    return f"{shown[: max(3, len(shown) - 8)]}****{shown[-4:]}"


def readable(e164: str) -> str:
    """Return the number as its owner writes it: ``199 0000 0001``, ``+852 6123 4567``."""
    if e164.startswith("+86"):
        national = e164[3:]
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    number = phonenumbers.parse(e164)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
