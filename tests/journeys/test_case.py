"""Journey 5: a repair and a post on the board, from the first word to the rating."""

from pathlib import Path

import pytest

from tests.journeys import people
from tests.support.browser import Browser
from tests.support.site import Site

NOTE = "同栋去年有两起同类问题，先查防水批次。"
REPLY = {"zh_Hans_CN": "收到，许工明天上午十点前到您家。", "en": "We have it. Mr Xu comes tomorrow before ten."}


def _files_a_repair(phone: Browser, folder: Path, text: str) -> str:
    phone.visits("/service-requests/")
    phone.presses("main a[href='/service-requests/repair']")
    for step in ("room=bathroom", "part=ceiling", "fault=leak"):
        phone.presses(f"main a[href*='{step}']")
    phone.fills_in("text", text)
    phone.presses("main details.fold:has([name=time_2]) summary")
    for n, name in enumerate(("time_1", "time_2", "time_3"), 1):
        options = phone.field(name).find_elements("css selector", "option")
        phone.chooses(name, options[n].get_attribute("value"))
    people.adds_photos(
        phone, "photos", people.a_photo(folder, "jpeg", "lightblue"), people.a_photo(folder, "heic", "wheat")
    )
    phone.presses("main form[data-form] button[type=submit]")
    phone.waits_for(lambda: phone.path.endswith("/receipt"), "the receipt")
    number = phone.path.split("/")[3]
    assert phone.element("main .figure").text == number
    assert phone.element("main .promise, main .clock").text
    return number


def _opens_the_case(desktop: Browser, number: str) -> None:
    desktop.visits(f"/staff/cases?view=open&q={number}")
    desktop.sees(number)
    assert desktop.element("tr:has(a[href$='" + number + "']) td[data-place=clock]").text
    desktop.presses(f"main a[href$='/staff/cases/{number}']")


def _sends(desktop: Browser, verb: str, **fields: str) -> None:
    form = f"form[action$='/{verb}']"
    if desktop.driver.find_elements("css selector", f"main details:has({form})"):
        desktop.opens(f"main details:has({form})")
    for name, value in fields.items():
        (desktop.chooses if desktop.field(name).tag_name == "select" else desktop.fills_in)(name, value)
    before = desktop.element("html")
    desktop.presses(f"{form} button[type=submit]")
    desktop.waits_for(lambda: _is_gone(before), f"the answer to {verb}")
    assert not desktop.driver.find_elements(
        "css selector", "main .field__error, main [role=alert] .error-summary, main .errors"
    ), desktop.text


def _is_gone(element: object) -> bool:
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        element.is_enabled()  # type: ignore[attr-defined]
    except StaleElementReferenceException:
        return True
    return False


@pytest.mark.parametrize(("locale", "mobile"), [("zh_Hans_CN", "19900000004"), ("en", "19900000003")])
def test_a_repair_is_followed_like_a_parcel(
    phone: Browser, desktop: Browser, site: Site, tmp_path: Path, locale: str, mobile: str
) -> None:
    people.member_signs_in(phone, site, mobile)
    people.reads(phone, locale)
    number = _files_a_repair(phone, tmp_path, "楼上卫生间往我家吊顶滴水，地板已经湿了")
    case = f"/me/cases/{number}"
    phone.visits(case)
    assert len(phone.driver.find_elements("css selector", "main ol.states li")) == 5
    assert len(phone.driver.find_elements("css selector", "main .message .photos img")) >= 2

    people.staff_signs_in(desktop, "guo.yi")
    _opens_the_case(desktop, number)
    _sends(desktop, "acceptance")
    _sends(desktop, "notes", note=NOTE)
    desktop.sees(NOTE)
    _sends(desktop, "replies", reply=REPLY[locale])
    options = desktop.element("select[name=assignee_id]").find_elements("css selector", "option")
    engineer = next(
        option.get_attribute("value") for option in options if "许航" in option.get_attribute("textContent")
    )
    _sends(desktop, "assignment", assignee_id=engineer)
    phone.visits(case)
    phone.sees(REPLY[locale], "许航")
    phone.does_not_see(NOTE, "防水批次")

    people.staff_signs_in(desktop, "xu.hang")
    desktop.visits(f"/staff/cases/{number}")
    _sends(desktop, "result", result="楼上防水已重做，闭水 48 小时不漏。")
    phone.visits(case)
    phone.opens("#return")
    phone.fills_in("reason", "昨晚又滴了一次水")
    phone.presses("form[action$='/return'] button[type=submit]")
    phone.waits_for(
        lambda: not phone.driver.find_elements("css selector", "form[action$='/confirmation']"), "it is open again"
    )

    desktop.visits(f"/staff/cases/{number}")
    desktop.sees("昨晚又滴了一次水")
    _sends(desktop, "result", result="更换了地漏密封圈，再次闭水 48 小时不漏。")
    phone.visits(case)
    phone.presses("form[action$='/confirmation'] button")
    phone.waits_for(lambda: phone.driver.find_elements("css selector", "#rate[open]"), "the question how it was")
    phone.presses("input[name='score'][value='5']")
    phone.presses("form[action$='/rating'] button[type=submit]")
    phone.waits_for(lambda: not phone.driver.find_elements("css selector", "#rate"), "the rating was taken")
    phone.does_not_see(NOTE, "防水批次")
    assert phone.complaints() == []


@pytest.mark.parametrize(("locale", "mobile"), [("zh_Hans_CN", "19900000006"), ("en", "19900000007")])
def test_a_post_is_answered_in_the_open_and_hiding_stops_no_clock(
    phone: Browser, desktop: Browser, open_browser: object, site: Site, locale: str, mobile: str
) -> None:
    title = "地库照明坏了两周" if locale != "en" else "The garage has been dark for two weeks"
    people.member_signs_in(phone, site, mobile)
    people.reads(phone, locale)
    phone.visits("/service-requests/complaint")
    phone.fills_in("title", title)
    phone.fills_in("text", "地库 B2 层靠近电梯的一排灯坏了两周，老人走路看不清。")
    phone.chooses("place", "project:SZ-CLW")
    phone.presses("main form[data-form] button[type=submit]")
    phone.waits_for(lambda: phone.path.endswith("/receipt"), "the receipt")
    number = phone.path.split("/")[3]
    phone.visits(f"/board/{number}")
    phone.sees(title)

    people.staff_signs_in(desktop, "lu.ming")
    desktop.visits(f"/staff/board/{number}")
    desktop.chooses("hidden_reason", "personal_data")
    desktop.fills_in("hidden_words", "帖子里有邻居的车牌号，请改掉后我们马上恢复。")
    desktop.presses("form[action$='/hiding'] button[type=submit]")
    desktop.waits_for(lambda: desktop.driver.find_elements("css selector", "form[action$='/showing']"), "it is hidden")
    people.waits_until_status(desktop, f"/board/{number}", 404)
    phone.visits(f"/me/cases/{number}")
    phone.sees("车牌号")
    assert phone.element("main .promise, main .clock").text
    phone.visits("/me/inbox")
    phone.sees(number)

    people.staff_signs_in(desktop, "tang.min")
    _opens_the_case(desktop, number)
    _sends(desktop, "acceptance")
    _sends(desktop, "notes", note=NOTE)
    _sends(desktop, "replies", reply=REPLY[locale])
    people.staff_signs_in(desktop, "lu.ming")
    desktop.visits(f"/staff/board/{number}")
    desktop.presses("form[action$='/showing'] button")
    desktop.waits_for(lambda: desktop.driver.find_elements("css selector", "form[action$='/hiding']"), "it is shown")

    people.is_nobody(phone)
    phone.visits(f"/board/{number}")
    phone.sees(title, REPLY[locale])
    phone.does_not_see("防水批次")
