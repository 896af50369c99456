"""Codes on tickets, and calendar files down to the byte."""

import io
import re
from datetime import timedelta

import pytest
import vobject
from icalendar import Calendar

from events import calendars, operations, tickets
from kernel.actor import SYSTEM
from tests.conftest import NOON
from tests.support.events import a_sign_up, an_event, facts
from tests.support.member import a_member

pytestmark = pytest.mark.usefixtures("context")


def test_a_code_has_no_letters_that_look_alike():
    codes = {tickets.fresh_code() for _n in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("01OIL")


def test_a_signed_code_is_read_back_and_a_forged_one_is_not():
    code = tickets.fresh_code()
    text = tickets.signed(42, code)
    assert tickets.read(text) == tickets.ReadCode(code, 42)
    assert tickets.read(text.lower()) == tickets.ReadCode(code, 42)
    other = text[:-1] + ("A" if text[-1] != "A" else "B")
    for forged in (other, text.replace(".42.", ".43."), text[:-4], "WKH1.42", "https://example.com"):
        assert tickets.read(forged) is None


def test_a_signature_of_another_installation_is_worth_nothing(monkeypatch):
    code = tickets.fresh_code()
    text = tickets.signed(42, code)
    monkeypatch.setattr(tickets, "settings", lambda: type("S", (), {"secret_key": "another secret " * 3})())
    assert tickets.read(text) is None


@pytest.mark.parametrize("written", ["K7MPQ-3XW9D", "k7mpq3xw9d", " K7MPQ 3XW9D ", "K7MPQ–3XW9D", "k7 mp q3-xw9d"])
def test_a_typed_code_is_read_however_it_is_written(written):
    assert tickets.read(written) == tickets.ReadCode("K7MPQ3XW9D")


@pytest.mark.parametrize("written", ["", "K7MPQ", "K7MPQ-3XW90", "K7MPQ-3XW9DA", "Ｋ７ＭＰＱ３ＸＷ９Ｄ", "1" * 500])
def test_what_is_no_code_is_not_read(written):
    assert tickets.read(written) is None


def test_the_picture_holds_the_signed_code_without_inline_style():
    svg = tickets.picture(42, "K7MPQ3XW9D")
    assert svg.startswith("<svg")
    assert "style=" not in svg
    assert "<?xml" not in svg


TITLE = "云湖里工地开放日；老人、孩子都欢迎, 请穿平底鞋\\安全第一。" * 2


def a_calendar(**changes):
    event = an_event(title_zh=TITLE[:80], place="营销中心", address="龙岗区云湖路 1 号\r\n南门", **changes)
    registration = a_sign_up(event, a_member())
    return event, registration, calendars.of(registration, event, locale="zh_Hans_CN")


def test_a_calendar_file_keeps_to_the_standard_byte_by_byte():
    _event, registration, content = a_calendar()
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two by folding
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert "SUMMARY:" + TITLE[:80].replace("\\", "\\\\").replace(",", "\\,") in unfolded
    assert "LOCATION:营销中心\\n龙岗区云湖路 1 号\\n南门" in unfolded
    assert "DTSTART:20261203T040000Z" in unfolded
    assert "DTEND:20261203T060000Z" in unfolded
    assert "DTSTAMP:20261123T040000Z" in unfolded
    assert f"UID:registration-{registration.id}@127.0.0.1" in unfolded
    assert "SEQUENCE:0" in unfolded
    assert "STATUS:CONFIRMED" in unfolded
    assert "METHOD:PUBLISH" in unfolded


def test_a_calendar_file_holds_no_ticket_code():
    _event, registration, content = a_calendar()
    flat = content.replace(b"\r\n ", b"").decode()
    assert registration.ticket_code not in flat
    assert tickets.shown(registration.ticket_code) not in flat
    assert "WKH1" not in flat
    assert re.search(r"URL:http\S+/events/\d+\r", flat)


def test_two_other_readers_understand_it():
    event, _registration, content = a_calendar()
    parsed = Calendar.from_ical(content).walk("VEVENT")[0]
    assert parsed["dtstart"].dt == event.starts_at
    assert parsed["dtend"].dt == event.ends_at
    component = vobject.readOne(io.StringIO(content.decode()))
    assert component.validate(raiseException=True)
    assert component.vevent.summary.value == TITLE[:80]


def test_the_same_state_gives_the_same_file_and_a_change_a_higher_sequence():
    event, registration, content = a_calendar()
    assert calendars.of(registration, event, locale="zh_Hans_CN") == content
    moved = operations.edit(event.id, facts(starts_at=NOON + timedelta(days=12)), actor=SYSTEM)
    changed = calendars.of(registration, moved, locale="zh_Hans_CN")
    assert b"SEQUENCE:1" in changed
    assert re.findall(rb"UID:\S+", changed) == re.findall(rb"UID:\S+", content)
    operations.cancel(registration.id, actor=SYSTEM)
    gone = calendars.of(registration, moved, locale="zh_Hans_CN")
    assert b"STATUS:CANCELLED" in gone
    assert b"SEQUENCE:2" in gone
