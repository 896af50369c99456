"""Templates loop, choose and print: nothing inline, no queries, a title on every page, every sentence translatable."""

import re

import pytest

from tests.architecture.source import templates

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
TAG = re.compile(r"<[^>]*>", re.S)
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>", re.I)
STYLE = re.compile(r"<style\b", re.I)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I | re.S)
STYLE_ATTRIBUTE = re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I | re.S)
QUERY = re.compile(r"\{[{%][^}]*(\bdb\.|\.session\b|\bqueries\.|\.query\b|\bselect\(|\.execute\(|\.scalars?\()", re.S)
FOREIGN = re.compile(r"(?:src|srcset|action)\s*=\s*[\"']\s*(?:https?:)?//", re.I)
WORDS = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]")
SPOKEN = {"中文", "EN", "English", "简体中文", "html", "DOCTYPE"}
"""Words that are the same in every language: names of languages in themselves."""


DEVELOPMENT_ONLY = {"portal/style.html"}
"""The style page shows components with made-up words; it is not served by an installation."""


def inline(name: str, text: str) -> list[str]:
    """Return inline scripts and styles, event handlers, and things fetched from another host."""
    plain = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    patterns = {
        "inline script": SCRIPT,
        "style element": STYLE,
        "event handler": HANDLER,
        "style attribute": STYLE_ATTRIBUTE,
        "foreign host": FOREIGN,
    }
    return [f"{name}: {what}" for what, pattern in patterns.items() if pattern.search(JINJA.sub("x", plain))]


def queries(name: str, text: str) -> list[str]:
    """Return calls that would ask the database."""
    return [f"{name}: {match.group(1)}" for match in QUERY.finditer(re.sub(r"\{#.*?#\}", "", text, flags=re.S))]


def is_page(name: str) -> bool:
    """Say whether a template is a page and no part of one."""
    return not name.startswith(("components/", "layouts/", "messages/")) and not name.rpartition("/")[2].startswith("_")


def untitled(name: str, text: str, known: dict[str, str]) -> list[str]:
    """Return pages without a title block of their own or of a page they extend."""
    if not is_page(name) or "{% block title %}" in text:
        return []
    parent = re.search(r"""\{%-?\s*extends\s+["']([^"']+)["']""", text)
    if parent and not parent.group(1).startswith("layouts/") and parent.group(1) in known:
        return untitled(name, known[parent.group(1)], known)
    return [f"{name}: no title block"]


def untranslated(name: str, text: str) -> list[str]:
    """Return words that stand in a template outside gettext."""
    if name in DEVELOPMENT_ONLY:
        return []
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", text)
    plain = TAG.sub(" ", JINJA.sub(" ", text))
    plain = re.sub(r"&[a-z]+;|&#\d+;", " ", plain)
    for word in SPOKEN:
        plain = plain.replace(word, " ")
    return [f"{name}: {match.group(0)}" for match in WORDS.finditer(plain)]


MADE_BY_US = {"events/ticket.html": 1}
"""Templates that print markup as it is, and how often: the ticket's QR code, drawn by segno from a code that we made."""


def unchecked(name: str, text: str) -> list[str]:
    """Return uses of ``|safe``, which would let a member's text become markup."""
    found = re.findall(r"\|\s*safe\b", text)
    return [f"{name}: |safe"] if len(found) > MADE_BY_US.get(name, 0) else []


@pytest.mark.parametrize("check", [inline, queries, untranslated, unchecked], ids=lambda check: check.__name__)
def test_templates_keep_the_rule(check):
    assert [fault for name, text in templates().items() for fault in check(name, text)] == []


def test_every_page_has_a_title():
    known = templates()
    assert [fault for name, text in known.items() for fault in untitled(name, text, known)] == []


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (inline, "<script>alert(1)</script>"),
        (inline, '<script type="module">x</script>'),
        (inline, "<style>p { color: red }</style>"),
        (inline, '<button class="x" onclick="f()">'),
        (inline, '<p\n style="color: red">'),
        (inline, '<p class="{{ kind }}" style="width: {{ n }}%">'),
        (inline, '<img src="https://example.com/x.png">'),
        (queries, "{% for x in db.session.scalars(y) %}"),
        (queries, "{{ queries.get(1) }}"),
        (untranslated, "<p>Hello</p>"),
        (untranslated, "<p>您好</p>"),
        (unchecked, "{{ text|safe }}"),
    ],
)
def test_the_control_sees_it(check, text):
    assert check("x/page.html", text)


def test_the_control_sees_a_missing_title():
    assert untitled("events/event.html", '{% extends "layouts/member.html" %}', {})
    parent = {"events/base.html": "{% block title %}x{% endblock %}"}
    assert not untitled("events/event.html", '{% extends "events/base.html" %}', parent)
    assert not untitled("events/_part.html", "<p></p>", {})


@pytest.mark.parametrize(
    "text",
    [
        '<script type="module" src="{{ asset("build/js/site.js") }}"></script>',
        '{{ _("Hello %(name)s", name=x) }} · –',
        '{# style="" onclick= <script> db.session #}',
        '<a href="https://beian.miit.gov.cn/">{{ site.icp }}</a>',
    ],
)
def test_the_controls_let_the_right_ones_pass(text):
    assert [fault for check in (inline, queries, untranslated, unchecked) for fault in check("x", text)] == []
