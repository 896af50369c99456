"""The second factor: one-time codes by the clock (TOTP, RFC 6238), kept encrypted, and recovery codes on paper."""

import base64
import hmac
import os
import secrets
from datetime import datetime
from functools import lru_cache

import pyotp
import segno
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.settings import settings

STEP_SECONDS = 30
RECOVERY_CODES = 8
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base32."""
    return pyotp.random_base32(32)


def sealed(secret: str, person_id: int) -> str:
    """Return a secret encrypted for one person's row (AES-GCM, key derived from the installation's secret)."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, secret.encode(), _label(person_id))).decode()


def opened(stored: str, person_id: int) -> str:
    """Return the secret of a row."""
    raw = base64.b64decode(stored)
    return _cipher().decrypt(raw[:12], raw[12:], _label(person_id)).decode()


def _label(person_id: int) -> bytes:
    return f"staff.totp:{person_id}".encode()


def _cipher() -> AESGCM:
    return AESGCM(_key(settings().secret_key))


@lru_cache(maxsize=4)
def _key(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"staff.totp").derive(secret_key.encode())


def matching_step(secret: str, code: str, moment: datetime, *, after: int) -> int | None:
    """Return the time step that a code belongs to: the present one or a neighbour, and later than ``after``."""
    plain = code.replace(" ", "")
    if len(plain) != 6 or not (plain.isascii() and plain.isdigit()):
        return None
    present = int(moment.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS), plain) and step > after:
            found = step
    return found


def code_at(secret: str, moment: datetime) -> str:
    """Return the code that a phone shows at a moment; for tests and the demo."""
    return pyotp.TOTP(secret).at(int(moment.timestamp()))


def address(secret: str, login: str) -> str:
    """Return the otpauth address that authenticator programs read."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=settings().brand)


def picture(secret: str, login: str) -> str:
    """Return the address as a QR code, itself an image address (data:)."""
    return str(segno.make(address(secret, login), error="m").svg_data_uri(scale=6, border=3, light="#fff", dark="#000"))


def in_groups(secret: str) -> str:
    """Return a secret in groups of four, for typing."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Return fresh recovery codes such as ``7KQM-9XTBV-LH4RP``: a mark that finds the row, then fifty secret bits."""
    marks: set[str] = set()
    while len(marks) < RECOVERY_CODES:
        marks.add(_letters(4))
    return [f"{mark}-{_letters(5)}-{_letters(5)}" for mark in sorted(marks)]


def _letters(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def parts_of(code: str) -> tuple[str, str] | None:
    """Return the mark and the secret part of a recovery code as somebody typed it, or None."""
    plain = "".join(c for c in code.upper() if c in _LETTERS)
    return (plain[:4], plain[4:]) if len(plain) == 14 else None
