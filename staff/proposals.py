"""Kinds of proposals: what takes effect when a second person approves, who may decide, how it reads.

Packages above register theirs through ``staff.operations.register_proposal_kind`` when they are loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel.actor import Actor

Payload = dict[str, Any]


def _no_state(_payload: Payload) -> Any:
    return None


@dataclass(frozen=True)
class ProposalKind:
    """A kind of change that needs two people.

    ``permission`` is the value that proposer and decider must hold for the place. ``take_effect`` gets the payload, the
    proposer and the approver, and runs inside the approving operation. ``describe`` gives one sentence in the reader's
    language from the payload alone. ``state_of`` returns the state of the object that the proposal rests on.
    """

    name: str
    permission: str
    take_effect: Callable[[Payload, Actor, Actor], Any]
    describe: Callable[[Payload], str]
    state_of: Callable[[Payload], Any] = _no_state


_kinds: dict[str, ProposalKind] = {}


def register(kind: ProposalKind) -> None:
    """Make a kind of proposal known."""
    _kinds[kind.name] = kind


def kind(name: str) -> ProposalKind:
    """Return a kind by its name."""
    return _kinds[name]


def kinds() -> list[ProposalKind]:
    """Return all kinds."""
    return list(_kinds.values())
