"""The judge of pages can condemn: each rule with a page that breaks it."""

import pytest

from tests.support.pages import faults

GOOD = (
    '<html lang="zh-CN"><head><title>页</title></head><body><h1>页</h1>'
    '<form method="post"><input type="hidden" name="csrf_token"><label for="a">名</label><input id="a" name="a">'
    "<button>好</button></form></body></html>"
)


def test_a_good_page_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<h1>页</h1>", "", "0 h1"),
        ("<h1>页</h1>", "<h1>页</h1><h1>页</h1>", "2 h1"),
        ("<title>页</title>", "<title></title>", "no title"),
        ('lang="zh-CN"', 'lang="fr"', "lang is 'fr'"),
        ("<button>好</button>", "", "form None without a button"),
        ('<input type="hidden" name="csrf_token">', "", "form None without CSRF token"),
        ('<label for="a">名</label>', "", "unlabelled field a"),
        ("<h1>", '<h1 style="color:red">', "style attribute on <h1>"),
        ("<h1>", '<h1 onclick="x()">', "onclick on <h1>"),
        ("</body>", "<script>x()</script></body>", "inline <script>"),
        ("</body>", "<style>a{}</style></body>", "inline <style>"),
        (
            "</body>",
            '<img src="https://elsewhere.example/a.png"></body>',
            "<img> asks another host: https://elsewhere.example/a.png",
        ),
        ("</body>", '<p id="a"></p></body>', "id a twice"),
    ],
)
def test_each_rule_condemns_a_page_that_breaks_it(old: str, new: str, fault: str) -> None:
    assert fault in faults(GOOD.replace(old, new, 1))
