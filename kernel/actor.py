"""Who does something: a member, a person of the staff, or the system itself."""

from dataclasses import dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, as the audit trail remembers him."""

    kind: Literal["member", "staff", "system"]
    id: int
    name: str = ""

    @classmethod
    def member(cls, member: Any) -> Self:
        """Return the actor for a member row."""
        return cls("member", member.id, member.display_name)

    @classmethod
    def staff(cls, person: Any) -> Self:
        """Return the actor for a staff row."""
        return cls("staff", person.id, person.name)

    @property
    def label(self) -> str:
        """A short stable name such as ``staff:12``."""
        return f"{self.kind}:{self.id}"

    @property
    def is_member(self) -> bool:
        return self.kind == "member"

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


SYSTEM = Actor("system", 0, "system")
