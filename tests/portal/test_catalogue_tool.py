"""The catalogue tool on small fragments: what it merges, and each fault that it must see."""

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.support import Translations

from portal import catalogues

Fragments = Callable[..., None]


@pytest.fixture
def fragments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fragments:
    """Return a function that writes one fragment per keyword."""
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)

    def write(**texts: str) -> None:
        for name, text in texts.items():
            (tmp_path / f"{name}.po").write_text(
                f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\n{text}\n'
            )

    return write


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that says which sentences stand in the code."""

    def stand(*sentences: object) -> None:
        monkeypatch.setattr(
            catalogues, "sources", lambda: iter([("points/errors.py", 7, sentence, None) for sentence in sentences])
        )

    return stand


def test_fragments_become_one_catalogue(fragments: Fragments, tmp_path: Path) -> None:
    fragments(
        points='msgid "Redeem"\nmsgstr "兑换"',
        events='msgid "%(n)d place"\nmsgid_plural "%(n)d places"\nmsgstr[0] "%(n)d 个名额"',
    )

    assert catalogues.compile_catalogue() == 2

    with (tmp_path / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        loaded = Translations(file)
    assert loaded.gettext("Redeem") == "兑换"
    assert loaded.ngettext("%(n)d place", "%(n)d places", 3) == "%(n)d 个名额"


def test_two_translations_of_one_sentence_are_refused(fragments: Fragments) -> None:
    fragments(points='msgid "Points"\nmsgstr "积分"', events='msgid "Points"\nmsgstr "分数"')

    with pytest.raises(catalogues.Contradiction, match="积分"):
        catalogues.compile_catalogue()
    assert catalogues.check()[0].startswith("contradiction")


def test_the_same_translation_twice_is_fine(fragments: Fragments, code: Callable[..., None]) -> None:
    fragments(points='msgid "Points"\nmsgstr "积分"', events='msgid "Points"\nmsgstr "积分"')
    code("Points")

    assert catalogues.check() == []


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ("", "no sound Chinese"),
        ('msgid "%(left)s left"\nmsgstr ""', "no sound Chinese"),
        ('msgid "%(left)s left"\nmsgstr "还剩 %(rest)s 件"', "no sound Chinese"),
        ('msgid "%(left)s left"\nmsgstr "还有库存"', "no sound Chinese"),
        ('#, fuzzy\nmsgid "%(left)s left"\nmsgstr "还剩 %(left)s 件"', "fuzzy"),
        ('msgid "%(left)s left"\nmsgstr "还剩 %(left)s 件"\n\nmsgid "Gone"\nmsgstr "没有了"', "no longer in the code"),
    ],
)
def test_every_fault_is_seen(fragments: Fragments, code: Callable[..., None], fragment: str, fault: str) -> None:
    fragments(points=fragment)
    code("%(left)s left")

    assert any(fault in line for line in catalogues.check())


def test_a_sound_catalogue_has_no_fault(fragments: Fragments, code: Callable[..., None]) -> None:
    fragments(points='msgid "%(left)s left"\nmsgstr "还剩 %(left)s 件"')
    code("%(left)s left")

    assert catalogues.check() == []


@pytest.mark.parametrize(
    ("place", "package"),
    [
        ("points/views.py", "points"),
        ("templates/events/show.html", "events"),
        ("templates/staff/service_requests/queue.html", "service_requests"),
        ("templates/messages/member/code.sms.txt", "member"),
        ("templates/layouts/base.html", "design"),
        ("templates/portal/home.html", "portal"),
    ],
)
def test_a_sentence_belongs_to_the_package_it_stands_in(place: str, package: str) -> None:
    assert catalogues.owner_of(place) == package


def test_the_code_is_read_with_its_templates() -> None:
    places = {place.partition("/")[0] for place, _line, _message, _context in catalogues.sources()}

    assert {"kernel", "member", "templates"} <= places
