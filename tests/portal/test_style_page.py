"""The style page shows every component, and every component says what it is for."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

COMPONENTS = Path(__file__).parents[2] / "templates" / "components"
SHOWN_ELSEWHERE = {
    "avatar",
    "error_summary",
    "heading",
    "icon",
    "photo",
    "photo_grid",
    "print_header",
    "share_card",
    "viewpoint",
}
"""Parts of other components, what has another h1, the head, paper, and what needs a stored photo."""


@pytest.mark.parametrize(
    "cookies", [{}, {"look": "dark.standard.normal"}, {"look": "auto.elder.largest"}, {"locale": "en"}]
)
def test_the_style_page_opens_in_every_look(client: FlaskClient, cookies: dict[str, str]) -> None:
    for name, value in cookies.items():
        client.set_cookie(name, value)
    page = client.get("/style")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "style=" not in page.text and "<style" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_each_component_says_what_it_is_for_and_stands_on_the_style_page(path: Path) -> None:
    assert path.read_text().startswith("{#")
    style = (COMPONENTS.parent / "portal" / "style.html").read_text()
    assert path.stem in SHOWN_ELSEWHERE or f'"components/{path.name}"' in style


@pytest.mark.parametrize("name", ["403", "404", "409", "413", "422", "429", "500", "503", "expired", "refused"])
def test_each_error_page_says_what_to_do_and_gives_the_number(app, name: str) -> None:  # type: ignore[no-untyped-def]
    with app.test_request_context("/somewhere"):
        from flask import render_template

        page = render_template(f"errors/{name}.html", reference="8F3K22AB", message="名额已满。")
    assert page.count("<h1") == 1
    assert "8F3K22AB" in page and "tel:" in page
