"""Members, what they agreed to, the codes that prove a mobile number, and their inbox."""

import enum
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, column_property, mapped_column, undefer

from kernel import sign_ins
from kernel.db import BigId, UtcDateTime, append_only, db, text_enum
from member import rules

NAME_LENGTH = 50
"""Characters, as on identity cards: long names with interpuncts, rare characters, Latin names."""


class MemberState(enum.Enum):
    """Where a membership stands."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    CLOSED = "closed"

    @property
    def label(self) -> Any:
        return {
            "active": _l("Membership active"),
            "archived": _l("Membership archived"),
            "closed": _l("Membership closed"),
        }[self.value]


class Member(db.Model):
    """A person of the club."""

    __tablename__ = "member"
    __table_args__ = (sa.Index("ix_member_mobile_tail", "mobile_tail", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    mobile: Mapped[str] = mapped_column(sa.String(20), unique=True)
    mobile_tail: Mapped[str] = mapped_column(sa.String(4))
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    nickname: Mapped[str] = mapped_column(sa.String(30), default="")
    locale: Mapped[str] = mapped_column(sa.String(20), default="zh_Hans_CN")
    state: Mapped[MemberState] = mapped_column(text_enum(MemberState), default=MemberState.ACTIVE)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(200), default="")
    birth_date: Mapped[date | None]
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    profile_completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    referral_code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    referred_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    unread: ClassVar[Any]

    @property
    def display_name(self) -> str:
        """How the club addresses the member."""
        return self.nickname or self.name

    @property
    def masked_name(self) -> str:
        """What other people may see of the name: 周**, 欧阳**, Emma C."""
        return rules.masked_name(self.name)

    @property
    def public_name(self) -> str:
        """What stands beside a public post: the nickname, or the masked name."""
        return self.nickname or self.masked_name

    @property
    def may_sign_in(self) -> bool:
        return self.state is MemberState.ACTIVE


class Purpose(enum.Enum):
    """What the club uses personal information for; the texts are in ``purposes.py``."""

    MEMBERSHIP = "membership"
    MARKETING = "marketing"
    BIRTHDAY = "birthday"
    PHOTOS = "photos"
    PROPERTY_COMPANY = "property_company"


class Channel(enum.Enum):
    """Where a decision on a consent was made."""

    WEBSITE = "website"
    SERVICE_DESK = "service_desk"

    @property
    def label(self) -> Any:
        return {"website": _l("Website"), "service_desk": _l("Service desk")}[self.value]


class Consent(db.Model):
    """One decision of a member on one purpose: given or withdrawn, on which text, when and where. Never changed."""

    __tablename__ = "consent"
    __table_args__ = (sa.Index("ix_consent_member_purpose", "member_id", "purpose", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    purpose: Mapped[Purpose] = mapped_column(text_enum(Purpose))
    given: Mapped[bool]
    version: Mapped[str] = mapped_column(sa.String(20))
    locale: Mapped[str] = mapped_column(sa.String(20))
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(Consent.__table__)  # type: ignore[arg-type]


class CodePurpose(enum.Enum):
    """What a text-message code proves the number for; a code for one is worth nothing for another."""

    JOIN = "join"
    SIGN_IN = "sign_in"
    PROOF = "proof"


class SmsCode(db.Model):
    """A code that was sent to a number, for one purpose and one browser; only its salted hash is kept."""

    __tablename__ = "sms_code"
    __table_args__ = (
        sa.Index("ix_sms_code_mobile_purpose", "mobile", "purpose", "id"),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mobile: Mapped[str] = mapped_column(sa.String(20))
    purpose: Mapped[CodePurpose] = mapped_column(text_enum(CodePurpose))
    binding: Mapped[str] = mapped_column(sa.String(64))
    salt: Mapped[str] = mapped_column(sa.String(32))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notice(db.Model):
    """A message in a member's inbox; it holds the full text whatever else was sent."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index("ix_notice_member", "member_id", "id"),
        sa.Index(
            "ix_notice_unread",
            "member_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(sa.String(60))
    title: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text, default="")
    url: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


Member.unread = column_property(
    sa.select(sa.func.count(Notice.id))
    .where(Notice.member_id == Member.id, Notice.read_at.is_(None))
    .correlate_except(Notice)
    .scalar_subquery(),
    deferred=True,
)
"""How many notices wait to be read; loaded with the signed-in member, for the bell on every page."""

sign_ins.register(
    "member", Member, stays=timedelta(days=30), idles=timedelta(days=7), options=(undefer(Member.unread),)
)
