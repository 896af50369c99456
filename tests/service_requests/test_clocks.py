"""The promised times as tables of cases: wall clock and working time, pauses, reopening, classes, calendars."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest

from kernel.clock import SHANGHAI
from service_requests import clocks
from service_requests.clocks import CaseFacts, Clock, ClockCode, ClockState, Fact, Spans, Target, WorkingCalendar
from service_requests.dictionary import EventKind, Kind, Severity, Status

E, S = EventKind, Status
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
TARGETS = {
    ClockCode.FIRST_REPLY: Target(24 * HOUR),
    ClockCode.NEXT_REPLY: Target(24 * HOUR),
    ClockCode.CALL_BACK: Target(timedelta(minutes=30)),
    ClockCode.ATTENDANCE: Target(2 * HOUR),
}
SOLVE = {Severity.ORDINARY: 27, Severity.IMPORTANT: 63, Severity.HOT: 63, Severity.MAJOR: 9}


def official(*years: int) -> dict[date, bool]:
    days = {}
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            days[day] = chinese_calendar.is_workday(day)
            day += DAY
    return days


HOURS = (Spans(date(2020, 1, 1), ((time(9), time(12)), (time(13), time(19)))),)
CALENDAR = WorkingCalendar(official(2026), HOURS)


def target_of(code: ClockCode, kind: Kind, severity: Severity) -> Target | None:
    if code is ClockCode.SOLVE:
        return None if kind is Kind.SUGGESTION else Target(SOLVE[severity] * HOUR, working=True)
    return TARGETS[code]


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


def said(kind: EventKind, text: str, status: Status | None = None, *, person: bool = True, seconds: int = 0) -> Fact:
    return Fact(at(text) + seconds * SECOND, kind, status, by_person=person)


def moved(text: str, status: Status) -> Fact:
    return Fact(at(text), E.STATUS, status)


def run(
    uttered: str,
    *events: Fact,
    now: str,
    kind: Kind = Kind.REPAIR,
    emergency: bool = False,
    calendar: WorkingCalendar = CALENDAR,
) -> dict[tuple[ClockCode, int], Clock]:
    case = CaseFacts(
        kind,
        Severity.ORDINARY,
        at(uttered),
        emergency,
        [Fact(at(uttered), E.FILED, severity=Severity.ORDINARY), *events],
    )
    return {(one.code, one.cycle): one for one in clocks.all_clocks(case, target_of, calendar, at(now))}


R1, R2, SOLVING = (ClockCode.FIRST_REPLY, 1), (ClockCode.NEXT_REPLY, 1), (ClockCode.SOLVE, 1)

# --- R1 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "broken", "late"),
    [(0, False, 0), (-1, False, 0), (1, True, 1), (3600, True, 3600)],
)
def test_the_first_reply_is_on_time_to_the_second(seconds: int, broken: bool, late: int) -> None:
    first = run("10-01 22:15", said(E.REPLY, "10-02 22:15", seconds=seconds), now="10-08 10:00")[R1]
    assert first.due_at == at("10-02 22:15")  # night and holiday count
    assert (first.state, first.broken, first.late_by) == (ClockState.STOPPED, broken, late * SECOND)


def test_parts_of_a_second_do_not_make_a_reply_late() -> None:
    reply = Fact(at("11-24 10:00").replace(microsecond=900_000), E.REPLY, by_person=True)
    assert not run("11-23 10:00", reply, now="11-25 10:00")[R1].broken


@pytest.mark.parametrize(
    "event",
    [
        said(E.AUTOMATIC, "11-23 11:00", person=False),
        said(E.NOTE, "11-23 11:00", person=False),
        said(E.NOTE, "11-23 11:00"),
        said(E.REPLY, "11-23 11:00", person=False),
        said(E.MESSAGE, "11-23 11:00", person=False),
        said(E.ASSIGNED, "11-23 11:00"),
        said(E.CALL, "11-23 11:00", person=False),
        moved("11-23 11:00", S.OPEN),
        moved("11-23 11:00", S.WAITING_OTHER),
    ],
)
def test_what_is_no_reply(event: Fact) -> None:
    first = run("11-23 10:00", event, now="11-23 12:00")[R1]
    assert first.state is ClockState.RUNNING and first.due_at == at("11-24 10:00")


@pytest.mark.parametrize("kind", [E.REPLY, E.QUESTION, E.RESULT, E.REFUSAL, E.CALL])
def test_what_is_a_reply(kind: EventKind) -> None:
    assert run("11-23 10:00", said(kind, "11-23 11:00"), now="11-23 12:00")[R1].state is ClockState.STOPPED


def test_the_first_reply_is_never_paused_and_never_reset() -> None:
    shown = run(
        "11-23 10:00",
        moved("11-23 10:10", S.OPEN),
        moved("11-23 10:20", S.WAITING_MEMBER),
        moved("11-26 10:00", S.OPEN),
        now="11-26 10:00",
    )
    assert shown[R1].broken and shown[R1].late_by == 48 * HOUR
    reopened = run(
        "11-23 10:00",
        said(E.RESULT, "11-23 11:00", S.RESOLVED),
        moved("11-30 10:00", S.OPEN),
        now="12-02 10:00",
    )
    assert (ClockCode.FIRST_REPLY, 2) not in reopened and not reopened[R1].broken


def test_an_appeal_begins_a_new_first_reply_cycle() -> None:
    shown = run(
        "11-23 10:00",
        said(E.REFUSAL, "11-23 11:00", S.DECLINED),
        moved("11-25 08:00", S.OPEN),
        now="11-25 09:00",
    )
    second = shown[(ClockCode.FIRST_REPLY, 2)]
    assert second.due_at == at("11-26 08:00") and second.state is ClockState.RUNNING


def test_withdrawing_cancels_the_first_reply() -> None:
    assert run("11-23 10:00", moved("11-23 11:00", S.CANCELLED), now="11-25 10:00")[R1].state is ClockState.CANCELLED


def test_a_late_entered_call_counts_from_its_own_time() -> None:
    shown = run(
        "11-23 10:00", said(E.NOTE, "11-25 10:00", person=False), said(E.CALL, "11-23 10:30"), now="11-25 10:00"
    )
    assert not shown[R1].broken and shown[R1].stopped_at == at("11-23 10:30")


# --- R2 --------------------------------------------------------------------------------------------------------------

REPLIED = said(E.REPLY, "11-23 11:00", S.OPEN)


def message(text: str, status: Status | None = None) -> Fact:
    return said(E.MESSAGE, text, status, person=False)


def test_the_next_reply_runs_from_the_earliest_unanswered_message() -> None:
    shown = run("11-23 10:00", REPLIED, message("11-23 15:00"), message("11-23 18:00"), now="11-23 20:00")
    assert shown[R2].due_at == at("11-24 15:00")
    answered = run(
        "11-23 10:00",
        REPLIED,
        message("11-23 15:00"),
        said(E.REPLY, "11-23 19:00"),
        message("11-24 08:00"),
        now="11-24 09:00",
    )
    assert answered[R2].state is ClockState.STOPPED
    assert answered[(ClockCode.NEXT_REPLY, 2)].due_at == at("11-25 08:00")


def test_messages_before_the_first_reply_are_covered_by_it() -> None:
    assert R2 not in run("11-23 10:00", message("11-23 10:30"), now="11-23 20:00")


def test_a_word_of_thanks_after_solving_starts_no_clock() -> None:
    shown = run(
        "11-23 10:00", REPLIED, said(E.RESULT, "11-23 15:00", S.RESOLVED), message("11-23 16:00"), now="11-25 20:00"
    )
    assert R2 not in shown


def test_an_answer_to_our_question_starts_it_and_leaving_the_open_group_ends_it() -> None:
    asked = (REPLIED, said(E.QUESTION, "11-23 12:00", S.WAITING_MEMBER), message("11-24 09:00", S.OPEN))
    assert run("11-23 10:00", *asked, now="11-24 10:00")[R2].due_at == at("11-25 09:00")
    left = run("11-23 10:00", *asked, moved("11-24 10:00", S.DEFERRED), now="11-27 10:00")
    assert left[R2].state is ClockState.CANCELLED and not left[R2].broken


def test_waiting_for_a_third_party_does_not_stop_it() -> None:
    shown = run(
        "11-23 10:00", REPLIED, message("11-23 12:00"), moved("11-23 13:00", S.WAITING_OTHER), now="11-24 12:00"
    )
    assert shown[R2].state is ClockState.RUNNING and not shown[R2].broken


# --- E ---------------------------------------------------------------------------------------------------------------


def test_an_emergency_is_called_back_and_attended_at_any_hour() -> None:
    shown = run("10-02 02:00", now="10-02 02:10", emergency=True)
    assert shown[(ClockCode.CALL_BACK, 1)].due_at == at("10-02 02:30")
    assert shown[(ClockCode.ATTENDANCE, 1)].due_at == at("10-02 04:00")
    met = run(
        "10-02 02:00",
        said(E.CALL, "10-02 02:20"),
        Fact(at("10-02 04:01"), E.ARRIVED),
        now="10-02 05:00",
        emergency=True,
    )
    assert not met[(ClockCode.CALL_BACK, 1)].broken
    assert met[(ClockCode.ATTENDANCE, 1)].broken and met[(ClockCode.ATTENDANCE, 1)].late_by == timedelta(minutes=1)


def test_an_ordinary_case_has_no_emergency_clocks() -> None:
    assert {code for code, _cycle in run("11-23 10:00", now="11-23 11:00")} == {ClockCode.FIRST_REPLY, ClockCode.SOLVE}


# --- S ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uttered", "due"),
    [
        ("11-23 09:00", "11-25 19:00"),  # three working days, used up exactly at closing: that is the due time
        ("11-23 10:00", "11-26 10:00"),
        ("11-23 12:30", "11-26 12:00"),  # in the lunch break: counting begins at 13:00; 12:00 is the end of a span
        ("11-23 20:00", "11-26 19:00"),  # after hours: from the next opening
        ("11-20 10:00", "11-25 10:00"),  # over a weekend
        ("11-21 10:00", "11-25 19:00"),  # on a Saturday
        ("09-30 18:00", "10-10 18:00"),  # over the National Day holiday; Saturday 10 October is worked
        ("02-13 10:00", "02-25 10:00"),  # Saturday 14 February is worked, then Spring Festival until the 23rd
    ],
)
def test_the_solution_is_promised_in_working_time(uttered: str, due: str) -> None:
    shown = run(uttered, now=uttered)[SOLVING]
    assert shown.due_at == at(due) and shown.working and not shown.provisional


@pytest.mark.parametrize(("done", "broken"), [("11-25 19:00", False), ("11-25 19:01", True), ("11-26 09:00", True)])
def test_used_up_at_closing_is_due_at_closing(done: str, broken: bool) -> None:
    shown = run("11-23 09:00", said(E.RESULT, done, S.RESOLVED), now="12-01 10:00")[SOLVING]
    assert shown.due_at == at("11-25 19:00") and shown.broken is broken


def test_a_pause_counts_only_where_it_overlaps_open_hours() -> None:
    paused = (moved("11-23 10:00", S.OPEN), moved("11-23 18:00", S.WAITING_MEMBER), moved("11-24 10:00", S.OPEN))
    # Used on the 23rd: 9-18 without lunch = 8 h; the pause covers 1 h on the 23rd and 1 h on the 24th.
    assert run("11-23 09:00", *paused, now="11-24 11:00")[SOLVING].due_at == at("11-26 11:00")
    nightly = (moved("11-23 10:00", S.OPEN), moved("11-23 19:00", S.WAITING_MEMBER), moved("11-24 09:00", S.OPEN))
    assert run("11-23 09:00", *nightly, now="11-24 11:00")[SOLVING].due_at == at("11-25 19:00")


def test_a_paused_clock_has_no_due_time_and_fires_nothing() -> None:
    shown = run("11-23 09:00", moved("11-23 10:00", S.OPEN), moved("11-23 11:00", S.WAITING_MEMBER), now="12-23 11:00")
    paused = shown[SOLVING]
    assert paused.state is ClockState.PAUSED and paused.due_at is None and not paused.marks and paused.used == 2 * HOUR
    assert paused.shown_as(at("12-23 11:00")) == "paused"
    assert (ClockCode.SOLVE) not in {
        one.code for one, _mark in clocks.marks_due(shown.values(), set(), at("12-23 11:00"))
    }


def test_waiting_for_a_third_party_goes_on_counting() -> None:
    shown = run("11-23 09:00", moved("11-23 10:00", S.OPEN), moved("11-23 11:00", S.WAITING_OTHER), now="11-24 09:00")
    assert shown[SOLVING].used == 9 * HOUR


def test_a_reopened_case_goes_on_in_a_new_cycle_without_the_solved_time() -> None:
    shown = run(
        "11-23 09:00",
        moved("11-23 10:00", S.OPEN),
        said(E.RESULT, "11-23 12:00", S.RESOLVED),
        moved("12-01 09:00", S.OPEN),
        now="12-01 10:00",
    )
    first, second = shown[SOLVING], shown[(ClockCode.SOLVE, 2)]
    assert first.state is ClockState.STOPPED and not first.broken and first.used == 3 * HOUR
    assert second.started_at == at("12-01 09:00") and second.used == 4 * HOUR
    assert second.due_at == at("12-03 16:00")


def test_closing_what_was_solved_changes_nothing() -> None:
    events = (moved("11-23 10:00", S.OPEN), said(E.RESULT, "11-23 12:00", S.RESOLVED))
    solved = run("11-23 09:00", *events, now="12-01 10:00")
    closed = run("11-23 09:00", *events, moved("11-30 12:00", S.CLOSED), now="12-01 10:00")
    assert solved == closed


def test_a_new_class_counts_from_the_original_start() -> None:
    raised = Fact(at("11-24 10:00"), E.CLASSED, severity=Severity.MAJOR)
    shown = run("11-23 09:00", moved("11-23 09:30", S.OPEN), raised, now="11-24 11:00")[SOLVING]
    assert shown.due_at == at("11-23 19:00") and shown.broken  # nine hours from the start are over already
    relaxed = Fact(at("11-24 10:00"), E.CLASSED, severity=Severity.IMPORTANT)
    assert run("11-23 09:00", relaxed, now="11-24 11:00")[SOLVING].due_at == at("12-01 19:00")


def test_what_was_broken_under_the_old_class_stays_broken() -> None:
    late = Fact(at("11-26 10:00"), E.CLASSED, severity=Severity.IMPORTANT)
    shown = run("11-23 09:00", late, now="11-26 11:00")[SOLVING]
    assert shown.broken and shown.due_at == at("11-25 19:00") and shown.target == 63 * HOUR
    in_time = Fact(at("11-25 18:00"), E.CLASSED, severity=Severity.IMPORTANT)
    assert not run("11-23 09:00", in_time, now="11-26 11:00")[SOLVING].broken


def test_a_finished_cycle_keeps_the_class_it_had() -> None:
    shown = run(
        "11-23 09:00",
        moved("11-23 10:00", S.OPEN),
        said(E.RESULT, "11-24 12:00", S.RESOLVED),
        moved("11-25 09:00", S.OPEN),
        Fact(at("11-25 09:30"), E.CLASSED, severity=Severity.MAJOR),
        now="11-25 10:00",
    )
    assert not shown[SOLVING].broken and shown[SOLVING].target == 27 * HOUR
    assert shown[(ClockCode.SOLVE, 2)].broken


def test_a_kind_without_a_target_has_no_clock() -> None:
    assert SOLVING not in run("11-23 09:00", now="11-23 10:00", kind=Kind.SUGGESTION)


@pytest.mark.parametrize(
    ("status", "state"),
    [(S.CANCELLED, ClockState.CANCELLED), (S.DECLINED, ClockState.CANCELLED), (S.RESOLVED, ClockState.STOPPED)],
)
def test_how_the_clock_ends(status: Status, state: ClockState) -> None:
    shown = run("11-23 09:00", moved("11-23 10:00", S.OPEN), moved("11-23 11:00", status), now="12-23 10:00")[SOLVING]
    assert shown.state is state and not shown.broken


# --- calendars -------------------------------------------------------------------------------------------------------


def test_a_year_without_a_notice_is_provisional() -> None:
    shown = run("12-30 10:00", now="12-30 10:00")[SOLVING]
    assert shown.provisional
    # 8 h on 30 December, 9 on the 31st; 1 January closed, a weekend; 9 h on Monday the 4th, one on the 5th.
    assert shown.due_at == datetime(2027, 1, 5, 2, tzinfo=UTC)
    loaded = WorkingCalendar({**official(2026), **{date(2027, 1, 1) + n * DAY: n > 3 for n in range(365)}}, HOURS)
    assert run("12-30 10:00", now="12-30 10:00", calendar=loaded)[SOLVING].provisional is False


def test_the_calendar_of_2026_has_248_working_days() -> None:
    days = official(2026)
    assert sum(days.values()) == 248
    for worked in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"):
        assert days[date.fromisoformat(f"2026-{worked}")]
    for off in ("01-02", "02-23", "04-06", "05-05", "06-19", "09-25", "10-07"):
        assert not days[date.fromisoformat(f"2026-{off}")]


def test_working_hours_change_from_a_day_on() -> None:
    shorter = WorkingCalendar(official(2026), (*HOURS, Spans(date(2026, 11, 24), ((time(10), time(16)),))))
    assert run("11-23 09:00", now="11-23 09:00", calendar=shorter)[SOLVING].due_at == at("11-26 16:00")


def test_a_calendar_without_hours_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="no open hours"):
        WorkingCalendar({}, ()).after(at("11-23 09:00"), HOUR)


# --- marks, cache, freezing ------------------------------------------------------------------------------------------


def test_marks_at_half_eighty_full_and_a_day_later() -> None:
    first = run("11-23 10:00", now="11-23 11:00")[R1]
    assert dict(first.marks) == {
        50: at("11-23 22:00"),
        80: at("11-24 05:12"),
        100: at("11-24 10:00"),
        124: at("11-25 10:00"),
    }
    assert [first.shown_as(at(t)) for t in ("11-23 11:00", "11-24 05:12")] == ["running", "due_soon"]
    solving = run("11-23 09:00", now="11-23 10:00")[SOLVING]
    assert dict(solving.marks)[50] == at("11-24 14:30") and dict(solving.marks)[100] == at("11-25 19:00")


def test_each_mark_is_due_once_per_cycle() -> None:
    now = at("11-24 12:00")
    shown = [run("11-23 10:00", now="11-24 12:00")[R1]]
    assert [mark for _one, mark in clocks.marks_due(shown, set(), now)] == [50, 80, 100]
    fired = {(ClockCode.FIRST_REPLY, 1, 50), (ClockCode.FIRST_REPLY, 1, 80)}
    assert [mark for _one, mark in clocks.marks_due(shown, fired, now)] == [100]
    assert clocks.next_mark(shown, fired | {(ClockCode.FIRST_REPLY, 1, 100)}) == at("11-25 10:00")
    assert clocks.next_mark([], set()) is None and clocks.next_due([]) is None


def test_frozen_clocks_thaw_as_they_were() -> None:
    shown = list(
        run("11-23 09:00", said(E.RESULT, "11-27 12:00", S.RESOLVED), now="12-01 10:00", emergency=True).values()
    )
    thawed = clocks.thawed(clocks.frozen(shown))
    assert thawed == shown
