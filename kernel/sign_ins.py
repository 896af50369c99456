"""Who is signed in where: one row for each signed-in browser, so that a stolen cookie dies with its row.

The cookie holds 256 random bits; the row holds their hash. Members stay for 30 days and may be idle for 7; staff stay for
12 hours and may be idle for 30 minutes.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import BigId, UtcDateTime, db, operation


@dataclass(frozen=True)
class Realm:
    """A kind of account with its own sign-in; ``model`` rows are the people."""

    name: str
    model: Any
    options: tuple[Any, ...]
    stays: timedelta
    idles: timedelta
    noted_every: timedelta


realms: dict[str, Realm] = {}


def register(
    name: str,
    model: Any,
    *,
    stays: timedelta,
    idles: timedelta,
    noted_every: timedelta = timedelta(minutes=5),
    options: tuple[Any, ...] = (),
) -> None:
    """Let a package's people sign in; ``model.may_sign_in`` decides whether they still may on every request."""
    realms[name] = Realm(name, model, options, stays, idles, noted_every)


class SignIn(db.Model):
    """A browser in which somebody is signed in."""

    __tablename__ = "sign_in"
    __table_args__ = (sa.Index("ix_sign_in_person", "realm", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    realm: Mapped[str] = mapped_column(sa.String(10))
    person_id: Mapped[int] = mapped_column(BigId)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    device: Mapped[str] = mapped_column(sa.String(200), default="")
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@operation
def begin(realm: str, person_id: int, *, device: str = "") -> str:
    """Sign a person in and return the token for the cookie."""
    token, moment = secrets.token_urlsafe(32), clock.now()
    db.session.add(
        SignIn(
            realm=realm,
            person_id=person_id,
            token_hash=_hash(token),
            device=device[:200],
            began_at=moment,
            proved_at=moment,
            seen_at=moment,
        )
    )
    return token


@cache
def _look_up(realm: Realm) -> sa.Select[Any, SignIn]:
    """Return the question behind every signed-in request; it is built once, for building it costs more than asking."""
    return (
        sa.select(realm.model, SignIn)
        .join(SignIn, SignIn.person_id == realm.model.id)
        .where(SignIn.realm == sa.bindparam("realm"), SignIn.token_hash == sa.bindparam("token_hash"))
        .options(*realm.options)
    )


def person_behind(realm_name: str, token: str) -> tuple[Any, SignIn] | None:
    """Return the person and the sign-in behind a cookie in one query, or None when it has ended."""
    realm = realms[realm_name]
    row = db.session.execute(_look_up(realm), {"realm": realm_name, "token_hash": _hash(token)}).first()
    if row is None:
        return None
    person, entry = row
    moment = clock.now()
    if moment - entry.began_at > realm.stays or moment - entry.seen_at > realm.idles or not person.may_sign_in:
        return None
    return person, entry


def is_to_be_noted(entry: SignIn) -> bool:
    """Say whether it is time to write down that the browser was seen."""
    return clock.now() - entry.seen_at > realms[entry.realm].noted_every


@operation
def note_seen(sign_in_id: int) -> None:
    """Write down that the browser was seen now."""
    db.session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=clock.now()))


@operation
def note_proof(sign_in_id: int) -> None:
    """Write down that the person proved anew who he is; sensitive pages ask for a fresh proof."""
    db.session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(proved_at=clock.now()))


@operation
def end(token: str) -> None:
    """Sign a browser out."""
    db.session.execute(sa.delete(SignIn).where(SignIn.token_hash == _hash(token)))


@operation
def end_all(realm: str, person_id: int, *, but: int | None = None) -> None:
    """Sign a person out everywhere, except in the browser of the sign-in ``but``."""
    condition = [SignIn.realm == realm, SignIn.person_id == person_id]
    if but is not None:
        condition.append(SignIn.id != but)
    db.session.execute(sa.delete(SignIn).where(*condition))


@operation
def end_one(realm: str, person_id: int, sign_in_id: int) -> None:
    """Sign one of a person's own browsers out."""
    db.session.execute(
        sa.delete(SignIn).where(SignIn.realm == realm, SignIn.person_id == person_id, SignIn.id == sign_in_id)
    )


def of(realm: str, person_id: int) -> list[SignIn]:
    """Return the browsers in which a person is signed in, the latest seen first."""
    return list(
        db.session.scalars(
            sa.select(SignIn)
            .where(SignIn.realm == realm, SignIn.person_id == person_id)
            .order_by(SignIn.seen_at.desc())
            .limit(100)
        )
    )
