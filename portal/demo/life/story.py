"""The story as a list of deeds at moments, and the words that its chapters share."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kernel import clock
from kernel.actor import Actor
from kernel.errors import Refused
from member import queries as member_queries

Deed = Callable[[], Any]
WRITTEN_ON = date(2026, 11, 23)
"""The day on which the story was written; it is told as if that were today, so that what is coming is still to come."""


def on(year: int, month: int, day: int) -> date:
    """Return a day of the story, moved along with the present day."""
    return date(year, month, day) + (clock.day_of(clock.real_now()) - WRITTEN_ON)


NOW = clock.real_now()
"""The moment at which the story ends."""


@dataclass
class Story:
    """What happens, in the order of time; a deed that the rules refuse is left out and counted."""

    staff: dict[str, Actor]
    deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def then(self, moment: datetime, deed: Deed) -> None:
        """Let something happen at a moment."""
        self.deeds.append((moment, len(self.deeds), deed))

    def live(self, step: Callable[[int, int], object]) -> None:
        """Let everything happen in the order of time; deeds may add later ones."""
        done = 0
        while self.deeds:
            self.deeds.sort(key=lambda deed: deed[:2])
            moment, _n, deed = self.deeds.pop(0)
            if moment > NOW:
                break
            with clock.at(moment):
                try:
                    deed()
                except Refused as refusal:
                    self.refused[type(refusal).__name__] += 1
            done += 1
            step(done, done + len(self.deeds))


def key(name: str) -> str:
    """Return the one-time key of a deed by its name."""
    return f"demo-{name}-key-000000"[:60]


def actor_of(mobile: str) -> Actor:
    """Return a member as the one who acts, by the mobile; refused while nobody has joined with it."""
    member = member_queries.by_mobile(f"+86{mobile}" if not mobile.startswith("+") else mobile)
    if member is None:
        raise Refused()
    return Actor.member(member)
