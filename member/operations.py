"""The verbs of membership: prove a number, join, sign in, keep the profile, agree and withdraw, be told."""

import secrets
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from kernel import audit, clock, form_keys, messages, numbers, search, sign_ins
from kernel.actor import SYSTEM, Actor
from kernel.db import db, insert_once, lock, operation
from kernel.errors import Missing
from member import errors, queries, rules, signals
from member.models import Channel, CodePurpose, Consent, Member, MemberState, Notice, Purpose, SmsCode
from member.purposes import REGISTER, version_of

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

# --- codes -------------------------------------------------------------------------------------------------------------


@operation
def request_code(mobile: str, *, purpose: CodePurpose, binding: str, locale: str, actor: Actor) -> SmsCode:
    """Send a six-digit code to a number, whether or not a member has it: the same work and the same answer for both.

    ``binding`` is a secret of the browser that asked; only there the code is worth something. The door counts the
    limits (``member.limits``) before it calls this. The digits go nowhere but into the message.
    """
    digits, salt, moment = f"{secrets.randbelow(1_000_000):06d}", secrets.token_hex(16), clock.now()
    code = SmsCode(
        mobile=mobile,
        purpose=purpose,
        binding=queries.binding_hash(binding),
        salt=salt,
        code_hash=rules.code_hash(digits, salt),
        sent_at=moment,
        expires_at=moment + rules.CODE_LIVES,
    )
    db.session.add(code)
    messages.send_sms(
        mobile, "member/code", locale=locale, code=digits, minutes=int(rules.CODE_LIVES.total_seconds() // 60)
    )
    audit.record(actor, "member.code_sent", code, purpose=purpose)
    return code


@operation
def try_code(mobile: str, typed: str, *, purpose: CodePurpose, binding: str) -> SmsCode | None:
    """Count a try at the newest code of this browser and return the code when the digits are right, else None.

    The try is counted in a transaction of its own, so that it survives the refusal that the door then shows. A right
    code stays right for whoever sends the same form twice; it is spent by the operation that uses it.
    """
    code = queries.newest_code(mobile, purpose, binding)
    if code is None or code.expires_at <= clock.now():
        return None
    counted = db.session.execute(
        sa.update(SmsCode)
        .where(SmsCode.id == code.id, SmsCode.tries < rules.CODE_TRIES)
        .values(tries=SmsCode.tries + 1)
    )
    if not counted.rowcount or not rules.is_right_code(typed, code.salt, code.code_hash):  # type: ignore[attr-defined]
        return None
    if code.proved_at is None:
        code.proved_at = clock.now()
    return code


def _spend(code_id: int, *, mobile: str, purpose: CodePurpose) -> None:
    """Use a proven code up; of two that try at once one wins. Refuses what is unproven, too old or spent."""
    spent = db.session.execute(
        sa.update(SmsCode)
        .where(
            SmsCode.id == code_id,
            SmsCode.mobile == mobile,
            SmsCode.purpose == purpose,
            SmsCode.used_at.is_(None),
            SmsCode.proved_at > clock.now() - rules.PROOF_LASTS,
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not spent.rowcount:  # type: ignore[attr-defined]
        raise errors.WrongCode()


@operation
def forget_codes(*, before: datetime, limit: int = 1_000) -> int:
    """Delete codes that were sent before a moment; return how many went. No audit: the entry of the sending stays."""
    ids = db.session.scalars(sa.select(SmsCode.id).where(SmsCode.sent_at < before).limit(limit)).all()
    if ids:
        db.session.execute(sa.delete(SmsCode).where(SmsCode.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)


# --- joining -----------------------------------------------------------------------------------------------------------


@operation
def join(
    code_id: int,
    *,
    mobile: str,
    name: str,
    membership: bool,
    marketing: bool,
    locale: str,
    key: str,
    referral_code: str = "",
    proved_for: CodePurpose = CodePurpose.JOIN,
) -> Member:
    """Make the person who has just proven a mobile number a member, and spend the proof (R169).

    ``key`` is the form's one-time key: the same form again gives the same member. Refuses ``ConsentMissing``,
    ``WrongCode`` (unproven, too old or spent), ``AlreadyMember``, ``OddName``.
    """
    claim = form_keys.claim(key, actor=SYSTEM, purpose="member.join", content=(mobile, name, membership, marketing))
    if claim.earlier_id:
        return db.session.get_one(Member, claim.earlier_id)
    if not membership:
        raise errors.ConsentMissing()
    _spend(code_id, mobile=mobile, purpose=proved_for)
    member = enrol(
        mobile=mobile, name=name, marketing=marketing, locale=locale, referral_code=referral_code, actor=None
    )
    claim.keep(member)
    return member


@operation
def enrol(
    *,
    mobile: str,
    name: str,
    actor: Actor | None,
    locale: str = "zh_Hans_CN",
    marketing: bool = False,
    referral_code: str = "",
    nickname: str = "",
    channel: Channel = Channel.WEBSITE,
) -> Member:
    """Open a membership for a number that is proven, with its number, code and first consents; tell the floors above.

    ``actor`` None means the new member did it. A referral code that nobody has is ignored. Refuses ``AlreadyMember``,
    ``NameNeeded``, ``OddName``.
    """
    member = _insert_member(
        mobile=mobile,
        mobile_tail=mobile[-4:],
        name=rules.check_name(name),
        nickname=nickname,
        locale=locale,
        referred_by_id=_referrer_id(referral_code),
    )
    actor = actor or Actor.member(member)
    _decide(member, Purpose.MEMBERSHIP, True, locale=locale, channel=channel)
    if marketing:
        _decide(member, Purpose.MARKETING, True, locale=locale, channel=channel)
    _index(member)
    audit.record(
        actor, "member.joined", member, marketing=marketing, channel=channel, referred=bool(member.referred_by_id)
    )
    signals.joined.send(Member, member=member)
    return member


def _insert_member(**facts: Any) -> Member:
    for _attempt in range(20):
        inserted = insert_once(
            Member,
            number=numbers.draw("8", digits=8),
            referral_code="".join(secrets.choice(_CODE_LETTERS) for _ in range(8)),
            email="",
            state=MemberState.ACTIVE,
            joined_at=clock.now(),
            **facts,
        )
        member = queries.by_mobile(facts["mobile"])
        if inserted and member is not None:
            return member
        if member is not None:
            raise errors.AlreadyMember()
    raise RuntimeError("no free referral code")


def _referrer_id(code: str) -> int | None:
    referrer = queries.by_referral_code(code)
    return referrer.id if referrer and referrer.state is MemberState.ACTIVE else None


def _index(member: Member) -> None:
    search.index("member", member.id, f"{member.name} {member.nickname}")


# --- signing in --------------------------------------------------------------------------------------------------------


@operation
def sign_in_by_code(code_id: int, *, mobile: str, device: str, proved_for: CodePurpose = CodePurpose.SIGN_IN) -> str:
    """Sign in the member with a proven number, spend the proof, and return the token for the cookie.

    Whoever proves the number of an archived membership has it back (R171). Refuses ``WrongCode``,
    ``AccountUnavailable``, ``Missing`` when nobody has the number (the door then offers to join).
    """
    member = queries.by_mobile(mobile)
    if member is None:
        raise Missing()
    _spend(code_id, mobile=mobile, purpose=proved_for)
    if member.state is MemberState.ARCHIVED:
        member.state = MemberState.ACTIVE
        audit.record(Actor.member(member), "member.reactivated", member)
    return _begin(member, device=device, by="code")


@operation
def sign_in_by_password(member_id: int, *, device: str, checked_hash: str, new_hash: str | None = None) -> str:
    """Sign in a member whose password the door has checked against a hash, and return the token for the cookie.

    ``new_hash`` replaces a hash that was made with yesterday's costs. Refuses ``WrongPassword`` when the password was
    changed in the meantime or the membership is not active: an archived one comes back by proving the number only.
    """
    member = lock(Member, member_id)
    if member is None or not member.may_sign_in or member.password_hash != checked_hash:
        raise errors.WrongPassword()
    if new_hash is not None:
        member.password_hash = new_hash
    return _begin(member, device=device, by="password")


@operation
def sign_in_new_member(member_id: int, *, device: str) -> str:
    """Sign in somebody who has just joined, and return the token for the cookie."""
    return _begin(db.session.get_one(Member, member_id), device=device, by="joining")


def _begin(member: Member, *, device: str, by: str) -> str:
    if not member.may_sign_in:
        raise errors.AccountUnavailable()
    audit.record(Actor.member(member), "member.signed_in", member, by=by, device=device[:200])
    return sign_ins.begin("member", member.id, device=device)


@operation
def sign_out(sign_in_id: int, *, actor: Actor) -> None:
    """Write down that a member signed out; the browser's row goes with it."""
    sign_ins.end_one("member", actor.id, sign_in_id)
    audit.record(actor, "member.signed_out", db.session.get_one(Member, actor.id))


@operation
def end_sign_in(sign_in_id: int, *, actor: Actor) -> None:
    """End the sign-in of one of the member's own browsers; somebody else's is left alone."""
    sign_ins.end_one("member", actor.id, sign_in_id)
    audit.record(actor, "member.sign_in_ended", db.session.get_one(Member, actor.id), sign_in=sign_in_id)


@operation
def end_other_sign_ins(member_id: int, *, but: int | None, actor: Actor) -> None:
    """End a member's sign-ins in all browsers but one."""
    sign_ins.end_all("member", member_id, but=but)
    audit.record(actor, "member.other_sign_ins_ended", db.session.get_one(Member, member_id))


@operation
def confirm_identity(code_id: int, *, sign_in_id: int, actor: Actor) -> None:
    """Note that the person in a browser has proven anew who he is; opens sensitive pages for ten minutes."""
    member = db.session.get_one(Member, actor.id)
    _spend(code_id, mobile=member.mobile, purpose=CodePurpose.PROOF)
    sign_ins.note_proof(sign_in_id)
    audit.record(actor, "member.identity_confirmed", member)


# --- the account -------------------------------------------------------------------------------------------------------


@operation
def set_password(member_id: int, *, password_hash: str, keep_sign_in: int | None, actor: Actor) -> Member:
    """Give a member a password, or another one, and end the sign-ins of all other browsers.

    The door checks the rules (``rules.check_password``) and hashes before it calls, because hashing takes long.
    """
    member = _locked(member_id)
    changed = member.password_hash is not None
    member.password_hash = password_hash
    sign_ins.end_all("member", member_id, but=keep_sign_in)
    audit.record(actor, "member.password_changed" if changed else "member.password_set", member)
    return member


@operation
def edit_profile(
    member_id: int,
    *,
    name: str,
    nickname: str,
    email: str,
    birth_date: date | None,
    locale: str,
    actor: Actor,
) -> Member:
    """Keep what a member tells about himself; e-mail and birth date are his choice (R157).

    The first complete profile is announced by ``signals.profile_completed``. Refuses ``OddName``, ``NotOfAge``,
    ``ImpossibleBirthDate``.
    """
    facts = {
        "name": rules.check_name(name),
        "nickname": nickname,
        "email": email,
        "birth_date": birth_date,
        "locale": locale,
    }
    rules.check_birth_date(birth_date, today=clock.today())
    member = _locked(member_id)
    changed = sorted(field for field, value in facts.items() if getattr(member, field) != value)
    for field in changed:
        setattr(member, field, facts[field])
    _index(member)
    audit.record(actor, "member.profile_edited", member, changed=changed)
    complete = rules.is_complete(name=member.name, nickname=nickname, email=email, birth_date=birth_date)
    if complete and member.profile_completed_at is None:
        member.profile_completed_at = clock.now()
        signals.profile_completed.send(Member, member=member)
    return member


@operation
def decide_on_consent(
    member_id: int,
    purpose: Purpose,
    *,
    given: bool,
    locale: str,
    actor: Actor,
    channel: Channel = Channel.WEBSITE,
) -> Consent:
    """Give or withdraw consent to a purpose, effective at once; saying the same again writes nothing (PIPL 15).

    Refuses ``NotOptional`` for what the membership itself needs.
    """
    if REGISTER[purpose].is_contract:
        raise errors.NotOptional()
    member = _locked(member_id)
    standing = queries.standing_consents(queries.consent_history(member_id)).get(purpose)
    if standing is not None and standing.given == given and standing.version == version_of(purpose):
        return standing
    if standing is None and not given:
        raise Missing()
    consent = _decide(member, purpose, given, locale=locale, channel=channel)
    audit.record(
        actor,
        "member.consent_given" if given else "member.consent_withdrawn",
        member,
        purpose=purpose,
        version=consent.version,
    )
    return consent


def _decide(member: Member, purpose: Purpose, given: bool, *, locale: str, channel: Channel) -> Consent:
    consent = Consent(
        member_id=member.id,
        purpose=purpose,
        given=given,
        version=version_of(purpose),
        locale=locale,
        channel=channel,
        at=clock.now(),
    )
    db.session.add(consent)
    db.session.flush()
    return consent


def _locked(member_id: int) -> Member:
    member = lock(Member, member_id)
    if member is None:
        raise Missing()
    return member


# --- the inbox ---------------------------------------------------------------------------------------------------------


@operation
def notify(member_id: int, *, kind: str, title: str, body: str = "", url: str = "", actor: Actor) -> Notice:
    """Put a message into a member's inbox; texts come rendered in the member's language, ``url`` is a path of ours.

    Part of the verb that tells of it, which writes the audit entry; the notice itself is the record.
    """
    notice = Notice(
        member_id=member_id, kind=kind[:60], title=title[:200], body=body, url=url[:300], at=clock.now(), read_at=None
    )
    db.session.add(notice)
    db.session.flush()
    return notice


@operation
def mark_notices_read(member_id: int, *, up_to: int | None = None, only: int | None = None) -> int:
    """Mark a member's notices read: one, or all up to an id; return how many were unread. No audit: it concerns nobody."""
    conditions = [Notice.member_id == member_id, Notice.read_at.is_(None)]
    if up_to is not None:
        conditions.append(Notice.id <= up_to)
    if only is not None:
        conditions.append(Notice.id == only)
    read = db.session.execute(
        sa.update(Notice).where(*conditions).values(read_at=clock.now()).execution_options(synchronize_session=False)
    )
    return int(read.rowcount)  # type: ignore[attr-defined]
