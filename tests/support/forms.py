"""A browser without JavaScript: fetch a page, fill in one of its forms, send it with all its hidden fields."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


@dataclass
class PageForm:
    """A form of a page: where it goes, what it would send untouched, and every name it knows."""

    action: str
    method: str
    values: MultiDict[str, Any] = field(default_factory=MultiDict)
    names: set[str] = field(default_factory=set)
    checkable: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.by_id: dict[str, PageForm] = {}
        self.late: list[tuple[str, str, dict[str, str]]] = []
        self.open: PageForm | None = None
        self.select: tuple[PageForm, str, bool] | None = None
        self.options: list[tuple[str, bool]] = []
        self.option: list[Any] | None = None
        self.text: tuple[PageForm, str] | None = None
        self.written = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = PageForm(a.get("action", ""), a.get("method", "get").lower())
            self.forms.append(self.open)
            if "id" in a:
                self.by_id[a["id"]] = self.open
            return
        if tag == "option" and self.select is not None:
            self._end_option()
            self.option = [a.get("value"), "selected" in a, ""]
            return
        form = self.by_id.get(a["form"]) if "form" in a else self.open
        name = a.get("name", "")
        if form is None or not name or tag not in {"input", "select", "textarea", "button"}:
            return
        if "disabled" in a:
            return
        if tag == "button":
            form.buttons.append((name, a.get("value", "")))
            return
        form.names.add(name)
        if tag == "select":
            self.select, self.options = (form, name, "multiple" in a), []
        elif tag == "textarea":
            self.text, self.written = (form, name), ""
        else:
            self._input(form, name, a)

    def _input(self, form: PageForm, name: str, a: dict[str, str]) -> None:
        kind = a.get("type", "text").lower()
        if kind in {"checkbox", "radio"}:
            form.checkable.setdefault(name, []).append(a.get("value", "on"))
            if "checked" in a:
                form.values.add(name, a.get("value", "on"))
        elif kind in {"submit", "image", "button", "reset"}:
            form.buttons.append((name, a.get("value", "")))
        elif kind != "file":
            form.values.add(name, a.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.option is not None:
            self.option[2] += data
        elif self.text is not None:
            self.written += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "option":
            self._end_option()
        elif tag == "select" and self.select is not None:
            self._end_option()
            form, name, many = self.select
            chosen = [value for value, selected in self.options if selected]
            if not chosen and self.options and not many:
                chosen = [self.options[0][0]]
            for value in chosen:
                form.values.add(name, value)
            self.select = None
        elif tag == "textarea" and self.text is not None:
            form, name = self.text
            form.values.add(name, self.written.removeprefix("\n"))
            self.text = None

    def _end_option(self) -> None:
        if self.option is not None:
            value, selected, text = self.option
            self.options.append((text.strip() if value is None else value, selected))
            self.option = None


def forms_of(html: str) -> list[PageForm]:
    """Return the forms of a page."""
    parser = _Forms()
    parser.feed(html)
    parser.close()
    return parser.forms


def form_on(client: FlaskClient, url: str, action: str | None = None, names: set[str] | None = None) -> PageForm:
    """Fetch a page and return one of its POST forms.

    ``action`` is the path the form posts to; without it the form that posts back to the page is meant, or else the first
    one that knows all ``names``.
    """
    page = client.get(url, follow_redirects=True)
    assert page.status_code == 200, f"GET {url} answered {page.status_code}"
    return _chosen(page, action, names or set())


def _chosen(page: TestResponse, action: str | None, names: set[str]) -> PageForm:
    here = page.request.path
    forms = [form for form in forms_of(page.get_data(as_text=True)) if form.method == "post"]
    for form in forms:
        form.action = urljoin(page.request.full_path.rstrip("?"), form.action or page.request.full_path.rstrip("?"))
    if action is not None:
        fitting = [form for form in forms if action in (form.action, urlsplit(form.action).path)]
    else:
        fitting = [form for form in forms if urlsplit(form.action).path == here] or [
            form for form in forms if names and names <= form.names
        ]
    better = [form for form in fitting if names <= form.names] or fitting
    assert better, f"{here} has no such form; there are {[form.action for form in forms]}"
    return better[0]


def post_form(
    client: FlaskClient,
    url: str,
    action: str | None = None,
    *,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> TestResponse:
    """Open a page, change fields of one of its forms and send it; the answer is not followed.

    ``True`` ticks a box, ``False`` or ``None`` takes the field away, a list sends several values, ``(file, name)`` sends
    an upload. A field that the form does not know is a mistake in the test; ``extra`` sends such fields on purpose.
    """
    return send(client, form_on(client, url, action, set(fields)), extra=extra, headers=headers, **fields)


def send(
    client: FlaskClient,
    form: PageForm,
    *,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> TestResponse:
    """Send a form that was fetched before, once more or for the first time."""
    unknown = set(fields) - form.names - {name for name, _value in form.buttons}
    assert not unknown, f"the form has no {sorted(unknown)}; it has {sorted(form.names)}"
    data = MultiDict((name, value) for name, value in form.values.items(multi=True))
    for name, value in {**fields, **(extra or {})}.items():
        data.poplist(name)
        if value is None or value is False:
            continue
        if value is True:
            data.add(name, form.checkable.get(name, ["y"])[0])
        elif isinstance(value, list):
            for part in value:
                data.add(name, part)
        else:
            data.add(name, value)
    return client.post(form.action, data=data, headers=headers)
