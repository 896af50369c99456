"""Cases and what happened in them; the policy and the calendar that promise times; the figures of the public board."""

import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import BigId, UtcDateTime, append_only, db, text_enum
from service_requests.clocks import Clock, ClockCode, thawed
from service_requests.dictionary import (
    FAULTS,
    PARTS,
    ROOMS,
    Audience,
    Channel,
    EventKind,
    Group,
    HiddenReason,
    Identity,
    Kind,
    Severity,
    Status,
    Step,
    Visibility,
    Wish,
)

__all__ = [
    "Appointment",
    "Audience",
    "BoardMonth",
    "BoardPolicy",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "Channel",
    "ClockCode",
    "ClockPolicy",
    "EscalationMark",
    "EventKind",
    "EvidenceRecord",
    "Group",
    "HiddenReason",
    "Identity",
    "Kind",
    "Severity",
    "Status",
    "Step",
    "Visibility",
    "Wish",
    "WorkSpan",
]

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands in ``next_due_at`` while no clock runs, so that the queue has one total order."""

_MARKED = sa.text("next_mark_at IS NOT NULL")
_POSTED = sa.text("posted_at IS NOT NULL")
_UNANSWERED = sa.text("posted_at IS NOT NULL AND first_replied_at IS NULL")


class Case(db.Model):
    """A request of a member and everything that is true of it now; what happened stands in ``CaseEvent``."""

    __tablename__ = "service_case"
    __table_args__ = (
        sa.Index("ix_service_case_member_id", "member_id", "id"),
        sa.Index("ix_service_case_home_id", "home_id", "id"),
        sa.Index("ix_service_case_queue", "is_active", "next_due_at", "id"),
        sa.Index("ix_service_case_project", "project_code", "is_active", "next_due_at", "id"),
        sa.Index("ix_service_case_city", "city_code", "is_active", "next_due_at", "id"),
        sa.Index("ix_service_case_assignee", "assignee_id", "is_active", "next_due_at", "id"),
        sa.Index("ix_service_case_status", "status", "next_due_at", "id"),
        sa.Index("ix_service_case_quiet", "status", "quiet_since"),
        sa.Index("ix_service_case_mark", "next_mark_at", sqlite_where=_MARKED, postgresql_where=_MARKED),
        sa.Index(
            "ix_service_case_board", "visibility", "posted_at", "id", sqlite_where=_POSTED, postgresql_where=_POSTED
        ),
        sa.Index(
            "ix_service_case_board_project",
            "project_code",
            "visibility",
            "posted_at",
            "id",
            sqlite_where=_POSTED,
            postgresql_where=_POSTED,
        ),
        sa.Index("ix_service_case_wakes", "status", "waits_until"),
        sa.Index(
            "ix_service_case_board_unanswered",
            "visibility",
            "posted_at",
            "id",
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
        sa.CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        sa.CheckConstraint("visibility = 'private' OR posted_at IS NOT NULL", name="only_posts_are_public"),
        sa.CheckConstraint("(visibility = 'hidden') = (hidden_reason IS NOT NULL)", name="hidden_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    kind: Mapped[Kind] = mapped_column(text_enum(Kind))
    status: Mapped[Status] = mapped_column(text_enum(Status), default=Status.NEW)
    severity: Mapped[Severity] = mapped_column(text_enum(Severity), default=Severity.ORDINARY)
    visibility: Mapped[Visibility] = mapped_column(text_enum(Visibility), default=Visibility.PRIVATE)
    evidence_step: Mapped[int] = mapped_column(default=0)

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    home_id: Mapped[int | None] = mapped_column(sa.ForeignKey("home.id"))
    place: Mapped[str] = mapped_column(sa.String(160), default="")
    """Project and home as they were called when the case was filed; for the member's side and staff only."""
    project_name: Mapped[str] = mapped_column(sa.String(80), default="")
    city_code: Mapped[str | None] = mapped_column(sa.String(10))
    project_code: Mapped[str | None] = mapped_column(sa.String(30))
    room: Mapped[str | None] = mapped_column(sa.String(30))
    part: Mapped[str | None] = mapped_column(sa.String(30))
    fault: Mapped[str | None] = mapped_column(sa.String(30))

    title: Mapped[str] = mapped_column(sa.String(80), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    wish: Mapped[Wish | None] = mapped_column(text_enum(Wish))
    channel: Mapped[Channel] = mapped_column(text_enum(Channel), default=Channel.SITE)
    preferred: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """At most three half days such as ``2026-11-25:am``."""
    may_enter: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[bool] = mapped_column(default=False)
    uttered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_by_staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_person.id"))

    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_person.id"))
    escalation_level: Mapped[int] = mapped_column(default=0)
    quiet_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when we wait for the member's word on the result; seven days later the case closes by itself."""
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when a third party or an agreed delay keeps us waiting."""
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened: Mapped[int] = mapped_column(default=0)
    rating: Mapped[int | None]
    rating_words: Mapped[str] = mapped_column(sa.Text, default="")

    # What everybody may read once it was posted: masked copies, so that no public page ever reads the original.
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    board_title: Mapped[str] = mapped_column(sa.String(80), default="")
    board_text: Mapped[str] = mapped_column(sa.Text, default="")
    board_author: Mapped[str] = mapped_column(sa.String(50), default="")
    hidden_reason: Mapped[HiddenReason | None] = mapped_column(text_enum(HiddenReason))
    hidden_words: Mapped[str] = mapped_column(sa.Text, default="")

    # The cache of the clocks; ``service_requests.clocks`` is the truth.
    is_active: Mapped[bool] = mapped_column(default=True)
    first_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promise_counted: Mapped[str] = mapped_column(sa.String(10), default="")
    """``kept`` or ``broken`` once the first reply of a post was counted in the month's figure."""
    next_due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=NEVER)
    next_due_clock: Mapped[str] = mapped_column(sa.String(20), default="")
    next_mark_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    frozen_clocks: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))
    """The clocks as they stood when the case ended; later changes of policy or calendar do not touch them."""

    @property
    def headline(self) -> str:
        """What the case is about, in one line."""
        if self.kind is Kind.REPAIR and self.room:
            return " · ".join(str(word) for word in self.words)
        return self.title

    @property
    def words(self) -> list[Any]:
        """Room, part and fault in the reader's language."""
        named = ((ROOMS, self.room), (PARTS, self.part), (FAULTS, self.fault))
        return [words.get(code, code) for words, code in named if code]

    @property
    def is_post(self) -> bool:
        """Say whether the member put it on the public board."""
        return self.posted_at is not None

    @property
    def is_late(self) -> bool:
        """Say whether a promise was broken before the first reply."""
        return self.promise_counted == "broken"

    @property
    def has_running_clock(self) -> bool:
        return self.next_due_at < NEVER

    @property
    def kept_clocks(self) -> list[Clock]:
        """The frozen clocks of an ended case."""
        return thawed(self.frozen_clocks or [])


class CaseEvent(db.Model):
    """Something that happened or was said in a case; never changed, never deleted."""

    __tablename__ = "case_event"
    __table_args__ = (sa.Index("ix_case_event_case_id", "case_id", "at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("service_case.id"))
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it happened; for a call that was entered later, the time of the call."""
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(sa.String(10))
    actor_id: Mapped[int] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(sa.String(60), default="")
    identity: Mapped[Identity | None] = mapped_column(text_enum(Identity))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    board_text: Mapped[str] = mapped_column(sa.Text, default="")
    """The masked copy that everybody may read under a public post; empty for what stays between the member and us."""
    status: Mapped[Status | None] = mapped_column(text_enum(Status))
    severity: Mapped[Severity | None] = mapped_column(text_enum(Severity))
    facts: Mapped[str] = mapped_column(sa.Text, default="{}")

    @property
    def details(self) -> dict[str, Any]:
        """The facts of the event as values."""
        details: dict[str, Any] = json.loads(self.facts)
        return details

    @property
    def by_person(self) -> bool:
        """Say whether a person of the staff said this to the member: what stops a reply clock."""
        return self.actor_kind == "staff" and self.audience is Audience.MEMBER and bool(self.text.strip())

    @property
    def is_speech(self) -> bool:
        """Say whether somebody said something, as opposed to something having changed."""
        return bool(self.text)


append_only(CaseEvent.__table__)  # type: ignore[arg-type]


class EvidenceRecord(db.Model):
    """One of the eight steps, carried out: by whom, when, with which words. A step may be recorded several times."""

    __tablename__ = "evidence_record"
    __table_args__ = (
        sa.Index("ix_evidence_record_case_id", "case_id", "step"),
        sa.CheckConstraint("step BETWEEN 1 AND 8", name="step"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("service_case.id"))
    step: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text, default="")
    actor_kind: Mapped[str] = mapped_column(sa.String(10))
    actor_id: Mapped[int] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(sa.String(60), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def label(self) -> Any:
        return Step(self.step).label


append_only(EvidenceRecord.__table__)  # type: ignore[arg-type]


class Appointment(db.Model):
    """A visit that was agreed; the newest one counts."""

    __tablename__ = "appointment"
    __table_args__ = (
        sa.Index("ix_appointment_case_id", "case_id", "id"),
        sa.CheckConstraint("begins_at < ends_at", name="begins_before_it_ends"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("service_case.id"))
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(sa.String(60))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EscalationMark(db.Model):
    """A clock reached a mark; each fires once in each cycle."""

    __tablename__ = "escalation_mark"
    __table_args__ = (sa.UniqueConstraint("case_id", "clock", "cycle", "mark"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("service_case.id"))
    clock: Mapped[ClockCode] = mapped_column(text_enum(ClockCode))
    cycle: Mapped[int]
    mark: Mapped[int]
    reached_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClockPolicy(db.Model):
    """How long a promise is from a day on; a row without kind and class is the one default of its clock."""

    __tablename__ = "clock_policy"
    __table_args__ = (
        sa.UniqueConstraint("clock", "kind", "severity", "effective_from"),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock: Mapped[ClockCode] = mapped_column(text_enum(ClockCode))
    kind: Mapped[Kind | None] = mapped_column(text_enum(Kind))
    severity: Mapped[Severity | None] = mapped_column(text_enum(Severity))
    minutes: Mapped[int | None]
    """None says that there is no such promise."""
    working: Mapped[bool] = mapped_column(default=False)
    effective_from: Mapped[date]


class CalendarDay(db.Model):
    """Whether a day is worked, by the official notice of its year; what staff correct stays corrected."""

    __tablename__ = "calendar_day"

    region: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(60), default="")


class WorkSpan(db.Model):
    """Open hours of a working day, in minutes after midnight in Shanghai, valid from a day on; several spans a day."""

    __tablename__ = "work_span"
    __table_args__ = (sa.CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="order"),)

    region: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    effective_from: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[int] = mapped_column(primary_key=True)
    closes: Mapped[int]


class BoardPolicy(db.Model):
    """Whether posts are read by a person before everybody sees them, from a day on; off by default."""

    __tablename__ = "board_policy"

    effective_from: Mapped[date] = mapped_column(primary_key=True)
    review_first: Mapped[bool]


class BoardMonth(db.Model):
    """The kept-promise figure of a month, counted as it happens: first replies to public posts, and hidden posts."""

    __tablename__ = "board_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    kept: Mapped[int] = mapped_column(default=0)
    broken: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[int] = mapped_column(default=0)
