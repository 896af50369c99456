"""What staff may do with points, and which members' accounts a staff person may see."""

import enum
from collections.abc import Callable
from typing import Any


class Permission(enum.Enum):
    """The permissions of this package."""

    SEE_ACCOUNTS = "points.see_accounts"
    """See a member's points, statement and orders."""
    SEE_ORDERS = "points.see_orders"
    """See the orders of rewards."""
    HAND_OVER = "points.hand_over"
    """Hand rewards over by code, mark orders as ready, and cancel orders on the club's behalf."""
    GIVE = "points.give"
    """Give a member up to 500 points by hand, with a reason, and propose more."""
    APPROVE = "points.approve"
    """Approve points above 500 that somebody else has proposed."""
    EDIT_REWARDS = "points.edit_rewards"
    """Write rewards, their stock, dates and limits, and put them on offer."""
    SEE_RULES = "points.see_rules"
    """See tiers and earning rules."""


MemberCheck = Callable[[Any, Any, int], bool]
_checks: list[MemberCheck] = []


def add_member_check(check: MemberCheck) -> None:
    """Let a package above say who may see a member: called with the staff person, the permission and the member's id.

    This floor knows a member's orders but not his homes; the portal adds the check that knows them.
    """
    _checks.append(check)


def a_check_says_yes(person: Any, permission: Permission, member_id: int) -> bool:
    """Say whether one of the added checks lets a staff person see a member."""
    return any(check(person, permission, member_id) for check in _checks)
