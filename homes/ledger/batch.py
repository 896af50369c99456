"""One batch of the ledger against the club's own data: what is new, what has changed, what cannot be; and its writing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from homes import numbering, rules
from homes.ledger import rows
from homes.ledger.reasons import Reason
from homes.models import Building, Buyer, Contract, ContractState, Habit, Home, Phase, Stage
from kernel.actor import Actor
from kernel.db import db, insert_once
from kernel.settings import settings


@dataclass(frozen=True)
class Judged:
    """A row with its verdict so far: either a meaning, or the cell that is wrong and why."""

    row_number: int
    row: rows.LedgerRow | None
    contract_number: str
    column: str = ""
    reason: Reason | None = None
    value: str = ""
    ended_above: Callable[[str], bool] = field(default=lambda _contract_number: False, compare=False)

    def refused(self, reason: Reason, column: str, value: str) -> "Judged":
        return replace(self, row=None, reason=reason, column=column, value=value)


@dataclass
class Result:
    """What came of a batch."""

    fresh: int = 0
    changed: int = 0
    unchanged: int = 0
    new_homes: int = 0
    bound: int = 0
    ended: int = 0
    refused: list[Judged] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """What the club knows about the contracts and homes of a batch."""

    contracts: dict[str, tuple[int, str, str, ContractState]]
    homes: dict[str, int]
    in_force: dict[str, str]


def work(judged: Sequence[Judged], *, phases: rows.Phases, applying: bool, actor: Actor) -> Result:
    """Judge a batch and, when applying, write it; runs inside the batch's operation."""
    known, result, secret = _known(judged), Result(), settings().secret_key
    fresh: list[rows.LedgerRow] = []
    changed: list[rows.LedgerRow] = []
    ended: set[str | None] = set()
    for one in judged:
        verdict = _fitting(one, known, ended, trusting=not applying)
        row = verdict.row
        if row is None:
            result.refused.append(verdict)
            continue
        ended.add(row.previous if row.is_active else row.contract_number)
        before = known.contracts.get(row.contract_number)
        if before is None:
            fresh.append(row)
        elif before[1] != row.digest(secret):
            changed.append(row)
        else:
            result.unchanged += 1
    result.fresh, result.changed = len(fresh), len(changed)
    result.new_homes = len({row.home_code for row in fresh} - set(known.homes))
    if applying and (fresh or changed):
        _write(fresh, changed, known, phases, result, actor=actor)
    return result


def _known(judged: Sequence[Judged]) -> _Known:
    given = [one.row for one in judged if one.row is not None]
    numbers = {row.contract_number for row in given} | {row.previous for row in given if row.previous}
    codes = {row.home_code for row in given}
    contracts = db.session.execute(
        sa.select(Contract.number, Contract.id, Contract.digest, Home.code, Contract.state)
        .join(Home, Home.id == Contract.home_id)
        .where(Contract.number.in_(numbers))
    )
    homes = db.session.execute(sa.select(Home.code, Home.id).where(Home.code.in_(codes)))
    in_force = db.session.execute(
        sa.select(Home.code, Contract.number)
        .join(Contract, Contract.home_id == Home.id)
        .where(Home.code.in_(codes), Contract.state == ContractState.ACTIVE)
    )
    return _Known(
        contracts={number: (i, digest, code, state) for number, i, digest, code, state in contracts},
        homes=dict(homes.all()),
        in_force=dict(in_force.all()),
    )


def _fitting(one: Judged, known: _Known, ended: set[str | None], *, trusting: bool) -> Judged:
    """Refuse a row that contradicts what the club knows: a contract of another home, a second contract in force.

    A check writes nothing, so it trusts the rows above that end a contract; an application sees what they have done.
    """
    row = one.row
    if row is None:
        return one
    for number, column in ((row.contract_number, rows.HOME), (row.previous, rows.PREVIOUS)):
        before = known.contracts.get(number or "")
        if before is not None and before[2] != row.home_code:
            return one.refused(Reason.CONTRACT_MOVED, column, row.home_code)
    other = known.in_force.get(row.home_code)
    if not row.is_active or other in {None, row.contract_number, row.previous} or other in ended:
        return one
    if trusting and one.ended_above(other or ""):
        return one
    return one.refused(Reason.HOME_TAKEN, rows.HOME, row.home_code)


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(
    fresh: list[rows.LedgerRow],
    changed: list[rows.LedgerRow],
    known: _Known,
    phases: rows.Phases,
    result: Result,
    *,
    actor: Actor,
) -> None:
    from homes.operations import binding

    homes = _with_homes([*fresh, *changed], known, phases)
    ended = _end_contracts([*fresh, *changed], known)
    result.ended = binding.end_rights_of_contracts([i for i, _why in ended], "contract_ended", actor=actor)
    ids = _insert_contracts(fresh, homes)
    for row in changed:
        _update_contract(known.contracts[row.contract_number][0], row)
        ids[row.contract_number] = known.contracts[row.contract_number][0]
    active = [ids[row.contract_number] for row in [*fresh, *changed] if row.is_active]
    result.bound = len(binding.bind_contracts(active, actor=actor))


def _with_homes(given: list[rows.LedgerRow], known: _Known, phases: rows.Phases) -> dict[str, int]:
    """Return the homes of the rows, making those (and their buildings) that the club does not know; set their dates."""
    homes = dict(known.homes)
    missing = {row.home_code: row for row in given if row.home_code not in homes}
    if missing:
        buildings = _with_buildings(list(missing.values()), phases)
        values = [_home_values(row, *buildings[_building_code(row)]) for row in missing.values()]
        inserted = db.session.execute(sa.insert(Home).returning(Home.code, Home.id), values)
        homes.update(dict(inserted.all()))
    for row in given:
        if row.is_active and row.home_code in known.homes:
            _update_home(homes[row.home_code], row, phases)
    return homes


def _building_code(row: rows.LedgerRow) -> str:
    return numbering.building_code(row.project_code, row.phase_code, row.number.building)


def _with_buildings(given: list[rows.LedgerRow], phases: rows.Phases) -> dict[str, tuple[Building, Stage]]:
    for row in {_building_code(row): row for row in given}.values():
        phase = phases[row.project_code][row.phase_code]
        habit = _habit(row)
        insert_once(
            Building,
            phase_id=phase.id,
            project_code=phase.project_code,
            city_code=phase.city_code,
            code=_building_code(row),
            number=row.number.building,
            habit=habit,
            name=numbering.building_name(row.number.building, habit),
        )
    found = db.session.execute(
        sa.select(Building, Phase.stage)
        .join(Phase, Phase.id == Building.phase_id)
        .where(Building.code.in_({_building_code(row) for row in given}))
    )
    return {building.code: (building, stage) for building, stage in found}


def _habit(row: rows.LedgerRow) -> Habit:
    """Guess the habit of a building that was not opened before its ledger came; opening it later sets it right."""
    if row.number.building.isdigit():
        return Habit.HAO if row.project_code.startswith("SH-") else Habit.DONG
    return Habit.ZUO


def _home_values(row: rows.LedgerRow, building: Building, phase_stage: Stage) -> dict[str, Any]:
    number = row.number
    return {
        "code": row.home_code,
        "building_id": building.id,
        "project_code": building.project_code,
        "city_code": building.city_code,
        "unit": number.unit,
        "floor": number.floor,
        "room": number.door,
        "label": numbering.printed(number, building.habit),
        "key": number.key,
        "short_key": number.short_key,
        "stage": rules.stage_of_home(handed_over_on=row.handed_over_on, phase=phase_stage),
        "agreed_handover_on": row.agreed_handover_on,
        "handed_over_on": row.handed_over_on,
    }


def _update_home(home_id: int, row: rows.LedgerRow, phases: rows.Phases) -> None:
    values: dict[str, Any] = {"agreed_handover_on": row.agreed_handover_on, "handed_over_on": row.handed_over_on}
    if row.handed_over_on is not None:
        values["stage"] = Stage.LIVED_IN
    db.session.execute(sa.update(Home).where(Home.id == home_id).values(**values))


def _end_contracts(given: list[rows.LedgerRow], known: _Known) -> list[tuple[int, ContractState]]:
    """End the contracts that rows end or replace; return those that were in force until now."""
    ended = {row.contract_number: row.state for row in given if not row.is_active}
    ended |= {row.previous: ContractState.RESOLD for row in given if row.is_active and row.previous}
    done = []
    for number, state in ended.items():
        before = known.contracts.get(number)
        if before is not None and before[3] is ContractState.ACTIVE:
            db.session.execute(sa.update(Contract).where(Contract.id == before[0]).values(state=state))
            done.append((before[0], state))
    return done


def _insert_contracts(fresh: list[rows.LedgerRow], homes: dict[str, int]) -> dict[str, int]:
    if not fresh:
        return {}
    replaced = {row.previous for row in fresh if row.is_active and row.previous}
    values = [
        {
            "number": row.contract_number,
            "home_id": homes[row.home_code],
            "signed_on": row.signed_on,
            "agreed_handover_on": row.agreed_handover_on,
            "state": ContractState.RESOLD if row.contract_number in replaced and row.is_active else row.state,
            "digest": row.digest(settings().secret_key),
        }
        for row in fresh
    ]
    inserted = db.session.execute(sa.insert(Contract).returning(Contract.number, Contract.id), values)
    ids = dict(inserted.all())
    buyers = [b for row in fresh for b in _buyer_values(ids[row.contract_number], row)]
    db.session.execute(sa.insert(Buyer), buyers)
    return ids


def _buyer_values(contract_id: int, row: rows.LedgerRow) -> list[dict[str, Any]]:
    secret = settings().secret_key
    return [
        {
            "contract_id": contract_id,
            "position": n,
            "name": buyer.name,
            "mobile": buyer.mobile,
            "id_hash": rules.id_hash(secret, row.contract_number, buyer.last_four) if buyer.last_four else None,
            "is_company": buyer.is_company,
        }
        for n, buyer in enumerate(row.buyers)
    ]


def _update_contract(contract_id: int, row: rows.LedgerRow) -> None:
    db.session.execute(
        sa.update(Contract)
        .where(Contract.id == contract_id)
        .values(
            signed_on=row.signed_on,
            agreed_handover_on=row.agreed_handover_on,
            state=row.state,
            digest=row.digest(settings().secret_key),
        )
    )
    db.session.execute(sa.delete(Buyer).where(Buyer.contract_id == contract_id))
    db.session.execute(sa.insert(Buyer), _buyer_values(contract_id, row))
