"""The pages as those who open them see them."""

import pytest

from kernel import clock
from kernel.actor import SYSTEM
from kernel.db import db
from staff import operations, queries
from staff.models import StaffPerson
from tests.conftest import NOON
from tests.support.forms import form_on, post_form, send
from tests.support.staff import a_staff_person, a_unit, role, sign_in_staff

PAGES = (
    "/staff/people",
    "/staff/roles",
    "/staff/people/invitation",
    "/staff/approvals",
    "/staff/audit",
    "/staff/me",
    "/staff/me/password",
    "/staff/me/recovery-codes",
    "/staff/me/absence",
    "/staff/me/photo",
    "/staff/proof",
)


@pytest.fixture
def scene(app):
    """Two administrators, a specialist in Shenzhen and one in Shanghai; their ids."""
    with app.app_context(), clock.at(NOON):
        people = {
            "one": a_staff_person("administrator", name="何静姝"),
            "two": a_staff_person("administrator", name="吴绍棠"),
            "sz_admin": a_staff_person("administrator", "SZ", name="郑以宁"),
            "sz": a_staff_person("specialist", "SZ", name="陈砚书"),
            "sh": a_staff_person("specialist", "SH", name="苏晚晴"),
        }
        ids = {name: person.id for name, person in people.items()}
        db.session.remove()
    return ids


def browser(app, person_id):
    with app.app_context():
        person = db.session.get(StaffPerson, person_id)
        client = sign_in_staff(app.test_client(), person)
        db.session.remove()
    return client


@pytest.fixture
def one(client, app, scene):
    return browser(app, scene["one"])


@pytest.fixture
def two(client, app, scene):
    return browser(app, scene["two"])


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_every_page_opens(one, scene, locale):
    one.set_cookie("locale", locale)
    for page in (
        *PAGES,
        f"/staff/people/{scene['sz']}",
        f"/staff/people/{scene['one']}",
        f"/staff/people/{scene['sz']}/role",
    ):
        answer = one.get(page)
        assert answer.status_code == 200, page
        assert answer.get_data(as_text=True).count("<h1") == 1, page


def test_pages_ask_the_database_few_questions(one, app, scene):
    for page in (*PAGES, f"/staff/people/{scene['sz']}"):
        counter = app.extensions["query_counter"]
        counter.count = 0
        one.get(page)
        assert counter.count <= 8, (page, counter.count)


def test_two_people_give_a_role(one, two, app, scene):
    with app.app_context():
        moderator, unit = role("moderator").id, a_unit("SZ").id
        db.session.remove()
    page = f"/staff/people/{scene['sz']}/role"
    answer = post_form(one, page, role_id=str(moderator), unit_id=str(unit), reason="接手社区版面")
    assert answer.location == "/staff/approvals"
    mine = one.get("/staff/approvals").get_data(as_text=True)
    number = mine.split("/staff/approvals/")[1].split('"')[0]
    assert f"/staff/approvals/{number}/decision" not in one.get(f"/staff/approvals/{number}").get_data(as_text=True)
    answer = post_form(
        two, f"/staff/approvals/{number}", action=f"/staff/approvals/{number}/decision", decision="approve"
    )
    assert answer.location == "/staff/approvals"
    with app.app_context():
        assert {g.role.code for g in db.session.get(StaffPerson, scene["sz"]).running_grants} == {
            "specialist",
            "moderator",
        }
        db.session.remove()


def test_without_a_pressed_button_nothing_is_decided(one, two, scene):
    post_form(one, f"/staff/people/{scene['sz']}/disabling", reason="离职")
    number = two.get("/staff/approvals").get_data(as_text=True).split("/staff/approvals/")[1].split('"')[0]
    form = form_on(two, f"/staff/approvals/{number}", action=f"/staff/approvals/{number}/decision")
    assert "decision" not in form.values, "a field of this name would come before the button's value"
    assert send(two, form).status_code == 422
    assert "/decision" in two.get(f"/staff/approvals/{number}").get_data(as_text=True)


def test_an_old_proof_asks_for_a_fresh_code(one, two, scene):
    post_form(one, f"/staff/people/{scene['sz']}/disabling", reason="离职")
    number = two.get("/staff/approvals").get_data(as_text=True).split("/staff/approvals/")[1].split('"')[0]
    with clock.at(NOON.replace(minute=16)):
        form = form_on(two, f"/staff/approvals/{number}", action=f"/staff/approvals/{number}/decision")
        answer = send(two, form, decision="approve")
        assert answer.location == f"/staff/proof?next=/staff/approvals/{number}"
        assert two.get(f"/staff/people/{scene['sz']}").get_data(as_text=True).count("/disabling") == 1


def test_the_proposer_is_refused_although_he_sends_the_form(one, scene):
    post_form(one, f"/staff/people/{scene['sz']}/disabling", reason="离职")
    number = one.get("/staff/approvals").get_data(as_text=True).split("/staff/approvals/")[1].split('"')[0]
    form = form_on(one, f"/staff/approvals/{number}", action=f"/staff/approvals/{number}/withdrawal")
    form.action = f"/staff/approvals/{number}/decision"
    answer = send(one, form, extra={"decision": "approve"})
    assert answer.status_code == 403


def test_what_lies_outside_the_scope_does_not_exist(app, client, scene):
    city = browser(app, scene["sz_admin"])
    never = city.get("/staff/people/999999")
    for page in (f"/staff/people/{scene['sh']}", f"/staff/people/{scene['sh']}/role", f"/staff/people/{scene['one']}"):
        answer = city.get(page)
        assert answer.status_code == never.status_code == 404
    assert "苏晚晴" not in city.get("/staff/people").get_data(as_text=True)
    assert city.get(f"/staff/people/{scene['sz']}").status_code == 200


def test_oneself_cannot_be_changed(one, scene):
    page = one.get(f"/staff/people/{scene['one']}").get_data(as_text=True)
    assert "/disabling" not in page and "/password-link" not in page
    answer = post_form(one, f"/staff/people/{scene['one']}/disabling", reason="离职")
    assert answer.status_code == 403


def test_a_missing_reason_keeps_the_page(one, scene):
    answer = post_form(one, f"/staff/people/{scene['sz']}/disabling", reason="")
    assert answer.status_code == 422


def test_an_invitation_with_bad_fields(one, scene):
    answer = post_form(
        one, "/staff/people/invitation", login="1 bad login", name="谢听澜", mail="no mail", reason="新同事"
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "谢听澜" in text and "1 bad login" in text


@pytest.mark.parametrize(
    "query", ["?actor_id=x&record_id=99999999999999999999", "?after=!!", "?actor=nobody&action=%01&record=%F0%9F%98%80"]
)
def test_the_audit_trail_bears_any_filter(one, query):
    assert one.get(f"/staff/audit{query}").status_code == 200


def test_no_address_holds_a_nul(one):
    assert one.get("/staff/audit?action=%00").status_code == 400
    assert one.get("/staff/people/%00").status_code == 400


def test_the_audit_trail_is_found_by_record_and_leads_on(one, app, scene):
    with app.app_context():
        for _n in range(60):
            operations.set_away(person_id=scene["sz"], until=None, deputy_id=None, actor=SYSTEM)
        db.session.remove()
    page = one.get(f"/staff/audit?record=staff_person&record_id={scene['sz']}").get_data(as_text=True)
    assert page.count("<time") == 50 and 'rel="next"' in page
    assert one.get("/staff/audit?action=staff.away_set&actor=member").get_data(as_text=True).count("<time") == 0


def test_one_ends_his_own_other_browser(one, app, scene):
    other = browser(app, scene["one"])
    assert other.get("/staff/me").status_code == 200
    assert post_form(one, "/staff/me", action="/staff/me/ended-sessions").status_code == 303
    assert other.get("/staff/me").status_code == 302
    assert one.get("/staff/me").status_code == 200


def test_a_foreign_browser_is_not_ended(one, two, app, scene):
    with app.app_context():
        from kernel import sign_ins

        foreign = sign_ins.of("staff", scene["two"])[0].id
        db.session.remove()
    other = browser(app, scene["one"])
    form = form_on(one, "/staff/me", action="/staff/me/ended-sessions")
    send(one, form, sign_in=str(foreign))
    assert two.get("/staff/me").status_code == 200 and other.get("/staff/me").status_code == 200


def test_a_photo_is_kept_and_seen(one, app, scene):
    import io

    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (80, 80), "green").save(picture, "PNG")
    picture.seek(0)
    assert post_form(one, "/staff/me/photo", extra={"photos": (picture, "me.png")}).status_code == 303
    page = one.get("/staff/me").get_data(as_text=True)
    address = "/files/" + page.split("/files/")[1].split('"')[0]
    assert one.get(address).status_code == 200


def test_absence(one, app, scene):
    for day in ("2026-11-22", "", "morgen"):
        assert post_form(one, "/staff/me/absence", last_day=day).status_code == 422
    assert post_form(one, "/staff/me/absence", last_day="2026-11-24", deputy_id=str(scene["two"])).status_code == 303
    with app.app_context():
        person = queries.get(scene["one"])
        assert person.is_away(NOON) and person.deputy_id == scene["two"]
        db.session.remove()
    assert post_form(one, "/staff/me/absence", back=True).status_code == 303
    with app.app_context():
        assert not queries.get(scene["one"]).is_away(NOON)
        db.session.remove()
