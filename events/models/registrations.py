"""A party's registration, the log of its queue, what happened at the door."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from events.models.events import Event
from kernel.db import BigId, UtcDateTime, append_only, db, text_enum


class RegistrationState(enum.Enum):
    """How a party's sign-up stands."""

    SEATED = "seated"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    ATTENDED = "attended"
    NO_SHOW = "no_show"

    @property
    def label(self) -> Any:
        return _REGISTRATION_STATES[self]


_REGISTRATION_STATES = {
    RegistrationState.SEATED: _l("Place confirmed"),
    RegistrationState.WAITING: _l("On the waiting list"),
    RegistrationState.OFFERED: _l("Place offered"),
    RegistrationState.CANCELLED: _l("Sign-up cancelled"),
    RegistrationState.LAPSED: _l("Not taken up"),
    RegistrationState.ATTENDED: _l("Attended"),
    RegistrationState.NO_SHOW: _l("Did not come"),
}

HOLDING = (
    RegistrationState.SEATED,
    RegistrationState.OFFERED,
    RegistrationState.ATTENDED,
    RegistrationState.NO_SHOW,
)
"""States in which a party's heads count against the capacity."""
LIVE = (*HOLDING, RegistrationState.WAITING)
"""States of which a member has at most one per event."""
ENDED = (RegistrationState.CANCELLED, RegistrationState.LAPSED)


def _among(states: tuple[RegistrationState, ...]) -> str:
    return ", ".join(f"'{state.value}'" for state in states)


class Registration(db.Model):
    """A party's sign-up; ``terms`` is the policy as it was when the party signed up."""

    __tablename__ = "registration"
    __table_args__ = (
        sa.CheckConstraint("adults >= 1 AND infants >= 0 AND preschoolers >= 0 AND pupils >= 0", name="party"),
        sa.CheckConstraint("heads = adults + infants + preschoolers + pupils", name="heads"),
        sa.CheckConstraint("heads_in >= 0 AND heads_in <= heads", name="heads_in"),
        sa.Index(
            "uq_registration_live",
            "event_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text(f"state IN ({_among(LIVE)})"),
            postgresql_where=sa.text(f"state IN ({_among(LIVE)})"),
        ),
        sa.Index("ix_registration_queue", "event_id", "state", "priority", "joined_at", "id"),
        sa.Index("ix_registration_member", "member_id", "id"),
        sa.Index("ix_registration_member_state", "member_id", "state", "ended_at"),
        sa.Index(
            "ix_registration_offer",
            "offer_until",
            sqlite_where=sa.text("state = 'offered'"),
            postgresql_where=sa.text("state = 'offered'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    adults: Mapped[int]
    infants: Mapped[int] = mapped_column(default=0)
    preschoolers: Mapped[int] = mapped_column(default=0)
    pupils: Mapped[int] = mapped_column(default=0)
    heads: Mapped[int]
    heads_in: Mapped[int] = mapped_column(default=0)
    state: Mapped[RegistrationState] = mapped_column(text_enum(RegistrationState))
    priority: Mapped[int] = mapped_column(default=0)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queue_number: Mapped[int | None]
    offer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ticket_code: Mapped[str | None] = mapped_column(sa.String(12), unique=True)
    terms: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    notice_accepted: Mapped[bool] = mapped_column(default=False)
    points_paid: Mapped[int] = mapped_column(default=0)
    points_spent_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    points_check_in_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    excused_reason: Mapped[str | None] = mapped_column(sa.String(300))
    told_sequence: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    @property
    def children(self) -> int:
        return self.infants + self.preschoolers + self.pupils

    @property
    def is_seated(self) -> bool:
        return self.state is RegistrationState.SEATED

    @property
    def is_waiting(self) -> bool:
        return self.state is RegistrationState.WAITING

    @property
    def is_offered(self) -> bool:
        return self.state is RegistrationState.OFFERED

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def holds_heads(self) -> bool:
        return self.state in HOLDING

    @property
    def has_ticket(self) -> bool:
        """Say whether there is a ticket to show at the door."""
        return self.state in (RegistrationState.SEATED, RegistrationState.ATTENDED) and self.ticket_code is not None

    @property
    def cancel_until(self) -> datetime:
        """Until when the place can be given back online, as agreed at sign-up."""
        return datetime.fromisoformat(self.terms["cancel_until"])

    def goes_back_online_at(self, moment: datetime) -> bool:
        """Say whether the member can still give back the place, or the turn, without calling."""
        return not self.is_seated or moment < self.cancel_until

    @property
    def heads_out(self) -> int:
        """How many of the party have not been let in yet."""
        return self.heads - self.heads_in


class QueueStep(enum.Enum):
    """What happened to a waiting party."""

    JOINED = "joined"
    OFFERED = "offered"
    SKIPPED = "skipped"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"
    PASSED = "passed"


class QueueLog(db.Model):
    """One line of the queue's story, told to everybody who waits; it names parties by their queue number only."""

    __tablename__ = "queue_log"
    __table_args__ = (sa.Index("ix_queue_log_event", "event_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    queue_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    step: Mapped[QueueStep] = mapped_column(text_enum(QueueStep))
    heads: Mapped[int]
    heads_free: Mapped[int]

    @property
    def sentence(self) -> Any:
        return _STEPS[self.step]


_STEPS = {
    QueueStep.JOINED: _l("No. %(number)s joined the waiting list with %(heads)s."),
    QueueStep.OFFERED: _l("No. %(number)s was offered a place for %(heads)s; %(free)s were free."),
    QueueStep.SKIPPED: _l("No. %(number)s keeps its turn: it needs %(heads)s, and only %(free)s were free."),
    QueueStep.ACCEPTED: _l("No. %(number)s took the place."),
    QueueStep.DECLINED: _l("No. %(number)s declined the place."),
    QueueStep.LAPSED: _l("No. %(number)s did not answer in time."),
    QueueStep.LEFT: _l("No. %(number)s left the waiting list."),
    QueueStep.PASSED: _l(
        "A new party fitted into %(free)s free places; No. %(number)s needs %(heads)s and keeps its turn."
    ),
}


class CheckIn(db.Model):
    """Heads of a party that were let in, or, with ``undoes_id``, a mistake at the door that was undone."""

    __tablename__ = "check_in"
    __table_args__ = (
        sa.CheckConstraint("heads >= 1", name="heads"),
        sa.Index("ix_check_in_registration", "registration_id", "id"),
        sa.Index("ix_check_in_event", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    heads: Mapped[int]
    nonce: Mapped[str] = mapped_column(sa.String(80), unique=True)
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("check_in.id"), unique=True)
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    by_staff_id: Mapped[int] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(QueueLog.__table__)  # type: ignore[arg-type]
append_only(CheckIn.__table__)  # type: ignore[arg-type]
