"""The verbs of the installation itself."""

from flask_babel import lazy_gettext as _l

from kernel import audit, outbox
from kernel.actor import Actor
from kernel.db import lock, operation
from kernel.errors import Missing
from kernel.outbox import OutboxMessage


class NoDeadLetter(Missing):
    """The message was not given up, or somebody has retried it already."""

    message = _l("This message is not waiting for a retry any more.")


@operation
def retry_message(message_id: int, *, actor: Actor) -> None:
    """Give a message that was given up a new life; refuse when it is not dead."""
    message = lock(OutboxMessage, message_id)
    if message is None or message.dead_at is None:
        raise NoDeadLetter()
    outbox.retry(message_id)
    audit.record(actor, "outbox.retried", message, topic=message.topic)
