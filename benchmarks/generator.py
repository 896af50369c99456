"""Fills a database to a thousand, thirty thousand or 780,000 homes.

The operations make one block of a hundred homes (``benchmarks.block``); its rows are then multiplied inside the database
by ``INSERT ... SELECT``, with keys, references and unique columns shifted. Columns, keys and unique rules are taken from
the models, so a new table is multiplied without a change here, and one that cannot be is refused with its name.

What is not multiplied: the audit trail, the outbox and the form keys (no measured page reads them). Copies carry the
hashes of their original, so ``portal points verify`` finds fault with such a database; it is for measuring only.

    python -m benchmarks.generator 30000
"""

import hashlib
import itertools
import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from benchmarks import block, place
from kernel.db import db

SIZES = (1_000, 30_000, 780_000)
NOT_MULTIPLIED = {
    "audit_entry", "audit_link", "outbox_message", "form_key", "limit_window", "job_run", "ledger_import",
    "ledger_chunk", "ledger_row_error", "board_month", "points_budget", "sign_in", "org_unit", "staff_person",
    "role_grant", "binding_attempt",
}  # fmt: skip
EVENTS_EVERY, COMING_EVERY = 4, 16
"""One event to four blocks (400 homes); every fourth of them is still to come."""
ROWS_AT_ONCE = 2_000_000


def ready(homes: int) -> Path:
    """Return a database of a size, made now unless one of the same schema and generator is there."""
    place.FOLDER.mkdir(parents=True, exist_ok=True)
    path = place.FOLDER / f"{homes}-{_fingerprint()}.sqlite"
    if not path.exists():
        for old in place.FOLDER.glob(f"{homes}-*.sqlite*"):
            old.unlink()
        _make(homes, path)
    return path


def _fingerprint() -> str:
    """Return what the rows depend on: the tables of the models and the code that makes them."""
    app = place.application(place.FOLDER / "nothing.sqlite")
    from sqlalchemy.schema import CreateIndex, CreateTable

    parts = [Path(module.__file__ or "").read_text() for module in (block, sys.modules[__name__])]
    with app.app_context():
        for table in db.metadata.sorted_tables:
            parts.append(str(CreateTable(table).compile(dialect=db.engine.dialect)))
            parts += sorted(str(CreateIndex(index).compile(dialect=db.engine.dialect)) for index in table.indexes)
        db.engine.dispose()
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def _make(homes: int, path: Path) -> None:
    began, unfinished = time.monotonic(), path.with_suffix(".unfinished")
    for old in place.FOLDER.glob(f"{unfinished.name}*"):
        old.unlink()
    before, made = _block(unfinished)
    _say(f"{homes:,} homes: multiplying a block of {block.HOMES}")
    _Multiplier(unfinished, before, made, copies=homes // block.HOMES).run()
    unfinished.rename(path)
    _say(f"{homes:,} homes: done in {time.monotonic() - began:.0f} s, {path.stat().st_size / 1e9:.2f} GB")


def _block(target: Path) -> tuple[dict[str, int], block.Block]:
    """Put a database with one block at a place; the block is made once and kept, with what was there before it."""
    kept = place.FOLDER / f"block-{_fingerprint()}.sqlite"
    facts = kept.with_suffix(".json")
    if not facts.exists():
        for old in place.FOLDER.glob("block-*"):
            old.unlink()
        _say(f"making a block of {block.HOMES} homes with the operations (about half a minute)")
        app = place.application(kept)
        with app.app_context():
            _install(app)
            block.lay_the_ground()
            before = _last_rows(kept)
            made = block.build()
            db.session.remove()
            db.engine.dispose()
        with sqlite3.connect(kept) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        facts.write_text(json.dumps({"before": before, "past": made.past_event_id, "coming": made.coming_event_id}))
    shutil.copy(kept, target)
    known = json.loads(facts.read_text())
    made = block.Block()
    made.past_event_id, made.coming_event_id = known["past"], known["coming"]
    return known["before"], made


def _install(app: Flask) -> None:
    """Make the tables: by the migrations where there are any, else from the models."""
    from flask_migrate import upgrade

    from portal.migrations_state import heads

    if heads(app):
        upgrade()
    else:
        db.create_all()


def _last_rows(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    try:
        return {t.name: _last_row(connection, t.name) for t in db.metadata.sorted_tables}
    finally:
        connection.close()


def _last_row(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT coalesce(max(rowid), 0) FROM "{table}"').fetchone()[0])


def _say(text: str) -> None:
    print(text, flush=True)


class _Multiplier:
    """Copies the rows that the block added, table by table."""

    def __init__(self, path: Path, before: dict[str, int], made: block.Block, *, copies: int) -> None:
        self.path, self.before, self.made, self.copies = path, before, made, copies
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "foreign_keys=OFF",
            "ignore_check_constraints=ON",
            "locking_mode=EXCLUSIVE",
            "cache_size=-2000000",
            "threads=2",
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        self.strides = {name: _last_row(self.connection, name) - last for name, last in before.items()}
        self.tables = [
            t for t in db.metadata.sorted_tables if self.strides[t.name] > 0 and t.name not in NOT_MULTIPLIED
        ]

    def run(self) -> None:
        """Copy everything and put the indexes back."""
        indexes = self._drop_indexes()
        rows = 0
        for table in self.tables:
            began = time.monotonic()
            made = self._multiply(table)
            rows += made
            if self.copies >= 300:
                _say(f"  {table.name:<22} {made:>12,} rows  {time.monotonic() - began:6.1f} s")
        for name, statement in indexes:
            began = time.monotonic()
            self.connection.execute(statement)
            if self.copies >= 300 and time.monotonic() - began > 5:
                _say(f"  index {name} {time.monotonic() - began:.1f} s")
        self.connection.execute("PRAGMA locking_mode=NORMAL")
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.close()
        _say(f"  {rows:,} rows")

    def _drop_indexes(self) -> list[tuple[str, str]]:
        names = {t.name for t in self.tables}
        found = self.connection.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        kept = [(name, statement) for name, table, statement in found if table in names]
        for name, _statement in kept:
            self.connection.execute(f'DROP INDEX "{name}"')
        return kept

    def _multiply(self, table: sa.Table) -> int:
        before = self.before[table.name]
        self.connection.execute(f'CREATE TEMP TABLE block AS SELECT * FROM "{table.name}" WHERE rowid > {before}')
        per_copy = self.strides[table.name]
        values = _Shifts(self.connection, table, self.before, self.strides).expressions()
        columns = ", ".join(f'"{c}"' for c in values)
        condition = self._condition(table)
        step = max(1, ROWS_AT_ONCE // per_copy)
        made = 0
        for first in range(1, self.copies, step):
            last = min(first + step, self.copies) - 1
            # Most tables grow at their end when a copy follows a copy; the search pieces when a piece follows a piece.
            order = "numbers CROSS JOIN block b" if "id" in table.columns else "block b CROSS JOIN numbers"
            self.connection.execute(
                f"WITH RECURSIVE numbers(k) AS (SELECT {first} UNION ALL SELECT k + 1 FROM numbers WHERE k < {last})"
                f' INSERT INTO "{table.name}" ({columns}) SELECT {", ".join(values.values())} FROM {order} {condition}'
            )
            made += self.connection.execute("SELECT changes()").fetchone()[0]
            if last < self.copies - 1:
                _say(f"  {table.name:<22} {made:>12,} rows ...")
        self.connection.execute("DROP TABLE temp.block")
        return made

    def _condition(self, table: sa.Table) -> str:
        """Let the copies of the events come in proportion; everything else comes with every block."""
        if table.name == "event":
            column = "b.id"
        elif "event_id" in table.columns:
            column = "b.event_id"
        else:
            return ""
        coming = f"({column} = {self.made.coming_event_id})"
        return f"WHERE k % {EVENTS_EVERY} = 0 AND {coming} = (k % {COMING_EVERY} = 0)"


class _Shifts:
    """What the columns of a copy hold: keys and references moved on by whole blocks, unique texts made different."""

    SEARCHED = {"member": "member", "case": "service_case", "board": "service_case"}

    def __init__(
        self, connection: sqlite3.Connection, table: sa.Table, before: dict[str, int], strides: dict[str, int]
    ) -> None:
        self.connection, self.table, self.before, self.strides = connection, table, before, strides

    def expressions(self) -> dict[str, str]:
        """Return an SQL expression for each column, over the row ``b`` and the number ``k`` of the copy."""
        values = {column.name: self._value(column) for column in self.table.columns}
        values |= self._special()
        for unique in self._unique_rules():
            if all(values[c.name] == f'b."{c.name}"' for c in unique):
                text = next((c for c in unique if isinstance(c.type, sa.String)), None)
                if text is None:
                    raise RuntimeError(f"{self.table.name}: the generator does not know how to keep {unique} unique")
                values[text.name] = f"b.\"{text.name}\" || '.' || k"
        return values

    def _value(self, column: sa.Column[object]) -> str:
        plain = f'b."{column.name}"'
        if column.primary_key and column.name == "id":
            return f"{plain} + k * {self.strides[self.table.name]}"
        for key in column.foreign_keys:
            if key.column.name == "id" and self.strides[key.column.table.name] > 0:
                return self._moved(plain, key.column.table.name)
        return plain

    def _moved(self, plain: str, target: str) -> str:
        """Move a reference on when it points into the block; what lies before it is shared."""
        if target in NOT_MULTIPLIED:
            return plain
        return f"CASE WHEN {plain} > {self.before[target]} THEN {plain} + k * {self.strides[target]} ELSE {plain} END"

    def _special(self) -> dict[str, str]:
        mobile = f"'+86' || (CAST(substr(b.mobile, 4) AS INTEGER) + k * {self.strides['member']})"
        match self.table.name:
            case "member":
                tail = f"substr({mobile}, -4)"
                return {
                    "mobile": mobile,
                    "mobile_tail": tail,
                    "referral_code": "substr(b.referral_code, 1, 7) || '.' || k",
                }
            case "buyer":
                return {"mobile": mobile}
            case "points_entry":
                return {"source_id": f"b.source_id + k * {self.strides['points_entry']}"}
            case "search_piece":
                whens = (f"WHEN '{kind}' THEN {self.strides[target]}" for kind, target in self.SEARCHED.items())
                return {"document_id": f"b.document_id + k * (CASE b.kind {' '.join(whens)} ELSE 0 END)"}
            case "case_event" | "evidence_record":
                moved = self._moved("b.actor_id", "member")
                return {"actor_id": f"CASE WHEN b.actor_kind = 'member' THEN {moved} ELSE b.actor_id END"}
        return {}

    def _unique_rules(self) -> Iterable[list[sa.Column[object]]]:
        constraints = [
            c for c in self.table.constraints if isinstance(c, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
        ]
        indexes = [index for index in self.table.indexes if index.unique]
        return [list(rule.columns) for rule in itertools.chain(constraints, indexes)]


if __name__ == "__main__":
    for wanted in [int(text.replace(",", "").replace("_", "")) for text in sys.argv[1:]] or SIZES[:2]:
        print(ready(wanted))
