"""Events that were and events that are to come, with those who signed up."""

import random
from datetime import date, datetime, timedelta

from events import operations as events
from events.models import Audience, EventKind
from kernel import clock
from kernel.actor import Actor
from portal.demo import people
from portal.demo.ledger import owner_mobiles
from portal.demo.life.story import NOW, Story, actor_of, key, on

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


def hold_events(story: Story) -> None:
    """Let events be announced, signed up for and held."""
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
        event = events.create(facts, key=key(f"event-{name}"), actor=host)
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
            actor = actor_of(mobile)
            registration = events.sign_up(
                event_id, member_id=actor.id, adults=adults, pupils=pupils, accepted_notice=True,
                key=key(f"{name}-{mobile}"), actor=actor,
            )  # fmt: skip
            if starts < NOW and registration.is_seated and chance.random() < 0.85:
                story.then(
                    starts + timedelta(minutes=5),
                    lambda: events.check_in(
                        registration.id, heads=registration.heads, nonce=key(f"in-{registration.id}"), actor=host
                    ),
                )

        story.then(moment, sign_up)
