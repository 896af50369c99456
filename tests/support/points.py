"""Points and rewards for tests, made by the operations that make real ones."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.db import db, end_reading, operation
from member.models import Member
from points import ledger, operations
from points.ledger import Posted, Source
from points.ledger.verification import verify
from points.models import Delivery, Entry, EntryKind, Redemption, Reward, RewardKind

_sources = itertools.count(1)


@operation
def give(
    member: Member, amount: int = 100, *, months: int | None = 24, available_from: Any = "now", qualifying: int = 0
) -> Posted:
    """Give a member points of an exact amount, past all rules; months None never expires, available_from None pends."""
    account = ledger.lock_account(member.id)
    return ledger.credit(
        account,
        amount,
        source=Source("test", next(_sources)),
        actor=SYSTEM,
        available_from=clock.now() if available_from == "now" else available_from,
        valid_months=months,
        occasion="survey",
        qualifying=qualifying,
    )


def a_reward(price: int = 100, stock: int | None = 10, *, published: bool = True, **facts: Any) -> Reward:
    """Return a reward on offer."""
    given: dict[str, Any] = {
        "kind": RewardKind.GIFT,
        "delivery": Delivery.PICK_UP,
        "name_zh": "保温杯",
        "name_en": "Vacuum flask",
        "description_zh": "304 不锈钢，500 毫升。",
        "price": price,
        "stock": stock,
        "desk": "翠澜湾客服中心",
    }
    reward = operations.write_reward(key=a_key(), actor=SYSTEM, **{**given, **facts})
    return operations.publish_reward(reward.id, actor=SYSTEM) if published else reward


def a_key() -> str:
    """Return a fresh one-time key, as a form carries one."""
    return secrets.token_urlsafe(18)


def redeem(member: Member, reward: Reward, quantity: int = 1, key: str | None = None) -> Redemption:
    """Let a member redeem a reward."""
    return operations.redeem(
        reward.id, member_id=member.id, quantity=quantity, key=key or a_key(), actor=Actor.member(member)
    )


def entries(member: Member) -> list[tuple[EntryKind, int]]:
    """Return a member's entries in their order, as (kind, amount)."""
    end_reading()
    from points.models import Account

    rows = db.session.query(Entry).join(Account, Account.id == Entry.account_id).filter(Account.member_id == member.id)
    return [(entry.kind, entry.amount) for entry in rows.order_by(Entry.number)]


def figures(member: Member) -> tuple[int, int, int, int]:
    """Return a member's cached (available, pending, held, debt)."""
    from points.models import Account

    end_reading()
    account = db.session.query(Account).filter_by(member_id=member.id).populate_existing().one()
    return account.available, account.pending, account.held, account.debt


def assert_sound() -> None:
    """Check the whole ledger against itself."""
    end_reading()
    verdict = verify()
    assert verdict.sound, verdict.faults


@contextmanager
def nothing_changes(*members: Member) -> Iterator[None]:
    """Check that a refused operation leaves entries, lots, orders, stock and figures as they were."""
    before = _picture()
    yield
    assert _picture() == before


def _picture() -> dict[str, Any]:
    from kernel.db import Base

    end_reading()
    names = (
        "points_account",
        "points_entry",
        "points_lot",
        "points_allocation",
        "points_hold",
        "journal_line",
        "qualifying_entry",
        "tier_event",
        "reward",
        "redemption",
        "redemption_step",
        "pick_up_code",
        "points_budget",
        "points_adjustment",
        "form_key",
        "notice",
        "audit_entry",
    )
    tables = Base.metadata.tables
    picture = {name: sorted(map(repr, db.session.execute(tables[name].select()).all())) for name in names}
    end_reading()
    return picture


def at(text: str) -> Any:
    """Return a context at a Shanghai moment such as ``2026-11-23 12:00``."""
    return clock.at(datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI))
