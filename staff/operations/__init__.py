"""The verbs of the back office's own house. Other packages use what is listed here."""

from staff.operations.hiring import hire_for_demo
from staff.operations.organisation import open_unit, plant_defaults
from staff.operations.people import (
    disable,
    end_sign_ins,
    make_first_administrator,
    propose_disabling,
    propose_invitation,
    propose_second_factor_reset,
    send_password_link,
    set_away,
    set_photo,
)
from staff.operations.proposals import approve, decline, propose, withdraw
from staff.operations.roles import give_role, propose_role, propose_role_end, take_role
from staff.operations.sign_in import (
    accept_invitation,
    begin_enrolment,
    change_password,
    confirm_second_factor,
    end_own_sign_in,
    prove_again,
    prove_password,
    renew_recovery_codes,
    sign_in,
    sign_out,
)
from staff.proposals import ProposalKind
from staff.proposals import register as register_proposal_kind

__all__ = [
    "ProposalKind",
    "accept_invitation",
    "approve",
    "begin_enrolment",
    "change_password",
    "confirm_second_factor",
    "decline",
    "disable",
    "end_own_sign_in",
    "hire_for_demo",
    "end_sign_ins",
    "give_role",
    "make_first_administrator",
    "open_unit",
    "plant_defaults",
    "propose",
    "propose_disabling",
    "propose_invitation",
    "propose_role",
    "propose_role_end",
    "propose_second_factor_reset",
    "prove_again",
    "prove_password",
    "register_proposal_kind",
    "renew_recovery_codes",
    "send_password_link",
    "set_away",
    "set_photo",
    "sign_in",
    "sign_out",
    "take_role",
    "withdraw",
]
