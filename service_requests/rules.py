"""The decisions of the domain: which status leads where, who may, what is shown to whom. Facts in, verdict or refusal out."""

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from service_requests import errors
from service_requests.dictionary import EMERGENCIES, Audience, Group, Kind, Severity, Status, Step, Visibility, fits

LEAST_TEXT = 6
"""Characters; fewer do not say what is wrong."""
MOST_TEXT = 5_000
RETURN_WINDOW = timedelta(days=15)
SILENCE = timedelta(days=7)
CASES_A_DAY = 20


class By(enum.Enum):
    """In which part somebody moves a case."""

    MEMBER = "member"
    STAFF = "staff"
    MANAGER = "manager"
    SYSTEM = "system"


# --- statuses (section 3) --------------------------------------------------------------------------------------------

_ANYBODY = frozenset(By)
_STAFF = frozenset({By.STAFF, By.MANAGER})
_MANAGER = frozenset({By.MANAGER})
_MEMBER = frozenset({By.MEMBER})
_BOTH = _STAFF | _MEMBER

TRANSITIONS: Mapping[Status, Mapping[Status, frozenset[By]]] = {
    Status.NEW: {
        Status.OPEN: _STAFF,
        Status.DECLINED: _MANAGER,
        Status.CANCELLED: _BOTH,
        Status.MERGED: _STAFF,
    },
    Status.OPEN: {
        Status.WAITING_MEMBER: _STAFF,
        Status.WAITING_OTHER: _STAFF,
        Status.DEFERRED: _STAFF,
        Status.RESOLVED: _STAFF,
        Status.DECLINED: _MANAGER,
        Status.CANCELLED: _BOTH,
        Status.MERGED: _STAFF,
    },
    Status.WAITING_MEMBER: {Status.OPEN: _ANYBODY, Status.CANCELLED: _BOTH, Status.MERGED: _STAFF},
    Status.WAITING_OTHER: {Status.OPEN: _STAFF, Status.CANCELLED: _BOTH, Status.MERGED: _STAFF},
    Status.DEFERRED: {Status.OPEN: _ANYBODY, Status.MERGED: _STAFF},
    Status.RESOLVED: {Status.OPEN: _BOTH, Status.CLOSED: frozenset({By.MEMBER, By.SYSTEM})},
    Status.CLOSED: {Status.OPEN: _BOTH},
    Status.DECLINED: {Status.OPEN: _MANAGER},
    Status.CANCELLED: {},
    Status.MERGED: {},
}
"""Who may lead a case from where to where; everything else is a conflict."""


def check_move(status: Status, wanted: Status, by: By) -> None:
    """Refuse a move that the table does not know (naming those it knows), or that somebody else has to make."""
    allowed = TRANSITIONS[status]
    if wanted not in allowed:
        if not allowed:
            raise errors.NothingMore(status=status.label)
        raise errors.NotFromHere(status=status.label, allowed=", ".join(str(one.label) for one in allowed))
    if by not in allowed[wanted]:
        raise errors.NotForYou()


def moves_from(status: Status, by: By) -> list[Status]:
    """Return where somebody may lead a case from here."""
    return [wanted for wanted, who in TRANSITIONS[status].items() if by in who]


def check_return(number: str, status: Status, closed_at: datetime | None, now: datetime) -> None:
    """Refuse to take a closed case up again after fifteen days; a new request has its own clocks."""
    if status is Status.CLOSED and closed_at is not None and now > closed_at + RETURN_WINDOW:
        raise errors.TooLateToReturn(number=number)


def needed_steps(severity: Severity) -> tuple[Step, ...]:
    """Return the evidence that a class needs before its cases count as solved."""
    if severity is Severity.ORDINARY:
        return (Step.ACCEPT,)
    return (Step.ACCEPT, Step.CONFIRM, Step.ASSESS, Step.INVESTIGATE)


def check_steps(severity: Severity, recorded: Iterable[int]) -> None:
    """Refuse to solve a case whose evidence is missing; the result itself is the reply of step five."""
    known = set(recorded)
    missing = [step for step in needed_steps(severity) if step not in known]
    if missing:
        raise errors.StepsMissing(steps=", ".join(str(step.label) for step in missing))


def check_class(now: Severity, wanted: Severity, *, may_lower: bool) -> None:
    """Refuse a class that is there already, and a lowering by anybody but a manager."""
    if wanted is now:
        raise errors.SameClass()
    if wanted.rank < now.rank and not may_lower:
        raise errors.OnlyUpward()


# --- what was written ------------------------------------------------------------------------------------------------


def check_text(text: str) -> None:
    """Refuse a text that nobody could act on: fewer than six characters, or no words at all."""
    plain = "".join(text.split())
    if len(plain) < LEAST_TEXT or sum(character.isalnum() for character in plain) < 2:
        raise errors.TextTooShort(least=LEAST_TEXT)


def check_said(text: str) -> None:
    """Refuse an empty reply."""
    if not text.strip():
        raise errors.TextTooShort(least=1)


def check_reason(reason: str) -> None:
    """Refuse a step without its reason."""
    if not reason.strip():
        raise errors.ReasonMissing()


def check_words(kind: Kind, room: str | None, part: str | None, fault: str | None) -> None:
    """Refuse words that do not belong together; only repairs have them, and they need all three."""
    chosen = (room, part, fault)
    if kind is not Kind.REPAIR:
        if any(chosen):
            raise errors.WordsDoNotFit()
        return
    if not all(chosen) or not fits(str(room), str(part), str(fault)):
        raise errors.WordsDoNotFit()


def is_emergency(fault: str | None, said_so: bool) -> bool:
    """Say whether somebody has to call back at once."""
    return said_so or fault in EMERGENCIES


def check_times(preferred: Iterable[str], today: date) -> list[str]:
    """Return the wished half days in the member's order without repetitions; refuse days that are not to come."""
    wished = list(dict.fromkeys(time for time in preferred if time))[:3]
    for time in wished:
        day, _colon, half = time.partition(":")
        try:
            is_sound = half in {"am", "pm", "eve"} and date.fromisoformat(day) > today
        except ValueError:
            is_sound = False
        if not is_sound:
            raise errors.TimesInThePast()
    return wished


MOST_TITLE = 30
_CLAUSE_END = re.compile(r"[，；。！？]|[,;.!?](?= )")


def short_title(text: str) -> str:
    """Return the beginning of a text as a title of at most thirty characters: whole clauses, or an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= MOST_TITLE:
        return line
    ends = [(found.start(), found[0]) for found in _CLAUSE_END.finditer(line[: MOST_TITLE + 2])]
    fitting = [(at, mark) for at, mark in ends if LEAST_TEXT <= at <= MOST_TITLE]
    if not fitting:
        return f"{line[: MOST_TITLE - 1]}…"
    sentences = [at for at, mark in fitting if mark not in "，,；;"]
    return line[: sentences[0] if sentences else fitting[-1][0]]


# --- what everybody may read -----------------------------------------------------------------------------------------

_FULL_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {
    ord("－"): "-",
    ord("ー"): "-",
    ord("—"): "-",
    ord("–"): "-",
    ord("Ｘ"): "X",
    ord("＋"): "+",
    ord("　"): " ",
    ord("＠"): "@",
    ord("．"): ".",
    ord("·"): "·",
}
_GAP = r"[\s\-.·/,，、_]{0,2}"
_ID_NUMBER = re.compile(
    rf"(?<![0-9])[1-9][0-9]{{5}}{_GAP}[0-9]{{8}}{_GAP}[0-9]{{3}}[0-9Xx](?![0-9])|(?<![0-9])[1-9][0-9]{{14}}(?![0-9])"
)
_MOBILE = re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9])0[0-9]{2,3}[\s\-]{1,2}[0-9]{7,8}(?![0-9])")
_ABROAD = re.compile(r"\+(?!86)[0-9]{1,3}(?:[\s\-]?[0-9]){6,12}(?![0-9])")
_CARD = re.compile(r"(?<![0-9])(?:[0-9]{16,19}|(?:[0-9]{4}[\s\-]){3,4}[0-9]{1,4})(?![0-9])")
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_MAIL_IN_WORDS = re.compile(r"[A-Za-z0-9._%+\-]+\s*[(\[（【]\s*at\s*[)\]）】]\s*[A-Za-z0-9.\-]+", re.IGNORECASE)
_SPOKEN = re.compile(r"[一二三四五六七八九零〇幺](?:[\s\-]?[一二三四五六七八九零〇幺]){6,}")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}[0-9]{7,8}(?![0-9A-Za-z])")
_ACCOUNT = re.compile(
    r"((?:微信号?|wechat|weixin|vx|qq号?)\s*[:：是]?\s*)[A-Za-z0-9][A-Za-z0-9_\-]{4,19}", re.IGNORECASE
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼港澳台][A-Z][·\s]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![0-9A-Za-z])"
)
_HAN_DIGITS = "[一二三四五六七八九十百零〇两]"
_HOME = re.compile(
    rf"((?:[0-9]{{1,3}}|[A-Za-z]|{_HAN_DIGITS}{{1,4}})\s*(?:栋|幢|座|号楼|號樓|号|期))\s*"
    rf"(?:(?:[0-9]{{1,2}}|{_HAN_DIGITS}{{1,3}})\s*单元\s*)?(?:[0-9]{{3,4}}|{_HAN_DIGITS}{{3,6}})\s*(?:室|房|号|戶|户)?"
)
_SHORT_HOME = re.compile(r"(?<![0-9\-/.])([0-9]{1,2})-(?:[0-9]{1,2}-)?[0-9]{3,4}(?![0-9\-/])(?:\s*(?:室|房))?")
_UNIT = re.compile(
    rf"(?:(?:[0-9]{{1,2}}|{_HAN_DIGITS}{{1,3}})\s*单元\s*)[0-9]{{3,4}}\s*(?:室|房|号)?|[0-9]{{1,3}}\s*[楼樓层層]\s*[A-Za-z0-9]{{1,4}}\s*室"
)
STARS = "****"


def masked(text: str, *, names: Iterable[str] = ()) -> str:
    """Return a text as everybody may read it: no telephone, identity, card or home number, no mail, none of the names.

    The building stays, so that neighbours can recognise the matter and not the person.
    """
    plain = "".join(_plain_character(c) for c in text.translate(_FULL_WIDTH))
    for pattern in (_MAIL, _MAIL_IN_WORDS, _ID_NUMBER, _CARD, _MOBILE, _LANDLINE, _ABROAD, _SPOKEN, _PASSPORT, _PLATE):
        plain = pattern.sub(STARS, plain)
    plain = _ACCOUNT.sub(lambda found: f"{found[1]}{STARS}", plain)
    plain = _HOME.sub(lambda found: f"{found[1]}{STARS}", plain)
    plain = _UNIT.sub(STARS, plain)
    plain = _SHORT_HOME.sub(lambda found: f"{found[1]}-{STARS}", plain)
    for name in sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True):
        plain = plain.replace(name, STARS)
    return plain


def _plain_character(character: str) -> str:
    """Return a digit of any script as ours, and nothing for what cannot be seen: both are ways round a mask."""
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return "" if kind == "Cf" else character


def masked_home(label: str) -> str:
    """Return a home's label for lists: the building, and stars for the rest."""
    found = re.match(r"\s*(.*?(?:栋|幢|座|号))", label)
    return f"{found[1]}{STARS}" if found else (f"{label[:2]}{STARS}" if label else "")


def board_name(nickname: str, name: str, masked_name: str) -> str:
    """Return how a member is called on the board: the nickname unless it gives him away, else the masked name."""
    if not nickname or name in nickname or masked(nickname) != nickname or poses_as_staff(nickname):
        return masked_name
    return nickname


_OFFICIAL = re.compile(
    r"客服|官方|物业|万客会|管理员|管理处|工作人员|专员|经理|开发商|official|admin|staff|support", re.IGNORECASE
)


def poses_as_staff(nickname: str) -> bool:
    """Say whether readers could take a member's nickname for ours."""
    return bool(_OFFICIAL.search(re.sub(r"[\s\W_]", "", nickname)))


def visibility_of_post(*, review_first: bool) -> Visibility:
    """Return how a fresh post is shown; waiting for review stops no clock."""
    return Visibility.WAITING if review_first else Visibility.PUBLIC


def is_on_board(visibility: Visibility) -> bool:
    """Say whether everybody may read a case."""
    return visibility is Visibility.PUBLIC


def may_read(audience: Audience, *, is_staff: bool) -> bool:
    """Say whether a side may read an event; internal notes are for staff only, without exception."""
    return is_staff or audience is Audience.MEMBER


# --- how it is told --------------------------------------------------------------------------------------------------


def stage_of(status: Status, *, is_in_hands: bool) -> int:
    """Return which of the five words is now: submitted, accepted, in progress, to be confirmed, done (5 = all done)."""
    if status is Status.NEW:
        return 0
    if status is Status.OPEN:
        return 2 if is_in_hands else 1
    if status is Status.RESOLVED:
        return 3
    if status is Status.CLOSED:
        return 5
    return 1 if status.group is Group.END else 2


def is_silent(status: Status, quiet_since: datetime | None, now: datetime) -> bool:
    """Say whether seven days have passed without a word of the member on the result."""
    return status is Status.RESOLVED and quiet_since is not None and now >= quiet_since + SILENCE
