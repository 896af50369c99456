"""What every page must have, read from its HTML: one heading, a title, a language, labelled fields, CSRF, nothing inline."""

from html.parser import HTMLParser
from typing import Any

CONTROLS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.headings = 0
        self.title = ""
        self.language = ""
        self.faults: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self._in_label = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if "style" in given:
            self.faults.append(f"style attribute on <{tag}>")
        self.faults += [f"{name} on <{tag}>" for name in given if name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline <{tag}>")
        if (given.get("href") or "").lower().startswith("javascript:"):
            self.faults.append("javascript: link")
        for name in ("src", "href", "action"):
            value = given.get(name) or ""
            if tag != "a" and given.get("rel") != "canonical" and value.startswith(("http:", "https:", "//")):
                self.faults.append(f"<{tag}> asks another host: {value}")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        match tag:
            case "html":
                self.language = given.get("lang") or ""
            case "h1":
                self.headings += 1
            case "label":
                self._in_label += 1
                self.labels.add(given.get("for") or "")
            case "form":
                self.forms.append({**given, "fields": [], "buttons": 0})
            case "button":
                if self.forms and given.get("type", "submit") == "submit":
                    self.forms[-1]["buttons"] += 1
            case "a":
                if given.get("href"):
                    self.links.append(str(given["href"]))
        if tag in CONTROLS:
            if self.forms:
                self.forms[-1]["fields"].append(given.get("name"))
            if (given.get("type") or "text") not in UNLABELLED:
                self.controls.append({**given, "_labelled": "yes" if self._in_label else ""})
            if (given.get("type") or "") in {"submit", "image"} and self.forms:
                self.forms[-1]["buttons"] += 1
        if tag not in {"input", "img", "meta", "link", "br", "hr", "use", "path", "source", "wbr"}:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label -= 1
        while self.open and self.open[-1][0] != tag:
            self.open.pop()
        if self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "title" and not any(tag == "svg" for tag, _given in self.open):
            self.title += data


def read(html: str) -> _Reader:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    return reader


def faults(html: str, *, language: str = "zh-CN") -> list[str]:
    """Return what is wrong with a page."""
    page = read(html)
    found = list(page.faults)
    if page.headings != 1:
        found.append(f"{page.headings} h1")
    if not page.title.strip():
        found.append("no title")
    if page.language != language:
        found.append(f"lang is {page.language!r}")
    found += [
        f"unlabelled field {control.get('name')}"
        for control in page.controls
        if not (
            control["_labelled"]
            or control.get("aria-label")
            or control.get("aria-labelledby")
            or (control.get("id") or "-") in page.labels
        )
    ]
    doubles = {name for name in page.ids if page.ids.count(name) > 1}
    found += [f"id {name} twice" for name in sorted(doubles)]
    for form in page.forms:
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in form["fields"]:
            found.append(f"form {form.get('action')} without CSRF token")
        if not form["buttons"]:
            found.append(f"form {form.get('action')} without a button")
    return found
