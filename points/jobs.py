"""What runs by the clock: expiry, holds, tiers, orders that nobody collects. Each is safe to repeat."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from kernel.db import end_reading
from kernel.jobs import Progress, job
from points import operations, queries
from points.queries.due import Due

log = structlog.get_logger()
BATCH = 100
"""Accounts per transaction: few enough that nobody waits long for one of them."""


@job("points.expire")
def expire(as_of: datetime, progress: Progress) -> None:
    """Book what has expired or become usable, in batches of accounts, with bounded memory."""
    _tend(as_of, progress, held=False)


@job("points.release_holds")
def release_holds(as_of: datetime, progress: Progress) -> None:
    """Give back what was set aside for things that never ended."""
    _tend(as_of, progress, held=True)


def _tend(as_of: datetime, progress: Progress, *, held: bool) -> None:
    for batch in _stretches(as_of, held=held):
        try:
            operations.bring_up_to_date(sorted(member_id for _at, _id, member_id in batch))
        except Exception as error:
            log.warning("points.batch_failed", error=repr(error), accounts=len(batch))
            _one_by_one(batch, progress)
        else:
            for _account in batch:
                progress.step()


def _one_by_one(batch: Sequence[Due], progress: Progress) -> None:
    """Book a failed batch account by account, so that one broken account holds nobody else up."""
    for _at, account_id, member_id in batch:
        try:
            operations.bring_up_to_date([member_id])
            progress.step()
        except Exception as error:
            log.warning("points.account_failed", error=repr(error), account=account_id)
            progress.step(failed=True)


def _stretches(as_of: datetime, *, held: bool) -> Iterator[list[Due]]:
    after: Due | None = None
    while batch := queries.due_accounts(as_of, after=after, held=held, limit=BATCH):
        end_reading()
        yield batch
        after = batch[-1]


@job("points.review_tiers")
def review_tiers(as_of: datetime, progress: Progress) -> None:
    """Look at every tier that runs out within ninety days: notice, renewal, or one step down."""
    after: Due | None = None
    while batch := queries.due_reviews(as_of, after=after):
        end_reading()
        for _at, _id, member_id in batch:
            operations.review_tier(member_id)
            progress.step()
        after = batch[-1]


@job("points.lapse_orders")
def lapse_orders(as_of: datetime, progress: Progress) -> None:
    """Close orders whose time to collect is over."""
    after = 0
    while batch := queries.due_redemptions(as_of, after=after):
        end_reading()
        for redemption_id in batch:
            operations.lapse(redemption_id)
            progress.step()
        after = batch[-1]
