"""The Chinese catalogue: one fragment per package, merged into the one that the application reads.

English sentences in the code are the source. ``check`` extracts them and reports every one that has no Chinese, a fuzzy
one, or one with other placeholders; ``missing`` prints what is to be filled in; ``compile`` writes the merged file.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "zh_Hans_CN"
PACKAGES = (
    "kernel",
    "member",
    "staff",
    "homes",
    "points",
    "payments",
    "events",
    "service_requests",
    "portal",
    "design",
)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
}
SHOWN_FAULTS = 40
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
Key = tuple[str | None, str]


class Contradiction(Exception):
    """Two fragments translate one sentence differently."""


def fragments() -> dict[str, Catalog]:
    """Return each package's own catalogue."""
    found = {}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale="zh_Hans_CN")
    return found


def merged() -> Catalog:
    """Return all fragments as one catalogue; raise ``Contradiction`` where two disagree."""
    whole = Catalog(locale="zh_Hans_CN", domain="messages", charset="utf-8")
    origin: dict[Key, str] = {}
    for name, catalogue in fragments().items():
        for message in catalogue:
            if not message.id or message.fuzzy or not _is_filled(message.string):
                continue
            key = (message.context, _singular(message.id))
            earlier = whole.get(_singular(message.id), message.context)
            if earlier is not None and earlier.string != message.string:
                raise Contradiction(
                    f"{key[1]!r}: {origin[key]} says {earlier.string!r}, {name} says {message.string!r}"
                )
            origin[key] = name
            whole.add(message.id, message.string, context=message.context)
    return whole


def _is_filled(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)


def _singular(message_id: object) -> str:
    return str(message_id[0]) if isinstance(message_id, tuple | list) else str(message_id)


def compile_catalogue() -> int:
    """Write the merged catalogue; return how many sentences it holds."""
    whole = merged()
    target = FOLDER / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_mo(buffer, whole)
    temporary = target.with_suffix(".tmp")
    temporary.write_bytes(buffer.getvalue())
    temporary.replace(target)
    return len(whole)


def sources() -> Iterator[tuple[str, int, object, str | None]]:
    """Yield every sentence for people with the file and line it stands in."""
    options = {"jinja2": {"trimmed": "true", "extensions": "jinja2.ext.do", "silent": "false"}}
    for folder in (*(p for p in PACKAGES if p != "design"), "templates"):
        method_map = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.svg", "jinja2")]
        options_map = {"**.html": options["jinja2"], "**.txt": options["jinja2"], "**.svg": options["jinja2"]}
        for name, line, message, _comments, context in extract_from_dir(
            str(ROOT / folder), method_map=method_map, options_map=options_map, keywords=KEYWORDS
        ):
            yield f"{folder}/{name}", line, message, context


def owner_of(place: str) -> str:
    """Return the package whose fragment a sentence belongs to, by the place it stands in."""
    parts = [part for part in Path(place).parts if part not in {"templates", "staff", "messages", "print"}]
    if not parts or parts[0] in {"layouts", "components", "errors"}:
        return "design"
    first = parts[0]
    if place.startswith(("templates/staff/staff", "staff/")):
        return "staff"
    return first if first in PACKAGES else "portal"


def missing() -> dict[str, dict[Key, tuple[object, list[tuple[str, int]]]]]:
    """Return, per package, the sentences without a sound Chinese translation and where they stand."""
    whole = merged()
    found: dict[str, dict[Key, tuple[object, list[tuple[str, int]]]]] = {}
    for place, line, message, context in sources():
        key = (context, _singular(message))
        known = whole.get(key[1], context)
        if known is not None and _sound(message, known.string):
            continue
        package = found.setdefault(owner_of(place), {})
        package.setdefault(key, (message, []))[1].append((place, line))
    return found


def _sound(source: object, translation: object) -> bool:
    wanted = set(PLACEHOLDER.findall(" ".join(source) if isinstance(source, tuple | list) else str(source)))
    texts = translation if isinstance(translation, tuple | list) else [str(translation)]
    return all(set(PLACEHOLDER.findall(str(text))) <= wanted for text in texts) and (
        isinstance(source, tuple | list) or wanted == set(PLACEHOLDER.findall(str(texts[0])))
    )


def obsolete() -> list[tuple[str, str]]:
    """Return the translations of sentences that no longer stand in the code."""
    used = {(context, _singular(message)) for _place, _line, message, context in sources()}
    return [
        (name, _singular(message.id))
        for name, catalogue in fragments().items()
        for message in catalogue
        if message.id and (message.context, _singular(message.id)) not in used
    ]


def check() -> list[str]:
    """Return one line for each fault of the catalogue."""
    try:
        lacking = missing()
    except Contradiction as contradiction:
        return [f"contradiction: {contradiction}"]
    faults = []
    for package, entries in sorted(lacking.items()):
        for (_context, sentence), (_message, places) in entries.items():
            faults.append(f"{package}: {places[0][0]}:{places[0][1]}: no sound Chinese for {sentence!r}")
    faults += [f"{name}: fuzzy: {_singular(m.id)!r}" for name, c in fragments().items() for m in c if m.id and m.fuzzy]
    faults += [f"{name}: no longer in the code: {sentence!r}" for name, sentence in obsolete()]
    return faults


def _stubs(package: str) -> str:
    catalogue = Catalog(locale="zh_Hans_CN")
    for (context, _sentence), (message, places) in missing().get(package, {}).items():
        catalogue.add(message, locations=places, context=context)  # type: ignore[arg-type]
    buffer = io.BytesIO()
    write_po(buffer, catalogue, omit_header=True, width=0)
    return buffer.getvalue().decode()


translations = click.Group("translations", help="The Chinese catalogue.")


@translations.command("compile")
def compile_command() -> None:
    """Merge the packages' fragments into the catalogue that the application reads."""
    try:
        click.echo(f"  {compile_catalogue()} sentences")
    except Contradiction as contradiction:
        raise click.ClickException(str(contradiction)) from contradiction


@translations.command("check")
@click.option("--all", "everything", is_flag=True, help="Every fault, not only the first ones.")
def check_command(everything: bool) -> None:
    """List what is missing, fuzzy, unsound or obsolete; fail if there is any."""
    faults = check()
    shown = faults if everything else faults[:SHOWN_FAULTS]
    for fault in shown:
        click.echo(fault)
    if faults:
        per_package = Counter(fault.partition(":")[0] for fault in faults)
        told = ", ".join(f"{package} {number}" for package, number in per_package.most_common())
        raise click.ClickException(f"{len(faults)} faults in the catalogue ({told}).")


@translations.command("missing")
@click.argument("package", type=click.Choice(PACKAGES))
def missing_command(package: str) -> None:
    """Print what a package's fragment still lacks, ready to be filled in."""
    click.echo(_stubs(package))


@translations.command("obsolete")
def obsolete_command() -> None:
    """List translations of sentences that no longer stand in the code."""
    for name, sentence in obsolete():
        click.echo(f"{name}: {sentence!r}")


if __name__ == "__main__":
    translations(prog_name="python -m portal.catalogues")
