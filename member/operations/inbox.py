"""The inbox: what the club tells a member."""

import sqlalchemy as sa

from kernel import clock
from kernel.actor import Actor
from kernel.db import db, operation
from member.models import Notice


@operation
def notify(member_id: int, *, kind: str, title: str, body: str = "", url: str = "", actor: Actor) -> Notice:
    """Put a message into a member's inbox; texts come rendered in the member's language, ``url`` is a path of ours.

    Part of the verb that tells of it, which writes the audit entry; the notice itself is the record.
    """
    notice = Notice(
        member_id=member_id, kind=kind[:60], title=title[:200], body=body, url=url[:300], at=clock.now(), read_at=None
    )
    db.session.add(notice)
    db.session.flush()
    return notice


@operation
def mark_notices_read(member_id: int, *, up_to: int | None = None, only: int | None = None) -> int:
    """Mark a member's notices read: one, or all up to an id; return how many were unread. No audit: it concerns nobody."""
    conditions = [Notice.member_id == member_id, Notice.read_at.is_(None)]
    if up_to is not None:
        conditions.append(Notice.id <= up_to)
    if only is not None:
        conditions.append(Notice.id == only)
    read = db.session.execute(
        sa.update(Notice).where(*conditions).values(read_at=clock.now()).execution_options(synchronize_session=False)
    )
    return int(read.rowcount)  # type: ignore[attr-defined]
