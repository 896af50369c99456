"""The contract ledger of the demo club: an .xlsx as a sales system would export it, awkward and wrong rows included.

Every name and number is invented; mobiles lie in 199 0000 0000-0999, identity characters belong to nobody. The same
rows come out every time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl

from homes import operations as homes
from homes import queries
from homes.ledger import rows
from homes.models import Habit
from kernel.actor import SYSTEM

Row = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """Buildings of one phase that are alike: how they are numbered, and when they were sold and handed over."""

    project: str
    phase: str
    buildings: tuple[str, ...]
    habit: Habit
    units: tuple[str, ...]
    floors: tuple[int, ...]
    rooms: tuple[str, ...]
    signed: date
    agreed: date
    handed: date | None
    sold: float = 1.0

    @property
    def top(self) -> int:
        return max(self.floors)


_NO_FOURS = tuple(floor for floor in range(1, 34) if floor not in {4, 14, 24})
_PLAIN = ("01", "02", "03", "04")

BLOCKS = (
    Block("SZ-CLW", "一期", ("1", "2", "3", "4"), Habit.DONG, ("",), _NO_FOURS, (*_PLAIN, "05", "06"), date(2020, 5, 16), date(2022, 12, 31), date(2022, 11, 26)),
    Block("SZ-CLW", "二期", ("5", "6", "7", "8"), Habit.DONG, ("",), _NO_FOURS, (*_PLAIN, "05", "06"), date(2023, 4, 8), date(2025, 12, 31), date(2025, 12, 23)),
    Block("SZ-YHL", "一期", ("1", "2", "3", "4", "5"), Habit.DONG, ("1", "2"), tuple(range(1, 19)), _PLAIN, date(2024, 6, 1), date(2026, 9, 30), date(2026, 10, 9), 0.95),
    Block("SH-SYT", "一期", tuple(str(n) for n in range(1, 13)), Habit.HAO, ("",), tuple(range(1, 19)), ("01", "02"), date(2025, 9, 20), date(2027, 6, 30), None, 0.9),
    Block("GZ-WJY", "一期", ("A",), Habit.ZUO, ("",), tuple(range(2, 32)), (*_PLAIN, "05", "06"), date(2021, 10, 1), date(2023, 12, 31), date(2023, 12, 15)),
    Block("GZ-WJY", "二期", ("B", "C"), Habit.ZUO, ("",), tuple(range(2, 32)), (*_PLAIN, "05", "06"), date(2026, 5, 1), date(2028, 6, 30), None, 0.35),
    Block("CD-JSH", "一期", ("1", "2", "3", "4", "5", "6"), Habit.DONG, ("1", "2"), tuple(range(1, 12)), _PLAIN, date(2023, 11, 11), date(2026, 8, 31), date(2026, 8, 23), 0.97),
    Block("HK-HTT", "第一期", ("1", "2"), Habit.HONG_KONG, ("",), tuple(range(3, 23)), ("A", "B", "C", "D"), date(2026, 6, 18), date(2028, 3, 31), None, 0.45),
)  # fmt: skip

CAST: dict[tuple[str, str], tuple[str, str]] = {
    ("SZ-CLW", "6-1206"): ("周予安", "19900000001"),
    ("SH-SYT", "1-902"): ("林可航", "19900000002"),
    ("SZ-YHL", "2-1-1803"): ("陈砚书", "19900000003"),
    ("SZ-CLW", "3-1206"): ("何静姝", "19900000004"),
    ("SZ-CLW", "5-2802"): ("张秀英", "19900000005"),
    ("HK-HTT", "2-15B"): ("Emma Clarke", "19900000007"),
    ("CD-JSH", "1-1-501"): ("阿依努尔·买买提", "19900000008"),
    ("CD-JSH", "1-1-502"): ("阿依努尔·买买提", "19900000008"),
    ("CD-JSH", "3-2-1101"): ("阿依努尔·买买提", "19900000008"),
    ("SZ-CLW", "2-601"): ("王鹏飞", "19900000011"),
    ("SZ-CLW", "7-1603"): ("王鹏飞", "19900000012"),
    ("SZ-YHL", "3-2-1201"): ("陳詠詩", "+852 9000 0001"),
    ("SZ-YHL", "1-1-802"): ("司徒嘉；郑以宁", "19900000013；19900000014"),
    ("SH-SYT", "3-1101"): ("苏晚晴；罗启明", "19900000015；"),
}
"""Homes of the people one can sign in as, and the awkward buyers: three homes, one name twice, overseas, two buyers."""

COMPANY = ("GZ-WJY", "A-2305")
RESOLD = ("SZ-CLW", "1-803")
CHANGED = ("SZ-YHL", "4-1-301")
"""The home whose buyer has a new mobile in the second file."""

SURNAMES = (
    "吴郑蒋苏罗谢王李赵孙钱冯褚卫沈韩杨朱秦尤许吕施孔曹严华金魏陶姜戚邹喻柏水窦章云潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
)
GIVEN = "绍棠以宁慕白晚晴启明听澜思远清禾若谷景行知夏明轩雨桐浩然静怡子墨嘉树予怀乐山向阳書瑶一诺"


def write_ledger(path: Path) -> int:
    """Write the ledger of the six projects as .xlsx; return how many rows it has, the wrong ones included."""
    return _write(path, [*_good_rows(), *_wrong_rows()])


def write_changes(path: Path) -> int:
    """Write what the sales system exports a month later: a new mobile and a resale."""
    changed, resold = _row_at(CHANGED), _row_at(RESOLD, "有效")
    again = dict(resold) | {
        rows.CONTRACT: resold[rows.CONTRACT] + "-B",
        rows.PREVIOUS: resold[rows.CONTRACT],
        rows.BUYERS: "谢听澜",
        rows.MOBILES: "19900000017",
        rows.SIGNED: date(2026, 11, 12),
    }
    return _write(path, [changed | {rows.MOBILES: "19900000018"}, again])


def owner_mobiles() -> list[str]:
    """Return the mobiles of buyers whose contract is in force, in the order of the numbers; companies are left out."""
    found: dict[str, None] = {}
    for row in _good_rows():
        if row[rows.STATE] == "有效" and row[rows.KIND] == "个人":
            for mobile in str(row[rows.MOBILES] or "").split("；"):
                if mobile and not mobile.startswith("+"):
                    found[mobile] = None
    return sorted(found)


def open_buildings() -> None:
    """Open the buildings with their habits of numbering and their floors, before the ledger brings their homes."""
    for block in BLOCKS:
        project = queries.project(block.project)
        if project is None:
            continue
        phase = next(phase for phase in project.phases if phase.name == block.phase)
        for number in block.buildings:
            homes.open_building(phase.id, number=number, habit=block.habit, floors=block.top, actor=SYSTEM)


# --- rows -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _good_rows() -> tuple[Row, ...]:
    chance = random.Random(2026)
    mobiles = [f"1990000{n:04d}" for n in range(100, 1_000)]
    made: list[Row] = []
    for block in BLOCKS:
        for n, (key, label) in enumerate(_homes(block)):
            known = CAST.get((block.project, key))
            if (
                known is None
                and chance.random() > block.sold
                and (block.project, key) not in (COMPANY, RESOLD, CHANGED)
            ):
                continue
            made.append(_row(block, n, label, key, known, chance))
    _hand_out(mobiles, made, chance)
    _make_awkward(made)
    return tuple(made)


def _homes(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the key and the label of every home of a block."""
    for building in block.buildings:
        for unit in block.units:
            for floor in block.floors:
                for room in block.rooms:
                    yield _key_and_label(block.habit, building, unit, floor, room)


def _key_and_label(habit: Habit, building: str, unit: str, floor: int, room: str) -> tuple[str, str]:
    door = f"{floor}{room}"
    key = "-".join(part for part in (building, unit, door) if part)
    match habit:
        case Habit.HAO:
            return key, f"{building}号{door}室"
        case Habit.ZUO:
            return key, f"{building}座{door}"
        case Habit.HONG_KONG:
            return key, f"第{building}座{floor}樓{room}室"
        case Habit.DONG:
            return key, f"{building}栋{unit}单元{door}" if unit else f"{building}栋{door}"


def _row(block: Block, n: int, label: str, key: str, known: tuple[str, str] | None, chance: random.Random) -> Row:
    signed = block.signed + timedelta(days=chance.randrange(160))
    handed = block.handed + timedelta(days=chance.choice((0, 0, 0, 1, 1, 2))) if block.handed else None
    if block.project == "SZ-YHL" and known is None and chance.random() < 0.2:
        handed = None  # sold, and not yet fetched by its owner
    name, mobile = known or (_name(chance), None)
    buyers = name.count("；") + 1
    return {
        rows.CONTRACT: f"{block.project.upper()}-{block.signed:%y}-{block.phase}-{n + 1:05d}".replace("第", "").replace(
            "期", ""
        ),
        rows.PREVIOUS: None,
        rows.PROJECT: block.project,
        rows.PHASE: block.phase,
        rows.HOME: _as_somebody_writes(label, key, chance),
        rows.BUYERS: name,
        rows.MOBILES: mobile,
        rows.IDS: "；".join(_last_four(chance) for _buyer in range(buyers)),
        rows.KIND: "个人",
        rows.SIGNED: signed,
        rows.AGREED: block.agreed,
        rows.HANDED: handed,
        rows.STATE: "有效",
        "_key": (block.project, key),
    }


def _as_somebody_writes(label: str, key: str, chance: random.Random) -> str:
    """Return a label mostly in the habit of the place, now and then in one of the other ways that people have."""
    way = chance.randrange(40)
    if way == 0 and "樓" not in label:
        return key
    if way == 1:
        return label.replace("栋", "幢")
    if way == 2:
        return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in label)
    if way == 3 and label.startswith("2栋1单元"):
        return label.replace("2栋1单元", "二栋一单元") + "室"
    return label


def _name(chance: random.Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))


def _last_four(chance: random.Random) -> str:
    return f"{chance.randrange(1_000):03d}{chance.choice('0123456789X')}"


def _hand_out(mobiles: list[str], made: list[Row], chance: random.Random) -> None:
    """Give the sample numbers to buyers of all projects; the range is small, so most buyers stand there without one."""
    without = [row for row in made if not row[rows.MOBILES]]
    for mobile, row in zip(mobiles, chance.sample(without, len(mobiles)), strict=True):
        row[rows.MOBILES] = mobile


def _make_awkward(made: list[Row]) -> None:
    at = {row["_key"]: row for row in made}
    at[COMPANY].update(
        {rows.BUYERS: "望榕贸易（演示）有限公司", rows.KIND: "企业", rows.MOBILES: "19900000016", rows.IDS: "8X3K"}
    )
    sold = at[RESOLD]
    at[CHANGED][rows.MOBILES] = "19900000019"
    again = dict(sold) | {
        rows.CONTRACT: sold[rows.CONTRACT] + "-A",
        rows.PREVIOUS: sold[rows.CONTRACT],
        rows.BUYERS: "李一",
        rows.MOBILES: "19900000020",
        rows.SIGNED: date(2024, 3, 2),
        rows.HANDED: date(2024, 3, 30),
        rows.AGREED: date(2024, 3, 31),
    }
    sold[rows.STATE] = "已转让"
    made.insert(made.index(sold) + 1, again)


def _row_at(place: tuple[str, str], state: str = "有效") -> Row:
    return next(dict(row) for row in _good_rows() if row["_key"] == place and row[rows.STATE] == state)


def _wrong_rows() -> list[Row]:
    """Return rows with the mistakes that real exports have; each is left out with its reason."""
    first = dict(_row_at(("SZ-CLW", "3-1206")))

    def wrong(n: int, **cells: Any) -> Row:
        return first | {rows.CONTRACT: f"ERR-{n:03d}", rows.STATE: "解除"} | cells

    return [
        wrong(1, 项目编码="SZ-XXX"),
        wrong(2, 期="九期"),
        wrong(3, 房屋="顶楼东边那套"),
        wrong(4, 手机号="1990000"),
        wrong(5, 签约日期="2020-02-30"),
        wrong(6, 买受人=None),
        wrong(7, 买受人="甲；乙；丙", 手机号="19900000021；19900000022", 证件后四位=None),
        wrong(8, 实际交付日期=date(2019, 1, 1)),
        wrong(9, 合同编号=first[rows.CONTRACT]),
        wrong(10, 合同状态="有效"),
    ]


def _write(path: Path, given: list[Row]) -> int:
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(2026, 11, 23)
    sheet = book.create_sheet("合同台账")
    columns = list(rows.COLUMNS)
    sheet.append(columns)
    for row in given:
        sheet.append([row[column] for column in columns])
    book.save(path)
    return len(given)
