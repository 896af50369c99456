"""The verbs of cases on a real database; each refusal leaves everything as it was."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from kernel import clock, outbox
from kernel.actor import SYSTEM, Actor
from kernel.audit import AuditEntry
from kernel.db import db
from kernel.errors import Conflict, Refused
from member.models import Notice
from service_requests import errors, operations, queries
from service_requests.clocks import ClockCode
from service_requests.dictionary import Audience, EventKind, HiddenReason, Kind, Severity, Status, Step, Visibility
from service_requests.models import NEVER, BoardMonth, Case, CaseEvent, EscalationMark, EvidenceRecord
from tests.conftest import NOON
from tests.support.homes import lives_in, owned_home
from tests.support.member import a_member, sent_texts
from tests.support.service_requests import a_case, a_handler, a_key, a_manager, a_post, a_repair, reply, solved

pytestmark = pytest.mark.usefixtures("context")
HOUR = timedelta(hours=1)


def _counts() -> tuple[int, ...]:
    tables = (Case, CaseEvent, AuditEntry, Notice, EvidenceRecord, EscalationMark, outbox.OutboxMessage)
    return tuple(db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def _state(case_id: int) -> dict:
    db.session.expire_all()
    row = db.session.execute(sa.select(Case.__table__).where(Case.id == case_id)).one()
    return dict(row._mapping)


class _NothingChanges:
    def __init__(self, kind: type[Refused], case: Case | None = None) -> None:
        self.kind, self.case = kind, case

    def __enter__(self) -> "_NothingChanges":
        self.before = (_counts(), _state(self.case.id) if self.case else None)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, _trace: object) -> bool:
        assert kind is not None, f"{self.kind.__name__} was not raised"
        if not isinstance(error, self.kind):
            return False
        assert (_counts(), _state(self.case.id) if self.case else None) == self.before
        return True


def refused(kind: type[Refused], case: Case | None = None) -> _NothingChanges:
    return _NothingChanges(kind, case)


def fresh(case: Case) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case.id)


def member_of(case: Case) -> Actor:
    return Actor("member", case.member_id, "会员")


# --- filing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "prefix"), [(Kind.ENQUIRY, "ZX"), (Kind.COMPLAINT, "TS"), (Kind.SUGGESTION, "JY")])
def test_a_case_gets_a_number_a_promise_and_a_receipt(kind: Kind, prefix: str) -> None:
    case = a_case(kind=kind)
    assert case.number.startswith(f"{prefix}261123-")
    assert case.status is Status.NEW and case.visibility is Visibility.PRIVATE and case.severity is Severity.ORDINARY
    assert case.first_due_at == NOON + 24 * HOUR
    assert case.next_due_at == NOON + 24 * HOUR and case.next_due_clock == "first_reply"
    notice = db.session.scalars(sa.select(Notice).where(Notice.member_id == case.member_id)).all()[-1]
    assert case.number in notice.title + notice.body
    assert notice.url == f"/me/cases/{case.number}"


def test_a_repair_belongs_to_a_home_and_has_three_words() -> None:
    case = a_repair(preferred=["2026-11-25:am", "2026-11-26:pm"], may_enter=True)
    assert case.number.startswith("BX")
    assert case.project_code == "SZ-YHL" and case.city_code == "SZ"
    assert case.place.startswith("屿禾里 2栋1单元")
    assert case.preferred == ["2026-11-25:am", "2026-11-26:pm"] and not case.emergency


@pytest.mark.parametrize("fault", ["sparks"])
def test_some_faults_are_emergencies_whatever_was_ticked(fault: str) -> None:
    case = a_repair(room="kitchen", part="electric", fault=fault, text="厨房插座跳闸，烧焦味")
    assert case.emergency
    assert case.next_due_clock == "call_back" and case.next_due_at == NOON + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"text": "漏水"}, errors.TextTooShort),
        ({"text": "😀😀😀😀😀😀😀😀"}, errors.TextTooShort),
        ({"text": "   \n  "}, errors.TextTooShort),
        ({"room": "kitchen", "part": "lift", "fault": "leak"}, errors.WordsDoNotFit),
        ({"fault": None}, errors.WordsDoNotFit),
        ({"home_id": None}, errors.HomeMissing),
        ({"home_id": 999_999}, errors.NotYourHome),
        ({"preferred": ["2026-11-23:am"]}, errors.TimesInThePast),
        ({"preferred": ["2026-11-25:night"]}, errors.TimesInThePast),
        ({"preferred": ["soon"]}, errors.TimesInThePast),
        ({"uttered_at": NOON + HOUR}, errors.UtteredInFuture),
    ],
)
def test_a_repair_is_refused_and_nothing_changes(facts: dict, refusal: type[Refused]) -> None:
    member = a_member()
    home = owned_home(member)
    with refused(refusal):
        a_repair(member, home=home, **facts)


def test_a_neighbours_home_is_not_ones_own() -> None:
    home = owned_home(a_member())
    stranger = a_member()
    with refused(errors.NotYourHome):
        a_repair(stranger, home=home)


def test_the_same_key_gives_the_first_case() -> None:
    member, key = a_member(), a_key()
    first = a_case(member, key=key)
    before = _counts()
    assert a_case(member, key=key).id == first.id
    assert _counts() == before
    with refused(Conflict):
        a_case(member, key=key, text="另一个完全不同的问题")


def test_staff_file_for_a_caller_and_the_clock_starts_with_his_words() -> None:
    member, person = a_member(), a_handler()
    said = NOON - 3 * HOUR
    case = a_case(member, actor=Actor.staff(person), member_id=member.id, uttered_at=said)
    assert case.member_id == member.id and case.filed_by_staff_id == person.id
    assert case.first_due_at == said + 24 * HOUR
    with refused(errors.UnknownMember):
        a_case(member, actor=Actor.staff(person), member_id=None)


# --- R1: what is a reply ---------------------------------------------------------------------------------------------


def test_only_a_public_reply_by_a_person_stops_the_first_reply_clock() -> None:
    case, person = a_case(), a_handler()
    staff = Actor.staff(person)
    operations.note_internally(case.id, text="先查一下档案", actor=staff, key=a_key())
    operations.accept(case.id, actor=staff)
    operations.change_class(case.id, severity=Severity.IMPORTANT, reason="涉及合同", actor=staff)
    assert fresh(case).first_replied_at is None
    reply(case, person)
    assert fresh(case).first_replied_at == NOON


def test_an_internal_note_touches_nothing_but_the_conversation() -> None:
    case, person = a_case(), a_handler()
    before = _state(case.id)
    event = operations.note_internally(case.id, text="业主情绪激动", actor=Actor.staff(person), key=a_key())
    assert event.audience is Audience.STAFF
    assert _state(case.id) == before
    assert queries.events_for_member(case.id)[-1].kind is EventKind.FILED


@pytest.mark.parametrize(("late", "kept"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_on_time_is_to_the_second(late: timedelta, kept: bool) -> None:
    case, person = a_post(), a_handler()
    with clock.at(NOON + 24 * HOUR + late):
        reply(case, person)
        month = db.session.get_one(BoardMonth, date(2026, 11, 1))
        assert (month.kept, month.broken) == ((1, 0) if kept else (0, 1))
        assert fresh(case).promise_counted == ("kept" if kept else "broken")


def test_the_first_reply_goes_by_text_message_and_the_second_does_not() -> None:
    member, person = a_member(), a_handler()
    case = a_case(member)
    reply(case, person)
    reply(case, person, "补充：请携带购房合同原件。")
    texts = [text for text in sent_texts(member.mobile) if case.number in text]
    assert len(texts) == 1
    notices = db.session.scalars(sa.select(Notice.kind).where(Notice.member_id == member.id)).all()
    assert notices.count("service_requests.replied") == 2


def test_a_first_reply_accepts_a_new_case() -> None:
    case, person = a_case(), a_handler()
    reply(case, person)
    case = fresh(case)
    assert case.status is Status.OPEN and case.assignee_id == person.id and case.evidence_step == 5


def test_a_call_counts_from_its_own_time() -> None:
    case, person = a_case(), a_handler()
    with clock.at(NOON + 30 * HOUR):
        operations.record_call(
            case.id, text="电话中已说明办证所需材料", called_at=NOON + 2 * HOUR, actor=Actor.staff(person), key=a_key()
        )
        assert fresh(case).first_replied_at == NOON + 2 * HOUR
        event = queries.events_for_member(case.id)[-1]
        assert event.at == NOON + 2 * HOUR and event.entered_at == NOON + 30 * HOUR
    for wrong in (NOON - HOUR, NOON + HOUR):
        with refused(errors.CallTimeImpossible):
            operations.record_call(case.id, text="说明", called_at=wrong, actor=Actor.staff(person), key=a_key())


def test_one_key_is_one_reply() -> None:
    case, person, key = a_case(), a_handler(), a_key()
    first = operations.reply_publicly(case.id, text="您好，已收到", actor=Actor.staff(person), key=key)
    again = operations.reply_publicly(case.id, text="您好，已收到", actor=Actor.staff(person), key=key)
    assert first.id == again.id


# --- the next reply, waiting, solving --------------------------------------------------------------------------------


def test_a_question_pauses_solving_and_the_answer_sets_it_going() -> None:
    case, person = a_case(), a_handler()
    operations.accept(case.id, actor=Actor.staff(person))
    operations.ask_member(case.id, text="请补充合同编号。", actor=Actor.staff(person), key=a_key())
    paused = fresh(case)
    assert paused.status is Status.WAITING_MEMBER and paused.next_due_at == NEVER and paused.first_replied_at == NOON
    with clock.at(NOON + 5 * HOUR):
        operations.write(case.id, text="合同编号是 12345", actor=member_of(case), key=a_key())
        case = fresh(case)
        assert case.status is Status.OPEN
        assert case.next_due_clock == "next_reply" and case.next_due_at == NOON + 29 * HOUR


def test_a_word_of_thanks_on_a_solved_case_starts_no_clock() -> None:
    case = solved(a_case(), a_handler())
    operations.write(case.id, text="谢谢", actor=member_of(case), key=a_key())
    case = fresh(case)
    assert case.status is Status.RESOLVED and case.next_due_at == NEVER and case.next_mark_at is None


def test_a_member_confirms_once() -> None:
    case = solved(a_case(), a_handler())
    operations.confirm(case.id, actor=member_of(case))
    case = fresh(case)
    assert case.status is Status.CLOSED and case.closed_at == NOON and case.frozen_clocks
    with refused(errors.NothingToConfirm, case):
        operations.confirm(case.id, actor=member_of(case))


def test_a_return_opens_the_case_until_fifteen_days_after_closing() -> None:
    case = solved(a_case(), a_handler())
    operations.confirm(case.id, actor=member_of(case))
    with clock.at(NOON + timedelta(days=15)):
        operations.return_case(case.id, reason="又开始渗水了", actor=member_of(case))
        case = fresh(case)
        assert (
            case.status is Status.OPEN and case.reopened == 1 and case.closed_at is None and case.frozen_clocks is None
        )
        assert case.next_due_clock == "next_reply"


def test_a_return_after_fifteen_days_is_a_new_request() -> None:
    case = solved(a_case(), a_handler())
    operations.confirm(case.id, actor=member_of(case))
    with clock.at(NOON + timedelta(days=15, seconds=1)), refused(errors.TooLateToReturn, case):
        operations.return_case(case.id, reason="又开始渗水了", actor=member_of(case))
    with refused(errors.ReasonMissing, case):
        operations.return_case(case.id, reason="  ", actor=member_of(case))


def test_a_rating_accepts_the_result_and_is_given_once() -> None:
    case = solved(a_case(), a_handler())
    operations.rate(case.id, score=5, words="师傅很仔细", actor=member_of(case))
    case = fresh(case)
    assert case.status is Status.CLOSED and case.rating == 5
    with refused(errors.AlreadyRated, case):
        operations.rate(case.id, score=1, actor=member_of(case))


@pytest.mark.parametrize("score", [0, 6])
def test_a_rating_is_one_to_five(score: int) -> None:
    case = solved(a_case(), a_handler())
    with refused(errors.NothingToConfirm, case):
        operations.rate(case.id, score=score, actor=member_of(case))


def test_an_important_case_is_solved_with_its_evidence_only() -> None:
    case, person = a_case(), a_handler()
    staff = Actor.staff(person)
    operations.accept(case.id, actor=staff)
    operations.change_class(case.id, severity=Severity.IMPORTANT, reason="涉及安全", actor=staff)
    with refused(errors.StepsMissing, case):
        operations.resolve(case.id, result="已处理完成", actor=staff)
    for step in (Step.CONFIRM, Step.ASSESS, Step.INVESTIGATE):
        operations.record_step(case.id, step=step, text="已与业主核对", actor=staff)
    operations.resolve(case.id, result="已处理完成", actor=staff)
    assert fresh(case).status is Status.RESOLVED


def test_a_case_closes_seven_days_after_the_last_word_counted_from_the_due_time() -> None:
    case = solved(a_case(), a_handler())
    with clock.at(NOON + timedelta(days=7) - timedelta(seconds=1)):
        assert list(queries.ids_gone_silent(clock.now())) == []
        assert operations.close_silently(case.id, actor=SYSTEM) is False
    with clock.at(NOON + timedelta(days=9)):
        assert list(queries.ids_gone_silent(clock.now())) == [case.id]
        assert operations.close_silently(case.id, actor=SYSTEM) is True
        assert operations.close_silently(case.id, actor=SYSTEM) is False
        assert fresh(case).closed_at == NOON + timedelta(days=7)


def test_withdrawing_ends_a_case_and_its_clocks() -> None:
    case = a_case()
    operations.withdraw(case.id, reason="已经自己解决", actor=member_of(case))
    case = fresh(case)
    assert case.status is Status.CANCELLED and not case.is_active and case.next_due_at == NEVER
    with refused(errors.NothingMore, case):
        operations.withdraw(case.id, reason="再来一次", actor=member_of(case))
    with refused(errors.NothingMore, case):
        operations.write(case.id, text="还在吗", actor=member_of(case), key=a_key())


def test_staff_withdraw_only_with_the_members_consent_on_record() -> None:
    case, person = a_case(), a_handler()
    with refused(errors.ReasonMissing, case):
        operations.withdraw(case.id, reason="", actor=Actor.staff(person))


def test_declining_is_for_managers_and_is_a_reply() -> None:
    case, handler = a_case(), a_handler()
    with refused(errors.NotForYou, case):
        operations.decline(case.id, reason="不属于受理范围", actor=Actor.staff(handler))
    manager = Actor.staff(a_manager())
    operations.decline(case.id, reason="该事项由政府部门受理，已为您附上办理窗口。", actor=manager)
    assert fresh(case).first_replied_at == NOON and fresh(case).status is Status.DECLINED
    with clock.at(NOON + 48 * HOUR):
        operations.resume(case.id, reason="业主申诉成立", actor=manager)
        case = fresh(case)
        assert case.first_due_at == NOON + 72 * HOUR and case.first_replied_at is None


def test_a_class_is_lowered_by_managers_only() -> None:
    case, person = a_case(), a_handler()
    operations.change_class(case.id, severity=Severity.MAJOR, reason="有人受伤", actor=Actor.staff(person))
    with refused(errors.OnlyUpward, case):
        operations.change_class(case.id, severity=Severity.ORDINARY, reason="误判", actor=Actor.staff(person))
    with refused(errors.SameClass, case):
        operations.change_class(case.id, severity=Severity.MAJOR, reason="再次", actor=Actor.staff(person))
    with refused(errors.ReasonMissing, case):
        operations.change_class(case.id, severity=Severity.HOT, reason="", actor=Actor.staff(person))
    operations.change_class(case.id, severity=Severity.ORDINARY, reason="复核后调整", actor=Actor.staff(a_manager()))
    assert fresh(case).severity is Severity.ORDINARY


def test_a_case_is_given_only_to_somebody_of_its_place() -> None:
    member = a_member()
    case = a_repair(member)
    giver, elsewhere = Actor.staff(a_manager()), a_handler("SH")
    with refused(errors.NobodyToAssign, case):
        operations.assign(case.id, assignee_id=elsewhere.id, actor=giver)
    with refused(errors.NobodyToAssign, case):
        operations.assign(case.id, assignee_id=999_999, actor=giver)
    person = a_handler("SZ", "SZ-YHL")
    operations.assign(case.id, assignee_id=person.id, actor=giver)
    assert fresh(case).assignee_id == person.id and fresh(case).status is Status.NEW
    with refused(errors.AlreadyAssigned, case):
        operations.assign(case.id, assignee_id=person.id, actor=giver)


def test_postponing_pauses_and_the_day_wakes_it() -> None:
    from kernel import jobs

    case, person = a_case(), a_handler()
    reply(case, person)
    operations.put_off(
        case.id,
        status=Status.DEFERRED,
        until=date(2026, 12, 1),
        reason="与您约定12月1日后上门",
        actor=Actor.staff(person),
    )
    assert fresh(case).next_due_at == NEVER
    jobs.run("service_requests.close_silent", as_of=datetime(2026, 12, 1, 15, 59, tzinfo=NOON.tzinfo))
    assert fresh(case).status is Status.DEFERRED
    jobs.run("service_requests.close_silent", as_of=datetime(2026, 12, 1, 16, 0, tzinfo=NOON.tzinfo))
    assert fresh(case).status is Status.OPEN
    with refused(errors.VisitImpossible, case):
        operations.put_off(
            case.id, status=Status.DEFERRED, until=date(2026, 11, 23), reason="约", actor=Actor.staff(person)
        )


def test_a_visit_lies_in_the_future() -> None:
    case, person = a_repair(), a_handler()
    staff = Actor.staff(person)
    for begins, ends in ((NOON - HOUR, NOON), (NOON + 2 * HOUR, NOON + HOUR)):
        with refused(errors.VisitImpossible, case):
            operations.appoint(case.id, begins_at=begins, ends_at=ends, worker="李师傅", actor=staff)
    operations.appoint(case.id, begins_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, worker="李师傅", actor=staff)
    visit = queries.latest_visit(case.id)
    assert visit is not None and visit.worker == "李师傅"


# --- whose case ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        lambda case, actor: operations.write(case.id, text="我来看看", actor=actor, key=a_key()),
        lambda case, actor: operations.confirm(case.id, actor=actor),
        lambda case, actor: operations.return_case(case.id, reason="不行", actor=actor),
        lambda case, actor: operations.rate(case.id, score=1, actor=actor),
        lambda case, actor: operations.withdraw(case.id, reason="", actor=actor),
        lambda case, actor: operations.escalate(case.id, actor=actor),
    ],
)
def test_a_stranger_finds_no_case(verb: object) -> None:
    case, stranger = solved(a_case(), a_handler()), a_member()
    with refused(errors.NotYourCase, case):
        verb(case, Actor.member(stranger))  # type: ignore[operator]


def test_the_household_shares_repairs_and_not_complaints() -> None:
    owner, wife = a_member(), a_member()
    home = owned_home(owner)
    lives_in(wife, home)
    repair = a_repair(owner, home=home)
    complaint = a_case(owner, Kind.COMPLAINT, home_id=home.id)
    assert queries.case_for(wife.id, repair.number) is not None
    operations.write(repair.id, text="下午在家，可以上门", actor=Actor.member(wife), key=a_key())
    assert queries.case_for(wife.id, complaint.number) is None
    with refused(errors.NotYourCase, complaint):
        operations.write(complaint.id, text="我也想说一句", actor=Actor.member(wife), key=a_key())
    assert {case.id for case in queries.cases_of(wife.id).items} == {repair.id}


def test_a_new_owner_does_not_see_the_repairs_of_the_one_before_him() -> None:
    seller, buyer = a_member(), a_member()
    home = owned_home(seller)
    earlier = a_repair(seller, home=home)
    with clock.at(NOON + timedelta(days=30)):
        lives_in(buyer, home)
        assert queries.case_for(buyer.id, earlier.number) is None
        assert not queries.cases_of(buyer.id).items


# --- the board -------------------------------------------------------------------------------------------------------


def test_a_post_is_public_at_once_and_masked() -> None:
    member = a_member(name="欧阳若水")
    case = a_post(member, title="欧阳若水投诉", text="我住3栋1206室，电话19900000001，我叫欧阳若水，销售口头承诺不认。")
    assert case.visibility is Visibility.PUBLIC and case.kind is Kind.COMPLAINT
    everything = case.board_title + case.board_text + case.board_author
    for secret in ("1206", "19900000001", "欧阳若水"):
        assert secret not in everything
    assert "3栋" in case.board_text and "19900000001" in case.text


def test_hiding_tells_the_author_and_stops_no_clock() -> None:
    case, moderator = a_post(), a_manager()
    due = case.next_due_at
    operations.hide_post(
        case.id, reason=HiddenReason.INSULT, words="请删去对个人的辱骂后我们恢复展示", actor=Actor.staff(moderator)
    )
    case = fresh(case)
    assert case.visibility is Visibility.HIDDEN and case.next_due_at == due and case.status is Status.NEW
    assert queries.public_post(case.number) is None and not queries.board().items
    assert (
        db.session.scalars(sa.select(Notice.kind).where(Notice.member_id == case.member_id)).all()[-1]
        == "service_requests.post_hidden"
    )
    assert queries.board_figure().hidden == 1
    with clock.at(NOON + 25 * HOUR):
        operations.escalate(case.id, actor=SYSTEM)
        assert queries.board_figure().broken == 1
    operations.restore_post(case.id, actor=Actor.staff(moderator))
    assert queries.public_post(case.number) is not None


def test_hiding_needs_words_and_a_post_that_is_shown() -> None:
    case, moderator = a_post(), Actor.staff(a_manager())
    with refused(errors.ReasonMissing, case):
        operations.hide_post(case.id, reason=HiddenReason.SPAM, words=" ", actor=moderator)
    with refused(errors.ShownAlready, case):
        operations.restore_post(case.id, actor=moderator)
    operations.hide_post(case.id, reason=HiddenReason.SPAM, words="广告内容", actor=moderator)
    with refused(errors.NotShown, case):
        operations.hide_post(case.id, reason=HiddenReason.SPAM, words="广告内容", actor=moderator)
    private = a_case()
    with refused(errors.NoPost, private):
        operations.hide_post(private.id, reason=HiddenReason.SPAM, words="广告内容", actor=moderator)


def test_questions_and_calls_stay_between_the_author_and_us() -> None:
    case, person = a_post(), a_handler()
    staff = Actor.staff(person)
    reply(case, person, "您好，详情请致电 13800138000，我们在3栋1206做了检查。")
    operations.record_call(case.id, text="通话：业主住址已核对", called_at=NOON, actor=staff, key=a_key())
    operations.note_internally(case.id, text="内部：此户为敏感客户", actor=staff, key=a_key())
    operations.ask_member(case.id, text="请私下告知合同编号", actor=staff, key=a_key())
    shown = "".join(event.board_text for event in queries.public_events(case.id))
    assert "您好" in shown
    for secret in ("13800138000", "1206", "通话", "内部", "私下"):
        assert secret not in shown


def test_a_late_first_reply_is_counted_once_although_the_job_saw_it_first() -> None:
    case, person = a_post(), a_handler()
    with clock.at(NOON + 25 * HOUR):
        operations.escalate(case.id, actor=SYSTEM)
        reply(case, person)
        figure = queries.board_figure()
        assert (figure.kept, figure.broken, figure.percent) == (0, 1, 0)


def test_no_figure_is_no_figure() -> None:
    assert queries.board_figure().percent is None


# --- escalation ------------------------------------------------------------------------------------------------------


def test_each_mark_fires_once_and_a_late_job_tells_the_highest_only() -> None:
    case = a_case()
    a_manager(mail="boss@example.com")
    with clock.at(NOON + 20 * HOUR):
        assert operations.escalate(case.id, actor=SYSTEM) == 2
        assert operations.escalate(case.id, actor=SYSTEM) == 0
        marks = db.session.execute(
            sa.select(EscalationMark.clock, EscalationMark.mark).order_by(EscalationMark.mark)
        ).all()
        assert [tuple(row) for row in marks] == [(ClockCode.FIRST_REPLY, 50), (ClockCode.FIRST_REPLY, 80)]
        assert fresh(case).escalation_level == 2
        assert fresh(case).next_mark_at == NOON + 24 * HOUR
    with clock.at(NOON + 24 * HOUR):
        assert list(queries.ids_with_marks_due(clock.now())) == [case.id]
        operations.escalate(case.id, actor=SYSTEM)
        shown = queries.events_for_member(case.id)
        assert shown[-1].kind is EventKind.ESCALATED
    mails = db.session.scalars(
        sa.select(outbox.OutboxMessage.payload).where(outbox.OutboxMessage.topic == "mail")
    ).all()
    assert any("boss@example.com" in mail for mail in mails)


def test_a_member_climbs_only_when_a_promise_is_overdue_and_once() -> None:
    case = a_case()
    with refused(errors.NothingOverdue, case):
        operations.escalate(case.id, actor=member_of(case))
    with clock.at(NOON + 25 * HOUR):
        operations.escalate(case.id, actor=member_of(case))
        assert fresh(case).escalation_level == 1
        with refused(errors.EscalatedAlready, case):
            operations.escalate(case.id, actor=member_of(case))


def test_one_failing_case_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import jobs
    from service_requests.operations import escalation

    first, second = a_case(), a_case()
    tell = escalation._tell

    def broken(case: Case, fresh: list, actor: Actor) -> None:
        if case.id == first.id:
            raise RuntimeError("broken on purpose")
        tell(case, fresh, actor)

    monkeypatch.setattr(escalation, "_tell", broken)
    run = jobs.run("service_requests.escalate", as_of=NOON + 13 * HOUR)
    assert (run.done, run.failed) == (2, 1)
    assert fresh(second).escalation_level == 1 and fresh(first).escalation_level == 0


# --- every pair of statuses ------------------------------------------------------------------------------------------


def test_the_events_of_a_case_cannot_be_changed(write: object) -> None:
    from sqlalchemy.exc import DBAPIError

    case = a_case()
    with pytest.raises(DBAPIError):
        write(lambda: db.session.execute(sa.update(CaseEvent).where(CaseEvent.case_id == case.id).values(text="x")))  # type: ignore[operator]


def test_every_verb_writes_one_audit_entry() -> None:
    case, person = a_case(), a_handler()
    staff, member = Actor.staff(person), member_of(case)
    verbs = [
        lambda: operations.accept(case.id, actor=staff),
        lambda: operations.note_internally(case.id, text="查一下", actor=staff, key=a_key()),
        lambda: operations.reply_publicly(case.id, text="您好", actor=staff, key=a_key()),
        lambda: operations.ask_member(case.id, text="请补充", actor=staff, key=a_key()),
        lambda: operations.write(case.id, text="补充好了", actor=member, key=a_key()),
        lambda: operations.record_arrival(case.id, actor=staff),
        lambda: operations.resolve(case.id, result="办好了", actor=staff),
        lambda: operations.return_case(case.id, reason="还没好", actor=member),
        lambda: operations.resolve(case.id, result="这次办好了", actor=staff),
        lambda: operations.confirm(case.id, actor=member),
        lambda: operations.rate(case.id, score=4, actor=member),
        lambda: operations.show_contact(case.id, actor=staff),
    ]
    for verb in verbs:
        before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
        verb()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before + 1
