"""What a measured run needs on a generated database: signed-in people, events and a reward with room for all requests."""

import http.client
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks import place
from benchmarks.client import Source, get, post

PEOPLE, EVENTS = 400, 24


@dataclass
class Person:
    """A signed-in member's browser: the cookies, and the token of his session."""

    cookie: str
    csrf: str = ""


@dataclass
class Scene:
    """The people and the records that requests are about."""

    people: list[Person] = field(default_factory=list)
    staff_cookie: str = ""
    event_id: int = 0
    event_ids: list[int] = field(default_factory=list)
    reward_id: int = 0


def prepare(database: Path) -> Scene:
    """Sign people in and open events and a reward for this run, by the operations."""
    from events.models import Event
    from kernel import clock, sign_ins
    from kernel.db import db, operation
    from kernel.limits import LimitWindow
    from member.models import Member
    from staff.models import StaffPerson
    from tests.support import events, points

    app, scene = place.application(database), Scene()

    @operation
    def forget_limits() -> None:
        db.session.execute(sa.delete(LimitWindow))

    with app.app_context():
        last = db.session.scalar(sa.select(sa.func.max(Member.id))) or 0
        step = max(1, last // PEOPLE)
        forget_limits()
        for n in range(min(PEOPLE, last)):
            scene.people.append(Person(f"club={sign_ins.begin('member', 1 + n * step)}"))
        staff_id = db.session.scalar(sa.select(StaffPerson.id).where(StaffPerson.login == "bench")) or 0
        scene.staff_cookie = f"desk={sign_ins.begin('staff', staff_id)}"
        starts = clock.now() + timedelta(days=400)
        scene.event_ids = [events.an_event(starts_at=starts, capacity=2_000).id for _n in range(EVENTS)]
        scene.event_id = scene.event_ids.pop(0)
        for n in range(3):
            member = db.session.get(Member, 1 + n)
            assert member is not None
            events.a_sign_up(db.session.get_one(Event, scene.event_id), member)
        scene.reward_id = points.a_reward(1, 1_000_000).id
        db.session.remove()
        db.engine.dispose()
    return scene


def open_forms(scene: Scene, port: int) -> None:
    """Let each person open a form once, over HTTP, for the session cookie and the token in the form."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for person in scene.people:
        connection.request("GET", f"/rewards/{scene.reward_id}", headers={"Cookie": person.cookie.split("; ")[0]})
        answer = connection.getresponse()
        page = answer.read().decode()
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        session = re.search(r"session=[^;]+", answer.getheader("Set-Cookie") or "")
        if answer.status != 200 or found is None or session is None:
            raise RuntimeError(f"/rewards/{scene.reward_id} answered {answer.status} without a form")
        person.cookie, person.csrf = f"{person.cookie.split('; ')[0]}; {session.group()}", found.group(1)
    connection.close()


# --- requests: a source gives a connection its requests; ``turn`` counts the slices, so that nothing is asked for twice --------

CONNECTIONS = 8


def pages(scene: Scene, path: str, who: str) -> Callable[[int], Source]:
    """Return what asks for a page as a visitor, as ever another member, or as staff."""

    def source(number: int) -> Iterator[bytes]:
        cookies = {"visitor": [""], "staff": [scene.staff_cookie]}.get(who) or [p.cookie for p in scene.people]
        requests = [get(path, cookie=cookie) for cookie in cookies[number % len(cookies) :: CONNECTIONS] or cookies]
        while True:
            yield from requests

    return lambda _turn: source


def sign_ups(scene: Scene, turns: int) -> Callable[[int], Source]:
    """Return what signs ever another pair of member and event up."""
    pairs = [(person, event_id) for event_id in scene.event_ids for person in scene.people]

    def of_turn(turn: int) -> Source:
        def source(number: int) -> Iterator[bytes]:
            for person, event_id in pairs[turn * CONNECTIONS + number :: turns * CONNECTIONS]:
                yield _form(person, f"/events/{event_id}/registration", adults=1, infants=0, preschoolers=0, pupils=0)

        return source

    return of_turn


def redemptions(scene: Scene, _turns: int) -> Callable[[int], Source]:
    """Return what redeems one piece each for ever another member."""

    def source(number: int) -> Iterator[bytes]:
        while True:
            for person in scene.people[number::CONNECTIONS]:
                yield _form(person, f"/rewards/{scene.reward_id}/redemptions", quantity=1)

    return lambda _turn: source


def enquiries(scene: Scene, turns: int) -> Callable[[int], Source]:
    """Return what files enquiries, at most twenty for each member as the club allows."""
    most = 20 * len(scene.people) // turns // CONNECTIONS

    def of_turn(turn: int) -> Source:
        def source(number: int) -> Iterator[bytes]:
            mine = scene.people[number::CONNECTIONS]
            for n in range(most):
                person = mine[(turn * most + n) % len(mine)]
                text = f"产证什么时候能办？需要带什么材料？第 {turn}-{number}-{n} 次询问"
                yield _form(person, "/service-requests/enquiry", place="", text=text)

        return source

    return of_turn


def floor_pages(kb: int) -> Callable[[int], Source]:
    """Return what asks the floor for a page of a size."""

    def source(_number: int) -> Iterator[bytes]:
        request = get(f"/page?kb={kb}")
        while True:
            yield request

    return lambda _turn: source


def floor_writes() -> Callable[[int], Source]:
    """Return what sends the floor's form."""

    def source(_number: int) -> Iterator[bytes]:
        request = post("/write", urlencode({"text": "产证什么时候能办？需要带什么材料？"}))
        while True:
            yield request

    return lambda _turn: source


def _form(person: Person, path: str, **fields: object) -> bytes:
    body = urlencode({"csrf_token": person.csrf, "form_key": secrets.token_urlsafe(18), **fields})
    return post(path, body, cookie=person.cookie)
