"""One small world with two sides: what is the owner's own in Shenzhen, and the same things elsewhere, in Shanghai.

The answer sheet (``tests/test_access.py``) opens every address with it. A new address that carries the key of a record
needs a line in ``PROVIDERS``; without one the sheet cannot be written and the test says so.
"""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from kernel import sign_ins
from kernel.actor import SYSTEM
from kernel.audit import AuditEntry
from kernel.db import db
from member.models import Member
from staff import operations as staff_operations
from tests.support.member import a_member
from tests.support.staff import a_staff_person, a_unit, actor_of, role

ROLES = ("AN", "PM", "OW", "HM", "ES", "CR", "MO", "AU", "AD")
STAFF_ROLES = {"ES": "event_staff", "CR": "specialist", "MO": "moderator", "AU": "auditor", "AD": "administrator"}


@dataclass
class Side:
    """The records of one side, by name; what a package cannot make yet is missing."""

    city: str
    project: str
    keys: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Who knocks, and the two sides."""

    members: dict[str, int] = field(default_factory=dict)
    staff: dict[str, int] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)


def build() -> World:
    """Make the world by the operations that make the real one."""
    world = World()
    own, elsewhere = Side("SZ", "SZ-YHL"), Side("SH", "SH-SYT")
    world.sides = {"own": own, "elsewhere": elsewhere}
    people = {name: a_member(name=words) for name, words in (("PM", "郑以宁"), ("OW", "周予安"), ("HM", "林可航"))}
    world.members = {name: member.id for name, member in people.items()}
    for name, code in STAFF_ROLES.items():
        world.staff[name] = a_staff_person(code, "SZ", name=f"{name} 员工").id
    stranger = a_member(name="欧阳若水")
    for side, owner, family in ((own, people["OW"], people["HM"]), (elsewhere, stranger, None)):
        for maker in MAKERS:
            maker(side, owner, family)
    return world


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _people(side: Side, owner: Member, _family: Member | None) -> None:
    admin = a_staff_person("administrator", side.city)
    person = a_staff_person("repair_engineer", side.city)
    proposal = staff_operations.propose_role(
        person_id=person.id, role_id=role("moderator").id, unit_id=a_unit(side.city).id, last_day=None,
        reason="接手社区版面", key=f"world-{side.city}-0123456789", actor=actor_of(admin),
    )  # fmt: skip
    side.keys |= {"person": person.id, "grant": person.grants[0].id, "proposal": proposal.id}
    side.keys |= {"member": owner.id, "member_number": owner.number}


def _account(side: Side, owner: Member, _family: Member | None) -> None:
    from member import operations
    from member.models import Notice

    operations.notify(owner.id, kind="test", title="您好", body="", url="/me/", actor=SYSTEM)
    side.keys["notice"] = db.session.scalar(sa.select(sa.func.max(Notice.id)).where(Notice.member_id == owner.id))
    sign_ins.begin("member", owner.id, device="Another browser")
    side.keys["sign_in"] = sign_ins.of("member", owner.id)[0].id


def _homes(side: Side, owner: Member, family: Member | None) -> None:
    from homes.models import Audience, Contract, LedgerImport, Milestone, Ownership
    from tests.support import homes

    building = homes.a_planned_building(side.project, "2")
    home = homes.owned_home(owner, "2栋1单元1803", side.project)
    if family is not None:
        homes.lives_in(family, home)
    photo = homes.a_photo()
    update = homes.an_update(building, audience=Audience.BUILDING, photos=[photo])
    draft = homes.an_update(building, published=False)
    side.keys |= {
        "project": side.project,
        "building": building.id,
        "home": home.id,
        "update": update.id,
        "draft_update": draft.id,
        "update_photo": photo.token,
        "contract": db.session.scalar(sa.select(Contract.id).where(Contract.home_id == home.id)),
        "import": db.session.scalar(sa.select(sa.func.max(LedgerImport.id))),
        "factor_number": homes.a_factor(side.project).number,
        "milestone": db.session.scalar(
            sa.select(sa.func.max(Milestone.id)).where(Milestone.building_id == building.id)
        ),
        "ownership": db.session.scalar(sa.select(sa.func.max(Ownership.id)).where(Ownership.home_id == home.id)),
    }


def _points(side: Side, owner: Member, _family: Member | None) -> None:
    from points.models import Account, Entry
    from tests.support import points

    points.give(owner, 1_000)
    reward = points.a_reward(city_code=side.city) if _takes_city(points) else points.a_reward()
    side.keys["reward"] = reward.id
    side.keys["redemption"] = points.redeem(owner, reward).id
    side.keys["entry"] = db.session.scalar(
        sa.select(sa.func.min(Entry.id))
        .join(Account, Account.id == Entry.account_id)
        .where(Account.member_id == owner.id)
    )


def _takes_city(_points: Any) -> bool:
    from points.models import Reward

    return hasattr(Reward, "city_code")


def _events(side: Side, owner: Member, _family: Member | None) -> None:
    from events.models import Audience
    from tests.support import events

    event = events.an_event(city_code=side.city, project_code=side.project)
    draft = events.a_draft(city_code=side.city, project_code=side.project)
    closed = events.an_event(city_code=side.city, project_code=side.project, audience=Audience.OWNERS)
    registration = events.a_sign_up(event, owner)
    side.keys |= {"event": event.id, "draft_event": draft.id, "registration": registration.id}
    side.keys["owners_event"] = closed.id


def _cases(side: Side, owner: Member, _family: Member | None) -> None:
    from homes import queries
    from service_requests import operations
    from service_requests.models import HiddenReason, Kind
    from tests.support import service_requests

    home = queries.home(side.keys["home"])
    case = service_requests.a_repair(owner, home=home)
    complaint = service_requests.a_case(
        owner, Kind.COMPLAINT, text="销售口头承诺车位八万，现在不认。", home_id=side.keys["home"]
    )
    post = service_requests.a_post(owner, project_code=side.project)
    hidden = service_requests.a_post(owner, project_code=side.project)
    operations.hide_post(hidden.id, reason=next(iter(HiddenReason)), words="含他人电话", actor=SYSTEM)
    side.keys |= {"case": case.number, "complaint": complaint.number, "post": post.number}
    side.keys["hidden_post"] = hidden.number


def _trail(side: Side, _owner: Member, _family: Member | None) -> None:
    side.keys["audit"] = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))


MAKERS: list[Callable[[Side, Member, Member | None], None]] = [
    _people,
    _account,
    _homes,
    _points,
    _events,
    _cases,
    _trail,
]

# --- which key an address carries --------------------------------------------------------------------------------------

PROVIDERS: list[tuple[str, str, str]] = [
    ("staff.*", "person_id", "person"),
    ("staff.*", "grant_id", "grant"),
    ("staff.*", "proposal_id", "proposal"),
    ("member.read", "notice_id", "notice"),
    ("member.*", "sign_in_id", "sign_in"),
    ("files.*", "token", "update_photo"),
    ("files.*", "width", "=320"),
    ("homes*", "code", "project"),
    ("homes*", "project_code", "project"),
    ("homes*", "home_id", "home"),
    ("homes*", "building_id", "building"),
    ("homes*", "update_id", "update"),
    ("homes*", "import_id", "import"),
    ("homes*", "contract_id", "contract"),
    ("homes*", "number", "factor_number"),
    ("homes*", "milestone_id", "milestone"),
    ("homes*", "ownership_id", "ownership"),
    ("points*", "reward_id", "reward"),
    ("points*", "redemption_id", "redemption"),
    ("points*", "entry_id", "entry"),
    ("points*", "member_id", "member"),
    ("events_staff.publish", "event_id", "draft_event"),
    ("events*", "event_id", "event"),
    ("events*", "registration_id", "registration"),
    ("service_requests.post", "number", "post"),
    ("/staff/board/*", "number", "post"),
    ("service_requests*", "number", "case"),
    ("portal_staff.customer*", "number", "member_number"),
]
"""Endpoint (or address), argument, name of the record's key; ``=x`` is the value itself. The first fitting line counts."""

FURTHER: list[tuple[str, str, str, str]] = [
    ("events.event", "event_id", "draft", "draft_event"),
    ("events.event", "event_id", "owners", "owners_event"),
    ("events.register", "event_id", "draft", "draft_event"),
    ("events.register", "event_id", "owners", "owners_event"),
    ("events_staff.event", "event_id", "draft", "draft_event"),
    ("homes_staff.*", "update_id", "draft", "draft_update"),
    ("/me/cases/*", "number", "private", "complaint"),
    ("service_requests_staff.case", "number", "private", "complaint"),
    ("/staff/board/*", "number", "hidden", "hidden_post"),
    ("service_requests.post", "number", "hidden", "hidden_post"),
]
"""Endpoint (or address), argument, relation, key: records on the owner's side that are not for everybody there."""

NO_RECORD = {
    ("member.terms", "version"): "versions are public words, not records",
    ("member.privacy_policy", "version"): "versions are public words, not records",
    ("staff.invitation", "token"): "only the hash of a token is kept",
    ("portal_staff.retry", "message_id"): "dead letters come from failing peers",
    ("events_staff.undo", "check_in_id"): "nobody has been let in yet",
    ("static", "filename"): "public files",
}
"""Addresses that are tried only with a key that does not exist, and why."""


def key_for(side: Side, endpoint: str, address: str, argument: str) -> Any:
    """Return the value of an address's argument on a side; raise LookupError where nobody has said."""
    for pattern, name, key in PROVIDERS:
        if name == argument and _fits(pattern, endpoint, address):
            return key[1:] if key.startswith("=") else side.keys[key]
    raise LookupError(f"tests/support/world.py has no record for {endpoint} <{argument}>")


def further_keys(side: Side, endpoint: str, address: str) -> list[tuple[str, str, Any]]:
    """Return the further relations of an address as (relation, argument, value)."""
    return [
        (relation, argument, side.keys[key])
        for pattern, argument, relation, key in FURTHER
        if f":{argument}>" in address.replace("<", ":") and _fits(pattern, endpoint, address)
    ]


def _fits(pattern: str, endpoint: str, address: str) -> bool:
    return fnmatch.fnmatchcase(address if pattern.startswith("/") else endpoint, pattern)
