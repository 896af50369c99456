"""The ledger's statements, sent straight to the driver inside the session's transaction.

This is the hot path: the driver-level form posts two to three times as many entries a second as mapped objects do.
Statements are written once with ``:names``; the two databases differ only in how a driver wants names and moments.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from kernel.db import db, dialect_name

_NAME = re.compile(r":([a-z_]+)")


class Statement:
    """A statement in the form of either database."""

    def __init__(self, text: str) -> None:
        self._forms = {
            "sqlite": text.replace("{for_update}", ""),
            "postgresql": _NAME.sub(r"%(\1)s", text).replace("{for_update}", "FOR UPDATE"),
        }

    def run(self, **values: Any) -> sa.CursorResult[Any]:
        """Send the statement once."""
        return db.session.connection().exec_driver_sql(self._forms[dialect_name()], _bound(values))

    def run_many(self, rows: Sequence[dict[str, Any]]) -> None:
        """Send the statement for several rows."""
        if rows:
            text = self._forms[dialect_name()]
            db.session.connection().exec_driver_sql(text, [_bound(row) for row in rows])


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    if dialect_name() != "sqlite":
        return values
    return {name: _plain(value) if isinstance(value, date) else value for name, value in values.items()}


def _plain(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def moment(value: Any) -> datetime | None:
    """Return a moment as either driver hands it out, in aware UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)  # type: ignore[no-any-return]


LOCK = Statement(
    "SELECT id, member_id, available, pending, held, debt, version, last_hash, due_at, tier_code, tier_since, tier_until,"
    " floor_code, manual_code, manual_until FROM points_account WHERE member_id = :member_id {for_update}"
)
OPEN = Statement(
    "INSERT INTO points_account (member_id, available, pending, held, debt, version, last_hash, opened_at)"
    " VALUES (:member_id, 0, 0, 0, 0, 0, :last_hash, :opened_at) ON CONFLICT (member_id) DO NOTHING"
)
STORE = Statement(
    "UPDATE points_account SET available = :available, pending = :pending, held = :held, debt = :debt,"
    " version = :version, last_hash = :last_hash, due_at = :due_at WHERE id = :id AND version = :before"
)
LOTS = Statement(
    "SELECT id, entry_id, granted, remaining, pending, earned_at, available_from, expires_at, valid_months"
    " FROM points_lot WHERE account_id = :account_id AND remaining > 0"
)
ALLOCATED = Statement(
    "SELECT l.id, l.entry_id, l.granted, l.remaining, l.pending, l.earned_at, l.available_from, l.expires_at,"
    " l.valid_months, a.amount - a.returned AS open FROM points_allocation a JOIN points_lot l ON l.id = a.lot_id"
    " WHERE a.entry_id = :entry_id"
)
FIND = Statement("SELECT id, account_id, amount, content FROM points_entry WHERE key = :key")
ENTRY = Statement(
    "SELECT id, account_id, kind, amount, moved, qualifying, reverses_id, occurred_at FROM points_entry WHERE id = :id"
)
BOOKED_BACK = Statement(
    "SELECT COALESCE(SUM(-amount), 0) AS points, COALESCE(SUM(qualifying), 0) AS qualifying FROM points_entry"
    " WHERE reverses_id = :entry_id AND kind = 'clawback'"
)
INSERT_ENTRY = Statement(
    "INSERT INTO points_entry (account_id, number, kind, amount, moved, balance, key, content, source_type, source_id,"
    " occasion, qualifying, occurred_at, recorded_at, actor, reason, reverses_id, previous, hash) VALUES (:account_id,"
    " :number, :kind, :amount, :moved, :balance, :key, :content, :source_type, :source_id, :occasion, :qualifying,"
    " :occurred_at, :recorded_at, :actor, :reason, :reverses_id, :previous, :hash) ON CONFLICT (key) DO NOTHING"
    " RETURNING id"
)
INSERT_LOT = Statement(
    "INSERT INTO points_lot (account_id, entry_id, granted, remaining, pending, earned_at, available_from, expires_at,"
    " valid_months) VALUES (:account_id, :entry_id, :granted, :granted, :pending, :earned_at, :available_from,"
    " :expires_at, :valid_months) RETURNING id"
)
INSERT_LINE = Statement("INSERT INTO journal_line (entry_id, book, amount) VALUES (:entry_id, :book, :amount)")
INSERT_ALLOCATION = Statement(
    "INSERT INTO points_allocation (entry_id, lot_id, amount, returned) VALUES (:entry_id, :lot_id, :amount, 0)"
)
GIVE_BACK = Statement(
    "UPDATE points_allocation SET returned = returned + :amount WHERE entry_id = :entry_id AND lot_id = :lot_id"
)
CHANGE_LOT = Statement("UPDATE points_lot SET remaining = remaining + :change WHERE id = :id")
BEGIN_LOT = Statement(
    "UPDATE points_lot SET pending = :pending, available_from = :available_from, expires_at = :expires_at WHERE id = :id"
)
INSERT_HOLD = Statement(
    "INSERT INTO points_hold (account_id, entry_id, amount, committed, state, opened_at, expires_at)"
    " VALUES (:account_id, :entry_id, :amount, 0, 'open', :opened_at, :expires_at) RETURNING id"
)
HOLD = Statement(
    "SELECT id, account_id, entry_id, amount, state, expires_at FROM points_hold WHERE id = :id {for_update}"
)
DUE_HOLDS = Statement(
    "SELECT id, account_id, entry_id, amount, state, expires_at FROM points_hold"
    " WHERE account_id = :account_id AND state = 'open' AND expires_at <= :now ORDER BY expires_at, id"
)
NEXT_HOLD = Statement(
    "SELECT MIN(expires_at) AS expires_at FROM points_hold WHERE account_id = :account_id AND state = 'open'"
)
END_HOLD = Statement(
    "UPDATE points_hold SET state = :state, committed = :committed, ended_at = :ended_at WHERE id = :id AND state = 'open'"
)
INSERT_QUALIFYING = Statement(
    "INSERT INTO qualifying_entry (account_id, entry_id, reverses_id, amount, counts_at, recorded_at)"
    " VALUES (:account_id, :entry_id, :reverses_id, :amount, :counts_at, :recorded_at)"
)
QUALIFIED = Statement(
    "SELECT q.entry_id, q.counts_at FROM qualifying_entry q JOIN points_entry e ON e.id = q.entry_id"
    " WHERE (e.id = :entry_id OR (e.reverses_id = :entry_id AND e.kind = 'activate')) AND q.amount > 0"
)
