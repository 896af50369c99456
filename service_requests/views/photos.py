"""Who may see the photos of cases: the author and the household of a repair, and staff within their scope."""

from kernel import files
from kernel.access import current_member, current_staff
from kernel.db import db
from service_requests import queries
from service_requests.dictionary import Audience
from service_requests.models import Case, CaseEvent
from service_requests.policies import Permission
from staff import queries as staff


def _may_see_case(case: Case | None) -> bool:
    if case is None:
        return False
    if current_member and queries.is_theirs(case, current_member.id):
        return True
    return _is_in_scope(case)


def _is_in_scope(case: Case) -> bool:
    if not current_staff:
        return False
    scope = staff.scope_of(current_staff, Permission.READ)
    return bool(scope.covers(city_code=case.city_code, project_code=case.project_code))


def _of_case(stored: files.StoredFile) -> bool:
    return _may_see_case(db.session.get(Case, stored.owner_id))


def _of_event(stored: files.StoredFile) -> bool:
    event = db.session.get(CaseEvent, stored.owner_id)
    case = db.session.get(Case, event.case_id) if event is not None else None
    if event is None or case is None:
        return False
    return _is_in_scope(case) if event.audience is Audience.STAFF else _may_see_case(case)


files.seen_by("case", _of_case)
files.seen_by("case_event", _of_event)
