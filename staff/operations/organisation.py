"""The organisation tree and the roles that every installation starts with."""

import sqlalchemy as sa

from kernel import audit
from kernel.actor import Actor
from kernel.db import db, insert_once, operation
from staff import queries
from staff.models import OrgUnit, Role, UnitKind
from staff.presets import PRESETS


@operation
def plant_defaults(*, actor: Actor) -> OrgUnit:
    """Plant the group and the preset roles, and bring the presets' permissions up to the program's; safe to repeat."""
    insert_once(OrgUnit, kind=UnitKind.GROUP, name="集团总部")
    group = db.session.scalars(sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.GROUP)).one()
    stored = {role.code: role for role in db.session.scalars(sa.select(Role))}
    for code, preset in PRESETS.items():
        role = stored.get(code)
        if role is None:
            role = Role(code=code, name=preset.name, permissions=sorted(preset.permissions))
            db.session.add(role)
            audit.record(actor, "staff.role_planted", role, code=code, permissions=role.permissions)
        elif role.permissions != sorted(preset.permissions):
            role.permissions = sorted(preset.permissions)
            audit.record(actor, "staff.role_changed", role, code=code, permissions=role.permissions)
    return group


@operation
def open_unit(
    kind: UnitKind,
    name: str,
    *,
    city_code: str | None = None,
    project_code: str | None = None,
    parent: OrgUnit | None = None,
    actor: Actor,
) -> OrgUnit:
    """Add a city company, a project or a team to the organisation (R181); a city or project that is there is returned.

    A project hangs under its city company, a city company under the group; a team inherits the codes of ``parent``.
    """
    if kind is UnitKind.TEAM:
        above = parent or queries.unit_for()
        city_code, project_code = above.city_code, above.project_code  # type: ignore[union-attr]
    else:
        above = queries.unit_for(city_code=city_code if kind is UnitKind.PROJECT else None)
        there = queries.unit_for(city_code=city_code, project_code=project_code)
        if there is not None and there.kind is kind:
            return there
    if above is None:
        raise LookupError(f"no place in the organisation for {kind.value} {name}")
    unit = OrgUnit(kind=kind, name=name, city_code=city_code, project_code=project_code, parent_id=above.id)
    db.session.add(unit)
    audit.record(actor, "staff.unit_opened", unit, kind=kind.value, name=name)
    return unit
