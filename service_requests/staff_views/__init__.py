"""The desk's side: the queue, one case in hand, the board's moderation, filing for a caller."""

from service_requests.staff_views import case, moderation, on_behalf, queue  # noqa: F401 - they add their routes
from service_requests.staff_views.door import bp

__all__ = ["bp"]
