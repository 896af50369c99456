"""What members keep about themselves: password, profile, and the decision on each purpose."""

from datetime import date

from kernel import audit, clock, sign_ins
from kernel.actor import Actor
from kernel.db import lock, operation
from kernel.errors import Missing
from member import errors, queries, rules, signals
from member.models import Channel, Consent, Member, Purpose
from member.operations.joining import decide, make_findable
from member.purposes import REGISTER, version_of


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
    make_findable(member)
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
    consent = decide(member, purpose, given, locale=locale, channel=channel)
    audit.record(
        actor,
        "member.consent_given" if given else "member.consent_withdrawn",
        member,
        purpose=purpose,
        version=consent.version,
    )
    return consent


def _locked(member_id: int) -> Member:
    member = lock(Member, member_id)
    if member is None:
        raise Missing()
    return member
