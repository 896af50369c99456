"""The settings of the running application, for code that must not import the portal."""

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from portal.settings import Settings


def settings() -> "Settings":
    """Return the settings the application was made with."""
    return cast("Settings", current_app.extensions["settings"])
