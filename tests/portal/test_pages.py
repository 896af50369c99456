"""The pages that join several packages, as visitor, member and staff."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Map

from kernel import clock, outbox
from kernel.access import Access
from kernel.db import db, operation
from kernel.outbox import OutboxMessage
from service_requests import operations
from tests.support.events import an_event
from tests.support.forms import post_form
from tests.support.homes import an_update, owned_home
from tests.support.member import a_member, sign_in
from tests.support.pages import faults
from tests.support.points import a_reward
from tests.support.service_requests import a_case, a_post
from tests.support.staff import a_staff_person, actor_of, sign_in_staff


@pytest.fixture
def club(app: Flask, client: FlaskClient, context: None) -> None:
    """A club with something of everything."""
    an_event(title_zh="冬至包饺子")
    a_post(title="电梯又停了")
    a_reward()
    db.session.rollback()


def _in_english(client: FlaskClient) -> None:
    client.set_cookie("locale", "en")


@pytest.mark.usefixtures("club")
class TestVisitor:
    def test_the_landing_page_shows_events_the_board_and_the_way_in(self, client: FlaskClient) -> None:
        page = client.get("/").text
        assert "冬至包饺子" in page and "电梯又停了" in page
        assert 'href="/join"' in page
        assert faults(page) == []

    def test_it_reads_in_english_too(self, client: FlaskClient) -> None:
        _in_english(client)
        page = client.get("/").text
        assert "Join the club" in page
        assert faults(page, language="en") == []

    @pytest.mark.parametrize("path", ["/me/", "/me/points/", "/me/cases/", "/me/homes/", "/me/tickets/"])
    def test_what_is_a_members_asks_to_sign_in_first(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in?next=")


@pytest.mark.usefixtures("club")
class TestMember:
    def test_home_without_anything_says_what_to_do(self, client: FlaskClient) -> None:
        sign_in(client, a_member())
        page = client.get("/me/").text
        assert "中午好，周予安" in page
        assert "/me/homes/binding" in page
        assert faults(page) == []

    def test_home_shows_the_own_home_and_the_own_case_with_its_clock(self, client: FlaskClient) -> None:
        member = a_member()
        home = owned_home(member)
        case = a_case(member)
        sign_in(client, member)
        page = client.get("/me/").text
        assert home.label in page
        assert case.number in page
        assert "2026年11月24日 12:00 前" in page

    def test_home_asks_at_most_eight_times(self, app: Flask, client: FlaskClient) -> None:
        member = a_member()
        an_update(owned_home(member).building)
        a_case(member)
        sign_in(client, member)
        client.get("/me/")
        counter = app.extensions["query_counter"]
        before = counter.count
        assert client.get("/me/").status_code == 200
        assert counter.count - before <= 8

    def test_the_back_office_does_not_exist(self, client: FlaskClient) -> None:
        sign_in(client, a_member())
        assert client.get("/staff/").status_code == 404
        assert client.get("/staff/customers").status_code == 404


class TestLooks:
    def test_a_chosen_look_is_kept(self, client: FlaskClient) -> None:
        answer = post_form(client, "/", action="/appearance", mode="elder")
        assert answer.status_code == 303
        page = client.get("/").text
        assert 'data-mode="elder"' in page

    def test_nonsense_falls_back(self, client: FlaskClient) -> None:
        client.set_cookie("look", "purple.<b>.9")
        page = client.get("/").text
        assert 'data-theme="auto" data-mode="standard" data-text-size="normal"' in page

    def test_the_language_is_kept_and_the_way_back_is_our_own(self, client: FlaskClient) -> None:
        answer = post_form(client, "/", action="/locale", locale="en", extra={"next": "//evil.example"})
        assert answer.status_code == 303 and answer.location == "/"
        assert 'lang="en"' in client.get("/").text


@pytest.mark.usefixtures("context")
class TestStaff:
    def test_the_desk_counts_only_what_lies_in_the_scope(self, client: FlaskClient) -> None:
        member = a_member()
        owned_home(member)
        case = a_case(member, project_code="SZ-YHL")
        sign_in_staff(client, a_staff_person("manager", "SZ"))
        assert re.search(r"新提交</span>\s*<span class=\"tile__value\">1<", client.get("/staff/").text)
        other = client.application.test_client()
        sign_in_staff(other, a_staff_person("manager", "SH"))
        page = other.get("/staff/").text
        assert re.search(r"新提交</span>\s*<span class=\"tile__value\">0<", page)
        assert case.number not in page
        assert faults(page) == []

    def test_customers_are_found_masked_and_only_in_the_scope(self, client: FlaskClient) -> None:
        member = a_member(name="何静姝")
        owned_home(member)
        number, mobile = member.number, member.mobile
        sign_in_staff(client, a_staff_person("manager", "SZ"))
        page = client.get(f"/staff/customers?q={mobile[-4:]}").text
        assert number in page and mobile.removeprefix("+86") not in page and "何静姝" not in page
        assert client.get(f"/staff/customers/{number}").status_code == 200
        other = client.application.test_client()
        sign_in_staff(other, a_staff_person("manager", "SH"))
        assert number not in other.get(f"/staff/customers?q={mobile[-4:]}").text
        assert other.get(f"/staff/customers/{number}").status_code == 404

    def test_the_number_of_a_case_leads_to_the_case_for_those_who_may_read_it(self, client: FlaskClient) -> None:
        member = a_member()
        owned_home(member)
        number = a_case(member, project_code="SZ-YHL").number
        sign_in_staff(client, a_staff_person("manager", "SZ"))
        assert client.get(f"/staff/customers?q={number.lower()}").location == f"/staff/cases/{number}"
        other = client.application.test_client()
        sign_in_staff(other, a_staff_person("manager", "SH"))
        assert other.get(f"/staff/customers?q={number}").status_code == 200

    def test_the_desk_shows_no_door(self, client: FlaskClient) -> None:
        member = a_member()
        home = owned_home(member)
        person = a_staff_person("manager", "SZ")
        case = a_case(member, home_id=home.id)
        operations.assign(case.id, assignee_id=person.id, actor=actor_of(person))
        sign_in_staff(client, person)
        page = client.get("/staff/").text
        assert case.number in page and home.label not in page

    def test_the_search_costs_few_queries_however_many_are_found(self, app: Flask, client: FlaskClient) -> None:
        for _n in range(12):
            owned_home(a_member(name="王鹏飞"), f"2栋1单元{1 + _n}03")
        sign_in_staff(client, a_staff_person("manager", "SZ"))
        counter = app.extensions["query_counter"]
        before = counter.count
        assert client.get("/staff/customers?q=王鹏飞").text.count("<tr>") == 13
        assert counter.count - before <= 10

    def test_a_dead_letter_can_be_sent_again_by_those_who_may(self, client: FlaskClient) -> None:
        @operation
        def bury() -> None:
            outbox.put("test", {})
            db.session.flush()
            db.session.execute(sa.update(OutboxMessage).values(dead_at=clock.now(), last_error="gateway down"))

        bury()
        sign_in_staff(client, a_staff_person("administrator"))
        page = client.get("/staff/operation")
        assert "gateway down" in page.text
        assert faults(page.text) == []
        assert post_form(client, "/staff/operation", action="/staff/operation/dead-letters/1/retry").status_code == 303
        db.session.rollback()
        assert outbox.dead_letters() == []
        other = client.application.test_client()
        sign_in_staff(other, a_staff_person("specialist"))
        assert other.get("/staff/operation").status_code == 403


class TestHealth:
    def test_live(self, client: FlaskClient) -> None:
        assert client.get("/healthz").json == {"status": "ok"}

    def test_the_icon_is_where_browsers_ask_for_it(self, client: FlaskClient) -> None:
        answer = client.get("/favicon.ico", follow_redirects=True)
        assert answer.status_code == 200 and answer.mimetype == "image/png"

    def test_not_ready_without_the_migrations_of_the_code(self, client: FlaskClient) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json is not None and answer.json["checks"] == {
            "database": True,
            "migrations": False,
            "outbox": True,
        }

    def test_an_unknown_host_is_refused(self, client: FlaskClient) -> None:
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/me/", "/staff/"])
def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_a_route_that_declares_nothing_is_shut(session_app: Flask) -> None:
    rule = session_app.url_rule_class("/dummy", endpoint="dummy")
    session_app.view_functions["dummy"] = lambda: "open"
    session_app.url_map.add(rule)
    try:
        assert session_app.test_client().get("/dummy").status_code == 403
        session_app.view_functions["dummy"].access = Access("public")  # type: ignore[attr-defined]
        assert session_app.test_client().get("/dummy").text == "open"
    finally:  # the map of addresses is rebuilt from a copy, for it cannot forget one
        del session_app.view_functions["dummy"]
        session_app.url_map = _without(session_app.url_map, "dummy")


def _without(addresses: Map, endpoint: str) -> Map:
    kept = [rule.empty() for rule in addresses.iter_rules() if rule.endpoint != endpoint]
    return Map(kept, converters=addresses.converters, host_matching=addresses.host_matching)
