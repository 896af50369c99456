"""One running portal with the demo club for all journeys, and a few browsers that are used again and again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import browser as browsers
from tests.support.browser import Browser
from tests.support.site import Site, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all journeys in one process: they share one portal."""
    for item in items:
        if "/journeys/" in str(item.fspath):
            item.add_marker(pytest.mark.xdist_group("journeys"))
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal as shipped, with the demo club; ``JOURNEYS_TEMPLATE`` names a folder with a loaded one to start from."""
    if not browsers.is_installed():
        if os.environ.get("PORTAL_REQUIRE_BROWSER", "0") != "0":
            pytest.fail("Chromium and its driver are required")
        pytest.skip("Chromium and its driver are not installed")
    template = os.environ.get("JOURNEYS_TEMPLATE")
    with running(tmp_path_factory.mktemp("site"), template=Path(template) if template else None) as portal:
        yield portal


Opener = Callable[..., Browser]


@pytest.fixture(scope="session")
def garage() -> Iterator[dict[tuple[int, bool], list[Browser]]]:
    """Browsers that nobody uses at the moment, by width and script."""
    parked: dict[tuple[int, bool], list[Browser]] = {}
    yield parked
    for waiting in parked.values():
        for browser in waiting:
            browser.close()


@pytest.fixture
def open_browser(site: Site, garage: dict[tuple[int, bool], list[Browser]]) -> Iterator[Opener]:
    """Return a function that opens a browser of a width on the portal, signed in as nobody."""
    opened: list[tuple[tuple[int, bool], Browser]] = []

    def open_one(*, width: int = 390, height: int = 844, script: bool = True) -> Browser:
        waiting = garage.setdefault((width, script), [])
        browser = waiting.pop() if waiting else browsers.start(width=width, height=height, script=script)
        browser.site = site.address
        browser.begins_afresh()
        opened.append(((width, script), browser))
        return browser

    yield open_one
    for kind, browser in opened:
        garage[kind].append(browser)


@pytest.fixture
def phone(open_browser: Opener) -> Browser:
    """A phone of 390 px."""
    return open_browser()


@pytest.fixture
def desktop(open_browser: Opener) -> Browser:
    """A desktop screen of 1280 px."""
    return open_browser(width=1280, height=900)


@pytest.fixture
def pictures() -> Path:
    """Where journeys leave screenshots for people to look at."""
    return Path(__file__).resolve().parents[2] / "screenshots"
