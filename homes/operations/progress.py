"""Planning a building, stating forecasts and facts, and publishing construction updates."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from homes import errors, queries, rules
from homes.models import (
    Audience,
    Building,
    ConstructionUpdate,
    Forecast,
    Home,
    Milestone,
    MilestoneKind,
    Project,
    UpdateState,
)
from kernel import audit, clock, files, form_keys, outbox
from kernel.actor import Actor
from kernel.db import db, lock, operation

TOPIC = "homes.update_published"

Plan = Sequence[tuple[MilestoneKind, int, date]]


# --- plan, forecast, fact ---------------------------------------------------------------------------------------------


@operation
def plan_building(building_id: int, plan: Plan, *, actor: Actor) -> list[Milestone]:
    """Set the milestones of a building as (kind, weight in percent, planned day); what is planned already stays.

    Returns all milestones of the building, in their order.
    """
    building = lock(Building, building_id)
    if building is None:
        raise errors.UnknownPlace()
    planned = set(db.session.scalars(sa.select(Milestone.kind).where(Milestone.building_id == building_id)))
    milestones = [
        Milestone(building_id=building_id, kind=kind, position=n, weight=weight, planned_on=day)
        for n, (kind, weight, day) in enumerate(plan)
        if kind not in planned
    ]
    db.session.add_all(milestones)
    audit.record(actor, "homes.building_planned", building, milestones=len(milestones))
    query = sa.select(Milestone).where(Milestone.building_id == building_id).order_by(Milestone.position)
    return list(db.session.scalars(query))


@operation
def state_forecast(milestone_id: int, *, expected_on: date, reason: str, actor: Actor) -> Forecast:
    """Say when a milestone is expected now, and why; the forecasts before it stay for everyone to see."""
    milestone = lock(Milestone, milestone_id)
    if milestone is None:
        raise errors.MilestoneGone()
    previous = db.session.scalar(
        sa.select(Forecast.expected_on)
        .where(Forecast.milestone_id == milestone_id)
        .order_by(Forecast.id.desc())
        .limit(1)
    )
    rules.check_forecast(
        expected_on, reason=reason, previous=previous, reached_on=milestone.reached_on, today=clock.today()
    )
    forecast = Forecast(
        milestone_id=milestone_id, expected_on=expected_on, reason=reason, stated_at=clock.now(), stated_by=actor.id
    )
    db.session.add(forecast)
    audit.record(actor, "homes.forecast_stated", milestone, expected_on=expected_on, previous=previous, reason=reason)
    return forecast


@operation
def state_milestone(
    milestone_id: int, *, reached_on: date | None, floors_done: int = 0, evidence: str = "", actor: Actor
) -> Milestone:
    """Say how far a milestone is: floors of the structure, the day it was reached, and what proves it.

    A day may be taken back after rework; the audit trail keeps what was said before.
    """
    milestone = lock(Milestone, milestone_id)
    if milestone is None:
        raise errors.MilestoneGone()
    floors = db.session.scalar(sa.select(Building.floors).where(Building.id == milestone.building_id))
    rules.check_milestone(reached_on=reached_on, floors_done=floors_done, floors=floors, today=clock.today())
    before = {"reached_on": milestone.reached_on, "floors_done": milestone.floors_done}
    milestone.reached_on, milestone.floors_done, milestone.evidence = reached_on, floors_done, evidence
    audit.record(actor, "homes.milestone_stated", milestone, reached_on=reached_on, floors=floors_done, before=before)
    return milestone


# --- updates ----------------------------------------------------------------------------------------------------------


@operation
def write_update(
    project_code: str,
    *,
    building_id: int | None,
    home_id: int | None = None,
    audience: Audience,
    title: str,
    text: str,
    taken_on: date,
    viewpoint: str = "",
    photos: Sequence[files.Prepared] = (),
    key: str,
    actor: Actor,
) -> ConstructionUpdate:
    """Write a draft of a construction update with its photos; nobody outside sees it. The same key gives the same draft.

    Raises ``UnknownPlace`` when building and home do not lie in the project.
    """
    content = (project_code, building_id, home_id, audience.value, title, text, taken_on, [p.digest for p in photos])
    claim = form_keys.claim(key, actor=actor, purpose="homes.write_update", content=content)
    if claim.earlier_id:
        return db.session.get_one(ConstructionUpdate, claim.earlier_id)
    rules.check_update(text=text, taken_on=taken_on, today=clock.today())
    city_code = _place(project_code, building_id, home_id, audience)
    update = ConstructionUpdate(
        project_code=project_code,
        city_code=city_code,
        building_id=building_id,
        home_id=home_id,
        audience=audience,
        state=UpdateState.DRAFT,
        title=title,
        text=text,
        taken_on=taken_on,
        viewpoint=viewpoint,
        written_by=actor.id,
        written_at=clock.now(),
    )
    db.session.add(update)
    claim.keep(update)
    kind = queries.PUBLIC_PHOTO_KIND if audience is Audience.PUBLIC else queries.PHOTO_KIND
    files.attach(photos, kind=kind, owner_id=update.id, captions=[title] * len(photos))
    audit.record(actor, "homes.update_written", update, project=project_code, audience=audience, photos=len(photos))
    return update


def _place(project_code: str, building_id: int | None, home_id: int | None, audience: Audience) -> str:
    """Return the city of a place that holds together, or refuse."""
    city_code = db.session.scalar(sa.select(Project.city_code).where(Project.code == project_code))
    named = {Audience.BUILDING: building_id, Audience.HOME: home_id}.get(audience, True)
    if city_code is None or not named:
        raise errors.UnknownPlace()
    if building_id is not None:
        inside = sa.select(Building.id).where(Building.id == building_id, Building.project_code == project_code)
        if db.session.scalar(inside) is None:
            raise errors.UnknownPlace()
    if home_id is not None:
        inside = sa.select(Home.id).where(Home.id == home_id, Home.building_id == building_id)
        if db.session.scalar(inside) is None:
            raise errors.UnknownPlace()
    return city_code


@operation
def edit_update(
    update_id: int, *, title: str, text: str, taken_on: date, viewpoint: str, actor: Actor
) -> ConstructionUpdate:
    """Change the words of an update that nobody outside has seen; a reviewed one becomes a draft again."""
    update = _locked(update_id)
    if not rules.may_edit(update.state):
        raise errors.WrongStep()
    rules.check_update(text=text, taken_on=taken_on, today=clock.today())
    update.title, update.text, update.taken_on, update.viewpoint = title, text, taken_on, viewpoint
    update.state, update.reviewed_by = UpdateState.DRAFT, None
    audit.record(actor, "homes.update_edited", update)
    return update


@operation
def review_update(update_id: int, *, actor: Actor) -> ConstructionUpdate:
    """Confirm that an update is right and may go out."""
    update = _locked(update_id)
    update.state = rules.next_state(update.state, UpdateState.REVIEWED)
    update.reviewed_by = actor.id
    audit.record(actor, "homes.update_reviewed", update)
    return update


@operation
def publish_update(update_id: int, *, actor: Actor) -> ConstructionUpdate:
    """Show an update to its audience with the percentage of this day, and tell the owners (R036, R037)."""
    update = _locked(update_id)
    update.state = rules.next_state(update.state, UpdateState.PUBLISHED)
    update.published_at = clock.now()
    if update.building_id is not None:
        steps = queries.steps_of_building(update.building_id)
        update.percent = rules.percent_done(steps)
        update.percent_rule = ",".join(f"{step.kind.value}:{step.weight}" for step in steps)
    audit.record(actor, "homes.update_published", update, audience=update.audience, percent=update.percent)
    outbox.put(TOPIC, {"update_id": update.id, "after": 0})
    return update


@operation
def withdraw_update(update_id: int, *, reason: str, actor: Actor) -> ConstructionUpdate:
    """Take a published update and its photos out of sight, with the reason; the row and its history stay."""
    if not reason.strip():
        raise errors.ReasonNeeded()
    update = _locked(update_id)
    update.state = rules.next_state(update.state, UpdateState.WITHDRAWN)
    update.withdrawn_at, update.withdrawn_reason = clock.now(), reason
    audit.record(actor, "homes.update_withdrawn", update, reason=reason)
    return update


def _locked(update_id: int) -> ConstructionUpdate:
    update = lock(ConstructionUpdate, update_id)
    if update is None:
        raise errors.UnknownPlace()
    return update
