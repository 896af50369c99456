"""The purpose register: what the club uses personal information for, on which basis, with the version of each text.

A changed text gets a new version here; whoever agreed to the old one is then asked again (PIPL 14). The texts are
read on the join form, in the privacy centre and beside each entry of the history.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from member.models import Purpose


@dataclass(frozen=True)
class PurposeText:
    """One purpose as it is told to people."""

    purpose: Purpose
    version: str
    title: Any
    text: Any
    kept_for: Any
    is_contract: bool = False

    @property
    def key(self) -> str:
        return self.purpose.value


REGISTER: dict[Purpose, PurposeText] = {
    entry.purpose: entry
    for entry in (
        PurposeText(
            Purpose.MEMBERSHIP,
            "2026-11-01",
            _l("Membership, your homes and your requests"),
            _l(
                "Mobile number, name, your homes, your requests and your points, so that we can run your membership and "
                "do what you ask of us. This is the contract itself, not an extra."
            ),
            _l("Kept as long as you are a member."),
            is_contract=True,
        ),
        PurposeText(
            Purpose.MARKETING,
            "2026-11-01",
            _l("News, events and offers of the club"),
            _l("Mobile number and inbox, to tell you about events, new homes and offers: at most twice a month."),
            _l("Until you switch it off."),
        ),
        PurposeText(
            Purpose.BIRTHDAY,
            "2026-11-01",
            _l("Birthday wishes"),
            _l("Date of birth, to wish you well on the day."),
            _l("Until you switch it off."),
        ),
        PurposeText(
            Purpose.PHOTOS,
            "2026-11-01",
            _l("Photos taken at events"),
            _l("Photos in which you can be recognised, shown on the event's page."),
            _l("Until you switch it off; the photos are then taken down."),
        ),
        PurposeText(
            Purpose.PROPERTY_COMPANY,
            "2026-11-01",
            _l("Passing my contact on to the property company"),
            _l(
                "Name, mobile number and home, passed on to the property company of your project, so that it can reach you "
                "about the estate. Repairs you report do not need this."
            ),
            _l("Until you switch it off; we then tell the company to delete it."),
        ),
    )
}


def version_of(purpose: Purpose) -> str:
    """Return the version of a purpose's text that is shown today."""
    return REGISTER[purpose].version
