"""``make soak``: the shipped portal is killed again and again under load, and afterwards everything must add up.

``portal serve`` runs as shipped (web server, worker, postbox) while client threads redeem, sign up, cancel and file cases
through the real forms and send the very same request again, one-time key included, until there is a definite answer. A
killer sends ``kill -9`` to a web process, to the whole web server or to the worker; the watcher starts them again.

What is checked afterwards: every confirmed operation exists exactly once and nothing else does, stock and points and
seats add up, the ledger and the audit trail are sound, the outbox drains, and nobody was ever shown a failure.

    python -m benchmarks.soak --kills 50 [--postgresql]
"""

import argparse
import os
import random
import re
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks import place
from tests.support import postgres
from tests.support.site import Site

CLIENTS, MEMBERS_EACH, EVENTS, STOCK, POINTS = 8, 8, 6, 100_000, 1_000_000
SMALL_EVENT_SEATS = 20
CASES_EACH = 12
"""A member may try to file twenty cases a day, and a retry counts as a try."""
PATIENCE_SECONDS = 90
"""A request that has no definite answer after so long is a fault; the web server is back after some seconds."""


# --- the club ----------------------------------------------------------------------------------------------------------------


@dataclass
class Person:
    """A member with the cookies of his browser, and what was confirmed to him."""

    id: int
    cookie: str
    csrf: str = ""
    redemptions: list[int] = field(default_factory=list)
    live: dict[int, int] = field(default_factory=dict)
    """Event to live sign-up."""
    cancelled: list[int] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)


@dataclass
class Club:
    """A small club, made by the operations."""

    people: list[Person]
    event_ids: list[int]
    reward_id: int


def found(app: Any) -> Club:
    """Make the club in an empty database."""
    from flask_migrate import upgrade

    from kernel import clock, sign_ins
    from kernel.db import db
    from portal import seed
    from portal.migrations_state import heads
    from tests.support import events, points
    from tests.support.member import a_member

    with app.app_context():
        if heads(app):
            upgrade()
        else:
            db.create_all()
        seed.plant()
        people = []
        for n in range(CLIENTS * MEMBERS_EACH):
            member = a_member(f"+86{13_100_000_000 + n}", "周予安")
            points.give(member, POINTS)
            people.append(Person(member.id, f"club={sign_ins.begin('member', member.id)}"))
        starts = clock.now() + timedelta(days=30)
        seats = [SMALL_EVENT_SEATS, *[2_000] * (EVENTS - 1)]
        event_ids = [events.an_event(starts_at=starts, capacity=capacity).id for capacity in seats]
        reward_id = points.a_reward(100, STOCK).id
        db.session.remove()
    return Club(people, event_ids, reward_id)


# --- the clients -------------------------------------------------------------------------------------------------------------


class Tally:
    """What happened, counted by all threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.retried_keys: dict[str, datetime] = {}
        """One-time keys that were sent again, with the moment at which the answered request was sent."""
        self.news = threading.Condition(self.lock)

    def add(self, name: str) -> None:
        """Count something; whoever waits for confirmations is told."""
        with self.news:
            self.counts[name] += 1
            self.news.notify_all()

    def fault(self, text: str) -> None:
        """Keep what must not happen."""
        with self.lock:
            self.faults.append(text)

    def wait_for_confirmations(self, more: int, seconds: float) -> bool:
        """Wait until so many further operations were confirmed; False when they did not come in time."""
        with self.news:
            goal = self.counts["confirmed"] + more
            return self.news.wait_for(lambda: self.counts["confirmed"] >= goal, timeout=seconds)


@dataclass
class Answer:
    """A definite answer."""

    status: int
    location: str
    body: str
    tries: int


class Client(threading.Thread):
    """Some members at work: one request after the other, each repeated until it is answered."""

    def __init__(self, number: int, port: int, club: Club, tally: Tally, stop: threading.Event) -> None:
        super().__init__(name=f"client-{number}")
        self.port, self.club, self.tally, self.stopping = port, club, tally, stop
        self.people = club.people[number::CLIENTS]
        self.chance = random.Random(number)
        self.connection: HTTPConnection | None = None

    def run(self) -> None:
        """Work until told to stop; an operation that was begun is led to its answer."""
        try:
            while not self.stopping.is_set():
                person = self.chance.choice(self.people)
                self.chance.choice([self.redeem, self.sign_up, self.sign_up, self.cancel, self.file])(person)
        except Exception as error:
            self.tally.fault(f"{self.name}: {error!r}")

    # what members do

    def redeem(self, person: Person) -> None:
        answer = self._send(person, f"/rewards/{self.club.reward_id}/redemptions", quantity=1)
        if answer.status == 303:
            person.redemptions.append(_number_in(answer.location))
            self.tally.add("confirmed")
            self.tally.add("redemptions")
        else:
            self._refused("redeem", answer)

    def sign_up(self, person: Person) -> None:
        free = [event_id for event_id in self.club.event_ids if event_id not in person.live]
        if not free:
            return
        event_id = self.chance.choice(free)
        party = {"adults": self.chance.choice((1, 2)), "infants": 0, "preschoolers": 0, "pupils": 0}
        answer = self._send(person, f"/events/{event_id}/registration", **party)
        if answer.status == 303:
            person.live[event_id] = _number_in(answer.location)
            self.tally.add("confirmed")
            self.tally.add("sign-ups")
        else:
            self._refused("sign-up", answer)

    def cancel(self, person: Person) -> None:
        if not person.live:
            return
        event_id = self.chance.choice(sorted(person.live))
        registration_id = person.live[event_id]
        answer = self._send(person, f"/me/tickets/{registration_id}/cancellation", creates=False)
        # A repeated cancellation of what the first try has cancelled is refused: the place is given back either way.
        if answer.status == 303 or (answer.status in {409, 422} and answer.tries > 1):
            del person.live[event_id]
            person.cancelled.append(registration_id)
            self.tally.add("confirmed")
            self.tally.add("cancellations")
        else:
            self._refused("cancel", answer)

    def file(self, person: Person) -> None:
        if len(person.cases) >= CASES_EACH:
            return
        text = f"产证什么时候能办？第 {len(person.cases) + 1} 次询问，需要带什么材料"
        answer = self._send(person, "/service-requests/enquiry", place="", text=text)
        number = re.search(r"/me/cases/([\w-]+)", answer.location)
        if answer.status == 303 and number:
            person.cases.append(number.group(1))
            self.tally.add("confirmed")
            self.tally.add("cases")
        else:
            self._refused("file", answer)

    def _refused(self, what: str, answer: Answer) -> None:
        """A definite refusal is an answer; anything else is a fault."""
        self.tally.add("refused")
        if answer.status not in {409, 422}:
            self.tally.fault(f"{what} was answered {answer.status}: {_plain(answer.body)}")

    # how they do it

    def _send(self, person: Person, path: str, *, creates: bool = True, **fields: Any) -> Answer:
        self._open_form(person)
        key = secrets.token_urlsafe(18)
        given = {"csrf_token": person.csrf, **({"form_key": key} if creates else {}), **fields}
        deadline, tries = time.monotonic() + PATIENCE_SECONDS, 0
        while time.monotonic() < deadline:
            tries, sent = tries + 1, datetime.now(UTC)
            answer = self._once("POST", path, person.cookie, urlencode(given))
            if answer is not None:
                if tries > 1 and creates:
                    with self.tally.lock:
                        self.tally.retried_keys[key] = sent
                answer.tries = tries
                return answer
            if tries == 1:
                self.tally.add("retried")
        raise RuntimeError(f"no answer to {path} in {tries} tries")

    def _open_form(self, person: Person) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not person.csrf and time.monotonic() < deadline:
            answer = self._once("GET", f"/rewards/{self.club.reward_id}", person.cookie)
            if answer is None:
                continue
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.body)
            if token is None:
                raise RuntimeError(f"no form on the reward's page: {answer.status} {_plain(answer.body)}")
            person.cookie, person.csrf = f"{person.cookie}; {answer.location}", token.group(1)
        if not person.csrf:
            raise RuntimeError(f"no form came in {PATIENCE_SECONDS} s")

    def _once(self, method: str, path: str, cookie: str, body: str | None = None) -> Answer | None:
        """Send a request; None when the connection broke, nothing came in time, or the server said 5xx."""
        try:
            if self.connection is None:
                self.connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
            headers = {"Cookie": cookie} | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
            content = answer.read().decode(errors="replace")
        except (OSError, HTTPException):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            time.sleep(0.05)  # nobody listens: do not spin until the port is open again
            return None
        if answer.status >= 500:
            self.tally.add("5xx")
            self.tally.fault(f"{method} {path} was answered {answer.status}")
            return None
        cookies = answer.getheader("Set-Cookie") or ""
        session = re.search(r"session=[^;]+", cookies)
        location = answer.getheader("Location") or (session.group() if session else "")
        return Answer(answer.status, location, content, 1)


def _number_in(location: str) -> int:
    found_number = re.search(r"/(\d+)$", location)
    if found_number is None:
        raise RuntimeError(f"no number in {location}")
    return int(found_number.group(1))


def _plain(body: str) -> str:
    main = re.sub(r"(?s).*<main|<footer.*", "", body)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())[:300]


# --- the killer --------------------------------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    result = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                result.append(int(entry.name))
    return result


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class Killer:
    """Sends ``kill -9`` to processes of one portal, and to no other."""

    def __init__(self, watcher: int, tally: Tally) -> None:
        self.watcher, self.tally, self.chance = watcher, tally, random.Random(9)

    def kill_one(self) -> bool:
        """Kill a web process, the whole web server, or the worker; say whether there was one to kill."""
        kind = self.chance.choices(["web process", "web server", "worker"], [5, 3, 2])[0]
        own = children(self.watcher)
        server = next((pid for pid in own if "granian" in _command(pid)), None)
        worker = next((pid for pid in own if _command(pid).rstrip().endswith("portal worker")), None)
        try:
            if kind == "worker" and worker:
                os.killpg(worker, signal.SIGKILL)
            elif kind == "web server" and server:
                os.killpg(server, signal.SIGKILL)
            elif kind == "web process" and server and (workers := children(server)):
                os.kill(self.chance.choice(workers), signal.SIGKILL)
            else:
                return False
        except ProcessLookupError:
            return False
        self.tally.add("kills")
        self.tally.add(f"kills of a {kind}")
        return True


# --- the whole ---------------------------------------------------------------------------------------------------------------


def soak(folder: Path, *, kills: int, database_url: str | None = None, say: Any = print) -> Tally:
    """Run it all; the tally's ``faults`` are empty when every promise was kept."""
    site = Site(folder, database_url)
    given = site.environment
    app = place.application(
        folder / "portal.sqlite",
        database_url=given["PORTAL_DATABASE_URL"],
        secret_key=given["PORTAL_SECRET_KEY"],
        sms_url=given["PORTAL_SMS_URL"],
        smtp_port=site.smtp_port,
        var_dir=folder,
        demo=True,
    )
    club, tally, stop = found(app), Tally(), threading.Event()
    site.start()
    try:
        assert site.process
        clients = [Client(n, site.port, club, tally, stop) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        _kill_around(Killer(site.process.pid, tally), tally, kills, say)
        stop.set()
        for client in clients:
            client.join(120)
            if client.is_alive():
                tally.fault(f"{client.name} did not come to an end")
        with app.app_context():
            _drain(tally)
            _check(club, tally)
    finally:
        stop.set()
        site.stop()
    for command in (("points", "verify"), ("audit", "verify")):
        try:
            say("  " + " ".join(["portal", *command]) + ": " + site.run(*command).strip().splitlines()[-1])
        except AssertionError as error:
            tally.fault(str(error))
    return tally


def _kill_around(killer: Killer, tally: Tally, kills: int, say: Any) -> None:
    """Kill in the midst of work: after a random number of further confirmations, and when all is up again."""
    chance = random.Random(kills)
    while tally.counts["kills"] < kills and not tally.faults:
        if not tally.wait_for_confirmations(chance.randrange(5, 40), seconds=60):
            tally.fault("no operation was confirmed for a minute")
        elif killer.kill_one() and tally.counts["kills"] % 10 == 0:
            say(f"  {tally.counts['kills']} kills, {tally.counts['confirmed']:,} operations confirmed")
    tally.wait_for_confirmations(20, seconds=60)


def _drain(tally: Tally) -> None:
    """Deliver what is left, as the sweep would a few minutes later; leases of killed workers have run out by then."""
    from kernel import clock, outbox
    from kernel.db import db, end_reading

    waiting = sa.select(sa.func.count()).select_from(outbox.OutboxMessage).where(outbox.OutboxMessage.done_at.is_(None))
    for minutes in range(2, 62, 10):
        with clock.at(datetime.now(UTC) + timedelta(minutes=minutes)):
            while outbox.deliver_due():
                pass
        end_reading()
        left = db.session.scalar(waiting)
        if not left:
            break
    else:
        tally.fault(f"{left} messages do not leave the outbox")
    end_reading()
    tally.counts["messages delivered"] = (
        db.session.scalar(sa.select(sa.func.count()).select_from(outbox.OutboxMessage)) or 0
    )
    end_reading()


def _check(club: Club, tally: Tally) -> None:
    """Compare what was confirmed with what there is."""
    from events.models import Event, Registration, RegistrationState
    from kernel.db import db, end_reading
    from kernel.form_keys import FormKey
    from points.models import Account, Redemption, Reward
    from service_requests.models import Case

    end_reading()
    for person in club.people:
        rows = db.session.scalars(sa.select(Redemption.id).where(Redemption.member_id == person.id)).all()
        _same(tally, f"redemptions of member {person.id}", person.redemptions, rows)
        numbers = db.session.scalars(sa.select(Case.number).where(Case.member_id == person.id)).all()
        _same(tally, f"cases of member {person.id}", person.cases, numbers)
        states = dict(
            db.session.execute(
                sa.select(Registration.id, Registration.state).where(Registration.member_id == person.id)
            ).all()
        )
        _same(tally, f"sign-ups of member {person.id}", [*person.live.values(), *person.cancelled], list(states))
        ended = [key for key, state in states.items() if state is RegistrationState.CANCELLED]
        _same(tally, f"cancellations of member {person.id}", person.cancelled, ended)
        account = db.session.scalars(sa.select(Account).where(Account.member_id == person.id)).one()
        spent = db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Redemption.points), 0)).where(Redemption.member_id == person.id)
        )
        welcome = _welcome(account)
        if account.available != POINTS + welcome - (spent or 0):
            tally.fault(f"member {person.id} has {account.available} points, spent {spent}, was given {welcome} beyond")
    reward = db.session.get_one(Reward, club.reward_id)
    taken = db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Redemption.quantity), 0)))
    if (reward.stock or 0) + (taken or 0) != STOCK:
        tally.fault(f"stock {reward.stock} and {taken} redeemed are not {STOCK}")
    holding = (RegistrationState.SEATED, RegistrationState.OFFERED, RegistrationState.ATTENDED)
    for event_id in club.event_ids:
        event = db.session.get_one(Event, event_id)
        heads = db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Registration.heads), 0)).where(
                Registration.event_id == event_id, Registration.state.in_(holding)
            )
        )
        if event.heads_taken != heads or event.heads_taken > event.capacity:
            tally.fault(f"event {event_id}: {event.heads_taken} heads taken, {heads} seated, {event.capacity} seats")
    for key, sent in tally.retried_keys.items():
        used = db.session.scalar(sa.select(FormKey.used_at).where(FormKey.key.endswith(f":{key}", autoescape=True)))
        if used is not None and used < sent:
            tally.counts["answered from the key store"] += 1
    if db.engine.dialect.name == "sqlite":
        verdict = db.session.execute(sa.text("PRAGMA integrity_check")).scalar()
        if verdict != "ok":
            tally.fault(f"integrity check: {verdict}")
    end_reading()


def _welcome(account: Any) -> int:
    """Return what the club gave beyond the soak's own gift, for example for joining."""
    from kernel.db import db
    from points.models import Entry, EntryKind

    given = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Entry.amount), 0)).where(
            Entry.account_id == account.id, Entry.kind == EntryKind.GRANT
        )
    )
    return int(given or 0) - POINTS


def _same(tally: Tally, what: str, confirmed: Any, stored: Any) -> None:
    if sorted(confirmed) != sorted(stored):
        lost, extra = set(confirmed) - set(stored), set(stored) - set(confirmed)
        tally.fault(
            f"{what}: confirmed {len(confirmed)}, stored {len(stored)}; lost {lost}; nobody was told of {extra}"
        )


def main() -> None:
    """Run the soak and print its counts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the database and the log in")
    given = parser.parse_args()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-soak-")))
        folder.mkdir(parents=True, exist_ok=True)
        url = stack.enter_context(postgres.running(durable=True)) if given.postgresql else None
        print(f"{given.kills} kills under {CLIENTS} clients on {'PostgreSQL' if url else 'SQLite'}", flush=True)
        tally = soak(folder, kills=given.kills, database_url=url)
    print(f"{time.monotonic() - began:.0f} s")
    for name, count in sorted(tally.counts.items(), key=lambda pair: -pair[1]):
        print(f"  {name:<28} {count:>8,}")
    for fault in tally.faults[:30]:
        print(f"FAULT  {fault}")
    print("Nothing confirmed was lost, nothing happened twice." if not tally.faults else f"{len(tally.faults)} faults")
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
