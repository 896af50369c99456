"""The organisation, its people, the roles they hold in it, and proposals that need a second person."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel import clock
from kernel.db import BigId, UtcDateTime, db, text_enum
from kernel.files import StoredFile


class UnitKind(enum.Enum):
    """The levels of the organisation, from the top."""

    GROUP = "group"
    CITY = "city"
    PROJECT = "project"
    TEAM = "team"

    @property
    def label(self) -> Any:
        return {
            "group": _l("Group"),
            "city": _l("City company"),
            "project": _l("Project"),
            "team": _l("Team"),
        }[self.value]


class OrgUnit(db.Model):
    """A part of the organisation. Its codes say what it is responsible for: none for the whole group."""

    __tablename__ = "org_unit"
    __table_args__ = (
        sa.Index(
            "uq_org_unit_group",
            "kind",
            unique=True,
            sqlite_where=sa.text("kind = 'group'"),
            postgresql_where=sa.text("kind = 'group'"),
        ),
        sa.Index(
            "uq_org_unit_city",
            "city_code",
            unique=True,
            sqlite_where=sa.text("kind = 'city'"),
            postgresql_where=sa.text("kind = 'city'"),
        ),
        sa.Index(
            "uq_org_unit_project",
            "project_code",
            unique=True,
            sqlite_where=sa.text("kind = 'project'"),
            postgresql_where=sa.text("kind = 'project'"),
        ),
        sa.CheckConstraint("(kind = 'group') = (parent_id IS NULL)", name="only_the_group_is_top"),
        sa.CheckConstraint("kind <> 'group' OR (city_code IS NULL AND project_code IS NULL)", name="group_codes"),
        sa.CheckConstraint("kind <> 'city' OR (city_code IS NOT NULL AND project_code IS NULL)", name="city_codes"),
        sa.CheckConstraint(
            "kind <> 'project' OR (city_code IS NOT NULL AND project_code IS NOT NULL)", name="project_codes"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[UnitKind] = mapped_column(text_enum(UnitKind))
    name: Mapped[str] = mapped_column(sa.String(80))
    city_code: Mapped[str | None] = mapped_column(sa.String(10))
    project_code: Mapped[str | None] = mapped_column(sa.String(30))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("org_unit.id"), index=True)


class PersonState(enum.Enum):
    """Whether a person may sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"

    @property
    def label(self) -> Any:
        return {"invited": _l("Invited"), "active": _l("Active"), "disabled": _l("Disabled")}[self.value]


class Role(db.Model):
    """A set of permissions with a name. Presets (the posts of the sources) carry a code and follow the program."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    permissions: Mapped[list[str]] = mapped_column(sa.JSON)

    @property
    def label(self) -> Any:
        from staff.presets import PRESETS

        return PRESETS[self.code].label if self.code in PRESETS else self.name


class StaffPerson(db.Model):
    """A person of the back office; members are other accounts, also for the same human being."""

    __tablename__ = "staff_person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(50))
    title: Mapped[str] = mapped_column(sa.String(50), default="")
    badge: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    work_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    mail: Mapped[str] = mapped_column(sa.String(120), default="")
    photo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("org_unit.id"), index=True)
    state: Mapped[PersonState] = mapped_column(text_enum(PersonState), default=PersonState.INVITED)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    totp_secret: Mapped[str | None] = mapped_column(sa.String(200))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    deputy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_person.id"))
    away_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[OrgUnit] = relationship()
    photo: Mapped[StoredFile | None] = relationship()
    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="person", foreign_keys="RoleGrant.person_id", lazy="select", order_by="RoleGrant.id"
    )
    """Not ``raise_on_sql`` like other collections: every page asks the signed-in person's permissions, also after an
    operation has let the session forget what the door had loaded."""

    @property
    def may_sign_in(self) -> bool:
        """Say whether the account is open; asked again on every request."""
        return self.state is PersonState.ACTIVE

    @property
    def permissions(self) -> frozenset[str]:
        """The permissions held somewhere at this moment; where, says ``staff.queries.scope_of``."""
        return frozenset(permission for grant in self.running_grants for permission in grant.role.permissions)

    @property
    def running_grants(self) -> list["RoleGrant"]:
        """The roles held at this moment."""
        moment = clock.now()
        return [grant for grant in self.grants if grant.is_running(moment)]

    @property
    def has_second_factor(self) -> bool:
        return self.totp_confirmed_at is not None

    def is_away(self, moment: datetime) -> bool:
        """Say whether somebody else should get new work for now."""
        return self.away_until is not None and moment < self.away_until


class RoleGrant(db.Model):
    """A role that a person holds in a part of the organisation, from one moment until another (or without end)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.Index("ix_role_grant_role_unit", "role_id", "unit_id"),
        sa.Index(
            "uq_role_grant_open",
            "person_id",
            "role_id",
            "unit_id",
            unique=True,
            sqlite_where=sa.text("until_at IS NULL"),
            postgresql_where=sa.text("until_at IS NULL"),
        ),
        sa.CheckConstraint("until_at IS NULL OR until_at >= from_at", name="ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_person.id"), index=True)
    role_id: Mapped[int] = mapped_column(sa.ForeignKey("role.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("org_unit.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_person.id"))

    person: Mapped[StaffPerson] = relationship(back_populates="grants", foreign_keys=[person_id])
    role: Mapped[Role] = relationship()
    unit: Mapped[OrgUnit] = relationship()

    def is_running(self, moment: datetime) -> bool:
        """Say whether the role counts at a moment; the end itself does not."""
        return self.from_at <= moment and (self.until_at is None or moment < self.until_at)


class RecoveryCode(db.Model):
    """A code for the day when the phone is lost; ``mark`` finds the row, the rest is hashed like a password."""

    __tablename__ = "staff_recovery_code"
    __table_args__ = (sa.UniqueConstraint("person_id", "mark"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_person.id"))
    mark: Mapped[str] = mapped_column(sa.String(4))
    hash: Mapped[str] = mapped_column(sa.String(200))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(db.Model):
    """A link with which a person sets the password once; the row keeps only its hash."""

    __tablename__ = "staff_invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[StaffPerson] = relationship()


class ProposalState(enum.Enum):
    """How a proposal stands; all but the first are final."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Any:
        return {
            "open": _l("Waiting for approval"),
            "approved": _l("Approved"),
            "declined": _l("Declined"),
            "withdrawn": _l("Withdrawn"),
        }[self.value]


class Proposal(db.Model):
    """Something that takes effect when a second person approves it.

    ``payload`` are the arguments of the effect; ``digest`` covers them and the state of the object at the time of the
    proposal, so that what is approved is what was proposed.
    """

    __tablename__ = "staff_proposal"
    __table_args__ = (
        sa.Index("ix_staff_proposal_state_id", "state", "id"),
        sa.Index(
            "uq_staff_proposal_open",
            "digest",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> proposed_by_id OR state = 'withdrawn'", name="two_people"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(64))
    city_code: Mapped[str | None] = mapped_column(sa.String(10))
    project_code: Mapped[str | None] = mapped_column(sa.String(30))
    reason: Mapped[str] = mapped_column(sa.String(500))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_person.id"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ProposalState] = mapped_column(text_enum(ProposalState), default=ProposalState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(sa.String(500), default="")

    proposed_by: Mapped[StaffPerson] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[StaffPerson | None] = relationship(foreign_keys=[decided_by_id])
