"""Telling owners that their building has news: into the inbox, in their own language, some hundreds at a time."""

from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from homes.models import Audience, ConstructionUpdate, Home, Ownership, UpdateState
from homes.operations.progress import TOPIC
from kernel import outbox
from kernel.actor import SYSTEM
from kernel.db import db, lock, operation
from member import operations as member_operations
from member.models import Member

AT_ONCE = 300


@outbox.handler(TOPIC)
def _tell(delivery: outbox.Delivery) -> None:
    tell_owners(delivery.payload["update_id"], after=delivery.payload["after"])


@operation
def tell_owners(update_id: int, *, after: int) -> int:
    """Write an update into the inboxes of the next owners it is meant for; return how many. Repeated, it tells nobody twice.

    ``after`` is the last right that was told; the next stretch follows as a message of its own. Public updates are told
    to the owners of their building, or of the project.
    """
    update = lock(ConstructionUpdate, update_id)
    if update is None or update.state is not UpdateState.PUBLISHED or update.told_until != after:
        return 0
    rows = db.session.execute(_owners(update, after)).all()
    if not rows:
        return 0
    update.told_until = rows[-1][0]
    outbox.put(TOPIC, {"update_id": update_id, "after": update.told_until})
    for member, home_id in {member.id: (member, home_id) for _right, member, home_id in rows}.values():
        _notify(member, home_id, update)
    return len(rows)


def _owners(update: ConstructionUpdate, after: int) -> Any:
    query = (
        sa.select(Ownership.id, Member, Home.id)
        .join(Member, Member.id == Ownership.member_id)
        .join(Home, Home.id == Ownership.home_id)
        .where(Ownership.id > after, Ownership.ended_at.is_(None), Home.project_code == update.project_code)
    )
    if update.audience is Audience.HOME:
        query = query.where(Home.id == update.home_id)
    elif update.building_id is not None:
        query = query.where(Home.building_id == update.building_id)
    return query.order_by(Ownership.id).limit(AT_ONCE)


def _notify(member: Member, home_id: int, update: ConstructionUpdate) -> None:
    with force_locale(member.locale):
        title = _("News from your building: %(title)s", title=update.title)
        body = update.text
    member_operations.notify(
        member.id,
        kind="homes.update_published",
        title=title,
        body=body,
        url=f"/me/homes/{home_id}#update-{update.id}",
        actor=SYSTEM,
    )
