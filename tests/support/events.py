"""Events and sign-ups for tests and the demo, made by the operations that make real ones."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from events import operations
from events.models import Audience, Event, EventKind, Registration
from events.operations import EventFacts
from kernel import clock
from kernel.actor import SYSTEM, Actor
from member.models import Member


def a_key() -> str:
    """Return a one-time key as a form would carry it."""
    return secrets.token_urlsafe(18)


def facts(starts_at: datetime | None = None, **changes: Any) -> EventFacts:
    """Return the facts of an open day in ten days with ten places; any of them may be given."""
    starts = starts_at or clock.now() + timedelta(days=10)
    usual: dict[str, Any] = {
        "kind": EventKind.OPEN_DAY,
        "title_zh": "五号楼开放参观",
        "title_en": "Site open day",
        "text_zh": "看看您的家建到哪一步了。",
        "text_en": "See how far your home has come.",
        "city_code": "SZ",
        "project_code": None,
        "audience": Audience.ALL,
        "place": "云湖里营销中心",
        "address": "深圳市龙岗区云湖路 1 号",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "opens_at": min(clock.now(), starts) - timedelta(days=1),
        "closes_at": starts,
        "cancel_until": starts - timedelta(hours=24),
        "capacity": 10,
        "companions_limit": 3,
    }
    return EventFacts(**{**usual, **changes})


def a_draft(**changes: Any) -> Event:
    """Return a draft; needs an application context."""
    return operations.create(facts(**changes), key=a_key(), actor=SYSTEM)


def an_event(**changes: Any) -> Event:
    """Return a published event; needs an application context."""
    return operations.publish(a_draft(**changes).id, actor=SYSTEM)


def a_sign_up(event: Event, member: Member, *, adults: int = 1, **given: Any) -> Registration:
    """Return a party's sign-up, seated or waiting."""
    actor = given.pop("actor", Actor.member(member))
    return operations.sign_up(event.id, member_id=member.id, adults=adults, **{"key": a_key(), **given}, actor=actor)
