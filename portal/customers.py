"""Customers as the back office sees them: found by any of their marks, shown masked, within the viewer's scope."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homes import queries as homes
from homes.models import Ownership
from kernel.access import can
from member import queries as members
from member.models import Member
from points import queries as points
from points.policies import Permission as PointsPermission
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


def found(person: Any, words: str) -> list[Member]:
    """Return the customers that a person's words name and whose homes or cases lie in his scope; at most twenty."""
    candidates = {member.id: member for member in members.found(words)}
    candidates |= _living_in(person, words)
    seen = _seen(person, list(candidates))
    return [member for member_id, member in candidates.items() if member_id in seen][:20]


def case_named(person: Any, words: str) -> Case | None:
    """Return the case whose number was typed, if the person may read it."""
    looks_like_one = bool(re.fullmatch(r"[A-Za-z]{2}\d{6}-?\d+", words)) and can(CasePermission.READ)
    return cases.case_for_staff(person, words.upper()) if looks_like_one else None


def _living_in(person: Any, words: str) -> dict[int, Member]:
    if not any(c.isdigit() for c in words):
        return {}
    seen = homes.searched_homes(person, words=words, size=5).items
    return members.members_by_id(homes.members_of_homes([home.id for home in seen])) if seen else {}


def _seen(person: Any, member_ids: list[int]) -> set[int]:
    """Return those whom the person may see: everybody for the whole group, else by a home or a case in the scope."""
    scope = staff.scope_of(person, Permission.CUSTOMERS)
    if scope.everything or not member_ids:
        return set(member_ids)
    return homes.residents_within(scope, member_ids) | cases.reporters_within(person, member_ids)


def one(person: Any, number: str) -> Customer | None:
    """Return a customer by member number, or None when nothing of him lies in the viewer's scope."""
    member = members.by_number(number)
    if member is None or not _seen(person, [member.id]):
        return None
    scope = staff.scope_of(person, Permission.CUSTOMERS)
    return Customer(
        member=member,
        rights=[
            right
            for right in homes.rights_of(member.id)
            if scope.covers(city_code=right.home.city_code, project_code=right.home.project_code)
        ],
        standing=points.account_of(member.id) if can(PointsPermission.SEE_ACCOUNTS) else None,
        cases=cases.cases_of_member_for(person, member.id) if can(CasePermission.READ) else [],
    )
