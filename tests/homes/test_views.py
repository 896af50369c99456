"""The pages as those who open them see them: visitors, owners, neighbours, staff inside and outside their scope."""

import io
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from homes import operations, queries
from homes.ledger import rows
from homes.models import Audience, ConstructionUpdate, FactorKind, LedgerImport, MilestoneKind, Ownership, UpdateState
from kernel import clock, outbox
from kernel.actor import SYSTEM
from kernel.db import db
from member.models import Member
from staff.models import StaffPerson
from tests.conftest import NOON
from tests.support.forms import form_on, post_form, send
from tests.support.homes import (
    a_building,
    a_factor,
    a_home,
    a_ledger,
    a_ledger_row,
    a_photo,
    a_picture,
    a_planned_building,
    an_update,
    lives_in,
    owned_home,
)
from tests.support.member import a_member, sign_in
from tests.support.staff import a_staff_person, sign_in_staff

CANARY = "邻居的金丝雀7731"


@pytest.fixture
def scene(app: Flask) -> SimpleNamespace:
    """An owner in Shanghai's building 12, a neighbour in the next building, staff here and in another city; all ids."""
    with app.app_context(), clock.at(NOON):
        building = a_planned_building("SH-SYT", "12", name="疏影庭", presale_permit="沪房预字演示032号")
        next_building = a_building("SH-SYT", "13")
        owner, neighbour, guest = a_member(name="林可航"), a_member(name="邻居甲"), a_member(name="欧阳若水")
        home = owned_home(owner, "12号902室", "SH-SYT", 买受人="林可航", 约定交付日期=date(2027, 6, 30))
        theirs = owned_home(neighbour, "13号902室", "SH-SYT", 买受人=CANARY)
        own = an_update(building, title="本栋十二层", photos=[a_photo()])
        public = an_update(building, title="公开进展", audience=Audience.PUBLIC, photos=[a_photo()])
        hidden = an_update(next_building, title=CANARY, text=CANARY, photos=[a_photo()])
        draft = an_update(building, title="草稿", published=False, audience=Audience.PUBLIC, photos=[a_photo()])
        handover = next(m.id for m in queries.milestones_of(building.id) if m.kind is MilestoneKind.HANDOVER)
        operations.state_forecast(handover, expected_on=date(2027, 6, 30), reason="按合同计划", actor=SYSTEM)
        operations.state_forecast(handover, expected_on=date(2027, 8, 15), reason="台风停工十二天", actor=SYSTEM)
        a_factor("SH-SYT")
        a_factor("SH-SYT", FactorKind.FAVOURABLE, title="口袋公园", distance_m=150, source="现场查看")
        updates = [own, public, hidden, draft]
        photos = {u.id: stored[0].token for u in updates for stored in [queries.photos_of(updates)[u.id]]}
        ids = SimpleNamespace(
            building=building.id,
            handover=handover,
            owner=owner.id,
            neighbour=neighbour.id,
            guest=guest.id,
            home=home.id,
            theirs=theirs.id,
            contract=queries.contracts_of(theirs.id)[0].number,
            own=own.id,
            public=public.id,
            hidden=hidden.id,
            draft=draft.id,
            own_photo=photos[own.id],
            public_photo=photos[public.id],
            hidden_photo=photos[hidden.id],
            draft_photo=photos[draft.id],
            administrator=a_staff_person("administrator").id,
            specialist=a_staff_person("specialist", "SH").id,
            elsewhere=a_staff_person("specialist", "SZ").id,
        )
        db.session.remove()
    return ids


def member_browser(app: Flask, member_id: int) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        member = db.session.get_one(Member, member_id)
        sign_in(client, member)
        db.session.remove()
    return client


def staff_browser(app: Flask, person_id: int) -> FlaskClient:
    with app.app_context():
        client = sign_in_staff(app.test_client(), db.session.get_one(StaffPerson, person_id))
        db.session.remove()
    return client


@pytest.fixture
def owner(client: FlaskClient, app: Flask, scene: SimpleNamespace) -> FlaskClient:
    return member_browser(app, scene.owner)


@pytest.fixture
def neighbour(client: FlaskClient, app: Flask, scene: SimpleNamespace) -> FlaskClient:
    return member_browser(app, scene.neighbour)


@pytest.fixture
def guest(client: FlaskClient, app: Flask, scene: SimpleNamespace) -> FlaskClient:
    return member_browser(app, scene.guest)


@pytest.fixture
def admin(client: FlaskClient, app: Flask, scene: SimpleNamespace) -> FlaskClient:
    return staff_browser(app, scene.administrator)


@pytest.fixture
def specialist(client: FlaskClient, app: Flask, scene: SimpleNamespace) -> FlaskClient:
    return staff_browser(app, scene.specialist)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    page = client.get(url)
    assert page.status_code == status, (url, page.status_code)
    text = page.get_data(as_text=True)
    if status == 200:
        assert len(re.findall(r"<h1[ >]", text)) == 1, url
        assert "<script>" not in text and " style=" not in text
    return text


# --- everybody --------------------------------------------------------------------------------------------------------


def test_visitors_read_projects_with_both_sides(client: FlaskClient, scene: SimpleNamespace) -> None:
    assert "疏影庭" in text_of(client, "/projects/")
    page = text_of(client, "/projects/SH-SYT")
    for words in ("西侧加油站", "口袋公园", "现场查看", "320", "沪房预字演示032号", "公开进展"):
        assert words in page
    assert "本栋十二层" not in page and CANARY not in page and "草稿" not in page
    text_of(client, "/projects/NIX", 404)


def test_projects_are_filtered_by_city(client: FlaskClient, scene: SimpleNamespace) -> None:
    assert "疏影庭" in text_of(client, "/projects/?city=SH")
    assert "疏影庭" not in text_of(client, "/projects/?city=GZ")


def test_pages_speak_english(client: FlaskClient, scene: SimpleNamespace) -> None:
    client.set_cookie("locale", "en")
    page = text_of(client, "/projects/SH-SYT")
    assert "What you should know before you buy" in page and "320 m outside the red line" in page


def test_public_pages_stay_within_eight_queries(client: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    for url in ("/projects/", "/projects/SH-SYT"):
        before = app.extensions["query_counter"].count
        text_of(client, url)
        assert app.extensions["query_counter"].count - before <= 8, url


def test_a_member_confirms_having_read_the_facts(guest: FlaskClient, scene: SimpleNamespace, app: Flask) -> None:
    refused = post_form(guest, "/projects/SH-SYT", "/projects/SH-SYT/reading")
    assert refused.status_code == 422
    assert post_form(guest, "/projects/SH-SYT", "/projects/SH-SYT/reading", read=True).status_code == 303
    with app.app_context():
        assert queries.read_version(scene.guest, "SH-SYT")
    assert "/reading" not in text_of(guest, "/projects/SH-SYT")


# --- owners -----------------------------------------------------------------------------------------------------------


def test_an_owner_sees_the_home_with_three_dates_stages_and_the_own_buildings_news(
    owner: FlaskClient, scene: SimpleNamespace
) -> None:
    assert "12号902室" in text_of(owner, "/me/homes/")
    page = text_of(owner, f"/me/homes/{scene.home}")
    for words in (
        "本栋十二层",
        "公开进展",
        "2027年6月30日",
        "2027年8月15日",
        "台风停工十二天",
        "按合同计划",
        "31%",
        "林可航",
    ):
        assert words in page, words
    assert CANARY not in page and "草稿" not in page


def test_the_home_page_stays_within_eight_queries(owner: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    for url in ("/me/homes/", f"/me/homes/{scene.home}"):
        before = app.extensions["query_counter"].count
        text_of(owner, url)
        assert app.extensions["query_counter"].count - before <= 9, url


@pytest.mark.parametrize("who", ["owner", "guest"])
def test_a_neighbours_home_is_like_one_that_never_was(
    who: str, scene: SimpleNamespace, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    theirs, never = client.get(f"/me/homes/{scene.theirs}"), client.get("/me/homes/999999999")
    assert theirs.status_code == never.status_code == 404
    blank = lambda page: re.sub(r"[0-9A-F]{8}|/me/homes/\d+|value=\"[^\"]+\"", "", page.get_data(as_text=True))  # noqa: E731
    assert blank(theirs) == blank(never)


def test_a_member_without_home_is_told_what_to_do(guest: FlaskClient, scene: SimpleNamespace) -> None:
    assert "/me/homes/binding" in text_of(guest, "/me/homes/")


def test_family_does_not_see_the_contract(app: Flask, guest: FlaskClient, scene: SimpleNamespace) -> None:
    with app.app_context(), clock.at(NOON):
        lives_in(db.session.get_one(Member, scene.guest), queries.home(scene.home))  # type: ignore[arg-type]
        number = queries.contracts_of(scene.home)[0].number
        db.session.remove()
    page = text_of(guest, f"/me/homes/{scene.home}")
    assert "本栋十二层" in page and number not in page and "林可航" not in page


def test_signed_out_people_are_sent_to_sign_in(client: FlaskClient, scene: SimpleNamespace) -> None:
    for url in ("/me/homes/", f"/me/homes/{scene.home}", "/me/homes/binding"):
        assert "/sign-in" in client.get(url).headers["Location"]


@pytest.mark.parametrize(
    ("who", "photo", "status"),
    [
        ("owner", "own_photo", 200),
        ("neighbour", "own_photo", 404),
        ("guest", "own_photo", 404),
        ("specialist", "own_photo", 200),
        ("specialist", "draft_photo", 200),
        ("owner", "hidden_photo", 404),
        ("owner", "draft_photo", 404),
        ("guest", "public_photo", 200),
    ],
)
def test_photos_open_for_those_they_are_meant_for(
    who: str, photo: str, status: int, scene: SimpleNamespace, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    assert client.get(f"/files/{getattr(scene, photo)}/320.webp").status_code == status


def test_photos_of_public_updates_need_no_signing_in_and_others_do(
    client: FlaskClient, scene: SimpleNamespace, app: Flask
) -> None:
    assert client.get(f"/files/public/{scene.public_photo}/320.webp").status_code == 200
    for token in (scene.own_photo, scene.draft_photo, scene.hidden_photo):
        assert client.get(f"/files/public/{token}/320.webp").status_code == 404
    with app.app_context():
        operations.withdraw_update(scene.public, reason="有误", actor=SYSTEM)
    assert client.get(f"/files/public/{scene.public_photo}/320.webp").status_code == 404
    elsewhere = staff_browser(app, scene.elsewhere)
    assert elsewhere.get(f"/files/{scene.own_photo}/320.webp").status_code == 404


# --- binding ----------------------------------------------------------------------------------------------------------


def _rights(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Ownership)) or 0


def test_binding_with_contract_and_last_four(guest: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    with app.app_context(), clock.at(NOON):
        home = a_home("12号1001室", "SH-SYT")
        home_id, number = home.id, queries.contracts_of(home.id)[0].number
        db.session.remove()
    answer = post_form(guest, "/me/homes/binding", contract_number=number, last_four="0012")
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/me/homes/{home_id}")
    assert "12号1001室" in text_of(guest, f"/me/homes/{home_id}")


@pytest.mark.parametrize(
    ("number", "last_four"),
    [("NIX-1", "0012"), (None, "9999"), (None, "12"), ("", "0012"), ("X" * 41, "0012"), ("合同\x00号", "0012")],
)
def test_a_refused_binding_keeps_what_was_typed_and_changes_nothing(
    guest: FlaskClient, app: Flask, scene: SimpleNamespace, number: str | None, last_four: str
) -> None:
    before = _rights(app)
    given = scene.contract if number is None else number
    answer = post_form(guest, "/me/homes/binding", contract_number=given, last_four=last_four)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and _rights(app) == before
    assert CANARY not in page and (not given.isprintable() or given[:40] in page)


def test_guessing_ends_after_five_attempts(guest: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    for _n in range(5):
        answer = post_form(guest, "/me/homes/binding", contract_number=scene.contract, last_four="9999")
        assert answer.status_code == 422
    answer = post_form(guest, "/me/homes/binding", contract_number=scene.contract, last_four="0012")
    assert answer.status_code == 429


# --- staff: search and rights -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("12-902", True),
        ("12号902室", True),
        ("十二号九〇二室", True),
        ("１２号９０２", True),
        ("12栋902", True),
        ("疏影庭 12号902", True),
        ("SH-SYT 12-902", True),
        ("902", True),
        ("12号", True),
        ("SH-SYT.P1.B12.0902", True),
        ("12-903", False),
        ("屿禾里 12-902", False),
        ("随便", False),
        ("%", False),
    ],
)
def test_staff_find_homes_however_the_number_is_written(
    specialist: FlaskClient, scene: SimpleNamespace, words: str, found: bool
) -> None:
    page = specialist.get("/staff/homes", query_string={"q": words}).get_data(as_text=True)
    assert (f"/staff/homes/{scene.home}" in page) is found


STAFF_PAGES = (
    "/staff/homes/{home}",
    "/staff/homes/projects/SH-SYT",
    "/staff/homes/projects/SH-SYT/updates",
    "/staff/homes/buildings/{building}",
    "/staff/homes/milestones/{handover}",
    "/staff/homes/updates/{own}",
    "/staff/homes/updates/{draft}/words",
)


@pytest.mark.parametrize("url", STAFF_PAGES)
def test_staff_pages_open_inside_the_scope_and_do_not_exist_outside(
    url: str, specialist: FlaskClient, app: Flask, scene: SimpleNamespace
) -> None:
    url = url.format(**vars(scene))
    page = text_of(specialist, url)
    assert "+86199" not in page
    text_of(staff_browser(app, scene.elsewhere), url, 404)
    text_of(member_browser(app, scene.owner), url, 404)


@pytest.mark.parametrize(
    "url", ["/staff/homes/imports", "/staff/homes/projects/SH-SYT/text", "/staff/homes/projects/SH-SYT/factors"]
)
def test_a_specialist_neither_imports_nor_edits_facts(url: str, specialist: FlaskClient, admin: FlaskClient) -> None:
    text_of(specialist, url, 403)
    text_of(admin, url)


def test_lists_of_other_cities_are_empty(app: Flask, client: FlaskClient, scene: SimpleNamespace) -> None:
    elsewhere = staff_browser(app, scene.elsewhere)
    for asked in ("", "?q=12-902", "?q=902", "?q=疏影庭", "?project=SH-SYT", "?q=SH-SYT.P1.B12.0902"):
        page = text_of(elsewhere, f"/staff/homes{asked}")
        assert f"/staff/homes/{scene.home}" not in page and "<h3>疏影庭" not in page


def test_staff_bind_and_unbind_by_hand(specialist: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    with app.app_context():
        number = db.session.get_one(Member, scene.guest).number
        db.session.remove()
    url = f"/staff/homes/{scene.home}"
    wrong = post_form(specialist, url, f"{url}/rights", member_number="00000000", role="family", reason="已核对")
    assert wrong.status_code == 422
    assert (
        post_form(specialist, url, f"{url}/rights", member_number=number, role="family", reason="已核对").status_code
        == 303
    )
    with app.app_context():
        right = queries.right_for(scene.guest, scene.home)
        assert right is not None
        right_id = right.id
        db.session.remove()
    assert post_form(specialist, url, f"{url}/rights/{right_id}/end", reason="").status_code == 422
    assert post_form(specialist, url, f"{url}/rights/{right_id}/end", reason="搬走").status_code == 303
    with app.app_context():
        assert queries.right_for(scene.guest, scene.home) is None
    assert specialist.post(f"/staff/homes/{scene.theirs}/rights/{right_id}/end").status_code in {400, 404}


# --- staff: imports ---------------------------------------------------------------------------------------------------


def _upload(client: FlaskClient, *given: dict[str, Any]) -> str:
    answer = post_form(client, "/staff/homes/imports", extra={"file": (a_ledger(given), "台账.xlsx")})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_ledger_is_checked_then_applied_then_known(admin: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    good = a_ledger_row("12号1101室", "SH-SYT")
    given = [good, a_ledger_row("@SUM(1+1)", "SH-SYT")]
    url = _upload(admin, *given)
    assert "正在" in text_of(admin, url) or "hx-get" in text_of(admin, url)
    with app.app_context():
        outbox.deliver_due()
        assert db.session.get_one(LedgerImport, int(url.rsplit("/", 1)[1])).applied_at is None
        db.session.remove()
    page = text_of(admin, url)
    assert "@SUM(1+1)" in page and "/application" in page
    table = admin.get(url + "/errors.csv")
    assert table.mimetype == "text/csv" and "'@SUM(1+1)" in table.get_data(as_text=True)
    assert post_form(admin, url, url + "/application").status_code == 303
    with app.app_context():
        outbox.deliver_due()
        db.session.remove()
    assert "/application" not in text_of(admin, url)
    again = _upload(admin, *given)
    with app.app_context():
        outbox.deliver_due()
        db.session.remove()
    assert "/application" not in text_of(admin, again)
    assert "12号1101室" in text_of(admin, "/staff/homes?q=12-1101")


def test_the_same_upload_twice_is_one_import(admin: FlaskClient, app: Flask, scene: SimpleNamespace) -> None:
    form = form_on(admin, "/staff/homes/imports")
    content = a_ledger([a_ledger_row("12号1101室", "SH-SYT")]).getvalue()
    places = {send(admin, form, extra={"file": (io.BytesIO(content), "a.xlsx")}).headers["Location"] for _n in range(2)}
    assert len(places) == 1


@pytest.mark.parametrize("content", [b"", b"no ledger\n1,2\n", b"PK\x03\x04junk"])
def test_what_is_no_ledger_is_said_beside_the_field(admin: FlaskClient, app: Flask, content: bytes) -> None:
    with app.app_context():
        before = db.session.scalar(sa.select(sa.func.count()).select_from(LedgerImport))
    answer = post_form(admin, "/staff/homes/imports", extra={"file": (io.BytesIO(content), "a.xlsx")})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(LedgerImport)) == before


def test_a_missing_file_is_said(admin: FlaskClient) -> None:
    assert post_form(admin, "/staff/homes/imports").status_code == 422


# --- staff: facts and progress ----------------------------------------------------------------------------------------


def test_a_fact_is_published_and_changed(
    admin: FlaskClient, client: FlaskClient, app: Flask, scene: SimpleNamespace
) -> None:
    url = "/staff/homes/projects/SH-SYT/factors"
    facts = {"kind": "unfavourable", "title": "变电站", "text": "围墙外西侧。", "distance_m": "310", "source": "公示图"}
    assert post_form(admin, url, **(facts | {"source": ""})).status_code == 422
    assert post_form(admin, url, **facts).status_code == 303
    assert "变电站" in text_of(client, "/projects/SH-SYT")
    assert post_form(admin, url + "/3", distance_m="300", reason="").status_code == 422
    assert post_form(admin, url + "/3", distance_m="300", reason="复测").status_code == 303
    assert "距红线外 300 米" in text_of(client, "/projects/SH-SYT") or "300" in text_of(client, "/projects/SH-SYT")
    text_of(admin, url + "/99", 404)


def test_the_projects_page_is_edited(admin: FlaskClient, client: FlaskClient, scene: SimpleNamespace) -> None:
    answer = post_form(admin, "/staff/homes/projects/SH-SYT/text", summary="在建，三十层。", presale_permit="新证号")
    assert answer.status_code == 303 and "新证号" in text_of(client, "/projects/SH-SYT")


def test_an_update_goes_from_draft_to_owners_and_back(
    specialist: FlaskClient, owner: FlaskClient, app: Flask, scene: SimpleNamespace
) -> None:
    url = "/staff/homes/projects/SH-SYT/updates"
    words = {"building_id": str(scene.building), "audience": "building", "title": "十三层封模", "text": "按计划进行。"}
    photo = (io.BytesIO(a_picture()), "工地.jpg")
    answer = post_form(specialist, url, extra={"photos": photo}, taken_on="2026-11-20", **words)
    assert answer.status_code == 303
    update_url = answer.headers["Location"]
    assert "十三层封模" not in text_of(owner, f"/me/homes/{scene.home}")
    assert post_form(specialist, update_url + "/words", title="十三层封顶模板").status_code == 303
    assert post_form(specialist, update_url, update_url + "/review").status_code == 303
    assert post_form(specialist, update_url, update_url + "/publication").status_code == 303
    assert "十三层封顶模板" in text_of(owner, f"/me/homes/{scene.home}")
    withdrawal = form_on(specialist, update_url, update_url + "/withdrawal")
    again = specialist.post(update_url + "/publication", data=withdrawal.values)
    assert again.status_code == 409
    assert post_form(specialist, update_url, update_url + "/withdrawal", reason="").status_code == 422
    assert post_form(specialist, update_url, update_url + "/withdrawal", reason="照片有误").status_code == 303
    assert "十三层封顶模板" not in text_of(owner, f"/me/homes/{scene.home}")


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"building_id": "0"}, 422),
        ({"building_id": "999999"}, 422),
        ({"building_id": "x"}, 422),
        ({"audience": "home", "home": "9999"}, 422),
        ({"audience": "everybody"}, 422),
        ({"title": ""}, 422),
        ({"title": "长" * 81}, 422),
        ({"text": ""}, 422),
        ({"taken_on": "gestern"}, 422),
        ({"taken_on": "2026-11-24"}, 422),
    ],
)
def test_a_refused_update_says_why_and_keeps_nothing(
    specialist: FlaskClient, app: Flask, scene: SimpleNamespace, facts: dict[str, str], status: int
) -> None:
    given = {
        "building_id": str(scene.building),
        "audience": "building",
        "title": "标题",
        "text": "文字",
        "taken_on": "2026-11-20",
    }
    answer = post_form(specialist, "/staff/homes/projects/SH-SYT/updates", **(given | facts))
    assert answer.status_code == status
    with app.app_context():
        titles = set(db.session.scalars(sa.select(ConstructionUpdate.title)))
        assert "标题" not in titles and "长" * 81 not in titles


def test_a_file_that_is_no_photo_is_refused(specialist: FlaskClient, scene: SimpleNamespace) -> None:
    words = {"building_id": str(scene.building), "title": "标题", "text": "文字"}
    junk = (io.BytesIO(b"<svg onload=alert(1)>"), "a.jpg")
    answer = post_form(specialist, "/staff/homes/projects/SH-SYT/updates", extra={"photos": junk}, **words)
    assert answer.status_code == 422 and "文字" in answer.get_data(as_text=True)


def test_staff_of_another_city_cannot_take_any_step(app: Flask, client: FlaskClient, scene: SimpleNamespace) -> None:
    elsewhere = staff_browser(app, scene.elsewhere)
    page = elsewhere.get("/staff/homes").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    token = found.group(1) if found else ""
    for step in ("review", "publication", "withdrawal"):
        answer = elsewhere.post(f"/staff/homes/updates/{scene.draft}/{step}", data={"csrf_token": token, "reason": "x"})
        assert answer.status_code == 404
    with app.app_context():
        assert db.session.get_one(ConstructionUpdate, scene.draft).state is UpdateState.DRAFT


def test_a_forecast_and_a_fact_are_stated(specialist: FlaskClient, owner: FlaskClient, scene: SimpleNamespace) -> None:
    url = f"/staff/homes/milestones/{scene.handover}"
    late = post_form(specialist, url, url + "/forecasts", expected_on="2027-09-01", reason="")
    assert late.status_code == 422
    past = post_form(specialist, url, url + "/forecasts", expected_on="2026-01-01", reason="早")
    assert past.status_code == 422
    assert (
        post_form(specialist, url, url + "/forecasts", expected_on="2027-09-01", reason="材料晚到").status_code == 303
    )
    page = text_of(owner, f"/me/homes/{scene.home}")
    assert "2027年9月1日" in page and "材料晚到" in page and "2027年8月15日" in page
    assert post_form(specialist, url, url + "/fact", reached_on="2026-12-01").status_code == 422
    assert post_form(specialist, url, url + "/fact", reached_on="2026-11-22", evidence="交付记录").status_code == 303


def test_rows_have_a_heading(app: Flask) -> None:
    assert rows.CONTRACT in rows.COLUMNS
