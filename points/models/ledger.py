"""The ledger: accounts, entries that are never changed, lots, allocations, holds and the zero-sum journal.

What must hold always (``points.ledger.verification`` checks it): the sum of an account's entries is available + held +
pending - debt; a lot's granted points are what remains of it plus its allocations less what was returned; the lines of
an entry sum to zero. The database refuses to change or delete entries and lines.
"""

import enum
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import BigId, UtcDateTime, append_only, db, text_enum

GENESIS = "0" * 64
"""The hash before the first entry of an account."""


class EntryKind(enum.Enum):
    """What an entry books. The last four move points within an account and leave its sum as it is."""

    GRANT = "grant"
    SPEND = "spend"
    REFUND = "refund"
    EXPIRE = "expire"
    CLAWBACK = "clawback"
    REINSTATE = "reinstate"
    HOLD = "hold"
    RELEASE = "release"
    ACTIVATE = "activate"
    REPAY = "repay"

    @property
    def label(self) -> str:
        """The kind as members read it."""
        return str(_KINDS[self])


_KINDS = {
    EntryKind.GRANT: _l("Points earned"),
    EntryKind.SPEND: _l("Points spent"),
    EntryKind.REFUND: _l("Points returned"),
    EntryKind.EXPIRE: _l("Points expired"),
    EntryKind.CLAWBACK: _l("Points taken back"),
    EntryKind.REINSTATE: _l("Points given anew"),
    EntryKind.HOLD: _l("Points set aside"),
    EntryKind.RELEASE: _l("Points no longer set aside"),
    EntryKind.ACTIVATE: _l("Points became usable"),
    EntryKind.REPAY: _l("Debt repaid"),
}


class Book(enum.Enum):
    """Where a journal line stands: a part of the member's account, or one of the club's accounts."""

    AVAILABLE = "available"
    PENDING = "pending"
    HELD = "held"
    DEBT = "debt"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CLAWED_BACK = "clawed_back"


MEMBER_BOOKS = (Book.AVAILABLE, Book.PENDING, Book.HELD, Book.DEBT)


class HoldState(enum.Enum):
    """How a hold stands; it ends exactly once."""

    OPEN = "open"
    COMMITTED = "committed"
    RELEASED = "released"
    EXPIRED = "expired"


class Account(db.Model):
    """A member's points: the row that every write locks, with the figures of its rows cached.

    ``due_at`` is the earliest moment at which something will have to be booked (a lot becomes usable or expires, a hold
    runs out); it may be too early and is never too late, so a glance at it says whether the cached figures are today's.
    """

    __tablename__ = "points_account"
    __table_args__ = (
        sa.CheckConstraint("available >= 0", name="available"),
        sa.CheckConstraint("pending >= 0", name="pending"),
        sa.CheckConstraint("held >= 0", name="held"),
        sa.CheckConstraint("debt >= 0", name="debt"),
        sa.CheckConstraint("version >= 0", name="version"),
        sa.Index("ix_points_account_due_at_id", "due_at", "id"),
        sa.Index("ix_points_account_tier_until_id", "tier_until", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), unique=True)
    available: Mapped[int] = mapped_column(default=0, server_default="0")
    pending: Mapped[int] = mapped_column(default=0, server_default="0")
    held: Mapped[int] = mapped_column(default=0, server_default="0")
    debt: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    last_hash: Mapped[str] = mapped_column(sa.String(64), default=GENESIS, server_default=GENESIS)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tier_code: Mapped[str | None] = mapped_column(sa.String(20))
    tier_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tier_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tier_notice_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    floor_code: Mapped[str | None] = mapped_column(sa.String(20))
    manual_code: Mapped[str | None] = mapped_column(sa.String(20))
    manual_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Entry(db.Model):
    """One booking on an account; never changed, never deleted, chained by hashes.

    ``number`` counts the account's entries without a gap, ``balance`` is the sum of the entries up to this one,
    ``key`` is the business key under which it can be booked only once, ``content`` is what was asked for under that
    key, ``reverses_id`` is the earlier entry that this one reverses, settles or releases.
    """

    __tablename__ = "points_entry"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "number"),
        sa.CheckConstraint("(kind IN ('hold', 'release', 'activate', 'repay')) = (amount = 0)", name="amount"),
        sa.CheckConstraint("kind NOT IN ('grant', 'refund', 'reinstate') OR amount > 0", name="credit"),
        sa.CheckConstraint("kind NOT IN ('spend', 'expire', 'clawback') OR amount < 0", name="debit"),
        sa.CheckConstraint("qualifying >= 0", name="qualifying"),
        sa.Index("ix_points_entry_earned", "account_id", "occasion", "occurred_at"),
        sa.Index("ix_points_entry_source", "source_type", "source_id"),
        sa.Index(
            "ix_points_entry_reverses_id",
            "reverses_id",
            sqlite_where=sa.text("reverses_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("points_account.id"))
    number: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(text_enum(EntryKind))
    amount: Mapped[int]
    moved: Mapped[int]
    balance: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    content: Mapped[str] = mapped_column(sa.String(64))
    source_type: Mapped[str] = mapped_column(sa.String(40))
    source_id: Mapped[int] = mapped_column(BigId)
    occasion: Mapped[str | None] = mapped_column(sa.String(40))
    qualifying: Mapped[int] = mapped_column(default=0)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.String(300))
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("points_entry.id"))
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class Lot(db.Model):
    """One credit with what remains of it, usable from ``available_from`` until just before ``expires_at``.

    A pending lot whose beginning is not known yet has no ``available_from``; its validity (``valid_months``, None for
    ever) begins when it becomes usable.
    """

    __tablename__ = "points_lot"
    __table_args__ = (
        sa.CheckConstraint("granted > 0", name="granted"),
        sa.CheckConstraint("remaining >= 0 AND remaining <= granted", name="remaining"),
        sa.CheckConstraint("pending OR available_from IS NOT NULL", name="available_from"),
        sa.CheckConstraint("expires_at IS NULL OR expires_at > available_from", name="expires_at"),
        sa.Index(
            "ix_points_lot_open",
            "account_id",
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        ),
        sa.Index("ix_points_lot_entry_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("points_account.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("points_entry.id"))
    granted: Mapped[int]
    remaining: Mapped[int]
    pending: Mapped[bool]
    earned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    available_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_months: Mapped[int | None]

    @property
    def last_day(self) -> date | None:
        """The last day on which its points can be used; None when they never expire or have not begun."""
        return clock.day_of(self.expires_at - timedelta(seconds=1)) if self.expires_at else None


class Allocation(db.Model):
    """How much a debit took from a lot, and how much of it has been given back."""

    __tablename__ = "points_allocation"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("returned >= 0 AND returned <= amount", name="returned"),
        sa.Index("ix_points_allocation_lot_id", "lot_id"),
    )

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("points_entry.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("points_lot.id"), primary_key=True)
    amount: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)


class Hold(db.Model):
    """Points set aside for something that is under way."""

    __tablename__ = "points_hold"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("committed >= 0 AND committed <= amount", name="committed"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_at"),
        sa.Index(
            "ix_points_hold_open",
            "account_id",
            "expires_at",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("points_account.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("points_entry.id"), unique=True)
    amount: Mapped[int]
    committed: Mapped[int] = mapped_column(default=0)
    state: Mapped[HoldState] = mapped_column(text_enum(HoldState))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JournalLine(db.Model):
    """One side of an entry; the lines of an entry sum to zero."""

    __tablename__ = "journal_line"
    __table_args__ = (sa.CheckConstraint("amount <> 0", name="amount"),)

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("points_entry.id"), primary_key=True)
    book: Mapped[Book] = mapped_column(text_enum(Book), primary_key=True)
    amount: Mapped[int]


class QualifyingEntry(db.Model):
    """Qualifying points earned or, when their source was reversed, lost; tiers read only these.

    A reversal counts at the moment of what it reverses, so that a sum over any stretch of time is right.
    """

    __tablename__ = "qualifying_entry"
    __table_args__ = (
        sa.CheckConstraint("amount <> 0", name="amount"),
        sa.Index("ix_qualifying_entry_account_id_counts_at", "account_id", "counts_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("points_account.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("points_entry.id"), unique=True)
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("points_entry.id"), index=True)
    amount: Mapped[int]
    counts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(Entry.__table__)  # type: ignore[arg-type]
append_only(JournalLine.__table__)  # type: ignore[arg-type]
append_only(QualifyingEntry.__table__)  # type: ignore[arg-type]
append_only(Lot.__table__, but=("remaining", "pending", "available_from", "expires_at"))  # type: ignore[arg-type]
append_only(Allocation.__table__, but=("returned",))  # type: ignore[arg-type]
append_only(Hold.__table__, but=("state", "committed", "ended_at"))  # type: ignore[arg-type]
