"""Where packages that must not know each other are joined."""

from typing import Any

from homes import queries as homes
from homes.signals import home_bound, home_unbound
from points import operations as points
from points.queries import add_member_check
from staff import queries as staff


@home_bound.connect
def thank_for_binding(_sender: Any, *, home: Any, member: Any, actor: Any, **_more: Any) -> None:
    """Grant the points for a bound home, once per home, and let its owner be gold at least (points.md, 3 and 4)."""
    points.grant("home_bound", member_id=member.id, source=("home", home.id), actor=actor)
    points.set_tier_floor(member.id, "gold", actor=actor, reason=home.code)


@home_unbound.connect
def forget_the_floor(_sender: Any, *, home: Any, member_id: int, actor: Any, **_more: Any) -> None:
    """Take the floor of the gold tier away with the last home; the tier itself stays until its review."""
    if not homes.rights_of(member_id):
        points.set_tier_floor(member_id, None, actor=actor, reason=home.code)


def lives_in_scope(person: Any, permission: Any, member_id: int) -> bool:
    """Say whether a member has a home where a staff person holds a permission."""
    return bool(homes.residents_within(staff.scope_of(person, permission), [member_id]))


add_member_check(lives_in_scope)
