"""A request comes in: from a member, from a call, or onto the public board."""

from collections.abc import Sequence
from datetime import datetime

from homes import queries as homes
from kernel import audit, clock, files, form_keys, numbers, search
from kernel.actor import Actor
from kernel.db import db, operation
from member import queries as members
from service_requests import errors, notifications, rules
from service_requests.clocks import Fact
from service_requests.dictionary import Channel, EventKind, Kind, Severity, Status, Visibility, Wish
from service_requests.models import NEVER, Case
from service_requests.operations.record import happened, settle


@operation
def file_case(
    *,
    kind: Kind,
    text: str,
    actor: Actor,
    key: str,
    member_id: int | None = None,
    home_id: int | None = None,
    project_code: str | None = None,
    room: str | None = None,
    part: str | None = None,
    fault: str | None = None,
    title: str = "",
    wish: Wish | None = None,
    channel: Channel | None = None,
    preferred: Sequence[str] = (),
    may_enter: bool = False,
    emergency: bool = False,
    uttered_at: datetime | None = None,
    photos: Sequence[files.Prepared] = (),
) -> Case:
    """Take a request in and promise a first reply within 24 hours of the utterance (S1).

    Staff file for a member with ``member_id``; ``uttered_at`` is when the member said it. Refused: a text of fewer than
    six characters, a repair without a home of the member's own or without room, part and fault, times that are over.
    The same ``key`` again returns the first case. Raises Missing, Refused, Conflict.
    """
    content = (kind.value, text, member_id, home_id, project_code, room, part, fault, title, [p.digest for p in photos])
    claim = form_keys.claim(key, actor=actor, purpose="service_requests.file", content=content)
    if claim.earlier_id:
        return db.session.get_one(Case, claim.earlier_id)
    case = take_in(
        kind=kind,
        text=text,
        actor=actor,
        member_id=_reporter(actor, member_id),
        home_id=home_id,
        project_code=project_code,
        words=(room or None, part or None, fault or None),
        title=title,
        wish=wish,
        channel=channel or (Channel.PHONE if actor.is_staff else Channel.SITE),
        preferred=preferred,
        may_enter=may_enter,
        emergency=emergency,
        uttered_at=uttered_at,
        photos=photos,
    )
    claim.keep(case)
    audit.record(actor, "service_requests.filed", case, number=case.number, kind=case.kind, channel=case.channel)
    notifications.received(case, actor=actor)
    return case


def _reporter(actor: Actor, member_id: int | None) -> int:
    if actor.is_member:
        return actor.id
    if member_id is None or members.get(member_id) is None:
        raise errors.UnknownMember()
    return member_id


def take_in(
    *,
    kind: Kind,
    text: str,
    actor: Actor,
    member_id: int,
    home_id: int | None,
    project_code: str | None,
    words: tuple[str | None, str | None, str | None] = (None, None, None),
    title: str = "",
    wish: Wish | None = None,
    channel: Channel = Channel.SITE,
    preferred: Sequence[str] = (),
    may_enter: bool = False,
    emergency: bool = False,
    uttered_at: datetime | None = None,
    photos: Sequence[files.Prepared] = (),
    posted_as: tuple[Visibility, str, str, str] | None = None,
) -> Case:
    """Check a request, write the case and wind its clocks; part of the verbs that file one."""
    moment = clock.now()
    rules.check_text(text)
    rules.check_words(kind, *words)
    if uttered_at is not None and uttered_at > moment:
        raise errors.UtteredInFuture()
    room, part, fault = words
    visibility, board_title, board_text, board_author = posted_as or (Visibility.PRIVATE, "", "", "")
    case = Case(
        number=numbers.draw(kind.prefix, clock.day_of(moment)),
        kind=kind,
        status=Status.NEW,
        severity=Severity.ORDINARY,
        visibility=visibility,
        member_id=member_id,
        room=room,
        part=part,
        fault=fault,
        title=title.strip() or rules.short_title(text),
        text=text.strip(),
        wish=wish,
        channel=channel,
        preferred=rules.check_times(preferred, clock.day_of(moment)),
        may_enter=may_enter,
        emergency=kind is Kind.REPAIR and rules.is_emergency(fault, emergency),
        uttered_at=uttered_at or moment,
        filed_at=moment,
        filed_by_staff_id=actor.id if actor.is_staff else None,
        posted_at=moment if posted_as else None,
        board_title=board_title,
        board_text=board_text,
        board_author=board_author,
        next_due_at=NEVER,
    )
    _locate(case, home_id, project_code)
    db.session.add(case)
    db.session.flush()
    if photos:
        files.attach(photos, kind="case", owner_id=case.id)
    filed = happened(case, EventKind.FILED, actor, at=case.uttered_at, severity=case.severity)
    search.index("case", case.id, f"{case.number} {case.title} {case.place}")
    settle(case, [Fact(filed.at, filed.kind, None, filed.severity)])
    return case


def _locate(case: Case, home_id: int | None, project_code: str | None) -> None:
    """Tie a case to a home of the reporter, or to a project, or to nothing but the group."""
    if home_id is not None:
        home = homes.home_for(case.member_id, home_id)
        if home is None:
            raise errors.NotYourHome()
        project = homes.project(home.project_code)
        case.home_id, case.city_code, case.project_code = home.id, home.city_code, home.project_code
        case.project_name = project.name if project else ""
        case.place = f"{case.project_name} {home.label}".strip()
        return
    if case.kind is Kind.REPAIR:
        raise errors.HomeMissing()
    if project_code:
        project = homes.project(project_code)
        if project is None:
            raise errors.UnknownProject()
        case.city_code, case.project_code = project.city_code, project.code
        case.project_name = case.place = project.name
