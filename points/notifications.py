"""What members are told about their points: into the inbox, in their own language."""

from datetime import date, datetime
from typing import Any

from flask import current_app

from kernel.actor import Actor
from kernel.messages import rendered
from member import operations as member_operations
from member import queries as member_queries
from points import rules
from points.models import Redemption, Reward, Tier, TierEvent


def ordered(redemption: Redemption, reward: Reward, *, actor: Actor) -> None:
    """Tell that the order is in, and where the code is."""
    _about(redemption, reward, "ordered", actor)


def ready(redemption: Redemption, reward: Reward, *, actor: Actor) -> None:
    """Tell that the order lies ready."""
    _about(redemption, reward, "ready", actor)


def handed_over(redemption: Redemption, reward: Reward, *, actor: Actor) -> None:
    """Tell that the order was handed over, so that a theft is noticed."""
    _about(redemption, reward, "handed_over", actor)


def cancelled(redemption: Redemption, reward: Reward, *, reason: str, actor: Actor) -> None:
    """Tell that the order was cancelled and the points are back."""
    _about(redemption, reward, "cancelled", actor, reason=reason)


def lapsed(redemption: Redemption, reward: Reward, *, actor: Actor) -> None:
    """Tell that nobody collected the order."""
    _about(redemption, reward, "lapsed", actor)


def tier_changed(member_id: int, tier: Tier, event: TierEvent, *, actor: Actor) -> None:
    """Tell that the tier has changed."""
    _tell(member_id, "tier", _path("points.statement"), actor, tier=tier, last_day=_last_day(event.until))


def tier_runs_out(member_id: int, tier: Tier, until: datetime, *, actor: Actor) -> None:
    """Tell ninety days ahead that the tier will go down."""
    _tell(member_id, "tier_notice", _path("points.statement"), actor, tier=tier, last_day=_last_day(until))


def _about(redemption: Redemption, reward: Reward, template: str, actor: Actor, **facts: Any) -> None:
    url = _path("points.redemption", redemption_id=redemption.id)
    _tell(redemption.member_id, template, url, actor, redemption=redemption, reward=reward, **facts)


def _path(endpoint: str, **values: Any) -> str:
    """Return the path of a page; also where no request runs, as in a job."""
    return current_app.url_map.bind("localhost").build(endpoint, values)


def _last_day(until: datetime | None) -> date | None:
    return rules.last_day_before(until) if until else None


def _tell(member_id: int, template: str, url: str, actor: Actor, **facts: Any) -> None:
    member = member_queries.get(member_id)
    if member is None:
        return
    text = rendered(f"points/{template}.inbox.txt", member.locale, **facts)
    title, _blank, body = text.partition("\n")
    member_operations.notify(
        member_id, kind=f"points.{template}", title=title.strip(), body=body.strip(), url=url, actor=actor
    )
