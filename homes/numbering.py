"""How people write the number of a home, and the one form in which numbers are compared.

``2-1-1803``, ``2栋1单元1803``, ``二栋一单元1803室``, ``2幢1单元1803``, ``２－１－１８０３`` and ``第2座 18樓 03室`` are read into
building, unit, floor and room; a printed label follows the habit of the place (栋, 号, 座). Pure functions: no database.
"""

import re
import unicodedata
from dataclasses import dataclass

from homes.models.estates import Habit

MOST = 60
"""Characters of a label; whatever is longer is no home."""


@dataclass(frozen=True)
class HomeNumber:
    """The number of a home: building ``2`` or ``A``, unit or None, room ``1803``, ``902``, ``B``; phase when written.

    ``floor`` is given where people write it apart from the room (第2座15樓B室), or can be read from a room of three or
    four digits.
    """

    building: str
    unit: str | None
    room: str
    floor: int | None = None
    phase: int | None = None

    @property
    def door(self) -> str:
        """The room as one word: ``1803``, or ``15B`` where floor and room are written apart."""
        return f"{self.floor}{self.room}" if self.floor is not None and not _holds_floor(self.room) else self.room

    @property
    def key(self) -> str:
        """What searching compares: ``2-1-1803``, or ``12-902`` in a building without units."""
        return "-".join(part for part in (self.building, self.unit, self.door) if part)

    @property
    def short_key(self) -> str:
        """The same without the unit, for those who leave it out: ``2-1803``."""
        return f"{self.building}-{self.door}"


def _holds_floor(room: str) -> bool:
    """Say whether the floor is part of the room's number, as in 1803 and 902."""
    return len(room) >= 3 and room[:-2].isdigit()


# --- reading ----------------------------------------------------------------------------------------------------------

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "兩": 2}
_CHINESE = re.compile(r"[零〇○一二三四五六七八九十百两兩]+")
_SAME = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−－ー~～", "-"),
        "樓": "楼",
        "棟": "栋",
        "單": "单",
        "號": "号",
        "層": "层",
        "幢": "栋",
        "＃": "#",
    }
)

_WRITTEN = re.compile(
    r"(?:第?(?P<phase>\d{1,2})期)?"
    r"第?(?P<building>\d{1,3}|[A-Z]\d?|\d{1,2}[A-Z])(?:号楼|栋楼|栋|座|号|楼|#)-?"
    r"(?:(?P<unit>\d{1,2}|[A-Z])(?:单元|门|梯))?-?"
    r"(?:第?(?P<floor>\d{1,3})(?:楼|层|/?F))?-?"
    r"(?P<room>\d{1,5}[A-Z]?|[A-Z])(?:号室|号房|室|房|号)?"
)
_DASHED = re.compile(
    r"(?P<building>\d{1,3}|[A-Z]\d?|\d{1,2}[A-Z])[-/.](?:(?P<unit>\d{1,2}|[A-Z])[-/.])?(?P<room>\d{1,5}[A-Z]?)(?:室|房)?"
)


def parse(text: str) -> HomeNumber | None:
    """Return the number that somebody wrote, or None when it is no number of a home."""
    plain = _plain(text)
    found = _WRITTEN.fullmatch(plain) or _DASHED.fullmatch(plain)
    if found is None:
        return None
    parts = found.groupdict()
    floor = int(parts["floor"]) if parts.get("floor") else None
    room = parts["room"]
    if floor is None and _holds_floor(room.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")):
        floor = int(room.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[:-2])
    elif floor is not None and room.isdigit() and not _holds_floor(room):
        room = f"{floor}{int(room):02d}"  # 18楼3室 is the door 1803
    elif floor is None and re.fullmatch(r"\d{1,2}[A-Z]", room):
        floor, room = int(room[:-1]), room[-1]  # 15B is room B on floor 15
    elif floor is None and room.isalpha():
        return None
    return HomeNumber(
        building=_unpadded(parts["building"]),
        unit=_unpadded(parts["unit"]) if parts.get("unit") else None,
        room=room,
        floor=floor,
        phase=int(parts["phase"]) if parts.get("phase") else None,
    )


def room_only(text: str) -> str | None:
    """Return the door when somebody wrote nothing but a room: ``1803``, ``1803室``."""
    found = re.fullmatch(r"(\d{3,5}[A-Z]?)(?:室|房|号)?", _plain(text))
    return found.group(1) if found else None


def building_only(text: str) -> str | None:
    """Return the building when somebody wrote nothing else: ``2栋``, ``A座``, ``十二号楼``."""
    found = re.fullmatch(r"第?(\d{1,3}|[A-Z]\d?)(?:号楼|栋|座|号|楼|#)", _plain(text))
    return _unpadded(found.group(1)) if found else None


def _plain(text: str) -> str:
    """Return a text with half-width signs, one kind of dash, Arabic digits, no spaces, capital letters."""
    narrow = unicodedata.normalize("NFKC", text[: MOST * 2]).translate(_SAME).upper()
    arabic = _CHINESE.sub(lambda found: _arabic(found.group()), narrow)
    return re.sub(r"[\s,，、·]+", "", arabic)


def _arabic(written: str) -> str:
    """Return Chinese numerals as digits: 十二 is 12, 二十一 is 21, 一八零三 is 1803, 一百零二 is 102."""
    if not set(written) & set("十百"):
        return "".join(str(_DIGITS[c]) for c in written)
    total, digit = 0, 0
    for c in written:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[c]
    return str(total + digit)


def _unpadded(part: str) -> str:
    return part.lstrip("0") or "0"


# --- writing ----------------------------------------------------------------------------------------------------------


def building_name(building: str, habit: Habit) -> str:
    """Return the name of a building as its neighbours write it: 2栋, 12号, A座, 第2座."""
    match habit:
        case Habit.DONG:
            return f"{building}栋"
        case Habit.HAO:
            return f"{building}号"
        case Habit.ZUO:
            return f"{building}座"
        case Habit.HONG_KONG:
            return f"第{building}座"


def printed(number: HomeNumber, habit: Habit) -> str:
    """Return the label of a home in the habit of its place: 2栋1单元1803, 12号902室, A座2305, 第2座15樓B室."""
    head = building_name(number.building, habit)
    unit = f"{number.unit}单元" if number.unit else ""
    match habit:
        case Habit.HONG_KONG if number.floor is not None and not _holds_floor(number.room):
            return f"{head}{number.floor}樓{number.room}室"
        case Habit.HAO | Habit.HONG_KONG:
            return f"{head}{unit}{number.door}室"
        case _:
            return f"{head}{unit}{number.door}"


def building_code(project_code: str, phase_code: str, building: str) -> str:
    """Return the machine code of a building: ``SZ-YHL.P1.B02``; letters stand as they are: ``GZ-WJY.P1.BA``."""
    return f"{project_code}.{phase_code}.B{building.zfill(2) if building.isdigit() else building}"


def home_code(building: str, number: HomeNumber) -> str:
    """Return the machine code of a home below its building's code: ``SZ-YHL.P1.B02.U1.1803``; rooms sort by floor."""
    unit = f".U{number.unit}" if number.unit else ""
    width = 4 if number.door[-1:].isdigit() else 5 if _holds_floor(number.room) else 3
    return f"{building}{unit}.{number.door.zfill(width)}"
