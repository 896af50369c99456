"""The decisions of homes: how far a building is, what may be published, who may see what. Facts in, verdict out."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from homes import errors
from homes.models import Audience, MilestoneKind, Stage, UpdateState

# --- progress ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What is known of a milestone: its share in percent, plan, newest forecast, fact, and floors of the structure."""

    kind: MilestoneKind
    weight: int
    planned_on: date
    forecast_on: date | None = None
    reached_on: date | None = None
    floors_done: int = 0
    floors: int | None = None

    @property
    def share_done(self) -> float:
        """How much of the step is done, from 0 to 1; only the structure is counted in floors, all else is done or not."""
        if self.reached_on is not None:
            return 1.0
        if self.kind is MilestoneKind.STRUCTURE and self.floors:
            return min(self.floors_done / self.floors, 1.0)
        return 0.0


@dataclass(frozen=True)
class ShownStep:
    """A step as the stage bar shows it."""

    kind: MilestoneKind
    state: str
    planned: date
    actual: date | None
    forecast: date | None
    percent: int | None
    floors_done: int
    floors: int | None


def percent_done(steps: Sequence[Step]) -> int | None:
    """Return the percentage by the weights of the steps, rounded down; None when there is no plan to measure by."""
    whole = sum(step.weight for step in steps)
    if not whole:
        return None
    return int(sum(step.weight * step.share_done for step in steps) * 100 / whole + 1e-9)


def shown_steps(steps: Sequence[Step], today: date) -> list[ShownStep]:
    """Return the steps in their order; the first that is not reached is the present one, late once its day has passed."""
    shown, present_seen = [], False
    for step in steps:
        if step.reached_on is not None:
            state = "done"
        elif not present_seen:
            state, present_seen = ("late" if step.planned_on < today else "now"), True
        else:
            state = "next"
        percent = int(step.share_done * 100) if state in {"now", "late"} and step.floors else None
        shown.append(
            ShownStep(
                kind=step.kind,
                state=state,
                planned=step.planned_on,
                actual=step.reached_on,
                forecast=step.forecast_on,
                percent=percent if step.kind is MilestoneKind.STRUCTURE else None,
                floors_done=step.floors_done,
                floors=step.floors,
            )
        )
    return shown


def days_late(agreed: date | None, *, forecast: date | None, actual: date | None) -> int | None:
    """Return how many days the handover is after (+) or before (-) the day in the contract; None while nothing is known."""
    outcome = actual or forecast
    return (outcome - agreed).days if agreed and outcome else None


def stage_of_home(*, handed_over_on: date | None, phase: Stage) -> Stage:
    """Return the stage of a sold home: it is lived in once handed over; before that it is as far as its phase."""
    if handed_over_on is not None:
        return Stage.LIVED_IN
    return {Stage.HANDOVER: Stage.HANDOVER, Stage.LIVED_IN: Stage.HANDOVER}.get(phase, Stage.UNDER_CONSTRUCTION)


def check_forecast(
    expected_on: date, *, reason: str, previous: date | None, reached_on: date | None, today: date
) -> None:
    """Refuse a forecast that says nothing new, looks back, or comes without its reason."""
    if reached_on is not None:
        raise errors.AlreadyReached(day=reached_on.isoformat())
    if not reason.strip():
        raise errors.ReasonNeeded()
    if expected_on < today:
        raise errors.ForecastInPast()
    if expected_on == previous:
        raise errors.SameForecast()


def check_milestone(*, reached_on: date | None, floors_done: int, floors: int | None, today: date) -> None:
    """Refuse a milestone reached in the future, and more floors than there are."""
    if reached_on is not None and reached_on > today:
        raise errors.ReachedInFuture()
    if floors is not None and floors_done > floors:
        raise errors.TooManyFloors(floors=floors)


# --- updates ----------------------------------------------------------------------------------------------------------

_WAYS = {
    (UpdateState.DRAFT, UpdateState.REVIEWED),
    (UpdateState.DRAFT, UpdateState.PUBLISHED),
    (UpdateState.REVIEWED, UpdateState.PUBLISHED),
    (UpdateState.REVIEWED, UpdateState.DRAFT),
    (UpdateState.PUBLISHED, UpdateState.WITHDRAWN),
}


def next_state(now: UpdateState, wanted: UpdateState) -> UpdateState:
    """Return the wanted state, or refuse: what was published is never edited, only withdrawn with a reason."""
    if (now, wanted) not in _WAYS:
        raise errors.WrongStep()
    return wanted


def may_edit(state: UpdateState) -> bool:
    """Say whether the words of an update may still change; nobody has read it yet."""
    return state in {UpdateState.DRAFT, UpdateState.REVIEWED}


def check_update(*, text: str, taken_on: date, today: date) -> None:
    """Refuse an update without words and photos from the future."""
    if not text.strip():
        raise errors.NothingToShow()
    if taken_on > today:
        raise errors.TakenInFuture()


@dataclass(frozen=True)
class Right:
    """A member's present right, as far as the visibility of updates depends on it."""

    home_id: int
    building_id: int
    project_code: str


def may_see_update(
    *,
    audience: Audience,
    state: UpdateState,
    project_code: str,
    building_id: int | None,
    home_id: int | None,
    rights: Sequence[Right],
) -> bool:
    """Say whether a member with these rights may see an update and its photos."""
    if state is not UpdateState.PUBLISHED:
        return False
    match audience:
        case Audience.PUBLIC:
            return True
        case Audience.PROJECT:
            return any(right.project_code == project_code for right in rights)
        case Audience.BUILDING:
            return any(right.building_id == building_id for right in rights)
        case Audience.HOME:
            return any(right.home_id == home_id for right in rights)


# --- identity ---------------------------------------------------------------------------------------------------------


def plain_contract_number(written: str) -> str:
    """Return a contract number as it is compared: half-width, capital letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", written).upper().split())


def id_hash(secret: str, contract_number: str, last_four: str) -> str:
    """Return the keyed hash of the last four characters of an identity number.

    The contract number is part of it, so that equal digits of two people do not look equal; the key stays with the
    installation, because four characters alone are guessed in a moment (PIPL 28, 51).
    """
    content = f"id-last-four:{contract_number}:{last_four.upper()}"
    return hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()


def contract_key(secret: str, contract_number: str) -> str:
    """Return the keyed hash of a contract number that somebody typed, for counting attempts."""
    return hmac.new(secret.encode(), f"contract:{contract_number}".encode(), hashlib.sha256).hexdigest()
