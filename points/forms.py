"""The shape of what members and staff type about points."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, SelectField
from wtforms.validators import Optional, ValidationError

from kernel.clock import day_of, start_of
from kernel.forms import CreatingForm, Form, IntField, LongTextField, TextField
from points.models import Delivery, Reward, RewardKind


class RedeemForm(CreatingForm):
    """How many pieces of a reward."""

    quantity = IntField(_l("How many"), least=1, most=10, default=1)


class CancelForm(Form):
    """Nothing but the wish."""


class ReasonForm(Form):
    """Why staff do something on a member's behalf."""

    reason = TextField(_l("Reason"), most=200)


class HandOverForm(Form):
    """A code that was scanned or typed."""

    code = TextField(_l("Pick-up code"), most=40)
    used_for = TextField(_l("Used for (contract or bill number)"), most=120, required=False)


class GoodwillForm(CreatingForm):
    """Points given by hand."""

    amount = IntField(_l("Points"), least=1, most=100_000)
    reason = LongTextField(_l("Reason"), most=300)


class StockForm(Form):
    """Pieces that came in or went out."""

    change = IntField(_l("Change of stock"), least=-100_000, most=100_000)

    def validate_change(self, field: Field) -> None:
        if field.data == 0:
            raise ValidationError(_("Please enter by how much the stock changes."))

    reason = TextField(_l("Reason"), most=200)


class RewardForm(CreatingForm):
    """A reward."""

    kind = SelectField(_l("Kind of reward"))
    name_zh = TextField(_l("Name in Chinese"), most=60)
    name_en = TextField(_l("Name in English"), most=80, required=False)
    description_zh = LongTextField(_l("Description in Chinese"), most=2_000)
    description_en = LongTextField(_l("Description in English"), most=2_000, required=False)
    price = IntField(_l("Price in points"), least=1, most=1_000_000)
    stock = IntField(_l("Stock"), least=0, most=1_000_000, required=False)
    member_limit = IntField(_l("Most per member"), least=1, most=1_000, required=False)
    tier_code = SelectField(_l("For this tier and above"))
    delivery = SelectField(_l("How it is handed over"))
    desk = TextField(_l("Pick-up desk"), most=120, required=False)
    valid_days = IntField(_l("Days to collect or use it"), least=1, most=730, default=60)
    starts_on = DateField(_l("First day of the offer"), validators=[Optional()])
    ends_on = DateField(_l("Last day of the offer"), validators=[Optional()])
    place = SelectField(_l("For which place"))

    @classmethod
    def of(cls, reward: Reward | None, tiers: list[tuple[str, str]], places: list[tuple[str, str]]) -> "RewardForm":
        """Return the form with its choices, filled in from a reward."""
        form = cls(data=_facts_of(reward) if reward else None)
        form.kind.choices = [(kind.value, kind.label) for kind in RewardKind]
        form.delivery.choices = [(way.value, way.label) for way in (Delivery.PICK_UP, Delivery.VOUCHER)]
        form.tier_code.choices = tiers
        form.place.choices = places
        return form

    def facts(self) -> dict[str, Any]:
        """Return the columns of a reward."""
        values = self.values()
        city_code, _slash, project_code = values.pop("place").partition("/")
        starts_on, ends_on = values.pop("starts_on"), values.pop("ends_on")
        return {
            **values,
            "kind": RewardKind(values["kind"]),
            "delivery": Delivery(values["delivery"]),
            "tier_code": values["tier_code"] or None,
            "starts_at": start_of(starts_on) if starts_on else None,
            "ends_at": start_of(ends_on + timedelta(days=1)) if ends_on else None,
            "city_code": city_code or None,
            "project_code": project_code or None,
        }


def place_of(reward: Reward) -> str:
    """Return where a reward is for, as the form's choices name it: nothing, a city, or city/project."""
    return f"{reward.city_code or ''}/{reward.project_code}" if reward.project_code else reward.city_code or ""


def _facts_of(reward: Reward) -> dict[str, Any]:
    names = ("name_zh", "name_en", "description_zh", "description_en", "price", "stock", "member_limit", "desk")
    return {
        **{name: getattr(reward, name) for name in names},
        "kind": reward.kind.value,
        "delivery": reward.delivery.value,
        "tier_code": reward.tier_code or "",
        "valid_days": reward.valid_days,
        "starts_on": day_of(reward.starts_at) if reward.starts_at else None,
        "ends_on": _last_day(reward.ends_at),
        "place": place_of(reward),
    }


def _last_day(ends_at: datetime | None) -> Any:
    return day_of(ends_at - timedelta(seconds=1)) if ends_at else None
