"""What events do when something happens on a floor below."""

from typing import Any

from events import operations, queries
from kernel.actor import SYSTEM
from member import signals


@signals.account_closed.connect
def _give_places_back(_sender: Any, *, member: Any, **_more: Any) -> None:
    """Whoever leaves the club gives the places back, so that others may come."""
    for registration_id in queries.coming_ids_of(member.id):
        operations.cancel(registration_id, actor=SYSTEM, reason="membership ended")
