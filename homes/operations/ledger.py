"""Importing the contract ledger: a file is checked first, and applied in batches that can be stopped and gone on with.

A batch is one transaction. It locks the import and goes on only where the import stands, so two workers on one file can
do no harm, and a killed one is continued by the next. Memory holds one batch, however long the file is.
"""

import hashlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from homes import errors
from homes.ledger import batch, reading, rows
from homes.ledger.reasons import Reason, RowRefused
from homes.models import ImportState, LedgerChunk, LedgerImport, LedgerRowError, Phase, Project
from kernel import audit, clock, form_keys, outbox
from kernel.actor import Actor
from kernel.db import db, lock, operation

BATCH = 500
CHUNK = 1024 * 1024
TOPIC = "homes.ledger_import"
KEPT = timedelta(days=7)
"""How long an uploaded file waits for its application before it is forgotten."""


@dataclass(frozen=True)
class Reach:
    """Where the importing person may write: everywhere, or in cities and projects."""

    everything: bool = False
    city_codes: frozenset[str] = frozenset()
    project_codes: frozenset[str] = frozenset()


# --- the file ---------------------------------------------------------------------------------------------------------


def begin_import(
    stream: BinaryIO,
    *,
    file_name: str,
    reach: Reach,
    apply: bool = False,
    later: bool = True,
    key: str | None = None,
    actor: Actor,
) -> LedgerImport:
    """Take in a file of the ledger and have it checked (or applied at once); refuse what is no ledger.

    ``later`` leaves the work to the worker; otherwise the caller calls ``run_import``. The file is kept in the database
    until it was applied, so that it needs no folder that all servers share.
    """
    with tempfile.NamedTemporaryFile(prefix="ledger-") as spooled:
        digest, size = hashlib.sha256(), 0
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > reading.MOST_MEGABYTES * 1024 * 1024:
                raise errors.LedgerTooLarge(megabytes=reading.MOST_MEGABYTES)
            digest.update(chunk)
            spooled.write(chunk)
        spooled.flush()
        path = Path(spooled.name)
        kind = reading.kind_of(path)
        next(reading.rows(path, kind), None)  # refuses a file that cannot be read before anything is stored
        return _take_in(path, kind, digest.hexdigest(), file_name, reach, apply, later, key, actor=actor)


@operation
def _take_in(
    path: Path,
    kind: str,
    digest: str,
    file_name: str,
    reach: Reach,
    apply: bool,
    later: bool,
    key: str | None,
    *,
    actor: Actor,
) -> LedgerImport:
    claim = form_keys.claim(key, actor=actor, purpose="homes.begin_import", content=digest) if key else None
    if claim is not None and claim.earlier_id:
        return db.session.get_one(LedgerImport, claim.earlier_id)
    entry = LedgerImport(
        file_name=Path(file_name).name[:120] or "ledger",
        file_kind=kind,
        file_digest=digest,
        state=ImportState.APPLYING if apply else ImportState.CHECKING,
        created_at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:100],
        everything=reach.everything,
        city_codes=",".join(sorted(reach.city_codes)),
        project_codes=",".join(sorted(reach.project_codes)),
    )
    db.session.add(entry)
    db.session.flush()
    if claim is not None:
        claim.keep(entry)
    with path.open("rb") as file:
        for position, content in enumerate(iter(lambda: file.read(CHUNK), b"")):
            db.session.execute(sa.insert(LedgerChunk).values(import_id=entry.id, position=position, content=content))
    audit.record(actor, "homes.ledger_taken_in", entry, file=entry.file_name, digest=digest)
    if later:
        outbox.put(TOPIC, {"import_id": entry.id})
    return entry


@operation
def apply_import(import_id: int, *, later: bool = True, actor: Actor) -> LedgerImport:
    """Decide that a checked file is applied; its rows are judged once more as they are written."""
    entry = lock(LedgerImport, import_id)
    if entry is None:
        raise errors.UnknownPlace()
    if entry.state in {ImportState.APPLYING, ImportState.APPLIED}:
        return entry
    if entry.state is not ImportState.CHECKED:
        raise errors.ImportElsewhere()
    entry.state, entry.finished_at = ImportState.APPLYING, None
    entry.rows_done = entry.fresh = entry.changed = entry.unchanged = entry.refused = 0
    entry.new_homes = entry.bound = entry.ended = 0
    db.session.execute(sa.delete(LedgerRowError).where(LedgerRowError.import_id == import_id))
    audit.record(actor, "homes.ledger_application_begun", entry)
    if later:
        outbox.put(TOPIC, {"import_id": entry.id})
    return entry


@operation
def forget_files() -> int:
    """Forget uploaded files that nobody applied within a week, and those of imports that have ended; return how many."""
    ended = [ImportState.APPLIED, ImportState.FAILED]
    old = sa.select(LedgerImport.id).where(
        sa.or_(LedgerImport.created_at < clock.now() - KEPT, LedgerImport.state.in_(ended))
    )
    gone = db.session.execute(sa.delete(LedgerChunk).where(LedgerChunk.import_id.in_(old)))
    return int(gone.rowcount)  # type: ignore[attr-defined]


# --- the work ---------------------------------------------------------------------------------------------------------


def run_import(import_id: int, *, step: Callable[[LedgerImport], None] | None = None) -> LedgerImport:
    """Check or apply a file from where it stands to its end; ``step`` is told after each batch.

    Returns at once when another worker is at it or nothing is to be done.
    """
    entry = _look_at(import_id)
    if not entry.state.is_running:
        return entry
    with _file_of(entry) as path:
        try:
            return _run(entry, path, step)
        except errors.ImportElsewhere:
            return _look_at(import_id)
        except (errors.NotALedger, errors.ColumnsMissing) as refusal:
            return _give_up(import_id, failure=str(refusal))


def _run(entry: LedgerImport, path: Path, step: Callable[[LedgerImport], None] | None) -> LedgerImport:
    import_id, applying, done = entry.id, entry.state is ImportState.APPLYING, entry.rows_done
    phases, seen, position = known_phases(entry), _Seen(), 0
    for group in _batches(reading.rows(path, entry.file_kind)):
        judged = [_judged(n, cells, phases, seen) for n, cells in group]
        if position >= done:
            entry = _do_batch(import_id, judged, position=position, applying=applying, phases=phases)
            if step is not None:
                step(entry)
        position += len(group)
    return _end_import(import_id, rows_total=position, applying=applying)


def _look_at(import_id: int) -> LedgerImport:
    entry = db.session.get(LedgerImport, import_id, populate_existing=True)
    if entry is None:
        raise errors.UnknownPlace()
    return entry


@contextmanager
def _file_of(entry: LedgerImport) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="ledger-") as spooled:
        positions = sa.select(LedgerChunk.position).where(LedgerChunk.import_id == entry.id)
        for position in db.session.scalars(positions.order_by(LedgerChunk.position)).all():
            content = sa.select(LedgerChunk.content).where(
                LedgerChunk.import_id == entry.id, LedgerChunk.position == position
            )
            spooled.write(db.session.scalars(content).one())
        spooled.flush()
        yield Path(spooled.name)


def _batches(source: Iterator[tuple[int, reading.Cells]]) -> Iterator[list[tuple[int, reading.Cells]]]:
    group: list[tuple[int, reading.Cells]] = []
    for row in source:
        group.append(row)
        if len(group) == BATCH:
            yield group
            group = []
    if group:
        yield group


class _Seen:
    """What earlier rows of the file held, kept in a private temporary file and not in memory."""

    def __init__(self) -> None:
        self.store = sqlite3.connect("", isolation_level=None)
        self.store.execute("CREATE TABLE seen (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID")

    def value(self, kind: str, key: str) -> str | None:
        """Return what was kept under a key, or None."""
        found = self.store.execute("SELECT value FROM seen WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return found[0] if found else None

    def keep(self, kind: str, key: str, value: str = "") -> None:
        """Keep a value under a key."""
        self.store.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (kind, key, value))

    def is_ended(self, contract_number: str) -> bool:
        """Say whether a row above ends a contract."""
        return self.value("ended", contract_number) is not None


def _judged(n: int, cells: reading.Cells, phases: rows.Phases, seen: _Seen) -> batch.Judged:
    """Judge a row by itself and by the rows above it; whether it fits the club's own data is judged in its batch."""
    try:
        row = rows.read(cells, phases)
    except RowRefused as refusal:
        number = str(cells.get(rows.CONTRACT) or "")[:60]
        return batch.Judged(n, None, number, refusal.column, refusal.reason, refusal.value)
    good = batch.Judged(n, row, row.contract_number, ended_above=seen.is_ended)
    if seen.value("contract", row.contract_number) is not None:
        return good.refused(Reason.CONTRACT_TWICE, rows.CONTRACT, row.contract_number)
    seen.keep("contract", row.contract_number)
    if not row.is_active:
        seen.keep("ended", row.contract_number)
        return good
    if seen.value("home", row.home_code) not in {None, row.previous}:
        return good.refused(Reason.HOME_TAKEN, rows.HOME, row.home_code)
    seen.keep("home", row.home_code, row.contract_number)
    if row.previous:
        seen.keep("ended", row.previous)
    return good


@operation
def _do_batch(
    import_id: int, judged: Sequence[batch.Judged], *, position: int, applying: bool, phases: rows.Phases
) -> LedgerImport:
    entry = lock(LedgerImport, import_id)
    wanted = ImportState.APPLYING if applying else ImportState.CHECKING
    if entry is None or entry.state is not wanted or entry.rows_done != position:
        raise errors.ImportElsewhere()
    actor = Actor(entry.actor_kind, entry.actor_id, entry.actor_name)  # type: ignore[arg-type]
    result = batch.work(judged, phases=phases, applying=applying, actor=actor)
    entry.rows_done += len(judged)
    entry.fresh += result.fresh
    entry.changed += result.changed
    entry.unchanged += result.unchanged
    entry.refused += len(result.refused)
    entry.new_homes += result.new_homes
    entry.bound += result.bound
    entry.ended += result.ended
    _keep_errors(import_id, result.refused)
    if applying:
        audit.record(actor, "homes.ledger_batch_applied", entry, rows=len(judged), done=entry.rows_done)
    return entry


def _keep_errors(import_id: int, refused: Sequence[batch.Judged]) -> None:
    values = [
        {
            "import_id": import_id,
            "row_number": one.row_number,
            "contract_number": one.contract_number[:60],
            "field": one.column,
            "reason": one.reason.value,
            "value": one.value[:80],
        }
        for one in refused
        if one.reason is not None
    ]
    if values:
        db.session.execute(sa.insert(LedgerRowError), values)


@operation
def _end_import(import_id: int, *, rows_total: int, applying: bool) -> LedgerImport:
    entry = lock(LedgerImport, import_id)
    if entry is None or not entry.state.is_running:
        raise errors.ImportElsewhere()
    entry.state = ImportState.APPLIED if applying else ImportState.CHECKED
    entry.rows_total, entry.finished_at = rows_total, clock.now()
    if applying:
        entry.applied_at = clock.now()
        db.session.execute(sa.delete(LedgerChunk).where(LedgerChunk.import_id == import_id))
    actor = Actor(entry.actor_kind, entry.actor_id, entry.actor_name)  # type: ignore[arg-type]
    audit.record(
        actor,
        "homes.ledger_applied" if applying else "homes.ledger_checked",
        entry,
        fresh=entry.fresh,
        changed=entry.changed,
        unchanged=entry.unchanged,
        refused=entry.refused,
    )
    return entry


@operation
def _give_up(import_id: int, *, failure: str) -> LedgerImport:
    entry = db.session.get_one(LedgerImport, import_id)
    entry.state, entry.failure, entry.finished_at = ImportState.FAILED, failure[:300], clock.now()
    db.session.execute(sa.delete(LedgerChunk).where(LedgerChunk.import_id == import_id))
    actor = Actor(entry.actor_kind, entry.actor_id, entry.actor_name)  # type: ignore[arg-type]
    audit.record(actor, "homes.ledger_given_up", entry, failure=failure)
    return entry


def known_phases(entry: LedgerImport) -> rows.Phases:
    """Return the phases that the import may name, by project and by code or name."""
    query = sa.select(Phase.id, Phase.code, Phase.name, Project.code, Project.city_code).join(
        Project, Project.code == Phase.project_code
    )
    if not entry.everything:
        cities, projects = entry.city_codes.split(","), entry.project_codes.split(",")
        query = query.where(sa.or_(Project.city_code.in_(cities), Project.code.in_(projects)))
    found: dict[str, dict[str, rows.KnownPhase]] = {}
    for phase_id, code, name, project_code, city_code in db.session.execute(query):
        known = rows.KnownPhase(phase_id, project_code, city_code, code, name)
        found.setdefault(project_code, {}).update({code: known, name: known})
    return found
