"""Argon2id behind a queue: at most two hashes at a time, so that a burst of sign-ins cannot eat the machine's memory.

Hashing takes tens of milliseconds and 64 MiB, so it never happens inside an operation.
"""

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from kernel.db import in_operation
from kernel.errors import TooMany
from kernel.settings import settings

AT_ONCE = 2
WAIT_SECONDS = 5
_queue = threading.BoundedSemaphore(AT_ONCE)


class TooBusy(TooMany):
    """More people sign in with a password at this moment than the machine can check."""

    message = _l("Many people are signing in just now. Please try again in a moment.")


@lru_cache(maxsize=4)
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=memory_kib, parallelism=1)


@lru_cache(maxsize=4)
def _nobodys_hash(memory_kib: int) -> str:
    return _hasher(memory_kib).hash("nobody has this password")


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    memory = settings().password_memory_kib
    with _place_in_queue():
        return _hasher(memory).hash(_plain(password))


def matches(kept: str | None, password: str) -> bool:
    """Say whether a password is the one behind a hash; without a hash the same work is done for nothing."""
    memory = settings().password_memory_kib
    with _place_in_queue():
        try:
            return _hasher(memory).verify(kept or _nobodys_hash(memory), _plain(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with other costs than today's."""
    return _hasher(settings().password_memory_kib).check_needs_rehash(kept)


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


class _place_in_queue:  # noqa: N801 - reads as a sentence where it is used
    def __enter__(self) -> None:
        if in_operation():
            raise RuntimeError("hashing a password would hold the transaction open")
        if not _queue.acquire(timeout=WAIT_SECONDS):
            raise TooBusy()

    def __exit__(self, *_error: object) -> None:
        _queue.release()
