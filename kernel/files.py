"""Photos and papers that people hand in, and the one door through which they are seen again.

Uploads are checked and re-encoded outside any transaction (``keep_photos``), stored under random names, and tied to their
record inside the operation (``attach``). Files are written and flushed before their row, so a row never points at
nothing; files without a row are swept away after an hour. A package registers who may see files of its kind.
"""

import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import obstore
import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from obstore.store import LocalStore, MemoryStore, from_url
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.access import public, signed_in
from kernel.db import BigId, UtcDateTime, db
from kernel.errors import Refused, TooMany
from kernel.pictures import SECONDS, WIDTHS
from kernel.settings import settings

MOST_BYTES = 25 * 1024 * 1024
MOST_FILES = 12
DECODERS = threading.BoundedSemaphore(3)


class StoredFile(db.Model):
    """A photo that belongs to a record; ``token`` is its unguessable address, never a permission."""

    __tablename__ = "stored_file"
    __table_args__ = (sa.Index("ix_stored_file_owner", "owner_kind", "owner_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(43), unique=True)
    owner_kind: Mapped[str] = mapped_column(sa.String(40))
    owner_id: Mapped[int] = mapped_column(BigId)
    digest: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    caption: Mapped[str] = mapped_column(sa.String(200), default="")
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhotoTooHeavy(Refused):
    """One file is larger than a phone's photo ever is."""

    message = _l("“%(name)s” is larger than 25 MB. Please choose a smaller photo; your text is kept.")
    field = "photos"


class TooManyPhotos(Refused):
    """More photos than one record holds."""

    message = _l("At most %(limit)d photos, please; your text is kept.")
    field = "photos"


class NotAPhoto(Refused):
    """The content is no picture of a kind that can be opened safely, whatever the name says."""

    message = _l("“%(name)s” is not a photo we can open (JPEG, PNG or HEIC). Your text is kept.")
    field = "photos"


class PhotoTooLarge(Refused):
    """The header promises more pixels than can be decoded safely."""

    message = _l("“%(name)s” has more pixels than we can open. Please send a smaller version; your text is kept.")
    field = "photos"


class PhotoTooSmall(Refused):
    """A picture on which nobody can see anything."""

    message = _l("“%(name)s” is too small to show anything. Please choose the photo itself; your text is kept.")
    field = "photos"


class DecodersBusy(TooMany):
    """All decoders are at work."""

    message = _l("Many photos are arriving right now. Please send the form again in a moment; your text is kept.")
    field = "photos"


class Upload(Protocol):
    """What the web hands over: a name and a stream."""

    filename: str | None
    stream: BinaryIO


@dataclass(frozen=True)
class Prepared:
    """A photo that was checked and stored, and belongs to no record yet."""

    token: str
    digest: str
    width: int
    height: int
    size: int


def keep_photos(uploads: Sequence[Any]) -> list[Prepared]:
    """Check, re-encode and store uploads; refuse the whole lot with a sentence about the first bad one."""
    if len(uploads) > MOST_FILES:
        raise TooManyPhotos(limit=MOST_FILES)
    if not uploads:
        return []
    if not DECODERS.acquire(timeout=20):
        raise DecodersBusy()
    try:
        with tempfile.TemporaryDirectory(prefix="photos-") as folder, _Decoder() as decoder:
            return [_prepare(upload, Path(folder) / str(n), decoder) for n, upload in enumerate(uploads)]
    finally:
        DECODERS.release()


def _prepare(upload: Upload, folder: Path, decoder: "_Decoder") -> Prepared:
    folder.mkdir()
    name = (upload.filename or "")[-60:]
    source = folder / "source"
    digest, size = _spool(upload.stream, source, name)
    answer = decoder.convert(source, folder)
    match answer.get("refused"):
        case None:
            pass
        case "too_large":
            raise PhotoTooLarge(name=name)
        case "too_small":
            raise PhotoTooSmall(name=name)
        case _:
            raise NotAPhoto(name=name)
    token = secrets.token_urlsafe(32)
    for width in WIDTHS:
        _put(f"{token[:2]}/{token}/{width}.webp", (folder / f"{width}.webp").read_bytes())
    return Prepared(token, digest, answer["width"], answer["height"], size)


def _spool(stream: BinaryIO, target: Path, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        while chunk := stream.read(256 * 1024):
            size += len(chunk)
            if size > MOST_BYTES:
                raise PhotoTooHeavy(name=name)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest(), size


class _Decoder:
    """A child process with little memory that turns uploads into harmless pictures, one after the other."""

    def __enter__(self) -> "_Decoder":
        self.process = self._start()
        return self

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kernel.pictures"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parent.parent,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        )

    def convert(self, source: Path, folder: Path) -> dict[str, Any]:
        timer = threading.Timer(SECONDS, self.process.kill)
        timer.start()
        try:
            assert self.process.stdin and self.process.stdout
            self.process.stdin.write(json.dumps({"source": str(source), "folder": str(folder)}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if not line:  # the child ran into its memory or time limit
            self.process.kill()
            self.process.wait()
            self.process = self._start()
            return {"refused": "too_large"}
        return cast(dict[str, Any], json.loads(line))

    def __exit__(self, *_error: Any) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def attach(prepared: Sequence[Prepared], *, kind: str, owner_id: int, captions: Sequence[str] = ()) -> list[StoredFile]:
    """Tie stored photos to a record, inside its operation."""
    rows = [
        StoredFile(
            token=photo.token,
            owner_kind=kind,
            owner_id=owner_id,
            digest=photo.digest,
            width=photo.width,
            height=photo.height,
            size=photo.size,
            caption=captions[n] if n < len(captions) else "",
            stored_at=clock.now(),
        )
        for n, photo in enumerate(prepared)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def of(kind: str, owner_ids: Sequence[int]) -> dict[int, list[StoredFile]]:
    """Return the photos of several records of one kind, in one query."""
    found: dict[int, list[StoredFile]] = {owner_id: [] for owner_id in owner_ids}
    if found:
        query = (
            sa.select(StoredFile)
            .where(StoredFile.owner_kind == kind, StoredFile.owner_id.in_(owner_ids))
            .order_by(StoredFile.id)
        )
        for row in db.session.scalars(query):
            found[row.owner_id].append(row)
    return found


# --- the store ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _store(url: str) -> Any:
    if url.startswith("file:"):
        folder = Path(url.removeprefix("file:")).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(str(folder))
    return MemoryStore() if url == "memory:" else from_url(url)


def _put(path: str, content: bytes) -> None:
    url = settings().files_url
    obstore.put(_store(url), path, content)
    if url.startswith("file:"):
        _flush(Path(url.removeprefix("file:")).absolute() / path)


def _flush(path: Path) -> None:
    """Make a file and its name survive a power cut."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(stored: StoredFile, width: int) -> bytes:
    """Return the bytes of a photo in one of its widths."""
    path = f"{stored.token[:2]}/{stored.token}/{width}.webp"
    return bytes(obstore.get(_store(settings().files_url), path).bytes())


def sweep(*, older_than: timedelta = timedelta(hours=1)) -> int:
    """Delete stored photos that belong to no record and are older than an hour; return how many files went."""
    store, gone = _store(settings().files_url), 0
    for batch in obstore.list(store):
        old = [entry for entry in batch if clock.now() - entry["last_modified"] > older_than]
        tokens = {entry["path"].split("/")[1] for entry in old if entry["path"].count("/") == 2}
        known = set(db.session.scalars(sa.select(StoredFile.token).where(StoredFile.token.in_(tokens))))
        stray = [entry["path"] for entry in old if entry["path"].split("/")[1] not in known]
        if stray:
            obstore.delete(store, stray)
            gone += len(stray)
    return gone


# --- the door ----------------------------------------------------------------------------------------------------------

bp = Blueprint("files", __name__, url_prefix="/files")
_may_see: dict[str, Callable[[StoredFile], bool]] = {}


def seen_by(kind: str, rule: Callable[[StoredFile], bool]) -> None:
    """Register who may see the files of a kind of record; a kind without a rule is seen by nobody."""
    _may_see[kind] = rule


def url(stored: StoredFile, width: int = 800) -> str:
    """Return the address of a photo in a width."""
    return url_for("files.photo", token=stored.token, width=width)


def _serve(token: str, width: int, *, shared: bool) -> Response:
    stored = db.session.scalar(sa.select(StoredFile).where(StoredFile.token == token))
    rule = _may_see.get(stored.owner_kind) if stored else None
    if stored is None or rule is None or width not in WIDTHS or not rule(stored):
        abort(404)
    response = current_app.response_class(read(stored, width), mimetype="image/webp")
    response.headers["Content-Disposition"] = f'inline; filename="{width}.webp"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "public, max-age=86400" if shared else "private, no-cache"
    response.set_etag(f"{stored.digest[:32]}-{width}")
    response.make_conditional(request)
    return response


def _photo(token: str, width: int) -> Response:
    return _serve(token, width, shared=False)


def _public_photo(token: str, width: int) -> Response:
    if not _is_public(token):
        abort(404)
    return _serve(token, width, shared=True)


PUBLIC_KINDS: set[str] = set()
"""Kinds of records whose photos everybody may see, such as project pages."""


def _is_public(token: str) -> bool:
    kind = db.session.scalar(sa.select(StoredFile.owner_kind).where(StoredFile.token == token))
    return kind in PUBLIC_KINDS


def public_url(stored: StoredFile, width: int = 800) -> str:
    """Return the address of a photo of a public kind."""
    return url_for("files.public_photo", token=stored.token, width=width)


bp.add_url_rule("/<token>/<int:width>.webp", "photo", signed_in(_photo))
bp.add_url_rule("/public/<token>/<int:width>.webp", "public_photo", public(_public_photo))
