"""How a building grows: milestones with plan and fact, forecasts that are never overwritten, updates with photos."""

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from homes.models.estates import Building, Project
from kernel.db import BigId, UtcDateTime, append_only, db, text_enum


class MilestoneKind(enum.Enum):
    """The steps from the ground to the key, in their order."""

    FOUNDATION = "foundation"
    STRUCTURE = "structure"
    TOPPED_OUT = "topped_out"
    FACADE = "facade"
    INSTALLATION = "installation"
    FITTING_OUT = "fitting_out"
    LANDSCAPE = "landscape"
    ACCEPTANCE = "acceptance"
    HANDOVER = "handover"

    @property
    def label(self) -> Any:
        return _MILESTONE_LABELS[self]


_MILESTONE_LABELS = {
    MilestoneKind.FOUNDATION: _l("Foundation"),
    MilestoneKind.STRUCTURE: _l("Main structure"),
    MilestoneKind.TOPPED_OUT: _l("Topped out"),
    MilestoneKind.FACADE: _l("Outer walls"),
    MilestoneKind.INSTALLATION: _l("Installations"),
    MilestoneKind.FITTING_OUT: _l("Fitting-out"),
    MilestoneKind.LANDSCAPE: _l("Gardens"),
    MilestoneKind.ACCEPTANCE: _l("Acceptance on record"),
    MilestoneKind.HANDOVER: _l("Handover"),
}


class Audience(enum.Enum):
    """For whom a construction update is meant."""

    PUBLIC = "public"
    PROJECT = "project"
    BUILDING = "building"
    HOME = "home"

    @property
    def label(self) -> Any:
        return {
            Audience.PUBLIC: _l("Everybody"),
            Audience.PROJECT: _l("Owners of the project"),
            Audience.BUILDING: _l("Owners of the building"),
            Audience.HOME: _l("Owners of one home"),
        }[self]


class UpdateState(enum.Enum):
    """The life of a construction update."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Any:
        return {
            UpdateState.DRAFT: _l("Draft"),
            UpdateState.REVIEWED: _l("Reviewed"),
            UpdateState.PUBLISHED: _l("Published"),
            UpdateState.WITHDRAWN: _l("Withdrawn"),
        }[self]


class Milestone(db.Model):
    """A step of a building: the plan, its share of the whole (in percent), and the day it was reached."""

    __tablename__ = "milestone"
    __table_args__ = (
        sa.UniqueConstraint("building_id", "kind"),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name="weight"),
        sa.CheckConstraint("floors_done >= 0", name="floors"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    building_id: Mapped[int] = mapped_column(sa.ForeignKey("building.id"))
    kind: Mapped[MilestoneKind] = mapped_column(text_enum(MilestoneKind))
    position: Mapped[int]
    weight: Mapped[int]
    planned_on: Mapped[date]
    reached_on: Mapped[date | None]
    floors_done: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")

    building: Mapped[Building] = relationship(lazy="raise_on_sql")
    forecasts: Mapped[list["Forecast"]] = relationship(
        lazy="raise_on_sql", order_by="Forecast.id", back_populates="milestone"
    )


class Forecast(db.Model):
    """On a day the developer expected a milestone for another day, for a reason; never changed afterwards."""

    __tablename__ = "forecast"
    __table_args__ = (sa.Index("ix_forecast_milestone_id", "milestone_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    milestone_id: Mapped[int] = mapped_column(sa.ForeignKey("milestone.id"))
    expected_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(300))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stated_by: Mapped[int] = mapped_column(BigId)

    milestone: Mapped[Milestone] = relationship(lazy="raise_on_sql", back_populates="forecasts")


append_only(Forecast.__table__)  # type: ignore[arg-type]


class ConstructionUpdate(db.Model):
    """A dated report with photos; what was published stays, and a correction withdraws it and says why."""

    __tablename__ = "construction_update"
    __table_args__ = (
        sa.Index("ix_construction_update_project", "project_code", "state", "published_at", "id"),
        sa.Index("ix_construction_update_building", "building_id", "state", "published_at", "id"),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint("audience IN ('public', 'project') OR building_id IS NOT NULL", name="building_named"),
        sa.CheckConstraint("audience <> 'home' OR home_id IS NOT NULL", name="home_named"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_code: Mapped[str] = mapped_column(sa.ForeignKey("project.code"))
    city_code: Mapped[str] = mapped_column(sa.ForeignKey("city.code"))
    building_id: Mapped[int | None] = mapped_column(sa.ForeignKey("building.id"))
    home_id: Mapped[int | None] = mapped_column(sa.ForeignKey("home.id"))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience))
    state: Mapped[UpdateState] = mapped_column(text_enum(UpdateState))
    title: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.Text)
    taken_on: Mapped[date]
    viewpoint: Mapped[str] = mapped_column(sa.String(60), default="")
    percent: Mapped[int | None]
    percent_rule: Mapped[str] = mapped_column(sa.String(300), default="")
    written_by: Mapped[int] = mapped_column(BigId)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[int | None] = mapped_column(BigId)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    told_until: Mapped[int] = mapped_column(BigId, default=0)

    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    building: Mapped[Building | None] = relationship(lazy="raise_on_sql")
