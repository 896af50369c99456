"""Habits that hold everywhere: one commit, one clock, thin doors, pure rules, short files, documented names."""

import ast

import pytest

from tests.architecture.source import Module, calls, dotted, imports, modules

CLOCK_READERS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
MOST_LINES, MANY_LINES = 400, 300
ASKS_THE_DATABASE_ITSELF = {"portal.views"}
"""Readiness says whether the database answers and is migrated; there is no package whose query that would be."""


def commits(module: Module) -> list[str]:
    """Return the places that commit; only kernel/db.py may."""
    if module.name == "kernel.db":
        return []
    return [f"{module.name}:{line} {call}" for line, call in calls(module) if call.rpartition(".")[2] == "commit"]


def clock_readings(module: Module) -> list[str]:
    """Return the places that read the clock; only kernel/clock.py may."""
    if module.name == "kernel.clock":
        return []
    read = [
        f"{module.name}:{line} {call}"
        for line, call in calls(module)
        if ".".join(call.split(".")[-2:]) in CLOCK_READERS
    ]
    return read + [f"{module.name}:{line} imports {name}" for line, name in imports(module) if name == "time.time"]


def session_in_doors(module: Module) -> list[str]:
    """Return the places where a door touches the database session."""
    if not module.is_door or module.name in ASKS_THE_DATABASE_ITSELF:
        return []
    return [
        f"{module.name}:{node.lineno} {dotted(node)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and dotted(node) == "db.session"
    ]


def impure_rules(module: Module) -> list[str]:
    """Return what rules import of the web, the database and the clock."""
    if "rules" not in module.parts[1:2]:
        return []
    banned = (
        "flask",
        "sqlalchemy",
        "kernel.db",
        "kernel.clock.now",
        "kernel.clock.today",
        "kernel.access",
        "datetime.now",
    )
    found = [f"{module.name}:{line} imports {name}" for line, name in imports(module) if name.startswith(banned)]
    return found + [
        f"{module.name}:{line} {call}" for line, call in calls(module) if call in {"clock.now", "clock.today"}
    ]


def web_in_operations(module: Module) -> list[str]:
    """Return where operations, queries and rules know of the request or of who is signed in."""
    if module.package == "kernel" or module.parts[1:2] not in (["operations"], ["queries"], ["rules"], ["models"]):
        return []
    banned = {
        "flask.request",
        "flask.session",
        "flask.g",
        "kernel.access.current_member",
        "kernel.access.current_staff",
    }
    return [f"{module.name}:{line} imports {name}" for line, name in imports(module) if name in banned]


def undocumented(module: Module) -> list[str]:
    """Return public functions and classes of a package without a docstring, and the module itself."""
    found = [] if ast.get_docstring(module.tree) else [f"{module.name} has no docstring"]
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                found.append(f"{module.name}:{node.lineno} {node.name}")
    return found


def too_long(module: Module) -> list[str]:
    """Return modules that have outgrown a file."""
    lines = module.text.count("\n")
    return [f"{module.name} has {lines} lines"] if lines > MOST_LINES else []


CHECKS = [commits, clock_readings, session_in_doors, impure_rules, web_in_operations, undocumented, too_long]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_habit_holds(check):
    assert [fault for module in modules() for fault in check(module)] == []


def test_files_on_their_way_to_a_folder_are_named(capsys):
    """Past 300 lines a file is looked at once more; this prints them and refuses nothing."""
    long = sorted((m.text.count("\n"), m.name) for m in modules() if m.text.count("\n") > MANY_LINES)
    print("\n".join(f"{lines:4} {name}" for lines, name in reversed(long)))


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (commits, "points.operations", "db.session.commit()"),
        (commits, "kernel.outbox", "def f(s):\n    s.commit()"),
        (clock_readings, "points.rules", "from datetime import datetime\nx = datetime.now(UTC)"),
        (clock_readings, "kernel.web", "import datetime\nx = datetime.datetime.utcnow()"),
        (clock_readings, "points.jobs", "from datetime import date\nx = date.today()"),
        (clock_readings, "kernel.jobs", "import time\nx = time.time()"),
        (clock_readings, "kernel.jobs", "from time import time"),
        (session_in_doors, "events.views", "db.session.add(x)"),
        (session_in_doors, "events.staff_views.tickets", "def f():\n    return db.session.get(X, 1)"),
        (impure_rules, "points.rules", "from flask_babel import gettext"),
        (impure_rules, "points.rules.tiers", "from kernel.db import db"),
        (impure_rules, "points.rules", "from kernel import clock\ndef f():\n    return clock.now()"),
        (web_in_operations, "points.operations", "from flask import request"),
        (web_in_operations, "points.queries", "def f():\n    from kernel.access import current_member"),
        (undocumented, "points.rules", '"""Rules."""\ndef spend():\n    pass'),
        (undocumented, "points.rules", "x = 1"),
        (too_long, "points.rules", "x = 1\n" * 401),
    ],
)
def test_the_control_sees_it(check, name, text):
    assert check(Module(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kernel.db", '"""Doc."""\ndb.session.commit()'),
        ("points.operations", '"""Doc."""\nfrom kernel import clock\nx = clock.now()'),
        ("points.queries", '"""Doc."""\ndb.session.scalars(x)'),
        ("points.rules", '"""Doc."""\nfrom datetime import timedelta\nfrom kernel.clock import day_of'),
    ],
)
def test_the_controls_let_the_right_ones_pass(name, text):
    assert [fault for check in CHECKS for fault in check(Module(name, text))] == []
