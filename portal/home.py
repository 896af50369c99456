"""What the landing page and the member's home show, asked from each package's queries."""

from typing import Any


def landing() -> dict[str, Any]:
    """Return what a visitor sees first."""
    return {}


def of(member: Any) -> dict[str, Any]:
    """Return what a member sees first."""
    return {"member": member}
