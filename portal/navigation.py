"""The ways on: the member's tabs and the back office's side bar, each line shown to those who may go there."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from kernel import access


@dataclass(frozen=True)
class Entry:
    """One way on."""

    label: Any
    url: str
    icon: str
    active: bool
    count: int | None = None


_MEMBER = [
    (_l("Home"), "portal.home", "house", ("portal.",)),
    (_l("My home"), "homes.mine", "building", ("homes.mine", "homes.home", "homes.bind")),
    (_l("Submit"), "service_requests.choose", "plus-circle", ("service_requests.",)),
    (_l("Events"), "events.index", "calendar-event", ("events.",)),
    (_l("Rewards"), "points.rewards", "gift", ("points.",)),
    (_l("Me"), "member.account", "person", ("member.",)),
]

_STAFF = [
    (_l("My desk"), "portal_staff.desk", "speedometer2", "portal_staff.desk"),
    (_l("Cases"), "service_requests_staff.queue", "inbox", "service_requests_staff."),
    (_l("Public board"), "service_requests_staff.moderation", "chat-square-text", "service_requests_staff.moderation"),
    (_l("Customers"), "portal_staff.customers", "people", "portal_staff.customer"),
    (_l("Homes and progress"), "homes_staff.index", "buildings", "homes_staff."),
    (_l("Events"), "events_staff.index", "calendar-event", "events_staff."),
    (_l("Points and rewards"), "points_staff.index", "gift", "points_staff."),
    (_l("Approvals"), "staff.approvals", "check2-square", "staff.approval"),
    (_l("People and roles"), "staff.people", "person-badge", "staff.people"),
    (_l("Audit trail"), "staff.audit_trail", "shield-check", "staff.audit"),
    (_l("Operation"), "portal_staff.operation", "gear", "portal_staff.operation"),
]


def member() -> list[Entry]:
    """Return the member's tabs."""
    return [
        Entry(label, url_for(endpoint), icon, _is_active(prefixes))
        for label, endpoint, icon, prefixes in _MEMBER
        if endpoint in current_app.view_functions
    ]


def staff() -> list[Entry]:
    """Return the lines of the side bar that the signed-in person may open."""
    here = _nearest([prefix for _label, _endpoint, _icon, prefix in _STAFF])
    return [
        Entry(label, url_for(endpoint), icon, prefix == here)
        for label, endpoint, icon, prefix in _STAFF
        if endpoint in current_app.view_functions and _may_open(endpoint)
    ]


def _nearest(prefixes: list[str]) -> str | None:
    """Return the longest prefix of the page that is open: the board is a line of its own among the cases' pages."""
    matching = [prefix for prefix in prefixes if request and request.endpoint and request.endpoint.startswith(prefix)]
    return max(matching, key=len, default=None)


def _is_active(prefixes: tuple[str, ...]) -> bool:
    return bool(request and request.endpoint and request.endpoint.startswith(prefixes))


def _may_open(endpoint: str) -> bool:
    needed = getattr(current_app.view_functions[endpoint], "access", None)
    if needed is None or not access.current_staff:
        return False
    return needed.permission is None or access.can(needed.permission)


def footer() -> list[tuple[Any, str]]:
    """Return the links at the foot of every page."""
    return [
        (_l("Ways to complain"), url_for("service_requests.choose")),
        (_l("Public board"), url_for("service_requests.board")),
        (_l("Terms"), url_for("member.terms")),
        (_l("Privacy policy"), url_for("member.privacy_policy")),
    ]


def scope_words(person: Any) -> str:
    """Return where a staff person works, as printed beside his name."""
    return ", ".join(dict.fromkeys(grant.unit.name for grant in person.running_grants))
