"""People join; homes bring points."""

import random
from datetime import timedelta
from functools import partial

from homes import queries as homes
from kernel import clock
from kernel.actor import SYSTEM
from member import operations as members
from member.models import Member
from points import operations as points
from portal.demo import people
from portal.demo.ledger import owner_mobiles
from portal.demo.life.story import Story, actor_of, on

SURNAMES = "吴郑蒋苏罗谢王李赵孙钱冯褚卫沈韩杨朱秦尤许吕施孔曹严华金魏陶姜"
GIVEN = "绍棠以宁慕白晚晴启明听澜鹏飞思远清禾若谷景行知夏明轩雨桐浩然静怡子墨嘉树予怀"


def join_all(story: Story) -> None:
    """Let the cast and some owners join, over the years."""
    chance = random.Random(11)
    for n, person in enumerate(people.MEMBERS):
        day = on(2022, 12, 5) + timedelta(days=97 * n)
        locale = "en" if person.name.startswith("Emma") else "zh_Hans_CN"
        story.then(clock.shanghai(day, 10, n), partial(_join, person.mobile, person.name, locale))
    known = {person.mobile for person in people.MEMBERS}
    for n, mobile in enumerate(m for m in owner_mobiles() if m not in known):
        if n >= 90:
            break
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))
        day = on(2022, 12, 20) + timedelta(days=chance.randrange(1_400))
        story.then(
            clock.shanghai(day, chance.randrange(8, 22), chance.randrange(60)),
            partial(_join, mobile, name, "zh_Hans_CN"),
        )


def _join(mobile: str, name: str, locale: str) -> Member:
    e164 = mobile if mobile.startswith("+") else f"+86{mobile}"
    return members.enrol(mobile=e164, name=name, marketing=True, locale=locale, actor=None)


def thank_for_purchases(story: Story) -> None:
    """Points for a home: pending until the contract is on file for thirty days."""
    days = {
        "19900000001": on(2025, 2, 10),
        "19900000003": on(2025, 5, 6),
        "19900000004": on(2026, 1, 15),
        "19900000005": on(2025, 9, 1),
        "19900000008": on(2026, 7, 3),
    }
    for mobile, day in days.items():

        def grant(mobile: str = mobile) -> None:
            actor = actor_of(mobile)
            for right in homes.rights_of(actor.id):
                if right.contract_id is None:
                    continue
                source = ("contract", right.contract_id)
                points.grant("first_purchase", member_id=actor.id, source=source, actor=SYSTEM)
                points.begin_pending(
                    "first_purchase",
                    member_id=actor.id,
                    source=source,
                    available_from=clock.now() + timedelta(days=30),
                    actor=SYSTEM,
                )

        story.then(clock.shanghai(day, 10), grant)
