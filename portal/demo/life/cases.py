"""Repairs, posts and questions, and how the staff dealt with them."""

import random
from datetime import datetime, timedelta

from homes import queries as homes
from kernel import clock, files
from kernel.actor import Actor
from kernel.errors import Refused
from portal.demo import people, pictures
from portal.demo.ledger import owner_mobiles
from portal.demo.life.story import NOW, Deed, Story, actor_of, key, on
from service_requests import operations as cases
from service_requests.models import Identity, Kind, Wish

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


def file_cases(story: Story) -> None:
    """Let members file cases, and staff answer and solve them."""
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
    for n, (kind, mobile, text, answer, day) in enumerate(
        (
            (
                Kind.ENQUIRY,
                "19900000001",
                "产证什么时候能办？需要带什么",
                "产证自备案之日起 90 天内办理。请带身份证、购房合同和契税票，到翠澜湾会所二楼，每周二、四 9:00–16:00。",
                on(2026, 3, 4),
            ),
            (
                Kind.SUGGESTION,
                "19900000005",
                "能不能把电梯里的按键字做大一点",
                "已请电梯公司报价，本月内先给 5 栋换大字按键，您试用后我们再换其余楼栋。",
                on(2026, 11, 22),
            ),
            (
                Kind.COMPLAINT,
                "19900000003",
                "合同写 9 月 30 日交楼，10 月 9 日才通知",
                "很抱歉通知晚了。逾期 9 天的违约金按合同第九条计算，明细今天发到您的消息里，请核对后回复。",
                on(2026, 10, 2),
            ),
        )
    ):
        story.then(clock.shanghai(day, 14), _words(story, n, kind, mobile, text, answer))


def _home_of(actor: Actor) -> int | None:
    own = homes.homes_of(actor.id)
    return own[0].id if own else None


def _city_of(actor: Actor) -> str:
    own = homes.homes_of(actor.id)
    return own[0].city_code if own else "SZ"


def _repair(story: Story, n: int, mobile: str, chance: random.Random) -> Deed:
    text, room, part, fault, picture = REPAIRS[n % len(REPAIRS)]

    def file() -> None:
        actor = actor_of(mobile)
        home_id = _home_of(actor)
        if home_id is None:
            raise Refused()
        photos = files.keep_photos([pictures.room(seed=n, fault=picture)]) if picture and n > 52 else []
        case = cases.file_case(
            kind=Kind.REPAIR, text=text, home_id=home_id, room=room, part=part, fault=fault, photos=photos,
            key=key(f"repair-{n}"), actor=actor,
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
            key=key(f"{name}-reply"), actor=specialist,
        ),
    )  # fmt: skip
    story.then(
        filed + timedelta(hours=hours + 1), lambda: cases.assign(case_id, assignee_id=engineer.id, actor=specialist)
    )
    story.then(
        filed + timedelta(hours=hours + 2),
        lambda: cases.note_internally(
            case_id, text="同栋去年有两起同类问题，查一下防水批次。", key=key(f"{name}-note"), actor=engineer
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
        actor = actor_of(mobile)
        case = cases.post_on_board(
            title=title, text=text, home_id=_home_of(actor), wish=Wish.EXPLANATION, key=key(f"post-{n}"), actor=actor
        )
        if answer is None:
            return
        hours = 26 if n == 1 else 3 + 2 * n
        manager = story.staff["tang.min"]
        story.then(case.filed_at + timedelta(hours=hours - 1), lambda: cases.accept(case.id, actor=manager))
        story.then(
            case.filed_at + timedelta(hours=hours),
            lambda: cases.reply_publicly(
                case.id, text=answer, identity=Identity.MANAGER, key=key(f"post-{n}-reply"), actor=manager
            ),
        )

    return post


def _words(story: Story, n: int, kind: Kind, mobile: str, text: str, answer: str) -> Deed:
    def file() -> None:
        actor = actor_of(mobile)
        case = cases.file_case(kind=kind, text=text, home_id=_home_of(actor), key=key(f"words-{n}"), actor=actor)
        specialist = story.staff["guo.yi"]
        if case.filed_at > NOW - timedelta(days=2):
            return
        story.then(case.filed_at + timedelta(hours=3), lambda: cases.accept(case.id, actor=specialist))
        story.then(
            case.filed_at + timedelta(hours=4),
            lambda: cases.reply_publicly(
                case.id,
                text=answer,
                key=key(f"words-{n}-reply"),
                actor=specialist,
            ),
        )

    return file
