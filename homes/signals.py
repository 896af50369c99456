"""What packages above may listen to; receivers run inside the sender's transaction."""

from blinker import Namespace

_signals = Namespace()

home_bound = _signals.signal("home-bound")
"""A member got an owner's right to a home. Sender: the ``Ownership`` class; ``home=``, ``member=``, ``actor=``.

Sent by joining (the mobile stands in the ledger), by the import of a ledger, and by binding with a contract number.
"""

home_unbound = _signals.signal("home-unbound")
"""A member's right to a home ended. Sender: the ``Ownership`` class; ``home=``, ``member_id=``, ``actor=``."""
