"""Where packages that must not know each other are joined."""

from typing import Any

from homes.signals import home_bound
from points import operations as points


@home_bound.connect
def thank_for_binding(_sender: Any, *, home: Any, member: Any, actor: Any, **_more: Any) -> None:
    """Grant the points for a bound home, once per home (points.md: home bound and verified)."""
    points.grant("home_bound", member_id=member.id, source=("home", home.id), actor=actor)
