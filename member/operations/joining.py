"""Becoming a member: once for a number, with each decision kept, and told to the floors above."""

import secrets
from typing import Any

from kernel import audit, clock, form_keys, numbers, search
from kernel.actor import SYSTEM, Actor
from kernel.db import db, insert_once, operation
from member import errors, queries, rules, signals
from member.models import Channel, CodePurpose, Consent, Member, MemberState, Purpose
from member.operations.codes import spend
from member.purposes import version_of

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


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
    spend(code_id, mobile=mobile, purpose=proved_for)
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
    decide(member, Purpose.MEMBERSHIP, True, locale=locale, channel=channel)
    if marketing:
        decide(member, Purpose.MARKETING, True, locale=locale, channel=channel)
    make_findable(member)
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


def make_findable(member: Member) -> None:
    """Let staff find a member by name and nickname."""
    search.index("member", member.id, f"{member.name} {member.nickname}")


def decide(member: Member, purpose: Purpose, given: bool, *, locale: str, channel: Channel) -> Consent:
    """Add a decision to a member's history, on the text as it stands today."""
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
