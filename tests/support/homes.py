"""Estates, homes and contracts for tests, made by the operations that make real ones."""

import io
import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import sqlalchemy as sa
from PIL import Image, ImageDraw

from homes import operations, queries
from homes.ledger import rows
from homes.models import (
    Audience,
    Building,
    ConstructionUpdate,
    FactorKind,
    Habit,
    Home,
    LedgerImport,
    MilestoneKind,
    Ownership,
    Project,
    Role,
    Stage,
)
from kernel import clock, files
from kernel.actor import SYSTEM, Actor
from kernel.db import db
from member.models import Member

_numbers = itertools.count(1)


def a_project(code: str = "SZ-YHL", name: str = "屿禾里", stage: Stage = Stage.LIVED_IN, **facts: Any) -> Project:
    """Return a project with its city and phase P1 (一期); the same code gives the same project."""
    city_code = code.split("-")[0]
    city_names = {"SZ": "深圳", "SH": "上海", "GZ": "广州", "CD": "成都", "HK": "香港"}
    operations.open_city(city_code, name=city_names.get(city_code, city_code), english_name=city_code, actor=SYSTEM)
    project = operations.open_project(code, city_code=city_code, name=name, stage=stage, actor=SYSTEM, **facts)
    operations.open_phase(code, "P1", name="一期", stage=stage, actor=SYSTEM)
    return project


def a_building(
    project_code: str = "SZ-YHL", number: str = "2", habit: Habit | None = None, floors: int = 30, **facts: Any
) -> Building:
    """Return a building of a project's first phase, making the project where it is missing; 号 in Shanghai, else 栋."""
    habit = habit or (Habit.HAO if project_code.startswith("SH-") else Habit.DONG)
    if queries.project(project_code) is None:
        a_project(project_code, **facts)
    phase = queries.phase_by_code(project_code, "P1")
    assert phase is not None
    return operations.open_building(phase.id, number=number, habit=habit, floors=floors, actor=SYSTEM)


def a_planned_building(project_code: str = "SH-SYT", number: str = "12", **facts: Any) -> Building:
    """Return a building under construction with all milestones; foundation reached, structure at floor 12 of 30."""
    facts.setdefault("stage", Stage.UNDER_CONSTRUCTION)
    building = a_building(project_code, number, **facts)
    plan = [
        (MilestoneKind.FOUNDATION, 15, date(2026, 3, 1)),
        (MilestoneKind.STRUCTURE, 40, date(2026, 12, 20)),
        (MilestoneKind.FACADE, 20, date(2027, 3, 1)),
        (MilestoneKind.FITTING_OUT, 20, date(2027, 5, 1)),
        (MilestoneKind.HANDOVER, 5, date(2027, 6, 30)),
    ]
    milestones = operations.plan_building(building.id, plan, actor=SYSTEM)
    by_kind = {m.kind: m.id for m in milestones}
    operations.state_milestone(by_kind[MilestoneKind.FOUNDATION], reached_on=date(2026, 3, 9), actor=SYSTEM)
    operations.state_milestone(by_kind[MilestoneKind.STRUCTURE], reached_on=None, floors_done=12, actor=SYSTEM)
    return building


def a_ledger_row(home: str = "2栋1单元1803", project_code: str = "SZ-YHL", **cells: Any) -> dict[str, Any]:
    """Return the cells of a good row; keywords replace cells by their Chinese column names."""
    row = {
        rows.CONTRACT: f"{project_code}-{next(_numbers):06d}",
        rows.PREVIOUS: None,
        rows.PROJECT: project_code,
        rows.PHASE: "一期",
        rows.HOME: home,
        rows.BUYERS: "周予安",
        rows.MOBILES: None,
        rows.IDS: "0012",
        rows.KIND: "个人",
        rows.SIGNED: date(2024, 5, 1),
        rows.AGREED: date(2026, 9, 30),
        rows.HANDED: None,
        rows.STATE: "有效",
    }
    return row | cells


def a_ledger(rows_given: Sequence[dict[str, Any]]) -> io.BytesIO:
    """Return an .xlsx workbook with the rows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    names = list(a_ledger_row())
    sheet.append(names)
    for row in rows_given:
        sheet.append([row[name] for name in names])
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def imported(
    *rows_given: dict[str, Any], apply: bool = True, reach: operations.Reach | None = None, actor: Actor = SYSTEM
) -> LedgerImport:
    """Import rows through the real importer, at once."""
    entry = operations.begin_import(
        a_ledger(rows_given),
        file_name="台账.xlsx",
        reach=reach or operations.Reach(everything=True),
        apply=apply,
        later=False,
        actor=actor,
    )
    return operations.run_import(entry.id)


def a_home(label: str = "2栋1单元1803", project_code: str = "SZ-YHL", **cells: Any) -> Home:
    """Return a home that came with a contract of the ledger; ``cells`` are the row's (手机号=..., 实际交付日期=...)."""
    if queries.project(project_code) is None:
        a_project(project_code)
    row = a_ledger_row(label, project_code, **cells)
    entry = imported(row)
    assert not entry.refused, [(e.field, e.reason) for e in queries.row_errors(entry.id)]
    return contract_home(row[rows.CONTRACT])


def contract_home(contract_number: str) -> Home:
    """Return the home of a contract."""
    from homes.models import Contract

    home_id = db.session.scalar(sa.select(Contract.home_id).where(Contract.number == contract_number))
    home = queries.home(home_id or 0)
    assert home is not None
    return home


def owned_home(member: Member, label: str = "2栋1单元1803", project_code: str = "SZ-YHL", **cells: Any) -> Home:
    """Return a home that the ledger has bound to a member by the mobile."""
    home = a_home(label, project_code, 手机号=member.mobile, **cells)
    assert queries.home_for(member.id, home.id) is not None
    return home


def lives_in(member: Member, home: Home, role: Role = Role.FAMILY) -> Ownership:
    """Give a member a right to a home by hand, as family or tenant."""
    return operations.bind_by_hand(home.id, member=member, role=role, reason="证件已核对", actor=SYSTEM)


def a_factor(project_code: str = "SZ-YHL", kind: FactorKind = FactorKind.UNFAVOURABLE, **facts: Any) -> Any:
    """Return a fact about a project."""
    values: dict[str, Any] = {
        "number": None,
        "title": "西侧加油站",
        "text": "项目西侧红线外有加油站一座。",
        "distance_m": 320,
        "inside_red_line": False,
        "source": "深圳市规划公示图",
    }
    return operations.write_factor(project_code, kind=kind, actor=SYSTEM, **(values | facts))


def a_picture(colour: str = "#7a8f7a", text: str = "", size: tuple[int, int] = (1200, 800)) -> bytes:
    """Return a generated JPEG."""
    picture = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(picture)
    for floor in range(0, size[1], 80):
        draw.line([(size[0] // 4, floor), (size[0] * 3 // 4, floor)], fill="#ffffff", width=6)
    draw.text((20, 20), text, fill="#000000")
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    return content.getvalue()


class _Upload:
    def __init__(self, content: bytes) -> None:
        self.filename, self.stream = "site.jpg", io.BytesIO(content)


_photos: dict[str, list[files.Prepared]] = {}


def a_photo(colour: str = "#7a8f7a") -> files.Prepared:
    """Return a photo that was checked and stored and belongs to nothing yet.

    Decoding takes a process each time, so a photo of an earlier test is used again: its row went with that test.
    """
    made = _photos.setdefault(colour, [])
    used = set(db.session.scalars(sa.select(files.StoredFile.token)))
    for photo in made:
        if photo.token not in used and _is_stored(photo):
            return photo
    made.extend(files.keep_photos([_Upload(a_picture(colour))]))
    return made[-1]


def _is_stored(photo: files.Prepared) -> bool:
    try:
        return bool(files.read(files.StoredFile(token=photo.token), 320))
    except Exception:  # swept away by another test
        return False


def an_update(
    building: Building,
    *,
    audience: Audience = Audience.BUILDING,
    published: bool = True,
    photos: Sequence[files.Prepared] = (),
    **facts: Any,
) -> ConstructionUpdate:
    """Return an update of a building, published unless told otherwise."""
    values: dict[str, Any] = {
        "title": "主体结构施工至12层",
        "text": "本月完成10至12层结构，下月计划至15层。",
        "taken_on": clock.today(),
        "home_id": None,
    }
    update = operations.write_update(
        building.project_code,
        building_id=building.id,
        audience=audience,
        photos=photos,
        key=f"update-{next(_numbers):06d}-0123456789",
        actor=SYSTEM,
        **(values | facts),
    )
    return operations.publish_update(update.id, actor=SYSTEM) if published else update
