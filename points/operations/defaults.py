"""The tables an installation starts with: tiers and earning rules of points.md, section 4. Staff change them later."""

from datetime import date
from typing import Any

from kernel import audit
from kernel.actor import Actor
from kernel.clock import start_of
from kernel.db import db, insert_once, operation
from points.models import EarningRule, Tier

FOUNDED = start_of(date(1998, 8, 1))

TIERS = (
    ("silver", "银卡", "Silver", 0, 100),
    ("gold", "金卡", "Gold", 1_000, 100),
    ("platinum", "铂金", "Platinum", 3_000, 120),
    ("diamond", "钻石", "Diamond", 8_000, 150),
)

RULES: tuple[dict[str, Any], ...] = (
    {"occasion": "join", "name_zh": "入会", "name_en": "Joined the club", "amount": 50, "limit_total": 1},
    {"occasion": "profile", "name_zh": "完善资料", "name_en": "Completed the profile", "amount": 50, "limit_total": 1},
    {
        "occasion": "home_bound",
        "name_zh": "绑定房产",
        "name_en": "Bound a home",
        "amount": 100,
        "once_per_source": True,
    },
    {
        "occasion": "referral_verified",
        "name_zh": "推荐好友入会",
        "name_en": "A friend joined",
        "amount": 50,
        "limit_total": 20,
    },
    {"occasion": "referral_visit", "name_zh": "推荐好友到访", "name_en": "A friend visited", "amount": 50},
    {
        "occasion": "referral_purchase",
        "name_zh": "推荐好友购房",
        "name_en": "A friend bought a home",
        "amount": 1_000,
        "qualifying": 1_000,
        "pending": True,
        "valid_months": 36,
        "once_per_source": True,
    },
    {
        "occasion": "first_purchase",
        "name_zh": "首次购房",
        "name_en": "Bought a home",
        "amount": 1_000,
        "qualifying": 1_000,
        "pending": True,
        "valid_months": 36,
        "once_per_source": True,
    },
    {
        "occasion": "repeat_purchase",
        "name_zh": "再次购房",
        "name_en": "Bought another home",
        "amount": 10,
        "per_fen": 10_000_00,
        "qualifying_follows": True,
        "pending": True,
        "valid_months": 36,
        "once_per_source": True,
    },
    {
        "occasion": "event_attended",
        "name_zh": "参加活动",
        "name_en": "Attended an event",
        "amount": 50,
        "qualifying": 50,
        "limit_month": 4,
    },
    {"occasion": "survey", "name_zh": "填写问卷", "name_en": "Answered a survey", "amount": 50, "qualifying": 50},
    {
        "occasion": "suggestion",
        "name_zh": "建议被采纳",
        "name_en": "A suggestion was adopted",
        "amount": 50,
        "qualifying": 50,
    },
    {"occasion": "birthday", "name_zh": "生日礼", "name_en": "Birthday", "amount": 50, "limit_year": 1},
    {
        "occasion": "goodwill",
        "name_zh": "服务补偿",
        "name_en": "Service recovery",
        "amount": 0,
        "multiplied": False,
        "most": 500,
    },
)
BUDGET_OF_A_RULE = {"budget_total": 100_000_000, "budget_day": 5_000_000}
"""Far above what the club gives in a day: a breaker against a fault, which staff draw closer."""


@operation
def plant_defaults(*, actor: Actor) -> None:
    """Plant tiers and earning rules where there are none yet; safe to repeat."""
    for rank, (code, name_zh, name_en, threshold, percent) in enumerate(TIERS):
        insert_once(
            Tier,
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            rank=rank,
            threshold=threshold,
            multiplier_percent=percent,
            effective_from=FOUNDED,
        )
    for facts in RULES:
        _plant_rule({**BUDGET_OF_A_RULE, **facts}, actor)


def _plant_rule(facts: dict[str, Any], actor: Actor) -> None:
    defaults = {
        column.name: column.default.arg
        for column in EarningRule.__table__.columns
        if column.default is not None and column.name not in facts
    }
    if insert_once(EarningRule, **defaults, **facts, effective_from=FOUNDED, written_by=actor.label):
        rule = db.session.query(EarningRule).filter_by(occasion=facts["occasion"], effective_from=FOUNDED).one()
        audit.record(actor, "points.rule_written", rule, occasion=rule.occasion)
