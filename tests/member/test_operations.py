"""Proving a number, joining once, signing in, profile, consents, inbox; each refusal leaves everything as it was."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kernel import audit, clock, jobs, sign_ins
from kernel.actor import SYSTEM, Actor
from kernel.db import db
from kernel.errors import Missing
from kernel.form_keys import KeyUsedOtherwise
from member import errors, operations, passwords, queries, signals
from member.models import CodePurpose, Consent, Member, MemberState, Notice, Purpose, SmsCode
from tests.conftest import NOON
from tests.support.member import a_member, a_mobile, last_code, sent_texts

KEY = "a-one-time-key-of-a-form"
pytestmark = pytest.mark.usefixtures("context")


def counted() -> dict[str, int]:
    """Return how many rows each table of members has, and the audit trail."""
    tables = (Member, Consent, Notice, SmsCode, audit.AuditEntry, sign_ins.SignIn)
    return {t.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


def asked(mobile: str, purpose: CodePurpose = CodePurpose.JOIN, binding: str = "browser") -> str:
    operations.request_code(mobile, purpose=purpose, binding=binding, locale="zh_Hans_CN", actor=SYSTEM)
    return last_code(mobile)


def proven(mobile: str, purpose: CodePurpose = CodePurpose.JOIN) -> SmsCode:
    code = operations.try_code(mobile, asked(mobile, purpose), purpose=purpose, binding="browser")
    assert code is not None
    return code


def joined(code: SmsCode, **changed: Any) -> Member:
    facts = {
        "mobile": code.mobile,
        "name": "林可航",
        "membership": True,
        "marketing": False,
        "locale": "en",
        "key": KEY,
    }
    return operations.join(code.id, **{**facts, **changed})


def actor_of(member: Member) -> Actor:
    return Actor.member(member)


# --- codes -------------------------------------------------------------------------------------------------------------


def test_a_code_goes_into_the_message_and_nowhere_else() -> None:
    mobile = a_mobile()
    digits = asked(mobile)
    assert len(sent_texts(mobile)) == 1
    code = queries.newest_code(mobile, CodePurpose.JOIN, "browser")
    assert code is not None and digits not in (code.code_hash, code.salt, code.binding)
    told = [entry.facts for entry in db.session.scalars(sa.select(audit.AuditEntry))]
    assert all(digits not in facts and mobile not in facts for facts in told)


def test_the_right_code_is_right_until_it_expires() -> None:
    mobile = a_mobile()
    digits = asked(mobile)
    with clock.at(NOON + timedelta(minutes=5)):
        assert operations.try_code(mobile, digits, purpose=CodePurpose.JOIN, binding="browser") is None
    with clock.at(NOON + timedelta(minutes=4, seconds=59)):
        assert operations.try_code(mobile, digits, purpose=CodePurpose.JOIN, binding="browser") is not None


@pytest.mark.parametrize(
    ("purpose", "binding"), [(CodePurpose.SIGN_IN, "browser"), (CodePurpose.JOIN, "another browser")]
)
def test_a_code_is_worth_nothing_elsewhere(purpose: CodePurpose, binding: str) -> None:
    mobile = a_mobile()
    digits = asked(mobile)
    assert operations.try_code(mobile, digits, purpose=purpose, binding=binding) is None
    assert operations.try_code(a_mobile(), digits, purpose=CodePurpose.JOIN, binding="browser") is None


def test_after_five_wrong_tries_the_right_code_is_dead() -> None:
    mobile = a_mobile()
    digits = asked(mobile)
    wrong = "000000" if digits != "000000" else "111111"
    for _try in range(5):
        assert operations.try_code(mobile, wrong, purpose=CodePurpose.JOIN, binding="browser") is None
    assert operations.try_code(mobile, digits, purpose=CodePurpose.JOIN, binding="browser") is None
    code = queries.newest_code(mobile, CodePurpose.JOIN, "browser")
    assert code is not None and code.tries == 5 and code.proved_at is None


def test_the_fifth_try_may_still_be_right() -> None:
    mobile = a_mobile()
    digits = asked(mobile)
    wrong = "000000" if digits != "000000" else "111111"
    for _try in range(4):
        operations.try_code(mobile, wrong, purpose=CodePurpose.JOIN, binding="browser")
    assert operations.try_code(mobile, digits, purpose=CodePurpose.JOIN, binding="browser") is not None


def test_a_new_code_replaces_the_old_one() -> None:
    mobile = a_mobile()
    first, second = asked(mobile), asked(mobile)
    if first != second:
        assert operations.try_code(mobile, first, purpose=CodePurpose.JOIN, binding="browser") is None
    assert operations.try_code(mobile, second, purpose=CodePurpose.JOIN, binding="browser") is not None


def test_codes_are_forgotten_after_a_day_and_nothing_else_is() -> None:
    old, young, member = a_mobile(), a_mobile(), a_member()
    asked(old)
    with clock.at(NOON + timedelta(hours=1)):
        asked(young)
    run = jobs.run("member.forget_codes", as_of=NOON + timedelta(days=1, minutes=30))
    left = db.session.scalars(sa.select(SmsCode.mobile)).all()
    assert (run.done, run.failed, list(left)) == (1, 0, [young])
    assert jobs.run("member.forget_codes", as_of=NOON + timedelta(days=1, minutes=30)).done == 0
    assert queries.get(member.id) is not None


# --- joining -----------------------------------------------------------------------------------------------------------


def test_joining_gives_a_number_and_keeps_each_decision() -> None:
    member = joined(proven("+8619900000901"), marketing=True)
    assert member.number.startswith("8") and len(member.number) == 9
    assert (member.mobile, member.mobile_tail, member.name) == ("+8619900000901", "0901", "林可航")
    assert (member.state, member.locale, member.joined_at) == (MemberState.ACTIVE, "en", NOON)
    history = queries.consent_history(member.id)
    assert [(c.purpose, c.given, c.version, c.at) for c in reversed(history)] == [
        (Purpose.MEMBERSHIP, True, "2026-11-01", NOON),
        (Purpose.MARKETING, True, "2026-11-01", NOON),
    ]


def test_marketing_is_not_agreed_to_by_joining() -> None:
    member = joined(proven(a_mobile()))
    assert [c.purpose for c in queries.consent_history(member.id)] == [Purpose.MEMBERSHIP]
    assert not queries.consents_to(member.id, Purpose.MARKETING)


def test_the_floors_above_hear_of_it_once_and_inside_the_transaction() -> None:
    heard: list[Member] = []

    def listen(_sender: Any, member: Member) -> None:
        heard.append(member)

    with signals.joined.connected_to(listen):
        member = joined(code := proven(a_mobile()))
        assert joined(code) is member or joined(code).id == member.id
    assert [m.id for m in heard] == [member.id]


def test_when_a_floor_above_fails_nobody_has_joined() -> None:
    code = proven(a_mobile())
    before = counted()

    def fail(_sender: Any, member: Member) -> None:
        raise RuntimeError("no points today")

    with signals.joined.connected_to(fail), pytest.raises(RuntimeError):
        joined(code)
    db.session.rollback()
    assert counted() == before
    assert queries.by_mobile(code.mobile) is None
    assert joined(code).mobile == code.mobile


def test_the_same_form_twice_is_one_member() -> None:
    code = proven(a_mobile())
    first = joined(code)
    before = counted()
    assert joined(code).id == first.id
    assert counted() == before


def test_the_same_key_with_another_name_is_refused() -> None:
    code = proven(a_mobile())
    joined(code)
    before = counted()
    with pytest.raises(KeyUsedOtherwise):
        joined(code, name="何静姝")
    assert counted() == before


def test_two_tabs_make_one_member() -> None:
    code = proven(a_mobile())
    joined(code)
    before = counted()
    with pytest.raises(errors.WrongCode):
        joined(code, key="the-key-of-the-other-tab")
    assert counted() == before


def test_a_number_joins_once() -> None:
    member = a_member()
    code = proven(member.mobile)
    before = counted()
    with pytest.raises(errors.AlreadyMember):
        joined(code, name="何静姝")
    db.session.refresh(member)
    assert counted() == before and member.name == "周予安"
    assert queries.proof(member.mobile, CodePurpose.JOIN, "browser").used_at is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"membership": False}, errors.ConsentMissing),
        ({"name": "<script>"}, errors.OddName),
        ({"name": " "}, errors.NameNeeded),
        ({"mobile": "+8619900000999"}, errors.WrongCode),
        ({"proved_for": CodePurpose.SIGN_IN}, errors.WrongCode),
    ],
)
def test_a_refused_joining_changes_nothing(changed: dict[str, Any], refusal: type[Exception]) -> None:
    code = proven(a_mobile())
    before = counted()
    with pytest.raises(refusal):
        joined(code, **changed)
    assert counted() == before
    assert joined(code).mobile == code.mobile, "the proof was not spent"


def test_nobody_joins_with_a_code_that_was_not_typed() -> None:
    mobile = a_mobile()
    asked(mobile)
    code = queries.newest_code(mobile, CodePurpose.JOIN, "browser")
    assert code is not None
    with pytest.raises(errors.WrongCode):
        joined(code)
    assert queries.by_mobile(mobile) is None


def test_a_proof_waits_ten_minutes_for_the_rest_of_the_form() -> None:
    code = proven(a_mobile())
    with clock.at(NOON + timedelta(minutes=10, seconds=1)), pytest.raises(errors.WrongCode):
        joined(code)
    with clock.at(NOON + timedelta(minutes=9)):
        assert joined(code)


def test_a_referral_code_names_the_referrer_and_an_unknown_one_is_ignored() -> None:
    referrer = a_member()
    assert joined(proven(a_mobile()), referral_code=f" {referrer.referral_code.lower()}").referred_by_id == referrer.id
    assert joined(proven(a_mobile()), referral_code="NOBODY22", key="another-key-altogether").referred_by_id is None


# --- signing in --------------------------------------------------------------------------------------------------------


def test_a_proven_number_signs_in_once() -> None:
    member = a_member()
    code = proven(member.mobile, CodePurpose.SIGN_IN)
    token = operations.sign_in_by_code(code.id, mobile=member.mobile, device="Chrome/Windows")
    found = sign_ins.person_behind("member", token)
    assert found is not None and found[0].id == member.id
    before = counted()
    with pytest.raises(errors.WrongCode):
        operations.sign_in_by_code(code.id, mobile=member.mobile, device="Chrome/Windows")
    assert counted() == before


def test_a_number_that_nobody_has_keeps_its_proof_for_joining() -> None:
    mobile = a_mobile()
    code = proven(mobile, CodePurpose.SIGN_IN)
    with pytest.raises(Missing):
        operations.sign_in_by_code(code.id, mobile=mobile, device="")
    assert joined(code, proved_for=CodePurpose.SIGN_IN).mobile == mobile


def test_an_archived_member_comes_back_by_proving_the_number(write: Any) -> None:
    member = a_member()
    write(lambda: setattr(db.session.get(Member, member.id), "state", MemberState.ARCHIVED))
    code = proven(member.mobile, CodePurpose.SIGN_IN)
    operations.sign_in_by_code(code.id, mobile=member.mobile, device="")
    assert queries.get(member.id).state is MemberState.ACTIVE  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [MemberState.CLOSED])
def test_a_closed_member_stays_out(write: Any, state: MemberState) -> None:
    member = a_member()
    write(lambda: setattr(db.session.get(Member, member.id), "state", state))
    code = proven(member.mobile, CodePurpose.SIGN_IN)
    before = counted()
    with pytest.raises(errors.AccountUnavailable):
        operations.sign_in_by_code(code.id, mobile=member.mobile, device="")
    assert counted() == before


def test_a_member_who_is_archived_later_is_out_at_once(write: Any) -> None:
    member = a_member()
    token = operations.sign_in_new_member(member.id, device="")
    write(lambda: setattr(db.session.get(Member, member.id), "state", MemberState.ARCHIVED))
    assert sign_ins.person_behind("member", token) is None


@pytest.mark.parametrize(
    ("began", "seen", "alive"),
    [(29, 0, True), (31, 0, False), (8, 8, False), (6, 6, True)],
)
def test_a_sign_in_lasts_thirty_days_and_seven_idle_ones(began: int, seen: int, alive: bool) -> None:
    member = a_member()
    with clock.at(NOON - timedelta(days=began)):
        token = operations.sign_in_new_member(member.id, device="")
    entry = sign_ins.of("member", member.id)[0]
    with clock.at(NOON - timedelta(days=seen)):
        sign_ins.note_seen(entry.id)
    assert (sign_ins.person_behind("member", token) is not None) is alive


def test_a_password_signs_in_and_dies_with_its_change() -> None:
    member = a_member()
    old, new = passwords.hashed("correct horse battery"), passwords.hashed("another horse battery")
    operations.set_password(member.id, password_hash=old, keep_sign_in=None, actor=actor_of(member))
    assert passwords.matches(old, "correct horse battery") and not passwords.matches(old, "correct horse")
    assert operations.sign_in_by_password(member.id, device="", checked_hash=old)
    operations.set_password(member.id, password_hash=new, keep_sign_in=None, actor=actor_of(member))
    before = counted()
    with pytest.raises(errors.WrongPassword):
        operations.sign_in_by_password(member.id, device="", checked_hash=old)
    assert counted() == before


def test_an_archived_member_does_not_come_back_by_password(write: Any) -> None:
    member = a_member()
    kept = passwords.hashed("correct horse battery")
    operations.set_password(member.id, password_hash=kept, keep_sign_in=None, actor=actor_of(member))
    write(lambda: setattr(db.session.get(Member, member.id), "state", MemberState.ARCHIVED))
    with pytest.raises(errors.WrongPassword):
        operations.sign_in_by_password(member.id, device="", checked_hash=kept)


def test_nobody_matches_no_password() -> None:
    assert not passwords.matches(None, "nobody has this password")


def test_hashing_inside_a_transaction_is_a_mistake(write: Any) -> None:
    with pytest.raises(RuntimeError):
        write(lambda: passwords.hashed("correct horse battery"))


def test_a_new_password_ends_the_other_browsers() -> None:
    member = a_member()
    operations.sign_in_new_member(member.id, device="Edge/Windows")
    operations.sign_in_new_member(member.id, device="wechat/iPhone")
    here = sign_ins.of("member", member.id)[0]
    operations.set_password(member.id, password_hash="x", keep_sign_in=here.id, actor=actor_of(member))
    assert [entry.id for entry in sign_ins.of("member", member.id)] == [here.id]


def test_nobody_ends_the_sign_in_of_somebody_else() -> None:
    mine, theirs = a_member(), a_member()
    operations.sign_in_new_member(theirs.id, device="")
    entry = sign_ins.of("member", theirs.id)[0]
    operations.end_sign_in(entry.id, actor=actor_of(mine))
    assert [e.id for e in sign_ins.of("member", theirs.id)] == [entry.id]
    operations.end_sign_in(entry.id, actor=actor_of(theirs))
    assert sign_ins.of("member", theirs.id) == []


def test_a_fresh_proof_is_noted_on_one_browser_only() -> None:
    member = a_member()
    for _browser in range(2):
        operations.sign_in_new_member(member.id, device="")
    first, second = sign_ins.of("member", member.id)
    with clock.at(NOON + timedelta(hours=1)):
        code = proven(member.mobile, CodePurpose.PROOF)
        operations.confirm_identity(code.id, sign_in_id=first.id, actor=actor_of(member))
    db.session.expire_all()
    proofs = {entry.id: entry.proved_at for entry in sign_ins.of("member", member.id)}
    assert proofs == {first.id: NOON + timedelta(hours=1), second.id: NOON}


# --- profile, consents, inbox ------------------------------------------------------------------------------------------

PROFILE = {
    "name": "吴绍棠",
    "nickname": "老吴",
    "email": "wu@example.com",
    "birth_date": date(1960, 5, 1),
    "locale": "en",
}


def test_a_complete_profile_is_announced_once() -> None:
    member = a_member()
    heard: list[int] = []

    def listen(_sender: Any, member: Member) -> None:
        heard.append(member.id)

    with signals.profile_completed.connected_to(listen):
        operations.edit_profile(member.id, **{**PROFILE, "email": ""}, actor=actor_of(member))
        assert heard == []
        operations.edit_profile(member.id, **PROFILE, actor=actor_of(member))
        operations.edit_profile(member.id, **{**PROFILE, "nickname": "吴叔"}, actor=actor_of(member))
    assert heard == [member.id]
    member = queries.get(member.id)
    assert (member.display_name, member.name, member.locale, member.masked_name) == ("吴叔", "吴绍棠", "en", "吴**")
    assert [m.id for m in queries.found("吴绍棠")] == [member.id]


@pytest.mark.parametrize(
    ("changed", "refusal"), [({"name": "9"}, errors.OddName), ({"birth_date": date(2020, 1, 1)}, errors.NotOfAge)]
)
def test_a_refused_profile_changes_nothing(changed: dict[str, Any], refusal: type[Exception]) -> None:
    member = a_member()
    before = counted()
    with pytest.raises(refusal):
        operations.edit_profile(member.id, **{**PROFILE, **changed}, actor=actor_of(member))
    fresh = queries.get(member.id)
    assert counted() == before and fresh.name == "周予安" and fresh.email == ""


def test_consent_is_withdrawn_as_easily_as_it_is_given_and_history_stays() -> None:
    member = a_member()
    decide = {"locale": "zh_Hans_CN", "actor": actor_of(member)}
    operations.decide_on_consent(member.id, Purpose.MARKETING, given=True, **decide)
    assert queries.consents_to(member.id, Purpose.MARKETING)
    operations.decide_on_consent(member.id, Purpose.MARKETING, given=False, **decide)
    assert not queries.consents_to(member.id, Purpose.MARKETING)
    again = operations.decide_on_consent(member.id, Purpose.MARKETING, given=False, **decide)
    history = [(c.purpose, c.given) for c in queries.consent_history(member.id)]
    assert history == [(Purpose.MARKETING, False), (Purpose.MARKETING, True), (Purpose.MEMBERSHIP, True)]
    assert queries.consent_history(member.id)[0].id == again.id


def test_what_the_membership_needs_is_not_switched_off() -> None:
    member = a_member()
    before = counted()
    with pytest.raises(errors.NotOptional):
        operations.decide_on_consent(member.id, Purpose.MEMBERSHIP, given=False, locale="en", actor=actor_of(member))
    assert counted() == before


def test_consent_to_an_older_text_does_not_count(write: Any) -> None:
    member = a_member(marketing=True)
    assert queries.consents_to(member.id, Purpose.MARKETING)
    from dataclasses import replace

    from member import purposes

    today = purposes.REGISTER[Purpose.MARKETING]
    purposes.REGISTER[Purpose.MARKETING] = replace(today, version="2027-01-01")
    try:
        assert not queries.consents_to(member.id, Purpose.MARKETING)
    finally:
        purposes.REGISTER[Purpose.MARKETING] = today


def test_the_history_of_consents_cannot_be_changed(write: Any) -> None:
    member = a_member()
    for statement in (sa.update(Consent).values(given=False), sa.delete(Consent)):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            write(lambda statement=statement: db.session.execute(statement))
    assert queries.consent_history(member.id)[0].given


def told(member: Member, title: str) -> Notice:
    return operations.notify(member.id, kind="case.answered", title=title, body="正文", url="/me/cases/1", actor=SYSTEM)


def test_the_inbox_runs_from_new_to_old_in_pages_and_counts_what_is_unread() -> None:
    member, other = a_member(), a_member()
    start = queries.unread_count(member.id)
    notices = [told(member, f"第{n}条") for n in range(5)]
    told(other, "别人的")
    first = queries.inbox(member.id, size=3)
    assert [n.title for n in first.items] == ["第4条", "第3条", "第2条"]
    second = queries.inbox(member.id, cursor=first.next_cursor, size=2)
    assert [n.title for n in second.items] == ["第1条", "第0条"]
    assert queries.unread_count(member.id) == start + 5
    operations.mark_notices_read(member.id, only=notices[4].id)
    assert queries.unread_count(member.id) == start + 4
    operations.mark_notices_read(member.id, up_to=notices[3].id)
    assert queries.unread_count(member.id) == 0
    assert queries.notice_for(member.id, told(other, "又一条").id) is None


def test_nobody_reads_somebody_elses_notice() -> None:
    mine, theirs = a_member(), a_member()
    notice = told(theirs, "别人的")
    before = queries.unread_count(theirs.id)
    assert operations.mark_notices_read(mine.id, only=notice.id) == 0
    assert queries.unread_count(theirs.id) == before


# --- looking up --------------------------------------------------------------------------------------------------------


def test_staff_find_members_by_number_mobile_last_four_and_name() -> None:
    member = a_member("+8619900007788", "欧阳若水")
    a_member("+85261230001", "陈砚书")
    for words in ("199 0000 7788", "7788", member.number, "若水", "欧阳若水"):
        assert [m.id for m in queries.found(words)] == [member.id], words
    assert queries.found("  ") == [] and queries.found("何静姝") == []
    assert list(queries.members_by_id([member.id, 10**9])) == [member.id]
    assert queries.by_number(member.number).id == member.id  # type: ignore[union-attr]
