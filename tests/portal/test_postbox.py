"""The stand-in postbox, spoken to over real sockets as the adapters do."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from portal.serve import free_port
from portal.standins import postbox

SMS = {"id": "sms-1", "to": "+8619900000001", "text": "验证码 123456", "sign": "万客会"}


class Peer:
    """A running postbox and its address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.smtp_port = folder, free_port()
        self.box, self.web, self.mail = postbox.start(folder, http_port=0, smtp_port=self.smtp_port)
        self.url = f"http://127.0.0.1:{self.web.server_address[1]}"

    def send(self, **fields: Any) -> requests.Response:
        return requests.post(f"{self.url}/sms", json=fields, timeout=5)

    def messages(self) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.url}/messages", timeout=5).json())

    def stop(self) -> None:
        self.web.shutdown()
        self.web.server_close()
        self.mail.stop()


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    peer = Peer(tmp_path)
    yield peer
    peer.stop()


def test_one_message_per_id_however_often_it_is_sent(peer: Peer) -> None:
    assert [peer.send(**SMS).status_code for _time in range(3)] == [200, 200, 200]

    assert [message["text"] for message in peer.messages()] == ["验证码 123456"]


def test_newest_first_and_kept_over_a_restart(peer: Peer, tmp_path: Path) -> None:
    peer.send(**SMS)
    peer.send(**{**SMS, "id": "sms-2", "text": "第二条"})

    again = Peer(tmp_path)
    try:
        again.send(**SMS)
        assert [message["id"] for message in again.messages()] == ["sms-2", "sms-1"]
    finally:
        again.stop()


def test_mail_is_kept_with_subject_and_text(peer: Peer) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "club@example.com", "zhou@example.com", "收楼预约"
    mail["Message-ID"] = "<outbox-1@club.example.com>"
    mail.set_content("您的收楼时间是 12 月 12 日。")
    for _time in range(2):
        with smtplib.SMTP("127.0.0.1", peer.smtp_port, timeout=5) as server:
            server.send_message(mail)

    assert [(m["kind"], m["subject"], m["text"].strip()) for m in peer.messages()] == [
        ("mail", "收楼预约", "您的收楼时间是 12 月 12 日。")
    ]


@pytest.mark.parametrize("missing", ["id", "to", "text"])
def test_an_incomplete_message_is_refused(peer: Peer, missing: str) -> None:
    assert peer.send(**{name: value for name, value in SMS.items() if name != missing}).status_code == 400
    assert peer.messages() == []


def test_a_body_that_is_no_message_is_refused(peer: Peer) -> None:
    assert requests.post(f"{peer.url}/sms", data=b"\xff{", timeout=5).status_code == 400
    assert requests.post(f"{peer.url}/sms", json=["a list"], timeout=5).status_code == 400
    assert peer.messages() == []


def test_refuses_when_told_to(peer: Peer) -> None:
    requests.post(f"{peer.url}/mood", json={"mood": "refuse"}, timeout=5)

    assert peer.send(**SMS).status_code == 503
    assert peer.messages() == []


def test_is_down_when_told_to_and_comes_back(peer: Peer) -> None:
    requests.post(f"{peer.url}/mood", json={"mood": "down"}, timeout=5)
    with pytest.raises(requests.ConnectionError):
        peer.send(**SMS)

    requests.post(f"{peer.url}/mood", json={"mood": "good"}, timeout=5)
    assert peer.send(**SMS).status_code == 200


def test_is_slow_when_told_to(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postbox, "SLOW_SECONDS", 0.5)
    requests.post(f"{peer.url}/mood", json={"mood": "slow"}, timeout=5)

    with pytest.raises(requests.Timeout):
        requests.post(f"{peer.url}/sms", json=SMS, timeout=0.2)


def test_refuses_mail_when_told_to(peer: Peer) -> None:
    requests.post(f"{peer.url}/mood", json={"mood": "refuse"}, timeout=5)

    with smtplib.SMTP("127.0.0.1", peer.smtp_port, timeout=5) as server, pytest.raises(smtplib.SMTPDataError):
        server.sendmail("club@example.com", "zhou@example.com", "Subject: x\r\n\r\nx")
    assert peer.messages() == []


def test_a_line_left_half_written_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text('{"id": "sms-0", "to": "+86199000')

    box = postbox.Postbox(tmp_path)
    box.keep(SMS)

    assert [message["id"] for message in postbox.Postbox(tmp_path).newest()] == ["sms-1"]


def test_lists_the_messages_of_one_number(peer: Peer) -> None:
    peer.send(**SMS)
    peer.send(**{**SMS, "id": "sms-2", "to": "+8619900000002"})

    asked = requests.get(f"{peer.url}/messages", params={"to": "+8619900000002"}, timeout=5)

    assert [message["id"] for message in asked.json()] == ["sms-2"]


def test_an_unknown_mood_is_refused(peer: Peer) -> None:
    assert requests.post(f"{peer.url}/mood", json={"mood": "strange"}, timeout=5).status_code == 400
