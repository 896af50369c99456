"""Journey 3: points are seen, spent, handed over, and given back."""

import pytest

from tests.journeys import people
from tests.support.browser import Browser
from tests.support.site import Site


def _balance(phone: Browser) -> int:
    phone.visits("/me/points/")
    return people.number_in(phone, ".points__balance")


def _redeems(phone: Browser, reward: str) -> int:
    phone.visits("/rewards/")
    phone.presses(reward)
    price = people.number_in(phone, ".reward-card__price--large strong")
    phone.presses("form[action$='/redemptions'] button[type=submit]")
    phone.waits_for(lambda: phone.path.startswith("/me/points/redemptions/"), "the order")
    return price


@pytest.mark.parametrize(("locale", "mobile"), [("zh_Hans_CN", "19900000005"), ("en", "19900000008")])
def test_points_buy_a_gift_that_staff_hand_over(
    phone: Browser, desktop: Browser, site: Site, locale: str, mobile: str
) -> None:
    bag, tools = ("定制帆布袋", "家庭工具箱") if locale != "en" else ("Canvas bag", "Household tool box")
    people.member_signs_in(phone, site, mobile)
    people.reads(phone, locale)
    before = _balance(phone)
    assert before >= 280
    assert phone.driver.find_elements("css selector", ".points .progress") or phone.element(".points .tier")
    phone.visits("/me/points/tier")
    assert people.number_in(phone, "main .figure--huge") > 0

    price = _redeems(phone, bag)
    order, code = phone.path, phone.element(".ticket__number").text
    assert phone.driver.find_elements("css selector", ".ticket svg, .ticket img")
    assert _balance(phone) == before - price

    people.staff_signs_in(desktop, "guo.yi")
    desktop.visits("/staff/points/")
    desktop.fills_in("code", code.lower())
    desktop.presses("form[action$='/hand-overs'] button[type=submit]")
    desktop.waits_for(
        lambda: desktop.driver.find_elements("css selector", "main .notice, main [role=status], .flash, [role=alert]"),
        "a word",
    )
    phone.visits(order)
    phone.waits_for(
        lambda: phone.visits(order) or not phone.driver.find_elements("css selector", ".ticket"), "the hand-over"
    )
    desktop.visits("/staff/points/")
    desktop.fills_in("code", code)
    desktop.presses("form[action$='/hand-overs'] button[type=submit]")
    assert desktop.element("main [role=alert], main .field__error").text

    _redeems(phone, tools)
    phone.presses("main details:has(form[action$='/cancellation']) summary")
    phone.presses("form[action$='/cancellation'] button[type=submit]")
    phone.waits_for(lambda: not phone.driver.find_elements("css selector", ".ticket"), "the cancelled order")
    assert _balance(phone) == before - price
