"""Tiers and earning rules in force, and a member's qualifying points."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from kernel import clock
from kernel.db import db
from points import rules
from points.models import EarningRule, QualifyingEntry, Tier


def tiers_in_force(moment: datetime | None = None) -> list[Tier]:
    """Return the tiers as they stand at a moment, the lowest first."""
    every = db.session.scalars(
        sa.select(Tier).where(Tier.effective_from <= (moment or clock.now())).order_by(Tier.effective_from)
    )
    return in_order(every)


def rule_in_force(occasion: str) -> EarningRule | None:
    """Return what an occasion earns now, or None when no rule has begun."""
    return db.session.scalar(
        sa.select(EarningRule)
        .where(EarningRule.occasion == occasion, EarningRule.effective_from <= clock.now())
        .order_by(EarningRule.effective_from.desc())
        .limit(1)
    )


def rules_in_force() -> list[EarningRule]:
    """Return what every occasion earns now, in the order they were first written."""
    every = db.session.scalars(
        sa.select(EarningRule)
        .where(EarningRule.effective_from <= clock.now())
        .order_by(EarningRule.effective_from, EarningRule.id)
    )
    return list({rule.occasion: rule for rule in every}.values())


def occasion_names() -> dict[str, str]:
    """Return the occasions' names in the reader's language."""
    return {rule.occasion: rule.name for rule in rules_in_force()}


def in_order(every: Iterable[Tier]) -> list[Tier]:
    """Return of each tier what was written last, the lowest tier first."""
    return sorted({tier.code: tier for tier in every}.values(), key=lambda tier: tier.rank)


def qualifying_of(account_id: int, moment: datetime) -> int:
    """Return the qualifying points of the 24 months before a moment."""
    total = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(QualifyingEntry.amount), 0)).where(
            QualifyingEntry.account_id == account_id,
            QualifyingEntry.counts_at >= rules.window_start(moment),
            QualifyingEntry.counts_at <= moment,
        )
    )
    return int(total or 0)
