"""Journey 6: staff come in with a second factor, and see what role and scope allow."""

import pytest

from tests.journeys import people
from tests.support.browser import Browser


def test_the_second_factor_is_asked_for_and_a_code_is_good_once(desktop: Browser) -> None:
    desktop.visits("/staff/sign-in")
    desktop.fills_in("login", "fang.qi")
    desktop.fills_in("password", "not the password")
    desktop.presses("下一步")
    assert desktop.element("main [role=alert], main .field__error").text
    people.proves_the_password(desktop, "fang.qi")
    desktop.visits("/staff/")
    assert "/staff/sign-in" in desktop.path
    people.proves_the_password(desktop, "fang.qi")
    code = people.next_code("fang.qi")
    desktop.fills_in("code", code)
    desktop.presses("main form button[type=submit]")
    desktop.waits_for(lambda: desktop.path == "/staff/", "the desk")
    people.is_nobody(desktop)
    people.proves_the_password(desktop, "fang.qi")
    desktop.fills_in("code", code)
    desktop.presses("main form button[type=submit]")
    assert desktop.element("main [role=alert], main .field__error").text
    desktop.visits("/staff/")
    assert "/staff/sign-in" in desktop.path


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_the_desk_shows_what_role_and_scope_allow(desktop: Browser, locale: str) -> None:
    people.staff_signs_in(desktop, "guo.yi")
    people.reads(desktop, locale)
    assert len(desktop.driver.find_elements("css selector", "main .tiles a")) >= 4
    desktop.visits("/staff/cases")
    desktop.presses("main td[data-place=title] a")
    case = desktop.path
    desktop.sees(case.rsplit("/", 1)[-1])
    people.waits_until_status(desktop, "/staff/people", 403)
    people.waits_until_status(desktop, "/staff/audit", 403)

    people.staff_signs_in(desktop, "deng.lan")
    people.waits_until_status(desktop, case, 404)
    desktop.visits("/staff/cases")
    desktop.does_not_see("翠澜湾")

    people.staff_signs_in(desktop, "shen.yue")
    people.waits_until_status(desktop, "/staff/cases", 403)
    people.waits_until_status(desktop, case, 403)
    people.waits_until_status(desktop, "/staff/events/", 200)
    desktop.visits("/staff/")
    assert not desktop.driver.find_elements("css selector", "nav a[href='/staff/cases']")
