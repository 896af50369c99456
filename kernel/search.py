"""Search in Chinese text behind one function.

A document is cut into its single characters' neighbours (bigrams) and its Latin words; a query finds the documents that
hold all of its pieces. The pieces are rows of an ordinary table with an index, so both databases answer alike, and a
word of two characters, the most common one in Chinese, needs no special path.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import db

_LATIN = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


class SearchPiece(db.Model):
    """A piece of text that a document holds."""

    __tablename__ = "search_piece"
    __table_args__ = (sa.Index("ix_search_piece_document", "kind", "document_id"),)

    kind: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    piece: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)


def index(kind: str, document_id: int, text: str) -> None:
    """Make a document findable by its text, replacing what was indexed before; inside an operation."""
    forget(kind, document_id)
    rows = [{"kind": kind, "document_id": document_id, "piece": piece} for piece in sorted(pieces(text))]
    if rows:
        db.session.execute(sa.insert(SearchPiece), rows)


def forget(kind: str, document_id: int) -> None:
    """Make a document unfindable; inside an operation."""
    db.session.execute(sa.delete(SearchPiece).where(SearchPiece.kind == kind, SearchPiece.document_id == document_id))


def matching(kind: str, words: str) -> sa.Select[Any] | None:
    """Return a query of document ids that hold all pieces of the words, to be used in ``id.in_(...)``; None if empty."""
    wanted = sorted(pieces(words, query=True), key=len, reverse=True)[:12]
    if not wanted:
        return None
    first, *others = wanted
    query = sa.select(SearchPiece.document_id).where(_holds(SearchPiece, kind, first))
    for piece in others:
        other = sa.orm.aliased(SearchPiece)
        query = query.where(sa.exists().where(_holds(other, kind, piece), other.document_id == SearchPiece.document_id))
    return query


def find(kind: str, words: str, *, limit: int = 50) -> list[int]:
    """Return the newest documents that hold all the words (Chinese of any length, Latin words, digits)."""
    query = matching(kind, words)
    if query is None:
        return []
    return list(db.session.scalars(query.order_by(SearchPiece.document_id.desc()).limit(limit)))


def _holds(entity: type[SearchPiece], kind: str, piece: str) -> sa.ColumnElement[bool]:
    return sa.and_(entity.kind == kind, entity.piece == piece)


def pieces(text: str, *, query: bool = False) -> set[str]:
    """Cut a text into pieces; a stored text also yields its single characters, so that a one-character query works."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: set[str] = set()
    for word in _LATIN.findall(plain):
        found.update(_prefixes(word) if not query else [word[:40]])
    for run in _HAN.findall(plain):
        found.update(run[n : n + 2] for n in range(len(run) - 1))
        if not query or len(run) == 1:
            found.update(run)
    return found


def _prefixes(word: str) -> Iterable[str]:
    return (word[:n] for n in range(min(2, len(word)), min(len(word), 20) + 1))
