"""The cast of the demo club. Every name, number and home is invented; the numbers are from a range used for samples."""

from dataclasses import dataclass
from typing import Any

import pyotp

from kernel import clock

PASSWORD = "demo-club-2026"
"""What all demo staff sign in with; the second factor is shown on the demo page."""


@dataclass(frozen=True)
class DemoMember:
    """A member one can sign in as."""

    name: str
    mobile: str
    story: str


@dataclass(frozen=True)
class DemoStaff:
    """A staff person one can sign in as; ``unit`` is a city code, a project code, or empty for the group."""

    login: str
    name: str
    title: str
    role: str
    unit: str
    secret: str

    @property
    def password(self) -> str:
        return PASSWORD

    @property
    def story(self) -> str:
        return f"{self.title}{' · ' + self.unit if self.unit else ''}"


MEMBERS = [
    DemoMember("周予安", "19900000001", "翠澜湾二期业主，金卡，有积分、工单和活动"),
    DemoMember("林可航", "19900000002", "疏影庭准业主，房屋在建"),
    DemoMember("陈砚书", "19900000003", "屿禾里业主，2026 年 10 月收楼"),
    DemoMember("何静姝", "19900000004", "翠澜湾一期业主，四年之约"),
    DemoMember("张秀英", "19900000005", "78 岁，翠澜湾二期业主，习惯用长辈版"),
    DemoMember("欧阳若水", "19900000006", "还没有房屋的会员"),
    DemoMember("Emma Clarke", "19900000007", "海棠臺准业主，读英文"),
    DemoMember("阿依努尔·买买提", "19900000008", "锦溯花园业主，三套房"),
]

STAFF = [
    DemoStaff("guo.yi", "郭一", "客户关系专员", "specialist", "SZ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA"),
    DemoStaff("tang.min", "唐敏", "客户关系经理", "manager", "SZ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXB"),
    DemoStaff("xu.hang", "许航", "维修工程师", "repair_engineer", "SZ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXC"),
    DemoStaff("shen.yue", "沈悦", "社区活动专员", "event_staff", "SZ", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXD"),
    DemoStaff("lu.ming", "陆鸣", "论坛值守", "moderator", "", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXE"),
    DemoStaff("fang.qi", "方琪", "审计", "auditor", "", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXF"),
    DemoStaff("admin", "韩立", "系统管理员", "administrator", "", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXG"),
    DemoStaff("admin2", "秦风", "系统管理员（第二人）", "administrator", "", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXJ"),
    DemoStaff("ning.yuan", "宁远", "集团客户关系中心经理", "manager", "", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXI"),
    DemoStaff("deng.lan", "邓岚", "客户关系经理", "manager", "SH", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXH"),
]


def staff_with_codes() -> list[dict[str, Any]]:
    """Return the staff with the six digits that are good right now."""
    moment = int(clock.real_now().timestamp())
    return [
        {
            "login": person.login,
            "name": person.name,
            "password": person.password,
            "story": person.story,
            "code": pyotp.TOTP(person.secret).at(moment),
        }
        for person in STAFF
    ]
