"""What a staff person's desk shows, asked from each package as far as the person may ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from events import queries as events
from events.models import Event
from events.policies import Permission as EventPermission
from kernel.access import can
from points import queries as points
from points.policies import Permission as PointsPermission
from service_requests import queries as cases
from service_requests.models import Case
from service_requests.policies import Permission as CasePermission


@dataclass(frozen=True)
class Tile:
    """A figure that opens the rows behind it."""

    label: str
    value: str
    url: str
    kind: str = "plain"


@dataclass(frozen=True)
class Desk:
    """What waits for this person."""

    tiles: Sequence[Tile]
    mine: Sequence[Case]
    events: Sequence[Event]
    reads_cases: bool


def of(person: Any) -> Desk:
    """Return a person's desk."""
    reads_cases = can(CasePermission.READ)
    return Desk(
        tiles=[*(_case_tiles(person) if reads_cases else []), *_other_tiles(person)],
        mine=cases.queue(person, cases.QueueFilter(view="mine"), size=8).items if reads_cases else [],
        events=events.coming_in_scope(person) if can(EventPermission.READ) else [],
        reads_cases=reads_cases,
    )


def _case_tiles(person: Any) -> list[Tile]:
    counts = cases.queue_counts(person)
    shown = [
        ("mine", _("Mine"), "plain"),
        ("due_today", _("Due today"), "soon"),
        ("overdue", _("Overdue"), "broken"),
        ("new", _("New"), "now"),
        ("unassigned", _("Nobody's yet"), "plain"),
    ]
    return [
        Tile(
            label,
            cases.shown_count(counts[view]),
            url_for("service_requests_staff.queue", view=view),
            kind if counts[view] else "plain",
        )
        for view, label, kind in shown
    ]


def _other_tiles(person: Any) -> list[Tile]:
    tiles = []
    if can(PointsPermission.SEE_ORDERS):
        tiles.append(
            Tile(_("Rewards to hand over"), str(points.open_orders_count(person)), url_for("points_staff.index"))
        )
    return tiles
