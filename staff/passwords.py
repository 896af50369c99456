"""Passwords: Argon2id, a bounded number at a time, and no password that is tried first by whoever guesses."""

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kernel.settings import settings
from staff.errors import PasswordTooCommon, PasswordTooLong, PasswordTooShort, SignInQueueFull

LEAST, MOST = 10, 128
PLACES = threading.BoundedSemaphore(2)
"""How many passwords are hashed at once; each takes the memory of ``password_memory_kib``."""

_WORDS = (
    "password", "passw0rd", "administrator", "welcome", "letmein", "iloveyou", "woaini", "qwertyuiop", "asdfghjkl",
    "1qaz2wsx3edc", "qazwsxedc", "zxcvbnm", "abcdefg", "changeme", "superman", "football", "dragon", "monkey",
    "vanke", "wanke", "wankehui", "万科", "万客会", "密码", "我爱你", "portal", "staff",
)  # fmt: skip


@lru_cache(maxsize=4)
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


def _plain(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def check(password: str, *, login: str = "", name: str = "") -> None:
    """Refuse a new password that is too short, too long, or easy to guess for somebody who knows the person."""
    if len(password) < LEAST:
        raise PasswordTooShort(least=LEAST)
    if len(password) > MOST:
        raise PasswordTooLong(most=MOST)
    if _is_guessable(password.casefold(), [*_WORDS, login.casefold(), name.casefold()]):
        raise PasswordTooCommon()


def _is_guessable(password: str, words: list[str]) -> bool:
    """Take away known words, runs such as 1234 and repetitions; what is left must still be worth guessing."""
    for word in words:
        if len(word) > 1:
            password = password.replace(word, "")
    kept = [c for n, c in enumerate(password) if n == 0 or ord(c) - ord(password[n - 1]) not in {-1, 0, 1}]
    return len(set(kept)) < 5


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password or recovery code; about a tenth of a second."""
    with _Place():
        return _hasher(settings().password_memory_kib).hash(_plain(password))


def matches(stored: str | None, password: str) -> bool:
    """Say whether a password is the stored one; without a stored one the answer takes as long and is no."""
    hasher = _hasher(settings().password_memory_kib)
    with _Place():
        try:
            right = hasher.verify(stored or _decoy(settings().password_memory_kib), _plain(password[: MOST * 4]))
        except (Argon2Error, InvalidHashError):
            return False
    return right and stored is not None


@lru_cache(maxsize=4)
def _decoy(memory_kib: int) -> str:
    return _hasher(memory_kib).hash("nobody's password")


class _Place:
    """A place in the queue for hashing; whoever waits too long is told to come again."""

    def __enter__(self) -> None:
        if not PLACES.acquire(timeout=8):
            raise SignInQueueFull()

    def __exit__(self, *_error: object) -> None:
        PLACES.release()
