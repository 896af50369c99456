"""Journey 4: an event fills up, a place comes free, and whoever comes gets points."""

from datetime import timedelta

import pytest

from kernel import clock
from tests.journeys import people
from tests.support.browser import Browser
from tests.support.site import Site


def _announces(desktop: Browser, title: str) -> str:
    """Set up an event for three people that begins in three hours, and publish it; return its number."""
    starts = clock.real_now().astimezone(clock.SHANGHAI) + timedelta(hours=3)
    people.staff_signs_in(desktop, "shen.yue")
    desktop.visits("/staff/events/new")
    desktop.chooses("kind", "care")
    desktop.chooses("city_code", "SZ")
    desktop.chooses("audience", "members")
    for name, value in {
        "title_zh": title, "title_en": title, "text_zh": "写一副春联，纸笔都备好。", "place": "翠澜湾会所",
        "address": "翠澜湾会所一楼", "capacity": "3", "companions_limit": "2",
    }.items():  # fmt: skip
        desktop.fills_in(name, value)
    for name, moment in {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "cancel_until": starts}.items():
        desktop.fills_in(name, f"{moment:%Y-%m-%dT%H:%M}")
    desktop.presses("main form[data-form] button[type=submit]")
    desktop.waits_for(lambda: desktop.path.rsplit("/", 1)[-1].isdigit(), "the draft")
    desktop.presses("form[action$='/publication'] button")
    desktop.waits_for(
        lambda: not desktop.driver.find_elements("css selector", "form[action$='/publication']"), "it is published"
    )
    return desktop.path.rsplit("/", 1)[-1].split("?")[0]


def _signs_up(phone: Browser, event: str, adults: int) -> str:
    phone.visits(f"/events/{event}")
    phone.chooses("adults", str(adults))
    phone.presses("form[action$='/registration'] button[type=submit]")
    phone.waits_for(lambda: phone.path.startswith("/me/tickets/"), "the ticket")
    return phone.path


@pytest.mark.parametrize(
    ("locale", "first", "second"),
    [("zh_Hans_CN", "19900000004", "19900000006"), ("en", "19900000003", "19900000007")],
)
def test_an_event_fills_and_a_place_goes_on(
    phone: Browser, desktop: Browser, site: Site, locale: str, first: str, second: str
) -> None:
    waiting, offered = ("候补中", "确认名额") if locale != "en" else ("On the waiting list", "Take the place")
    event = _announces(desktop, f"写春联 {locale}")

    people.member_signs_in(phone, site, first)
    people.reads(phone, locale)
    ticket = _signs_up(phone, event, 3)
    assert phone.driver.find_elements("css selector", ".ticket svg, .ticket img")
    assert phone.element(".ticket__number").text
    calendar = phone.element("a[href$='/calendar.ics']").get_attribute("href").removeprefix(site.address)
    people.waits_until_status(phone, calendar, 200)

    people.member_signs_in(phone, site, second)
    people.reads(phone, locale)
    waits = _signs_up(phone, event, 2)
    phone.sees(waiting)
    phone.visits("/me/points/")
    before = people.number_in(phone, ".points__balance")

    people.member_signs_in(phone, site, first)
    phone.visits(ticket)
    phone.opens("main details:has(form[action$='/cancellation'])")
    phone.presses("form[action$='/cancellation'] button")
    phone.waits_for(lambda: not phone.driver.find_elements("css selector", ".ticket"), "the cancelled ticket")

    people.member_signs_in(phone, site, second)
    people.reads(phone, locale)
    phone.visits(waits)
    phone.sees(offered)
    phone.presses("form[action$='/acceptance'] button")
    code = phone.element(".ticket__number").text

    desktop.visits(f"/staff/events/{event}/check-in")
    desktop.fills_in("code", "AAAAA-AAAAA")
    desktop.presses("main form[data-form] button[type=submit]")
    assert desktop.element("main [role=alert], main .field__error").text
    desktop.fills_in("code", code.lower())
    desktop.presses("main form[data-form] button[type=submit]")
    desktop.presses("form[action$='/check-ins'] button[type=submit]")
    desktop.waits_for(
        lambda: not desktop.driver.find_elements("css selector", "form[action$='/check-ins']"), "all are in"
    )

    phone.visits("/me/points/")
    assert people.number_in(phone, ".points__balance") > before
