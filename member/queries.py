"""What other packages and the pages read about members."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from kernel import clock, mobiles, search, sign_ins
from kernel.db import db
from kernel.paging import Page, page_of
from kernel.sign_ins import SignIn
from member import rules
from member.models import CodePurpose, Consent, Member, Notice, Purpose, SmsCode
from member.purposes import version_of


def get(member_id: int) -> Member | None:
    """Return a member by id, or None."""
    return db.session.get(Member, member_id)


def members_by_id(member_ids: Iterable[int]) -> dict[int, Member]:
    """Return several members at once, by id; unknown ids are left out."""
    wanted = sorted(set(member_ids))
    if not wanted:
        return {}
    return {member.id: member for member in db.session.scalars(sa.select(Member).where(Member.id.in_(wanted)))}


def by_mobile(e164: str) -> Member | None:
    """Return the member with a mobile number in E.164 form, or None."""
    return db.session.scalars(sa.select(Member).where(Member.mobile == e164)).one_or_none()


def by_number(number: str) -> Member | None:
    """Return the member with a member number, or None."""
    return db.session.scalars(sa.select(Member).where(Member.number == number.strip())).one_or_none()


def by_referral_code(code: str) -> Member | None:
    """Return the member whose personal code this is, or None."""
    plain = code.strip().upper()
    if not plain or len(plain) > 12:
        return None
    return db.session.scalars(sa.select(Member).where(Member.referral_code == plain)).one_or_none()


def found(words: str, *, limit: int = 20) -> Sequence[Member]:
    """Return members by member number, full mobile, its last four digits, or name and nickname; newest first.

    For staff pages only; the caller checks permission and scope and masks what it shows.
    """
    plain = words.strip()
    if not plain:
        return []
    if plain.isdigit() and len(plain) == 4:
        condition = Member.mobile_tail == plain
    else:
        ids = search.find("member", plain, limit=limit)
        condition = sa.or_(Member.id.in_(ids), Member.number == plain, Member.mobile == _as_mobile(plain))
    return db.session.scalars(sa.select(Member).where(condition).order_by(Member.id.desc()).limit(limit)).all()


def _as_mobile(words: str) -> str:
    try:
        return mobiles.canonical(words)
    except mobiles.NotAMobile:
        return ""


# --- codes -------------------------------------------------------------------------------------------------------------


def binding_hash(binding: str) -> str:
    """Return what is kept of the browser's secret that a code is bound to."""
    return hashlib.sha256(binding.encode()).hexdigest()


def proof(mobile: str, purpose: CodePurpose, binding: str, *, moment: datetime | None = None) -> SmsCode | None:
    """Return the newest code by which this browser has proven a number lately, or None; the code may be used already."""
    code = newest_code(mobile, purpose, binding)
    moment = moment or clock.now()
    return code if code is not None and rules.is_fresh(code.proved_at, moment) else None


def newest_code(mobile: str, purpose: CodePurpose, binding: str) -> SmsCode | None:
    """Return the newest code that was sent to a number for a purpose and browser; only this one can be right."""
    return db.session.scalars(
        sa.select(SmsCode)
        .where(SmsCode.mobile == mobile, SmsCode.purpose == purpose, SmsCode.binding == binding_hash(binding))
        .order_by(SmsCode.id.desc())
        .limit(1)
    ).first()


def has_living_code(mobile: str, purpose: CodePurpose, binding: str) -> bool:
    """Say whether a code that was sent to this browser is still worth typing."""
    code = newest_code(mobile, purpose, binding)
    return (
        code is not None
        and code.used_at is None
        and code.tries < rules.CODE_TRIES
        and clock.now() - code.sent_at < rules.CODE_PAUSE
    )


# --- consents ----------------------------------------------------------------------------------------------------------


def consent_history(member_id: int) -> Sequence[Consent]:
    """Return every decision of a member on every purpose, newest first."""
    return db.session.scalars(
        sa.select(Consent).where(Consent.member_id == member_id).order_by(Consent.id.desc()).limit(500)
    ).all()


def standing_consents(history: Iterable[Consent]) -> dict[Purpose, Consent]:
    """Return the newest decision per purpose out of a history that runs from new to old."""
    newest: dict[Purpose, Consent] = {}
    for consent in history:
        newest.setdefault(consent.purpose, consent)
    return newest


def consents_to(member_id: int, purpose: Purpose) -> bool:
    """Say whether a member agrees to a purpose today, on the text as it stands today."""
    newest = db.session.scalars(
        sa.select(Consent)
        .where(Consent.member_id == member_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    ).first()
    return newest is not None and newest.given and newest.version == version_of(purpose)


# --- inbox and sign-ins ------------------------------------------------------------------------------------------------

UNREAD_SHOWN = 100


def inbox(member_id: int, *, cursor: str | None = None, size: int = 20) -> Page[Notice]:
    """Return a page of a member's inbox, newest first."""
    return page_of(
        sa.select(Notice).where(Notice.member_id == member_id), order=[Notice.id.desc()], cursor=cursor, size=size
    )


def notice_for(member_id: int, notice_id: int) -> Notice | None:
    """Return a notice of the member's own inbox, or None."""
    return db.session.scalars(
        sa.select(Notice).where(Notice.id == notice_id, Notice.member_id == member_id)
    ).one_or_none()


def unread_count(member_id: int) -> int:
    """Return how many notices are unread, counted to a hundred at most."""
    unread = sa.select(Notice.id).where(Notice.member_id == member_id, Notice.read_at.is_(None)).limit(UNREAD_SHOWN)
    return db.session.scalar(sa.select(sa.func.count()).select_from(unread.subquery())) or 0


def sign_ins_of(member_id: int) -> list[SignIn]:
    """Return the browsers in which a member is signed in, the latest seen first."""
    return sign_ins.of("member", member_id)
