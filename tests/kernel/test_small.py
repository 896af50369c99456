"""Limits, numbers, paging, search, mobiles, clock, redirects: the small tools that everything leans on."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel import clock, limits, mobiles, numbers, paging, search
from kernel.access import safe_next
from kernel.db import db, operation
from kernel.errors import TooMany
from kernel.jobs import JobRun
from kernel.numbers import DrawnNumber


@pytest.mark.usefixtures("context")
class TestLimits:
    def test_the_limit_holds_and_ends_with_its_window(self) -> None:
        for _n in range(3):
            limits.hit("code", "k", limit=3, per=timedelta(hours=1))
        with pytest.raises(TooMany):
            limits.hit("code", "k", limit=3, per=timedelta(hours=1))
        limits.hit("code", "other", limit=3, per=timedelta(hours=1))
        with clock.at(clock.now() + timedelta(hours=1)):
            limits.hit("code", "k", limit=3, per=timedelta(hours=1))

    def test_no_answer_of_the_database_lets_nothing_through(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_args: object) -> int:
            raise sa.exc.OperationalError("x", {}, Exception("down"))

        monkeypatch.setattr(limits, "_count", broken)
        with pytest.raises(sa.exc.OperationalError):
            limits.hit("code", "k", limit=3, per=timedelta(hours=1))


@pytest.mark.usefixtures("context")
def test_numbers_are_unique_and_carry_their_day() -> None:
    @operation
    def draw() -> str:
        return numbers.draw("BX", date(2026, 11, 23))

    drawn = {draw() for _n in range(20)}
    assert len(drawn) == 20
    assert all(number.startswith("BX261123-") for number in drawn)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DrawnNumber)) == 20


@pytest.mark.usefixtures("context")
def test_pages_by_key_show_each_row_once_in_order(write) -> None:
    names = ["b", "a", "c", "a", "b"]
    rows = [JobRun(name=name, as_of=clock.now(), started_at=clock.now()) for name in names]
    write(lambda: db.session.add_all(rows))
    seen, cursor = [], None
    while True:
        page = paging.page_of(sa.select(JobRun), order=[JobRun.name, JobRun.id.desc()], cursor=cursor, size=2)
        seen += [(run.name, run.id) for run in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(seen, key=lambda pair: (pair[0], -pair[1]))
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("broken", ["x", "bm90IGpzb24", "W10", "W1sidiIsIFsxXV1d", "🙂"])
def test_a_broken_cursor_gives_the_first_page(broken: str) -> None:
    assert paging.page_of(sa.select(JobRun), order=[JobRun.id], cursor=broken).is_first


@pytest.mark.usefixtures("context")
def test_search_finds_chinese_of_any_length_and_latin_words(write) -> None:
    write(lambda: search.index("case", 1, "主卧飘窗下雨就渗水 AC leaking 3栋1206"))
    write(lambda: search.index("case", 2, "厨房插座跳闸"))
    assert search.find("case", "渗水") == [1]
    assert search.find("case", "飘窗下雨") == [1]
    assert search.find("case", "窗") == [1]
    assert search.find("case", "ac LEAKING") == [1]
    assert search.find("case", "1206") == [1]
    assert search.find("case", "插座 跳闸") == [2]
    assert search.find("case", "渗水 插座") == []
    assert search.find("case", "  ") == []
    write(lambda: search.index("case", 1, "改了"))
    assert search.find("case", "渗水") == []


@pytest.mark.parametrize(
    "written",
    [
        "19900000001",
        "+86 199 0000 0001",
        "008619900000001",
        "１９９０００００００１",
        "tel:+86-199-0000-0001",
        "199-0000-0001",
    ],
)
def test_one_number_has_one_canonical_form(written: str) -> None:
    assert mobiles.canonical(written) == "+8619900000001"


@pytest.mark.parametrize("written", ["", "12345", "12900000001", "abc", "0755-12345678", "+86 199 0000 0001 ext 5"])
def test_what_cannot_get_a_text_message_is_refused(written: str, context: None) -> None:
    with pytest.raises(mobiles.NotAMobile):
        mobiles.canonical(written)


def test_numbers_are_masked_and_readable() -> None:
    assert mobiles.masked("+8619900000001") == "199****0001"
    assert mobiles.readable("+8619900000001") == "199 0000 0001"
    assert mobiles.canonical("+852 6123 4567") == "+85261234567"
    assert "6123" not in mobiles.masked("+85261234567")


def test_a_day_in_shanghai_begins_at_sixteen_utc() -> None:
    with clock.at(clock.shanghai(date(2026, 11, 24))):
        assert clock.today() == date(2026, 11, 24)
        assert clock.now().hour == 16


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "javascript:alert(1)", "\thttps://evil", "/\\evil", "/a\nb", "", None],
)
def test_foreign_addresses_are_no_way_on(target: str | None) -> None:
    assert safe_next(target, "/me/") == "/me/"


def test_own_addresses_are_a_way_on() -> None:
    assert safe_next("/events/12?page=2", "/me/") == "/events/12?page=2"
