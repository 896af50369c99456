"""Four years of the demo club: people join, file cases, come to events, earn and redeem points, at moments long past."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from events import operations as events
from events.models import Audience, EventKind
from homes import queries as homes
from kernel import clock, files
from kernel.actor import SYSTEM, Actor
from kernel.errors import Refused
from member import operations as members
from member import queries as member_queries
from member.models import Member
from points import operations as points
from points import queries as point_queries
from points.models import Delivery, RewardKind
from portal.demo import people, pictures
from portal.demo.ledger import owner_mobiles
from service_requests import operations as cases
from service_requests.models import Identity, Kind, Wish

Deed = Callable[[], Any]
WRITTEN_ON = date(2026, 11, 23)
"""The day on which the story was written; it is told as if that were today, so that what is coming is still to come."""


def on(year: int, month: int, day: int) -> date:
    """Return a day of the story, moved along with the present day."""
    return date(year, month, day) + (clock.day_of(clock.real_now()) - WRITTEN_ON)


NOW = clock.real_now()
"""The moment at which the story ends."""


@dataclass
class Story:
    """What happens, in the order of time; a deed that the rules refuse is left out and counted."""

    staff: dict[str, Actor]
    deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def then(self, moment: datetime, deed: Deed) -> None:
        """Let something happen at a moment."""
        self.deeds.append((moment, len(self.deeds), deed))

    def live(self, step: Callable[[int, int], object]) -> None:
        """Let everything happen in the order of time; deeds may add later ones."""
        done = 0
        while self.deeds:
            self.deeds.sort(key=lambda deed: deed[:2])
            moment, _n, deed = self.deeds.pop(0)
            if moment > NOW:
                break
            with clock.at(moment):
                try:
                    deed()
                except Refused as refusal:
                    self.refused[type(refusal).__name__] += 1
            done += 1
            step(done, done + len(self.deeds))


def tell(staff: dict[str, Actor]) -> Story:
    """Return the whole story, ready to be lived."""
    story = Story(staff)
    _rewards(story)
    _joins(story)
    _purchases(story)
    _events(story)
    _cases(story)
    _redemptions(story)
    for person in people.MEMBERS:
        story.then(NOW - timedelta(days=3), partial(_read, person.mobile))
    return story


def _read(mobile: str) -> None:
    members.mark_notices_read(_actor(mobile).id)


def _key(name: str) -> str:
    return f"demo-{name}-key-000000"[:60]


def _actor(mobile: str) -> Actor:
    member = member_queries.by_mobile(f"+86{mobile}" if not mobile.startswith("+") else mobile)
    if member is None:
        raise Refused()
    return Actor.member(member)


# --- members -----------------------------------------------------------------------------------------------------------

SURNAMES = "吴郑蒋苏罗谢王李赵孙钱冯褚卫沈韩杨朱秦尤许吕施孔曹严华金魏陶姜"
GIVEN = "绍棠以宁慕白晚晴启明听澜鹏飞思远清禾若谷景行知夏明轩雨桐浩然静怡子墨嘉树予怀"


def _joins(story: Story) -> None:
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


def _purchases(story: Story) -> None:
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
            actor = _actor(mobile)
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


# --- events ------------------------------------------------------------------------------------------------------------

PAST_EVENTS = [
    ("亲子烘焙工坊", "Family baking workshop", EventKind.CARE, "SZ", "翠澜湾会所", on(2023, 5, 20), 30),
    ("中秋灯会", "Mid-autumn lanterns", EventKind.CULTURE, "SZ", "翠澜湾中心广场", on(2023, 9, 28), 80),
    ("真诚互动日：物业面对面", "Face to face with the property office", EventKind.DIALOGUE, "SZ", "翠澜湾会所", on(2024, 3, 16), 60),
    ("夏日水枪节", "Summer water day", EventKind.CARE, "SZ", "翠澜湾泳池", on(2024, 7, 13), 60),
    ("二期成品开放日", "Finished homes, open day", EventKind.FINISHED_OPENING, "SZ", "翠澜湾二期", on(2025, 11, 8), 60),
    ("屿禾里入住仪式", "Move-in ceremony", EventKind.MOVE_IN, "SZ", "屿禾里中心绿地", on(2026, 10, 11), 100),
]  # fmt: skip

COMING_EVENTS = [
    ("冬至包饺子", "Dumplings for the winter solstice", EventKind.CARE, "SZ", None, "翠澜湾会所", on(2026, 12, 20), 14, 40, Audience.ALL, 0),
    ("业主羽毛球赛", "Owners' badminton", EventKind.CULTURE, "SZ", None, "翠澜湾球馆", on(2026, 12, 5), 9, 6, Audience.MEMBERS, 0),
    ("疏影庭工地开放日", "Shuying Court site open day", EventKind.OPEN_DAY, "SH", "SH-SYT", "疏影庭工地东门", on(2026, 12, 12), 10, 60, Audience.OWNERS, 0),
    ("香薰蜡烛手作", "Candle making", EventKind.CARE, "SZ", None, "屿禾里会客厅", on(2026, 11, 29), 15, 16, Audience.MEMBERS, 30),
    ("望榕雅苑新年音乐会", "New year's concert", EventKind.CULTURE, "GZ", None, "望榕雅苑中庭", on(2026, 12, 31), 19, 120, Audience.ALL, 0),
]  # fmt: skip

SAFETY = "进入工地请全程佩戴安全帽，穿平底鞋，听从引导员安排；未满 12 岁儿童须由家长牵手同行。"


def _events(story: Story) -> None:
    chance = random.Random(23)
    for n, (title, english, kind, city, place, day, capacity) in enumerate(PAST_EVENTS):
        _event(
            story,
            f"past-{n}",
            title,
            english,
            kind,
            city,
            None,
            place,
            day,
            14,
            capacity,
            Audience.ALL,
            0,
            chance,
            day - timedelta(days=25),
        )
    for n, (title, english, kind, city, project, place, day, hour, capacity, audience, price) in enumerate(
        COMING_EVENTS
    ):
        _event(
            story,
            f"next-{n}",
            title,
            english,
            kind,
            city,
            project,
            place,
            day,
            hour,
            capacity,
            audience,
            price,
            chance,
            on(2026, 11, 10),
        )


def _event(
    story: Story, name: str, title: str, english: str, kind: EventKind, city: str, project: str | None, place: str,
    day: date, hour: int, capacity: int, audience: Audience, price: int, chance: random.Random, opened: date,
) -> None:  # fmt: skip
    starts = clock.shanghai(day, hour)
    host = story.staff["shen.yue"] if city == "SZ" else story.staff["admin"]

    def announce() -> None:
        facts = events.EventFacts(
            kind=kind, title_zh=title, title_en=english, city_code=city, project_code=project, place=place,
            address=place, text_zh=f"{title}，期待与您和家人见面。名额按人头计算，报满可以排队。",
            text_en=f"{english}. Places are counted in people; when it is full you can wait in line.",
            starts_at=starts, ends_at=starts + timedelta(hours=3), opens_at=clock.now(),
            closes_at=starts - timedelta(hours=12), cancel_until=starts - timedelta(hours=24), capacity=capacity,
            companions_limit=3, audience=audience, price_points=price,
            safety_notice=SAFETY if kind is EventKind.OPEN_DAY else None,
        )  # fmt: skip
        event = events.create(facts, key=_key(f"event-{name}"), actor=host)
        events.publish(event.id, actor=host)
        _sign_ups(story, name, event.id, opened, starts, host, chance)

    story.then(clock.shanghai(opened, 9), announce)


def _sign_ups(
    story: Story, name: str, event_id: int, opened: date, starts: datetime, host: Actor, chance: random.Random
) -> None:
    cast = [person.mobile for person in people.MEMBERS]
    others = [mobile for mobile in owner_mobiles()[:70] if mobile not in cast]
    guests = cast[:6] + chance.sample(others, min(22, len(others)))
    for n, mobile in enumerate(guests):
        moment = clock.shanghai(opened, 10) + timedelta(hours=3 * n)
        if moment >= min(starts, NOW):
            break
        adults, pupils = chance.choice((1, 2, 2)), chance.choice((0, 0, 1))

        def sign_up(mobile: str = mobile, adults: int = adults, pupils: int = pupils) -> None:
            actor = _actor(mobile)
            registration = events.sign_up(
                event_id, member_id=actor.id, adults=adults, pupils=pupils, accepted_notice=True,
                key=_key(f"{name}-{mobile}"), actor=actor,
            )  # fmt: skip
            if starts < NOW and registration.is_seated and chance.random() < 0.85:
                story.then(
                    starts + timedelta(minutes=5),
                    lambda: events.check_in(
                        registration.id, heads=registration.heads, nonce=_key(f"in-{registration.id}"), actor=host
                    ),
                )

        story.then(moment, sign_up)


# --- rewards -----------------------------------------------------------------------------------------------------------

REWARDS = [
    ("定制帆布袋", "Canvas bag", RewardKind.GIFT, Delivery.PICK_UP, 80, 60, "厚帆布，米白色，约 38×42 厘米，一个。"),
    ("家庭工具箱", "Household tool box", RewardKind.GIFT, Delivery.PICK_UP, 200, 12, "29 件套，含卷尺、扳手、螺丝刀，一套。"),
    ("空调清洗一次", "One air-conditioner cleaning", RewardKind.SERVICE_VOUCHER, Delivery.VOUCHER, 150, 100, "壁挂机一台，预约上门，有效期 60 天。"),
    ("物业费抵用券 50 元", "Property fee voucher, 50 yuan", RewardKind.PROPERTY_FEE_VOUCHER, Delivery.VOUCHER, 250, None, "抵扣本人名下房屋物业费 50 元，不找零。"),
    ("再购优惠：望榕雅苑二期总价减 1%", "1 % off the second phase of Wangrong Garden", RewardKind.PURCHASE_BENEFIT, Delivery.VOUCHER, 1_000, 50, "限望榕雅苑二期，签约前出示，与其他优惠是否同享以认购书为准。"),
    ("亲子陶艺体验名额", "A place at the pottery class", RewardKind.EVENT_PLACE, Delivery.VOUCHER, 100, 20, "一大一小，含材料，日期由会所通知。"),
]  # fmt: skip


def _rewards(story: Story) -> None:
    def stock_the_shelf() -> None:
        for n, (name, english, kind, delivery, price, stock, text) in enumerate(REWARDS):
            facts: dict[str, Any] = {
                "kind": kind, "delivery": delivery, "name_zh": name, "name_en": english, "description_zh": text,
                "description_en": english + ".", "price": price, "stock": stock, "member_limit": 3, "city_code": "SZ",
                "desk": "翠澜湾会所前台，每日 9:00–18:00" if delivery is Delivery.PICK_UP else "",
            }  # fmt: skip
            if kind is RewardKind.PURCHASE_BENEFIT:
                facts |= {"benefit_percent": 1, "project_code": "GZ-WJY", "city_code": "GZ"}
            reward = points.write_reward(key=_key(f"reward-{n}"), actor=story.staff["admin"], **facts)
            points.publish_reward(reward.id, actor=story.staff["admin"])

    story.then(clock.shanghai(on(2022, 12, 1), 9), stock_the_shelf)


def _redemptions(story: Story) -> None:
    for n, (mobile, day, wanted) in enumerate(
        (
            ("19900000001", on(2024, 2, 3), 0),
            ("19900000004", on(2024, 6, 8), 0),
            ("19900000001", on(2026, 11, 20), 0),
            ("19900000005", on(2026, 11, 21), 0),
        )
    ):

        def redeem(mobile: str = mobile, wanted: int = wanted, n: int = n) -> None:
            actor = _actor(mobile)
            reward = point_queries.rewards(size=24).items[wanted]
            redemption = points.redeem(reward.id, member_id=actor.id, key=_key(f"redeem-{n}"), actor=actor)
            if n == 0:
                story.then(
                    clock.now() + timedelta(days=1),
                    lambda: points.mark_ready(redemption.id, actor=story.staff["admin"]),
                )

        story.then(clock.shanghai(day, 11), redeem)


# --- cases -------------------------------------------------------------------------------------------------------------

REPAIRS = [
    ("主卧飘窗下雨就渗水，地板已经翘了", "master_bedroom", "window_door", "leak", "stain"),
    ("楼上卫生间往我家吊顶滴水", "bathroom", "ceiling", "leak", "stain"),
    ("客厅电视墙竖向裂缝约一米", "living", "wall", "crack", "crack"),
    ("餐厅瓷砖空鼓七八块，踩上去响", "dining", "floor", "hollow", "tile"),
    ("阳台推拉门关不严，漏风", "balcony", "window_door", "loose", ""),
    ("厨房插座一插电饭锅就跳闸", "kitchen", "electric", "no_power", ""),
    ("厨房下水管又堵了", "kitchen", "plumbing", "blocked", ""),
    ("单元门禁刷卡没反应", "public", "facility", "broken", ""),
]

POSTS = [
    (
        "会所改成了商铺",
        "当时看房说好的会所，现在改成了商铺，请给个说法。",
        "规划变更已于 2024 年 3 月公示，会所面积移到 5 栋首层。本周六 10 点在现场说明，公示图附后。",
    ),
    (
        "次卧窗户正对垃圾房",
        "次卧窗户正对垃圾房，图纸上没有标出来。",
        "已安排设计和物业到现场。垃圾房将在 12 月 5 日前移到北门外侧，移完后请您验看。",
    ),
    (
        "客服电话打了五次没人接",
        "昨天下午打了五次客服电话，都没有人接。",
        "昨天 14 点到 16 点线路故障，很抱歉。您的事由郭一负责，今天 18 点前回电。",
    ),
    (
        "3 栋 2 号电梯又停了",
        "这个月第三次停梯，家里有老人，住 28 楼。",
        "电梯公司今天 15 点到场更换门机，换好前由物业值守另一部电梯。",
    ),
    ("外墙有砖掉落", "我们栋外墙昨晚掉了一块砖，楼下就是儿童区。", None),
    ("儿童区想装一盏灯", "晚上孩子在儿童区玩看不清，希望能装一盏灯。", None),
]


def _cases(story: Story) -> None:
    chance = random.Random(37)
    owners = [person.mobile for person in people.MEMBERS if person.mobile != "19900000006"]
    others = [mobile for mobile in owner_mobiles()[:70] if mobile not in owners]
    for n in range(64):
        mobile = owners[n % len(owners)] if n % 3 == 0 else chance.choice(others)
        day = on(2022, 12, 20) + timedelta(days=round(n * 1_420 / 63))
        story.then(
            clock.shanghai(day, chance.randrange(8, 21), chance.randrange(60)), _repair(story, n, mobile, chance)
        )
    recent = [
        on(2026, 11, 17),
        on(2026, 11, 18),
        on(2026, 11, 20),
        on(2026, 11, 21),
        on(2026, 11, 22),
        on(2026, 11, 23),
    ]
    for n, ((title, text, answer), day) in enumerate(zip(POSTS, recent, strict=True)):
        moment = clock.shanghai(day, 9 if n == 5 else 15, 10 * n)
        story.then(moment, _post(story, n, owners[n % 4], title, text, answer))
    for n, (kind, mobile, text, day) in enumerate(
        (
            (Kind.ENQUIRY, "19900000001", "产证什么时候能办？需要带什么", on(2026, 3, 4)),
            (Kind.SUGGESTION, "19900000005", "能不能把电梯里的按键字做大一点", on(2026, 11, 22)),
            (Kind.COMPLAINT, "19900000003", "合同写 9 月 30 日交楼，10 月 9 日才通知", on(2026, 10, 2)),
        )
    ):
        story.then(clock.shanghai(day, 14), _words(story, n, kind, mobile, text))


def _home_of(actor: Actor) -> int | None:
    own = homes.homes_of(actor.id)
    return own[0].id if own else None


def _city_of(actor: Actor) -> str:
    own = homes.homes_of(actor.id)
    return own[0].city_code if own else "SZ"


def _repair(story: Story, n: int, mobile: str, chance: random.Random) -> Deed:
    text, room, part, fault, picture = REPAIRS[n % len(REPAIRS)]

    def file() -> None:
        actor = _actor(mobile)
        home_id = _home_of(actor)
        if home_id is None:
            raise Refused()
        photos = files.keep_photos([pictures.room(seed=n, fault=picture)]) if picture and n > 52 else []
        case = cases.file_case(
            kind=Kind.REPAIR, text=text, home_id=home_id, room=room, part=part, fault=fault, photos=photos,
            key=_key(f"repair-{n}"), actor=actor,
        )  # fmt: skip
        _handle(story, case.id, f"repair-{n}", actor, case.filed_at, chance, open_ended=n > 57)

    return file


def _handle(
    story: Story, case_id: int, name: str, reporter: Actor, filed: datetime, chance: random.Random, *, open_ended: bool
) -> None:
    in_shenzhen = _city_of(reporter) == "SZ"
    specialist = story.staff["guo.yi" if in_shenzhen else "ning.yuan"]
    engineer = story.staff["xu.hang" if in_shenzhen else "ning.yuan"]
    if filed > NOW - timedelta(hours=20):
        return
    hours = 30 if chance.random() < 0.08 else chance.randrange(1, 20)
    story.then(filed + timedelta(hours=hours - 0.5), lambda: cases.accept(case_id, actor=specialist))
    story.then(
        filed + timedelta(hours=hours),
        lambda: cases.reply_publicly(
            case_id, text="收到，工程师许航明天上午 10 点前到您家查看，出发前会先给您打电话。", identity=Identity.SPECIALIST,
            key=_key(f"{name}-reply"), actor=specialist,
        ),
    )  # fmt: skip
    story.then(
        filed + timedelta(hours=hours + 1), lambda: cases.assign(case_id, assignee_id=engineer.id, actor=specialist)
    )
    story.then(
        filed + timedelta(hours=hours + 2),
        lambda: cases.note_internally(
            case_id, text="同栋去年有两起同类问题，查一下防水批次。", key=_key(f"{name}-note"), actor=engineer
        ),
    )
    if open_ended:
        return
    solved = filed + timedelta(days=chance.randrange(2, 6))
    story.then(solved, lambda: _resolve(case_id, engineer, name))
    if chance.random() < 0.8:
        story.then(solved + timedelta(hours=8), lambda: cases.confirm(case_id, actor=reporter))
        score = chance.choices((5, 4, 3, 2, 1), (62, 28, 7.5, 1.5, 1))[0]
        story.then(solved + timedelta(hours=9), lambda: cases.rate(case_id, score=score, actor=reporter))


def _resolve(case_id: int, engineer: Actor, name: str) -> None:
    photos = files.keep_photos([pictures.room(seed=case_id, fault="none")]) if name.endswith(("54", "55", "56")) else []
    cases.resolve(
        case_id, result="已处理并试验合格，现场已清理干净。如有反复，请直接在这里退回。", photos=photos, actor=engineer
    )


def _post(story: Story, n: int, mobile: str, title: str, text: str, answer: str | None) -> Deed:
    def post() -> None:
        actor = _actor(mobile)
        case = cases.post_on_board(
            title=title, text=text, home_id=_home_of(actor), wish=Wish.EXPLANATION, key=_key(f"post-{n}"), actor=actor
        )
        if answer is None:
            return
        hours = 26 if n == 1 else 3 + 2 * n
        manager = story.staff["tang.min"]
        story.then(case.filed_at + timedelta(hours=hours - 1), lambda: cases.accept(case.id, actor=manager))
        story.then(
            case.filed_at + timedelta(hours=hours),
            lambda: cases.reply_publicly(
                case.id, text=answer, identity=Identity.MANAGER, key=_key(f"post-{n}-reply"), actor=manager
            ),
        )

    return post


def _words(story: Story, n: int, kind: Kind, mobile: str, text: str) -> Deed:
    def file() -> None:
        actor = _actor(mobile)
        case = cases.file_case(
            kind=kind, text=text, title=text[:20], home_id=_home_of(actor), key=_key(f"words-{n}"), actor=actor
        )
        specialist = story.staff["guo.yi"]
        if case.filed_at > NOW - timedelta(days=2):
            return
        story.then(case.filed_at + timedelta(hours=3), lambda: cases.accept(case.id, actor=specialist))
        story.then(
            case.filed_at + timedelta(hours=4),
            lambda: cases.reply_publicly(
                case.id,
                text="您好，已核实，书面答复见附件说明，如需面谈请回复方便的时间。",
                key=_key(f"words-{n}-reply"),
                actor=specialist,
            ),
        )

    return file
