"""What staff may do with events; each permission is held within a city company or a project."""

import enum


class Permission(enum.Enum):
    """The permissions of this package."""

    READ = "events.read"
    """See the published, cancelled and past events of the own area with their figures."""
    PREPARE = "events.prepare"
    """See drafts of the own area (who sets up, approves or audits events)."""
    MANAGE = "events.manage"
    """Set up, edit, publish and cancel events of the own area."""
    ATTENDEES = "events.attendees"
    """See who takes part in an event of the own area, with names and numbers masked."""
    CHECK_IN = "events.check_in"
    """Let parties in at the door, undo a mistake, excuse a no-show."""
