"""The member's pages as a visitor, a member, a stranger; without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kernel import clock
from kernel.actor import SYSTEM
from kernel.db import db
from member import operations, passwords, queries, rules, signals
from member.models import CodePurpose, Member, MemberState, Purpose, SmsCode
from tests.conftest import NOON
from tests.support.forms import form_on, post_form, send
from tests.support.member import a_member, a_mobile, last_code, sent_texts, sign_in

CLUB = "club"


def inside(client: FlaskClient, call: Any) -> Any:
    with client.application.app_context():
        return call()


def member_of(client: FlaskClient, **facts: Any) -> Member:
    """Return a new member whose browser the client is."""
    member = inside(client, lambda: a_member(**facts))
    sign_in(client, member)
    return member


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def code_for(client: FlaskClient, mobile: str) -> str:
    return str(inside(client, lambda: last_code(mobile)))


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def begin_joining(client: FlaskClient, mobile: str) -> str:
    """Ask for a code on the join page and return it."""
    answer = post_form(client, "/join", mobile=mobile)
    assert (answer.status_code, answer.location) == (303, "/join/membership")
    return code_for(client, mobile)


def begin_signing_in(client: FlaskClient, mobile: str, url: str = "/sign-in") -> str:
    answer = post_form(client, url, mobile=mobile)
    assert answer.status_code == 303 and answer.location.startswith("/sign-in/code")
    return code_for(client, mobile)


# --- joining -----------------------------------------------------------------------------------------------------------


def test_a_visitor_joins_and_is_greeted_with_a_member_number(client: FlaskClient) -> None:
    mobile = a_mobile()
    code = begin_joining(client, mobile)
    answer = post_form(client, "/join/membership", code=code, name="苏晚晴", membership=True, marketing=False)
    assert (answer.status_code, answer.location) == (303, "/me/welcome")
    member = inside(client, lambda: queries.by_mobile(mobile))
    page = text_of(client.get("/me/welcome"))
    assert "苏晚晴" in page and " ".join(re.findall("...", member.number)) in page
    assert inside(client, lambda: queries.consents_to(member.id, Purpose.MARKETING)) is False


def test_the_welcome_page_shows_what_the_floors_above_have_given(client: FlaskClient) -> None:
    member_of(client)

    def gain(_sender: Any, member: Member) -> signals.Gain:
        return signals.Gain("一份见面礼", member.number, "/rewards/")

    with signals.greeted.connected_to(gain):
        page = text_of(client.get("/me/welcome"))
    assert "一份见面礼" in page and 'href="/rewards/"' in page


def test_neither_decision_is_taken_for_the_visitor(client: FlaskClient) -> None:
    begin_joining(client, a_mobile())
    form = form_on(client, "/join/membership")
    assert {"membership", "marketing"} <= form.names
    assert "membership" not in form.values and "marketing" not in form.values


def test_without_the_first_decision_there_is_no_member_and_the_words_stay(client: FlaskClient) -> None:
    mobile = a_mobile()
    code = begin_joining(client, mobile)
    answer = post_form(client, "/join/membership", code=code, name="阿依努尔·买买提", marketing=True)
    assert answer.status_code == 422 and "阿依努尔·买买提" in text_of(answer)
    assert inside(client, lambda: queries.by_mobile(mobile)) is None


@pytest.mark.parametrize("name", ["", "王<b>", "长" * 51, "王\x00五", "9"])
def test_an_odd_name_costs_no_try_and_no_code(client: FlaskClient, name: str) -> None:
    mobile = a_mobile()
    code = begin_joining(client, mobile)
    answer = post_form(client, "/join/membership", code=code, name=name, membership=True)
    assert answer.status_code == 422
    assert inside(client, lambda: db.session.scalar(sa.select(SmsCode.tries).where(SmsCode.mobile == mobile))) == 0
    assert inside(client, lambda: queries.by_mobile(mobile)) is None


def test_the_second_click_is_the_same_member(client: FlaskClient) -> None:
    mobile = a_mobile()
    code = begin_joining(client, mobile)
    form = form_on(client, "/join/membership")
    browser = client.application.test_client()
    for cookie in ("session",):
        kept = client.get_cookie(cookie)
        assert kept is not None
        browser.set_cookie(cookie, kept.value)
    for tab in (client, browser):
        answer = send(tab, form, code=code, name="罗启明", membership=True)
        assert (answer.status_code, answer.location) == (303, "/me/welcome")
    count = sa.select(sa.func.count()).select_from(Member).where(Member.mobile == mobile)
    assert inside(client, lambda: db.session.scalar(count)) == 1


def test_a_member_who_joins_again_is_signed_in_and_nothing_changes(client: FlaskClient) -> None:
    member = inside(client, a_member)
    code = begin_joining(client, member.mobile)
    answer = post_form(client, "/join/membership", code=code, name="冒名", membership=True, marketing=True)
    assert (answer.status_code, answer.location) == (303, "/me/")
    assert client.get_cookie(CLUB) is not None
    fresh = inside(client, lambda: queries.get(member.id))
    assert fresh.name == member.name
    assert not inside(client, lambda: queries.consents_to(member.id, Purpose.MARKETING))


def test_five_wrong_codes_kill_the_right_one(client: FlaskClient) -> None:
    mobile = a_mobile()
    code = begin_joining(client, mobile)
    for _try in range(rules.CODE_TRIES):
        answer = post_form(client, "/join/membership", code=wrong(code), name="罗启明", membership=True)
        assert answer.status_code == 422 and "罗启明" in text_of(answer)
    answer = post_form(client, "/join/membership", code=code, name="罗启明", membership=True)
    assert answer.status_code == 422
    assert inside(client, lambda: queries.by_mobile(mobile)) is None


def test_a_stolen_code_is_worth_nothing_in_another_browser(client: FlaskClient) -> None:
    mobile = a_mobile()
    code = begin_joining(client, mobile)
    thief = client.application.test_client()
    with thief.session_transaction() as session:
        session["joining"] = {"mobile": mobile}
    answer = post_form(thief, "/join/membership", code=code, name="罗启明", membership=True)
    assert answer.status_code == 422 and thief.get_cookie(CLUB) is None


def test_the_second_page_leads_back_without_the_first(client: FlaskClient) -> None:
    assert client.get("/join/membership").location == "/join"
    assert client.get("/sign-in/code").location == "/sign-in"


@pytest.mark.parametrize("written", ["", "12345", "+86 010 8888 8888", "not a number", "1" * 40, "199 0000 0001 #3"])
def test_what_is_no_mobile_number_is_said_beside_the_field(client: FlaskClient, written: str) -> None:
    answer = post_form(client, "/join", mobile=written)
    assert answer.status_code == 422 and 'id="mobile-error"' in text_of(answer)
    assert inside(client, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(SmsCode))) == 0


@pytest.mark.parametrize(
    ("written", "e164"),
    [("166 0000 0001", "+8616600000001"), ("+852 6123 4567", "+85261234567"), ("0086 199-0000-0002", "+8619900000002")],
)
def test_numbers_of_all_kinds_get_a_code(client: FlaskClient, written: str, e164: str) -> None:
    post_form(client, "/join", mobile=written)
    assert len(inside(client, lambda: sent_texts(e164))) == 1


def test_a_referral_link_fills_the_code_in(client: FlaskClient) -> None:
    referrer = inside(client, a_member)
    mobile = a_mobile()
    post_form(client, f"/join?referral={referrer.referral_code}", mobile=mobile)
    form = form_on(client, "/join/membership")
    assert form.values["referral_code"] == referrer.referral_code
    send(client, form, code=code_for(client, mobile), name="谢听澜", membership=True)
    assert inside(client, lambda: queries.by_mobile(mobile)).referred_by_id == referrer.id


# --- limits ------------------------------------------------------------------------------------------------------------


def test_another_code_is_sent_after_a_minute_and_not_before(client: FlaskClient) -> None:
    mobile = a_mobile()
    begin_joining(client, mobile)
    begin_joining(client, mobile)  # the second click finds the code that is on its way
    assert len(inside(client, lambda: sent_texts(mobile))) == 1
    stranger = client.application.test_client()
    answer = post_form(stranger, "/join", mobile=mobile)
    assert answer.status_code == 429 and mobile[-4:] in text_of(answer)
    with clock.at(NOON + timedelta(seconds=61)):
        begin_joining(client, mobile)
    assert len(inside(client, lambda: sent_texts(mobile))) == 2


def test_a_number_gets_five_codes_an_hour(client: FlaskClient) -> None:
    mobile = a_mobile()
    for minute in range(5):
        with clock.at(NOON + timedelta(minutes=2 * minute)):
            begin_joining(client, mobile)
    with clock.at(NOON + timedelta(minutes=12)):
        assert post_form(client, "/join", mobile=mobile).status_code == 429
    with clock.at(NOON + timedelta(minutes=61)):
        begin_joining(client, mobile)


def test_an_address_cannot_bomb_many_numbers(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "CODES_PER_ADDRESS", {timedelta(hours=1): 3})
    for _number in range(3):
        begin_joining(client, a_mobile())
    mobile = a_mobile()
    assert post_form(client, "/join", mobile=mobile).status_code == 429
    assert inside(client, lambda: sent_texts(mobile)) == []
    page = form_on(client, "/join")
    answer = client.post(
        page.action, data={**page.values.to_dict(), "mobile": mobile}, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert answer.status_code == 303


def test_the_club_sends_so_many_codes_a_day(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "CODES_PER_DAY", 1)
    begin_joining(client, a_mobile())
    assert post_form(client, "/join", mobile=a_mobile()).status_code == 429


def test_guessing_is_limited_over_all_codes_of_a_number(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "TRIES_PER_NUMBER", 3)
    member = inside(client, a_member)
    code = begin_signing_in(client, member.mobile)
    for _try in range(3):
        assert post_form(client, "/sign-in/code", code=wrong(code)).status_code == 422
    answer = post_form(client, "/sign-in/code", code=code)
    assert answer.status_code == 429 and client.get_cookie(CLUB) is None
    assert post_form(client, "/sign-in/password", mobile=member.mobile, password="whatever it is").status_code == 429


# --- signing in --------------------------------------------------------------------------------------------------------


def test_a_member_signs_in_with_a_code_and_goes_on_where_he_wanted(client: FlaskClient) -> None:
    member = inside(client, a_member)
    assert client.get("/me/inbox").location == "/sign-in?next=/me/inbox"
    code = begin_signing_in(client, member.mobile, "/sign-in?next=/me/inbox")
    answer = post_form(client, "/sign-in/code?next=/me/inbox", code=code)
    assert (answer.status_code, answer.location) == (303, "/me/inbox")
    assert client.get("/me/inbox").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_a_foreign_place(client: FlaskClient, target: str) -> None:
    member = inside(client, a_member)
    code = begin_signing_in(client, member.mobile)
    form = form_on(client, "/sign-in/code")
    form.action = f"/sign-in/code?next={target}"
    assert send(client, form, code=code).location == "/me/"


def plain(page: str, mobile: str) -> str:
    """Return a page without what differs by chance: tokens and the number itself."""
    page = re.sub(r'value="[\w.-]{24,}"', "", page)
    shown = mobile[3:]
    return page.replace(f"{shown[:3]} {shown[3:7]} {shown[7:]}", "NUMBER").replace(shown, "NUMBER")


@pytest.mark.parametrize("start", ["/join", "/sign-in"])
def test_asking_for_a_code_answers_alike_for_everybody(client: FlaskClient, start: str) -> None:
    app = client.application
    known, unknown = inside(client, a_member).mobile, a_mobile()
    begin_joining(app.test_client(), a_mobile())  # the counts of this address exist from here on
    answers, work = [], []
    for mobile in (known, unknown):
        browser = app.test_client()
        form = form_on(browser, start)
        before = app.extensions["query_counter"].count
        first = send(browser, form, mobile=mobile)
        work.append(app.extensions["query_counter"].count - before)
        second = browser.get(first.location)
        answers.append((first.status_code, first.location, second.status_code, plain(text_of(second), mobile)))
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    texts = [re.sub(r"\d{6}", "CODE", inside(client, lambda m=m: sent_texts(m))[-1]) for m in (known, unknown)]
    assert texts[0] == texts[1]


def test_a_wrong_code_answers_alike_for_everybody(client: FlaskClient) -> None:
    answers = []
    for mobile in (inside(client, a_member).mobile, a_mobile()):
        browser = client.application.test_client()
        code = begin_signing_in(browser, mobile)
        answer = post_form(browser, "/sign-in/code", code=wrong(code))
        answers.append((answer.status_code, plain(text_of(answer), mobile)))
    assert answers[0] == answers[1]


def test_a_wrong_password_answers_alike_and_costs_alike(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str | None] = []
    real = passwords.matches

    def counting(kept: str | None, password: str) -> bool:
        hashed.append(kept)
        return real(kept, password)

    monkeypatch.setattr(passwords, "matches", counting)
    with_password, without = inside(client, a_member), inside(client, a_member)
    kept = inside(client, lambda: passwords.hashed("correct horse battery"))
    inside(
        client,
        lambda: operations.set_password(with_password.id, password_hash=kept, keep_sign_in=None, actor=SYSTEM),
    )
    answers = []
    for mobile in (with_password.mobile, without.mobile, a_mobile()):
        answer = post_form(client.application.test_client(), "/sign-in/password", mobile=mobile, password="wrong horse")
        answers.append((answer.status_code, plain(text_of(answer), mobile)))
    assert answers[0] == answers[1] == answers[2] and answers[0][0] == 422
    assert len(hashed) == 3


def test_a_proven_number_that_nobody_has_goes_on_to_join(client: FlaskClient) -> None:
    mobile = a_mobile()
    answer = post_form(client, "/sign-in/code", code=begin_signing_in(client, mobile))
    assert answer.location == "/join/membership"
    form = form_on(client, "/join/membership")
    assert "code" not in form.names
    assert send(client, form, name="郑以宁", membership=True).location == "/me/welcome"
    assert inside(client, lambda: queries.by_mobile(mobile)).name == "郑以宁"


def test_a_new_sign_in_gets_a_new_cookie_and_signing_out_ends_it(client: FlaskClient) -> None:
    member = inside(client, a_member)
    client.set_cookie(CLUB, "planted-by-somebody")
    post_form(client, "/sign-in/code", code=begin_signing_in(client, member.mobile))
    kept = client.get_cookie(CLUB)
    assert kept is not None and kept.value != "planted-by-somebody" and kept.http_only
    answer = post_form(client, "/me/account", "/sign-out")
    assert answer.status_code == 303 and client.get_cookie(CLUB) is None
    client.set_cookie(CLUB, kept.value)
    assert client.get("/me/account").status_code == 302
    assert client.get("/sign-out").status_code == 405


def test_members_do_not_see_the_doors_for_guests(client: FlaskClient) -> None:
    member_of(client)
    for url in ("/join", "/join/membership", "/sign-in", "/sign-in/code", "/sign-in/password"):
        assert client.get(url).location == "/me/"


def test_an_archived_member_is_out_at_once(client: FlaskClient, write: Any) -> None:
    member = member_of(client)
    assert client.get("/me/account").status_code == 200
    inside(client, lambda: write(lambda: setattr(db.session.get(Member, member.id), "state", MemberState.ARCHIVED)))
    assert client.get("/me/account").status_code == 302


# --- account -----------------------------------------------------------------------------------------------------------

PRIVATE = ("/me/account", "/me/profile", "/me/password", "/me/proof", "/me/privacy", "/me/inbox", "/me/welcome")


@pytest.mark.parametrize("url", PRIVATE)
def test_private_pages_ask_visitors_to_sign_in(client: FlaskClient, url: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next={url}")


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("url", [*PRIVATE, "/terms", "/privacy-policy"])
def test_each_page_has_one_heading_and_few_queries(client: FlaskClient, url: str, language: str) -> None:
    member = member_of(client, marketing=True)
    client.set_cookie("locale", language)
    inside(client, lambda: operations.notify(member.id, kind="x", title="一条消息", url="/me/", actor=SYSTEM))
    counter = client.application.extensions["query_counter"]
    before = counter.count
    page = client.get(url)
    assert page.status_code == 200
    assert counter.count - before <= 8
    assert text_of(page).count("<h1") == 1 and "<title>" in text_of(page)


@pytest.mark.parametrize("url", ["/join", "/sign-in", "/sign-in/password"])
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_each_guest_page_has_one_heading(client: FlaskClient, url: str, language: str) -> None:
    client.set_cookie("locale", language)
    page = client.get(url)
    assert page.status_code == 200 and text_of(page).count("<h1") == 1


def test_the_profile_is_edited_and_wrong_words_stay(client: FlaskClient) -> None:
    member = member_of(client)
    answer = post_form(
        client, "/me/profile", name="周予安", nickname="予安", email="not an address", birth_date="1990-02-03"
    )
    assert answer.status_code == 422 and "not an address" in text_of(answer) and "予安" in text_of(answer)
    answer = post_form(client, "/me/profile", name="周予安", birth_date="2015-02-03")
    assert answer.status_code == 422
    assert inside(client, lambda: queries.get(member.id)).birth_date is None
    answer = post_form(
        client, "/me/profile", nickname="予安", email="zhou@example.com", birth_date="1990-02-03", locale="en"
    )
    assert answer.status_code == 303
    fresh = inside(client, lambda: queries.get(member.id))
    assert (fresh.nickname, fresh.email, fresh.locale) == ("予安", "zhou@example.com", "en")
    assert client.get_cookie("locale").value == "en"  # type: ignore[union-attr]


@pytest.mark.parametrize("field", ["number", "mobile", "state", "password_hash", "referral_code", "id"])
def test_the_profile_takes_named_fields_only(client: FlaskClient, field: str) -> None:
    member = member_of(client)
    post_form(client, "/me/profile", extra={field: "closed"}, nickname="予安")
    fresh = inside(client, lambda: queries.get(member.id))
    assert fresh.nickname == "予安" and getattr(fresh, field) == getattr(member, field)


def test_a_password_is_set_right_after_signing_in_and_works(client: FlaskClient) -> None:
    member = member_of(client)
    answer = post_form(client, "/me/password", password="correct horse battery", again="correct horse battery")
    assert (answer.status_code, answer.location) == (303, "/me/account")
    other = client.application.test_client()
    answer = post_form(other, "/sign-in/password", mobile=member.mobile, password="correct horse battery")
    assert (answer.status_code, answer.location) == (303, "/me/")


@pytest.mark.parametrize(("first", "again"), [("correct horse", "correct house"), ("12345678", "12345678"), ("a", "a")])
def test_a_weak_or_mistyped_password_is_refused(client: FlaskClient, first: str, again: str) -> None:
    member = member_of(client)
    assert post_form(client, "/me/password", password=first, again=again).status_code == 422
    assert inside(client, lambda: queries.get(member.id)).password_hash is None


def test_a_password_asks_for_a_fresh_proof(client: FlaskClient) -> None:
    member = member_of(client)
    form = form_on(client, "/me/password")
    with clock.at(NOON + timedelta(minutes=11)):
        answer = send(client, form, password="correct horse battery", again="correct horse battery")
        assert answer.location == "/me/proof?next=/me/password"
        assert inside(client, lambda: queries.get(member.id)).password_hash is None
        post_form(client, "/me/proof?next=/me/password", "/me/proof/codes")
        code = code_for(client, member.mobile)
        assert post_form(client, "/me/proof?next=/me/password", code=wrong(code)).status_code == 422
        assert post_form(client, "/me/proof?next=/me/password", code=code).location == "/me/password"
        assert client.get("/me/password").status_code == 200


def test_browsers_are_listed_and_ended(client: FlaskClient) -> None:
    member = member_of(client)
    other = client.application.test_client()
    sign_in(other, member)
    entry = inside(client, lambda: queries.sign_ins_of(member.id))[-1]
    mine = [e for e in inside(client, lambda: queries.sign_ins_of(member.id)) if e.id != entry.id][0]
    page = text_of(client.get("/me/account"))
    endable = re.findall(r"/me/sign-ins/(\d+)/ending", page)
    assert len(endable) == 1
    assert post_form(client, "/me/account", f"/me/sign-ins/{endable[0]}/ending").status_code == 303
    assert other.get("/me/account").status_code == 302
    assert client.get("/me/account").status_code == 200
    assert {entry.id, mine.id} >= {int(endable[0])}


def test_the_browsers_of_somebody_else_stay(client: FlaskClient) -> None:
    member_of(client)
    stranger = client.application.test_client()
    theirs = member_of(stranger)
    entry = inside(client, lambda: queries.sign_ins_of(theirs.id))[0]
    token = form_on(client, "/me/account", "/sign-out").values["csrf_token"]
    client.post(f"/me/sign-ins/{entry.id}/ending", data={"csrf_token": token})
    assert stranger.get("/me/account").status_code == 200


@pytest.mark.parametrize(
    "url",
    ["/join", "/join/codes", "/sign-in", "/sign-in/password", "/me/profile", "/me/password", "/me/privacy/consents",
     "/me/inbox/reading", "/me/sign-ins/others/ending", "/me/proof/codes"],
)  # fmt: skip
def test_nothing_is_changed_without_the_forms_token(client: FlaskClient, url: str) -> None:
    if url.startswith("/me"):
        member_of(client)
    assert client.post(url, data={"mobile": "19900000001", "purpose": "marketing", "given": "yes"}).status_code == 400


# --- privacy and inbox -------------------------------------------------------------------------------------------------


def test_a_purpose_is_agreed_to_and_withdrawn_with_one_click_each(client: FlaskClient) -> None:
    member = member_of(client)
    for given in ("yes", "no", "yes"):
        answer = post_form(client, "/me/privacy", "/me/privacy/consents", purpose="marketing", given=given)
        assert answer.status_code == 303
        assert inside(client, lambda: queries.consents_to(member.id, Purpose.MARKETING)) is (given == "yes")
    assert text_of(client.get("/me/privacy")).count("2026-11-01") == 4


@pytest.mark.parametrize(
    ("purpose", "given"),
    [("membership", "no"), ("everything", "yes"), ("marketing", "perhaps"), ("", ""), ("photos", "no")],
)
def test_an_odd_decision_changes_nothing(client: FlaskClient, purpose: str, given: str) -> None:
    member = member_of(client)
    answer = post_form(client, "/me/privacy", "/me/privacy/consents", purpose=purpose, given=given)
    assert answer.status_code in {422, 404}
    assert len(inside(client, lambda: queries.consent_history(member.id))) == 1


def test_the_inbox_says_what_to_do_when_it_is_empty_and_opens_messages(client: FlaskClient) -> None:
    member = member_of(client)
    inside(client, lambda: operations.mark_notices_read(member.id))
    notices = [
        inside(
            client,
            lambda n=n: operations.notify(member.id, kind="x", title=f"消息{n}", url="/me/privacy", actor=SYSTEM),
        )
        for n in range(25)
    ]
    page = text_of(client.get("/me/inbox"))
    assert "消息24" in page and "消息4" not in page.replace("消息24", "") and "after=" in page
    answer = post_form(client, "/me/inbox", f"/me/inbox/{notices[24].id}/reading")
    assert (answer.status_code, answer.location) == (303, "/me/privacy")
    assert inside(client, lambda: queries.unread_count(member.id)) == 24
    later = inside(client, lambda: operations.notify(member.id, kind="x", title="刚到", actor=SYSTEM))
    form = form_on(client, "/me/inbox", "/me/inbox/reading")
    assert form.values["up_to"] == str(later.id)
    inside(client, lambda: operations.notify(member.id, kind="x", title="更晚", actor=SYSTEM))
    assert send(client, form).status_code == 303
    assert inside(client, lambda: queries.unread_count(member.id)) == 1


def test_an_empty_inbox_has_a_way_on(client: FlaskClient, write: Any) -> None:
    from member.models import Notice

    member = member_of(client)
    inside(client, lambda: write(lambda: db.session.execute(sa.delete(Notice).where(Notice.member_id == member.id))))
    assert 'class="empty"' in text_of(client.get("/me/inbox"))


def test_a_message_of_somebody_else_does_not_exist(client: FlaskClient) -> None:
    stranger = inside(client, a_member)
    notice = inside(client, lambda: operations.notify(stranger.id, kind="x", title="别人的", actor=SYSTEM))
    member = member_of(client)
    inside(client, lambda: operations.notify(member.id, kind="x", title="我的", actor=SYSTEM))
    token = form_on(client, "/me/inbox", "/me/inbox/reading").values["csrf_token"]
    for notice_id in (notice.id, 10**12):
        assert client.post(f"/me/inbox/{notice_id}/reading", data={"csrf_token": token}).status_code == 404
    assert "别人的" not in text_of(client.get("/me/inbox"))


@pytest.mark.parametrize("url", ["/terms", "/privacy-policy"])
def test_legal_texts_are_public_and_keep_their_versions(client: FlaskClient, url: str) -> None:
    page = client.get(url)
    assert page.status_code == 200 and text_of(page).count("<h2") >= 6
    assert client.get(f"{url}/2026-11-01").status_code == 200
    assert client.get(f"{url}/1999-01-01").status_code == 404
    assert client.get(f"{url}/../../../etc/passwd").status_code == 404


def test_codes_of_one_purpose_do_not_open_another_door(client: FlaskClient) -> None:
    member = inside(client, a_member)
    code = begin_joining(client, member.mobile)
    with client.session_transaction() as session:
        session["signing_in"] = member.mobile
    assert post_form(client, "/sign-in/code", code=code).status_code == 422
    assert inside(client, lambda: db.session.scalar(sa.select(SmsCode.purpose))) is CodePurpose.JOIN
