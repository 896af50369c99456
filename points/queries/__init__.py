"""The reads of points: standings and statements, rewards and orders, each in a few indexed queries."""

from points.policies import add_member_check
from points.queries.due import due_accounts, due_reviews
from points.queries.programme import occasion_names, qualifying_of, rule_in_force, rules_in_force, tiers_in_force
from points.queries.rewards import (
    due_redemptions,
    had_of,
    may_see_member,
    open_orders_count,
    order_for,
    orders_for,
    redemption_for,
    redemptions_of,
    reward_for_staff,
    reward_shown,
    rewards,
    rewards_for_staff,
)
from points.queries.standings import Expiring, Standing, account_of, balance_as_of, expiring, tier_history
from points.queries.statement import EntryLife, LotUse, entry_for, lots_of, pending_of, statement

__all__ = [
    "EntryLife",
    "Expiring",
    "LotUse",
    "Standing",
    "account_of",
    "add_member_check",
    "balance_as_of",
    "due_accounts",
    "due_redemptions",
    "due_reviews",
    "entry_for",
    "expiring",
    "had_of",
    "lots_of",
    "may_see_member",
    "occasion_names",
    "open_orders_count",
    "order_for",
    "orders_for",
    "pending_of",
    "qualifying_of",
    "redemption_for",
    "redemptions_of",
    "reward_for_staff",
    "reward_shown",
    "rewards",
    "rewards_for_staff",
    "rule_in_force",
    "rules_in_force",
    "statement",
    "tier_history",
    "tiers_in_force",
]
