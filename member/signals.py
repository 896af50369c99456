"""What the floors above hear from here; receivers run inside the sender's transaction."""

from blinker import signal

joined = signal("member.joined")
"""Sent by ``operations.enrol`` when somebody becomes a member; sender ``Member``, with ``member=``."""

profile_completed = signal("member.profile_completed")
"""Sent by ``operations.edit_profile`` the first time a profile is complete; sender ``Member``, with ``member=``."""

account_closed = signal("member.account_closed")
"""Sent when a membership ends for good; sender ``Member``, with ``member=``."""
