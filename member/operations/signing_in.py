"""Signing in and out, the browsers of a member, and the fresh proof of who is there."""

from kernel import audit, sign_ins
from kernel.actor import Actor
from kernel.db import db, lock, operation
from kernel.errors import Missing
from member import errors, queries
from member.models import CodePurpose, Member, MemberState
from member.operations.codes import spend


@operation
def sign_in_by_code(code_id: int, *, mobile: str, device: str, proved_for: CodePurpose = CodePurpose.SIGN_IN) -> str:
    """Sign in the member with a proven number, spend the proof, and return the token for the cookie.

    Whoever proves the number of an archived membership has it back (R171). Refuses ``WrongCode``,
    ``AccountUnavailable``, ``Missing`` when nobody has the number (the door then offers to join).
    """
    member = queries.by_mobile(mobile)
    if member is None:
        raise Missing()
    spend(code_id, mobile=mobile, purpose=proved_for)
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
    spend(code_id, mobile=member.mobile, purpose=CodePurpose.PROOF)
    sign_ins.note_proof(sign_in_id)
    audit.record(actor, "member.identity_confirmed", member)
