"""Many at once: one number joins once, one proof is spent once, a code is guessed at five times."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from kernel.actor import SYSTEM
from kernel.db import db
from kernel.errors import Refused
from member import operations, queries, rules
from member.models import CodePurpose, Member, SmsCode
from tests.support.member import a_member, a_mobile, last_code

AT_ONCE = 8


def outcomes(app: Flask, act: Callable[[int], Any]) -> Counter[str]:
    """Let several threads act at the same moment; count what came out: the kind of value or of refusal."""
    barrier, results = threading.Barrier(AT_ONCE), Counter[str]()

    def run(n: int) -> None:
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                results[type(act(n)).__name__] += 1
            except Refused as refusal:
                results[type(refusal).__name__] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(results.values()) == AT_ONCE, results
    return results


def asked(app: Flask, mobile: str, purpose: CodePurpose) -> str:
    with app.app_context():
        operations.request_code(mobile, purpose=purpose, binding="browser", locale="en", actor=SYSTEM)
        return last_code(mobile)


def proven(app: Flask, mobile: str, purpose: CodePurpose) -> int:
    digits = asked(app, mobile, purpose)
    with app.app_context():
        code = operations.try_code(mobile, digits, purpose=purpose, binding="browser")
        assert code is not None
        return code.id


def test_one_number_joins_once(app: Flask) -> None:
    mobile = a_mobile()
    result = outcomes(app, lambda _n: operations.enrol(mobile=mobile, name="周予安", actor=SYSTEM))
    assert result == {"Member": 1, "AlreadyMember": AT_ONCE - 1}


def test_one_proof_is_spent_once(app: Flask) -> None:
    with app.app_context():
        member = a_member()
    code_id = proven(app, member.mobile, CodePurpose.SIGN_IN)
    result = outcomes(app, lambda _n: operations.sign_in_by_code(code_id, mobile=member.mobile, device=""))
    assert result == {"str": 1, "WrongCode": AT_ONCE - 1}


def test_the_same_form_from_many_tabs_is_one_member(app: Flask) -> None:
    mobile = a_mobile()
    code_id = proven(app, mobile, CodePurpose.JOIN)
    facts = {
        "mobile": mobile,
        "name": "林可航",
        "membership": True,
        "marketing": False,
        "locale": "en",
        "key": "k" * 20,
    }
    assert outcomes(app, lambda _n: operations.join(code_id, **facts)) == {"Member": AT_ONCE}  # type: ignore[arg-type]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Member.mobile == mobile)) == 1


def test_guessing_in_parallel_gains_nothing(app: Flask) -> None:
    mobile = a_mobile()
    digits = asked(app, mobile, CodePurpose.JOIN)
    wrong = "000000" if digits != "000000" else "111111"
    outcomes(app, lambda _n: operations.try_code(mobile, wrong, purpose=CodePurpose.JOIN, binding="browser"))
    with app.app_context():
        code = queries.newest_code(mobile, CodePurpose.JOIN, "browser")
        assert isinstance(code, SmsCode) and code.tries == rules.CODE_TRIES
        assert operations.try_code(mobile, digits, purpose=CodePurpose.JOIN, binding="browser") is None
