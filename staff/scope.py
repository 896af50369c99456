"""Where a permission is held: everywhere, in city companies, in projects."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Scope:
    """Where a permission is held. Rows that need scoping carry a city code and, where it applies, a project code."""

    everything: bool = False
    city_codes: frozenset[str] = frozenset()
    project_codes: frozenset[str] = frozenset()

    @property
    def is_nothing(self) -> bool:
        return not (self.everything or self.city_codes or self.project_codes)

    def covers(self, *, city_code: str | None = None, project_code: str | None = None) -> bool:
        """Say whether a row with these codes is inside; a row without codes belongs to the group."""
        return self.everything or city_code in self.city_codes or project_code in self.project_codes

    def filter(self, city_column: Any, project_column: Any | None = None) -> sa.ColumnElement[bool]:
        """Return the same as a condition on a table's columns; a table without projects gives no second column."""
        if self.everything:
            return sa.true()
        conditions = []
        if self.city_codes:
            conditions.append(city_column.in_(sorted(self.city_codes)))
        if self.project_codes and project_column is not None:
            conditions.append(project_column.in_(sorted(self.project_codes)))
        return sa.or_(*conditions) if conditions else sa.false()


NOWHERE = Scope()
EVERYWHERE = Scope(everything=True)


def scope_of_units(codes: Iterable[tuple[str | None, str | None]]) -> Scope:
    """Return the scope of several parts of the organisation, each given by its (city code, project code)."""
    cities, projects, everything = set(), set(), False
    for city_code, project_code in codes:
        if project_code is not None:
            projects.add(project_code)
        elif city_code is not None:
            cities.add(city_code)
        else:
            everything = True
    return EVERYWHERE if everything else Scope(False, frozenset(cities), frozenset(projects))
