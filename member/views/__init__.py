"""The member's own pages: joining, signing in, account, privacy centre, inbox, and the two legal texts."""

from member.views import account, inbox, joining, legal, privacy, signing_in  # noqa: F401 - they add their routes
from member.views.door import bp

__all__ = ["bp"]
