"""How the desk calls who did something: colleagues by name, members masked, because each look in full is written down."""

from collections.abc import Callable, Iterable

from flask_babel import gettext as _

from member import queries as members
from member.models import Member
from service_requests.models import CaseEvent, EvidenceRecord

Deed = CaseEvent | EvidenceRecord


def members_in(deeds: Iterable[Deed], *others: int) -> dict[int, Member]:
    """Return the members who did something, and the others asked for, by id; one query."""
    return members.members_by_id([*others, *(deed.actor_id for deed in deeds if deed.actor_kind == "member")])


def caller_of(known: dict[int, Member]) -> Callable[[Deed], str]:
    """Return what pages call an actor with: never the full name of a member."""

    def called(deed: Deed) -> str:
        if deed.actor_kind == "staff":
            return deed.actor_name
        if deed.actor_kind == "member":
            return known[deed.actor_id].masked_name if deed.actor_id in known else _("Member")
        return _("System")

    return called
