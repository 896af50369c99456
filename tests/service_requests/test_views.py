"""The pages of cases as each person sees them: what may be read, what is refused, what must never leak."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.db import db
from service_requests import operations
from service_requests.dictionary import HiddenReason, Kind, Severity, Status, Step, Visibility
from service_requests.models import Case
from tests.conftest import NOON
from tests.support.forms import form_on, post_form, send
from tests.support.homes import a_picture, a_project, owned_home
from tests.support.member import a_member, sign_in
from tests.support.pages import faults
from tests.support.service_requests import a_case, a_handler, a_key, a_manager, a_post, a_repair, reply, solved
from tests.support.staff import sign_in_staff

HOUR = timedelta(hours=1)
SECRET = "机密备注CANARY"


@pytest.fixture
def scene(app: Flask) -> Any:
    """Run something in an application context of its own and give back plain values."""

    def run(make: Any) -> Any:
        with app.app_context(), app.test_request_context("/"), clock.at(NOON):
            result = make()
            for row in list(db.session):
                db.session.refresh(row)
            db.session.remove()
            return result

    return run


def html(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.get_data(as_text=True))


def case_row(app: Flask, number: str) -> dict[str, Any]:
    with app.app_context():
        return dict(db.session.execute(sa.select(Case.__table__).where(Case.number == number)).one()._mapping)


def only_case(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return dict(db.session.execute(sa.select(Case.__table__)).one()._mapping)


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0


# --- submitting ------------------------------------------------------------------------------------------------------


def test_everybody_sees_the_phone_number_before_any_form(client: FlaskClient) -> None:
    page = html(client.get("/service-requests/"))
    assert faults(page) == []
    assert "tel:4000000000" in page


@pytest.mark.parametrize("kind", ["repair", "complaint", "enquiry", "suggestion"])
def test_who_is_signed_out_is_led_to_signing_in(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/service-requests/{kind}")
    assert answer.status_code == 302 and "/sign-in" in answer.location


def test_a_repair_in_four_steps_with_photos(app: Flask, client: FlaskClient, scene: Any) -> None:
    member = scene(lambda: (lambda m: (owned_home(m), m)[1])(a_member()))
    sign_in(client, member)
    for address, words in (
        ("/service-requests/repair", "room=kitchen"),
        ("/service-requests/repair?room=kitchen", "part=plumbing"),
        ("/service-requests/repair?room=kitchen&part=plumbing", "fault=blocked"),
    ):
        page = html(client.get(address))
        assert faults(page) == []
        assert words in page
    address = "/service-requests/repair?room=kitchen&part=plumbing&fault=blocked"
    page = html(client.get(address))
    assert faults(page) == []
    answer = post_form(
        client,
        address,
        "/service-requests/repair",
        text="厨房下水管又堵了，水槽里的水下不去",
        time_1="2026-11-25:am",
        may_enter=True,
        extra={"photos": (io.BytesIO(a_picture()), "IMG_0001.jpg")},
    )
    assert answer.status_code == 303
    row = only_case(app)
    assert answer.location == f"/me/cases/{row['number']}/receipt"
    assert (row["room"], row["part"], row["fault"]) == ("kitchen", "plumbing", "blocked")
    assert row["preferred"] == ["2026-11-25:am"] and row["may_enter"] is True
    receipt = html(client.get(answer.location))
    assert row["number"] in receipt and faults(receipt) == []
    shown = html(client.get(f"/me/cases/{row['number']}"))
    assert faults(shown) == []
    photo = re.search(r"/files/[\w-]+/320\.webp", shown)
    assert photo is not None
    assert client.get(photo[0]).status_code == 200
    assert app.test_client().get(photo[0]).status_code == 302
    stranger = app.test_client()
    sign_in(stranger, scene(a_member))
    assert stranger.get(photo[0]).status_code == 404


def test_a_refused_repair_keeps_what_was_typed(app: Flask, client: FlaskClient, scene: Any) -> None:
    member = scene(lambda: (lambda m: (owned_home(m), m)[1])(a_member()))
    sign_in(client, member)
    address = "/service-requests/repair?room=kitchen&part=plumbing&fault=blocked"
    answer = post_form(client, address, "/service-requests/repair", text="堵了", time_2="2026-11-26:pm")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and count(app) == 0
    assert faults(page) == []
    assert "堵了</textarea>" in page and 'selected value="2026-11-26:pm"' in page


def test_a_foreign_home_is_refused(app: Flask, client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        member = a_member()
        owned_home(member)
        return member, owned_home(a_member(), "2栋1单元1804").id

    member, foreign = scene(make)
    sign_in(client, member)
    address = "/service-requests/repair?room=kitchen&part=plumbing&fault=blocked"
    answer = post_form(client, address, "/service-requests/repair", text="厨房下水管又堵了", home_id=str(foreign))
    assert answer.status_code == 422 and count(app) == 0


def test_without_a_home_a_repair_leads_to_binding(client: FlaskClient, scene: Any) -> None:
    sign_in(client, scene(a_member))
    assert "/me/homes/binding" in html(client.get("/service-requests/repair"))


def test_the_same_form_twice_is_one_case(app: Flask, client: FlaskClient, scene: Any) -> None:
    sign_in(client, scene(a_member))
    form = form_on(client, "/service-requests/enquiry")
    first = send(client, form, text="产证什么时候能办？")
    second = send(client, form, text="产证什么时候能办？")
    assert first.status_code == second.status_code == 303 and first.location == second.location
    assert count(app) == 1
    assert send(client, form, text="换一个问题，内容不同").status_code == 409


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("complaint", {"title": "客服电话没人接", "text": "客服电话打了五次没人接", "shown": "private"}),
        ("enquiry", {"text": "产证什么时候能办？需要带什么"}),
        ("suggestion", {"text": "能不能在儿童区装一盏灯"}),
    ],
)
def test_other_requests_are_taken(app: Flask, client: FlaskClient, scene: Any, kind: str, fields: dict) -> None:
    member = scene(lambda: (a_project(), a_member())[1])
    sign_in(client, member)
    assert faults(html(client.get(f"/service-requests/{kind}"))) == []
    answer = post_form(client, f"/service-requests/{kind}", place="project:SZ-YHL", **fields)
    assert answer.status_code == 303
    row = only_case(app)
    assert row["project_code"] == "SZ-YHL" and row["visibility"] is Visibility.PRIVATE


@pytest.mark.parametrize("place", ["project:NOWHERE", "home:99999", "home:" + "9" * 30])
def test_places_that_do_not_exist_are_refused(app: Flask, client: FlaskClient, scene: Any, place: str) -> None:
    sign_in(client, scene(a_member))
    answer = post_form(client, "/service-requests/enquiry", text="产证什么时候能办？", place=place)
    if place.startswith("home:" + "99999999"):
        assert answer.status_code == 303  # not a number of ours: it concerns nothing in particular
        return
    assert answer.status_code == 422 and count(app) == 0


@pytest.mark.parametrize("text", ["", "短", "😀" * 20, "字" * 5_001, "坏\x00字符在这里面"])
def test_texts_nobody_can_act_on_are_refused(app: Flask, client: FlaskClient, scene: Any, text: str) -> None:
    sign_in(client, scene(a_member))
    assert post_form(client, "/service-requests/enquiry", text=text).status_code == 422
    assert count(app) == 0


def test_a_file_that_is_no_photo_is_refused(app: Flask, client: FlaskClient, scene: Any) -> None:
    sign_in(client, scene(a_member))
    answer = post_form(
        client,
        "/service-requests/suggestion",
        text="能不能在儿童区装一盏灯",
        extra={"photos": (io.BytesIO(b"<script>alert(1)</script>"), "photo.heic")},
    )
    assert answer.status_code == 422 and count(app) == 0


def test_too_many_requests_a_day_are_refused(app: Flask, client: FlaskClient, scene: Any) -> None:
    sign_in(client, scene(a_member))
    answers = [
        post_form(client, "/service-requests/enquiry", text=f"第{n}个问题，产证什么时候能办").status_code
        for n in range(21)
    ]
    assert answers == [303] * 20 + [429]
    assert count(app) == 20


# --- the member in his case ------------------------------------------------------------------------------------------


def test_a_case_is_followed_answered_confirmed_and_rated(app: Flask, client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        member, person = a_member(), a_handler(name="沈师傅")
        case = a_case(member)
        operations.accept(case.id, actor=Actor.staff(person))
        operations.ask_member(case.id, text="请告诉我们合同编号。", actor=Actor.staff(person), key=a_key())
        return member, person, case.number, case.id

    member, person, number, case_id = scene(make)
    sign_in(client, member)
    page = html(client.get(f"/me/cases/{number}"))
    assert faults(page) == []
    assert "沈师傅" in page and "请告诉我们合同编号" in page
    assert (
        post_form(client, f"/me/cases/{number}", f"/me/cases/{number}/messages", text="编号是 12345").status_code == 303
    )
    assert case_row(app, number)["status"] is Status.OPEN
    scene(lambda: operations.resolve(case_id, result="已为您查询，可于12月办理。", actor=Actor.staff(person)))
    page = html(client.get(f"/me/cases/{number}"))
    assert faults(page) == []
    assert post_form(client, f"/me/cases/{number}", f"/me/cases/{number}/confirmation").status_code == 303
    assert case_row(app, number)["status"] is Status.CLOSED
    assert client.post(f"/me/cases/{number}/confirmation").status_code in {400, 409}
    assert post_form(client, f"/me/cases/{number}", f"/me/cases/{number}/rating", score="5").status_code == 303
    assert case_row(app, number)["rating"] == 5
    assert faults(html(client.get(f"/me/cases/{number}"))) == []
    assert number in html(client.get("/me/cases/?show=done"))


def test_a_second_confirmation_is_a_conflict_that_the_page_explains(
    app: Flask, client: FlaskClient, scene: Any
) -> None:
    def make() -> Any:
        member = a_member()
        return member, solved(a_case(member), a_handler()).number

    member, number = scene(make)
    sign_in(client, member)
    form = form_on(client, f"/me/cases/{number}", f"/me/cases/{number}/confirmation")
    assert send(client, form).status_code == 303
    again = send(client, form)
    assert again.status_code == 409 and faults(again.get_data(as_text=True)) == []


def test_a_return_needs_a_reason(app: Flask, client: FlaskClient, scene: Any) -> None:
    member, number = scene(lambda: (lambda m: (m, solved(a_case(m), a_handler()).number))(a_member()))
    sign_in(client, member)
    page, action = f"/me/cases/{number}", f"/me/cases/{number}/return"
    assert post_form(client, page, action, reason="").status_code == 422
    assert case_row(app, number)["status"] is Status.RESOLVED
    assert post_form(client, page, action, reason="还是漏水").status_code == 303
    assert case_row(app, number)["status"] is Status.OPEN


def test_a_withdrawal(app: Flask, client: FlaskClient, scene: Any) -> None:
    member, number = scene(lambda: (lambda m: (m, a_case(m).number))(a_member()))
    sign_in(client, member)
    assert post_form(client, f"/me/cases/{number}", f"/me/cases/{number}/withdrawal", reason="").status_code == 303
    assert case_row(app, number)["status"] is Status.CANCELLED
    assert faults(html(client.get(f"/me/cases/{number}"))) == []


@pytest.mark.parametrize("action", ["", "/receipt"])
def test_a_stranger_gets_404(client: FlaskClient, scene: Any, action: str) -> None:
    number, stranger = scene(lambda: (a_case().number, a_member()))
    sign_in(client, stranger)
    assert client.get(f"/me/cases/{number}{action}").status_code == 404


@pytest.mark.parametrize("verb", ["messages", "confirmation", "return", "rating", "withdrawal", "escalation"])
def test_a_stranger_cannot_act(app: Flask, client: FlaskClient, scene: Any, verb: str) -> None:
    def make() -> Any:
        stranger = a_member()
        return solved(a_case(), a_handler()).number, solved(a_case(stranger), a_handler()).number, stranger

    number, own, stranger = scene(make)
    sign_in(client, stranger)
    before = case_row(app, number)
    form = form_on(client, f"/me/cases/{own}", f"/me/cases/{own}/messages")
    form.action = f"/me/cases/{number}/{verb}"
    extra = {"reason": "不行", "score": "1"}
    assert send(client, form, text="你好", extra=extra).status_code == 404
    assert case_row(app, number) == before


def test_the_list_says_what_to_do_when_it_is_empty(client: FlaskClient, scene: Any) -> None:
    sign_in(client, scene(a_member))
    for address in ("/me/cases/", "/me/cases/?show=done"):
        page = html(client.get(address))
        assert faults(page) == [] and "empty" in page


def test_an_overdue_case_can_be_taken_to_the_manager(app: Flask, client: FlaskClient, scene: Any) -> None:
    member, number = scene(lambda: (lambda m: (m, a_case(m).number))(a_member()))
    sign_in(client, member)
    assert "/escalation" not in html(client.get(f"/me/cases/{number}"))
    with clock.at(NOON + 25 * HOUR):
        assert post_form(client, f"/me/cases/{number}", f"/me/cases/{number}/escalation").status_code == 303
        assert case_row(app, number)["escalation_level"] == 1


# --- what must never leak --------------------------------------------------------------------------------------------


def _sensitive(scene: Any) -> Any:
    def make() -> Any:
        member = a_member(name="欧阳若水", nickname="若水")
        home = owned_home(member)
        person = a_handler(name="沈师傅")
        case = a_post(member, home_id=home.id, text="我是欧阳若水，住3栋1206，电话19912345678，会所改成了商铺。")
        staff = Actor.staff(person)
        operations.note_internally(case.id, text=f"{SECRET} 此户曾要求赔偿", actor=staff, key=a_key())
        operations.reply_publicly(
            case.id, text="您好，会所用途以规划公示为准，3栋1206已登记。", actor=staff, key=a_key()
        )
        operations.record_step(case.id, step=Step.ASSESS, text=f"{SECRET} 评估", actor=staff)
        operations.change_class(case.id, severity=Severity.HOT, reason=f"{SECRET} 定级", actor=staff)
        operations.record_call(case.id, text="PRIVATECALL 通话内容", called_at=clock.now(), actor=staff, key=a_key())
        return member, case.number, case.id, home.label

    return scene(make)


def test_internal_notes_are_on_no_page_of_members_or_visitors(app: Flask, client: FlaskClient, scene: Any) -> None:
    member, number, _case_id, _label = _sensitive(scene)
    visitor, owner = app.test_client(), client
    sign_in(owner, member)
    pages = ["/board/", f"/board/{number}", "/board/?q=会所", "/service-requests/"]
    for address in pages:
        assert SECRET not in html(visitor.get(address)), address
    for address in [*pages, "/me/cases/", f"/me/cases/{number}", f"/me/cases/{number}/receipt", "/me/inbox"]:
        assert SECRET not in html(owner.get(address)), address
    staff = app.test_client()
    sign_in_staff(staff, scene(a_handler))
    assert SECRET in html(staff.get(f"/staff/cases/{number}"))


def test_the_board_names_neither_person_nor_home_nor_number(app: Flask, client: FlaskClient, scene: Any) -> None:
    _member, number, _case_id, label = _sensitive(scene)
    for address in ("/board/", f"/board/{number}"):
        page = html(client.get(address))
        assert faults(page) == []
        for secret in ("欧阳若水", "1206", "19912345678", label, "PRIVATECALL"):
            assert secret not in page, (address, secret)
    assert "会所" in html(client.get(f"/board/{number}"))


def test_a_script_in_a_post_is_text(client: FlaskClient, scene: Any) -> None:
    number = scene(lambda: a_post(title="<b>粗</b>", text="<script>alert('x')</script> 会所改成了商铺").number)
    page = html(client.get(f"/board/{number}"))
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "<b>粗" not in page


@pytest.mark.parametrize("visibility", ["private", "hidden"])
def test_what_is_not_public_is_404_on_the_board(client: FlaskClient, scene: Any, visibility: str) -> None:
    def make() -> Any:
        if visibility == "private":
            return a_case(kind=Kind.COMPLAINT).number
        case = a_post()
        operations.hide_post(case.id, reason=HiddenReason.LAW, words="涉及违法内容", actor=SYSTEM)
        return case.number

    number = scene(make)
    assert client.get(f"/board/{number}").status_code == 404
    assert number not in html(client.get("/board/"))


def test_the_board_filters_and_searches(client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        a_project()
        first, second = a_post(project_code="SZ-YHL"), a_post(title="车位价格", text="销售口头承诺车位八万，现在不认")
        reply(first, a_handler())
        return first.number, second.number

    first, second = scene(make)

    def shown(query: str) -> set[str]:
        return {n for n in (first, second) if f"/board/{n}" in html(client.get(f"/board/?{query}"))}

    assert shown("") == {first, second}
    assert shown("project=SZ-YHL") == {first}
    assert shown("answered=no") == {second}
    assert shown("q=车位") == {second}
    assert shown("q=没有这个词") == set()
    assert shown("answered=%27%20or%201&after=broken") == {first, second}
    assert "100%" in html(client.get("/board/"))


# --- the desk --------------------------------------------------------------------------------------------------------


def test_members_find_no_desk(client: FlaskClient, scene: Any) -> None:
    member, number = scene(lambda: (lambda m: (m, a_post(m).number))(a_member()))
    sign_in(client, member)
    for address in (
        "/staff/cases",
        f"/staff/cases/{number}",
        "/staff/board",
        f"/staff/board/{number}",
        "/staff/cases/new",
    ):
        assert client.get(address).status_code == 404, address


def test_a_person_sees_the_cases_of_his_scope_only(app: Flask, client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        return a_repair().number, a_case().number, a_handler("SH"), a_handler("SZ", "SZ-YHL"), a_handler()

    repair, general, elsewhere, local, group = scene(make)
    for person, seen in ((elsewhere, set()), (local, {repair}), (group, {repair, general})):
        desk = app.test_client()
        sign_in_staff(desk, person)
        page = html(desk.get("/staff/cases"))
        assert faults(page) == []
        for number in (repair, general):
            assert (number in page) is (number in seen)
            assert desk.get(f"/staff/cases/{number}").status_code == (200 if number in seen else 404)


def test_the_queue_counts_filters_and_previews(client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        person = a_handler()
        first, second = a_repair(), a_post()
        operations.accept(first.id, actor=Actor.staff(person))
        return person, first.number, second.number

    person, first, second = scene(make)
    sign_in_staff(client, person)

    def shown(query: str) -> set[str]:
        return {n for n in (first, second) if f"/staff/cases/{n}" in html(client.get(f"/staff/cases?{query}"))}

    assert shown("view=mine") == {first}
    assert shown("view=new") == shown("view=unassigned") == {second}
    assert shown("kind=repair") == {first}
    assert shown("project=SZ-YHL") == {first}
    assert shown(f"q={second}") == {second}
    assert shown("view=overdue") == set()
    assert shown("view=password_hash&kind=x") == {first, second}
    preview = html(client.get(f"/staff/cases?preview={second}"))
    assert 'id="preview"' in preview and faults(preview) == []


def test_the_desk_handles_a_case_from_arrival_to_result(app: Flask, client: FlaskClient, scene: Any) -> None:
    person, number = scene(lambda: (a_manager(), a_repair().number))
    sign_in_staff(client, person)
    page = f"/staff/cases/{number}"
    assert faults(html(client.get(page))) == []

    def sends(action: str, **fields: Any) -> int:
        return post_form(client, page, f"{page}/{action}", **fields).status_code

    assert sends("acceptance") == 303
    assert sends("replies", reply="您好，明天上午上门查看。", identity="specialist") == 303
    assert sends("notes", note="先联系施工方") == 303
    assert sends("class", severity="important", class_reason="重复渗水") == 303
    for step in ("2", "3", "4"):
        assert sends("steps", step=step, step_text="已记录") == 303
    assert sends("visits", visit_on="2026-11-25", half="am", worker="李师傅") == 303
    assert sends("visits", visit_on="2026-11-20", half="am", worker="李师傅") == 422
    assert sends("calls", called_at="2026-11-23T11:59", call_text="x") == 422
    assert sends("calls", called_at="2026-11-23T12:00", call_text="已与业主通话确认时间") == 303
    assert sends("questions", question="请问周三上午在家吗？") == 303
    assert sends("resumption", reopen_reason="") == 303
    assert sends("wait", wait_status="waiting_other", wait_until="2026-11-30", wait_reason="等待厂家配件") == 303
    assert sends("resumption", reopen_reason="") == 303
    assert sends("result", result="") == 422
    assert sends("result", result="更换胶条，淋水试验合格。") == 303
    assert case_row(app, number)["status"] is Status.RESOLVED
    shown = html(client.get(page))
    assert faults(shown) == []
    changes = re.findall(r'timeline__what">([^<]+)<', shown)
    assert changes[0] == "已解决待确认"
    assert "等待业主补充" in changes and "等待第三方" in changes
    assert shown.count("更换胶条，淋水试验合格。") == 1


def test_a_handler_may_not_decline_or_hide(app: Flask, client: FlaskClient, scene: Any) -> None:
    person, number = scene(lambda: (a_handler(), a_post().number))
    sign_in_staff(client, person)
    before = case_row(app, number)
    page = html(client.get(f"/staff/cases/{number}"))
    assert "/refusal" not in page and "/staff/board/" not in page
    form = form_on(client, f"/staff/cases/{number}", f"/staff/cases/{number}/notes")
    for action in (f"/staff/cases/{number}/refusal", f"/staff/board/{number}/hiding", f"/staff/board/{number}/showing"):
        form.action = action
        assert (
            send(
                client, form, note="x", extra={"decline_reason": "不", "hidden_words": "不", "hidden_reason": "law"}
            ).status_code
            == 403
        )
    assert case_row(app, number) == before


def test_the_desk_calls_members_by_their_masked_names_and_the_system_by_its_word(
    client: FlaskClient, scene: Any
) -> None:
    def make() -> Any:
        member, person = a_member(name="陈砚书"), a_manager()
        case = a_case(member)
        actor = Actor("member", member.id, member.name)
        operations.write(case.id, text="请问今天能答复吗？", key=a_key(), actor=actor)
        solved(case, person)
        operations.confirm(case.id, actor=actor)
        later = a_case(member)
        solved(later, person)
        with clock.at(NOON + 200 * HOUR):
            operations.close_silently(later.id, actor=SYSTEM)
        return case.number, later.number, person

    number, later, person = scene(make)
    sign_in_staff(client, person)
    for address in (f"/staff/cases/{number}", f"/staff/cases/{later}", f"/staff/cases?view=ended&preview={number}"):
        page = html(client.get(address))
        assert "陈砚书" not in page and "陈**" in page, address
    shown = html(client.get(f"/staff/cases/{later}"))
    assert "· system" not in shown and "· 系统" in shown


def test_telephone_and_home_are_shown_after_a_look_that_is_written_down(client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        member = a_member()
        return member.mobile, a_repair(member), a_handler()

    mobile, case, person = scene(make)
    sign_in_staff(client, person)
    page = f"/staff/cases/{case.number}"
    plain = html(client.get(page))
    tail, readable = mobile[-8:], f"{mobile[3:6]} {mobile[6:10]} {mobile[10:]}"
    room = case.place.rsplit("单元", 1)[1]
    assert tail not in plain and readable not in plain and room not in plain
    revealed = post_form(client, page, f"{page}/contact").get_data(as_text=True)
    assert readable in revealed and room in revealed


def test_filing_for_a_caller(app: Flask, client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        member = a_member()
        return member.mobile, owned_home(member).id, a_handler("SZ"), a_handler("SH")

    mobile, home_id, person, elsewhere = scene(make)
    sign_in_staff(client, person)
    page = html(client.get(f"/staff/cases/new?mobile={mobile[3:]}"))
    assert faults(page) == []
    facts = {
        "kind": "repair",
        "channel": "phone",
        "room": "kitchen",
        "part": "gas",
        "fault": "gas_alarm",
        "text": "燃气报警器一直响",
        "home_id": str(home_id),
        "uttered_at": "2026-11-23T11:50",
    }
    stranger = app.test_client()
    sign_in_staff(stranger, elsewhere)
    assert post_form(stranger, "/staff/cases/new", mobile=mobile[3:], **facts).status_code == 422
    assert post_form(client, "/staff/cases/new", mobile="19999999999", **facts).status_code == 422
    assert count(app) == 0
    assert post_form(client, "/staff/cases/new", mobile=mobile[3:], **facts).status_code == 303
    row = only_case(app)
    assert row["emergency"] is True and row["uttered_at"] == NOON - timedelta(minutes=10)


def test_moderation_hides_and_shows_again(app: Flask, client: FlaskClient, scene: Any) -> None:
    person, number = scene(lambda: (a_manager(), a_post(text="我住3栋1206，说好的会所改成了商铺").number))
    sign_in_staff(client, person)
    page = f"/staff/board/{number}"
    assert faults(html(client.get("/staff/board"))) == [] and faults(html(client.get(page))) == []
    assert post_form(client, page, f"{page}/hiding", hidden_reason="insult", hidden_words="").status_code == 422
    assert case_row(app, number)["visibility"] is Visibility.PUBLIC
    assert (
        post_form(client, page, f"{page}/hiding", hidden_reason="insult", hidden_words="请删去辱骂用语").status_code
        == 303
    )
    assert app.test_client().get(f"/board/{number}").status_code == 404
    assert faults(html(client.get(page))) == []
    assert number in html(client.get("/staff/board?show=hidden"))
    assert post_form(client, page, f"{page}/showing").status_code == 303
    assert app.test_client().get(f"/board/{number}").status_code == 200


def test_the_board_and_the_queue_need_few_queries(app: Flask, client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        person, member = a_handler(), a_member()
        numbers = [a_post(member).number for _ in range(3)]
        return person, member, numbers[0]

    person, member, number = scene(make)
    desk, owner = app.test_client(), app.test_client()
    sign_in_staff(desk, person)
    sign_in(owner, member)
    counter = app.extensions["query_counter"]
    with app.app_context():
        from service_requests import clockwork

        clockwork.rulebook()
    for browser, address, most in (
        (client, "/board/", 8),
        (client, f"/board/{number}", 8),
        (owner, f"/me/cases/{number}", 8),
        (owner, "/me/cases/", 8),
        (desk, "/staff/cases", 8),
    ):
        before = counter.count
        html(browser.get(address))
        assert counter.count - before <= most, (address, counter.count - before)


def test_pages_go_on_by_key(client: FlaskClient, scene: Any) -> None:
    def make() -> Any:
        member = a_member()
        return [a_post(member, title=f"第{n}件事").number for n in range(23)]

    numbers = scene(make)
    page = html(client.get("/board/"))
    shown = {n for n in numbers if f"/board/{n}" in page}
    following = re.search(r'href="([^"]+after=[^"]+)"', page)
    assert following is not None and len(shown) == 20
    rest = {n for n in numbers if f"/board/{n}" in html(client.get(following[1].replace("&amp;", "&")))}
    assert shown | rest == set(numbers) and not shown & rest
