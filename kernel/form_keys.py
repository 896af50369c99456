"""One-time keys: the second click, the retried request and the reloaded page give the first answer again.

The key is claimed in the same transaction as the effect. When two requests with the same key run at once, the second
one waits at the unique rule until the first has ended, and then finds its result.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.actor import Actor
from kernel.db import UtcDateTime, db, insert_once
from kernel.errors import Conflict


class FormKey(db.Model):
    """A key that a form carried, whose it was, what it asked for and what came of it."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(60))
    content: Mapped[str] = mapped_column(sa.String(64))
    result_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeyUsedOtherwise(Conflict):
    """The key belongs to another request: a reloaded form was filled in differently."""

    message = _l("This form has been sent before with other details. Please open it afresh.")


@dataclass
class Claim:
    """The right to do something once; ``earlier_id`` is the result of the first time, if there was one."""

    key: str
    earlier_id: int | None

    def keep(self, record: Any) -> None:
        """Remember what came of it, for whoever sends the same key again."""
        db.session.flush()
        db.session.execute(sa.update(FormKey).where(FormKey.key == self.key).values(result_id=record.id))


def claim(key: str, *, actor: Actor, purpose: str, content: Any = ()) -> Claim:
    """Claim a one-time key inside an operation.

    The key counts per actor and purpose, so that nobody can meet another's. Raises ``KeyUsedOtherwise`` when the same
    key comes with other content.
    """
    full = f"{actor.label}:{purpose}:{key}"[:120]
    digest = hashlib.sha256(json.dumps(content, default=str, ensure_ascii=False).encode()).hexdigest()
    if insert_once(FormKey, key=full, purpose=purpose, content=digest, used_at=clock.now()):
        return Claim(full, None)
    earlier = db.session.scalars(
        sa.select(FormKey).where(FormKey.key == full), execution_options={"populate_existing": True}
    ).one()
    if earlier.content != digest or earlier.result_id is None:
        raise KeyUsedOtherwise()
    return Claim(full, earlier.result_id)
