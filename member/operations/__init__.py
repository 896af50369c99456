"""The verbs of membership: prove a number, join, sign in, keep the account, agree and withdraw, be told."""

from member.operations.account import decide_on_consent, edit_profile, set_password
from member.operations.codes import forget_codes, request_code, try_code
from member.operations.inbox import mark_notices_read, notify
from member.operations.joining import enrol, join
from member.operations.signing_in import (
    confirm_identity,
    end_other_sign_ins,
    end_sign_in,
    sign_in_by_code,
    sign_in_by_password,
    sign_in_new_member,
    sign_out,
)

__all__ = [
    "confirm_identity",
    "decide_on_consent",
    "edit_profile",
    "end_other_sign_ins",
    "end_sign_in",
    "enrol",
    "forget_codes",
    "join",
    "mark_notices_read",
    "notify",
    "request_code",
    "set_password",
    "sign_in_by_code",
    "sign_in_by_password",
    "sign_in_new_member",
    "sign_out",
    "try_code",
]
