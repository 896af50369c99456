"""Call down, never up, never sideways; and of a foreign package only what it offers."""

import pytest

from tests.architecture.source import FLOORS, ROOT, Module, imports, modules

OFFERED = {"operations", "queries", "models", "signals"}
"""What a package shows to those above it. Names of other modules are its own business."""
OFFERED_NAMES = {"policies.Permission"}
"""An enum: pages that join several packages say with it who may open them."""
EXCEPTIONS = {
    # A type only: the settings of an installation are read in portal and used everywhere.
    ("kernel.settings", "portal.settings.Settings"),
    # The demo club writes a ledger file as the developer's office would; the columns are the file's format.
    ("portal.demo.ledger", "homes.ledger.rows"),
}


def arrows(module: Module) -> list[str]:
    """Return the imports of a module that go up or sideways."""
    found = []
    for line, name in imports(module):
        target = name.partition(".")[0]
        if target not in FLOORS or target == module.package or (module.name, name) in EXCEPTIONS:
            continue
        if FLOORS[target] >= FLOORS[module.package]:
            found.append(f"{module.name}:{line} imports {name}, which stands on the same floor or above")
    return found


def trespasses(module: Module) -> list[str]:
    """Return the imports of a module that reach into a foreign package further than it offers."""
    found = []
    for line, name in imports(module):
        parts = name.split(".")
        if parts[0] not in FLOORS or parts[0] in {"kernel", module.package}:
            continue
        if (module.name, name) in EXCEPTIONS or ".".join(parts[1:]) in OFFERED_NAMES:
            continue
        if len(parts) > 1 and parts[1] not in OFFERED:
            found.append(f"{module.name}:{line} imports {name}; {parts[0]} offers {', '.join(sorted(OFFERED))}")
    return found


def test_the_packages_are_those_of_the_architecture():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"tests", "benchmarks"} <= set(FLOORS)


def test_no_arrow_goes_up_or_sideways():
    assert [fault for module in modules() for fault in arrows(module)] == []


def test_foreign_packages_are_used_through_what_they_offer():
    assert [fault for module in modules() for fault in trespasses(module)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("points.operations", "from events.models import Event"),
        ("points.operations", "def f():\n    from homes import queries"),
        ("member.views", "import staff.queries"),
        ("kernel.db", "from member.models import Member"),
        ("events.queries", "if TYPE_CHECKING:\n    from service_requests.models import Case"),
        ("points.operations.ledger", "from portal import settings"),
    ],
)
def test_the_control_sees_arrows_that_go_up_or_sideways(name, text):
    assert arrows(Module(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("events.operations", "from points.ledger import post"),
        ("events.views", "from member.views import bp"),
        ("events.staff_views", "from staff.policies import may_do"),
        ("portal.views", "def f():\n    import points.rules"),
    ],
)
def test_the_control_sees_trespasses(name, text):
    assert trespasses(Module(name, text))


@pytest.mark.parametrize(
    "text",
    [
        "from points import operations, queries",
        "from points.models import Account",
        "from kernel.db import db",
        "from member import signals",
        "from events.rules import place_for",
    ],
)
def test_the_controls_let_the_right_ones_pass(text):
    module = Module("events.operations", text)
    assert arrows(module) == trespasses(module) == []
