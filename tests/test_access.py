"""The answer sheet: every address, every method, nine roles, on what is one's own, elsewhere, and unknown.

``tests/golden/access.txt`` is compared with what the running application answers; after a change that was meant,
``pytest tests/test_access.py --update-golden`` writes it anew and the difference is read before it is committed.
"""

import os
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from kernel import clock, sign_ins
from kernel.access import cookie_name
from kernel.db import db
from portal import create_app
from portal.packages import PACKAGES
from portal.settings import Settings
from tests.conftest import NOON
from tests.support import world as worlds
from tests.support.world import ROLES, World

GOLDEN = Path(__file__).parent / "golden" / "access.txt"
LEGEND = """\
# Route x method x role x relation, as the running application answers (reliability.md, section 5).
# AN nobody signed in, PM member without a home, OW owner, HM member of the owner's household, ES event staff,
# CR customer relations, MO moderator, AU auditor, AD administrator; all staff hold their role in the city company SZ.
# own: the record is the owner's, in SZ; elsewhere: somebody else's, in SH; unknown: there is no such record; draft,
# owners (only), private, hidden: such a record of the owner's side.
# L: on to the sign-in page; R: on to one's own start page; else the status. Forms are sent empty, so 422 and 303 are
# "allowed", 403, 404 and L are "refused". Written by: pytest tests/test_access.py --update-golden
"""
REFUSED = {"L", "R", "403", "404"}
UNKNOWN_NUMBER, UNKNOWN_WORD = "987654321", "no-such-record"
SECTIONS = ("files", *[name for package in PACKAGES for name in (package, f"{package}_staff")], "other")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Line:
    """A line of the sheet."""

    method: str
    rule: str
    relation: str
    cells: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method:6} {self.rule:68} {self.relation:9} " + " ".join(f"{cell:>3}" for cell in self.cells)


class Walk:
    """Knocks at every door as everybody, and puts the database back after each change."""

    def __init__(self, app: Flask, world: World, tokens: dict[str, tuple[str, str]], snapshot: Path) -> None:
        self.app, self.world, self.tokens, self.snapshot = app, world, tokens, snapshot
        self.faults: list[str] = []
        self.watcher: Any = None
        self._put_back()

    def _put_back(self) -> None:
        """Put the database back as the world was made, and watch for the next change."""
        if self.watcher is not None:
            self.watcher.close()
        with self.app.app_context():
            db.engine.dispose()
            path = Path(str(db.engine.url.database))
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            shutil.copy(self.snapshot, path)
            self.watcher = sqlite3.connect(path)
        self.version = self._version()

    def _version(self) -> int:
        """Return a number that changes when another connection has committed a change."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def lines(self, rule: Rule) -> list[Line]:
        """Return the lines of one route."""
        found = []
        for method in METHODS:
            if method in (rule.methods or set()):
                for relation, path in self._paths(rule):
                    cells = tuple(self._cell(name, method, path) for name in ROLES)
                    found.append(Line(method, re.sub(r"\(max=\d+\)", "", rule.rule), relation, cells))
        return found

    def _paths(self, rule: Rule) -> list[tuple[str, str]]:
        if not rule.arguments:
            return [("-", rule.rule)]
        unknown = {name: self._unknown(rule, name) for name in rule.arguments}
        if any((rule.endpoint, name) in worlds.NO_RECORD for name in rule.arguments):
            return [("unknown", _filled(rule, unknown))]
        found = [
            (relation, {name: worlds.key_for(side, rule.endpoint, rule.rule, name) for name in rule.arguments})
            for relation, side in self.world.sides.items()
        ]
        for relation, name, value in worlds.further_keys(self.world.sides["own"], rule.endpoint, rule.rule):
            found.append((relation, {**found[0][1], name: value}))
        return [(relation, _filled(rule, keys)) for relation, keys in [*found, ("unknown", unknown)]]

    def _unknown(self, rule: Rule, name: str) -> str:
        return UNKNOWN_NUMBER if isinstance(rule._converters[name], IntegerConverter) else UNKNOWN_WORD

    def _cell(self, name: str, method: str, path: str) -> str:
        client = self.app.test_client()
        if name in self.tokens:
            client.set_cookie(*self.tokens[name])
        answer = client.open(path, method=method)
        cell = _short(answer.status_code, answer.location)
        answer.close()
        if answer.status_code >= 500 and path != "/readyz":
            self.faults.append(f"{name} {method} {path} answers {answer.status_code}")
        if self._version() != self.version:
            if method == "GET" or cell in REFUSED:
                self.faults.append(f"{name} {method} {path} answers {cell} and changes the database")
            self._put_back()
        return cell


def _filled(rule: Rule, keys: dict[str, Any]) -> str:
    """Return a rule's path with values for its arguments."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda match: str(keys[match.group(1)]), rule.rule)


def _short(status: int, location: str | None) -> str:
    path = urlsplit(location or "").path
    if status == 302 and path in {"/sign-in", "/staff/sign-in"}:
        return "L"
    if status == 302 and path in {"/me/", "/staff/"}:
        return "R"
    return str(status)


# --- the world, made once in a test process ----------------------------------------------------------------------------

_made: dict[str, Any] = {}


@pytest.fixture
def walk(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A walk through the application, with CSRF off: the sheet asks who may, not whether a token was sent."""
    if os.environ.get("TEST_DATABASE") == "postgresql":
        pytest.skip("the answers do not depend on the database; the sheet is walked on SQLite, whose file is put back")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    with clock.at(NOON):
        if not _made:
            _made.update(_make(app, tmp_path_factory.mktemp("world") / "world.sqlite"))
        walk = Walk(app, **_made)
        yield walk
        walk.watcher.close()


def _make(app: Flask, snapshot: Path) -> dict[str, Any]:
    with app.app_context(), app.test_request_context("/"):
        world = worlds.build()
        tokens = {
            name: (cookie_name(realm), sign_ins.begin(realm, person_id, device=name))
            for realm, people in (("member", world.members), ("staff", world.staff))
            for name, person_id in people.items()
        }
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
        shutil.copy(str(db.engine.url.database), snapshot)
    return {"world": world, "tokens": tokens, "snapshot": snapshot}


# --- the sheet ---------------------------------------------------------------------------------------------------------


def _section_of(rule: Rule) -> str:
    name = rule.endpoint.partition(".")[0]
    return name if name in SECTIONS else "other"


def _rules(app: Flask, section: str) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if _section_of(rule) == section and rule.endpoint != "static"]
    return sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def _stored() -> dict[str, list[str]]:
    """Return the sections of the sheet in the repository."""
    sections: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in GOLDEN.read_text().splitlines() if GOLDEN.exists() else []:
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#") and section:
            sections[section].append(line)
    return sections


def _write(sections: dict[str, list[str]]) -> None:
    head = " " * 86 + " ".join(f"{role:>3}" for role in ROLES)
    parts = [LEGEND, f"#{head[1:]}"]
    parts += [f"\n[{name}]\n" + "\n".join(sections[name]) for name in SECTIONS if sections.get(name)]
    GOLDEN.write_text("\n".join(parts) + "\n")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_sheet_is_what_the_application_answers(section: str, walk: Walk, request: pytest.FixtureRequest):
    lines = [line for rule in _rules(walk.app, section) for line in walk.lines(rule)]
    if request.config.getoption("--update-golden"):
        _write({**_stored(), section: [str(line) for line in lines]})
    assert "\n".join(walk.faults) == ""
    assert "\n".join(_weak(lines)) == ""
    assert "\n".join(map(str, lines)) == "\n".join(_stored()[section])


def _weak(lines: list[Line]) -> Iterator[str]:
    """Return what no sheet may say, whatever is stored."""
    unknown = {(line.method, line.rule): line.cells for line in lines if line.relation == "unknown"}
    for line in lines:
        cells = dict(zip(ROLES, line.cells, strict=True))
        if line.rule.startswith("/staff/") and not line.rule.startswith(OPEN_TO_ALL):
            yield from (f"{line}: the back office exists for {n}" for n in ("PM", "OW", "HM") if cells[n] != "404")
            if cells["AN"] != "L":
                yield f"{line}: open without signing in"
        if line.method != "GET" and not line.rule.startswith((*OPEN_TO_ALL, *ONES_OWN)):
            if line.rule.startswith("/staff/") and cells["AU"] not in REFUSED:
                yield f"{line}: the auditor changes something"
        if line.relation == "elsewhere":
            for name, cell, none in zip(ROLES, line.cells, unknown[line.method, line.rule], strict=True):
                if cell in REFUSED and cell != none:
                    yield f"{line}: {name} learns that the record exists ({none} for an unknown one)"


OPEN_TO_ALL = ("/staff/sign-in", "/staff/sign-out", "/staff/invitations/")
ONES_OWN = ("/staff/me", "/staff/proof", "/staff/approvals")
"""Where an auditor, too, minds his own account and decides on nothing that he may not see."""


# --- the guards --------------------------------------------------------------------------------------------------------


def _undeclared(app: Flask) -> list[str]:
    return [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and getattr(view, "access", None) is None
    ]


@pytest.fixture
def with_a_forgotten_route(tmp_path: Path) -> Flask:
    """An application with one route that declares nothing."""
    app = create_app(
        Settings(
            secret_key="x" * 40,
            database_url=f"sqlite:///{tmp_path / 'x.sqlite'}",
            var_dir=tmp_path,
            queue_url="memory:",
            testing=True,
        )
    )
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    return app


def test_every_route_declares_who_may_open_it(app: Flask):
    assert _undeclared(app) == []


def test_a_route_that_declares_nothing_is_shut(with_a_forgotten_route: Flask):
    assert with_a_forgotten_route.test_client().get("/forgotten").status_code == 403


def test_the_control_sees_the_forgotten_route(with_a_forgotten_route: Flask):
    assert _undeclared(with_a_forgotten_route) == ["forgotten"]


@pytest.mark.parametrize(
    "line",
    [
        Line("GET", "/staff/x", "-", ("L", "404", "403", "404", "200", "200", "200", "200", "200")),
        Line("GET", "/staff/x", "-", ("200", "404", "404", "404", "200", "200", "200", "200", "200")),
        Line("POST", "/staff/x", "-", ("L", "404", "404", "404", "200", "200", "200", "303", "200")),
    ],
)
def test_the_control_sees_a_weak_line(line: Line):
    assert list(_weak([line]))


def test_the_control_sees_an_existing_record():
    closed = ("L", "404", "404", "404", "404", "404", "404", "404", "404")
    leaking = ("L", "404", "404", "404", "403", "404", "404", "404", "404")
    assert list(_weak([Line("GET", "/staff/x", "elsewhere", leaking), Line("GET", "/staff/x", "unknown", closed)]))
    assert not list(_weak([Line("GET", "/staff/x", "elsewhere", closed), Line("GET", "/staff/x", "unknown", closed)]))


def test_no_number_in_an_address_is_too_large(client: FlaskClient, app: Flask):
    """A number past 64 bits, or 63 for the database, is a record that does not exist."""
    for rule in app.url_map.iter_rules():
        numbers = [name for name, kind in rule._converters.items() if isinstance(kind, IntegerConverter)]
        if numbers and "GET" in (rule.methods or set()):
            access = getattr(app.view_functions[rule.endpoint], "access", None)
            if access is not None and access.audience == "public":
                path = _filled(rule, dict.fromkeys(rule.arguments, "9" * 25))
                assert client.get(path).status_code == 404, path
