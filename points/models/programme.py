"""The programme: tiers, earning rules, budgets and what staff give by hand; tables that staff edit, with dates."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import get_locale
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import BigId, UtcDateTime, append_only, db, text_enum


def in_reader_language(chinese: str, english: str) -> str:
    """Return the text a reader wants of two that staff have written."""
    locale = get_locale()
    return english if english and locale is not None and locale.language == "en" else chinese


class Tier(db.Model):
    """A step of the programme as it stands from a date on: what it takes and what it brings."""

    __tablename__ = "tier"
    __table_args__ = (
        sa.UniqueConstraint("code", "effective_from"),
        sa.CheckConstraint("threshold >= 0", name="threshold"),
        sa.CheckConstraint("multiplier_percent >= 100", name="multiplier_percent"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    name_zh: Mapped[str] = mapped_column(sa.String(20))
    name_en: Mapped[str] = mapped_column(sa.String(20))
    rank: Mapped[int]
    threshold: Mapped[int]
    multiplier_percent: Mapped[int]
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def name(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)


class TierCause(enum.Enum):
    """Why a member's tier changed."""

    REACHED = "reached"
    FLOOR = "floor"
    RENEWED = "renewed"
    REVIEWED = "reviewed"
    REVERSED = "reversed"
    MANUAL = "manual"


class TierEvent(db.Model):
    """A change of a member's tier, with the facts it was decided on."""

    __tablename__ = "tier_event"
    __table_args__ = (sa.Index("ix_tier_event_account_id_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("points_account.id"))
    from_code: Mapped[str | None] = mapped_column(sa.String(20))
    from_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    to_code: Mapped[str] = mapped_column(sa.String(20))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[TierCause] = mapped_column(text_enum(TierCause))
    qualifying: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")


class EarningRule(db.Model):
    """What an occasion earns from a date on. A change is a new version; the newest one that has begun is in force.

    ``per_fen``: the amount is earned per this full sum of money; ``once_per_source``: whoever comes first has it (one
    home is bound by two owners and pays once); limits count a member's grants; budgets count points.
    """

    __tablename__ = "earning_rule"
    __table_args__ = (
        sa.UniqueConstraint("occasion", "effective_from"),
        sa.CheckConstraint("amount >= 0", name="amount"),
        sa.CheckConstraint("qualifying >= 0", name="qualifying"),
        sa.CheckConstraint("per_fen IS NULL OR per_fen > 0", name="per_fen"),
        sa.CheckConstraint("valid_months IS NULL OR valid_months > 0", name="valid_months"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    occasion: Mapped[str] = mapped_column(sa.String(40))
    name_zh: Mapped[str] = mapped_column(sa.String(40))
    name_en: Mapped[str] = mapped_column(sa.String(60))
    amount: Mapped[int]
    per_fen: Mapped[int | None] = mapped_column(sa.BigInteger)
    qualifying: Mapped[int] = mapped_column(default=0)
    qualifying_follows: Mapped[bool] = mapped_column(default=False)
    multiplied: Mapped[bool] = mapped_column(default=True)
    pending: Mapped[bool] = mapped_column(default=False)
    valid_months: Mapped[int | None] = mapped_column(default=24)
    limit_total: Mapped[int | None]
    limit_month: Mapped[int | None]
    limit_year: Mapped[int | None]
    once_per_source: Mapped[bool] = mapped_column(default=False)
    most: Mapped[int | None]
    budget_total: Mapped[int | None] = mapped_column(sa.BigInteger)
    budget_day: Mapped[int | None] = mapped_column(sa.BigInteger)
    active: Mapped[bool] = mapped_column(default=True)
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str] = mapped_column(sa.String(40))

    @property
    def name(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)


TOTAL = date(1900, 1, 1)
"""The day under which a budget's total is counted."""


class Budget(db.Model):
    """How many points a rule or a reward has used up on a day, and in all (under the day ``TOTAL``)."""

    __tablename__ = "points_budget"
    __table_args__ = (sa.CheckConstraint("used >= 0", name="used"),)

    subject: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    used: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class Adjustment(db.Model):
    """Points that a staff person gave a member by hand: the reason, and who approved when a second person was needed."""

    __tablename__ = "points_adjustment"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> given_by_id", name="second_person"),
        sa.Index("ix_points_adjustment_member_id_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    amount: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.String(300))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("points_entry.id"), unique=True)
    given_by_id: Mapped[int] = mapped_column(BigId)
    given_by: Mapped[str] = mapped_column(sa.String(60))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(BigId)
    approved_by: Mapped[str | None] = mapped_column(sa.String(60))


append_only(TierEvent.__table__)  # type: ignore[arg-type]
