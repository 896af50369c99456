"""The member's side and the public board: submitting, following a case, reading the board."""

from service_requests.views import board, cases, filing, photos  # noqa: F401 - they add their routes
from service_requests.views.door import bp

__all__ = ["bp"]
