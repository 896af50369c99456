"""How often codes are sent and secrets are tried; counted in the door, before the operation, so that a refusal counts.

The counts live in the database and let nothing through when it does not answer. The address comes first, so that a
blocked address cannot use up the allowance of somebody's number.
"""

import ipaddress
from datetime import timedelta

from kernel import limits
from member import errors, rules

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def before_code(mobile: str, address: str) -> None:
    """Count a code that is about to be sent; refuse ``CodeTooSoon`` or ``TooManyCodes``."""
    place = network_of(address)
    for per, limit in rules.CODES_PER_ADDRESS.items():
        limits.hit(f"code.address.{_hours(per)}h", place, limit=limit, per=per, refusal=errors.TooManyCodes)
    limits.hit("code.pause", mobile, limit=1, per=rules.CODE_PAUSE, refusal=errors.CodeTooSoon)
    for per, limit in rules.CODES_PER_NUMBER.items():
        limits.hit(f"code.number.{_hours(per)}h", mobile, limit=limit, per=per, refusal=errors.TooManyCodes)
    limits.hit("code.club.24h", "all", limit=rules.CODES_PER_DAY, per=DAY, refusal=errors.TooManyCodes)


def before_try(mobile: str, address: str) -> None:
    """Count a code or password that is about to be tried; refuse ``TooManyTries``."""
    limits.hit("try.address", network_of(address), limit=rules.TRIES_PER_ADDRESS, per=HOUR, refusal=errors.TooManyTries)
    limits.hit("try.number", mobile, limit=rules.TRIES_PER_NUMBER, per=HOUR, refusal=errors.TooManyTries)


def network_of(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the /64 that one IPv6 line is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _hours(per: timedelta) -> int:
    return int(per.total_seconds() // 3600)
