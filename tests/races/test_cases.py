"""Many hands on the same case: one key is one case, the first reply is counted once, a result is confirmed once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel import clock, outbox
from kernel.actor import SYSTEM, Actor
from kernel.db import db
from kernel.errors import Refused
from service_requests import errors, operations, queries
from service_requests.dictionary import EventKind, Kind, Status
from service_requests.models import BoardMonth, Case, CaseEvent, EscalationMark
from tests.conftest import NOON
from tests.support.member import a_member
from tests.support.service_requests import a_case, a_handler, a_key, a_post, solved

Call = Callable[[], Any]


def crowd(app: Flask, calls: Sequence[Call], *, at: datetime = NOON) -> list[Any]:
    """Run calls from as many threads at once; return results and whatever was refused."""
    gate = threading.Barrier(len(calls))

    def run(call: Call) -> Any:
        with app.app_context(), clock.at(at):
            try:
                gate.wait(timeout=20)
                return call()
            except Refused as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def scene(app: Flask) -> Any:
    """Make something in a context of its own and give back plain values."""

    def run(make: Call) -> Any:
        with app.app_context(), app.test_request_context("/"), clock.at(NOON):
            try:
                return make()
            finally:
                db.session.remove()

    return run


def events(case_id: int, kind: EventKind) -> int:
    query = (
        sa.select(sa.func.count()).select_from(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind == kind)
    )
    return db.session.scalar(query) or 0


def test_one_key_from_many_hands_is_one_case(app: Flask, scene: Any) -> None:
    member_id, key = scene(lambda: a_member().id), a_key()
    actor = Actor("member", member_id, "周予安")

    def file() -> int:
        return operations.file_case(kind=Kind.ENQUIRY, text="产证什么时候能办？", actor=actor, key=key).id

    answers = crowd(app, [file] * 6)
    assert len(set(answers)) == 1 and all(isinstance(answer, int) for answer in answers)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_two_people_reply_and_the_first_reply_is_counted_and_sent_once(app: Flask, scene: Any) -> None:
    case_id, one, two = scene(lambda: (a_post().id, a_handler().id, a_handler().id))

    def reply(person_id: int) -> Call:
        actor = Actor("staff", person_id, "客服")
        key = a_key()
        return lambda: operations.reply_publicly(case_id, text="您好，已安排处理。", actor=actor, key=key).id

    answers = crowd(app, [reply(one), reply(two), reply(one), reply(two)])
    assert all(isinstance(answer, int) for answer in answers)
    with app.app_context():
        assert events(case_id, EventKind.REPLY) == 4
        month = db.session.get_one(BoardMonth, date(2026, 11, 1))
        assert (month.kept, month.broken) == (1, 0)
        texts = sa.select(sa.func.count()).select_from(outbox.OutboxMessage).where(outbox.OutboxMessage.topic == "sms")
        assert db.session.scalar(texts.where(outbox.OutboxMessage.key == f"case:{case_id}:first-reply")) == 1


def test_one_reply_sent_twice_stands_once(app: Flask, scene: Any) -> None:
    case_id, person, key = *scene(lambda: (a_case().id, a_handler().id)), a_key()
    actor = Actor("staff", person, "客服")
    answers = crowd(app, [lambda: operations.reply_publicly(case_id, text="您好", actor=actor, key=key).id] * 5)
    assert len(set(answers)) == 1
    with app.app_context():
        assert events(case_id, EventKind.REPLY) == 1


def test_a_result_is_confirmed_once(app: Flask, scene: Any) -> None:
    case_id, member_id = scene(lambda: (lambda case: (case.id, case.member_id))(solved(a_case(), a_handler())))
    actor = Actor("member", member_id, "周予安")
    answers = crowd(app, [lambda: operations.confirm(case_id, actor=actor)] * 5)
    assert sum(isinstance(answer, errors.NothingToConfirm) for answer in answers) == 4
    with app.app_context():
        assert db.session.get_one(Case, case_id).status is Status.CLOSED


def test_confirming_and_returning_at_once_leaves_one_truth(app: Flask, scene: Any) -> None:
    case_id, member_id = scene(lambda: (lambda case: (case.id, case.member_id))(solved(a_case(), a_handler())))
    actor = Actor("member", member_id, "周予安")
    crowd(
        app,
        [
            lambda: operations.confirm(case_id, actor=actor),
            lambda: operations.return_case(case_id, reason="还没好", actor=actor),
            lambda: operations.close_silently(case_id, actor=SYSTEM),
        ],
        at=NOON + timedelta(days=8),
    )
    with app.app_context():
        case = db.session.get_one(Case, case_id)
        assert case.status in {Status.OPEN, Status.CLOSED}
        assert (case.frozen_clocks is not None) == (case.status is Status.CLOSED)
        assert case.is_active == (case.status is Status.OPEN)
        assert (
            events(case_id, EventKind.MESSAGE) == case.reopened == (1 if case.status is Status.OPEN else case.reopened)
        )


def test_a_case_is_accepted_once(app: Flask, scene: Any) -> None:
    case_id, people = scene(lambda: (a_case().id, [a_handler().id for _ in range(4)]))
    answers = crowd(
        app, [lambda n=n: operations.accept(case_id, actor=Actor("staff", n, "客服")).assignee_id for n in people]
    )
    assert sum(isinstance(answer, int) for answer in answers) == 1
    with app.app_context():
        assert events(case_id, EventKind.STATUS) == 1


def test_the_escalation_job_may_run_twice_at_once(app: Flask, scene: Any) -> None:
    case_id = scene(lambda: a_case().id)
    answers = crowd(app, [lambda: operations.escalate(case_id, actor=SYSTEM)] * 4, at=NOON + timedelta(hours=25))
    assert sorted(answers) == [0, 0, 0, 3]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(EscalationMark)) == 3
        assert events(case_id, EventKind.ESCALATED) == 1


def test_a_reply_and_the_job_never_count_a_promise_twice(app: Flask, scene: Any) -> None:
    case_id, person = scene(lambda: (a_post().id, a_handler().id))
    actor, key = Actor("staff", person, "客服"), a_key()
    crowd(
        app,
        [
            lambda: operations.escalate(case_id, actor=SYSTEM),
            lambda: operations.reply_publicly(case_id, text="抱歉晚了", actor=actor, key=key),
        ],
        at=NOON + timedelta(hours=25),
    )
    with app.app_context():
        month = db.session.get_one(BoardMonth, date(2026, 11, 1))
        assert (month.kept, month.broken) == (0, 1)
        assert queries.board_figure(date(2026, 11, 30)).total == 1


def test_the_crowd_really_comes_at_once(app: Flask, scene: Any) -> None:
    """The control: before the lock all of them see a result to confirm, so deciding there would confirm it three times."""
    case_id = scene(lambda: solved(a_case(), a_handler()).id)
    gate = threading.Barrier(3)

    def look() -> bool:
        seen = db.session.get_one(Case, case_id).status
        gate.wait(timeout=20)
        return seen is Status.RESOLVED

    assert crowd(app, [look] * 3) == [True, True, True]
