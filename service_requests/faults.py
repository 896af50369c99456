"""The rooms, parts and faults of a home, as large choices; codes are stored, labels are shown in the reader's language."""

from typing import Any

from flask_babel import lazy_gettext as _l

ROOMS: dict[str, Any] = {
    "living": _l("Living room"),
    "dining": _l("Dining room"),
    "master_bedroom": _l("Main bedroom"),
    "bedroom": _l("Other bedroom"),
    "kitchen": _l("Kitchen"),
    "bathroom": _l("Bathroom"),
    "balcony": _l("Balcony"),
    "entrance": _l("Entrance"),
    "public": _l("Shared area of the building"),
    "other": _l("Elsewhere"),
}

PARTS: dict[str, Any] = {
    "window_door": _l("Window or door"),
    "wall": _l("Wall"),
    "floor": _l("Floor"),
    "ceiling": _l("Ceiling"),
    "plumbing": _l("Water pipe or drain"),
    "sanitary": _l("Washbasin, toilet, tap"),
    "electric": _l("Electric line, socket, lamp"),
    "gas": _l("Gas"),
    "cabinet": _l("Cabinet or fitting"),
    "hvac": _l("Heating or cooling"),
    "roof": _l("Roof or outer wall"),
    "structure": _l("Beam, column, load-bearing wall"),
    "lift": _l("Lift"),
    "facility": _l("Shared facility"),
}

FAULTS: dict[str, Any] = {
    "leak": _l("Water comes through"),
    "crack": _l("Crack"),
    "hollow": _l("Hollow or loose"),
    "peeling": _l("Peeling, stained or mouldy"),
    "blocked": _l("Blocked"),
    "burst": _l("Burst, water running"),
    "broken": _l("Broken or does not work"),
    "loose": _l("Does not close, draughty"),
    "noise": _l("Unusual noise"),
    "no_power": _l("No power or trips"),
    "sparks": _l("Sparks or burnt smell"),
    "gas_alarm": _l("Gas smell or gas alarm"),
    "trapped": _l("People trapped"),
    "falling": _l("Pieces fall down"),
    "other": _l("Something else"),
}

_INDOORS = ("window_door", "wall", "floor", "ceiling", "electric", "cabinet", "hvac")
_WET = (*_INDOORS, "plumbing", "sanitary")
ROOM_PARTS: dict[str, tuple[str, ...]] = {
    "living": _INDOORS,
    "dining": _INDOORS,
    "master_bedroom": _INDOORS,
    "bedroom": _INDOORS,
    "kitchen": (*_WET, "gas"),
    "bathroom": _WET,
    "balcony": (*_WET, "roof"),
    "entrance": _INDOORS,
    "public": ("lift", "facility", "wall", "ceiling", "roof", "electric", "plumbing", "window_door", "structure"),
    "other": (*_WET, "gas", "roof", "structure"),
}
PART_FAULTS: dict[str, tuple[str, ...]] = {
    "window_door": ("leak", "loose", "broken", "noise", "other"),
    "wall": ("leak", "crack", "hollow", "peeling", "other"),
    "floor": ("leak", "hollow", "crack", "noise", "other"),
    "ceiling": ("leak", "crack", "peeling", "falling", "other"),
    "plumbing": ("leak", "blocked", "burst", "noise", "other"),
    "sanitary": ("leak", "blocked", "loose", "broken", "other"),
    "electric": ("no_power", "sparks", "broken", "other"),
    "gas": ("gas_alarm", "broken", "other"),
    "cabinet": ("loose", "broken", "peeling", "other"),
    "hvac": ("leak", "broken", "noise", "other"),
    "roof": ("leak", "crack", "falling", "other"),
    "structure": ("crack", "leak", "other"),
    "lift": ("trapped", "broken", "noise", "other"),
    "facility": ("broken", "leak", "falling", "other"),
}
EMERGENCIES = frozenset({"burst", "sparks", "gas_alarm", "trapped", "falling"})
"""Faults that cannot wait: somebody calls back within half an hour and stands at the door within two."""


def fits(room: str, part: str, fault: str) -> bool:
    """Say whether the three words belong together."""
    return part in ROOM_PARTS.get(room, ()) and fault in PART_FAULTS.get(part, ())
