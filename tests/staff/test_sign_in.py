"""Signing in: password, code from the phone, recovery codes, links, and what ends a browser."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from kernel import audit, clock, sign_ins
from kernel.actor import SYSTEM, Actor
from kernel.db import db
from staff import operations, passwords, queries, second_factor
from staff.errors import (
    InvitationOver,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    TwoAdministratorsExist,
    WrongCode,
    WrongPassword,
    WrongSignIn,
)
from staff.models import Invitation, PersonState, RecoveryCode
from tests.conftest import NOON
from tests.support.forms import post_form
from tests.support.staff import PASSWORD, a_staff_person, actor_of, sign_in_staff


@pytest.fixture
def person(context):
    return a_staff_person("administrator", password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def enrolled(person):
    """A person with a phone, and the secret in it."""
    secret = _secret(operations.begin_enrolment(person_id=person.id))
    _token, codes = operations.confirm_second_factor(
        person_id=person.id, code=second_factor.code_at(secret, clock.now())
    )
    return person, secret, codes


def _secret(person):
    return second_factor.opened(person.totp_secret, person.id)


def _rows(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


# --- passwords ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short-one", PasswordTooShort),
        ("x" * 129, PasswordTooLong),
        ("passwordpassword", PasswordTooCommon),
        ("1234567890123", PasswordTooCommon),
        ("万客会万客会密码密码2026", PasswordTooCommon),
        ("zhou.yuan.zhou.yuan", PasswordTooCommon),
        ("aaaaaaaaaaaaaaa", PasswordTooCommon),
        ("Administrator2026", PasswordTooCommon),
    ],
)
def test_passwords_that_are_refused(password, refusal):
    with pytest.raises(refusal):
        passwords.check(password, login="zhou.yuan", name="周予安")


@pytest.mark.parametrize("password", [PASSWORD, "雨后的榕树下坐着一位老人家", "correct horse battery staple"])
def test_passwords_that_are_taken(password):
    passwords.check(password, login="zhou.yuan", name="周予安")


def test_a_password_is_proved(person):
    assert operations.prove_password(login=person.login.upper(), password=PASSWORD) == person


@pytest.mark.parametrize("state", [PersonState.DISABLED, PersonState.INVITED])
def test_a_closed_account_answers_like_an_unknown_one(context, state):
    closed = a_staff_person(None, password_hash=passwords.hashed(PASSWORD), state=state)
    answers = set()
    for login, password in ((closed.login, PASSWORD), ("nobody", PASSWORD), (closed.login, "wrong")):
        with pytest.raises(WrongSignIn) as refusal:
            operations.prove_password(login=login, password=password)
        answers.add(str(refusal.value))
    assert len(answers) == 1


def test_a_refused_password_is_written_down(person):
    with pytest.raises(WrongSignIn):
        operations.prove_password(login=person.login, password="wrong")
    last = db.session.scalars(sa.select(audit.AuditEntry).order_by(audit.AuditEntry.id.desc())).first()
    assert (last.action, last.subject_id) == ("staff.sign_in_refused", person.id)


def test_the_hash_is_argon2id_and_the_secret_is_encrypted(enrolled):
    person, secret, _codes = enrolled
    assert person.password_hash.startswith("$argon2id$")
    assert secret not in person.totp_secret
    other = a_staff_person(None)
    with pytest.raises(InvalidTag):
        second_factor.opened(person.totp_secret, other.id)


# --- codes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_codes_of_the_present_step_and_its_neighbours_count(seconds, taken):
    secret = second_factor.new_secret()
    code = second_factor.code_at(secret, NOON + timedelta(seconds=seconds))
    found = second_factor.matching_step(secret, code, NOON, after=0)
    assert (found is not None) is taken


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345"])
def test_what_is_no_code_is_refused(code):
    assert second_factor.matching_step(second_factor.new_secret(), code, NOON, after=0) is None


def test_a_code_counts_once(enrolled):
    person, secret, _codes = enrolled
    with clock.at(NOON + timedelta(minutes=2)):
        code = second_factor.code_at(secret, clock.now())
        assert operations.sign_in(person_id=person.id, code=code)
        signed_in = _rows(sign_ins.SignIn)
        with pytest.raises(WrongCode):
            operations.sign_in(person_id=person.id, code=code)
        earlier = second_factor.code_at(secret, clock.now() - timedelta(seconds=30))
        with pytest.raises(WrongCode):
            operations.sign_in(person_id=person.id, code=earlier)
        assert _rows(sign_ins.SignIn) == signed_in


def test_a_recovery_code_counts_once_and_is_kept_hashed(enrolled):
    person, _secret_, codes = enrolled
    assert len(codes) == second_factor.RECOVERY_CODES
    stored = db.session.scalars(sa.select(RecoveryCode.hash)).all()
    assert all(code.replace("-", "")[4:] not in text for code in codes for text in stored)
    assert operations.sign_in(person_id=person.id, code=codes[3].lower())
    with pytest.raises(WrongCode):
        operations.sign_in(person_id=person.id, code=codes[3])
    with pytest.raises(WrongCode):
        operations.sign_in(person_id=person.id, code=codes[4][:-1] + ("A" if codes[4][-1] != "A" else "B"))
    assert queries.recovery_codes_left(person.id) == second_factor.RECOVERY_CODES - 1


def test_a_second_phone_cannot_be_connected_over_the_first(enrolled):
    person, secret, _codes = enrolled
    operations.begin_enrolment(person_id=person.id)
    assert _secret(person) == secret
    with clock.at(NOON + timedelta(minutes=2)), pytest.raises(WrongCode):
        operations.confirm_second_factor(person_id=person.id, code=second_factor.code_at(secret, clock.now()))


def test_new_recovery_codes_void_the_old_ones(enrolled):
    person, secret, codes = enrolled
    with clock.at(NOON + timedelta(minutes=2)):
        code = second_factor.code_at(secret, clock.now())
        fresh = operations.renew_recovery_codes(person_id=person.id, code=code, actor=actor_of(person))
    with pytest.raises(WrongCode):
        operations.sign_in(person_id=person.id, code=codes[0])
    assert operations.sign_in(person_id=person.id, code=fresh[0])


def test_a_changed_password_ends_all_other_browsers(person):
    mine, other = sign_ins.begin("staff", person.id), sign_ins.begin("staff", person.id)
    keep = sign_ins.person_behind("staff", mine)[1].id
    with pytest.raises(WrongPassword):
        operations.change_password(
            person_id=person.id, present="wrong", password="x" * 20, keep=keep, actor=actor_of(person)
        )
    assert sign_ins.person_behind("staff", other)
    operations.change_password(
        person_id=person.id, present=PASSWORD, password="雨后的榕树下坐着一位老人家", keep=keep, actor=actor_of(person)
    )
    assert sign_ins.person_behind("staff", mine)
    assert sign_ins.person_behind("staff", other) is None


# --- the length of a session -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("idle", "after", "there"),
    [(timedelta(minutes=29), timedelta(), True), (timedelta(minutes=31), timedelta(), False)],
)
def test_half_an_hour_without_a_click_ends_a_session(person, idle, after, there):
    token = sign_ins.begin("staff", person.id)
    with clock.at(NOON + idle):
        assert (sign_ins.person_behind("staff", token) is not None) is there


def test_twelve_hours_end_a_session(person):
    token = sign_ins.begin("staff", person.id)
    entry = sign_ins.person_behind("staff", token)[1].id
    with clock.at(NOON + timedelta(hours=12) - timedelta(minutes=1)):
        sign_ins.note_seen(entry)
        assert sign_ins.person_behind("staff", token)
    with clock.at(NOON + timedelta(hours=12, minutes=1)):
        assert sign_ins.person_behind("staff", token) is None


# --- first administrators and links ------------------------------------------------------------------------------------


def _first(n):
    return operations.make_first_administrator(
        login=f"admin{n}", name="何静姝", mail=f"admin{n}@example.com", actor=SYSTEM
    )


def test_there_are_two_first_administrators_and_no_third(context):
    for n in (1, 2):
        person, _token = _first(n)
        assert queries.scope_of(person, "staff.manage").everything
    with pytest.raises(TwoAdministratorsExist):
        _first(3)
    assert queries.by_login("admin3") is None


def test_a_link_sets_the_password_once(context):
    person, token = _first(1)
    assert person.state is PersonState.INVITED
    accepted = operations.accept_invitation(token=token, password=PASSWORD)
    assert accepted.state is PersonState.ACTIVE
    assert operations.prove_password(login="admin1", password=PASSWORD)
    with pytest.raises(InvitationOver):
        operations.accept_invitation(token=token, password=PASSWORD + "x")
    assert operations.prove_password(login="admin1", password=PASSWORD)


def test_a_link_runs_out(context):
    _person, token = _first(1)
    with clock.at(NOON + timedelta(hours=72)), pytest.raises(InvitationOver):
        operations.accept_invitation(token=token, password=PASSWORD)
    assert _rows(Invitation) == 1


def test_a_weak_password_leaves_the_link_open(context):
    _person, token = _first(1)
    with pytest.raises(PasswordTooShort):
        operations.accept_invitation(token=token, password="short")
    assert operations.accept_invitation(token=token, password=PASSWORD)


def test_the_command_line_makes_the_first_administrator(app):
    runner = app.test_cli_runner()
    words = ["staff", "first-admin", "--login", "he.jing", "--name", "何静姝", "--mail", "he@example.com"]
    answer = runner.invoke(args=words)
    assert answer.exit_code == 0, answer.output
    assert "/staff/invitations/" in answer.output
    assert runner.invoke(args=words).exit_code == 1


# --- in the browser ----------------------------------------------------------------------------------------------------


def test_the_first_sign_in_connects_a_phone(client, app):
    with app.app_context():
        token = _first(1)[1]
        db.session.remove()
    set_password = post_form(client, f"/staff/invitations/{token}", password=PASSWORD, again=PASSWORD)
    assert (set_password.status_code, set_password.location) == (303, "/staff/sign-in")
    assert client.get(f"/staff/invitations/{token}").status_code == 404
    answer = post_form(client, "/staff/sign-in?next=/staff/me", login="Admin1", password=PASSWORD)
    assert answer.location == "/staff/sign-in/enrolment"
    page = client.get("/staff/sign-in/enrolment").get_data(as_text=True)
    assert "data:image/svg+xml" in page
    with app.app_context():
        secret = _secret(queries.by_login("admin1"))
        db.session.remove()
    assert second_factor.in_groups(secret) in page
    assert client.get("/staff/me").location.startswith("/staff/sign-in")
    codes = post_form(client, "/staff/sign-in/enrolment", code=second_factor.code_at(secret, NOON))
    assert codes.status_code == 200 and codes.headers["Cache-Control"] == "no-store"
    assert "/staff/me" in codes.get_data(as_text=True)
    assert client.get("/staff/me").status_code == 200
    assert client.get("/staff/sign-in").location == "/staff/"


def _enrolled_login(app):
    with app.app_context():
        person = a_staff_person("auditor", password_hash=passwords.hashed(PASSWORD))
        secret = _secret(operations.begin_enrolment(person_id=person.id))
        with clock.at(NOON - timedelta(hours=1)):
            operations.confirm_second_factor(person_id=person.id, code=second_factor.code_at(secret, clock.now()))
        login = person.login
        db.session.remove()
    return login, secret


def test_password_then_code(client, app):
    login, secret = _enrolled_login(app)
    answer = post_form(client, "/staff/sign-in?next=//evil.example", login=login, password=PASSWORD)
    assert answer.location == "/staff/sign-in/second-factor"
    wrong = post_form(client, "/staff/sign-in/second-factor", code="000000")
    assert wrong.status_code == 422
    answer = post_form(client, "/staff/sign-in/second-factor", code=second_factor.code_at(secret, NOON))
    assert (answer.status_code, answer.location) == (303, "/staff/")
    cookie = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("desk="))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert client.get("/staff/audit").status_code == 200
    assert client.get("/staff/sign-out").status_code == 405
    assert post_form(client, "/staff/me", action="/staff/sign-out").location == "/staff/sign-in"
    assert client.get("/staff/audit").status_code == 302


def test_the_code_page_needs_a_password_first(client, app):
    _login, secret = _enrolled_login(app)
    for page in ("second-factor", "enrolment"):
        assert client.get(f"/staff/sign-in/{page}").location == "/staff/sign-in"


def test_ten_minutes_lie_between_password_and_code_at_most(client, app):
    login, secret = _enrolled_login(app)
    post_form(client, "/staff/sign-in", login=login, password=PASSWORD)
    with clock.at(NOON + timedelta(minutes=11)):
        assert client.get("/staff/sign-in/second-factor").location == "/staff/sign-in"


def test_the_eleventh_password_in_a_quarter_of_an_hour_waits(client, app):
    login, _secret_ = _enrolled_login(app)
    answers = [post_form(client, "/staff/sign-in", login=login, password="wrong").status_code for _n in range(11)]
    assert answers == [422] * 10 + [429]
    assert post_form(client, "/staff/sign-in", login=login, password=PASSWORD).status_code == 429
    with clock.at(NOON + timedelta(minutes=15)):
        assert post_form(client, "/staff/sign-in", login=login, password=PASSWORD).status_code == 303


def test_the_sixth_code_waits(client, app):
    login, secret = _enrolled_login(app)
    post_form(client, "/staff/sign-in", login=login, password=PASSWORD)
    answers = [post_form(client, "/staff/sign-in/second-factor", code="000000").status_code for _n in range(6)]
    assert answers == [422] * 5 + [429]
    right = post_form(client, "/staff/sign-in/second-factor", code=second_factor.code_at(secret, NOON))
    assert right.status_code == 429


def test_a_role_taken_closes_the_very_next_page(client, app):
    with app.app_context():
        person = a_staff_person("auditor")
        grant_id = person.grants[0].id
        sign_in_staff(client, person)
        db.session.remove()
    assert client.get("/staff/audit").status_code == 200
    with app.app_context():
        from staff.models import RoleGrant

        operations.take_role(db.session.get(RoleGrant, grant_id), actor=SYSTEM)
        db.session.remove()
    assert client.get("/staff/audit").status_code == 403


def test_a_closed_account_is_signed_out_at_once(client, app):
    with app.app_context():
        person = a_staff_person("auditor")
        sign_in_staff(client, person)
        operations.disable(person, actor=Actor("system", 0))
        db.session.remove()
    assert client.get("/staff/audit").status_code == 302
