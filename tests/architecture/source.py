"""The code as the architecture tests read it: modules by name, their imports and calls, templates as text."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = {
    "kernel": 1,
    "member": 2,
    "staff": 2,
    "homes": 3,
    "points": 3,
    "payments": 3,
    "events": 4,
    "service_requests": 4,
    "surveys": 4,
    "care": 5,
    "reports": 6,
    "portal": 7,
}


@dataclass(frozen=True)
class Module:
    """A module: its dotted name, its text, and the file it came from."""

    name: str
    text: str

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def parts(self) -> list[str]:
        return self.name.split(".")

    @property
    def is_door(self) -> bool:
        """Say whether HTTP comes in here."""
        return len(self.parts) > 1 and self.parts[1] in {"views", "staff_views"}


def modules() -> list[Module]:
    """Return every module of the packages."""
    return [
        Module(_name(path), path.read_text())
        for package in FLOORS
        for path in sorted((ROOT / package).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


def _name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Return every imported name with its line, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.ImportFrom):
            base = module.parts if (ROOT / Path(*module.parts)).is_dir() else module.parts[:-1]
            base = base[: len(base) - node.level + 1]
            for alias in node.names:
                yield node.lineno, ".".join([*base, *([node.module] if node.module else []), alias.name])


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` for an attribute chain, with ``()`` where something was called; empty when it is neither."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return ""


def calls(module: Module) -> Iterator[tuple[int, str]]:
    """Return every call with its line as a dotted name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def templates() -> dict[str, str]:
    """Return every HTML template by its path below templates/."""
    folder = ROOT / "templates"
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.html"))}
