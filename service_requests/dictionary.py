"""The words of the domain: kinds, statuses, classes, visibilities, steps, and the rooms, parts and faults of a home.

Codes are stored as text, so that staff can add words later without a migration; labels are shown in the reader's
language.
"""

import enum
from typing import Any

from flask_babel import lazy_gettext as _l

from service_requests.faults import EMERGENCIES, FAULTS, PART_FAULTS, PARTS, ROOM_PARTS, ROOMS, fits

__all__ = [
    "Audience",
    "Channel",
    "EMERGENCIES",
    "EventKind",
    "FAULTS",
    "Group",
    "HiddenReason",
    "ICONS",
    "Identity",
    "Kind",
    "ON_BOARD",
    "PARTS",
    "PART_FAULTS",
    "REPLIES",
    "ROOMS",
    "ROOM_PARTS",
    "Severity",
    "Status",
    "Step",
    "Visibility",
    "Wish",
    "fits",
]


class Kind(enum.Enum):
    """What a person wants of us."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    SUGGESTION = "suggestion"

    @property
    def prefix(self) -> str:
        """The letters that the case's number begins with."""
        return {"repair": "BX", "complaint": "TS", "enquiry": "ZX", "suggestion": "JY"}[self.value]

    @property
    def label(self) -> Any:
        return {
            "repair": _l("Repair"),
            "complaint": _l("Complaint"),
            "enquiry": _l("Enquiry"),
            "suggestion": _l("Suggestion"),
        }[self.value]


class Group(enum.Enum):
    """What a status means for the clocks."""

    OPEN = "open"
    PAUSED = "paused"
    SOLVED = "solved"
    END = "end"


class Status(enum.Enum):
    """Where a case stands (section 2 of the domain's rules)."""

    NEW = "new"
    OPEN = "open"
    WAITING_MEMBER = "waiting_member"
    WAITING_OTHER = "waiting_other"
    DEFERRED = "deferred"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    MERGED = "merged"

    @property
    def group(self) -> Group:
        return _GROUPS[self]

    @property
    def is_active(self) -> bool:
        """Say whether somebody still has to do something before the case is solved."""
        return self.group in {Group.OPEN, Group.PAUSED}

    @property
    def label(self) -> Any:
        return {
            "new": _l("To be accepted"),
            "open": _l("Being handled"),
            "waiting_member": _l("Waiting for the member"),
            "waiting_other": _l("Waiting for a third party"),
            "deferred": _l("Postponed by agreement"),
            "resolved": _l("Solved, to be confirmed"),
            "closed": _l("Closed"),
            "cancelled": _l("Withdrawn"),
            "declined": _l("Not taken on"),
            "merged": _l("Merged"),
        }[self.value]

    @property
    def badge(self) -> str:
        """The kind of badge that shows the status."""
        return {"new": "now", "open": "club", "resolved": "soon", "closed": "kept"}.get(self.value, "paused")


_GROUPS = {
    Status.NEW: Group.OPEN,
    Status.OPEN: Group.OPEN,
    Status.WAITING_OTHER: Group.OPEN,
    Status.WAITING_MEMBER: Group.PAUSED,
    Status.DEFERRED: Group.PAUSED,
    Status.RESOLVED: Group.SOLVED,
    Status.CLOSED: Group.SOLVED,
    Status.CANCELLED: Group.END,
    Status.DECLINED: Group.END,
    Status.MERGED: Group.END,
}


class Severity(enum.Enum):
    """The four classes; a case begins as ordinary."""

    ORDINARY = "ordinary"
    IMPORTANT = "important"
    HOT = "hot"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        return ["ordinary", "important", "hot", "major"].index(self.value)

    @property
    def label(self) -> Any:
        return {
            "ordinary": _l("Ordinary"),
            "important": _l("Important"),
            "hot": _l("Hot topic"),
            "major": _l("Major"),
        }[self.value]


class Visibility(enum.Enum):
    """Who may read a case; nothing else depends on it."""

    PRIVATE = "private"
    WAITING = "waiting"
    PUBLIC = "public"
    HIDDEN = "hidden"

    @property
    def label(self) -> Any:
        return {
            "private": _l("Private"),
            "waiting": _l("Waiting for review"),
            "public": _l("Public"),
            "hidden": _l("Hidden"),
        }[self.value]


class HiddenReason(enum.Enum):
    """The only reasons for which a post may be hidden; criticism is none of them."""

    PERSONAL_DATA = "personal_data"
    INSULT = "insult"
    THIRD_PARTY_PHOTO = "third_party_photo"
    SPAM = "spam"
    LAW = "law"

    @property
    def label(self) -> Any:
        return {
            "personal_data": _l("It shows personal data"),
            "insult": _l("It insults a person"),
            "third_party_photo": _l("It shows a photo of other people"),
            "spam": _l("It is advertising or repeated spam"),
            "law": _l("The law forbids its content"),
        }[self.value]


class Channel(enum.Enum):
    """How a case reached us first."""

    SITE = "site"
    BOARD = "board"
    PHONE = "phone"
    COUNTER = "counter"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return {
            "site": _l("Website"),
            "board": _l("Public board"),
            "phone": _l("Hotline"),
            "counter": _l("Service desk"),
            "other": _l("Letter, mail, other"),
        }[self.value]


class Wish(enum.Enum):
    """What the reporter wants to come of it."""

    REPAIR = "repair"
    EXPLANATION = "explanation"
    APOLOGY = "apology"
    COMPENSATION = "compensation"
    PROCESS = "process"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return {
            "repair": _l("Put it right"),
            "explanation": _l("An explanation"),
            "apology": _l("An apology"),
            "compensation": _l("Compensation"),
            "process": _l("A change so that it does not happen again"),
            "other": _l("Something else"),
        }[self.value]


class Identity(enum.Enum):
    """In whose name a public reply is given."""

    SPECIALIST = "specialist"
    MANAGER = "manager"
    EXPERT = "expert"
    COMPANY = "company"

    @property
    def label(self) -> Any:
        return {
            "specialist": _l("Customer relations"),
            "manager": _l("Customer relations manager"),
            "expert": _l("Technical expert"),
            "company": _l("The company"),
        }[self.value]


class Step(enum.IntEnum):
    """The eight evidence records of a case."""

    ACCEPT = 1
    CONFIRM = 2
    ASSESS = 3
    INVESTIGATE = 4
    REPLY = 5
    FOLLOW = 6
    RETURN_VISIT = 7
    FEED_BACK = 8

    @property
    def label(self) -> Any:
        return {
            1: _l("Accept"),
            2: _l("Confirm the facts"),
            3: _l("Assess"),
            4: _l("Investigate"),
            5: _l("Reply"),
            6: _l("Follow up and close"),
            7: _l("Return visit"),
            8: _l("Feed back"),
        }[self.value]


class EventKind(enum.Enum):
    """What happened in a case."""

    FILED = "filed"
    REPLY = "reply"
    QUESTION = "question"
    RESULT = "result"
    REFUSAL = "refusal"
    CALL = "call"
    NOTE = "note"
    MESSAGE = "message"
    AUTOMATIC = "automatic"
    STATUS = "status"
    ASSIGNED = "assigned"
    CLASSED = "classed"
    STEP = "step"
    APPOINTED = "appointed"
    ARRIVED = "arrived"
    HIDDEN = "hidden"
    RESTORED = "restored"
    ESCALATED = "escalated"
    RATED = "rated"

    @property
    def label(self) -> Any:
        return {
            "filed": _l("Submitted"),
            "reply": _l("Reply"),
            "question": _l("Question to the member"),
            "result": _l("Result"),
            "refusal": _l("Declined with reasons"),
            "call": _l("Phone call"),
            "note": _l("Internal note"),
            "message": _l("Message of the member"),
            "automatic": _l("Automatic message"),
            "status": _l("Status changed"),
            "assigned": _l("Person in charge"),
            "classed": _l("Class changed"),
            "step": _l("Step recorded"),
            "appointed": _l("Visit agreed"),
            "arrived": _l("Crew on site"),
            "hidden": _l("Hidden from the board"),
            "restored": _l("Shown on the board again"),
            "escalated": _l("Taken to the next level"),
            "rated": _l("Rated"),
        }[self.value]


REPLIES = frozenset({EventKind.REPLY, EventKind.QUESTION, EventKind.RESULT, EventKind.REFUSAL, EventKind.CALL})
"""What stops a reply clock, if a person said it and the member can read it."""

ON_BOARD = frozenset({EventKind.REPLY, EventKind.RESULT, EventKind.REFUSAL})
"""What everybody may read under a public post; questions and calls may touch private matters."""


class Audience(enum.Enum):
    """Who may read an event: the member's side, or staff only."""

    MEMBER = "member"
    STAFF = "staff"


ICONS: dict[str, str] = {
    "repair": "tools",
    "complaint": "chat-left-text",
    "enquiry": "question-circle",
    "suggestion": "lightbulb",
}
