"""Members for tests, made by the operations that make real ones."""

import itertools
from typing import Any

from flask.testing import FlaskClient

from kernel import outbox, sign_ins
from kernel.access import cookie_name
from kernel.actor import SYSTEM
from kernel.db import db
from member import operations
from member.models import Member

_numbers = itertools.count(1)


def a_mobile() -> str:
    """Return a number that no other test of this process uses: 199 0000 0001 and so on."""
    return f"+86199{next(_numbers):08d}"


def a_member(mobile: str | None = None, name: str = "周予安", *, marketing: bool = False, **facts: Any) -> Member:
    """Return a new member; needs an application context."""
    facts.setdefault("locale", "zh_Hans_CN")
    return operations.enrol(mobile=mobile or a_mobile(), name=name, marketing=marketing, actor=SYSTEM, **facts)


def sign_in(client: FlaskClient, member: Member) -> None:
    """Let a test client be a member's browser."""
    with client.application.app_context():
        token = sign_ins.begin("member", member.id, device="Test browser")
        name = cookie_name("member")
    client.set_cookie(name, token)


def sent_texts(mobile: str) -> list[str]:
    """Return the text messages waiting for a number, oldest first; needs an application context."""
    import json

    rows = db.session.query(outbox.OutboxMessage).filter_by(topic="sms").order_by(outbox.OutboxMessage.id)
    payloads = [json.loads(row.payload) for row in rows]
    return [payload["text"] for payload in payloads if payload["to"] == mobile]


def last_code(mobile: str) -> str:
    """Return the newest code that was sent to a number."""
    import re

    found = re.findall(r"(?<!\d)\d{6}(?!\d)", sent_texts(mobile)[-1])
    return str(found[0])
