"""The verbs of the events on a real database; each refusal changes nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from events import errors, operations, queries
from events.models import (
    Audience,
    CheckIn,
    Event,
    EventState,
    QueueLog,
    QueueStep,
    Registration,
    RegistrationState,
)
from kernel import clock, jobs, outbox
from kernel.actor import SYSTEM, Actor
from kernel.audit import AuditEntry
from kernel.db import db
from kernel.form_keys import KeyUsedOtherwise
from member.models import Notice
from points import queries as points
from tests.conftest import NOON
from tests.support.events import a_draft, a_key, a_sign_up, an_event, facts
from tests.support.member import a_member, sent_texts

DOOR = Actor("staff", 7, "沈悦")
pytestmark = pytest.mark.usefixtures("context")


def fresh(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def everything():
    """Return what a refusal must leave as it was."""
    tables = (Registration, QueueLog, CheckIn, Notice, outbox.OutboxMessage, AuditEntry)
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]
    events = db.session.execute(
        sa.select(Event.id, Event.state, Event.heads_taken, Event.capacity, Event.sequence, Event.last_queue_number)
    ).all()
    parties = db.session.execute(
        sa.select(Registration.id, Registration.state, Registration.heads_in, Registration.points_paid)
    ).all()
    return counts, sorted(map(str, events)), sorted(map(str, parties))


def refused(refusal, call):
    before = everything()
    with pytest.raises(refusal):
        call()
    assert everything() == before


def balance(member):
    return points.account_of(member.id).available


def log_of(event):
    rows = db.session.scalars(sa.select(QueueLog).where(QueueLog.event_id == event.id).order_by(QueueLog.id))
    return [(row.step, row.queue_number, row.heads_free) for row in rows]


# --- signing up --------------------------------------------------------------------------------------------------------


def test_a_party_is_seated_with_its_companions_counted():
    event, member = an_event(capacity=10), a_member()
    registration = a_sign_up(event, member, adults=2, preschoolers=1)
    assert (registration.state, registration.heads, registration.children) == (RegistrationState.SEATED, 3, 1)
    assert fresh(event).heads_taken == 3
    assert registration.ticket_code and len(registration.ticket_code) == 10
    notice = db.session.scalars(
        sa.select(Notice).where(Notice.member_id == member.id, Notice.kind == "events.signed_up")
    ).one()
    assert notice.url == f"/me/tickets/{registration.id}"
    assert registration.ticket_code[:5] in notice.body


def test_the_same_form_sent_twice_is_one_sign_up_also_when_the_event_is_full_by_then():
    event, member, key = an_event(capacity=1), a_member(), a_key()
    first = a_sign_up(event, member, key=key)
    again = a_sign_up(event, member, key=key)
    assert first.id == again.id
    assert fresh(event).heads_taken == 1


def test_the_same_key_with_another_party_is_refused():
    event, member, key = an_event(), a_member(), a_key()
    a_sign_up(event, member, key=key)
    refused(KeyUsedOtherwise, lambda: a_sign_up(event, member, key=key, adults=2))


def test_a_member_signs_up_once_and_again_after_cancelling():
    event, member = an_event(), a_member()
    first = a_sign_up(event, member)
    refused(errors.AlreadySignedUp, lambda: a_sign_up(event, member))
    operations.cancel(first.id, actor=Actor.member(member))
    second = a_sign_up(event, member)
    assert second.id != first.id
    assert fresh(event).heads_taken == 1


def test_two_live_sign_ups_are_refused_by_the_database_itself(write):
    event, member = an_event(), a_member()
    first = a_sign_up(event, member)
    values = {
        c.name: getattr(first, c.name) for c in Registration.__table__.columns if c.name not in {"id", "ticket_code"}
    }
    with pytest.raises(sa.exc.IntegrityError):
        write(lambda: db.session.execute(sa.insert(Registration).values(**values)))


def test_the_database_itself_refuses_one_head_too_many(write):
    event = an_event(capacity=3)
    with pytest.raises(sa.exc.IntegrityError):
        write(lambda: db.session.execute(sa.update(Event).where(Event.id == event.id).values(heads_taken=4)))


@pytest.mark.parametrize(
    ("event_facts", "party", "refusal"),
    [
        ({"companions_limit": 1}, {"adults": 3}, errors.PartyTooLarge),
        ({"children_limit": 0}, {"pupils": 1}, errors.TooManyChildren),
        ({}, {"adults": 0}, errors.BadParty),
        ({"safety_notice": "请戴安全帽。"}, {}, errors.NoticeNotAccepted),
        ({"opens_at": NOON + timedelta(hours=1)}, {}, errors.NotOpenYet),
        ({"closes_at": NOON, "opens_at": NOON - timedelta(days=2)}, {}, errors.SignUpClosed),
    ],
)
def test_what_cannot_be_signed_up_for_changes_nothing(event_facts, party, refusal):
    event, member = an_event(**event_facts), a_member()
    refused(refusal, lambda: a_sign_up(event, member, **party))


def test_the_safety_notice_is_accepted_by_ticking_it():
    event, member = an_event(safety_notice="请戴安全帽。"), a_member()
    assert a_sign_up(event, member, accepted_notice=True).notice_accepted


def test_drafts_and_owners_events_do_not_exist_for_others():
    member, draft = a_member(), a_draft()
    refused(errors.NotInvited, lambda: a_sign_up(draft, member))
    closed = an_event(audience=Audience.OWNERS, project_code="SZ-CLW")
    refused(errors.NotInvited, lambda: a_sign_up(closed, member))
    assert queries.event_for(member.id, closed.id) is None
    assert queries.event_for(None, closed.id) is None


def test_owners_are_invited_to_their_projects_events(monkeypatch):
    member, closed = a_member(), an_event(audience=Audience.OWNERS, project_code="SZ-CLW")
    monkeypatch.setattr("homes.queries.project_codes_of", lambda _member_id: frozenset({"SZ-CLW"}))
    assert queries.event_for(member.id, closed.id) is not None
    assert a_sign_up(closed, member).is_seated


def test_three_no_shows_pause_the_sign_up_and_an_excuse_lifts_it(write):
    member = a_member()
    missed = []
    for days in (5, 6, 7):
        with clock.at(NOON - timedelta(days=days + 1)):
            event = an_event(starts_at=NOON - timedelta(days=days))
            missed.append(a_sign_up(event, member))
    write(lambda: db.session.execute(sa.update(Registration).values(state=RegistrationState.NO_SHOW, ended_at=NOON)))
    event = an_event()
    refused(errors.PausedAfterNoShows, lambda: a_sign_up(event, member))
    refused(errors.ReasonMissing, lambda: operations.excuse_no_show(missed[0].id, reason=" ", actor=DOOR))
    operations.excuse_no_show(missed[0].id, reason="台风停运", actor=DOOR)
    refused(errors.NoNoShow, lambda: operations.excuse_no_show(missed[0].id, reason="再次", actor=DOOR))
    assert a_sign_up(event, member).is_seated


# --- the queue ---------------------------------------------------------------------------------------------------------


def full_event(capacity=4, waiting=(2, 1)):
    """Return an event whose places one party holds, that party, and parties waiting with so many heads each."""
    event = an_event(capacity=capacity, companions_limit=capacity - 1)
    seated = a_sign_up(event, a_member(), adults=capacity)
    line = [a_sign_up(event, a_member(), adults=heads) for heads in waiting]
    return event, seated, line


def test_whoever_does_not_fit_waits_under_a_number():
    event, _seated, (first, second) = full_event()
    assert (first.state, first.queue_number, second.queue_number) == (RegistrationState.WAITING, 1, 2)
    assert queries.place_in_line(second) == queries.PlaceInLine(parties=1, heads=2)
    assert fresh(event).heads_taken == 4
    assert first.ticket_code is None


def test_a_cancellation_offers_the_heads_in_the_same_step_to_those_who_fit():
    event, seated, (first, second) = full_event(capacity=4, waiting=(3, 2))
    operations.cancel(seated.id, actor=SYSTEM)
    assert fresh(first).state is RegistrationState.OFFERED
    assert fresh(first).offer_until == NOON + timedelta(hours=24)
    assert fresh(second).state is RegistrationState.WAITING
    assert fresh(event).heads_taken == 3
    member_text = sent_texts(db.session.get(type(a_member()), first.member_id).mobile)
    assert any(f"/me/tickets/{first.id}" in text for text in member_text)


def test_the_first_that_fits_is_offered_and_the_skip_is_told():
    event = an_event(capacity=4)
    a_sign_up(event, a_member(), adults=2)
    couple = a_sign_up(event, a_member(), adults=2)
    family = a_sign_up(event, a_member(), adults=4)
    single = a_sign_up(event, a_member(), adults=1)
    operations.cancel(couple.id, actor=SYSTEM)
    assert fresh(family).state is RegistrationState.WAITING
    assert fresh(single).state is RegistrationState.OFFERED
    assert log_of(event)[-2:] == [(QueueStep.SKIPPED, 1, 2), (QueueStep.OFFERED, 2, 2)]
    told = str(queries.queue_log(event)[1].sentence) % {"number": 1, "heads": 4, "free": 2}
    assert "1" in told


def test_a_newcomer_that_fits_is_seated_and_those_who_wait_read_why():
    event = an_event(capacity=4)
    a_sign_up(event, a_member(), adults=3)
    a_sign_up(event, a_member(), adults=3)
    assert a_sign_up(event, a_member(), adults=1).is_seated
    assert log_of(event)[-1] == (QueueStep.PASSED, 1, 1)


def test_taking_the_offer_gives_a_ticket():
    event, seated, (first, _second) = full_event()
    operations.cancel(seated.id, actor=SYSTEM)
    operations.accept_offer(first.id, actor=SYSTEM)
    assert fresh(first).is_seated
    assert fresh(first).ticket_code
    assert fresh(event).heads_taken == 3
    refused(errors.NoOffer, lambda: operations.accept_offer(first.id, actor=SYSTEM))
    refused(errors.NoOffer, lambda: operations.decline_offer(first.id, actor=SYSTEM))


def test_declining_hands_the_place_on_at_once():
    event, seated, (first, second) = full_event(capacity=2, waiting=(2, 2))
    operations.cancel(seated.id, actor=SYSTEM)
    operations.decline_offer(first.id, actor=SYSTEM)
    assert fresh(first).state is RegistrationState.CANCELLED
    assert fresh(second).state is RegistrationState.OFFERED
    assert fresh(event).heads_taken == 2


def test_an_offer_that_ran_out_cannot_be_taken_and_goes_to_the_next():
    event, seated, (first, second) = full_event(capacity=2, waiting=(2, 2))
    operations.cancel(seated.id, actor=SYSTEM)
    with clock.at(NOON + timedelta(hours=24)):
        refused(errors.OfferLapsed, lambda: operations.accept_offer(first.id, actor=SYSTEM))
        jobs.run("events.repair_queues")
        before = everything()
        jobs.run("events.repair_queues")
        assert everything() == before
    assert fresh(first).state is RegistrationState.LAPSED
    assert fresh(second).state is RegistrationState.OFFERED
    assert fresh(event).heads_taken == 2


def test_the_hourly_run_mends_a_forgotten_path_and_a_wrong_counter(write):
    event, seated, (first, _second) = full_event(capacity=4, waiting=(2, 1))
    write(
        lambda: db.session.execute(
            sa.update(Registration).where(Registration.id == seated.id).values(state=RegistrationState.CANCELLED)
        )
    )
    jobs.run("events.repair_queues")
    assert fresh(first).state is RegistrationState.OFFERED
    assert fresh(event).heads_taken == 3
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "events.counter_corrected")) == 1


def test_nobody_is_offered_a_place_half_an_hour_before_the_start():
    event, seated, (first, _second) = full_event()
    with clock.at(event.starts_at - timedelta(minutes=20)):
        operations.cancel(seated.id, actor=DOOR)
    assert fresh(first).state is RegistrationState.WAITING


def test_a_larger_house_is_filled_from_the_queue():
    event, _seated, (first, second) = full_event(capacity=4, waiting=(2, 1))
    operations.edit(event.id, facts(capacity=7, companions_limit=3), actor=SYSTEM)
    assert {fresh(first).state, fresh(second).state} == {RegistrationState.OFFERED}
    assert fresh(event).heads_taken == 7


# --- giving back -------------------------------------------------------------------------------------------------------


def test_after_the_agreed_moment_only_staff_cancel():
    event, member = an_event(starts_at=NOON + timedelta(hours=30)), a_member()
    registration = a_sign_up(event, member)
    with clock.at(NOON + timedelta(hours=6)):
        refused(errors.TooLateToCancel, lambda: operations.cancel(registration.id, actor=Actor.member(member)))
        operations.cancel(registration.id, actor=DOOR, reason="来电")
    assert fresh(event).heads_taken == 0


def test_the_terms_are_those_of_the_day_of_signing_up():
    event, member = an_event(), a_member()
    registration = a_sign_up(event, member)
    stricter = facts(capacity=10, cancel_until=NOON - timedelta(days=5), opens_at=event.opens_at)
    operations.edit(event.id, stricter, actor=SYSTEM)
    operations.cancel(registration.id, actor=Actor.member(member))
    assert fresh(registration).state is RegistrationState.CANCELLED
    refused(errors.NothingToCancel, lambda: operations.cancel(registration.id, actor=Actor.member(member)))


# --- points ------------------------------------------------------------------------------------------------------------


def test_a_place_that_costs_points_takes_them_and_gives_them_back():
    member = a_member()
    before = balance(member)
    event = an_event(price_points=10)
    registration = a_sign_up(event, member, adults=2)
    assert (balance(member), registration.points_paid) == (before - 20, 20)
    operations.cancel(registration.id, actor=Actor.member(member))
    assert (balance(member), fresh(registration).points_paid) == (before, 0)


def test_too_few_points_refuse_the_whole_sign_up():
    from kernel.errors import Refused

    event, member = an_event(price_points=100_000), a_member()
    refused(Refused, lambda: a_sign_up(event, member))
    assert fresh(event).heads_taken == 0


def test_a_place_from_the_queue_costs_its_points_when_it_is_taken():
    event = an_event(price_points=10, capacity=1)
    first, second = a_member(), a_member()
    before = balance(second)
    seated = a_sign_up(event, first)
    waiting = a_sign_up(event, second)
    operations.cancel(seated.id, actor=Actor.member(first))
    assert balance(second) == before
    operations.accept_offer(waiting.id, actor=Actor.member(second))
    assert balance(second) == before - 10


# --- the door ----------------------------------------------------------------------------------------------------------


def at_the_door(adults=4):
    event, member = an_event(starts_at=NOON + timedelta(hours=2), cancel_until=NOON), a_member()
    return event, member, a_sign_up(event, member, adults=adults)


def test_three_of_four_then_the_fourth_and_never_a_fifth():
    _event, member, party = at_the_door()
    before = balance(member)
    operations.check_in(party.id, heads=3, nonce=a_key(), actor=DOOR)
    assert (fresh(party).heads_in, fresh(party).state) == (3, RegistrationState.ATTENDED)
    refused(errors.TooManyAtTheDoor, lambda: operations.check_in(party.id, heads=2, nonce=a_key(), actor=DOOR))
    operations.check_in(party.id, heads=1, nonce=a_key(), actor=DOOR)
    refused(errors.AllAreIn, lambda: operations.check_in(party.id, heads=1, nonce=a_key(), actor=DOOR))
    assert fresh(party).heads_in == 4
    assert balance(member) == before + 50


def test_the_same_scan_sent_again_changes_nothing():
    _event, _member, party = at_the_door()
    nonce = a_key()
    first = operations.check_in(party.id, heads=2, nonce=nonce, actor=DOOR)
    before = everything()
    assert operations.check_in(party.id, heads=2, nonce=nonce, actor=DOOR).id == first.id
    assert everything() == before
    refused(errors.NonceUsedOtherwise, lambda: operations.check_in(party.id, heads=1, nonce=nonce, actor=DOOR))


def test_undoing_takes_the_points_back_and_letting_in_anew_grants_them_once():
    _event, member, party = at_the_door()
    before = balance(member)
    first = operations.check_in(party.id, heads=3, nonce=a_key(), actor=DOOR)
    second = operations.check_in(party.id, heads=1, nonce=a_key(), actor=DOOR)
    refused(errors.ReasonMissing, lambda: operations.undo_check_in(first.id, reason="  ", actor=DOOR))
    operations.undo_check_in(first.id, reason="扫错了票", actor=DOOR)
    assert (fresh(party).heads_in, balance(member)) == (1, before + 50)
    refused(errors.AlreadyUndone, lambda: operations.undo_check_in(first.id, reason="又一次", actor=DOOR))
    undone = operations.undo_check_in(second.id, reason="扫错了票", actor=DOOR)
    assert (fresh(party).heads_in, fresh(party).state, balance(member)) == (0, RegistrationState.SEATED, before)
    refused(errors.AlreadyUndone, lambda: operations.undo_check_in(undone.id, reason="撤销的撤销", actor=DOOR))
    operations.check_in(party.id, heads=4, nonce=a_key(), actor=DOOR)
    assert balance(member) == before + 50


def test_a_cancelled_ticket_never_passes():
    _event, _member, party = at_the_door()
    operations.cancel(party.id, actor=DOOR)
    refused(errors.TicketNotValid, lambda: operations.check_in(party.id, heads=1, nonce=a_key(), actor=DOOR))


def test_the_door_is_shut_the_day_before():
    event, member = an_event(), a_member()
    party = a_sign_up(event, member)
    refused(errors.DoorClosed, lambda: operations.check_in(party.id, heads=1, nonce=a_key(), actor=DOOR))


def test_what_happened_at_the_door_is_never_changed_or_deleted(write):
    _event, _member, party = at_the_door()
    operations.check_in(party.id, heads=1, nonce=a_key(), actor=DOOR)
    for statement in (sa.update(CheckIn).values(heads=4), sa.delete(CheckIn)):
        with pytest.raises(sa.exc.DBAPIError):
            write(lambda statement=statement: db.session.execute(statement))


def test_a_ticket_of_another_event_is_named():
    _event, _member, party = at_the_door()
    other = an_event(title_zh="中秋晚会")
    with pytest.raises(errors.TicketOfAnotherEvent):
        queries.party_at_door(other, party.ticket_code)
    with pytest.raises(errors.UnknownTicket):
        queries.party_at_door(other, "ABCDE-FGHJK")


# --- setting up and ending ---------------------------------------------------------------------------------------------


def test_a_draft_is_published_once_and_before_it_starts():
    draft = a_draft()
    operations.publish(draft.id, actor=SYSTEM)
    refused(errors.NotADraft, lambda: operations.publish(draft.id, actor=SYSTEM))
    late = a_draft(starts_at=NOON)
    refused(errors.StartsInThePast, lambda: operations.publish(late.id, actor=SYSTEM))


def test_the_same_draft_form_twice_is_one_event():
    key, given = a_key(), facts()
    assert operations.create(given, key=key, actor=DOOR).id == operations.create(given, key=key, actor=DOOR).id


def test_staff_set_up_within_their_own_area():
    from staff.queries import Scope

    shanghai = Scope(city_codes=frozenset({"SH"}))
    refused(errors.OutsideOwnArea, lambda: operations.create(facts(), key=a_key(), actor=DOOR, scope=shanghai))
    refused(errors.ProjectNeeded, lambda: operations.create(facts(audience=Audience.OWNERS), key=a_key(), actor=DOOR))


def test_what_people_hold_and_pay_does_not_change_under_them():
    event = an_event()
    a_sign_up(event, a_member(), adults=3)
    refused(errors.CapacityBelowTaken, lambda: operations.edit(event.id, facts(capacity=2), actor=SYSTEM))
    refused(errors.PriceIsFixed, lambda: operations.edit(event.id, facts(price_points=5), actor=SYSTEM))


def test_a_new_time_is_told_to_everybody_once():
    event, member = an_event(), a_member()
    registration = a_sign_up(event, member)
    operations.edit(event.id, facts(starts_at=NOON + timedelta(days=11)), actor=SYSTEM)
    for _twice in range(2):
        deliver("events.changed")
    assert fresh(event).sequence == 1
    assert len([t for t in sent_texts(member.mobile) if f"/me/tickets/{registration.id}" in t]) == 1
    notices = db.session.scalars(sa.select(Notice).where(Notice.kind == "events.event_changed")).all()
    assert [notice.member_id for notice in notices] == [member.id]


def deliver(topic):
    """Hand the newest message of a topic to its handler, as the worker does; again and again if wanted."""
    import json

    row = db.session.scalars(
        sa.select(outbox.OutboxMessage)
        .where(outbox.OutboxMessage.topic == topic)
        .order_by(outbox.OutboxMessage.id.desc())
    ).first()
    outbox._handlers[topic](outbox.Delivery(row.id, json.loads(row.payload)))


def test_a_cancelled_event_tells_everybody_and_gives_the_points_back():
    event = an_event(price_points=10, capacity=2)
    members = [a_member() for _n in range(3)]
    before = [balance(member) for member in members]
    parties = [a_sign_up(event, member) for member in members]
    refused(errors.ReasonMissing, lambda: operations.cancel_event(event.id, reason="", actor=DOOR))
    operations.cancel_event(event.id, reason="台风橙色预警", actor=DOOR)
    refused(errors.NotPublished, lambda: operations.cancel_event(event.id, reason="再次", actor=DOOR))
    deliver("events.cancelled")
    before_again = everything()
    deliver("events.cancelled")
    assert everything() == before_again
    assert {fresh(party).state for party in parties} == {RegistrationState.CANCELLED}
    assert [balance(member) for member in members] == before
    assert fresh(event).heads_taken == 0
    assert all(any("台风橙色预警" in text for text in sent_texts(member.mobile)) for member in members)
    late = a_member()
    refused(errors.SignUpClosed, lambda: a_sign_up(event, late))


def test_a_cancelled_event_is_released_by_the_hourly_run_when_the_worker_lost_the_message(write):
    event = an_event()
    party = a_sign_up(event, a_member())
    operations.cancel_event(event.id, reason="场地停电", actor=DOOR)
    write(lambda: db.session.execute(sa.delete(outbox.OutboxMessage)))
    jobs.run("events.repair_queues")
    assert fresh(party).state is RegistrationState.CANCELLED


def test_a_past_event_is_closed_and_who_did_not_come_is_noted():
    event = an_event(capacity=3, companions_limit=1)
    came, stayed_away = a_sign_up(event, a_member()), a_sign_up(event, a_member(), adults=2)
    waiting = a_sign_up(event, a_member())
    with clock.at(event.starts_at):
        operations.check_in(came.id, heads=1, nonce=a_key(), actor=DOOR)
    with clock.at(event.ends_at + timedelta(hours=13)):
        jobs.run("events.repair_queues")
        jobs.run("events.repair_queues")
    assert fresh(event).state is EventState.FINISHED
    assert fresh(came).state is RegistrationState.ATTENDED
    assert fresh(stayed_away).state is RegistrationState.NO_SHOW
    assert fresh(waiting).state is RegistrationState.LAPSED
    assert fresh(event).heads_taken == 3


def test_nobody_is_a_no_show_where_the_door_was_not_used():
    event = an_event()
    party = a_sign_up(event, a_member())
    with clock.at(event.ends_at + timedelta(hours=13)):
        jobs.run("events.repair_queues")
    assert (fresh(event).state, fresh(party).state) == (EventState.FINISHED, RegistrationState.SEATED)


def test_whoever_leaves_the_club_gives_the_places_back(write):
    from member import signals
    from member.models import Member

    event, member = (
        an_event(capacity=1, starts_at=NOON + timedelta(hours=5), cancel_until=NOON - timedelta(days=1)),
        a_member(),
    )
    own, next_in_line = a_sign_up(event, member), a_sign_up(event, a_member())
    write(lambda: signals.account_closed.send(Member, member=member))
    assert fresh(own).state is RegistrationState.CANCELLED
    assert fresh(next_in_line).state is RegistrationState.OFFERED


def test_messages_are_plain_text_in_the_members_language():
    event = an_event(title_zh="咖啡 & 茶 <3", title_en="Coffee & tea <3")
    for locale, opening in (
        ("zh_Hans_CN", "报名成功：咖啡 & 茶 <3"),
        ("en", "Your place is confirmed: Coffee & tea <3"),
    ):
        member = a_member(locale=locale)
        a_sign_up(event, member)
        notice = db.session.scalars(
            sa.select(Notice).where(Notice.member_id == member.id, Notice.kind == "events.signed_up")
        ).one()
        assert notice.title == opening
