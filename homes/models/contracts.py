"""Whose a home is: ledger rows, buyers, rights of members, and the imports that brought them."""

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from homes.models.estates import Home
from kernel import mobiles
from kernel.db import BigId, UtcDateTime, db, text_enum


class ContractState(enum.Enum):
    """Whether a contract still gives rights."""

    ACTIVE = "active"
    CANCELLED = "cancelled"
    RESOLD = "resold"

    @property
    def label(self) -> Any:
        return {
            ContractState.ACTIVE: _l("In force"),
            ContractState.CANCELLED: _l("Cancelled"),
            ContractState.RESOLD: _l("Sold on"),
        }[self]


class Role(enum.Enum):
    """What a member is to a home."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    FAMILY = "family"
    TENANT = "tenant"

    @property
    def label(self) -> Any:
        return {
            Role.OWNER: _l("Owner"),
            Role.CO_OWNER: _l("Co-owner"),
            Role.FAMILY: _l("Family"),
            Role.TENANT: _l("Tenant"),
        }[self]

    @property
    def owns(self) -> bool:
        """Say whether this role is an owner's: co-owners are equal."""
        return self in {Role.OWNER, Role.CO_OWNER}


class BoundBy(enum.Enum):
    """The proof by which a home was bound."""

    MOBILE = "mobile"
    CONTRACT = "contract"
    STAFF = "staff"
    INVITATION = "invitation"

    @property
    def label(self) -> Any:
        return {
            BoundBy.MOBILE: _l("By your mobile number in the contract"),
            BoundBy.CONTRACT: _l("By contract number and identity card"),
            BoundBy.STAFF: _l("By our staff"),
            BoundBy.INVITATION: _l("By the owner's invitation"),
        }[self]


class ImportState(enum.Enum):
    """How far an import of the ledger is."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"

    @property
    def label(self) -> Any:
        return {
            ImportState.CHECKING: _l("Being checked"),
            ImportState.CHECKED: _l("Checked, not applied"),
            ImportState.APPLYING: _l("Being applied"),
            ImportState.APPLIED: _l("Applied"),
            ImportState.FAILED: _l("Unreadable"),
        }[self]

    @property
    def is_running(self) -> bool:
        return self in {ImportState.CHECKING, ImportState.APPLYING}


class Contract(db.Model):
    """A row of the contract ledger; ``digest`` is a keyed hash of its content, so that a second import can tell."""

    __tablename__ = "contract"
    __table_args__ = (
        sa.Index("ix_contract_home_id", "home_id", "signed_on"),
        sa.Index(
            "uq_contract_active_home",
            "home_id",
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    home_id: Mapped[int] = mapped_column(sa.ForeignKey("home.id"))
    signed_on: Mapped[date]
    agreed_handover_on: Mapped[date]
    state: Mapped[ContractState] = mapped_column(text_enum(ContractState))
    digest: Mapped[str] = mapped_column(sa.String(64))

    home: Mapped[Home] = relationship(lazy="raise_on_sql")
    buyers: Mapped[list["Buyer"]] = relationship(
        lazy="raise_on_sql", order_by="Buyer.position", back_populates="contract"
    )


class Buyer(db.Model):
    """A person or company that signed a contract; the last four of the identity number are kept as a keyed hash only."""

    __tablename__ = "buyer"
    __table_args__ = (
        sa.UniqueConstraint("contract_id", "position"),
        sa.Index("ix_buyer_mobile", "mobile"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contract.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(100))
    mobile: Mapped[str | None] = mapped_column(sa.String(20))
    id_hash: Mapped[str | None] = mapped_column(sa.String(64))
    is_company: Mapped[bool] = mapped_column(default=False)

    contract: Mapped[Contract] = relationship(lazy="raise_on_sql", back_populates="buyers")

    @property
    def masked_name(self) -> str:
        """What staff see in lists: 周**; a company's name is no personal information."""
        return self.name if self.is_company else f"{self.name[:1]}**"

    @property
    def masked_mobile(self) -> str:
        """The number with its middle covered, or nothing."""
        return mobiles.masked(self.mobile) if self.mobile else ""


class Ownership(db.Model):
    """A member's right to a home, from its binding until its end; ended rights stay as history.

    ``buyer_position`` names the buyer of the contract whom the member proved to be; one buyer is one account at most.
    """

    __tablename__ = "ownership"
    __table_args__ = (
        sa.Index(
            "uq_ownership_current",
            "home_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "uq_ownership_buyer",
            "contract_id",
            "buyer_position",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_ownership_member_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    home_id: Mapped[int] = mapped_column(sa.ForeignKey("home.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    contract_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contract.id"))
    buyer_position: Mapped[int | None]
    role: Mapped[Role] = mapped_column(text_enum(Role))
    bound_by: Mapped[BoundBy] = mapped_column(text_enum(BoundBy))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(sa.String(40), default="")

    home: Mapped[Home] = relationship(lazy="raise_on_sql")
    contract: Mapped[Contract | None] = relationship(lazy="raise_on_sql")

    @property
    def is_current(self) -> bool:
        return self.ended_at is None


class BindingAttempt(db.Model):
    """Somebody tried to bind a home by contract number; ``contract_key`` is a keyed hash of what was typed."""

    __tablename__ = "binding_attempt"
    __table_args__ = (
        sa.Index("ix_binding_attempt_member_id", "member_id", "at"),
        sa.Index("ix_binding_attempt_contract_key", "contract_key", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    contract_key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    succeeded: Mapped[bool] = mapped_column(default=False)


class LedgerImport(db.Model):
    """One file of the ledger: its check, its application and its counts; ``rows_done`` is where it would go on."""

    __tablename__ = "ledger_import"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_name: Mapped[str] = mapped_column(sa.String(120))
    file_kind: Mapped[str] = mapped_column(sa.String(8))
    file_digest: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(sa.String(10))
    actor_id: Mapped[int] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(sa.String(100), default="")
    city_codes: Mapped[str] = mapped_column(sa.Text, default="")
    project_codes: Mapped[str] = mapped_column(sa.Text, default="")
    everything: Mapped[bool] = mapped_column(default=False)
    rows_total: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    fresh: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    new_homes: Mapped[int] = mapped_column(default=0)
    bound: Mapped[int] = mapped_column(default=0)
    ended: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(sa.String(300), default="")

    @property
    def changes_nothing(self) -> bool:
        """Say whether the file holds nothing that the club does not know already."""
        return not (self.fresh or self.changed or self.bound or self.ended)


class LedgerRowError(db.Model):
    """A row of the file that was left out, and why; ``reason`` is a code of ``homes.ledger.reasons``."""

    __tablename__ = "ledger_row_error"
    __table_args__ = (sa.UniqueConstraint("import_id", "row_number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_import.id"))
    row_number: Mapped[int]
    contract_number: Mapped[str] = mapped_column(sa.String(60), default="")
    field: Mapped[str] = mapped_column(sa.String(40))
    reason: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(sa.String(80), default="")


class LedgerChunk(db.Model):
    """A piece of an uploaded ledger, kept from its check to its application and then forgotten."""

    __tablename__ = "ledger_chunk"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_import.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
