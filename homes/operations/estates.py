"""Opening cities, projects, phases and buildings, and writing the facts that buyers must know."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from homes import errors, numbering
from homes.models import Building, City, Factor, FactorKind, Habit, Phase, Project, Stage
from kernel import audit, clock
from kernel.actor import Actor
from kernel.db import db, lock, operation


@operation
def open_city(code: str, *, name: str, english_name: str = "", actor: Actor) -> City:
    """Open a city company; one that is open already is returned as it is."""
    city = db.session.scalar(sa.select(City).where(City.code == code))
    if city is not None:
        return city
    city = City(code=code, name=name, english_name=english_name)
    db.session.add(city)
    audit.record(actor, "homes.city_opened", city, code=code)
    return city


@operation
def open_project(code: str, *, city_code: str, name: str, stage: Stage, actor: Actor, **facts: Any) -> Project:
    """Open a project; ``facts`` are further columns such as ``presale_permit``. An open one is returned as it is."""
    project = db.session.scalar(sa.select(Project).where(Project.code == code))
    if project is not None:
        return project
    project = Project(code=code, city_code=city_code, name=name, stage=stage, **facts)
    db.session.add(project)
    audit.record(actor, "homes.project_opened", project, code=code)
    return project


@operation
def open_phase(
    project_code: str, code: str, *, name: str, stage: Stage, presale_permit: str = "", actor: Actor
) -> Phase:
    """Open a phase (P1, P2, ...) of a project; an open one is returned as it is."""
    phase = db.session.scalar(sa.select(Phase).where(Phase.project_code == project_code, Phase.code == code))
    if phase is not None:
        return phase
    phase = Phase(project_code=project_code, code=code, name=name, stage=stage, presale_permit=presale_permit)
    db.session.add(phase)
    audit.record(actor, "homes.phase_opened", phase, project=project_code, code=code)
    return phase


@operation
def open_building(phase_id: int, *, number: str, habit: Habit, floors: int | None = None, actor: Actor) -> Building:
    """Open a building of a phase; an open one gets its habit and number of floors, which the ledger cannot know."""
    row = db.session.execute(
        sa.select(Phase, Project).join(Project, Project.code == Phase.project_code).where(Phase.id == phase_id)
    ).one_or_none()
    if row is None:
        raise errors.UnknownPlace()
    phase, project = row
    building = db.session.scalar(sa.select(Building).where(Building.phase_id == phase_id, Building.number == number))
    if building is None:
        building = Building(
            phase_id=phase_id,
            project_code=phase.project_code,
            city_code=project.city_code,
            code=numbering.building_code(phase.project_code, phase.code, number),
            number=number,
        )
        db.session.add(building)
    building.habit, building.floors = habit, floors
    building.name = numbering.building_name(number, habit)
    audit.record(actor, "homes.building_opened", building, code=building.code, floors=floors)
    return building


@operation
def edit_project(
    project_code: str, *, summary: str, address: str, hotline: str, presale_permit: str, actor: Actor
) -> Project:
    """Change what a project's page says of it."""
    project = _locked_project(project_code)
    before = {"summary": project.summary, "presale_permit": project.presale_permit}
    project.summary, project.address = summary, address
    project.hotline, project.presale_permit = hotline, presale_permit
    audit.record(actor, "homes.project_edited", project, before=before)
    return project


@operation
def write_factor(
    project_code: str,
    *,
    number: int | None,
    kind: FactorKind,
    title: str,
    text: str,
    distance_m: int | None,
    inside_red_line: bool,
    source: str,
    published_on: date | None = None,
    withdrawn: bool = False,
    reason: str = "",
    actor: Actor,
) -> Factor:
    """Publish a fact about a project (R031-R033), or a new version of it; the older versions stay.

    ``number`` names the fact that changes, None makes a new one; ``distance_m`` is in metres from the red line. A change
    without a reason is refused.
    """
    project = _locked_project(project_code)
    earlier = _current_factor(project_code, number) if number is not None else None
    if earlier is not None and not reason.strip():
        raise errors.ReasonNeeded()
    factor = Factor(
        project_code=project_code,
        number=earlier.number if earlier else _next_number(project_code),
        version=earlier.version + 1 if earlier else 1,
        kind=kind,
        title=title,
        text=text,
        distance_m=distance_m,
        inside_red_line=inside_red_line,
        source=source,
        published_on=published_on or clock.today(),
        withdrawn=withdrawn,
        reason=reason,
        written_at=clock.now(),
    )
    if earlier is not None:
        earlier.superseded_at = clock.now()
    db.session.add(factor)
    audit.record(
        actor, "homes.factor_written", factor, project=project.code, number=factor.number, version=factor.version
    )
    return factor


def _locked_project(project_code: str) -> Project:
    project_id = db.session.scalar(sa.select(Project.id).where(Project.code == project_code))
    project = lock(Project, project_id) if project_id is not None else None
    if project is None:
        raise errors.UnknownPlace()
    return project


def _current_factor(project_code: str, number: int) -> Factor:
    factor = db.session.scalar(
        sa.select(Factor).where(
            Factor.project_code == project_code, Factor.number == number, Factor.superseded_at.is_(None)
        )
    )
    if factor is None:
        raise errors.UnknownPlace()
    return factor


def _next_number(project_code: str) -> int:
    highest = db.session.scalar(sa.select(sa.func.max(Factor.number)).where(Factor.project_code == project_code))
    return (highest or 0) + 1
