"""The tables of points: the ledger, the programme (tiers, rules, budgets) and the rewards."""

from points.models.ledger import (
    Account,
    Allocation,
    Book,
    Entry,
    EntryKind,
    Hold,
    HoldState,
    JournalLine,
    Lot,
    QualifyingEntry,
)
from points.models.programme import Adjustment, Budget, EarningRule, Tier, TierCause, TierEvent
from points.models.rewards import (
    Delivery,
    PickUpCode,
    Redemption,
    RedemptionState,
    RedemptionStep,
    Reward,
    RewardKind,
    RewardState,
)

__all__ = [
    "Account",
    "Adjustment",
    "Allocation",
    "Book",
    "Budget",
    "Delivery",
    "EarningRule",
    "Entry",
    "EntryKind",
    "Hold",
    "HoldState",
    "JournalLine",
    "Lot",
    "PickUpCode",
    "QualifyingEntry",
    "Redemption",
    "RedemptionState",
    "RedemptionStep",
    "Reward",
    "RewardKind",
    "RewardState",
    "Tier",
    "TierCause",
    "TierEvent",
]
