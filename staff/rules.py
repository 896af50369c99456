"""Decisions about grants and proposals; facts in, result or refusal out."""

import hashlib
import json
from datetime import datetime
from typing import Any

from staff.errors import (
    AlreadyDecided,
    ChangedSinceProposed,
    NeedsSecondPerson,
    NotForOneself,
    OutsideScope,
    ProposalUnknown,
    TermBackwards,
)


def check_grant(*, giver_id: int, person_id: int, covered: bool, from_at: datetime, until_at: datetime | None) -> None:
    """Refuse roles for oneself, roles outside the giver's scope, and terms that end before they begin."""
    if giver_id == person_id:
        raise NotForOneself()
    if not covered:
        raise OutsideScope()
    if until_at is not None and until_at <= from_at:
        raise TermBackwards()


def check_decision(*, proposer_id: int, decider_id: int, is_open: bool, may: bool, same: bool, approving: bool) -> None:
    """Refuse a decision by the proposer, without the right, twice, or an approval of something that has changed."""
    if not is_open:
        raise AlreadyDecided()
    if proposer_id == decider_id:
        raise NeedsSecondPerson()
    if not may:
        raise ProposalUnknown()
    if approving and not same:
        raise ChangedSinceProposed()


def digest_of(kind: str, payload: dict[str, Any], state: Any) -> str:
    """Return the fingerprint of what is proposed and of the object's state at the moment."""
    text = json.dumps([kind, payload, state], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
