"""The packages of the portal in the order of their floors; each is joined to the application by its modules' names."""

import importlib
import importlib.util

PACKAGES = ("member", "staff", "homes", "points", "payments", "events", "service_requests", "portal")
MODULES = ("models", "operations", "queries", "notifications", "jobs", "receivers", "commands")
DOORS = ("views", "staff_views")


def load_models() -> None:
    """Import every package's tables, so that the metadata is complete."""
    for module in ("audit", "files", "form_keys", "jobs", "limits", "numbers", "outbox", "search", "sign_ins"):
        importlib.import_module(f"kernel.{module}")
    for package in PACKAGES:
        find(package, "models")


def find(package: str, module: str) -> object | None:
    """Import a module of a package if the package has it."""
    name = f"{package}.{module}"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)
