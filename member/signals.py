"""What the floors above hear from here; receivers run inside the sender's transaction."""

from dataclasses import dataclass
from typing import Any

from blinker import signal

joined = signal("member.joined")
"""Sent by ``operations.enrol`` when somebody becomes a member; sender ``Member``, with ``member=``."""

profile_completed = signal("member.profile_completed")
"""Sent by ``operations.edit_profile`` the first time a profile is complete; sender ``Member``, with ``member=``."""

account_closed = signal("member.account_closed")
"""Sent when a membership ends for good; sender ``Member``, with ``member=``."""

greeted = signal("member.greeted")
"""Sent by the welcome page, which asks the floors above what has come with the membership; sender ``Member``, with
``member=``. A receiver only reads, and returns a ``Gain`` or None."""


@dataclass(frozen=True)
class Gain:
    """A line of the welcome page: what it is, how much, and where it is shown in full."""

    label: Any
    value: str
    url: str
