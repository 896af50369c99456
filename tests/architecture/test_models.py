"""Tables keep the house's promises: no hidden queries, aware times, whole numbers."""

from collections.abc import Iterable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from kernel.db import Base, UtcDateTime
from portal import packages

packages.load_models()
LOADED_BY_HAND = {"StaffPerson.grants"}
"""Every page asks the signed-in person's permissions, also after an operation has expired what the door had loaded."""


def hidden_queries(mappers: Iterable[Any]) -> list[str]:
    """Return collections that a template could load without anybody noticing."""
    found = []
    for mapper in mappers:
        for relation in mapper.relationships:
            name = f"{mapper.class_.__name__}.{relation.key}"
            if relation.uselist and relation.lazy != "raise_on_sql" and name not in LOADED_BY_HAND:
                found.append(f"{name} is lazy={relation.lazy!r}")
    return found


def naive_times(tables: Iterable[sa.Table]) -> list[str]:
    """Return columns that keep a moment without its zone."""
    return [
        str(column)
        for table in tables
        for column in table.columns
        if isinstance(column.type, sa.DateTime) and not isinstance(column.type, UtcDateTime)
    ]


def fractions(tables: Iterable[sa.Table]) -> list[str]:
    """Return columns that could lose a fen or a point."""
    return [str(c) for table in tables for c in table.columns if isinstance(c.type, sa.Numeric | sa.Float)]


def undocumented(mappers: Iterable[Any]) -> list[str]:
    """Return tables that do not say what a row is."""
    return [mapper.class_.__name__ for mapper in mappers if not mapper.class_.__doc__]


def nameless(tables: Iterable[sa.Table]) -> list[str]:
    """Return tables with a constraint that a migration could not find again."""
    return [f"{table.name}: {c!r}" for table in tables for c in table.constraints if not c.name]


def test_no_collection_is_loaded_behind_the_page():
    assert hidden_queries(Base.registry.mappers) == []


@pytest.mark.parametrize("check", [naive_times, fractions, nameless], ids=lambda check: check.__name__)
def test_tables_keep(check):
    assert check(Base.metadata.sorted_tables) == []


def test_every_table_says_what_a_row_is():
    assert undocumented(Base.registry.mappers) == []


def test_the_controls_see_it():
    class Bad(DeclarativeBase):
        pass

    class Parent(Bad):
        __tablename__ = "parent"
        id: Mapped[int] = mapped_column(primary_key=True)
        at: Mapped[Any] = mapped_column(sa.DateTime())
        price: Mapped[Any] = mapped_column(sa.Numeric(10, 2))
        children: Mapped[list["Child"]] = relationship()

    class Child(Bad):
        __tablename__ = "child"
        id: Mapped[int] = mapped_column(primary_key=True)
        parent_id: Mapped[int] = mapped_column(sa.ForeignKey("parent.id"))

    Parent.__doc__ = None
    tables = Bad.metadata.sorted_tables
    assert hidden_queries(Bad.registry.mappers) == ["Parent.children is lazy='select'"]
    assert naive_times(tables) == ["parent.at"]
    assert fractions(tables) == ["parent.price"]
    assert "Parent" in undocumented(Bad.registry.mappers)
    assert nameless(tables)
