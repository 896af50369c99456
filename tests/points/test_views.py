"""The pages of points as visitors, members and staff see them."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.actor import SYSTEM, Actor
from kernel.db import db, end_reading
from points import operations
from points.models import PickUpCode, Redemption, RedemptionState, Reward
from tests.support.forms import form_on, post_form, send
from tests.support.member import a_member, sign_in
from tests.support.pages import faults
from tests.support.points import a_reward, at, entries, figures, give, nothing_changes, redeem
from tests.support.staff import a_staff_person, sign_in_staff

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def member(client: FlaskClient) -> Any:
    member = a_member()
    sign_in(client, member)
    return member


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def shown(client: FlaskClient, url: str, *words: str, status: int = 200) -> str:
    """Fetch a page, check that it is well made and says these words."""
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    text = text_of(answer)
    language = "en" if '<html lang="en"' in text else "zh-CN"
    assert faults(text, language=language) == [], url
    for word in words:
        assert word in text, (url, word)
    return text


def code_of(redemption: Redemption) -> str:
    end_reading()
    return db.session.query(PickUpCode).filter_by(redemption_id=redemption.id).one().code


# --- rewards -----------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_the_rewards_and_is_asked_to_join(client: FlaskClient) -> None:
    reward, hidden = a_reward(120, name_zh="手冲咖啡壶"), a_reward(10, name_zh="秘密草稿", published=False)
    text = shown(client, "/rewards/", "手冲咖啡壶", "120")
    assert "秘密草稿" not in text
    shown(client, f"/rewards/{reward.id}", "手冲咖啡壶", "登录后即可兑换")
    assert client.get(f"/rewards/{hidden.id}").status_code == 404


@pytest.mark.parametrize("reward_id", ["999999", "9223372036854775808", "0", "abc"])
def test_a_reward_that_does_not_exist_is_a_404(client: FlaskClient, reward_id: str) -> None:
    assert client.get(f"/rewards/{reward_id}").status_code == 404


def test_the_catalogue_is_narrowed_and_goes_on(client: FlaskClient, member: Any) -> None:
    for n in range(26):
        a_reward(40 + n, name_zh=f"好礼{n:02d}")
    first = shown(client, "/rewards/", "好礼00", "好礼23")
    assert "好礼24" not in first
    within = shown(client, "/rewards/?affordable=1", "好礼10")
    assert "好礼11" not in within
    shown(client, "/rewards/?kind=event_place", "暂时没有符合的好礼")
    shown(client, "/rewards/?kind=nonsense&after=broken", "好礼00")


def test_an_empty_catalogue_says_so(client: FlaskClient) -> None:
    shown(client, "/rewards/", "好礼正在准备中")


def test_a_member_redeems_and_gets_the_code(client: FlaskClient, member: Any) -> None:
    give(member, 200)
    reward = a_reward(100)
    shown(client, f"/rewards/{reward.id}", "您有 250 积分")
    answer = post_form(client, f"/rewards/{reward.id}", f"/rewards/{reward.id}/redemptions", quantity="2")
    assert answer.status_code == 303
    redemption = db.session.query(Redemption).one()
    assert answer.location == f"/me/points/redemptions/{redemption.id}"
    code = code_of(redemption)
    shown(client, answer.location, "备货中", f"{code[:4]}\u00a0{code[4:8]} {code[8:12]}", "<svg", "200")
    shown(client, "/me/points/redemptions", reward.name_zh)
    shown(client, "/me/points/", "兑换：保温杯", "−200", "余额 50")
    assert figures(member) == (50, 0, 0, 0)


def test_the_second_click_is_the_first_order(client: FlaskClient, member: Any) -> None:
    give(member, 500)
    reward = a_reward(100)
    form = form_on(client, f"/rewards/{reward.id}", f"/rewards/{reward.id}/redemptions")
    first, second = send(client, form, quantity="1"), send(client, form, quantity="1")
    assert first.location == second.location
    assert figures(member)[0] == 450
    third = send(client, form, quantity="2")
    assert third.status_code == 409
    assert figures(member)[0] == 450


@pytest.mark.parametrize("quantity", ["0", "-1", "11", "1.5", "", "１", "x" * 500, "1_0", "nan"])
def test_a_nonsense_quantity_changes_nothing(client: FlaskClient, member: Any, quantity: str) -> None:
    give(member, 5_000)
    reward = a_reward(100, stock=50)
    form = form_on(client, f"/rewards/{reward.id}", f"/rewards/{reward.id}/redemptions")
    with nothing_changes(member):
        answer = send(client, form, quantity=quantity)
    assert answer.status_code == 422
    assert "请先看这里" in text_of(answer) or 'role="alert"' in text_of(answer)


def test_what_has_gone_meanwhile_is_said_with_what_was_typed(client: FlaskClient, member: Any) -> None:
    give(member, 1_000)
    reward = a_reward(100, stock=5)
    form = form_on(client, f"/rewards/{reward.id}", f"/rewards/{reward.id}/redemptions")
    operations.adjust_stock(reward.id, change=-4, reason="盘点", actor=SYSTEM)
    with nothing_changes(member):
        answer = send(client, form, quantity="3")
    assert answer.status_code == 422
    assert "只剩 1 件了" in text_of(answer)
    assert faults(text_of(answer)) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"price": 51}, "还差 1"),
        ({"tier_code": "gold"}, "仅限金卡及以上"),
        ({"stock": 0}, "只剩 0 件了"),
    ],
)
def test_the_page_says_beforehand_what_is_in_the_way(
    client: FlaskClient, member: Any, facts: dict[str, Any], words: str
) -> None:
    reward = a_reward(**{"price": 10, **facts})
    text = shown(client, f"/rewards/{reward.id}", words)
    assert f"/rewards/{reward.id}/redemptions" not in text


def test_redeeming_needs_a_member_and_a_token(app: Any, client: FlaskClient) -> None:
    reward = a_reward(10)
    assert client.post(f"/rewards/{reward.id}/redemptions", data={"quantity": "1"}).status_code in {302, 400}
    member = a_member()
    sign_in(client, member)
    with nothing_changes(member):
        answer = client.post(f"/rewards/{reward.id}/redemptions", data={"quantity": "1"})
    assert answer.status_code == 400
    assert client.get(f"/rewards/{reward.id}/redemptions").status_code == 405


# --- the statement -----------------------------------------------------------------------------------------------------


def test_the_statement_tells_points_tier_expiry_and_every_line(client: FlaskClient, member: Any) -> None:
    give(member, 300, months=1, qualifying=400)
    operations.grant("first_purchase", member_id=member.id, source=("contract", 1), actor=SYSTEM)
    text = shown(client, "/me/points/", "350", "银卡", "金卡", "600", "2026年12月31日", "填写问卷", "入会", "1,000")
    assert "tier--silver" in text
    shown(client, "/me/points/?direction=out", "还没有用过积分")
    shown(client, "/me/points/expiring", "2026年12月31日", "2028年11月30日", "待生效")
    shown(client, "/me/points/tier", "成长值", "钻石", "参加活动")


def test_a_new_members_pages_are_not_empty_walls(client: FlaskClient, member: Any) -> None:
    for url in ("/me/points/", "/me/points/expiring", "/me/points/tier", "/me/points/redemptions"):
        shown(client, url)
    shown(client, "/me/points/redemptions", "还没有兑换过")


def test_a_line_opens_to_its_whole_life(client: FlaskClient, member: Any) -> None:
    give(member, 100)
    redemption = redeem(member, a_reward(120))
    operations.cancel_redemption(redemption.id, actor=Actor.member(member))
    text = shown(client, "/me/points/")
    links = sorted({part.split('"')[0] for part in text.split('href="')[1:] if "/me/points/entries/" in part})
    assert len(links) == 4
    for link in links:
        shown(client, link)
    shown(client, f"/me/points/entries/{redemption.entry_id}", "用的是哪几笔积分", "入会", "退回：保温杯")


def test_debt_is_shown(client: FlaskClient, member: Any) -> None:
    redeem(member, a_reward(50))
    operations.take_back("join", member_id=member.id, source=("member", member.id), actor=SYSTEM)
    shown(client, "/me/points/", "欠 50 积分")


def test_expired_points_are_not_shown_as_usable_before_any_sweep(client: FlaskClient, member: Any) -> None:
    give(member, 100, months=1)
    with at("2027-01-01 00:00"):
        sign_in(client, member)
        shown(client, "/me/points/", 'aria-label="我的积分"')
        assert "150" not in text_of(client.get("/rewards/")).split("可用")[1][:20]


# --- orders ------------------------------------------------------------------------------------------------------------


def test_the_code_is_muted_and_collecting_not_spoken_of_until_it_is_ready(client: FlaskClient, member: Any) -> None:
    redemption = redeem(member, a_reward(50))
    url = f"/me/points/redemptions/{redemption.id}"
    page = shown(client, url, "备好后会通知您，再来领取", "ticket--muted", "不想要了？", "<details")
    assert "凭码即可领取" not in page and "可以领取了" not in page
    operations.mark_ready(redemption.id, actor=SYSTEM)
    page = shown(client, url, "可以领取了", "凭码即可领取")
    assert "ticket--muted" not in page and "备好后会通知您" not in page


def test_a_member_cancels_and_has_the_points_back(client: FlaskClient, member: Any) -> None:
    redemption = redeem(member, a_reward(50))
    url = f"/me/points/redemptions/{redemption.id}"
    form = form_on(client, url, f"{url}/cancellation")
    assert send(client, form).status_code == 303
    assert figures(member) == (50, 0, 0, 0)
    shown(client, url, "积分已退回您的账户")
    with nothing_changes(member):
        assert send(client, form).status_code == 409


def test_what_is_somebody_elses_does_not_exist(client: FlaskClient, member: Any) -> None:
    other = a_member()
    redemption = redeem(other, a_reward(50))
    own = redeem(member, a_reward(10))
    form = form_on(client, f"/me/points/redemptions/{own.id}", f"/me/points/redemptions/{own.id}/cancellation")
    for url in (f"/me/points/redemptions/{redemption.id}", f"/me/points/entries/{redemption.entry_id}"):
        assert client.get(url).status_code == 404
    form.action = f"/me/points/redemptions/{redemption.id}/cancellation"
    with nothing_changes(member, other):
        assert send(client, form).status_code == 404


def test_pages_take_at_most_eight_questions(app: Any, client: FlaskClient, member: Any) -> None:
    for n in range(6):
        give(member, 100 + n)
    redemption = redeem(member, a_reward(250))
    urls = [
        "/rewards/",
        f"/rewards/{redemption.reward_id}",
        "/me/points/",
        "/me/points/expiring",
        "/me/points/tier",
        "/me/points/redemptions",
        f"/me/points/redemptions/{redemption.id}",
        f"/me/points/entries/{redemption.entry_id}",
    ]
    counter = app.extensions["query_counter"]
    for url in urls:
        client.get(url)
        before = counter.count
        client.get(url)
        assert counter.count - before <= 9, (url, counter.count - before)


@pytest.mark.parametrize("locale", ["en", "zh_Hans_CN"])
def test_the_pages_speak_both_languages(client: FlaskClient, member: Any, locale: str) -> None:
    client.set_cookie("locale", locale)
    give(member, 500)
    redemption = redeem(member, a_reward(250))
    words = {"en": "Vacuum flask", "zh_Hans_CN": "保温杯"}[locale]
    shown(client, "/rewards/", words)
    shown(client, f"/me/points/redemptions/{redemption.id}", words)
    shown(client, "/me/points/", {"en": "My points", "zh_Hans_CN": "我的积分"}[locale])


# --- staff -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client: FlaskClient) -> Any:
    person = a_staff_person("manager", "SZ")
    sign_in_staff(client, person)
    return person


def an_order(city_code: str | None = "SZ", price: int = 50) -> tuple[Any, Redemption]:
    member = a_member(name="欧阳若水")
    return member, redeem(member, a_reward(price, city_code=city_code))


def test_the_desk_sees_the_orders_of_its_scope(client: FlaskClient, desk: Any) -> None:
    _mine, here = an_order("SZ")
    _other, there = an_order("SH")
    text = shown(client, "/staff/points/", here.number, "欧阳**")
    assert there.number not in text and "欧阳若水" not in text
    shown(client, f"/staff/points/orders/{here.id}", here.number)
    assert client.get(f"/staff/points/orders/{there.id}").status_code == 404
    shown(client, "/staff/points/?state=cancelled", "没有这种状态的订单")


def test_the_desk_hands_over_by_code_once(client: FlaskClient, desk: Any) -> None:
    _member, order = an_order()
    answer = post_form(client, "/staff/points/", "/staff/points/hand-overs", code=code_of(order).lower())
    assert (answer.status_code, answer.location) == (303, f"/staff/points/orders/{order.id}")
    shown(client, answer.location, "已领取")
    with nothing_changes():
        again = post_form(client, "/staff/points/", "/staff/points/hand-overs", code=code_of(order))
    assert again.status_code == 409
    assert "请勿再次发放" in text_of(again)


def test_a_wrong_code_says_so_and_tries_are_limited(client: FlaskClient, desk: Any) -> None:
    _member, foreign = an_order("SH")
    for code in ("0000 0000 0000 0000", code_of(foreign)):
        answer = post_form(client, "/staff/points/", "/staff/points/hand-overs", code=code)
        assert answer.status_code == 422 and "没有找到这个领取码" in text_of(answer)
    form = form_on(client, "/staff/points/", "/staff/points/hand-overs")
    statuses = [send(client, form, code="1111").status_code for _n in range(30)]
    assert statuses[:28] == [422] * 28 and statuses[-1] == 429
    _mine, order = an_order()
    with nothing_changes():
        assert send(client, form, code=code_of(order)).status_code == 429


def test_the_desk_makes_ready_and_cancels_with_a_reason(client: FlaskClient, desk: Any) -> None:
    member, order = an_order()
    url = f"/staff/points/orders/{order.id}"
    assert post_form(client, url, f"{url}/readiness").status_code == 303
    shown(client, url, "可领取")
    assert post_form(client, url, f"{url}/cancellation", reason="").status_code == 422
    assert post_form(client, url, f"{url}/cancellation", reason="供货商停产").status_code == 303
    assert figures(member) == (50, 0, 0, 0)
    shown(client, url, "供货商停产")


def test_staff_see_an_account_in_scope_and_give_points(client: FlaskClient, desk: Any) -> None:
    member, _order = an_order()
    stranger = a_member()
    url = f"/staff/points/members/{member.id}"
    shown(client, url, "欧阳**", "保温杯")
    assert client.get(f"/staff/points/members/{stranger.id}").status_code == 404
    answer = post_form(client, url, f"{url}/goodwill", amount="200", reason="电梯停运三天")
    assert answer.status_code == 303
    assert figures(member)[0] == 200
    shown(client, url, "服务补偿：电梯停运三天", "+200")
    entry_id = text_of(client.get(url)).split(f"{url}/entries/")[1].split('"')[0]
    shown(client, f"{url}/entries/{entry_id}", "客服人员")
    for bad in ({"amount": "0", "reason": "x"}, {"amount": "5", "reason": ""}, {"amount": "１０", "reason": "x"}):
        with nothing_changes(member):
            assert post_form(client, url, f"{url}/goodwill", **bad).status_code == 422


def test_more_than_one_person_may_give_is_proposed_and_booked_on_approval(client: FlaskClient, desk: Any) -> None:
    from staff import operations as staff_operations
    from staff.models import Proposal

    member, _order = an_order()
    url = f"/staff/points/members/{member.id}"
    answer = post_form(client, url, f"{url}/goodwill", amount="800", reason="漏水三次")
    assert answer.status_code == 303
    assert figures(member)[0] == 0
    proposal = db.session.query(Proposal).one()
    boss = a_staff_person("administrator")
    staff_operations.approve(proposal.id, actor=Actor.staff(boss))
    assert figures(member)[0] == 800
    assert entries(member)[-1][1] == 800


def test_staff_write_publish_and_withdraw_a_reward(client: FlaskClient) -> None:
    sign_in_staff(client, a_staff_person("administrator"))
    shown(client, "/staff/points/rewards", "还没有好礼")
    fields = {"name_zh": "物业费抵用券", "description_zh": "抵 100 元物业费。", "price": "900", "stock": "20"}
    answer = post_form(client, "/staff/points/rewards/new", kind="property_fee_voucher", delivery="voucher", **fields)
    assert answer.status_code == 303
    url = answer.location
    reward = db.session.query(Reward).one()
    assert (reward.stock, reward.state.value, reward.city_code) == (20, "draft", None)
    shown(client, url, "物业费抵用券", "草稿")
    assert post_form(client, url, f"{url}/publication").status_code == 303
    shown(client, "/rewards/", "物业费抵用券")
    assert post_form(client, url, url, price="950", ends_on="2026-12-31").status_code == 303
    shown(client, f"/rewards/{reward.id}", "950", "2026年12月31日")
    assert post_form(client, url, f"{url}/stock", change="-5", reason="盘点").status_code == 303
    assert post_form(client, url, f"{url}/stock", change="-50", reason="盘点").status_code == 422
    shown(client, url, "15")
    assert post_form(client, url, url, starts_on="2027-01-01").status_code == 422
    assert post_form(client, url, f"{url}/withdrawal").status_code == 303
    assert client.get(f"/rewards/{reward.id}").status_code == 404
    shown(client, "/staff/points/rewards?state=withdrawn", "物业费抵用券")
    shown(client, "/staff/points/rules", "参加活动", "铂金", "每月 4 次")


@pytest.mark.parametrize(
    "bad", [{"price": "0"}, {"price": "x"}, {"name_zh": ""}, {"name_zh": "长" * 61}, {"kind": "bribe"}, {"stock": "-1"}]
)
def test_a_reward_that_makes_no_sense_is_not_written(client: FlaskClient, bad: dict[str, str]) -> None:
    sign_in_staff(client, a_staff_person("administrator"))
    fields = {"name_zh": "券", "description_zh": "说明", "price": "9", **bad}
    with nothing_changes():
        assert post_form(client, "/staff/points/rewards/new", **fields).status_code == 422


STAFF_PAGES = ["/staff/points/", "/staff/points/rewards", "/staff/points/rules"]


def test_members_find_no_back_office_and_staff_without_permission_are_refused(client: FlaskClient) -> None:
    for url in STAFF_PAGES:
        assert client.get(url).status_code == 302
    sign_in(client, a_member())
    for url in STAFF_PAGES:
        assert client.get(url).status_code == 404
    visitor = client.application.test_client()
    sign_in_staff(visitor, a_staff_person("repair_engineer"))
    for url in STAFF_PAGES:
        assert visitor.get(url).status_code == 403


def test_an_auditor_reads_and_does_not_write(client: FlaskClient) -> None:
    member, order = an_order(None)
    sign_in_staff(client, a_staff_person("auditor"))
    text = shown(client, "/staff/points/", order.number)
    assert "/staff/points/hand-overs" not in text
    assert client.post(f"/staff/points/orders/{order.id}/cancellation").status_code in {400, 403}
    shown(client, f"/staff/points/members/{member.id}")
    assert RedemptionState.ORDERED is order.state
