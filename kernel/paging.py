"""Pages of long lists by key, never by offset: the thousandth page costs what the first one costs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression

from kernel.db import db

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A stretch of a list; ``next_cursor`` leads on, and is None at the end."""

    items: Sequence[T]
    next_cursor: str | None
    is_first: bool


def page_of(
    query: sa.Select[Any], *, order: Sequence[Any], cursor: str | None = None, size: int = 20, scalars: bool = True
) -> Page[Any]:
    """Return a page of a query in a total order.

    ``order`` lists columns, each ascending or ``.desc()``, the last one unique. A broken cursor gives the first page.
    """
    after = _decoded(cursor, len(order))
    statement = query.order_by(*order)
    if after is not None:
        statement = statement.where(_beyond(order, after))
    keys = [_column(part) for part in order]
    statement = statement.add_columns(*[key.label(f"page_key_{n}") for n, key in enumerate(keys)]).limit(size + 1)
    rows = db.session.execute(statement).all()
    more = len(rows) > size
    rows = rows[:size]
    items = [row[0] if scalars else row for row in rows]
    last = list(rows[-1][-len(keys) :]) if more else None
    return Page(items=items, next_cursor=_encoded(last) if last else None, is_first=after is None)


def _column(part: Any) -> Any:
    return part.element if isinstance(part, UnaryExpression) else part


def _descends(part: Any) -> bool:
    return isinstance(part, UnaryExpression) and part.modifier is sa.sql.operators.desc_op


def _beyond(order: Sequence[Any], after: Sequence[Any]) -> Any:
    """Return (a, b) > (x, y) written out, because parts of the order may run in different directions."""
    choices = []
    for n, part in enumerate(order):
        same = [_column(earlier) == value for earlier, value in zip(order[:n], after[:n], strict=True)]
        column = _column(part)
        further = column < after[n] if _descends(part) else column > after[n]
        choices.append(sa.and_(*same, further))
    return sa.or_(*choices)


def _encoded(values: Sequence[Any]) -> str:
    plain = [
        ["t", v.isoformat()] if isinstance(v, datetime) else ["d", v.isoformat()] if isinstance(v, date) else ["v", v]
        for v in values
    ]
    return (
        base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False, default=lambda v: v.value).encode())
        .decode()
        .rstrip("=")
    )


def _decoded(cursor: str | None, length: int) -> list[Any] | None:
    if not cursor:
        return None
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [
            datetime.fromisoformat(v) if kind == "t" else date.fromisoformat(v) if kind == "d" else v
            for kind, v in plain
        ]
    except (ValueError, TypeError):
        return None
    sound = len(values) == length and all(isinstance(v, str | int | datetime | date) for v in values)
    return values if sound else None
