"""The club in small, made by the operations: a hundred homes with their people, points, cases and events.

The generator multiplies these rows; so whatever the operations write is in the big databases too, in proportion:
1.28 members a home, about twelve ledger entries a member, half a case a home with its conversation, a tenth of them open.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from events import operations as events
from homes.models import Role, Stage
from kernel import clock
from kernel.actor import Actor
from kernel.db import db
from member.models import Member
from portal import seed
from service_requests import operations as cases
from service_requests.models import Kind
from tests.support import events as support_events
from tests.support import homes as support_homes
from tests.support import points as support_points
from tests.support.member import a_member
from tests.support.staff import a_staff_person

PROJECTS = {"SZ-YHL": "屿禾里", "SH-SYT": "疏影庭", "GZ-WRY": "望榕雅苑", "CD-JCY": "锦澄园"}
HOMES, MEMBERS, CASES, OPEN_CASES = 100, 128, 50, 5
SURNAMES, GIVEN = "吴郑蒋苏罗谢王李赵孙钱冯", "绍棠以宁慕白晚晴启明听澜思远清禾若谷"
FIRST_MOBILE = 13_000_000_000


def at(text: str) -> Any:
    """Return a context at a Shanghai moment."""
    return clock.at(datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI))


class Block:
    """The ids that the generator must know: which event is over and which is to come."""

    past_event_id = 0
    coming_event_id = 0


def lay_the_ground() -> None:
    """Make what all blocks share: what an installation starts with, projects, staff, rewards."""
    with at("2022-01-01 09:00"):
        seed.plant()
    with at("2024-01-05 09:00"):
        for code, name in PROJECTS.items():
            support_homes.a_project(code, name, Stage.LIVED_IN)
            support_homes.a_factor(code)
        a_staff_person("manager", login="bench", name="沈悦")
        for n in range(12):
            support_points.a_reward(100 + 50 * n, 100_000, name_zh=f"礼品 {n + 1}")


def build() -> Block:
    """Make the block; needs an application context on a database with its ground laid."""
    chance = random.Random(780_000)
    with at("2025-02-01 09:00"):
        for code in PROJECTS:
            building = support_homes.a_building(code, "2", floors=30)
            support_homes.an_update(building)
        people = [_member(n, chance) for n in range(MEMBERS)]
        _homes(people)
    _points(people, chance)
    _cases(people)
    block = Block()
    block.past_event_id = _event(people, "2026-03-01 10:00", over=True)
    block.coming_event_id = _event(people, "2026-11-20 10:00", over=False)
    db.session.remove()
    return block


def _member(n: int, chance: random.Random) -> Member:
    name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))
    return a_member(f"+86{FIRST_MOBILE + n}", name, marketing=n % 3 == 0)


def _homes(people: list[Member]) -> None:
    per_project = HOMES // len(PROJECTS)
    for p, code in enumerate(PROJECTS):
        owners = people[p * per_project : (p + 1) * per_project]
        rows = [
            support_homes.a_ledger_row(
                f"2栋1单元{n // 2 + 1}{n % 2 + 1:02d}",
                code,
                手机号=owner.mobile.removeprefix("+86"),
                买方姓名=owner.name,
            )
            for n, owner in enumerate(owners)
        ]
        entry = support_homes.imported(*rows)
        assert not entry.refused and entry.bound == per_project, (entry.refused, entry.bound)
    from homes import queries

    for n, member in enumerate(people[HOMES:]):
        home = queries.homes_of(people[n].id)[0]
        support_homes.lives_in(member, home, Role.FAMILY)


def _points(people: list[Member], chance: random.Random) -> None:
    from points.models import Reward

    reward = db.session.query(Reward).order_by(Reward.price).first()
    assert reward is not None
    for month in range(9):
        with at(f"2025-{month + 3:02d}-{chance.randrange(1, 28):02d} 15:00"):
            for member in people:
                support_points.give(member, 60 + 10 * month, months=36, qualifying=60 + 10 * month)
    with at("2026-06-01 12:00"):
        for member in people:
            support_points.redeem(member, reward)
            support_points.redeem(member, reward)


def _cases(people: list[Member]) -> None:
    person = a_staff_person_already_there()
    for n in range(CASES):
        member, is_open = people[n], n < OPEN_CASES
        with at("2026-11-23 09:00" if is_open else f"2026-{n % 10 + 1:02d}-12 10:00"):
            case = _filed(n, member)
        if is_open:
            continue
        staff, own = Actor.staff(person), Actor.member(member)
        with at(f"2026-{n % 10 + 1:02d}-12 15:00"):
            cases.accept(case.id, actor=staff)
            cases.reply_publicly(
                case.id, text="您好，已安排工程师明天上午上门查看。", actor=staff, key=support_points.a_key()
            )
        with at(f"2026-{n % 10 + 1:02d}-14 11:00"):
            cases.resolve(case.id, result="已更换密封胶条并做淋水试验，未再渗水。", actor=staff)
        with at(f"2026-{n % 10 + 1:02d}-14 20:00"):
            cases.confirm(case.id, actor=own)
            cases.rate(case.id, score=5, actor=own, words="很及时")


def _filed(n: int, member: Member) -> Any:
    from homes import queries

    facts: dict[str, Any] = {"key": support_points.a_key(), "actor": Actor.member(member)}
    home = queries.homes_of(member.id)[0]
    if n % 5 in (0, 1):
        words = {"room": "master_bedroom", "part": "window_door", "fault": "leak"}
        return cases.file_case(
            kind=Kind.REPAIR, text="主卧飘窗下雨就渗水，地板已经翘了", home_id=home.id, **words, **facts
        )
    if n % 5 == 2:
        text = "说好的会所改成了商铺，销售当时写在楼书里的。"
        return cases.post_on_board(title="会所改成了商铺", text=text, project_code=home.project_code, **facts)
    kind = Kind.ENQUIRY if n % 5 == 3 else Kind.COMPLAINT
    return cases.file_case(kind=kind, text="产证什么时候能办？需要带什么材料", home_id=home.id, **facts)


def a_staff_person_already_there() -> Any:
    """Return the person who handles the cases and reads the queue."""
    from staff.models import StaffPerson

    return db.session.query(StaffPerson).filter_by(login="bench").one()


def _event(people: list[Member], opened: str, *, over: bool) -> int:
    with at(opened):
        starts = clock.now() + timedelta(days=20)
        event = support_events.an_event(starts_at=starts, capacity=60)
        for n, member in enumerate(people[:40]):
            support_events.a_sign_up(event, member, adults=1 + n % 2)
    if over:
        with clock.at(event.ends_at + timedelta(days=2)):
            events.finish(event.id, actor=Actor.staff(a_staff_person_already_there()))
    return event.id
