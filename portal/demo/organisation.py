"""The back office of the demo club: the organisation tree and people with known second factors."""

from kernel.actor import SYSTEM, Actor
from kernel.db import operation
from portal.demo import people
from portal.demo.people import DemoStaff
from staff import operations as staff
from staff import queries
from staff.models import OrgUnit, StaffPerson, UnitKind

CITIES = {"SZ": "深圳公司", "SH": "上海公司", "GZ": "广州公司", "CD": "成都公司", "HK": "香港公司"}
PROJECTS = {
    "SZ-CLW": "翠澜湾",
    "SZ-YHL": "屿禾里",
    "SH-SYT": "疏影庭",
    "GZ-WJY": "望榕雅苑",
    "CD-JSH": "锦溯花园",
    "HK-HTT": "海棠臺",
}


@operation
def open_organisation() -> dict[str, StaffPerson]:
    """Open the group, its cities and projects, and give each demo person his post; return them by login."""
    units = {"": staff.plant_defaults(actor=SYSTEM)}
    for code, name in CITIES.items():
        units[code] = staff.open_unit(UnitKind.CITY, name, city_code=code, actor=SYSTEM)
    for code, name in PROJECTS.items():
        city = code.split("-")[0]
        units[code] = staff.open_unit(
            UnitKind.PROJECT, name, city_code=city, project_code=code, parent=units[city], actor=SYSTEM
        )
    return {person.login: _hire(n, person, units[person.unit]) for n, person in enumerate(people.STAFF, start=1)}


def _hire(n: int, one: DemoStaff, unit: OrgUnit) -> StaffPerson:
    return staff.hire_for_demo(
        login=one.login,
        name=one.name,
        title=one.title,
        badge=f"DM{n:04d}",
        password=one.password,
        secret=one.secret,
        role_code=one.role,
        unit=unit,
        actor=SYSTEM,
    )


def actors() -> dict[str, Actor]:
    """Return the demo people as actors, by login."""
    return {one.login: Actor.staff(person) for one in people.STAFF if (person := queries.by_login(one.login))}
