"""Why a row of the ledger is left out; the code is stored, the sentence is shown and downloaded."""

import enum
from typing import Any

from flask_babel import lazy_gettext as _l


class Reason(enum.Enum):
    """What is wrong with a row."""

    CONTRACT_MISSING = "contract_missing"
    CONTRACT_TWICE = "contract_twice"
    CONTRACT_MOVED = "contract_moved"
    PROJECT_UNKNOWN = "project_unknown"
    PHASE_UNKNOWN = "phase_unknown"
    HOME_UNREADABLE = "home_unreadable"
    HOME_TAKEN = "home_taken"
    BUYER_MISSING = "buyer_missing"
    BUYERS_DO_NOT_MATCH = "buyers_do_not_match"
    KIND_UNKNOWN = "kind_unknown"
    MOBILE_WRONG = "mobile_wrong"
    ID_WRONG = "id_wrong"
    DATE_WRONG = "date_wrong"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    STATE_UNKNOWN = "state_unknown"
    TOO_LONG = "too_long"

    @property
    def label(self) -> Any:
        return _LABELS[self]


_LABELS = {
    Reason.CONTRACT_MISSING: _l("The contract number is missing."),
    Reason.CONTRACT_TWICE: _l("This contract number stands in an earlier row of the file."),
    Reason.CONTRACT_MOVED: _l("This contract number belongs to another home already."),
    Reason.PROJECT_UNKNOWN: _l("There is no such project in your scope."),
    Reason.PHASE_UNKNOWN: _l("The project has no such phase."),
    Reason.HOME_UNREADABLE: _l("The home's number cannot be read; write it like 2栋1单元1803."),
    Reason.HOME_TAKEN: _l(
        "Another contract is in force for this home. End it in an earlier row, or name it as the previous contract."
    ),
    Reason.BUYER_MISSING: _l("The buyer is missing."),
    Reason.BUYERS_DO_NOT_MATCH: _l("There are not as many mobile numbers or identity numbers as buyers."),
    Reason.KIND_UNKNOWN: _l("The kind of buyer is neither 个人 nor 企业."),
    Reason.MOBILE_WRONG: _l("This is not a mobile number."),
    Reason.ID_WRONG: _l("The last four characters of the identity number are wrong."),
    Reason.DATE_WRONG: _l("This is not a date; write it like 2026-11-23."),
    Reason.DATES_OUT_OF_ORDER: _l("The home was handed over before the contract was signed."),
    Reason.STATE_UNKNOWN: _l("The state is none of 有效, 解除, 已转让."),
    Reason.TOO_LONG: _l("This is too long."),
}


class RowRefused(Exception):
    """A row is wrong in one cell; ``value`` is what stands there, never an identity number."""

    def __init__(self, reason: Reason, column: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column, self.value = reason, column, value[:80]
