"""The verbs of points. Other packages use what is listed here."""

from points.operations.defaults import plant_defaults
from points.operations.earning import (
    approve_goodwill,
    begin_pending,
    give_goodwill,
    grant,
    propose_goodwill,
    take_back,
)
from points.operations.holding import commit_hold, hold_points, release_hold, spend, spend_back
from points.operations.redeeming import cancel_redemption, hand_over, lapse, mark_ready, redeem
from points.operations.rewards import adjust_stock, publish_reward, withdraw_reward, write_reward
from points.operations.tending import bring_up_to_date, review_tier, set_tier_floor

__all__ = [
    "adjust_stock",
    "approve_goodwill",
    "begin_pending",
    "bring_up_to_date",
    "cancel_redemption",
    "commit_hold",
    "give_goodwill",
    "grant",
    "hand_over",
    "hold_points",
    "lapse",
    "mark_ready",
    "plant_defaults",
    "propose_goodwill",
    "publish_reward",
    "redeem",
    "release_hold",
    "review_tier",
    "set_tier_floor",
    "spend",
    "spend_back",
    "take_back",
    "withdraw_reward",
    "write_reward",
]
