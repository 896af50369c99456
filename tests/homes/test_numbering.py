"""Numbers of homes in every way people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import numbering
from homes.models import Habit
from homes.numbering import HomeNumber

KEYS = [
    ("2-1-1803", "2-1-1803"),
    ("2栋1单元1803", "2-1-1803"),
    ("二栋一单元1803室", "2-1-1803"),
    ("2幢1单元1803", "2-1-1803"),
    ("２－１－１８０３", "2-1-1803"),
    ("２栋１单元１８０３室", "2-1-1803"),
    ("第二栋 一单元 一八零三室", "2-1-1803"),
    ("2号楼1单元1803", "2-1-1803"),
    ("2#1单元1803", "2-1-1803"),
    ("2 棟 1 單元 1803 室", "2-1-1803"),
    ("2—1—1803", "2-1-1803"),
    ("02-01-1803", "2-1-1803"),
    ("2.1.1803", "2-1-1803"),
    ("2栋1单元18层03室", "2-1-1803"),
    ("二期 5栋 2单元 1803室", "5-2-1803"),
    ("3栋1206", "3-1206"),
    ("3-1206", "3-1206"),
    ("12号902室", "12-902"),
    ("十二号902室", "12-902"),
    ("二十一号一百零二室", "21-102"),
    ("A座2305", "A-2305"),
    ("a座2305", "A-2305"),
    ("Ａ座２３０５", "A-2305"),
    ("A-2305", "A-2305"),
    ("第2座 15樓 B室", "2-15B"),
    ("第2座15楼B室", "2-15B"),
    ("2座15B室", "2-15B"),
]


@pytest.mark.parametrize(("written", "key"), KEYS)
def test_reads_what_people_write(written: str, key: str) -> None:
    number = numbering.parse(written)
    assert number is not None and number.key == key


NOT_NUMBERS = [
    "",
    " ",
    "翠澜湾",
    "1803",
    "2栋",
    "周予安",
    "19900000001",
    "2栋1单元",
    "B室",
    "----",
    "2-1-1803-5-6",
    "栋单元室",
    "x" * 500,
]


@pytest.mark.parametrize("written", NOT_NUMBERS)
def test_leaves_alone_what_is_no_number(written: str) -> None:
    assert numbering.parse(written) is None


def test_the_phase_is_read_where_it_is_written() -> None:
    number = numbering.parse("二期5栋2单元1803室")
    assert number is not None and number.phase == 2


@pytest.mark.parametrize(
    ("written", "habit", "label", "code"),
    [
        ("2-1-1803", Habit.DONG, "2栋1单元1803", "SZ-YHL.P1.B02.U1.1803"),
        ("3-906", Habit.DONG, "3栋906", "SZ-YHL.P1.B03.0906"),
        ("12-902", Habit.HAO, "12号902室", "SZ-YHL.P1.B12.0902"),
        ("A-2305", Habit.ZUO, "A座2305", "SZ-YHL.P1.BA.2305"),
        ("第2座15樓B室", Habit.HONG_KONG, "第2座15樓B室", "SZ-YHL.P1.B02.15B"),
    ],
)
def test_prints_the_label_of_the_place_and_the_machine_code(written: str, habit: Habit, label: str, code: str) -> None:
    number = numbering.parse(written)
    assert number is not None
    building = numbering.building_code("SZ-YHL", "P1", number.building)
    assert numbering.printed(number, habit) == label
    assert numbering.home_code(building, number) == code


@pytest.mark.parametrize(
    ("written", "room"), [("1803", "1803"), ("1803室", "1803"), ("一八零三", "1803"), ("2栋", None)]
)
def test_a_room_alone_can_be_looked_for(written: str, room: str | None) -> None:
    assert numbering.room_only(written) == room


@pytest.mark.parametrize(("written", "building"), [("2栋", "2"), ("十二号楼", "12"), ("A座", "A"), ("1803", None)])
def test_a_building_alone_can_be_looked_for(written: str, building: str | None) -> None:
    assert numbering.building_only(written) == building


homes = st.builds(
    lambda building, unit, floor, room: HomeNumber(building, unit, f"{floor}{room:02d}", floor),
    building=st.one_of(st.integers(1, 199).map(str), st.sampled_from("ABCDEFGHJK")),
    unit=st.one_of(st.none(), st.integers(1, 9).map(str)),
    floor=st.integers(1, 60),
    room=st.integers(1, 12),
)
letters = st.builds(
    lambda building, floor, room: HomeNumber(str(building), None, room, floor),
    building=st.integers(1, 30),
    floor=st.integers(1, 60),
    room=st.sampled_from("ABCDEFGH"),
)


@given(st.one_of(homes, letters), st.sampled_from(Habit))
def test_what_is_printed_is_read_back(number: HomeNumber, habit: Habit) -> None:
    assert numbering.parse(numbering.printed(number, habit)) == number


@given(homes)
def test_the_key_is_read_back(number: HomeNumber) -> None:
    again = numbering.parse(number.key)
    assert again is not None and again.key == number.key and again.short_key == number.short_key


@given(homes)
def test_full_width_chinese_digits_and_spaces_make_no_difference(number: HomeNumber) -> None:
    label = numbering.printed(number, Habit.DONG)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else f" {c} " for c in label)
    chinese = "".join("零一二三四五六七八九"[int(c)] if c.isdigit() else c for c in label)
    for written in (wide, chinese, label.replace("栋", "幢"), label.replace("栋", "号楼") + "室"):
        read = numbering.parse(written)
        assert read is not None and read.key == number.key


@given(st.text(max_size=80))
def test_any_text_is_read_or_left_alone(text: str) -> None:
    numbering.parse(text)
    numbering.room_only(text)
    numbering.building_only(text)


@given(homes, homes)
def test_machine_codes_of_a_building_sort_by_floor(one: HomeNumber, other: HomeNumber) -> None:
    same_unit = (one.building, one.unit) == (other.building, other.unit)
    if same_unit and (one.floor or 0) < (other.floor or 0):
        assert numbering.home_code("X", one) < numbering.home_code("X", other)
