"""Who may do what where: group, city company, project, team, and the terms of roles."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.actor import SYSTEM
from kernel.db import db
from staff import operations, queries
from staff.models import PersonState, UnitKind
from staff.scope import EVERYWHERE, NOWHERE, Scope, scope_of_units
from tests.conftest import NOON
from tests.support.staff import a_staff_person, a_unit, give, role

GROUP, SZ, SH, CLW = (None, None), ("SZ", None), ("SH", None), ("SZ", "SZ-CLW")
ROW_SZ_CLW = {"city_code": "SZ", "project_code": "SZ-CLW"}
ROW_SZ_YHL = {"city_code": "SZ", "project_code": "SZ-YHL"}
ROW_SZ = {"city_code": "SZ", "project_code": None}
ROW_SH = {"city_code": "SH", "project_code": "SH-SYT"}
ROW_GROUP = {"city_code": None, "project_code": None}


@pytest.mark.parametrize(
    ("units", "inside", "outside"),
    [
        ([GROUP], [ROW_SZ_CLW, ROW_SZ, ROW_SH, ROW_GROUP], []),
        ([SZ], [ROW_SZ_CLW, ROW_SZ_YHL, ROW_SZ], [ROW_SH, ROW_GROUP]),
        ([CLW], [ROW_SZ_CLW], [ROW_SZ_YHL, ROW_SZ, ROW_SH, ROW_GROUP]),
        ([CLW, SH], [ROW_SZ_CLW, ROW_SH], [ROW_SZ_YHL, ROW_SZ, ROW_GROUP]),
        ([CLW, GROUP], [ROW_SZ_CLW, ROW_SH, ROW_GROUP], []),
        ([], [], [ROW_SZ_CLW, ROW_SZ, ROW_SH, ROW_GROUP]),
    ],
)
def test_rows_inside_and_outside(units, inside, outside):
    scope = scope_of_units(units)
    assert all(scope.covers(**row) for row in inside)
    assert not any(scope.covers(**row) for row in outside)


def test_a_row_without_codes_is_never_met_by_a_missing_code():
    assert not Scope(False, frozenset({"SZ"}), frozenset({"SZ-CLW"})).covers(city_code=None, project_code=None)
    assert NOWHERE.is_nothing and not NOWHERE.covers(**ROW_SZ)


table = sa.table("case", sa.column("id"), sa.column("city"), sa.column("project"))


@pytest.mark.parametrize(
    "scope", [EVERYWHERE, NOWHERE, scope_of_units([SZ]), scope_of_units([CLW]), scope_of_units([CLW, SH])]
)
def test_the_condition_finds_the_same_rows_as_the_predicate(context, scope):
    rows = [ROW_SZ_CLW, ROW_SZ_YHL, ROW_SZ, ROW_SH, ROW_GROUP]
    for row in rows:
        city = sa.literal(row["city_code"], sa.String)
        project = sa.literal(row["project_code"], sa.String)
        found = db.session.scalar(sa.select(sa.case((scope.filter(city, project), 1), else_=0)))
        assert bool(found) is scope.covers(**row), row


def test_group_sees_all_city_its_projects_project_itself(context):
    group = a_staff_person("administrator")
    city = a_staff_person("administrator", "SZ")
    project = a_staff_person("administrator", "SZ", "SZ-CLW")
    assert queries.scope_of(group, "staff.manage") == EVERYWHERE
    assert queries.scope_of(city, "staff.manage") == scope_of_units([SZ])
    assert queries.scope_of(project, "staff.manage") == scope_of_units([CLW])


def test_a_permission_counts_only_where_its_own_role_is_held(context):
    person = a_staff_person("auditor", "SZ")
    give(person, "administrator", "SH")
    assert queries.scope_of(person, "staff.manage") == scope_of_units([SH])
    assert queries.scope_of(person, "staff.audit") == scope_of_units([SZ, SH])


def test_a_team_is_responsible_for_the_place_it_stands_in(context):
    project = a_unit("SZ", "SZ-CLW")
    team = operations.open_unit(UnitKind.TEAM, "翠澜湾维修组", parent=project, actor=SYSTEM)
    person = a_staff_person(None, "SZ", "SZ-CLW")
    operations.give_role(person, role("administrator"), team, actor=SYSTEM)
    assert queries.scope_of(person, "staff.manage") == scope_of_units([CLW])


def test_roles_count_from_their_first_moment_until_their_last(context):
    person = a_staff_person(None)
    operations.give_role(
        person,
        role("administrator"),
        a_unit("SZ"),
        from_at=NOON + timedelta(hours=1),
        until_at=NOON + timedelta(hours=2),
        actor=SYSTEM,
    )
    held = {}
    for minutes in (59, 60, 119, 120):
        with clock.at(NOON + timedelta(minutes=minutes)):
            held[minutes] = "staff.manage" in person.permissions
            assert queries.scope_of(person, "staff.manage").is_nothing is not held[minutes]
    assert held == {59: False, 60: True, 119: True, 120: False}


def test_a_role_taken_counts_no_more(context):
    person = a_staff_person("administrator", "SZ")
    operations.take_role(person.grants[0], actor=SYSTEM)
    assert person.permissions == frozenset()
    assert queries.scope_of(person, "staff.manage").is_nothing


def test_holders_are_those_whose_place_covers_it_nearest_first(context):
    group = a_staff_person("administrator")
    city = a_staff_person("administrator", "SZ")
    project = a_staff_person("administrator", "SZ", "SZ-CLW")
    a_staff_person("administrator", "SH")
    a_staff_person("administrator", "SZ", "SZ-YHL")
    a_staff_person("auditor", "SZ")
    a_staff_person("administrator", "SZ", state=PersonState.DISABLED)
    found = queries.holders_of("staff.manage", city_code="SZ", project_code="SZ-CLW")
    assert found == [project, city, group]
    assert queries.holders_of("staff.manage", city_code="SZ") == [city, group]
    assert queries.holders_of("staff.manage") == [group]


def test_who_is_away_stands_behind_who_is_there(context):
    away = a_staff_person("administrator", "SZ", away_until=NOON + timedelta(days=1))
    there = a_staff_person("administrator")
    assert queries.holders_of("staff.manage", city_code="SZ") == [there, away]
