"""Journey 1: a visitor reads what the club says of itself, and joins."""

import pytest

from tests.journeys import people
from tests.journeys.conftest import Opener
from tests.support.browser import Browser
from tests.support.site import Site

WORDS = {
    "zh_Hans_CN": {
        "favourable": "有利因素",
        "against": "不利因素",
        "posted": "发布时间",
        "due": "应答复",
        "points": "积分",
    },
    "en": {
        "favourable": "Favourable",
        "against": "Unfavourable",
        "posted": "Posted",
        "due": "Answer due",
        "points": "points",
    },
}


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_a_visitor_reads_what_speaks_for_and_against(phone: Browser, locale: str) -> None:
    words = WORDS[locale]
    phone.visits("/")
    people.reads(phone, locale)
    assert phone.heading and phone.driver.find_elements("css selector", "main a[href^='/projects/']")
    phone.visits("/projects/")
    phone.presses("main a[href='/projects/SZ-CLW']")
    phone.sees(words["favourable"], words["against"])
    assert len(phone.driver.find_elements("css selector", "main .comparison section")) == 2
    phone.visits("/events/")
    phone.presses("main .event-card__title a")
    assert phone.path.startswith("/events/")
    phone.visits("/rewards/")
    phone.presses("main .reward-card__name a")
    phone.sees(words["points"])
    phone.visits("/board/")
    phone.presses("main .list a[href^='/board/']")
    phone.sees(words["posted"])
    assert phone.complaints() == []


def test_joining_takes_two_decisions_and_gives_a_number_and_points_once(phone: Browser, site: Site) -> None:
    mobile = people.a_new_mobile()
    phone.visits("/join")
    phone.fills_in("mobile", "12345")
    phone.presses("获取验证码")
    phone.sees("您填写的内容都还在。")
    phone.fills_in("mobile", mobile)
    phone.presses("获取验证码")
    phone.fills_in("code", site.code_for(mobile))
    phone.fills_in("name", "吴绍棠")
    assert not phone.field("membership").is_selected() and not phone.field("marketing").is_selected()
    phone.presses("成为会员")
    phone.sees("请先阅读并同意")
    phone.ticks("membership")
    sent_twice(phone, "main form[data-form]")
    phone.waits_for(lambda: phone.path.startswith("/me/welcome"), "the welcome")
    number = phone.element("main .figure--huge.code").text
    assert len([c for c in number if c.isalnum()]) >= 8
    phone.visits("/me/points/")
    assert people.number_in(phone, ".points__balance") == 50
    assert len(phone.driver.find_elements("css selector", "main .amount--in")) == 1
    phone.visits("/me/privacy")
    phone.sees("未同意")
    phone.visits("/join")
    assert phone.path.startswith("/me/")


def sent_twice(browser: Browser, form: str) -> None:
    """Send a form, then once more with the same one-time key, as an impatient thumb or a broken network does."""
    browser.driver.execute_async_script(
        "const done = arguments[1]; const form = document.querySelector(arguments[0]);"
        "const send = () => fetch(form.action, {method: 'POST', body: new FormData(form)});"
        "Promise.allSettled([send(), send()]).then(() => done(true));",
        form,
    )
    browser.visits("/me/welcome")


def test_joining_and_asking_work_without_javascript(open_browser: Opener, site: Site) -> None:
    phone = open_browser(script=False)
    mobile = people.a_new_mobile()
    people.joins(phone, site, mobile, "蒋慕白", marketing=True)
    phone.visits("/service-requests/")
    phone.presses("main a[href='/service-requests/enquiry']")
    phone.fills_in("text", "产证什么时候能办？需要带什么")
    phone.presses("提交咨询")
    phone.sees("已收到", "答复您的时间不晚于")
    number = phone.path.split("/")[3]
    phone.visits("/me/cases/")
    phone.sees(number)
