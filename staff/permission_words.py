"""What each permission allows, in the reader's language, for the page that shows the roles."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, Any] = {
    "staff.read": _l("see people and their roles"),
    "staff.manage": _l("propose and approve people and roles"),
    "staff.audit": _l("read the audit trail"),
    "homes.read": _l("see projects, homes and their people, masked"),
    "homes.import_ledger": _l("import the contract ledger"),
    "homes.publish_progress": _l("write and publish construction updates"),
    "homes.decide_binding": _l("bind homes by hand and end rights"),
    "homes.edit_project": _l("edit project pages"),
    "points.see_accounts": _l("see members' points"),
    "points.see_orders": _l("see reward orders"),
    "points.hand_over": _l("hand rewards over and cancel orders"),
    "points.give": _l("give up to 500 points, propose more"),
    "points.approve": _l("approve more than 500 points"),
    "points.edit_rewards": _l("edit rewards and stock"),
    "points.see_rules": _l("see tiers and earning rules"),
    "events.read": _l("see events and their figures"),
    "events.prepare": _l("see drafts of events"),
    "events.manage": _l("set up, publish and cancel events"),
    "events.attendees": _l("see attendees, masked"),
    "events.check_in": _l("check parties in at the door"),
    "service_requests.read": _l("read cases"),
    "service_requests.reply": _l("reply to owners and record calls"),
    "service_requests.note": _l("write internal notes"),
    "service_requests.assign": _l("accept, assign and schedule"),
    "service_requests.resolve": _l("report results"),
    "service_requests.decline": _l("decline cases and lower their class"),
    "service_requests.hide_posts": _l("hide and restore posts"),
    "service_requests.file_on_behalf": _l("file cases for callers"),
    "service_requests.contact": _l("see telephone and home in full, each look recorded"),
    "portal.customers": _l("find customers, masked"),
    "portal.operate": _l("see jobs and dead letters and retry them"),
}


def words_for(permission: str) -> Any:
    """Return what a permission allows."""
    return WORDS.get(permission, permission)


def in_domains(permissions: list[str]) -> dict[str, list[Any]]:
    """Return what permissions allow, by the package they belong to."""
    found: dict[str, list[Any]] = {}
    for permission in sorted(permissions):
        found.setdefault(permission.partition(".")[0], []).append(words_for(permission))
    return found
