"""The posts of the back office as sets of permissions (R070-R073 and those that the portal itself needs)."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Preset:
    """A role that every installation starts with."""

    code: str
    name: str
    label: Any
    permissions: tuple[str, ...]


_CASES_OF_ONES_OWN = (
    "service_requests.read",
    "service_requests.reply",
    "service_requests.note",
    "service_requests.assign",
    "service_requests.resolve",
    "service_requests.contact",
)
_CUSTOMER_RELATIONS = (
    *_CASES_OF_ONES_OWN,
    "events.read",
    "service_requests.file_on_behalf",
    "portal.customers",
    "homes.read",
    "homes.publish_progress",
    "homes.decide_binding",
    "points.see_accounts",
    "points.see_orders",
    "points.hand_over",
    "points.give",
)

_PRESETS = (
    Preset(
        "event_staff",
        "Event staff",
        _l("Event staff"),
        (
            "events.read",
            "events.prepare",
            "events.manage",
            "events.attendees",
            "events.check_in",
            "portal.customers",
            "points.see_orders",
            "points.hand_over",
            "points.edit_rewards",
        ),
    ),
    Preset("specialist", "Customer relations specialist", _l("Customer relations specialist"), _CUSTOMER_RELATIONS),
    Preset(
        "manager",
        "Customer relations manager",
        _l("Customer relations manager"),
        (*_CUSTOMER_RELATIONS, "service_requests.decline"),
    ),
    Preset(
        "repair_engineer",
        "Repair engineer",
        _l("Repair engineer"),
        (*_CASES_OF_ONES_OWN, "homes.read"),
    ),
    Preset("moderator", "Moderator", _l("Moderator"), ("service_requests.hide_posts", "events.read")),
    Preset("sales", "Sales", _l("Sales"), ("homes.read", "homes.edit_project", "events.read")),
    Preset(
        "information",
        "Information and statistics",
        _l("Information and statistics"),
        (
            "portal.customers",
            "service_requests.read",
            "homes.read",
            "homes.import_ledger",
            "events.read",
            "points.see_orders",
            "points.see_rules",
        ),
    ),
    Preset(
        "coordination",
        "General coordination",
        _l("General coordination"),
        (*_CASES_OF_ONES_OWN, "service_requests.decline", "portal.customers", "homes.read", "events.read"),
    ),
    Preset(
        "auditor",
        "Auditor",
        _l("Auditor"),
        (
            "staff.read",
            "staff.audit",
            "portal.customers",
            "service_requests.read",
            "homes.read",
            "events.read",
            "events.prepare",
            "events.attendees",
            "points.see_accounts",
            "points.see_orders",
            "points.see_rules",
        ),
    ),
    Preset(
        "administrator",
        "Administrator",
        _l("Administrator"),
        (
            "staff.read",
            "staff.manage",
            "staff.audit",
            *_CUSTOMER_RELATIONS,
            "service_requests.decline",
            "service_requests.hide_posts",
            "homes.import_ledger",
            "homes.edit_project",
            "events.prepare",
            "events.manage",
            "events.attendees",
            "events.check_in",
            "points.approve",
            "portal.operate",
            "points.edit_rewards",
            "points.see_rules",
        ),
    ),
)

PRESETS = {preset.code: preset for preset in _PRESETS}
