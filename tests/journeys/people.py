"""What the people of the demo club do again and again: join, sign in, choose a language, take a photo."""

import io
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pillow_heif
import pyotp
from PIL import Image, ImageDraw

from homes.ledger import rows
from portal.demo import ledger, people
from tests.support.browser import PATIENCE_SECONDS, Browser
from tests.support.site import Site

_KEPT: dict[str, list[dict[str, Any]]] = {}
"""The cookies of who signed in before: a code is sent to a number once a minute, and its six digits are good once."""

_STEPS: dict[str, int] = {}
"""The last time step of each second factor that was used up."""

STEP_SECONDS = 30


# --- signing in --------------------------------------------------------------------------------------------------------


def is_nobody(browser: Browser) -> None:
    """Forget who sat here before."""
    browser.signs_out_of_everything()


def reads(browser: Browser, locale: str) -> None:
    """Choose a language by the button on the page."""
    wanted = {"en": "en"}.get(locale, "zh-CN")

    def reads_it() -> bool:
        return browser.driver.find_element("tag name", "html").get_attribute("lang") == wanted

    if not reads_it():
        browser.presses(f"button[name='locale'][value='{locale}']")
        browser.waits_for(reads_it, f"a page in {locale}")


def _back_again(browser: Browser, who: str) -> bool:
    is_nobody(browser)
    for cookie in _KEPT.get(who, []):
        browser.keeps_cookie(cookie["name"], cookie["value"], httpOnly=True)
    return who in _KEPT


def _remember(browser: Browser, who: str) -> None:
    _KEPT[who] = [cookie for cookie in browser.driver.get_cookies() if cookie["name"] not in {"look", "locale"}]


def member_signs_in(browser: Browser, site: Site, mobile: str) -> None:
    """Sign in with mobile and code, or come back to a browser that is signed in still."""
    if not _back_again(browser, mobile):
        asked = site.messages()[:1]
        browser.visits("/sign-in")
        browser.fills_in("mobile", mobile)
        browser.presses("main form button[type=submit]")
        browser.fills_in("code", site.code_for(mobile, unlike=_code_in(asked, mobile)))
        browser.presses("main form[data-form] button[type=submit]")
        browser.waits_for(lambda: browser.path.startswith("/me/"), "the member's own page")
        _remember(browser, mobile)
    browser.visits("/me/")


def staff_signs_in(browser: Browser, login: str) -> None:
    """Sign in with password and second factor, or come back to a desk that is signed in still."""
    if not _back_again(browser, login):
        proves_the_password(browser, login)
        browser.fills_in("code", next_code(login))
        browser.presses("main form button[type=submit]")
        browser.waits_for(lambda: browser.path == "/staff/", "the desk")
        _remember(browser, login)
    browser.visits("/staff/")


def proves_the_password(browser: Browser, login: str) -> None:
    """Go through the first half of the staff's sign-in."""
    browser.visits("/staff/sign-in")
    browser.fills_in("login", login)
    browser.fills_in("password", people.PASSWORD)
    browser.presses("main form button[type=submit]")
    browser.waits_for(lambda: browser.path.endswith("/second-factor"), "the question for the code")


def next_code(login: str) -> str:
    """Return a code that was not used before: of this time step, or of the next when this one is used up."""
    secret = next(person.secret for person in people.STAFF if person.login == login)
    step = max(int(time.time()) // STEP_SECONDS, _STEPS.get(login, 0) + 1)
    _STEPS[login] = step
    return pyotp.TOTP(secret).at(step * STEP_SECONDS)


def _code_in(messages: list[dict[str, Any]], mobile: str) -> str:
    import re

    for message in messages:
        found = re.search(r"(?<![\d-])\d{6}(?![\d-])", message["text"])
        if message["to"].endswith(mobile) and found:
            return found.group()
    return ""


# --- joining -----------------------------------------------------------------------------------------------------------


def joins(browser: Browser, site: Site, mobile: str, name: str, *, marketing: bool = False) -> str:
    """Become a member; return the member number that the welcome page shows."""
    browser.visits("/join")
    browser.fills_in("mobile", mobile)
    browser.presses("main form button[type=submit]")
    browser.fills_in("code", site.code_for(mobile))
    browser.fills_in("name", name)
    browser.ticks("membership")
    if marketing:
        browser.ticks("marketing")
    browser.presses("main form[data-form] button[type=submit]")
    browser.waits_for(lambda: browser.path.startswith("/me/welcome"), "the welcome")
    _remember(browser, mobile)
    return browser.element("main .figure--huge.code").text


def mobiles_of_nobody() -> Iterator[str]:
    """Yield mobiles that neither the ledger nor the club knows."""
    taken = set(ledger.owner_mobiles()) | {person.mobile for person in people.MEMBERS}
    for n in range(30, 99):
        mobile = f"199000000{n:02d}"
        if mobile not in taken:
            yield mobile


@lru_cache(maxsize=1)
def _strangers() -> Iterator[str]:
    return mobiles_of_nobody()


def a_new_mobile() -> str:
    """Return a mobile of nobody, another one each time."""
    return next(_strangers())


def joined_owners() -> set[str]:
    """Return the mobiles of the owners whom the demo club lets join."""
    cast = {person.mobile for person in people.MEMBERS}
    return cast | set([mobile for mobile in ledger.owner_mobiles() if mobile not in cast][:90])


def purchases(project: str, buildings: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the ledger's rows of some buildings that are in force and belong to persons."""
    return [
        row
        for row in ledger._good_rows()
        if row["_key"][0] == project
        and row["_key"][1].split("-")[0] in buildings
        and row[rows.STATE] == "有效"
        and row[rows.KIND] == "个人"
        and "；" not in str(row[rows.BUYERS])
        and (project, row["_key"][1]) not in ledger.CAST
    ]


# --- photos ------------------------------------------------------------------------------------------------------------


def a_photo(folder: Path, kind: str, colour: str) -> Path:
    """Take a photo as phones do, with place and camera in it; ``kind`` is ``jpeg`` or ``heic``."""
    picture = Image.new("RGB", (1_600, 1_200), colour)
    ImageDraw.Draw(picture).ellipse((500, 300, 1_100, 900), fill="sienna")
    exif = Image.Exif()
    exif[0x010F] = "A phone of Journeys"
    path = folder / f"photo-{colour}.{'jpg' if kind == 'jpeg' else 'heic'}"
    if kind == "jpeg":
        picture.save(path, "JPEG", exif=exif)
    else:
        content = io.BytesIO()
        pillow_heif.from_pillow(picture).save(content, quality=70, exif=exif.tobytes())
        path.write_bytes(content.getvalue())
    return path


def adds_photos(browser: Browser, name: str, *paths: Path) -> None:
    """Choose photos in the field of a name."""
    browser.field(name).send_keys("\n".join(str(path) for path in paths))
    if len(paths) and browser.has_script:
        browser.waits_for(
            lambda: len(browser.driver.find_elements("css selector", ".picker__list li")) >= len(paths),
            f"{len(paths)} chosen photos",
        )


def number_in(browser: Browser, selector: str) -> int:
    """Return the number that stands somewhere on the page."""
    return int("".join(c for c in browser.element(selector).text if c.isdigit()) or 0)


def waits_until_status(browser: Browser, path: str, status: int) -> None:
    """Open a page with the browser's cookies and make sure how the server answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    got = 0
    while time.monotonic() < deadline:
        got = status_of(browser, path)
        if got == status:
            return
    raise AssertionError(f"{path} answers {got}, not {status}")


def status_of(browser: Browser, path: str) -> int:
    """Return how the server answers a page to who is signed in here."""
    import urllib.error
    import urllib.request

    class Still(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            return None

    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in browser.driver.get_cookies())
    asked = urllib.request.Request(browser.site + path, headers={"Cookie": cookies})
    try:
        with urllib.request.build_opener(Still).open(asked, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
