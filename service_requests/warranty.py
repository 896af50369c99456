"""What the law promises for a part of the home; shown beside the form, and never a ground to refuse a report.

Periods by the State Council's regulation on construction quality, article 40 (from the acceptance of the building), and
by the ministry's rule of 1998, article 5 (from handover); service_requests.md 6.10, users_and_law.md D.4.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Ground:
    """The legal periods for a part: the builder's from acceptance, the buyer's least from handover."""

    builder: Any
    buyer: Any = None


_LIFE = _l("the design life of the building")
_FIVE = _l("5 years")
_TWO = _l("2 years")
_ONE = _l("1 year")
_AGREED = _l("as agreed in the contract")

_BY_FAULT = {"blocked": Ground(_TWO, _l("2 months"))}
_LEAKS = {
    "roof": Ground(_FIVE, _l("3 years")),
    "plumbing": Ground(_TWO, _ONE),
    "sanitary": Ground(_TWO, _ONE),
    "hvac": Ground(_l("2 heating or cooling seasons"), _l("1 season")),
}
_BY_PART = {
    "structure": Ground(_LIFE, _l("a reasonable service life")),
    "roof": Ground(_FIVE, _l("3 years")),
    "wall": Ground(_TWO, _ONE),
    "ceiling": Ground(_TWO, _ONE),
    "floor": Ground(_TWO, _ONE),
    "window_door": Ground(_TWO, _ONE),
    "plumbing": Ground(_TWO, _ONE),
    "sanitary": Ground(_TWO, _ONE),
    "electric": Ground(_TWO, _l("6 months (lamps and switches)")),
    "hvac": Ground(_l("2 heating or cooling seasons"), _l("1 season")),
    "cabinet": Ground(_TWO),
    "gas": Ground(_TWO),
    "lift": Ground(_TWO),
}


def ground_for(part: str | None, fault: str | None) -> Ground | None:
    """Return the legal periods that speak for the member most, or None when nothing was chosen."""
    if not part:
        return None
    if fault == "leak":
        return _LEAKS.get(part, Ground(_FIVE, _ONE))
    if fault in _BY_FAULT and part in {"plumbing", "sanitary"}:
        return _BY_FAULT[fault]
    return _BY_PART.get(part, Ground(_AGREED, _AGREED))
