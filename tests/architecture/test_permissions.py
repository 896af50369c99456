"""Every permission is somebody's, and every role holds only permissions that exist."""

import enum
import importlib
import importlib.util

from portal.packages import PACKAGES
from staff.permission_words import WORDS
from staff.presets import PRESETS, Preset


def permissions() -> dict[str, list[str]]:
    """Return the values of each package's permissions."""
    found = {}
    for package in ("kernel", *PACKAGES):
        if importlib.util.find_spec(f"{package}.policies"):
            policies = importlib.import_module(f"{package}.policies")
            kind = getattr(policies, "Permission", None)
            if isinstance(kind, enum.EnumMeta):
                found[package] = [member.value for member in kind]
    return found


def faults(presets: dict[str, Preset], known: dict[str, list[str]]) -> list[str]:
    """Return permissions that do not exist, belong to nobody, or stand in the wrong package."""
    every = {value for values in known.values() for value in values}
    held = {value for preset in presets.values() for value in preset.permissions}
    return [
        *(f"{value} is held by a role and does not exist" for value in sorted(held - every)),
        *(f"{value} is held by no role" for value in sorted(every - held)),
        *(f"{v} is not called after {p}" for p, values in known.items() for v in values if not v.startswith(f"{p}.")),
    ]


def test_roles_and_permissions_fit():
    assert faults(PRESETS, permissions()) == []


def test_every_permission_is_told_in_words():
    every = {value for values in permissions().values() for value in values}
    assert every ^ set(WORDS) == set()


def test_the_auditor_changes_nothing():
    writing = (
        "manage",
        "edit",
        "give",
        "approve",
        "reply",
        "assign",
        "hide",
        "publish",
        "import",
        "decide",
        "hand_over",
    )
    assert [value for value in PRESETS["auditor"].permissions if any(word in value for word in writing)] == []


def test_the_control_sees_each_fault():
    preset = Preset("x", "X", "X", ("points.give", "points.vanished"))
    found = faults({"x": preset}, {"points": ["points.give", "points.orphan", "events.stray"]})
    assert len(found) == 4
