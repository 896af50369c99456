"""What was asked for under a business key, and the chain of hashes over an account's entries."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

CHAINED = (
    "account_id",
    "number",
    "kind",
    "amount",
    "moved",
    "balance",
    "key",
    "content",
    "source_type",
    "source_id",
    "occasion",
    "qualifying",
    "occurred_at",
    "recorded_at",
    "actor",
    "reason",
    "reverses_id",
)
"""Everything of an entry except its id and the two hashes."""


def digest(*content: Any) -> str:
    """Return what identifies a request: the same figures give the same digest."""
    return hashlib.sha256(json.dumps(content, default=str, ensure_ascii=False).encode()).hexdigest()


def link(previous: str, values: dict[str, Any]) -> str:
    """Return the hash of an entry that follows another."""
    return digest(previous, *(_plain(values[name]) for name in CHAINED))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return getattr(value, "value", value)
