"""Codes that prove a mobile number: sent, tried, spent, forgotten."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from kernel import audit, clock, messages
from kernel.actor import Actor
from kernel.db import db, operation
from member import errors, queries, rules
from member.models import CodePurpose, SmsCode


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


def spend(code_id: int, *, mobile: str, purpose: CodePurpose) -> None:
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
