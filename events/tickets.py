"""The code on a ticket: short enough to type at the door, signed where a camera reads it.

The signed text uses only characters of the QR code's compact alphabet, so that the squares stay large on a phone. Its
key is derived from the installation's secret for this one purpose; the typed code works for signed-in staff only.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

import segno

from kernel.settings import settings

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that nobody mistakes for each other: no 0 O, no 1 I L."""
CODE_LENGTH = 10
_PURPOSE = b"events.ticket"
_SIGNED = re.compile(r"WKH1\.([0-9]{1,18})\.([2-9A-Z]{10})\.([2-7A-Z]{26})")


@dataclass(frozen=True)
class ReadCode:
    """What was read at the door; ``registration_id`` is known when a signed code was scanned."""

    code: str
    registration_id: int | None = None


def fresh_code() -> str:
    """Return a new random code of about 49 bits, unique in the database."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """Return a code as printed: ``K7MPQ-3XW9D``."""
    return f"{code[:5]}-{code[5:]}"


def signed(registration_id: int, code: str) -> str:
    """Return what the QR code holds."""
    body = f"{registration_id}.{code}"
    return f"WKH1.{body}.{_signature(body)}"


def _signature(body: str) -> str:
    key = hmac.new(settings().secret_key.encode(), _PURPOSE, hashlib.sha256).digest()
    return base64.b32encode(hmac.new(key, body.encode(), hashlib.sha256).digest()).decode()[:26]


def read(text: str) -> ReadCode | None:
    """Return what a scanned or typed text says, or None when it is no ticket or its signature is false."""
    plain = text.strip().upper()
    match = _SIGNED.fullmatch(plain)
    if match:
        registration_id, code, signature = match.groups()
        genuine = hmac.compare_digest(_signature(f"{int(registration_id)}.{code}"), signature)
        return ReadCode(code, int(registration_id)) if genuine else None
    typed = re.sub(r"[\s\-–—·.]", "", plain)
    known = len(typed) == CODE_LENGTH and all(letter in ALPHABET for letter in typed)
    return ReadCode(typed) if known else None


def picture(registration_id: int, code: str) -> str:
    """Return the QR code as SVG without inline style; it takes the width of what it stands in.

    Its own quiet zone is one square; the white ground of the ticket around it gives the rest.
    """
    code_text = signed(registration_id, code)
    return segno.make(code_text, error="m", micro=False, boost_error=False).svg_inline(
        omitsize=True, border=1, dark="#111513", light="#ffffff"
    )
