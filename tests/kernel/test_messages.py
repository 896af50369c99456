"""Text messages and mail go out over real HTTP and SMTP to a stand-in, once, and to nobody else."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from kernel import clock, messages, outbox
from kernel.db import operation
from portal.standins import postbox


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def box(app: Flask, context: None, tmp_path: Path) -> Iterator[postbox.Postbox]:
    """The stand-in, running; the application talks to it."""
    smtp_port = _free_port()
    kept, web, mail = postbox.start(tmp_path, http_port=0, smtp_port=smtp_port)
    before = app.extensions["settings"]
    sms_url = f"http://127.0.0.1:{web.server_address[1]}/sms"
    app.extensions["settings"] = replace(before, sms_url=sms_url, smtp_host="127.0.0.1", smtp_port=smtp_port)
    yield kept
    app.extensions["settings"] = before
    web.shutdown()
    web.server_close()
    mail.stop()


@operation
def _text(text: str = "您的验证码是 123456") -> None:
    outbox.put("sms", {"to": "+8619900000001", "text": text, "sign": "万客会"})


@operation
def _mail() -> None:
    outbox.put(
        "mail",
        {"to": "owner@example.com", "subject": "收楼通知\r\nBcc: evil@example.com", "body": "您好，\n请于周六收楼。"},
    )


def test_a_text_message_arrives_once(box: postbox.Postbox) -> None:
    _text()
    assert outbox.deliver_due() == 1
    assert [m["text"] for m in box.newest()] == ["您的验证码是 123456"]


def test_a_mail_arrives_with_one_subject_line(box: postbox.Postbox) -> None:
    _mail()
    assert outbox.deliver_due() == 1
    (mail,) = box.newest()
    assert mail["to"] == "owner@example.com"
    assert mail["subject"].startswith("收楼通知") and "\n" not in mail["subject"]
    assert "请于周六收楼。" in mail["text"]


@pytest.mark.parametrize("mood", ["down", "refuse"])
def test_a_gateway_that_fails_gets_the_message_later_and_once(box: postbox.Postbox, mood: str) -> None:
    box.mood = mood
    _text()
    assert outbox.deliver_due() == 0
    box.mood = "good"
    with clock.at(clock.now() + outbox.PAUSES[0]):
        assert outbox.deliver_due() == 1
        assert outbox.deliver_due() == 0
    assert len(box.newest()) == 1


def test_the_same_row_delivered_twice_is_one_message(box: postbox.Postbox) -> None:
    delivery = outbox.Delivery(7, {"to": "+8619900000001", "text": "一次", "sign": "万客会"})
    messages._deliver_sms(delivery)
    messages._deliver_sms(delivery)
    assert len(box.newest()) == 1


def test_the_demo_club_reaches_nobody_outside_this_machine(app: Flask, context: None) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, sms_url="https://sms.example.com/send", smtp_host="mail.example.com")
    try:
        with pytest.raises(messages.NotInDemo):
            messages._deliver_sms(outbox.Delivery(1, {"to": "+8613800000000", "text": "x", "sign": "x"}))
        with pytest.raises(messages.NotInDemo):
            messages._deliver_mail(outbox.Delivery(1, {"to": "a@example.com", "subject": "x", "body": "x"}))
    finally:
        app.extensions["settings"] = before
