"""The back office's pages of homes: search, ledger imports, projects and their facts, progress."""

from homes.staff_views import buildings, homes, imports, projects, updates
from homes.staff_views.door import bp

__all__ = ["bp", "buildings", "homes", "imports", "projects", "updates"]
