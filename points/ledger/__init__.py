"""The ledger: the only writer of entries, lots and allocations.

``lock_account`` comes first, once, before anything is checked; it also books what time has brought since the account was
last touched (lots that became usable or expired, holds that ran out). All functions run inside an operation.
"""

from points.ledger.account import LockedAccount, Posted, Source, key_of, replay_of
from points.ledger.chain import digest
from points.ledger.holds import commit_hold, hold, release_hold
from points.ledger.moves import claw_back, credit, refund, spend
from points.ledger.time import begin, lock_account

__all__ = [
    "LockedAccount",
    "Posted",
    "Source",
    "begin",
    "claw_back",
    "commit_hold",
    "credit",
    "digest",
    "hold",
    "key_of",
    "lock_account",
    "refund",
    "release_hold",
    "replay_of",
    "spend",
]
