"""The tables that a new installation starts with: tiers, point rules, promised times, calendar. Safe to repeat."""

from kernel.actor import SYSTEM
from portal import packages


def plant() -> None:
    """Let each package plant what it starts with (its ``operations.plant_defaults``)."""
    for package in packages.PACKAGES:
        operations = packages.find(package, "operations")
        planter = getattr(operations, "plant_defaults", None)
        if planter is not None:
            planter(actor=SYSTEM)
