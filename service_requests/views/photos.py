"""Who may see the photos of cases: the author and the household of a repair, and staff within their scope."""

from kernel import files
from kernel.access import current_member, current_staff
from service_requests import queries
from service_requests.dictionary import Audience
from service_requests.models import Case
from service_requests.policies import Permission
from staff import queries as staff


def _may_see(stored: files.StoredFile) -> bool:
    found = queries.owner_of_photo(stored)
    if found is None:
        return False
    case, audience = found
    if audience is Audience.MEMBER and current_member and queries.is_theirs(case, current_member.id):
        return True
    return _is_in_scope(case)


def _is_in_scope(case: Case) -> bool:
    if not current_staff:
        return False
    scope = staff.scope_of(current_staff, Permission.READ)
    return bool(scope.covers(city_code=case.city_code, project_code=case.project_code))


files.seen_by("case", _may_see)
files.seen_by("case_event", _may_see)
