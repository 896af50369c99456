"""The pages of the events, as each kind of visitor meets them."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from events import operations, queries, tickets
from events.models import Audience, Event, EventState, Registration, RegistrationState
from kernel import clock
from kernel.actor import SYSTEM
from kernel.db import db
from member.models import Member, Notice
from tests.conftest import NOON
from tests.support.events import a_draft, a_key, a_sign_up, an_event, facts
from tests.support.forms import form_on, post_form, send
from tests.support.member import a_member, sign_in
from tests.support.staff import a_staff_person, sign_in_staff


@pytest.fixture
def scene(app):
    """Set a scene inside an application context that is closed before the browser comes."""

    def run(call):
        with app.app_context(), clock.at(NOON):
            result = call()
            db.session.remove()
            return result

    return run


@pytest.fixture
def member(scene, client):
    """A signed-in member."""
    person = scene(a_member)
    with clock.at(NOON):
        sign_in(client, person)
    return person


def only(scene, model=Registration):
    return scene(lambda: db.session.scalars(sa.select(model).order_by(model.id.desc())).first())


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    return answer.get_data(as_text=True)


# --- who sees what (Z01-Z03) -------------------------------------------------------------------------------------------


def test_a_visitor_reads_the_list_and_an_event(scene, client):
    event = scene(an_event)
    assert "五号楼开放参观" in page(client, "/events/")
    text = page(client, f"/events/{event.id}")
    assert text.count("<h1") == 1
    assert f"/sign-in?next=/events/{event.id}" in text.replace("%2F", "/")


def test_the_list_is_filtered_by_city_kind_and_time(scene, client):
    scene(lambda: an_event(title_zh="深圳的活动"))
    scene(lambda: an_event(title_zh="上海的活动", city_code="SH"))
    text = page(client, "/events/?city=SH")
    assert "上海的活动" in text
    assert "深圳的活动" not in text
    assert "深圳的活动" not in page(client, "/events/?when=past")
    assert "深圳的活动" not in page(client, "/events/?kind=care")
    assert page(client, "/events/?kind=%27&after=nonsense&city=x")


def test_an_empty_list_says_what_to_do(client):
    assert "/events/?when=past" in page(client, "/events/")


def test_the_list_goes_on_by_key(scene, client):
    for n in range(22):
        scene(lambda n=n: an_event(title_zh=f"活动{n:02d}", starts_at=NOON + timedelta(days=10 + n)))
    first = page(client, "/events/")
    assert "活动19" in first
    assert "活动20" not in first
    onward = re.search(r'href="(/events/\?after=[^"]+)"', first).group(1)
    assert "活动21" in page(client, onward)


def test_drafts_do_not_exist(scene, client, member):
    draft = scene(a_draft)
    page(client, f"/events/{draft.id}", 404)


@pytest.mark.parametrize(("audience", "status"), [(Audience.MEMBERS, 302), (Audience.OWNERS, 302)])
def test_a_guest_is_asked_to_sign_in_for_what_members_see(scene, client, audience, status):
    event = scene(lambda: an_event(audience=audience, project_code="SZ-CLW"))
    answer = client.get(f"/events/{event.id}")
    assert answer.status_code == status
    assert "/sign-in" in answer.location
    assert "五号楼开放参观" not in page(client, "/events/")


def test_owners_events_do_not_exist_for_other_members(scene, client, member):
    event = scene(lambda: an_event(audience=Audience.OWNERS, project_code="SZ-CLW"))
    page(client, f"/events/{event.id}", 404)
    assert client.post(f"/events/{event.id}/registration").status_code in {400, 404}
    assert "五号楼开放参观" not in page(client, "/events/")
    assert only(scene) is None


@pytest.mark.parametrize("event_id", [999_999, 9_223_372_036_854_775_807])
def test_an_event_that_never_was_is_not_found(client, event_id):
    page(client, f"/events/{event_id}", 404)


# --- signing up (Z27-Z30) ----------------------------------------------------------------------------------------------


def test_a_member_signs_up_with_two_companions_and_holds_a_ticket(scene, client, member):
    event = scene(an_event)
    answer = post_form(client, f"/events/{event.id}", f"/events/{event.id}/registration", adults="2", preschoolers="1")
    assert answer.status_code == 303
    registration = only(scene)
    assert (registration.heads, registration.state) == (3, RegistrationState.SEATED)
    text = page(client, answer.location)
    assert tickets.shown(registration.ticket_code) in text
    assert "<svg" in text
    assert "style=" not in text
    assert "五号楼开放参观" in page(client, "/me/tickets/")


def test_the_same_form_twice_leads_to_the_same_ticket(scene, client, member):
    event = scene(an_event)
    form = form_on(client, f"/events/{event.id}", f"/events/{event.id}/registration")
    first, second = send(client, form), send(client, form)
    assert first.location == second.location
    assert scene(lambda: db.session.get(Event, event.id)).heads_taken == 1


def test_a_refusal_shows_the_page_again_with_what_was_chosen(scene, client, member):
    event = scene(lambda: an_event(safety_notice="进场请戴安全帽。"))
    answer = post_form(client, f"/events/{event.id}", f"/events/{event.id}/registration", adults="3")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in text
    assert '<option selected value="3">' in text
    assert only(scene) is None


def test_numbers_that_the_page_does_not_offer_are_refused(scene, client, member):
    event = scene(an_event)
    for adults in ("0", "99", "-1", "x", "", "１"):
        answer = post_form(client, f"/events/{event.id}", f"/events/{event.id}/registration", extra={"adults": adults})
        assert answer.status_code == 422, adults
    assert only(scene) is None


def test_a_full_event_offers_the_waiting_list_and_then_the_place(scene, client, member):
    event = scene(lambda: an_event(capacity=1))
    first = scene(lambda: a_sign_up(event, a_member()))
    answer = post_form(client, f"/events/{event.id}", f"/events/{event.id}/registration")
    own = only(scene)
    assert own.state is RegistrationState.WAITING
    waiting = page(client, answer.location)
    assert "1" in waiting
    assert f"/me/tickets/{own.id}/acceptance" not in waiting
    scene(lambda: operations.cancel(first.id, actor=SYSTEM))
    assert post_form(client, f"/me/tickets/{own.id}", f"/me/tickets/{own.id}/acceptance").status_code == 303
    assert only(scene).is_seated
    late = client.post(f"/me/tickets/{own.id}/refusal", data={"csrf_token": token(client, own)})
    assert late.status_code == 409


def token(client, own):
    return re.search(r'name="csrf_token" value="([^"]+)"', page(client, f"/me/tickets/{own.id}")).group(1)


def test_giving_back_and_the_second_click(scene, client, member):
    event = scene(an_event)
    own = scene(lambda: a_sign_up(event, member))
    form = form_on(client, f"/me/tickets/{own.id}", f"/me/tickets/{own.id}/cancellation")
    assert send(client, form).status_code == 303
    assert send(client, form).status_code == 409
    assert scene(lambda: db.session.get(Event, event.id)).heads_taken == 0


def test_after_the_agreed_moment_the_ticket_names_the_phone_and_offers_no_button(scene, client, member, app):
    event = scene(lambda: an_event(cancel_until=NOON + timedelta(hours=1)))
    own = scene(lambda: a_sign_up(event, member))
    cancellation, sentence = f'action="/me/tickets/{own.id}/cancellation"', "线上退名额已截止，请来电"
    before = page(client, f"/me/tickets/{own.id}")
    assert cancellation in before
    assert sentence not in before
    with clock.at(NOON + timedelta(hours=1)):
        after = page(client, f"/me/tickets/{own.id}")
    assert cancellation not in after
    assert "前取消" not in after
    assert sentence in after
    assert app.extensions["settings"].hotline in after


@pytest.mark.parametrize(("until", "promised"), [(timedelta(hours=1), True), (timedelta(0), False)])
def test_a_message_promises_giving_back_only_while_it_works(scene, client, member, until, promised):
    event = scene(lambda: an_event(starts_at=NOON + timedelta(hours=3), cancel_until=NOON + until))
    scene(lambda: a_sign_up(event, member))
    changed = facts(starts_at=NOON + timedelta(hours=4), cancel_until=NOON + until)
    scene(lambda: operations.edit(event.id, changed, actor=SYSTEM))
    scene(lambda: operations.tell_change(event.id, actor=SYSTEM))
    told = scene(lambda: db.session.scalars(sa.select(Notice.body).where(Notice.member_id == member.id)).all())
    assert len(told) >= 2
    for sentence in ("前可线上退名额", "可在“我的活动票”中退名额"):
        assert any(sentence in body for body in told) is promised, sentence


def test_anothers_ticket_does_not_exist(scene, client, member):
    event = scene(an_event)
    other = scene(lambda: a_sign_up(event, a_member()))
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page(client, f"/events/{event.id}")).group(1)
    for path in ("", "/calendar.ics"):
        page(client, f"/me/tickets/{other.id}{path}", 404)
    for path in ("cancellation", "acceptance", "refusal"):
        assert client.post(f"/me/tickets/{other.id}/{path}", data={"csrf_token": csrf}).status_code == 404
    assert scene(lambda: db.session.get(Registration, other.id)).is_seated


def test_without_signing_in_nothing_is_shown_or_done(scene, client):
    event = scene(an_event)
    for url in ("/me/tickets/", "/me/tickets/1", "/me/tickets/1/calendar.ics"):
        assert client.get(url).status_code == 302
    assert client.post(f"/events/{event.id}/registration").status_code in {302, 400}
    assert only(scene) is None


def test_the_calendar_file_is_handed_out(scene, client, member):
    event = scene(an_event)
    own = scene(lambda: a_sign_up(event, member))
    answer = client.get(f"/me/tickets/{own.id}/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert own.ticket_code.encode() not in answer.data


def test_pages_ask_the_database_little(app, scene, client, member):
    event = scene(lambda: an_event(capacity=2))
    own = scene(lambda: a_sign_up(event, member))
    scene(lambda: a_sign_up(event, a_member(), adults=2))
    for url in ("/events/", f"/events/{event.id}", "/me/tickets/", f"/me/tickets/{own.id}"):
        counter = app.extensions["query_counter"]
        before = counter.count
        page(client, url)
        assert counter.count - before <= 8, (url, counter.count - before)


# --- the desk (Z33, Z34, Z36) ------------------------------------------------------------------------------------------


@pytest.fixture
def desk(scene, client):
    """Sign a person of the staff in; returns a function of role and city."""

    def run(role="event_staff", city="SZ"):
        person = scene(lambda: a_staff_person(role, city_code=city))
        with clock.at(NOON):
            sign_in_staff(client, person)
        return person

    return run


def fields(**changes):
    usual = {
        "kind": "open_day",
        "title_zh": "云湖里五号楼开放参观",
        "text_zh": "看看您的家。",
        "city_code": "SZ",
        "place": "营销中心",
        "address": "云湖路 1 号",
        "starts_at": "2026-12-05T14:00",
        "ends_at": "2026-12-05T16:00",
        "capacity": "50",
    }
    return {**usual, **changes}


@pytest.fixture
def cities(scene):
    """Shenzhen and Shanghai as city companies."""
    from homes.models import City
    from kernel.db import operation

    @operation
    def plant():
        for code, name in (("SZ", "深圳"), ("SH", "上海")):
            if db.session.scalar(sa.select(City).where(City.code == code)) is None:
                db.session.add(City(code=code, name=name))

    scene(plant)


def test_staff_draft_publish_and_cancel_an_event(scene, client, desk, cities):
    desk()
    answer = post_form(client, "/staff/events/new", **fields())
    assert answer.status_code == 303, answer.get_data(as_text=True)
    event = only(scene, Event)
    assert (event.state, event.starts_at.hour, event.closes_at) == (EventState.DRAFT, 6, event.starts_at)
    assert event.cancel_until == event.starts_at - timedelta(hours=24)
    assert post_form(client, f"/staff/events/{event.id}", f"/staff/events/{event.id}/publication").status_code == 303
    assert only(scene, Event).is_published
    changed = post_form(client, f"/staff/events/{event.id}/edit", title_zh="新标题", capacity="60")
    assert changed.status_code == 303
    assert (only(scene, Event).title_zh, only(scene, Event).capacity) == ("新标题", 60)
    empty = post_form(client, f"/staff/events/{event.id}/cancellation", reason="")
    assert empty.status_code == 422
    assert post_form(client, f"/staff/events/{event.id}/cancellation", reason="台风").status_code == 303
    assert only(scene, Event).is_cancelled


def test_an_event_of_the_same_day_promises_no_moment_that_is_over(scene, client, desk, cities):
    desk()
    given = fields(starts_at="2026-11-23T18:00", ends_at="2026-11-23T20:00")
    assert post_form(client, "/staff/events/new", **given).status_code == 303
    draft = only(scene, Event)
    assert (draft.opens_at, draft.cancel_until) == (NOON, NOON)
    later = NOON + timedelta(minutes=20)
    with clock.at(later):
        assert (
            post_form(client, f"/staff/events/{draft.id}", f"/staff/events/{draft.id}/publication").status_code == 303
        )
    published = only(scene, Event)
    assert (published.opens_at, published.cancel_until) == (later, later)


def test_what_staff_decided_about_the_moments_is_kept_at_publishing(scene, client, desk, cities):
    desk()
    given = fields(opens_at="2026-11-28T09:00", cancel_until="2026-12-05T10:00")
    assert post_form(client, "/staff/events/new", **given).status_code == 303
    draft = only(scene, Event)
    post_form(client, f"/staff/events/{draft.id}", f"/staff/events/{draft.id}/publication")
    published = only(scene, Event)
    assert published.is_published
    assert (published.opens_at, published.cancel_until) == (draft.opens_at, draft.cancel_until)
    assert published.cancel_until == published.starts_at - timedelta(hours=4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh": ""},
        {"title_zh": "长" * 81},
        {"capacity": "0"},
        {"capacity": "五十"},
        {"starts_at": "2026-13-40T99:00"},
        {"starts_at": "9999-12-05T14:00"},
        {"ends_at": "2026-12-05T13:00"},
        {"cancel_until": "2026-12-06T13:00"},
        {"audience": "owners"},
        {"title_zh": "标题\x00"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(scene, client, desk, cities, wrong):
    desk()
    answer = post_form(client, "/staff/events/new", **fields(**wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert only(scene, Event) is None


def test_staff_set_up_only_within_their_city(scene, client, desk, cities):
    desk(city="SH")
    assert (
        post_form(client, "/staff/events/new", extra={"city_code": "SZ"}, **fields(city_code="SH")).status_code == 422
    )
    assert only(scene, Event) is None


def test_another_citys_event_does_not_exist(scene, client, desk):
    event = scene(an_event)
    desk(city="SH")
    assert "五号楼开放参观" not in page(client, "/staff/events/")
    for path in ("", "/edit", "/check-in", "/cancellation"):
        page(client, f"/staff/events/{event.id}{path}", 404)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("event_staff", {"": 200, "/edit": 200, "/check-in": 200}),
        ("manager", {"": 200, "/edit": 403, "/check-in": 403}),
        ("auditor", {"": 200, "/edit": 403, "/check-in": 403}),
        ("administrator", {"": 200, "/edit": 200, "/check-in": 200}),
    ],
)
def test_each_role_may_what_the_matrix_says(scene, client, desk, cities, role, expected):
    event = scene(an_event)
    desk(role=role)
    for path, status in expected.items():
        page(client, f"/staff/events/{event.id}{path}", status)


def test_members_and_guests_do_not_know_the_back_office(scene, client):
    event = scene(an_event)
    assert client.get(f"/staff/events/{event.id}").status_code == 302
    person = scene(a_member)
    with clock.at(NOON):
        sign_in(client, person)
    page(client, f"/staff/events/{event.id}", 404)


def test_drafts_are_for_those_who_prepare(scene, client, desk):
    draft = scene(a_draft)
    desk(role="manager")
    page(client, f"/staff/events/{draft.id}", 404)
    assert "五号楼开放参观" not in page(client, "/staff/events/?view=drafts")


def test_the_attendee_list_is_masked(scene, client, desk):
    event = scene(an_event)
    person = scene(lambda: a_member(name="欧阳明远"))
    scene(lambda: a_sign_up(event, person))
    desk()
    text = page(client, f"/staff/events/{event.id}")
    assert "欧阳**" in text
    assert "欧阳明远" not in text
    assert person.mobile[-8:] not in text
    scene(lambda: a_staff_person("manager", city_code="SZ"))


def test_who_may_not_see_attendees_sees_only_figures(scene, client, desk):
    event = scene(an_event)
    scene(lambda: a_sign_up(event, a_member(name="欧阳明远")))
    desk(role="manager")
    assert "欧阳" not in page(client, f"/staff/events/{event.id}")


@pytest.fixture
def party(scene):
    """A party of four for an event that starts in two hours."""
    event = scene(lambda: an_event(starts_at=NOON + timedelta(hours=2), cancel_until=NOON))
    return scene(lambda: a_sign_up(event, a_member(), adults=4))


@pytest.mark.parametrize("scanned", [True, False])
def test_a_ticket_is_read_by_camera_or_letters_and_the_party_comes_in(scene, client, desk, party, scanned):
    desk()
    door = f"/staff/events/{party.event_id}/check-in"
    with client.application.app_context():
        code = tickets.signed(party.id, party.ticket_code) if scanned else tickets.shown(party.ticket_code).lower()
    answer = post_form(client, door, code=code)
    assert answer.location == f"/staff/events/{party.event_id}/parties/{party.id}"
    form = form_on(client, answer.location, answer.location + "/check-ins")
    assert form.values["heads"] == "4"
    assert send(client, form, heads="3").status_code == 303
    assert send(client, form, heads="3").status_code == 303  # pressed again on a slow network
    assert only(scene).heads_in == 3
    again = form_on(client, answer.location, answer.location + "/check-ins")
    assert again.values["heads"] == "1"
    assert send(client, again).status_code == 303
    assert only(scene).heads_in == 4
    fifth = send(client, again, form_key=a_key())
    assert fifth.status_code == 409
    assert only(scene).heads_in == 4


@pytest.mark.parametrize(("code", "status"), [("AAAAA-BBBBB", 404), ("nonsense", 404), ("", 422), ("A" * 200, 422)])
def test_an_unknown_code_is_refused_in_a_sentence(client, desk, party, code, status):
    desk()
    answer = post_form(client, f"/staff/events/{party.event_id}/check-in", code=code)
    assert answer.status_code == status
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_four_digits_of_the_mobile_find_the_one_party_of_this_event(scene, client, desk, party):
    desk()
    tail = scene(lambda: db.session.get(Member, party.member_id).mobile[-4:])
    elsewhere = scene(lambda: an_event(title_zh="另一场"))
    scene(lambda: a_sign_up(elsewhere, a_member(mobile=f"+861880001{tail}")))
    door = f"/staff/events/{party.event_id}/check-in"
    answer = post_form(client, door, code=tail)
    assert (answer.status_code, answer.location) == (303, f"/staff/events/{party.event_id}/parties/{party.id}")
    confirmed = post_form(client, answer.location, answer.location + "/check-ins", heads="1")
    assert "周** 已签到，入场 1 人" in page(client, confirmed.location)


def test_several_with_the_same_four_digits_are_listed_masked(scene, client, desk):
    event = scene(lambda: an_event(starts_at=NOON + timedelta(hours=2)))
    numbers = {"欧阳明远": "+8613900017788", "司马清": "+8613700027788", "诸葛宁": "+8613600037788"}
    guests = {name: scene(lambda n=name, m=mobile: a_member(mobile=m, name=n)) for name, mobile in numbers.items()}
    parties = {name: scene(lambda g=guest: a_sign_up(event, g)) for name, guest in guests.items()}
    scene(lambda: operations.cancel(parties["诸葛宁"].id, actor=SYSTEM))
    desk()
    answer = post_form(client, f"/staff/events/{event.id}/check-in", code="7788")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for name in ("欧阳明远", "司马清"):
        assert f"{name[:2]}**" in text or f"{name[:2]}*" in text
        assert name not in text
        assert numbers[name][3:] not in text
        assert f"/parties/{parties[name].id}" in text
    assert f"/parties/{parties['诸葛宁'].id}" not in text


def test_the_door_leads_to_the_list_and_says_what_else_to_type(client, desk, party):
    desk()
    answer = post_form(client, f"/staff/events/{party.event_id}/check-in", code="0000")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert f'href="/staff/events/{party.event_id}#who"' in text
    assert "手机号后四位" in text


def test_the_city_filter_offers_only_the_own_cities_by_name(scene, client, desk, cities):
    scene(an_event)
    desk()
    text = page(client, "/staff/events/")
    assert "深圳 · 云湖里营销中心" in text
    assert '<option value="SZ"' in text
    assert '<option value="SH"' not in text


def test_a_mistake_at_the_door_is_undone_with_a_reason(scene, client, desk, party):
    desk()
    here = f"/staff/events/{party.event_id}/parties/{party.id}"
    post_form(client, here, here + "/check-ins")
    entry = scene(lambda: queries.check_ins_of(db.session.get(Registration, party.id)))[0]
    undoing = f"/staff/events/{party.event_id}/check-ins/{entry.id}/undoing"
    assert post_form(client, here, undoing, reason="").status_code == 422
    assert only(scene).heads_in == 4
    assert post_form(client, here, undoing, reason="扫错了").status_code == 303
    assert (only(scene).heads_in, only(scene).state) == (0, RegistrationState.SEATED)
    assert "扫错了" in page(client, here)


def test_a_no_show_is_excused(scene, client, desk, party, write):
    desk()
    scene(lambda: write(lambda: db.session.execute(sa.update(Registration).values(state=RegistrationState.NO_SHOW))))
    here = f"/staff/events/{party.event_id}/parties/{party.id}"
    assert post_form(client, here, here + "/excuse", reason="航班取消").status_code == 303
    assert only(scene).excused_reason == "航班取消"


@pytest.mark.parametrize(
    "url", ["/staff/events/", "/staff/events/new", "/staff/events/{}", "/staff/events/{}/check-in"]
)
def test_staff_pages_have_one_heading_and_ask_little(app, scene, client, desk, cities, party, url):
    desk()
    counter = app.extensions["query_counter"]
    before = counter.count
    text = page(client, url.format(party.event_id))
    assert text.count("<h1") == 1
    assert "style=" not in text
    assert counter.count - before <= 8, counter.count - before
