"""Customers as the back office sees them: found by any of their marks, shown masked, within the viewer's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homes import queries as homes
from homes.models import Ownership
from kernel.access import can
from member import queries as members
from member.models import Member
from points import queries as points
from portal.policies import Permission
from service_requests import queries as cases
from service_requests.models import Case
from service_requests.policies import Permission as CasePermission
from staff import queries as staff


@dataclass(frozen=True)
class Customer:
    """One customer: the person, the homes, the standing and the cases within the viewer's scope."""

    member: Member
    rights: Sequence[Ownership]
    standing: points.Standing | None
    cases: Sequence[Case]


def _within(person: Any, rights: Sequence[Ownership]) -> Sequence[Ownership]:
    scope = staff.scope_of(person, Permission.CUSTOMERS)
    return [
        right for right in rights if scope.covers(city_code=right.home.city_code, project_code=right.home.project_code)
    ]


def found(person: Any, words: str) -> list[Member]:
    """Return the customers that a person's words name and whose homes or cases lie in his scope; at most twenty."""
    candidates = list(members.found(words))
    candidates += [
        member for member in _living_in(person, words) if member.id not in {known.id for known in candidates}
    ]
    return [member for member in candidates if _is_seen(person, member)][:20]


def _living_in(person: Any, words: str) -> list[Member]:
    seen = homes.searched_homes(person, words=words, size=5).items if any(c.isdigit() for c in words) else []
    ids = [member_id for home in seen for member_id in homes.member_ids_of_home(home.id)]
    return list(members.members_by_id(ids).values())


def _is_seen(person: Any, member: Member) -> bool:
    if staff.scope_of(person, Permission.CUSTOMERS).everything:
        return True
    return bool(_within(person, homes.rights_of(member.id))) or bool(
        cases.cases_of_member_for(person, member.id, limit=1)
    )


def one(person: Any, number: str) -> Customer | None:
    """Return a customer by member number, or None when nothing of him lies in the viewer's scope."""
    member = members.by_number(number)
    if member is None or not _is_seen(person, member):
        return None
    return Customer(
        member=member,
        rights=_within(person, homes.rights_of(member.id)),
        standing=points.account_of(member.id),
        cases=cases.cases_of_member_for(person, member.id) if can(CasePermission.READ) else [],
    )
