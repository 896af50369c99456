"""Journey 2: owners find their homes, or bind them, and follow their own building."""

import pytest

from homes.ledger import rows
from tests.journeys import people
from tests.support.browser import Browser
from tests.support.site import Site


def _own_home(browser: Browser) -> str:
    browser.visits("/me/homes/")
    browser.presses("main .list a[href^='/me/homes/']")
    return browser.path


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_an_owner_finds_the_home_and_a_neighbour_binds_another(phone: Browser, site: Site, locale: str) -> None:
    place = 0 if locale == "en" else 1
    joined = people.joined_owners()
    bought = people.purchases("SH-SYT", ("1", "2"))
    known = [row for row in bought if row[rows.MOBILES] and row[rows.MOBILES] not in joined][place]
    unknown = [row for row in bought if not row[rows.MOBILES]][place]

    phone.visits("/")
    people.reads(phone, locale)
    people.joins(phone, site, known[rows.MOBILES], "罗启明")
    home = _own_home(phone)
    phone.sees("2027")
    building = known["_key"][1].split("-")[0]
    photos = phone.driver.find_elements("css selector", f"main article img[alt*='{building}号'], main article img")
    assert photos
    phone.sees(f"{building}号主体到第 13 层")
    assert phone.waits_for(
        lambda: phone.driver.execute_script(
            "const image = document.querySelector('main img'); image.scrollIntoView(); return image.complete && image.naturalWidth > 0"
        ),
        "the newest photo",
    )
    other = "2" if building == "1" else "1"
    phone.does_not_see(f"{other}号主体到第 13 层")
    phone.visits("/me/points/")
    assert people.number_in(phone, ".points__balance") > 50

    people.is_nobody(phone)
    phone.visits("/")
    people.reads(phone, locale)
    people.joins(phone, site, people.a_new_mobile(), "谢听澜")
    phone.visits("/me/homes/binding")
    phone.fills_in("contract_number", unknown[rows.CONTRACT])
    phone.fills_in("last_four", "0000" if unknown[rows.IDS] != "0000" else "0001")
    phone.presses("main form[data-form] button[type=submit]")
    assert phone.element("main .field__error, main [role=alert]").text
    phone.fills_in("last_four", unknown[rows.IDS])
    phone.presses("main form[data-form] button[type=submit]")
    phone.waits_for(lambda: "/me/homes/" in phone.path and "binding" not in phone.path, "the home")
    own = _own_home(phone)
    assert own != home
    people.waits_until_status(phone, own, 200)
    people.waits_until_status(phone, home, 404)
    assert [line for line in phone.complaints() if "422" not in line] == []
