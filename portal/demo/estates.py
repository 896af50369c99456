"""The demo club's six projects: facts for and against, phases, buildings, their progress in words and pictures."""

from datetime import date, timedelta
from typing import Any

from homes import operations as homes
from homes import queries
from homes.models import Audience, Building, FactorKind, MilestoneKind, Stage
from kernel import clock, files
from kernel.actor import SYSTEM, Actor
from portal.demo import pictures

CITIES = [
    ("SZ", "深圳", "Shenzhen"),
    ("SH", "上海", "Shanghai"),
    ("GZ", "广州", "Guangzhou"),
    ("CD", "成都", "Chengdu"),
    ("HK", "香港", "Hong Kong"),
]

PROJECTS: list[dict[str, Any]] = [
    {
        "code": "SZ-CLW", "name": "翠澜湾", "english_name": "Cuilan Bay", "stage": Stage.LIVED_IN,
        "summary": "海边的成熟社区。一期 2022 年 11 月交付，二期 2025 年 12 月交付。", "address": "深圳市南山区翠澜路 8 号（虚构）",
        "presale_permit": "深房许字（2020）演示 001 号",
        "phases": [("P1", "一期", Stage.LIVED_IN), ("P2", "二期", Stage.LIVED_IN)],
    },
    {
        "code": "SZ-YHL", "name": "屿禾里", "english_name": "Yuheli", "stage": Stage.HANDOVER,
        "summary": "2026 年 10 月 9 日至 11 日集中交付，业主陆续入住。", "address": "深圳市龙岗区屿禾街 21 号（虚构）",
        "presale_permit": "深房许字（2024）演示 017 号", "phases": [("P1", "一期", Stage.HANDOVER)],
    },
    {
        "code": "SH-SYT", "name": "疏影庭", "english_name": "Shuying Court", "stage": Stage.UNDER_CONSTRUCTION,
        "summary": "在建。主体结构施工中，2026 年 12 月 12 日工地开放日。", "address": "上海市青浦区疏影路 3 弄（虚构）",
        "presale_permit": "沪房预字（2025）演示 032 号", "phases": [("P1", "一期", Stage.UNDER_CONSTRUCTION)],
    },
    {
        "code": "GZ-WJY", "name": "望榕雅苑", "english_name": "Wangrong Garden", "stage": Stage.ON_SALE,
        "summary": "一期 2023 年 12 月入住，二期在售。", "address": "广州市番禺区望榕大道 66 号（虚构）",
        "presale_permit": "穗房预字（2026）演示 009 号",
        "phases": [("P1", "一期", Stage.LIVED_IN), ("P2", "二期", Stage.ON_SALE)],
    },
    {
        "code": "CD-JSH", "name": "锦溯花园", "english_name": "Jinsu Garden", "stage": Stage.LIVED_IN,
        "summary": "毛坯交付，2026 年 8 月 23 日交房。", "address": "成都市高新区锦溯街 12 号（虚构）",
        "presale_permit": "成房预售（2023）演示 021 号", "phases": [("P1", "一期", Stage.LIVED_IN)],
    },
    {
        "code": "HK-HTT", "name": "海棠臺", "english_name": "Begonia Terrace", "stage": Stage.ON_SALE,
        "summary": "香港項目，發售中。", "address": "香港新界海棠道 1 號（虛構）",
        "presale_permit": "預售同意方案（演示）", "phases": [("P1", "第一期", Stage.ON_SALE)],
    },
]  # fmt: skip

FOR, AGAINST = FactorKind.FAVOURABLE, FactorKind.UNFAVOURABLE
FACTORS: dict[str, list[tuple[FactorKind, str, str, int | None, bool, str]]] = {
    "SZ-CLW": [
        (FOR, "地铁站", "翠澜站 B 口已开通，步行距离以地图测距为准。", 620, False, "现场测量"),
        (FOR, "公立小学", "翠澜小学 2023 年 9 月开学，学位以教育部门当年公布为准。", 480, False, "区教育局公告"),
        (AGAINST, "变电站", "110 千伏变电站在围墙外西侧，已建成运行。", 310, False, "规划公示图"),
        (AGAINST, "高速路噪声", "东侧高速路夜间噪声实测 58 分贝（6 栋低层阳台）。", 180, False, "第三方检测报告"),
    ],
    "SZ-YHL": [
        (FOR, "社区公园", "红线内 4,200 平方米中心绿地。", None, True, "总平面图"),
        (FOR, "商业街", "北侧商业街已营业。", 350, False, "现场查看"),
        (AGAINST, "垃圾转运站", "市政垃圾转运站，每日 5 时至 7 时作业。", 760, False, "城管部门公示"),
        (AGAINST, "地下车库坡道", "车库出入口在 2 栋北侧，低层会听到车声。", None, True, "总平面图"),
    ],
    "SH-SYT": [
        (FOR, "轨道交通", "规划 17 号线延伸段，尚未开工，开通时间未定。", 900, False, "规划公示"),
        (FOR, "口袋公园", "东侧口袋公园已建成开放。", 150, False, "现场查看"),
        (AGAINST, "航线", "位于机场航线下方，白天可闻飞机声。", None, False, "环评报告"),
        (AGAINST, "加油站", "南侧加油站正常营业。", 420, False, "现场查看"),
        (AGAINST, "高压走廊", "西侧 220 千伏高压线，退界符合规范。", 260, False, "规划公示图"),
    ],
    "GZ-WJY": [
        (FOR, "医院", "番禺区第三医院（二级）已开诊。", 1_100, False, "卫健部门公告"),
        (AGAINST, "规划道路", "北侧规划路尚未施工，通车前须绕行。", 90, False, "交通部门答复"),
        (AGAINST, "殡仪馆", "直线距离约九百米，隔山。", 930, False, "地图测距"),
    ],
    "CD-JSH": [
        (FOR, "河滨绿道", "绿道已贯通。", 240, False, "现场查看"),
        (AGAINST, "铁路", "货运铁路线，夜间有列车通过。", 680, False, "环评报告"),
    ],
    "HK-HTT": [
        (FOR, "海景", "部分單位向海，以實際樓層為準。", None, True, "售樓說明書"),
        (AGAINST, "污水處理設施", "區內污水處理設施，天氣炎熱時或有氣味。", 850, False, "環保署資料"),
    ],
}

WEIGHTS = [
    (MilestoneKind.FOUNDATION, 10),
    (MilestoneKind.STRUCTURE, 30),
    (MilestoneKind.TOPPED_OUT, 5),
    (MilestoneKind.FACADE, 15),
    (MilestoneKind.INSTALLATION, 10),
    (MilestoneKind.FITTING_OUT, 15),
    (MilestoneKind.LANDSCAPE, 5),
    (MilestoneKind.ACCEPTANCE, 5),
    (MilestoneKind.HANDOVER, 5),
]


DAYS_BEFORE = {
    MilestoneKind.FOUNDATION: 640,
    MilestoneKind.STRUCTURE: 232,
    MilestoneKind.TOPPED_OUT: 222,
    MilestoneKind.FACADE: 160,
    MilestoneKind.INSTALLATION: 120,
    MilestoneKind.FITTING_OUT: 75,
    MilestoneKind.LANDSCAPE: 45,
    MilestoneKind.ACCEPTANCE: 30,
    MilestoneKind.HANDOVER: 0,
}
"""How long before the handover each milestone is planned."""


def open_projects() -> None:
    """Open cities, projects and phases, and publish each project's facts."""
    for code, name, english in CITIES:
        homes.open_city(code, name=name, english_name=english, actor=SYSTEM)
    for one in PROJECTS:
        facts = {key: one[key] for key in ("english_name", "summary", "address", "presale_permit")}
        homes.open_project(
            one["code"], city_code=one["code"].split("-")[0], name=one["name"], stage=one["stage"], actor=SYSTEM,
            hotline="400-000-0000", **facts,
        )  # fmt: skip
        for code, name, stage in one["phases"]:
            homes.open_phase(one["code"], code, name=name, stage=stage, actor=SYSTEM)


def publish_factors(actor: Actor) -> None:
    """Publish what speaks for and against each project."""
    for project, factors in FACTORS.items():
        for kind, title, text, distance, inside, source in factors:
            homes.write_factor(
                project, number=None, kind=kind, title=title, text=text, distance_m=distance, inside_red_line=inside,
                source=source, published_on=date(2025, 6, 1), actor=actor,
            )  # fmt: skip


def tell_progress(actor: Actor) -> None:
    """Plan the buildings, state forecasts and milestones, and publish the monthly updates with pictures."""
    for building in _buildings("SH-SYT"):
        _court_in_shanghai(building, actor)
    for project, handed_over in (
        ("SZ-YHL", date(2026, 10, 9)),
        ("CD-JSH", date(2026, 8, 23)),
        ("GZ-WJY", date(2023, 12, 15)),
    ):
        for building in _buildings(project)[:2]:
            _finished(building, handed_over, actor)
    for building in _buildings("SZ-CLW"):
        _finished(building, date(2025, 12, 23) if building.phase.code == "P2" else date(2022, 11, 26), actor)
    _bulletins(actor)


def _buildings(project: str) -> list[Building]:
    return [progress.building for progress in queries.buildings_of(project)]


def _plan(building: Building, handover: date, actor: Actor) -> dict[MilestoneKind, int]:
    plan = [(kind, weight, handover - timedelta(days=DAYS_BEFORE[kind])) for kind, weight in WEIGHTS]
    milestones = homes.plan_building(building.id, plan, actor=actor)
    return {milestone.kind: milestone.id for milestone in milestones}


def _finished(building: Building, handed_over: date, actor: Actor) -> None:
    with clock.at(clock.shanghai(handed_over, 18)):
        ids = _plan(building, handed_over, actor)
        for n, (kind, _weight) in enumerate(WEIGHTS):
            reached = handed_over - timedelta(days=max(0, DAYS_BEFORE[kind] - 2 - n))
            homes.state_milestone(
                ids[kind], reached_on=reached, floors_done=building.floors or 0 if kind is MilestoneKind.STRUCTURE else 0,
                evidence="验收记录", actor=actor,
            )  # fmt: skip


def _court_in_shanghai(building: Building, actor: Actor) -> None:
    """A building that is late: the forecast was changed twice, and both changes stay readable."""
    with clock.at(clock.shanghai(date(2025, 5, 12), 10)):
        ids = _plan(building, date(2027, 6, 30), actor)
    with clock.at(clock.shanghai(date(2025, 9, 18), 10)):
        homes.state_milestone(
            ids[MilestoneKind.FOUNDATION], reached_on=date(2025, 9, 18), evidence="地基验收记录", actor=actor
        )
        homes.state_forecast(
            ids[MilestoneKind.HANDOVER], expected_on=date(2027, 6, 30), reason="按合同计划", actor=actor
        )
    with clock.at(clock.shanghai(date(2026, 7, 20), 10)):
        homes.state_forecast(
            ids[MilestoneKind.HANDOVER],
            expected_on=date(2027, 7, 31),
            reason="六月连续降雨，主体停工 24 天",
            actor=actor,
        )
    with clock.at(clock.shanghai(date(2026, 11, 16), 10)):
        floors = building.floors or 18
        homes.state_milestone(
            ids[MilestoneKind.STRUCTURE],
            reached_on=None,
            floors_done=round(floors * 0.7),
            evidence="监理月报",
            actor=actor,
        )
        homes.state_forecast(
            ids[MilestoneKind.HANDOVER], expected_on=date(2027, 7, 20), reason="增加一班工人，追回 11 天", actor=actor
        )


BULLETINS = [
    ("SH-SYT", date(2026, 8, 20), Audience.PUBLIC, "主体施工到第 9 层", "五天一层。塔吊运行正常，外架验收合格。下月计划到第 12 层。", 0.45, 0.0),
    ("SH-SYT", date(2026, 9, 20), Audience.PUBLIC, "主体施工到第 11 层", "因中秋、国庆减员，本月少建一层，原因与补救计划见下方说明。", 0.55, 0.0),
    ("SH-SYT", date(2026, 10, 20), Audience.PUBLIC, "主体施工到第 12 层", "增加一班工人，楼层混凝土回弹检测全部合格。", 0.6, 0.05),
    ("SH-SYT", date(2026, 11, 18), Audience.PUBLIC, "主体施工到第 13 层，外墙保温样板开始", "12 月 12 日工地开放日可到现场查看样板。", 0.7, 0.12),
    ("SZ-YHL", date(2026, 10, 8), Audience.PUBLIC, "交付准备完成", "水、电、燃气开通；10 月 9 日起集中交付。", 1.0, 1.0),
    ("SZ-CLW", date(2026, 10, 30), Audience.PUBLIC, "一期公共设施改造征求意见", "儿童区灯光、单元门禁、外墙清洗，三项请业主排序。", 1.0, 1.0),
    ("GZ-WJY", date(2026, 11, 10), Audience.PUBLIC, "二期外立面施工", "外立面完成六成，园林开始放线。", 1.0, 0.6),
    ("CD-JSH", date(2026, 8, 20), Audience.PUBLIC, "毛坯交付准备完成", "8 月 23 日交房，请带好身份证和购房合同。", 1.0, 1.0),
    ("HK-HTT", date(2026, 11, 5), Audience.PUBLIC, "地基工程完成", "上蓋工程已經展開。", 0.25, 0.0),
]  # fmt: skip


def _bulletins(actor: Actor) -> None:
    drawn = [pictures.building_site(seed=n + 1, grown=one[5], facade=one[6]) for n, one in enumerate(BULLETINS)]
    photos = files.keep_photos(drawn)
    for n, (project, day, audience, title, text, _grown, _facade) in enumerate(BULLETINS):
        _publish(project, None, day, audience, title, text, [photos[n]], f"bulletin-{n}", actor)
    visits = ((date(2026, 10, 22), 12), (date(2026, 11, 20), 13))
    floors = [floor for _building in range(2) for _day, floor in visits]
    own = files.keep_photos(
        [pictures.building_site(seed=40 + n, grown=f / 18, facade=0.1 * (n % 2)) for n, f in enumerate(floors)]
    )
    for m, building in enumerate(_buildings("SH-SYT")[:2]):
        for n, (day, floor) in enumerate(visits):
            _publish(
                "SH-SYT", building.id, day, Audience.BUILDING, f"{building.name}主体到第 {floor} 层",
                "本栋楼板平整度抽检 12 处，全部合格。", [own[2 * m + n]], f"building-{m}-{n}", actor,
            )  # fmt: skip


def _publish(
    project: str, building_id: int | None, day: date, audience: Audience, title: str, text: str,
    photos: Any, key: str, actor: Actor,
) -> None:  # fmt: skip
    with clock.at(clock.shanghai(day, 17, 30)):
        update = homes.write_update(
            project, building_id=building_id, audience=audience, title=title, text=text, taken_on=day,
            viewpoint="东南角", photos=photos, key=f"demo-{key}-000000", actor=actor,
        )  # fmt: skip
        homes.publish_update(update.id, actor=actor)
