"""Every page that can be reached by links, as five people: sound HTML, nothing for axe, no complaint, no sideways scroll.

Each page is opened in Chinese at 390 px, light and dark, and in English at 1280 px; members' pages in 长辈版 as well. What
one person's walk has judged, the next person's only looks over in Chinese at 390 px.
``KEEP_PICTURES=1`` leaves screenshots in ``screenshots/``.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.journeys import people
from tests.support import pages
from tests.support.browser import Browser
from tests.support.site import Site

PHONE, DESKTOP = 390, 1280
MOST_PAGES = 90
NOT_PAGES = re.compile(
    r"^/(files|static|favicon|healthz|readyz)|\.(ics|xlsx|csv|pdf|svg|png|jpg|webp|webmanifest|txt)$"
)
JUDGED: set[str] = set()
"""Kinds of pages that were judged in full."""
KEEP = os.environ.get("KEEP_PICTURES", "0") != "0"


def kind_of(address: str) -> str:
    """Return what is alike of all addresses of one endpoint: numbers and codes left out, queries by their names."""
    parts = urlsplit(address)
    words = ["#" if re.search(r"\d|[A-Z]{2}-", word) else word for word in parts.path.split("/")]
    return "/".join(words) + ("?" + ",".join(sorted(parse_qs(parts.query))) if parts.query else "")


@dataclass
class Walk:
    """A walk along all links, and what was found on the way."""

    browser: Browser
    who: str
    elder: bool
    pictures: Path
    within: Callable[[str], bool]
    seen: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)

    def goes(self, *starts: str) -> None:
        """Follow the links from some pages, one example of each kind."""
        waiting = list(starts)
        self.seen |= {kind_of(start) for start in starts}
        while waiting and len(self.first) < MOST_PAGES:
            path = waiting.pop(0)
            self.first.append(path)
            for link in self._judges(path):
                if kind_of(link) not in self.seen and self.within(link):
                    self.seen.add(kind_of(link))
                    waiting.append(link)

    def _judges(self, path: str) -> list[str]:
        self._opens(path, "zh_Hans_CN", "auto.standard.normal", PHONE)
        if self._status() >= 400:
            self.found.append(f"{path}: status {self._status()}")
            return []
        links = self._links()
        self._finds(path, "zh 390", pages.faults(self.browser.driver.page_source))
        self._keeps(path, "390")
        if kind_of(path) not in JUDGED:
            JUDGED.add(kind_of(path))
            self._judges_other_looks(path)
        if self.elder:
            self._opens(path, "zh_Hans_CN", "auto.elder.largest", PHONE)
            self._finds(path, "elder 390", pages.faults(self.browser.driver.page_source), self._axe(PHONE))
            self._keeps(path, "elder")
        return links

    def _judges_other_looks(self, path: str) -> None:
        self._finds(path, "zh 390", self._axe(PHONE))
        self.browser.is_dark(True)
        self._finds(path, "zh 390 dark", self.browser.axe("color-contrast"))
        self._keeps(path, "390-dark")
        self.browser.is_dark(False)
        self.browser.is_as_wide_as(DESKTOP)
        self._finds(path, "zh 1280")
        self._keeps(path, "1280")
        self._opens(path, "en", "auto.standard.normal", DESKTOP)
        self._finds(path, "en 1280", pages.faults(self.browser.driver.page_source, language="en"), self._axe(DESKTOP))
        self.browser.is_as_wide_as(PHONE)
        self._finds(path, "en 390")

    def _opens(self, path: str, locale: str, look: str, width: int) -> None:
        self.browser.is_as_wide_as(width)
        self.browser.keeps_cookie("locale", locale)
        self.browser.keeps_cookie("look", look)
        self.browser.visits(path)

    def _axe(self, width: int) -> list[str]:
        """Ask axe on a screen as tall as the page: what the bar at the bottom hides while scrolling is no fault."""
        height = int(self.browser.driver.execute_script("return document.documentElement.scrollHeight"))
        self.browser.is_as_wide_as(width, max(height + 80, 900))
        found = self.browser.axe()
        self.browser.is_as_wide_as(width)
        return found

    def _status(self) -> int:
        return int(
            self.browser.driver.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")
        )

    def _links(self) -> list[str]:
        links = self.browser.driver.execute_script(
            "return [...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin)"
            ".map(a => a.pathname + a.search)"
        )
        return [link for link in links if not NOT_PAGES.search(link.split("?")[0])]

    def _finds(self, path: str, look: str, *faults: list[str]) -> None:
        sideways = ["scrolls sideways"] if self.browser.scrolls_sideways() else []
        told = [fault for some in faults for fault in some] + sideways + self.browser.complaints()
        self.found += [f"{path} ({look}): {fault}" for fault in told]

    def _keeps(self, path: str, look: str) -> None:
        if KEEP:
            name = re.sub(r"[^A-Za-z0-9]+", "-", kind_of(path).replace("#", "one")).strip("-") or "landing"
            self.browser.keeps_a_picture(self.pictures / f"{self.who}-{name}-{look}.png")


def _walk(browser: Browser, pictures: Path, who: str, *starts: str, elder: bool = False, staff: bool = False) -> None:
    def within(link: str) -> bool:
        if who == "visitor" and link.startswith(("/me/", "/service-requests/")):
            return False  # leads to the sign-in
        return link.startswith("/staff/") == staff and not link.startswith("/demo")

    browser.is_dark(False)
    walk = Walk(browser, who, elder, pictures, within)
    walk.goes(*starts)
    print(f"{who}: {len(walk.first)} pages", *walk.first, sep="\n  ")
    assert not walk.found, "\n".join(walk.found)
    assert len(walk.first) >= 8


def test_every_page_of_a_visitor(phone: Browser, pictures: Path) -> None:
    _walk(phone, pictures, "visitor", "/", "/join", "/sign-in", "/staff/sign-in")


def test_every_page_of_a_member(phone: Browser, site: Site, pictures: Path) -> None:
    people.member_signs_in(phone, site, "19900000001")
    _walk(
        phone, pictures, "member", "/me/", "/service-requests/repair?room=bathroom&part=ceiling&fault=leak", elder=True
    )


@pytest.mark.parametrize("login", ["admin", "guo.yi", "shen.yue"])
def test_every_page_of_staff(phone: Browser, pictures: Path, login: str) -> None:
    people.staff_signs_in(phone, login)
    _walk(phone, pictures, login.replace(".", "-"), "/staff/", staff=True)
