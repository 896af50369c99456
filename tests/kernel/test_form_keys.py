"""The second click gives the first answer."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel import form_keys
from kernel.actor import Actor
from kernel.clock import now
from kernel.db import db, operation
from kernel.jobs import JobRun

pytestmark = pytest.mark.usefixtures("context")
ANNA, BERT = Actor("member", 1), Actor("member", 2)


@operation
def _make(key: str, *, actor: Actor = ANNA, content: str = "") -> int:
    claim = form_keys.claim(key, actor=actor, purpose="test", content=content)
    if claim.earlier_id:
        return claim.earlier_id
    run = JobRun(name=key, as_of=now(), started_at=now())
    db.session.add(run)
    claim.keep(run)
    return run.id


def _count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(JobRun)) or 0


def test_the_same_key_gives_the_first_result() -> None:
    assert _make("k") == _make("k")
    assert _count() == 1


def test_another_person_has_his_own_keys() -> None:
    assert _make("k") != _make("k", actor=BERT)


def test_the_same_key_with_other_content_is_refused() -> None:
    _make("k", content="one")
    with pytest.raises(form_keys.KeyUsedOtherwise):
        _make("k", content="two")
    assert _count() == 1


def test_twelve_clicks_at_once_make_one_record(app: Flask) -> None:
    barrier, results = threading.Barrier(12), []

    def click() -> None:
        with app.app_context():
            barrier.wait()
            results.append(_make("k"))

    threads = [threading.Thread(target=click) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(results) == 12 and len(set(results)) == 1
    assert _count() == 1
