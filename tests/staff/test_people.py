"""Two people for every role: proposals, scopes, oneself, and what closing an account ends."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel import audit, clock, form_keys, outbox, sign_ins
from kernel.actor import SYSTEM
from kernel.db import db
from kernel.form_keys import KeyUsedOtherwise
from staff import operations, queries
from staff.errors import (
    AlreadyDecided,
    BadgeTaken,
    ChangedSinceProposed,
    GrantOver,
    LoginTaken,
    NeedsSecondPerson,
    NotForOneself,
    OutsideScope,
    PersonDisabled,
    ProposalUnknown,
    ProposedAlready,
    RoleHeldAlready,
    TermBackwards,
)
from staff.models import PersonState, Proposal, ProposalState, RoleGrant, StaffPerson
from staff.proposals import ProposalKind
from tests.conftest import NOON
from tests.support.staff import a_staff_person, a_unit, actor_of, role

_keys = iter(range(10_000))


@pytest.fixture
def one(context):
    return a_staff_person("administrator", name="何静姝")


@pytest.fixture
def two(context):
    return a_staff_person("administrator", name="吴绍棠")


@pytest.fixture
def person(context):
    return a_staff_person("specialist", "SZ", name="陈砚书")


def propose_role(by, person, code="moderator", city=None, last_day=None, key=None):
    return operations.propose_role(
        person_id=person.id,
        role_id=role(code).id,
        unit_id=a_unit(city).id,
        last_day=last_day,
        reason="接手社区版面",
        key=key or f"key-of-the-form-{next(_keys)}",
        actor=actor_of(by),
    )


def state():
    """All that a refused verb must leave as it was."""
    return {
        model.__tablename__: db.session.execute(sa.select(model.__table__)).all()
        for model in (StaffPerson, RoleGrant, Proposal, audit.AuditEntry, form_keys.FormKey, sign_ins.SignIn)
    }


def refused(refusal, call):
    before = state()
    with pytest.raises(refusal):
        call()
    assert state() == before


def test_a_role_takes_effect_when_somebody_else_approves(one, two, person):
    proposal = propose_role(one, person, city="SZ")
    assert len(person.running_grants) == 1
    operations.approve(proposal.id, remark="已核实", actor=actor_of(two))
    assert proposal.state is ProposalState.APPROVED
    grant = person.running_grants[-1]
    assert (grant.role.code, grant.unit.city_code) == ("moderator", "SZ")
    assert (grant.given_by_id, grant.approved_by_id) == (one.id, two.id)
    actions = list(db.session.scalars(sa.select(audit.AuditEntry.action).order_by(audit.AuditEntry.id)))
    assert actions[-2:] == ["staff.role_given", "staff.proposal_approved"]


def test_the_proposer_cannot_approve(one, person):
    proposal = propose_role(one, person)
    refused(NeedsSecondPerson, lambda: operations.approve(proposal.id, actor=actor_of(one)))
    refused(NeedsSecondPerson, lambda: operations.decline(proposal.id, actor=actor_of(one)))


def test_nobody_gives_himself_a_role(one, two):
    refused(NotForOneself, lambda: propose_role(one, one))
    proposal = propose_role(one, two)
    third = a_staff_person("administrator")
    refused(NotForOneself, lambda: operations.approve(proposal.id, actor=actor_of(two)))
    operations.approve(proposal.id, actor=actor_of(third))


@pytest.mark.parametrize("code", ["auditor", "specialist", "moderator", None])
def test_who_may_not_manage_people_may_not_approve(one, person, code):
    proposal = propose_role(one, person)
    other = a_staff_person(code)
    refused(ProposalUnknown, lambda: operations.approve(proposal.id, actor=actor_of(other)))
    assert queries.proposal_for(other, proposal.id) is None


def test_the_scope_of_the_approver_counts(one, person):
    city = a_staff_person("administrator", "SZ")
    other_city = a_staff_person("administrator", "SH")
    for_group, for_city = propose_role(one, person), propose_role(one, person, city="SZ")
    refused(ProposalUnknown, lambda: operations.approve(for_group.id, actor=actor_of(city)))
    refused(ProposalUnknown, lambda: operations.approve(for_city.id, actor=actor_of(other_city)))
    assert queries.proposal_for(city, for_city.id) and queries.proposal_for(city, for_group.id) is None
    operations.approve(for_city.id, actor=actor_of(city))


def test_the_scope_of_the_proposer_counts(person):
    city = a_staff_person("administrator", "SZ")
    a_unit("SH")
    refused(OutsideScope, lambda: propose_role(city, person, city="SH"))
    refused(OutsideScope, lambda: propose_role(city, person))


def test_an_approver_whose_role_was_taken_in_between(one, two, person):
    proposal = propose_role(one, person)
    operations.take_role(two.running_grants[0], actor=SYSTEM)
    refused(ProposalUnknown, lambda: operations.approve(proposal.id, actor=actor_of(two)))


def test_a_proposer_whose_role_was_taken_in_between(one, two, person):
    proposal = propose_role(one, person)
    operations.take_role(one.running_grants[0], actor=SYSTEM)
    refused(OutsideScope, lambda: operations.approve(proposal.id, actor=actor_of(two)))


def test_a_proposal_is_decided_once(one, two, person):
    third = a_staff_person("administrator")
    proposal = propose_role(one, person)
    operations.decline(proposal.id, remark="不需要", actor=actor_of(two))
    refused(AlreadyDecided, lambda: operations.approve(proposal.id, actor=actor_of(third)))
    refused(AlreadyDecided, lambda: operations.withdraw(proposal.id, actor=actor_of(one)))
    assert len(person.running_grants) == 1


def test_only_the_proposer_withdraws(one, two, person):
    proposal = propose_role(one, person)
    refused(ProposalUnknown, lambda: operations.withdraw(proposal.id, actor=actor_of(two)))
    operations.withdraw(proposal.id, actor=actor_of(one))
    refused(AlreadyDecided, lambda: operations.approve(proposal.id, actor=actor_of(two)))


def test_what_has_changed_since_must_be_proposed_afresh(one, two, person):
    proposal = propose_role(one, person)
    operations.disable(person, actor=SYSTEM)
    refused(ChangedSinceProposed, lambda: operations.approve(proposal.id, actor=actor_of(two)))
    operations.decline(proposal.id, actor=actor_of(two))


def test_the_same_proposal_waits_once(one, two, person):
    first = propose_role(one, person, key="the-very-same-key-1")
    assert propose_role(one, person, key="the-very-same-key-1") == first
    refused(KeyUsedOtherwise, lambda: propose_role(one, person, city="SZ", key="the-very-same-key-1"))
    refused(ProposedAlready, lambda: propose_role(one, person))
    operations.decline(first.id, actor=actor_of(two))
    propose_role(one, person)


def test_a_role_has_a_last_day(one, two, person):
    refused(TermBackwards, lambda: propose_role(one, person, last_day=date(2026, 11, 22)))
    operations.approve(propose_role(one, person, last_day=date(2026, 11, 23)).id, actor=actor_of(two))
    assert len(person.running_grants) == 2
    with clock.at(clock.shanghai(date(2026, 11, 24)) - timedelta(seconds=1)):
        assert len(person.running_grants) == 2
    with clock.at(clock.shanghai(date(2026, 11, 24))):
        assert len(person.running_grants) == 1


def test_a_role_is_held_once_in_a_place(person):
    refused(RoleHeldAlready, lambda: operations.give_role(person, role("specialist"), a_unit("SZ"), actor=SYSTEM))


def test_a_role_is_ended_by_two_people(one, two, person):
    grant = person.running_grants[0]
    proposal = operations.propose_role_end(grant_id=grant.id, reason="调岗", key="k" * 20, actor=actor_of(one))
    assert person.permissions
    operations.approve(proposal.id, actor=actor_of(two))
    assert person.permissions == frozenset()
    refused(
        GrantOver,
        lambda: operations.propose_role_end(grant_id=grant.id, reason="调岗", key="l" * 20, actor=actor_of(one)),
    )
    refused(
        NotForOneself,
        lambda: operations.propose_role_end(
            grant_id=one.running_grants[0].id, reason="不想干了", key="m" * 20, actor=actor_of(one)
        ),
    )


def test_a_closed_account_ends_roles_links_and_browsers(one, two, person):
    token = sign_ins.begin("staff", person.id)
    proposal = operations.propose_disabling(person_id=person.id, reason="离职", key="k" * 20, actor=actor_of(one))
    assert sign_ins.person_behind("staff", token)
    operations.approve(proposal.id, actor=actor_of(two))
    assert sign_ins.person_behind("staff", token) is None
    assert person.state is PersonState.DISABLED and not person.running_grants
    refused(PersonDisabled, lambda: propose_role(one, person))
    refused(PersonDisabled, lambda: operations.send_password_link(person_id=person.id, actor=actor_of(one)))


def test_one_administrator_signs_a_person_out_at_once(one, person):
    token = sign_ins.begin("staff", person.id)
    operations.end_sign_ins(person_id=person.id, actor=actor_of(one))
    assert sign_ins.person_behind("staff", token) is None
    other_city = a_staff_person("administrator", "SH")
    refused(OutsideScope, lambda: operations.end_sign_ins(person_id=person.id, actor=actor_of(other_city)))


def invite(by, login="xie.ting", badge="VK-7", key="a-key-of-the-form"):
    return operations.propose_invitation(
        login=login, name="谢听澜", title="客户关系专员", badge=badge, work_phone="", mail="xie@example.com",
        unit_id=a_unit("SZ").id, role_id=role("specialist").id, last_day=None, reason="新同事", key=key,
        actor=actor_of(by),
    )  # fmt: skip


def test_an_invitation_goes_out_after_the_approval(one, two):
    proposal = invite(one, login="Xie.Ting")
    assert queries.by_login("xie.ting") is None
    operations.approve(proposal.id, actor=actor_of(two))
    newcomer = queries.by_login("xie.ting")
    assert newcomer.state is PersonState.INVITED and not newcomer.may_sign_in
    assert [g.role.code for g in newcomer.running_grants] == ["specialist"]
    mail = json.loads(db.session.scalars(sa.select(outbox.OutboxMessage.payload)).one())
    assert mail["to"] == "xie@example.com"
    token = mail["body"].split("/staff/invitations/")[1].split()[0]
    assert operations.accept_invitation(token=token, password="雨后的榕树下坐着一位老人家") == newcomer


def test_logins_and_badges_are_given_once(one, two, person):
    refused(LoginTaken, lambda: invite(one, login=person.login.upper()))
    refused(BadgeTaken, lambda: invite(one, badge=person.badge))
    first, second = invite(one, badge="VK-7"), invite(one, badge="VK-8", key="another-key-of-it")
    operations.approve(first.id, actor=actor_of(two))
    refused(LoginTaken, lambda: operations.approve(second.id, actor=actor_of(two)))


def test_a_lost_phone_needs_two_people(one, two, person):
    operations.begin_enrolment(person_id=person.id)
    person_id = person.id
    proposal = operations.propose_second_factor_reset(
        person_id=person_id, reason="手机丢失，已视频核身", key="k" * 20, actor=actor_of(one)
    )
    operations.approve(proposal.id, actor=actor_of(two))
    assert queries.get(person_id).totp_secret is None


def test_kinds_of_other_packages_use_the_same_two_people(one, two, person):
    done = []
    operations.register_proposal_kind(
        ProposalKind(
            "tests.kind",
            "service_requests.read",
            lambda payload, proposer, approver: done.append((payload["n"], proposer.id, approver.id)),
            lambda payload: f"number {payload['n']}",
        )
    )
    proposal = operations.propose(
        "tests.kind", payload={"n": 7}, reason="试", key="k" * 20, city_code="SZ", actor=actor_of(one)
    )
    assert queries.describe(proposal) == "number 7"
    with_right = a_staff_person("manager", "SZ")
    elsewhere = a_staff_person("manager", "SH")
    refused(ProposalUnknown, lambda: operations.approve(proposal.id, actor=actor_of(elsewhere)))
    operations.approve(proposal.id, actor=actor_of(with_right))
    assert done == [(7, one.id, with_right.id)]


def test_an_effect_that_is_refused_leaves_the_proposal_open(one, two, person):
    proposal = propose_role(one, person, code="specialist", city="SZ")
    refused(RoleHeldAlready, lambda: operations.approve(proposal.id, actor=actor_of(two)))
    assert db.session.get(Proposal, proposal.id, populate_existing=True).state is ProposalState.OPEN


def test_people_are_listed_within_the_scope(one, person):
    a_staff_person("specialist", "SH", name="苏晚晴")
    project = a_staff_person("specialist", "SZ", "SZ-CLW", name="罗启明")
    city = a_staff_person("administrator", "SZ")
    assert set(queries.people_for(city).items) == {person, project, city}
    assert len(queries.people_for(one).items) == 5
    assert queries.people_for(city, words="罗").items == [project]
    assert queries.people_for(city, words="%").items == queries.people_for(city).items
    assert queries.people_for(city, role_id=role("administrator").id).items == [city]
    assert queries.person_for(city, one.id) is None


def test_away_until_the_end_of_a_day(person):
    until = clock.start_of(date(2026, 11, 25))
    operations.set_away(person_id=person.id, until=until, deputy_id=None, actor=actor_of(person))
    assert person.is_away(NOON) and not person.is_away(until)
