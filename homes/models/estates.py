"""What is built where: cities, projects, phases, buildings, homes, and the facts that buyers must know."""

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.db import BigId, UtcDateTime, append_only, db, text_enum


class Stage(enum.Enum):
    """How far a project, a phase or a home is; it decides what its people are shown."""

    ON_SALE = "on_sale"
    UNDER_CONSTRUCTION = "under_construction"
    HANDOVER = "handover"
    LIVED_IN = "lived_in"

    @property
    def label(self) -> Any:
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    Stage.ON_SALE: _l("On sale"),
    Stage.UNDER_CONSTRUCTION: _l("Under construction"),
    Stage.HANDOVER: _l("Being handed over"),
    Stage.LIVED_IN: _l("Lived in"),
}


class Habit(enum.Enum):
    """How people write the number of a building: 2栋, 12号, A座, 第2座."""

    DONG = "dong"
    HAO = "hao"
    ZUO = "zuo"
    HONG_KONG = "hong_kong"


class FactorKind(enum.Enum):
    """Whether a fact speaks for a home or against it."""

    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"

    @property
    def label(self) -> Any:
        return _l("Favourable") if self is FactorKind.FAVOURABLE else _l("Unfavourable")


class City(db.Model):
    """A city company."""

    __tablename__ = "city"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    english_name: Mapped[str] = mapped_column(sa.String(60), default="")

    def name_in(self, locale: str) -> str:
        """Return the name as readers of a language know it; nothing is converted automatically."""
        return self.english_name if locale == "en" and self.english_name else self.name


class Project(db.Model):
    """An estate with its own page; ``code`` such as ``SZ-YHL`` is known to all packages."""

    __tablename__ = "project"
    __table_args__ = (sa.Index("ix_project_city_code", "city_code", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    city_code: Mapped[str] = mapped_column(sa.ForeignKey("city.code"))
    name: Mapped[str] = mapped_column(sa.String(60))
    english_name: Mapped[str] = mapped_column(sa.String(60), default="")
    brand: Mapped[str] = mapped_column(sa.String(60), default="")
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    hotline: Mapped[str] = mapped_column(sa.String(40), default="")
    presale_permit: Mapped[str] = mapped_column(sa.String(100), default="")
    stage: Mapped[Stage] = mapped_column(text_enum(Stage))

    city: Mapped[City] = relationship(lazy="raise_on_sql")
    phases: Mapped[list["Phase"]] = relationship(lazy="raise_on_sql", order_by="Phase.code", back_populates="project")

    def name_in(self, locale: str) -> str:
        """Return the name as readers of a language know it; nothing is converted automatically."""
        return self.english_name if locale == "en" and self.english_name else self.name


class Phase(db.Model):
    """A part of a project that is sold and handed over by itself; ``code`` such as ``P1``."""

    __tablename__ = "phase"
    __table_args__ = (sa.UniqueConstraint("project_code", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_code: Mapped[str] = mapped_column(sa.ForeignKey("project.code"))
    code: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(60))
    presale_permit: Mapped[str] = mapped_column(sa.String(100), default="")
    stage: Mapped[Stage] = mapped_column(text_enum(Stage))

    project: Mapped[Project] = relationship(lazy="raise_on_sql", back_populates="phases")


class Building(db.Model):
    """A building, whose number is written in the habit of its city."""

    __tablename__ = "building"
    __table_args__ = (
        sa.UniqueConstraint("phase_id", "number"),
        sa.Index("ix_building_project_code", "project_code", "code"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("phase.id"))
    project_code: Mapped[str] = mapped_column(sa.ForeignKey("project.code"))
    city_code: Mapped[str] = mapped_column(sa.ForeignKey("city.code"))
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    number: Mapped[str] = mapped_column(sa.String(8))
    habit: Mapped[Habit] = mapped_column(text_enum(Habit))
    name: Mapped[str] = mapped_column(sa.String(40))
    floors: Mapped[int | None]

    phase: Mapped[Phase] = relationship(lazy="raise_on_sql")
    project: Mapped[Project] = relationship(lazy="raise_on_sql")


class Home(db.Model):
    """One home. ``label`` is what people write on letters, ``key`` and ``short_key`` are what searching compares."""

    __tablename__ = "home"
    __table_args__ = (
        sa.Index("ix_home_project_code", "project_code", "code"),
        sa.Index("ix_home_city_code", "city_code", "code"),
        sa.Index("ix_home_building_id", "building_id", "code"),
        sa.Index("ix_home_key", "key", "code"),
        sa.Index("ix_home_short_key", "short_key", "code"),
        sa.Index("ix_home_room", "room", "code"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(60), unique=True)
    building_id: Mapped[int] = mapped_column(sa.ForeignKey("building.id"))
    project_code: Mapped[str] = mapped_column(sa.String(20))
    city_code: Mapped[str] = mapped_column(sa.String(8))
    unit: Mapped[str | None] = mapped_column(sa.String(8))
    floor: Mapped[int]
    room: Mapped[str] = mapped_column(sa.String(12))
    label: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(40))
    short_key: Mapped[str] = mapped_column(sa.String(40))
    stage: Mapped[Stage] = mapped_column(text_enum(Stage))
    agreed_handover_on: Mapped[date | None]
    handed_over_on: Mapped[date | None]

    building: Mapped[Building] = relationship(lazy="raise_on_sql")
    project: Mapped[Project] = relationship(
        primaryjoin="foreign(Home.project_code) == Project.code", viewonly=True, lazy="raise_on_sql"
    )


class Factor(db.Model):
    """One version of a fact about a project; versions are added, never changed, never deleted (R032)."""

    __tablename__ = "factor"
    __table_args__ = (
        sa.UniqueConstraint("project_code", "number", "version"),
        sa.CheckConstraint("distance_m IS NULL OR distance_m >= 0", name="distance"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_code: Mapped[str] = mapped_column(sa.ForeignKey("project.code"))
    number: Mapped[int]
    version: Mapped[int]
    kind: Mapped[FactorKind] = mapped_column(text_enum(FactorKind))
    title: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.Text)
    distance_m: Mapped[int | None]
    inside_red_line: Mapped[bool]
    source: Mapped[str] = mapped_column(sa.String(200))
    published_on: Mapped[date]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


append_only(Factor.__table__, but=("superseded_at",))  # type: ignore[arg-type]


class ProjectReading(db.Model):
    """A member has read a project's facts in a version (R031); ``version`` is the newest factor's id at that moment."""

    __tablename__ = "project_reading"
    __table_args__ = (sa.UniqueConstraint("member_id", "project_code", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    project_code: Mapped[str] = mapped_column(sa.ForeignKey("project.code"))
    version: Mapped[int] = mapped_column(BigId)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
