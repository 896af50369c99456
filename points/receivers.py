"""What points hear from below: somebody joined."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from kernel.actor import SYSTEM
from member import signals
from points import operations, queries


@signals.joined.connect
def welcome(_sender: Any, *, member: Any, **_facts: Any) -> None:
    """Give a new member the welcome points, exactly once."""
    operations.grant("join", member_id=member.id, source=("member", member.id), actor=SYSTEM)


@signals.profile_completed.connect
def thank_for_profile(_sender: Any, *, member: Any, **_facts: Any) -> None:
    """Give the points for a complete profile, once."""
    operations.grant("profile", member_id=member.id, source=("member", member.id), actor=SYSTEM)


@signals.greeted.connect
def show_welcome_points(_sender: Any, *, member: Any, **_facts: Any) -> signals.Gain:
    """Let the welcome page show the points that came with the membership."""
    available = queries.account_of(member.id).available
    return signals.Gain(_("Your points"), f"{available:,}", url_for("points.statement"))
