"""From the cells of a row to what they mean. Pure: knows the projects by what it is given."""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from homes import numbering, rules
from homes.ledger.reasons import Reason, RowRefused
from homes.models import ContractState
from homes.numbering import HomeNumber
from kernel import mobiles

CONTRACT, PREVIOUS, PROJECT, PHASE, HOME = "合同编号", "原合同编号", "项目编码", "期", "房屋"
BUYERS, MOBILES, IDS, KIND = "买受人", "手机号", "证件后四位", "买受人类型"
SIGNED, AGREED, HANDED, STATE = "签约日期", "约定交付日期", "实际交付日期", "合同状态"

COLUMNS: dict[str, tuple[str, ...]] = {
    CONTRACT: ("合同号", "contract number"),
    PREVIOUS: ("原合同号", "previous contract"),
    PROJECT: ("项目代码", "project code"),
    PHASE: ("分期", "期数", "phase"),
    HOME: ("房号", "房屋编号", "home"),
    BUYERS: ("买受人姓名", "客户姓名", "buyers"),
    MOBILES: ("手机", "联系电话", "mobiles"),
    IDS: ("证件号后四位", "身份证后四位", "identity last four"),
    KIND: ("客户类型", "buyer kind"),
    SIGNED: ("签约日", "signed on"),
    AGREED: ("合同交付日期", "agreed handover"),
    HANDED: ("交付日期", "handed over"),
    STATE: ("状态", "contract state"),
}
"""The columns by the name that the sales system gives them, and other names under which they are found."""

OPTIONAL = {PREVIOUS, MOBILES, IDS, KIND, HANDED}

_STATES = {
    "有效": ContractState.ACTIVE,
    "在册": ContractState.ACTIVE,
    "active": ContractState.ACTIVE,
    "解除": ContractState.CANCELLED,
    "退房": ContractState.CANCELLED,
    "cancelled": ContractState.CANCELLED,
    "已转让": ContractState.RESOLD,
    "转让": ContractState.RESOLD,
    "resold": ContractState.RESOLD,
}
_COMPANY = {"": False, "个人": False, "企业": True, "公司": True, "person": False, "company": True}
_LONGEST = 400
_MAINLAND = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True)
class LedgerBuyer:
    """A buyer as the ledger names him; ``last_four`` is only passing through."""

    name: str
    mobile: str | None
    last_four: str | None
    is_company: bool


@dataclass(frozen=True)
class LedgerRow:
    """A row that makes sense by itself."""

    contract_number: str
    previous: str | None
    project_code: str
    phase_code: str
    number: HomeNumber
    home_code: str
    buyers: tuple[LedgerBuyer, ...]
    signed_on: date
    agreed_handover_on: date
    handed_over_on: date | None
    state: ContractState

    @property
    def is_active(self) -> bool:
        return self.state is ContractState.ACTIVE

    def digest(self, secret: str) -> str:
        """Return the keyed hash of the content, by which a later import sees whether the row has changed."""
        buyers = [(b.name, b.mobile, b.last_four, b.is_company) for b in self.buyers]
        days = [self.signed_on.isoformat(), self.agreed_handover_on.isoformat(), str(self.handed_over_on)]
        content = json.dumps([self.home_code, self.previous, *days, self.state.value, buyers], ensure_ascii=False)
        return hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class KnownPhase:
    """A phase that rows may name, by its code (P1) or its name (一期)."""

    id: int
    project_code: str
    city_code: str
    code: str
    name: str


Phases = Mapping[str, Mapping[str, KnownPhase]]
"""Project code to the names and codes of its phases."""


def read(cells: Mapping[str, Any], phases: Phases) -> LedgerRow:
    """Return the meaning of a row, or raise ``RowRefused`` with the first cell that is wrong."""
    text = {column: _text(cells.get(column), column) for column in COLUMNS}
    contract_number = rules.plain_contract_number(text[CONTRACT])
    if not contract_number:
        raise RowRefused(Reason.CONTRACT_MISSING, CONTRACT)
    if len(contract_number) > 40:
        raise RowRefused(Reason.TOO_LONG, CONTRACT, contract_number)
    phase = _phase(text, phases)
    number = _number(text[HOME])
    signed_on = _date(cells.get(SIGNED), SIGNED)
    agreed_on = _date(cells.get(AGREED), AGREED)
    handed_on = _date(cells.get(HANDED), HANDED) if text[HANDED] else None
    if handed_on is not None and handed_on < signed_on and not text[PREVIOUS]:
        raise RowRefused(Reason.DATES_OUT_OF_ORDER, HANDED, text[HANDED])
    building = numbering.building_code(phase.project_code, phase.code, number.building)
    return LedgerRow(
        contract_number=contract_number,
        previous=rules.plain_contract_number(text[PREVIOUS])[:40] or None,
        project_code=phase.project_code,
        phase_code=phase.code,
        number=number,
        home_code=numbering.home_code(building, number),
        buyers=_buyers(text, cells),
        signed_on=signed_on,
        agreed_handover_on=agreed_on,
        handed_over_on=handed_on,
        state=_state(text[STATE]),
    )


def _text(value: Any, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    text = unicodedata.normalize("NFC", str(value)).strip()
    if len(text) > _LONGEST:
        raise RowRefused(Reason.TOO_LONG, column, text)
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", ";"))


def _phase(text: Mapping[str, str], phases: Phases) -> KnownPhase:
    of_project = phases.get(text[PROJECT]) or phases.get(text[PROJECT].upper())
    if of_project is None:
        raise RowRefused(Reason.PROJECT_UNKNOWN, PROJECT, text[PROJECT])
    found = of_project.get(text[PHASE]) or of_project.get(text[PHASE].upper())
    if found is None:
        raise RowRefused(Reason.PHASE_UNKNOWN, PHASE, text[PHASE])
    return found


def _number(written: str) -> HomeNumber:
    number = numbering.parse(written)
    if number is None or number.floor is None or len(number.key) > 40:
        raise RowRefused(Reason.HOME_UNREADABLE, HOME, written)
    return number


_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+00:00(?::00)?)?")


def _date(value: Any, column: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", str(value or "")).strip())
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        raise RowRefused(Reason.DATE_WRONG, column, str(value or ""))
    return day


def _state(written: str) -> ContractState:
    try:
        return _STATES[written.lower()]
    except KeyError:
        raise RowRefused(Reason.STATE_UNKNOWN, STATE, written) from None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；、/]", text)] if text else []


def _buyers(text: Mapping[str, str], cells: Mapping[str, Any]) -> tuple[LedgerBuyer, ...]:
    names = [name for name in _parts(text[BUYERS]) if name]
    if not names:
        raise RowRefused(Reason.BUYER_MISSING, BUYERS)
    if any(len(name) > 100 for name in names) or len(names) > 9:
        raise RowRefused(Reason.TOO_LONG, BUYERS, text[BUYERS])
    kind = text[KIND].lower()
    if kind not in _COMPANY:
        raise RowRefused(Reason.KIND_UNKNOWN, KIND, text[KIND])
    numbers = _aligned(_parts(text[MOBILES]), names, MOBILES)
    ids = _aligned(_parts(_id_text(text[IDS], cells.get(IDS))), names, IDS)
    return tuple(
        LedgerBuyer(name, _mobile(mobile), _last_four(last_four), _COMPANY[kind])
        for name, mobile, last_four in zip(names, numbers, ids, strict=True)
    )


def _aligned(parts: list[str], names: list[str], column: str) -> list[str]:
    if not parts:
        return [""] * len(names)
    if len(parts) != len(names):
        raise RowRefused(Reason.BUYERS_DO_NOT_MATCH, column)
    return parts


def _mobile(written: str) -> str | None:
    if not written:
        return None
    if _MAINLAND.fullmatch(written):  # nearly every row; the library would take a fifth of a millisecond for each
        return f"+86{written}"
    try:
        return mobiles.canonical(written)
    except mobiles.NotAMobile:
        raise RowRefused(Reason.MOBILE_WRONG, MOBILES, written) from None


def _id_text(text: str, value: Any) -> str:
    """Give back the zeros in front that a spreadsheet takes from a number."""
    return text.zfill(4) if isinstance(value, int | float) and text.isdigit() else text


def _last_four(written: str) -> str | None:
    """Return the last four characters; a whole identity number is cut, and is never shown in an error."""
    if not written:
        return None
    plain = unicodedata.normalize("NFKC", written).upper()[-4:]
    if not re.fullmatch(r"[0-9A-Z]{4}", plain, re.ASCII):
        raise RowRefused(Reason.ID_WRONG, IDS)
    return plain
