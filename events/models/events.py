"""The event: what it is, for whom, when, how many heads it takes."""

import enum
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import BigId, UtcDateTime, db, text_enum


class EventKind(enum.Enum):
    """What sort of event it is."""

    OPEN_DAY = "open_day"
    FRAME_OPENING = "frame_opening"
    FINISHED_OPENING = "finished_opening"
    GROUP_VISIT = "group_visit"
    CARE = "care"
    MOVE_IN = "move_in"
    DIALOGUE = "dialogue"
    CULTURE = "culture"

    @property
    def label(self) -> Any:
        return _KINDS[self]


_KINDS = {
    EventKind.OPEN_DAY: _l("Site open day"),
    EventKind.FRAME_OPENING: _l("Frame opening"),
    EventKind.FINISHED_OPENING: _l("Finished home opening"),
    EventKind.GROUP_VISIT: _l("Group visit"),
    EventKind.CARE: _l("Customer care"),
    EventKind.MOVE_IN: _l("Move-in ceremony"),
    EventKind.DIALOGUE: _l("Talk with the developer"),
    EventKind.CULTURE: _l("Neighbours and culture"),
}


class Audience(enum.Enum):
    """Who may see an event and sign up."""

    ALL = "all"
    MEMBERS = "members"
    OWNERS = "owners"

    @property
    def label(self) -> Any:
        return _AUDIENCES[self]


_AUDIENCES = {
    Audience.ALL: _l("Everybody sees it, members sign up"),
    Audience.MEMBERS: _l("Members only"),
    Audience.OWNERS: _l("Owners of the project only"),
}


class EventState(enum.Enum):
    """How far an event is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FINISHED = "finished"

    @property
    def label(self) -> Any:
        return _EVENT_STATES[self]


_EVENT_STATES = {
    EventState.DRAFT: _l("Draft"),
    EventState.PUBLISHED: _l("Published"),
    EventState.CANCELLED: _l("Cancelled"),
    EventState.FINISHED: _l("Held"),
}


class Event(db.Model):
    """Something the club invites to; ``heads_taken`` is changed under the row's lock only."""

    __tablename__ = "event"
    __table_args__ = (
        sa.CheckConstraint("capacity >= 1", name="capacity"),
        sa.CheckConstraint("heads_taken >= 0 AND heads_taken <= capacity", name="heads_taken"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.CheckConstraint("price_points >= 0", name="price_points"),
        sa.CheckConstraint("companions_limit >= 0", name="companions_limit"),
        sa.CheckConstraint("audience <> 'owners' OR project_code IS NOT NULL", name="owners_project"),
        sa.Index("ix_event_state_starts_at", "state", "starts_at", "id"),
        sa.Index("ix_event_state_ends_at", "state", "ends_at"),
        sa.Index("ix_event_city_code", "city_code", "starts_at"),
        sa.Index("ix_event_project_code", "project_code", "starts_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind))
    title_zh: Mapped[str] = mapped_column(sa.String(80))
    title_en: Mapped[str | None] = mapped_column(sa.String(120))
    text_zh: Mapped[str] = mapped_column(sa.Text)
    text_en: Mapped[str | None] = mapped_column(sa.Text)
    city_code: Mapped[str] = mapped_column(sa.String(10))
    project_code: Mapped[str | None] = mapped_column(sa.String(20))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience))
    place: Mapped[str] = mapped_column(sa.String(80))
    address: Mapped[str] = mapped_column(sa.String(160))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancel_until: Mapped[datetime] = mapped_column(UtcDateTime)
    capacity: Mapped[int]
    heads_taken: Mapped[int] = mapped_column(default=0)
    companions_limit: Mapped[int]
    children_limit: Mapped[int | None]
    price_points: Mapped[int] = mapped_column(default=0)
    grants_points: Mapped[bool] = mapped_column(default=True)
    tier_priority: Mapped[bool] = mapped_column(default=False)
    safety_notice: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[EventState] = mapped_column(text_enum(EventState), default=EventState.DRAFT)
    sequence: Mapped[int] = mapped_column(default=0)
    last_queue_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_reason: Mapped[str | None] = mapped_column(sa.String(300))

    @property
    def heads_left(self) -> int:
        """How many heads still fit."""
        return self.capacity - self.heads_taken

    @property
    def is_published(self) -> bool:
        return self.state is EventState.PUBLISHED

    @property
    def is_draft(self) -> bool:
        return self.state is EventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.state is EventState.CANCELLED

    @property
    def is_public(self) -> bool:
        """Say whether everybody may see it, also without signing in."""
        return self.audience is Audience.ALL and not self.is_draft

    @property
    def most_heads(self) -> int:
        """The largest party: the member and the companions."""
        return min(1 + self.companions_limit, self.capacity)

    def title_in(self, locale: str) -> str:
        """Return the title in a language; Chinese where no other was written."""
        return (self.title_en if locale == "en" else None) or self.title_zh

    def text_in(self, locale: str) -> str:
        """Return the description in a language; Chinese where no other was written."""
        return (self.text_en if locale == "en" else None) or self.text_zh

    @property
    def where(self) -> str:
        """The place and its address; once, where they are the same."""
        return self.place if self.place == self.address else f"{self.place} · {self.address}"

    @property
    def day(self) -> date:
        """The day in Shanghai on which it starts."""
        return clock.day_of(self.starts_at)

    @property
    def ends_same_day(self) -> bool:
        return self.day == clock.day_of(self.ends_at)

    def standing_at(self, moment: datetime) -> str:
        """Return how it stands for somebody who would like to come: open, full, early, closed, over, cancelled, draft."""
        if self.state in (EventState.DRAFT, EventState.CANCELLED):
            return self.state.value
        if self.is_over_at(moment) or self.state is EventState.FINISHED:
            return "over"
        if moment < self.opens_at:
            return "early"
        if moment >= self.closes_at:
            return "closed"
        return "open" if self.heads_left > 0 else "full"

    def takes_sign_ups_at(self, moment: datetime) -> bool:
        """Say whether the sign-up is open at a moment."""
        return self.is_published and self.opens_at <= moment < self.closes_at

    def is_over_at(self, moment: datetime) -> bool:
        """Say whether the event has ended at a moment."""
        return moment >= self.ends_at

    def door_is_open_at(self, moment: datetime) -> bool:
        """Say whether parties may be let in: from six hours before until a week after, for lists kept on paper."""
        opened = self.starts_at - timedelta(hours=6) <= moment < self.ends_at + timedelta(days=7)
        return opened and self.state in (EventState.PUBLISHED, EventState.FINISHED)
