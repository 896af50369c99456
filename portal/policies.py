"""What staff may do with pages that join several packages."""

import enum


class Permission(enum.Enum):
    """The permissions of the portal itself."""

    CUSTOMERS = "portal.customers"
    """Find customers and see them as a whole, masked, within the own scope."""
    OPERATE = "portal.operate"
    """See jobs, dead letters and the audit chain, and retry what was given up."""
