"""What homes do when something happens below: a new member finds the home bound; and who may see a photo of progress."""

from typing import Any

from homes import operations, queries, rules
from homes.models import ConstructionUpdate, UpdateState
from homes.policies import Permission
from kernel import files
from kernel.access import current_member, current_staff
from kernel.actor import Actor
from kernel.db import db
from member.signals import joined
from staff import queries as staff_queries


@joined.connect
def _bind_homes(_sender: Any, *, member: Any, **_more: Any) -> None:
    operations.bind_by_mobile(member, actor=Actor.member(member))


def may_see_photo(stored: files.StoredFile) -> bool:
    """Say whether the viewer may see a photo of an update: by right to the home, or by staff scope."""
    update = db.session.get(ConstructionUpdate, stored.owner_id)
    if update is None:
        return False
    if current_staff and _in_scope(update):
        return True
    return bool(current_member) and _is_meant_for(update, queries.places_of(current_member.id))


def may_see_public_photo(stored: files.StoredFile) -> bool:
    """Say whether a photo of a public update may be seen: everybody once published, before that its writers."""
    update = db.session.get(ConstructionUpdate, stored.owner_id)
    if update is None:
        return False
    return update.state is UpdateState.PUBLISHED or bool(current_staff and _in_scope(update))


def _in_scope(update: ConstructionUpdate) -> bool:
    scope = staff_queries.scope_of(current_staff, Permission.READ)
    return scope.covers(city_code=update.city_code, project_code=update.project_code)


def _is_meant_for(update: ConstructionUpdate, rights: list[rules.Right]) -> bool:
    return rules.may_see_update(
        audience=update.audience,
        state=update.state,
        project_code=update.project_code,
        building_id=update.building_id,
        home_id=update.home_id,
        rights=rights,
    )


files.seen_by(queries.PHOTO_KIND, may_see_photo)
files.seen_by(queries.PUBLIC_PHOTO_KIND, may_see_public_photo)
files.PUBLIC_KINDS.add(queries.PUBLIC_PHOTO_KIND)
