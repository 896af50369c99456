"""Who hears of what: the member in his inbox and, for the first reply, by text message; managers by mail.

Nobody is told of what he did himself (rule 15). Texts are rendered in the recipient's language from
``templates/messages/service_requests/``; the first line is the title.
"""

from typing import Any

from kernel import messages
from kernel.actor import Actor
from kernel.settings import settings
from member import operations as member
from member import queries as members
from service_requests import rules
from service_requests.clocks import ClockCode
from service_requests.models import Appointment, Case
from service_requests.policies import Permission
from staff import queries as staff
from staff.models import StaffPerson

MOST_MANAGERS = 5
"""How many managers are written to at a mark; the list of a group must not become a flood."""


def path_of(case: Case) -> str:
    """Return the member's page of a case."""
    return f"/me/cases/{case.number}"


def _tell(case: Case, what: str, *, actor: Actor, sms_key: str | None = None, **facts: Any) -> None:
    if actor.is_member and actor.id == case.member_id:
        return
    reader = members.get(case.member_id)
    if reader is None or not reader.may_sign_in:
        return
    facts = {"case": case, "kind_label": case.kind.label, **facts}
    text = messages.rendered(f"service_requests/{what}.notice.txt", reader.locale, **facts)
    title, _newline, body = text.partition("\n")
    member.notify(
        reader.id,
        kind=f"service_requests.{what}",
        title=title.strip(),
        body=body.strip(),
        url=path_of(case),
        actor=actor,
    )
    if sms_key is not None:
        url = settings().public_url + path_of(case)
        messages.send_sms(
            reader.mobile, f"service_requests/{what}", locale=reader.locale, key=sms_key, url=url, **facts
        )


def received(case: Case, *, actor: Actor) -> None:
    """Give the receipt with the number, also to the one who filed it: it is what he will quote on the phone."""
    reader = members.get(case.member_id)
    if reader is None:
        return
    text = messages.rendered(
        "service_requests/received.notice.txt", reader.locale, case=case, kind_label=case.kind.label
    )
    title, _newline, body = text.partition("\n")
    member.notify(
        reader.id,
        kind="service_requests.received",
        title=title.strip(),
        body=body.strip(),
        url=path_of(case),
        actor=actor,
    )


def replied(case: Case, *, first: bool, actor: Actor) -> None:
    """Tell of a public reply; the first one goes by text message too (R1 is exempt from the daily limit)."""
    _tell(case, "replied", actor=actor, sms_key=_first(case) if first else None)


def _first(case: Case) -> str:
    return f"case:{case.id}:first-reply"


def asked(case: Case, *, first: bool, actor: Actor) -> None:
    """Tell that we need something from the member."""
    _tell(case, "asked", actor=actor, sms_key=_first(case) if first else None)


def called(case: Case, *, actor: Actor) -> None:
    """Tell what was written down about a call."""
    _tell(case, "called", actor=actor)


def accepted(case: Case, *, actor: Actor) -> None:
    """Tell who has the case now."""
    _tell(case, "accepted", actor=actor)


def assigned(case: Case, *, person: StaffPerson, actor: Actor) -> None:
    """Tell who has the case now."""
    _tell(case, "assigned", actor=actor, person=person)


def visit_agreed(case: Case, visit: Appointment, *, actor: Actor) -> None:
    """Tell who comes when."""
    _tell(case, "visit_agreed", actor=actor, visit=visit)


def put_off(case: Case, *, actor: Actor) -> None:
    """Tell what is waited for and until when."""
    _tell(case, "put_off", actor=actor)


def resolved(case: Case, *, first: bool, actor: Actor) -> None:
    """Tell the result and ask for the member's word."""
    _tell(case, "resolved", actor=actor, sms_key=_first(case) if first else None)


def resumed(case: Case, *, actor: Actor) -> None:
    """Tell that we work on it again."""
    _tell(case, "resumed", actor=actor)


def declined(case: Case, *, first: bool, actor: Actor) -> None:
    """Tell the reasons and how to appeal."""
    _tell(case, "declined", actor=actor, sms_key=_first(case) if first else None)


def withdrawn(case: Case, *, actor: Actor) -> None:
    """Tell the member when staff withdrew it with his consent."""
    _tell(case, "withdrawn", actor=actor)


def closed_silently(case: Case, *, actor: Actor) -> None:
    """Tell that it was closed, and until when it can be returned."""
    _tell(
        case, "closed_silently", actor=actor, until=(case.closed_at + rules.RETURN_WINDOW) if case.closed_at else None
    )


def post_hidden(case: Case, *, actor: Actor) -> None:
    """Tell the author why everybody no longer sees his post, and that we go on working on it."""
    _tell(case, "post_hidden", actor=actor)


def post_restored(case: Case, *, actor: Actor) -> None:
    """Tell the author that everybody sees his post again."""
    _tell(case, "post_restored", actor=actor)


def escalated(case: Case, code: ClockCode, mark: int, *, actor: Actor) -> None:
    """Write to the person in charge at half time, to managers from 80 % on; the member hears of broken promises."""
    people: list[StaffPerson] = []
    if case.assignee_id is not None:
        person = staff.get(case.assignee_id)
        people += [person] if person else []
    if mark >= 80:
        managers = staff.holders_of(Permission.DECLINE, city_code=case.city_code, project_code=case.project_code)
        people += managers[:MOST_MANAGERS]
    for address in dict.fromkeys(person.mail for person in people if person.mail):
        messages.send_mail(
            address, "service_requests/escalated", locale="zh_Hans_CN", case=case, code=code.value, mark=mark
        )
    if mark >= 100:
        _tell(case, "escalated", actor=actor)
