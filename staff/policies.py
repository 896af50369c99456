"""What staff may do with the organisation itself."""

import enum


class Permission(enum.Enum):
    """The permissions of this package."""

    READ = "staff.read"
    """See the people of the back office, their roles and where they hold them."""
    MANAGE = "staff.manage"
    """Invite people, give and take roles, disable people; each takes effect after a second person has approved it."""
    AUDIT = "staff.audit"
    """Read the audit trail."""
