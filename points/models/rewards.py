"""Rewards and redemptions: what points buy, and how it reaches the member."""

import enum
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.db import BigId, UtcDateTime, append_only, db, text_enum
from points.models.programme import in_reader_language


class RewardKind(enum.Enum):
    """What a reward is."""

    GIFT = "gift"
    SERVICE_VOUCHER = "service_voucher"
    PROPERTY_FEE_VOUCHER = "property_fee_voucher"
    EVENT_PLACE = "event_place"
    PURCHASE_BENEFIT = "purchase_benefit"

    @property
    def label(self) -> str:
        return str(_KINDS[self])

    @property
    def icon(self) -> str:
        """The icon that stands for the kind where a reward has no picture."""
        return _ICONS[self]


_KINDS = {
    RewardKind.GIFT: _l("Gift"),
    RewardKind.SERVICE_VOUCHER: _l("Service voucher"),
    RewardKind.PROPERTY_FEE_VOUCHER: _l("Property fee voucher"),
    RewardKind.EVENT_PLACE: _l("Event place"),
    RewardKind.PURCHASE_BENEFIT: _l("Purchase benefit"),
}
_ICONS = {
    RewardKind.GIFT: "gift",
    RewardKind.SERVICE_VOUCHER: "tools",
    RewardKind.PROPERTY_FEE_VOUCHER: "receipt",
    RewardKind.EVENT_PLACE: "calendar-event",
    RewardKind.PURCHASE_BENEFIT: "building",
}


class RewardState(enum.Enum):
    """Whether members see a reward."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return str(_REWARD_STATES[self])


_REWARD_STATES = {
    RewardState.DRAFT: _l("Draft"),
    RewardState.PUBLISHED: _l("On offer"),
    RewardState.WITHDRAWN: _l("Off the offer"),
}


class Delivery(enum.Enum):
    """How a reward reaches the member."""

    PICK_UP = "pick_up"
    VOUCHER = "voucher"
    SHIPPING = "shipping"

    @property
    def label(self) -> str:
        return str(_DELIVERIES[self])


_DELIVERIES = {
    Delivery.PICK_UP: _l("Picked up at a desk"),
    Delivery.VOUCHER: _l("Voucher code"),
    Delivery.SHIPPING: _l("Sent by post"),
}


class Reward(db.Model):
    """Something that points buy. ``stock`` None means without end; the tier gate names the lowest tier that may have it."""

    __tablename__ = "reward"
    __table_args__ = (
        sa.CheckConstraint("price > 0", name="price"),
        sa.CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
        sa.CheckConstraint("member_limit IS NULL OR member_limit > 0", name="member_limit"),
        sa.CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at", name="dates"),
        sa.Index("ix_reward_catalogue", "state", "price", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[RewardKind] = mapped_column(text_enum(RewardKind))
    state: Mapped[RewardState] = mapped_column(text_enum(RewardState), default=RewardState.DRAFT)
    delivery: Mapped[Delivery] = mapped_column(text_enum(Delivery))
    name_zh: Mapped[str] = mapped_column(sa.String(60))
    name_en: Mapped[str] = mapped_column(sa.String(80), default="")
    description_zh: Mapped[str] = mapped_column(sa.Text)
    description_en: Mapped[str] = mapped_column(sa.Text, default="")
    price: Mapped[int]
    stock: Mapped[int | None]
    member_limit: Mapped[int | None]
    tier_code: Mapped[str | None] = mapped_column(sa.String(20))
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    desk: Mapped[str] = mapped_column(sa.String(120), default="")
    valid_days: Mapped[int] = mapped_column(default=60)
    picture: Mapped[str | None] = mapped_column(sa.String(120))
    benefit_percent: Mapped[int | None]
    benefit_fen: Mapped[int | None] = mapped_column(sa.BigInteger)
    city_code: Mapped[str | None] = mapped_column(sa.String(10))
    project_code: Mapped[str | None] = mapped_column(sa.String(30))
    budget_total: Mapped[int | None] = mapped_column(sa.BigInteger)
    budget_day: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def name(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)

    @property
    def description(self) -> str:
        return in_reader_language(self.description_zh, self.description_en)


class RedemptionState(enum.Enum):
    """How an order stands."""

    ORDERED = "ordered"
    READY = "ready"
    HANDED_OVER = "handed_over"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        return str(_STATES[self])


_STATES = {
    RedemptionState.ORDERED: _l("Being prepared"),
    RedemptionState.READY: _l("Ready"),
    RedemptionState.HANDED_OVER: _l("Collected"),
    RedemptionState.SHIPPED: _l("On its way"),
    RedemptionState.RECEIVED: _l("Delivered to you"),
    RedemptionState.CANCELLED: _l("Cancelled"),
    RedemptionState.LAPSED: _l("Not collected in time"),
}


class Redemption(db.Model):
    """An order: which reward, for how many points, and how far it has come."""

    __tablename__ = "redemption"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("points > 0", name="points"),
        sa.Index("ix_redemption_member_id_id", "member_id", "id"),
        sa.Index("ix_redemption_member_id_reward_id", "member_id", "reward_id"),
        sa.Index("ix_redemption_reward_id", "reward_id"),
        sa.Index("ix_redemption_queue", "state", "ordered_at", "id"),
        sa.Index("ix_redemption_due", "state", "usable_until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    reward_id: Mapped[int] = mapped_column(sa.ForeignKey("reward.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    quantity: Mapped[int]
    points: Mapped[int]
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("points_entry.id"), unique=True)
    state: Mapped[RedemptionState] = mapped_column(text_enum(RedemptionState))
    city_code: Mapped[str | None] = mapped_column(sa.String(10))
    project_code: Mapped[str | None] = mapped_column(sa.String(30))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    usable_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tracking: Mapped[str | None] = mapped_column(sa.String(60))
    used_for: Mapped[str | None] = mapped_column(sa.String(120))

    reward: Mapped[Reward] = relationship(lazy="raise_on_sql")
    code: Mapped["PickUpCode"] = relationship(lazy="raise_on_sql", uselist=False, viewonly=True)
    steps: Mapped[list["RedemptionStep"]] = relationship(
        lazy="raise_on_sql", viewonly=True, order_by="RedemptionStep.id"
    )

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be collected or used."""
        return clock.day_of(self.usable_until - timedelta(seconds=1)) if self.usable_until else None

    @property
    def is_open(self) -> bool:
        """Whether the member still waits for it, and may cancel."""
        return self.state in {RedemptionState.ORDERED, RedemptionState.READY}


class RedemptionStep(db.Model):
    """When an order reached a state, and by whom."""

    __tablename__ = "redemption_step"
    __table_args__ = (sa.Index("ix_redemption_step_redemption_id_id", "redemption_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    redemption_id: Mapped[int] = mapped_column(sa.ForeignKey("redemption.id"))
    state: Mapped[RedemptionState] = mapped_column(text_enum(RedemptionState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(sa.String(40))
    note: Mapped[str] = mapped_column(sa.String(300), default="")


class PickUpCode(db.Model):
    """The code that a member shows at the desk: 80 random bits, used once, its checking is rate-limited."""

    __tablename__ = "pick_up_code"

    redemption_id: Mapped[int] = mapped_column(sa.ForeignKey("redemption.id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def spoken(self) -> str:
        """The code in groups of four, as people read it out."""
        return " ".join(self.code[n : n + 4] for n in range(0, 16, 4))


append_only(RedemptionStep.__table__)  # type: ignore[arg-type]
