"""Refusals: what a rule answers when something may not be done.

A refusal is one sentence for the person in front of the form and the facts behind it. How it is shown (422, 409, 404) is
decided by the doors, so that jobs and the command line can use the same rules.
"""

from typing import Any

from flask_babel import lazy_gettext as _l


class Refused(Exception):
    """A rule says no; nothing has changed."""

    message: Any = _l("This cannot be done as it stands.")
    field: str | None = None

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(facts)

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.facts if self.facts else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.facts!r})"


class Conflict(Refused):
    """Somebody else, or an earlier click, has changed the matter in the meantime."""

    message = _l("This has changed in the meantime. Please look at it again.")


class Missing(Refused):
    """The record does not exist, or not for this viewer."""

    message = _l("This does not exist.")


class Forbidden(Refused):
    """The viewer may see the record and may not do this with it."""

    message = _l("You may not do this.")


class TooMany(Refused):
    """A limit that guards a secret, money or other people has been reached."""

    message = _l("Too many attempts. Please try again later.")
