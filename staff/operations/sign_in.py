"""Signing in and out: a password, then a code from the phone (or a recovery code), then a row for the browser.

Hashing takes a tenth of a second and is done before the transaction, so that nobody waits for it with the database
locked; the transaction then decides on fresh rows.
"""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
import structlog

from kernel import audit, clock, sign_ins
from kernel.actor import Actor
from kernel.db import db, lock, operation
from staff import passwords, queries, second_factor
from staff.errors import InvitationOver, WrongCode, WrongPassword, WrongSignIn
from staff.models import Invitation, PersonState, RecoveryCode, StaffPerson

log = structlog.get_logger()
STAYS, IDLES = timedelta(hours=12), timedelta(minutes=30)

sign_ins.register(
    "staff",
    StaffPerson,
    stays=STAYS,
    idles=IDLES,
    noted_every=timedelta(minutes=1),
    options=queries.WITH_GRANTS,
)


def prove_password(*, login: str, password: str) -> StaffPerson:
    """Return the person whose login and password these are; unknown, closed and wrong are one refusal, equally slow."""
    person = queries.by_login(login)
    right = passwords.matches(person.password_hash if person else None, password)
    if person is None or not right or not person.may_sign_in:
        if person is not None:
            _note_refusal(person.id, "password")
        log.info("staff.sign_in_refused", known=person is not None)
        raise WrongSignIn()
    return person


@operation
def _note_refusal(person_id: int, factor: str) -> None:
    person = db.session.get_one(StaffPerson, person_id)
    audit.record(Actor.staff(person), "staff.sign_in_refused", person, factor=factor)


@operation
def begin_enrolment(*, person_id: int) -> StaffPerson:
    """Give a person whose password was proved a fresh secret for the phone; once one is confirmed it stays."""
    person = _open_account(person_id)
    if not person.has_second_factor:
        person.totp_secret = second_factor.sealed(second_factor.new_secret(), person.id)
        audit.record(Actor.staff(person), "staff.second_factor_begun", person)
    return person


def confirm_second_factor(*, person_id: int, code: str, device: str = "") -> tuple[str, list[str]]:
    """Take the first code from the phone, sign the person in, and return the cookie's token and the recovery codes.

    The recovery codes are shown once; only their hashes are kept. Refused: a wrong code.
    """
    codes = second_factor.new_recovery_codes()
    token = _confirm(person_id, code, device, _hashed(codes))
    return token, codes


@operation
def _confirm(person_id: int, code: str, device: str, hashes: list[tuple[str, str]]) -> str:
    person = _open_account(person_id)
    if person.has_second_factor:
        raise WrongCode()
    _use_step(person, code)
    person.totp_confirmed_at = clock.now()
    _replace_recovery_codes(person, hashes)
    token = sign_ins.begin("staff", person.id, device=device)
    audit.record(Actor.staff(person), "staff.second_factor_confirmed", person)
    return token


def sign_in(*, person_id: int, code: str, device: str = "") -> str:
    """Sign in a person whose password was proved, by a code from the phone or a recovery code; return the token.

    Refused: a wrong code, one that was used before (R182, ASVS 6.5.1), a recovery code that was used before.
    """
    try:
        recovery_id = _proved_recovery_code(person_id, code)
        return _sign_in(person_id, code, recovery_id, device)
    except WrongCode:
        _note_refusal(person_id, "code")
        raise


@operation
def _sign_in(person_id: int, code: str, recovery_id: int | None, device: str) -> str:
    person = _open_account(person_id)
    if recovery_id is None:
        if not person.has_second_factor:
            raise WrongCode()
        _use_step(person, code)
    else:
        _use_recovery_code(recovery_id)
    token = sign_ins.begin("staff", person.id, device=device)
    audit.record(Actor.staff(person), "staff.signed_in", person, by="code" if recovery_id is None else "recovery code")
    return token


@operation
def prove_again(*, person_id: int, sign_in_id: int, code: str, actor: Actor) -> StaffPerson:
    """Take a fresh code from a signed-in person, so that sensitive pages open for a quarter of an hour."""
    person = _open_account(person_id)
    _use_step(person, code)
    sign_ins.note_proof(sign_in_id)
    audit.record(actor, "staff.proved_again", person)
    return person


@operation
def sign_out(*, person_id: int, actor: Actor) -> StaffPerson:
    """Write down that a person left; the door ends the browser's row."""
    person = db.session.get_one(StaffPerson, person_id)
    audit.record(actor, "staff.signed_out", person)
    return person


@operation
def end_own_sign_in(*, person_id: int, sign_in_id: int, actor: Actor) -> StaffPerson:
    """End one of a person's own browsers."""
    person = db.session.get_one(StaffPerson, person_id)
    sign_ins.end_one("staff", person_id, sign_in_id)
    audit.record(actor, "staff.sign_in_ended", person, sign_in=sign_in_id)
    return person


def renew_recovery_codes(*, person_id: int, code: str, actor: Actor) -> list[str]:
    """Replace a person's recovery codes by fresh ones and return them; asks for a code from the phone."""
    codes = second_factor.new_recovery_codes()
    _renew(person_id, code, _hashed(codes), actor)
    return codes


@operation
def _renew(person_id: int, code: str, hashes: list[tuple[str, str]], actor: Actor) -> None:
    person = _open_account(person_id)
    _use_step(person, code)
    _replace_recovery_codes(person, hashes)
    audit.record(actor, "staff.recovery_codes_renewed", person)


def change_password(*, person_id: int, present: str, password: str, keep: int | None, actor: Actor) -> StaffPerson:
    """Change a person's own password and end all other browsers; ``keep`` is the sign-in that goes on."""
    person = db.session.get_one(StaffPerson, person_id)
    if not passwords.matches(person.password_hash, present):
        raise WrongPassword()
    passwords.check(password, login=person.login, name=person.name)
    return _change_password(person_id, passwords.hashed(password), keep, actor)


@operation
def _change_password(person_id: int, hashed: str, keep: int | None, actor: Actor) -> StaffPerson:
    person = _open_account(person_id)
    person.password_hash = hashed
    sign_ins.end_all("staff", person.id, but=keep)
    audit.record(actor, "staff.password_changed", person)
    return person


def accept_invitation(*, token: str, password: str) -> StaffPerson:
    """Set the password behind a one-time link and open the account; the second factor stays as it is."""
    invitation = queries.open_invitation(hashed_token(token))
    if invitation is None:
        raise InvitationOver()
    passwords.check(password, login=invitation.person.login, name=invitation.person.name)
    return _accept(invitation.id, passwords.hashed(password))


@operation
def _accept(invitation_id: int, hashed: str) -> StaffPerson:
    invitation = lock(Invitation, invitation_id)
    if invitation is None or invitation.used_at is not None or invitation.ends_at <= clock.now():
        raise InvitationOver()
    person = lock(StaffPerson, invitation.person_id)
    if person is None or person.state is PersonState.DISABLED:
        raise InvitationOver()
    invitation.used_at = clock.now()
    person.password_hash, person.state = hashed, PersonState.ACTIVE
    sign_ins.end_all("staff", person.id)
    audit.record(Actor.staff(person), "staff.password_set", person, invitation=invitation.id)
    return person


# --- parts -------------------------------------------------------------------------------------------------------------


def hashed_token(token: str) -> str:
    """Return what is kept of a one-time link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open_account(person_id: int) -> StaffPerson:
    person = lock(StaffPerson, person_id)
    if person is None or not person.may_sign_in:
        raise WrongSignIn()
    return person


def _use_step(person: StaffPerson, code: str) -> None:
    secret = second_factor.opened(person.totp_secret, person.id) if person.totp_secret else ""
    step = second_factor.matching_step(secret, code, clock.now(), after=person.totp_last_step) if secret else None
    if step is None:
        raise WrongCode()
    person.totp_last_step = step


def _hashed(codes: list[str]) -> list[tuple[str, str]]:
    parts = [second_factor.parts_of(code) for code in codes]
    return [(part[0], passwords.hashed(part[1])) for part in parts if part]


def _replace_recovery_codes(person: StaffPerson, hashes: list[tuple[str, str]]) -> None:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    db.session.add_all(RecoveryCode(person_id=person.id, mark=mark, hash=digest) for mark, digest in hashes)


def _proved_recovery_code(person_id: int, code: str) -> int | None:
    """Return the row of a right recovery code, None when the text is no recovery code; refuse a wrong one."""
    parts = second_factor.parts_of(code)
    if parts is None:
        return None
    mark, secret = parts
    row = db.session.scalar(
        sa.select(RecoveryCode).where(RecoveryCode.person_id == person_id, RecoveryCode.mark == mark)
    )
    if not passwords.matches(row.hash if row else None, secret) or row is None or row.used_at is not None:
        raise WrongCode()
    return row.id


def _use_recovery_code(recovery_id: int) -> None:
    row = lock(RecoveryCode, recovery_id)
    if row is None or row.used_at is not None:
        raise WrongCode()
    row.used_at = clock.now()
