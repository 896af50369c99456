"""Decisions about names, codes, passwords, consents and age; plain functions, facts in, result out or a refusal."""

import hashlib
import hmac
import re
import unicodedata
from datetime import date, datetime, timedelta
from itertools import pairwise

from member import errors

CODE_LIVES = timedelta(minutes=5)
CODE_TRIES = 5
CODE_KEPT = timedelta(days=1)
"""How long the row of a code is kept: number and hash serve no purpose after that (PIPL 19)."""
CODE_PAUSE = timedelta(seconds=60)
CODES_PER_NUMBER = {timedelta(hours=1): 5, timedelta(days=1): 10}
CODES_PER_ADDRESS = {timedelta(hours=1): 60, timedelta(days=1): 300}
CODES_PER_DAY = 20_000
"""Codes that the whole club sends in a day; an alarm bell and a brake, not a forecast."""
TRIES_PER_NUMBER = 30
TRIES_PER_ADDRESS = 200
"""Codes and passwords that may be tried in an hour, counted over all codes."""
PROOF_LASTS = timedelta(minutes=10)
"""How long a proven number may wait for the rest of the form, and a fresh proof opens sensitive pages."""
PASSWORD_LEAST, PASSWORD_MOST = 8, 128
AGE_LEAST = 18


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMPOUND_SURNAMES = _words(
    "欧阳 歐陽 司徒 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 端木 夏侯 南宫 "
    "南宮 长孙 長孫 宇文 轩辕 軒轅 独孤 獨孤 拓跋 闻人 聞人 申屠 太史 濮阳 濮陽 呼延 钟离 鍾離 宗政 淳于 "
    "单于 單于 澹台 澹臺 赫连 赫連"
)
_GUESSED_FIRST = _words(
    "password passw0rd password1 qwertyui qwerty123 1q2w3e4r 1qaz2wsx abc12345 abcd1234 a1234567 "
    "a12345678 a123456789 iloveyou woaini1314 woaini520 5201314520 52013145 admin123 administrator "
    "welcome1 sunshine football baseball letmein1 trustno1 zxcvbnm1 asdfghjkl qq123456 qq123456789 "
    "12341234 123123123 11223344 1314520520 147258369 789456123 asd123456 aa123456 abc123456 zxc123456 "
    "1234qwer q1w2e3r4 vanke123 wankehui 万客会万客会 iloveyou1"
)
_BANNED_PARTS = ("万科", "万客会", "wankehui")


# --- names -------------------------------------------------------------------------------------------------------------


def check_name(name: str) -> str:
    """Return a name as it is kept; refuse an empty one and one with signs that no identity card shows.

    Accepts 阿依努尔·买买提 (every interpunct people type becomes ·), rare characters outside the basic plane, and Latin names.
    """
    plain = re.sub(r"\s+", " ", re.sub("[•∙・‧･]", "·", unicodedata.normalize("NFC", name))).strip()
    if not plain:
        raise errors.NameNeeded()
    if any(not _belongs_in_name(c) for c in plain) or not any(unicodedata.category(c).startswith("L") for c in plain):
        raise errors.OddName()
    return plain


def _belongs_in_name(c: str) -> bool:
    # "Co" and "Cn": rare characters that this Python's tables do not know yet but identity cards print.
    category = unicodedata.category(c)
    return category[0] in "LM" or c in " ·-'’." or (category in {"Co", "Cn"} and ord(c) > 0x2FFF)


def masked_name(name: str) -> str:
    """Return what others may see of a name: 周**, 欧阳**, 阿依努尔·**, Emma C."""
    if not name:
        return ""
    if "·" in name:
        return name.split("·")[0] + "·**"
    if not _is_han(name[0]):
        first, _space, rest = name.partition(" ")
        return f"{first} {rest.strip()[0]}." if rest.strip() else f"{first[0]}***"
    surname = name[:2] if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else name[0]
    return surname + "**"


def _is_han(c: str) -> bool:
    return "\u2e80" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or ord(c) >= 0x20000


# --- codes -------------------------------------------------------------------------------------------------------------


def code_hash(code: str, salt: str) -> str:
    """Return what is kept of a code."""
    return hashlib.sha256(f"{salt}:{code}".encode()).hexdigest()


def is_right_code(code: str, salt: str, kept: str) -> bool:
    """Compare a code with what was kept, in constant time; digits typed with full-width keys count."""
    typed = "".join(c for c in unicodedata.normalize("NFKC", code) if not c.isspace())
    return hmac.compare_digest(code_hash(typed, salt), kept)


def is_fresh(proved_at: datetime | None, moment: datetime) -> bool:
    """Say whether a proof is young enough for what it opens."""
    return proved_at is not None and moment - proved_at <= PROOF_LASTS


# --- passwords ---------------------------------------------------------------------------------------------------------


def check_password(password: str, *, mobile: str) -> None:
    """Refuse a password that is too short or too long, or that is guessed first (ASVS V6.2); no composition rules."""
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        raise errors.PasswordLength(least=PASSWORD_LEAST, most=PASSWORD_MOST)
    plain = unicodedata.normalize("NFKC", password).casefold()
    national = mobile.removeprefix("+86").lstrip("+")
    if (
        plain in _GUESSED_FIRST
        or _is_a_run(plain)
        or (national in plain and len(plain) < len(national) + 4)
        or any(part in plain and len(plain) < len(part) + 8 for part in _BANNED_PARTS)
    ):
        raise errors.WeakPassword()


def _is_a_run(text: str) -> bool:
    """Say whether a text is one repeated sign, a staircase such as 12345678, or two signs in turn."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return len(set(text)) <= 2 or steps in ({1}, {-1}) or text in {"1234567890", "0987654321"}


# --- profile -----------------------------------------------------------------------------------------------------------


def check_birth_date(born: date | None, *, today: date) -> None:
    """Refuse a date of birth that cannot be, and people under 18 (minors' data are not collected)."""
    if born is None:
        return
    if not today.year - 130 <= born.year or born > today:
        raise errors.ImpossibleBirthDate()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < AGE_LEAST:
        raise errors.NotOfAge()


def is_complete(*, name: str, nickname: str, email: str, birth_date: date | None) -> bool:
    """Say whether a profile holds everything that the club rewards a complete profile for."""
    return bool(name and nickname and email and birth_date)
