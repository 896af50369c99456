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


_PRESETS = (
    Preset("event_staff", "Event staff", _l("Event staff"), ()),
    Preset("specialist", "Customer relations specialist", _l("Customer relations specialist"), ()),
    Preset("manager", "Customer relations manager", _l("Customer relations manager"), ()),
    Preset("repair_engineer", "Repair engineer", _l("Repair engineer"), ()),
    Preset("moderator", "Moderator", _l("Moderator"), ()),
    Preset("sales", "Sales", _l("Sales"), ()),
    Preset("information", "Information and statistics", _l("Information and statistics"), ()),
    Preset("coordination", "General coordination", _l("General coordination"), ()),
    Preset("auditor", "Auditor", _l("Auditor"), ("staff.read", "staff.audit")),
    Preset("administrator", "Administrator", _l("Administrator"), ("staff.read", "staff.manage", "staff.audit")),
)

PRESETS = {preset.code: preset for preset in _PRESETS}
