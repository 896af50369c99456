"""What a home does for its owner's points: once the points, gold while it is owned, and staff of its place may look."""

import pytest
from flask.testing import FlaskClient

from homes import operations as homes_operations
from homes import queries as homes
from kernel.actor import SYSTEM
from kernel.db import db
from points import queries
from points.models import Account
from tests.support.homes import owned_home
from tests.support.member import a_member
from tests.support.points import entries, figures
from tests.support.staff import a_staff_person, sign_in_staff

pytestmark = pytest.mark.usefixtures("context")


def test_a_bound_home_brings_points_and_gold_until_it_is_given_up() -> None:
    member = a_member()
    owned_home(member)
    assert figures(member)[0] == 150
    assert queries.account_of(member.id).tier.code == "gold"
    (right,) = homes.rights_of(member.id)
    homes_operations.end_right(right.id, reason="sold", actor=SYSTEM)
    account = db.session.query(Account).filter_by(member_id=member.id).populate_existing().one()
    assert account.floor_code is None
    assert queries.account_of(member.id).tier.code == "gold", "lowered at its review only"
    assert len(entries(member)) == 2


def test_staff_of_the_homes_place_see_the_account_and_others_do_not(client: FlaskClient) -> None:
    member = a_member()
    owned_home(member)
    for city_code, status in (("SZ", 200), ("SH", 404)):
        browser = client.application.test_client()
        sign_in_staff(browser, a_staff_person("manager", city_code))
        assert browser.get(f"/staff/points/members/{member.id}").status_code == status
