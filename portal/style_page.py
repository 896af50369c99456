"""The style page: every component in each of its states, so that a change of the look is seen in one place.

It exists in development, in tests and in the demo club only, and its samples are made up here.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask, render_template
from markupsafe import Markup
from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from kernel import clock
from kernel.access import public
from kernel.forms import CreatingForm, IntField, LongTextField, MobileField, PhotosField, TextField
from kernel.paging import Page
from kernel.settings import settings


@dataclass(frozen=True)
class Stage:
    """A stage of building as stage_bar shows it."""

    name: str
    state: str
    planned: date | None = None
    actual: date | None = None
    forecast: date | None = None
    percent: int | None = None
    note: str | None = None


STAGES = [
    Stage("桩基与地下室", "done", date(2025, 9, 10), date(2025, 9, 18), note="比计划晚 8 天：连续降雨"),
    Stage("主体结构", "done", date(2026, 8, 25), date(2026, 8, 22)),
    Stage(
        "外立面与门窗", "now", date(2026, 12, 20), forecast=date(2026, 12, 20), percent=62, note="本周新增现场照片 8 张"
    ),
    Stage("室内装修", "late", date(2026, 11, 10), forecast=date(2026, 12, 28), percent=15, note="瓷砖到货推迟"),
    Stage("园林与公共区域", "next", date(2027, 2, 28)),
    Stage("联合验收与交付", "next", date(2027, 6, 30)),
]


class SampleForm(CreatingForm):
    """One field of each kind."""

    title = TextField("哪里有问题", most=60, description="一句话，比如“主卧飘窗渗水”")
    mobile = MobileField("手机号")
    words = LongTextField("请说说经过", most=2000)
    count = IntField("同行人数", least=0, most=2, required=False)
    when = DateField("方便上门的日子", description="周一至周日都可以")
    place = SelectField("房屋", choices=[SelectChoice("1", "翠澜湾 3栋1206"), SelectChoice("2", "屿禾里 2栋1单元1803")])
    kind = RadioField(
        "您要提交什么",
        choices=[
            SelectChoice("repair", "报修|漏水、门窗、电路、墙面"),
            SelectChoice("complaint", "投诉|我们没做好的事"),
            SelectChoice("ask", "咨询"),
        ],
        default="repair",
    )
    parts = SelectMultipleField(
        "涉及的位置", choices=[SelectChoice("k", "厨房"), SelectChoice("b", "卫生间"), SelectChoice("l", "客厅")]
    )
    photos = PhotosField("照片")
    public = BooleanField("同意公开在业主之声，隐去姓名和房号")


class WrongForm(CreatingForm):
    """A form that comes back."""

    subject = TextField("哪里有问题", most=60, description="一句话，比如“主卧飘窗渗水”")
    own_mobile = MobileField("手机号")
    way = RadioField("怎样联系您", choices=[SelectChoice("phone", "电话"), SelectChoice("portal", "站内消息")])


def init_style_page(app: Flask) -> None:
    """Add /style where people build and try the club, and nowhere else."""
    own = app.extensions["settings"]
    if own.demo or own.testing or app.debug:
        app.add_url_rule("/style", "style", public(show))


def show() -> str:
    """Show every component in each of its states."""
    return render_template("portal/style.html", **samples())


def samples() -> dict[str, Any]:
    """Return what the style page shows."""
    now = clock.now()
    wrong = WrongForm(formdata=None)
    wrong.subject.errors = ("请填写这一项。",)
    wrong.own_mobile.errors = ("手机号应为 11 位数字。",)
    wrong.way.errors = ("请选择一项。",)
    return {
        "form": SampleForm(formdata=None),
        "wrong": wrong,
        "stages": STAGES,
        "now": now,
        "soon": now + timedelta(minutes=48),
        "later": now + timedelta(hours=22, minutes=30),
        "past": now - timedelta(hours=3, minutes=12),
        "today": clock.today(),
        "page": Page(items=[], next_cursor="abc", is_first=False),
        "code_svg": Markup(
            '<svg viewBox="0 0 21 21" role="img" aria-label="二维码示例"><path d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 2h2v5H9zM9 9h3v3H9z'
            'M14 9h2v2h-2zM18 10h3v2h-3zM10 14h2v3h-2zM14 14h3v2h-3zM18 17h3v4h-3zM13 18h3v3h-3z"/></svg>'
        ),
        "demo_site": settings(),
    }
