"""What the landing page and the member's home show, asked from each package's queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from events import queries as events
from events.models import Event, Registration
from homes import queries as homes
from homes.models import ConstructionUpdate, Ownership, Project
from kernel import clock
from kernel.files import StoredFile
from points import queries as points
from service_requests import queries as cases
from service_requests.models import Case, Status


@dataclass(frozen=True)
class Landing:
    """What a visitor sees first: projects with their newest photo, the next events, the board's figure and threads."""

    projects: Sequence[Project]
    photos: dict[str, StoredFile]
    events: Sequence[Event]
    board: cases.BoardFigure
    posts: Sequence[Case]


def landing() -> Landing:
    """Return what a visitor sees first."""
    projects = homes.projects().items[:3]
    return Landing(
        projects=projects,
        photos=homes.newest_photo_by_project([project.code for project in projects]),
        events=events.soonest(limit=3),
        board=cases.board_figure(),
        posts=cases.newest_posts(limit=3),
    )


@dataclass(frozen=True)
class Need:
    """The one thing that needs the member now."""

    title: str
    text: str
    action: str
    url: str


@dataclass(frozen=True)
class OwnHome:
    """A member's home with how far its building is and its newest photo."""

    right: Ownership
    stages: Sequence[Any]
    sentence: str
    newest: ConstructionUpdate | None
    photo: StoredFile | None


@dataclass(frozen=True)
class MemberHome:
    """What a member sees first; ``expiring`` only when it is near."""

    need: Need | None
    standing: points.Standing
    home: OwnHome | None
    other_homes: int
    cases: Sequence[Case]
    ahead: Sequence[tuple[Event, Registration | None]]


def of(member: Any) -> MemberHome:
    """Return what a member sees first."""
    rights = homes.rights_of(member.id)
    own_cases = cases.latest_of(member.id)
    ahead = events.ahead_of(member.id, {right.home.project_code for right in rights})
    return MemberHome(
        need=_need(own_cases, ahead),
        standing=points.account_of(member.id),
        home=_own_home(rights[0]) if rights else None,
        other_homes=max(0, len(rights) - 1),
        cases=own_cases,
        ahead=ahead,
    )


def _own_home(right: Ownership) -> OwnHome:
    building = right.home.building
    progress = homes.progress_of(building, homes.steps_of_building(building.id))
    newest, photo = homes.newest_with_photo(right)
    return OwnHome(
        right=right,
        stages=progress.steps,
        sentence=_sentence(progress),
        newest=newest,
        photo=photo,
    )


def _sentence(progress: homes.BuildingProgress) -> str:
    if progress.percent is None or progress.present is None:
        return ""
    if progress.percent == 100:
        return _("Finished and handed over")
    return _("%(percent)s %% done, now: %(step)s", percent=progress.percent, step=progress.present.kind.label)


def _need(own_cases: Sequence[Case], ahead: Sequence[tuple[Event, Registration | None]]) -> Need | None:
    """Pick the one thing that waits for the member: a held place first (it lapses), then a case that waits for him."""
    for event, registration in ahead:
        if registration is not None and registration.is_offered:
            return Need(
                _("A place is held for you"),
                _("%(event)s: take it before it goes on to the next in line.", event=event.title_in(str(get_locale()))),
                _("Look at the offer"),
                url_for("events.ticket", registration_id=registration.id),
            )
    for case in own_cases:
        url = url_for("service_requests.case", number=case.number)
        if case.status is Status.WAITING_MEMBER:
            return Need(_("We asked you something"), case.headline, _("Answer"), url)
        if case.status is Status.RESOLVED:
            return Need(_("Is it solved?"), case.headline, _("Confirm or return"), url)
    return None


def greeting(member: Any) -> str:
    """Return the greeting of the hour in Shanghai."""
    hour, name = clock.now().astimezone(clock.SHANGHAI).hour, member.display_name
    if hour < 5:
        return _("Good night, %(name)s", name=name)
    if hour < 11:
        return _("Good morning, %(name)s", name=name)
    if hour < 13:
        return _("Good day, %(name)s", name=name)
    if hour < 18:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def ways_on() -> list[tuple[str, str, str]]:
    """Return the ways on from home, at most eight, each with its icon."""
    return [
        (_("Repair"), url_for("service_requests.repair"), "tools"),
        (_("Complaint or advice"), url_for("service_requests.choose"), "chat-square-heart"),
        (_("Sign up for events"), url_for("events.index"), "calendar-check"),
        (_("Rewards"), url_for("points.rewards"), "gift"),
        (_("My homes"), url_for("homes.mine"), "buildings"),
        (_("Public board"), url_for("service_requests.board"), "megaphone"),
        (_("My orders"), url_for("points.redemptions"), "bag"),
        (_("Account and privacy"), url_for("member.account"), "shield-lock"),
    ]
