"""The tables of estates, contracts, rights and construction."""

from homes.models.contracts import (
    BindingAttempt,
    BoundBy,
    Buyer,
    Contract,
    ContractState,
    ImportState,
    LedgerChunk,
    LedgerImport,
    LedgerRowError,
    Ownership,
    Role,
)
from homes.models.estates import Building, City, Factor, FactorKind, Habit, Home, Phase, Project, ProjectReading, Stage
from homes.models.progress import Audience, ConstructionUpdate, Forecast, Milestone, MilestoneKind, UpdateState

__all__ = [
    "Audience",
    "BindingAttempt",
    "BoundBy",
    "Building",
    "Buyer",
    "City",
    "ConstructionUpdate",
    "Contract",
    "ContractState",
    "Factor",
    "FactorKind",
    "Forecast",
    "Habit",
    "Home",
    "ImportState",
    "LedgerChunk",
    "LedgerImport",
    "LedgerRowError",
    "Milestone",
    "MilestoneKind",
    "Ownership",
    "Phase",
    "Project",
    "ProjectReading",
    "Role",
    "Stage",
    "UpdateState",
]
