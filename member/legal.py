"""The legal texts: one file per text, version and language, never changed once it was shown to people.

A file is plain text: the first line is the title, ``# `` begins a section, ``- `` a line of a list, an empty line a
new paragraph.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "legal_texts"
_NAME = re.compile(r"(?P<name>[a-z_]+)\.(?P<version>\d{4}-\d{2}-\d{2})\.(?P<locale>\w+)\.txt")


@dataclass
class Section:
    """A section: paragraphs, and lists between them."""

    title: str
    blocks: list[str | list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A legal text in one version and language."""

    title: str
    version: str
    opening: list[str | list[str]]
    sections: list[Section]

    @property
    def valid_from(self) -> date:
        return date.fromisoformat(self.version)


@lru_cache(maxsize=1)
def _files() -> dict[tuple[str, str, str], Path]:
    found = ((_NAME.fullmatch(path.name), path) for path in FOLDER.glob("*.txt"))
    return {(m["name"], m["version"], m["locale"]): path for m, path in found if m}


def versions(name: str) -> list[str]:
    """Return the versions of a text, the newest first."""
    return sorted({version for known, version, _locale in _files() if known == name}, reverse=True)


def document(name: str, version: str | None, locale: str) -> Document | None:
    """Return a text in a version (the newest by default) and language, or None."""
    known = versions(name)
    chosen = version or (known[0] if known else "")
    path = _files().get((name, chosen, locale))
    return _parsed(path, chosen) if path else None


@lru_cache(maxsize=32)
def _parsed(path: Path, version: str) -> Document:
    title, *lines = path.read_text(encoding="utf-8").splitlines()
    opening = Section("")
    sections = [opening]
    for line in lines:
        if line.startswith("# "):
            sections.append(Section(line[2:]))
        elif line.startswith("- "):
            blocks = sections[-1].blocks
            if not blocks or isinstance(blocks[-1], str):
                blocks.append([])
            blocks[-1].append(line[2:])  # type: ignore[union-attr]
        elif line.strip():
            sections[-1].blocks.append(line.strip())
    return Document(title, version, opening.blocks, sections[1:])
