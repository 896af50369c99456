"""The permissions of homes: what a role may hold, within its scope."""

import enum


class Permission(enum.Enum):
    """What staff may do with estates and homes."""

    READ = "homes.read"
    """See projects, buildings, homes and their people (masked) within the scope."""
    IMPORT_LEDGER = "homes.import_ledger"
    """Check and apply files of the contract ledger."""
    PUBLISH_PROGRESS = "homes.publish_progress"
    """Write, review, publish and withdraw construction updates; state forecasts and milestones."""
    DECIDE_BINDING = "homes.decide_binding"
    """Bind a home by hand after looking at the papers, and end rights."""
    EDIT_PROJECT = "homes.edit_project"
    """Write project pages and their favourable and unfavourable facts."""
