"""The clocks against a model that walks minute by minute, on random stories."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.clock import SHANGHAI
from service_requests import clocks, rules
from service_requests.clocks import CaseFacts, ClockCode, ClockState, Fact, Spans, Target, WorkingCalendar
from service_requests.dictionary import REPLIES, EventKind, Group, Kind, Severity, Status
from service_requests.rules import TRANSITIONS

MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)
FIRST_DAY = date(2026, 11, 23)
TARGET = timedelta(hours=9)
"""A short promise, so that random stories break it often."""

spans = st.sampled_from(
    [
        ((time(9), time(12)), (time(13), time(19))),
        ((time(8, 30), time(17)),),
        ((time(0), time(6)), (time(6), time(23, 59))),
        ((time(9), time(10)), (time(11), time(12)), (time(15), time(15, 7))),
    ]
)
calendars = st.builds(
    lambda works, hours: WorkingCalendar(
        {FIRST_DAY + timedelta(days=n): works[n % len(works)] for n in range(-1, 60)}, (Spans(date(2020, 1, 1), hours),)
    ),
    st.lists(st.booleans(), min_size=7, max_size=7).filter(lambda week: sum(week) > 1),
    spans,
)


@st.composite
def stories(draw: st.DrawFn) -> tuple[datetime, list[Fact], datetime]:
    """A case that moves along the table of statuses, with things said in between."""
    begin = MONDAY + MINUTE * draw(st.integers(0, 2 * 1440))
    moment, status = begin, Status.NEW
    events = [Fact(begin, EventKind.FILED, severity=Severity.ORDINARY)]
    for _step in range(draw(st.integers(0, 9))):
        moment += MINUTE * draw(st.sampled_from([0, 1, 7, 60, 179, 600, 1440, 2000]))
        kind = draw(
            st.sampled_from([EventKind.STATUS, EventKind.REPLY, EventKind.MESSAGE, EventKind.NOTE, EventKind.QUESTION])
        )
        wanted = draw(st.sampled_from([None, *TRANSITIONS[status]])) if kind is not EventKind.NOTE else None
        events.append(Fact(moment, kind, wanted, by_person=kind in REPLIES))
        status = wanted or status
    return begin, events, moment + MINUTE * draw(st.sampled_from([0, 1, 30, 700, 1440, 4000]))


def target_of(code: ClockCode, _kind: Kind, _severity: Severity) -> Target | None:
    return Target(TARGET, working=True) if code is ClockCode.SOLVE else Target(timedelta(hours=5))


def computed(story: tuple[datetime, list[Fact], datetime], calendar: WorkingCalendar) -> list[clocks.Clock]:
    begin, events, now = story
    return clocks.all_clocks(CaseFacts(Kind.REPAIR, Severity.ORDINARY, begin, False, events), target_of, calendar, now)


def is_open(calendar: WorkingCalendar, moment: datetime) -> bool:
    here = moment.astimezone(SHANGHAI)
    if not calendar.days.get(here.date(), False):
        return False
    return any(begin <= here.time() < end for begin, end in calendar.hours[0].spans)


class Model:
    """The solve clock as a stopwatch that a patient person presses minute by minute."""

    def __init__(self, calendar: WorkingCalendar, begin: datetime) -> None:
        self.calendar, self.moment = calendar, begin
        self.used, self.spent_at, self.broken = 0, None, False
        self.running, self.cycle = True, 1

    def until(self, end: datetime) -> None:
        while self.moment < end:
            if self.running and is_open(self.calendar, self.moment):
                self.used += 1
                if MINUTE * self.used == TARGET:
                    self.spent_at = self.moment + MINUTE
            self.moment += MINUTE
            if self.running and self.spent_at is not None and self.moment > self.spent_at:
                self.broken = True

    def press(self, *, on: bool) -> None:
        if on and not self.running and self.spent_at is not None:
            self.spent_at = self.moment  # what was used up during an earlier stretch is due when it goes on
        self.running = on


def model(story: tuple[datetime, list[Fact], datetime], calendar: WorkingCalendar) -> dict[int, tuple[int, bool]]:
    """Return the minutes used and whether it was broken, per cycle."""
    begin, events, now = story
    watch, status, found, done = Model(calendar, begin), Status.NEW, {}, False
    for fact in events:
        watch.until(fact.at)
        if fact.status is None or fact.status is status:
            continue
        before, status = status, fact.status
        if status.group in {Group.SOLVED, Group.END}:
            if not done:
                found[watch.cycle] = (watch.used, watch.broken)
                done = True
                watch.press(on=False)
        elif before.group in {Group.SOLVED, Group.END}:
            done, watch.broken = False, False
            watch.cycle += 1
            watch.press(on=True)
        else:
            watch.press(on=status.group is not Group.PAUSED)
    watch.until(now)
    if not done:
        found[watch.cycle] = (watch.used, watch.broken)
    return found


@settings(max_examples=150, deadline=None)
@given(stories(), calendars)
def test_solving_is_what_a_stopwatch_says(
    story: tuple[datetime, list[Fact], datetime], calendar: WorkingCalendar
) -> None:
    solving = {one.cycle: one for one in computed(story, calendar) if one.code is ClockCode.SOLVE}
    expected = model(story, calendar)
    assert {cycle: (one.used // MINUTE, one.broken) for cycle, one in solving.items()} == expected


@settings(max_examples=100, deadline=None)
@given(stories(), calendars)
def test_the_due_time_is_when_the_stopwatch_will_have_used_up_the_target(
    story: tuple[datetime, list[Fact], datetime], calendar: WorkingCalendar
) -> None:
    begin, _events, now = story
    for one in computed(story, calendar):
        if one.code is not ClockCode.SOLVE or not one.is_running or one.broken or one.due_at is None:
            continue
        watch, left = now, (TARGET - one.used) // MINUTE
        while left:
            left -= is_open(calendar, watch)
            watch += MINUTE
        assert one.due_at == watch
        assert [at for mark, at in one.marks] == sorted(at for mark, at in one.marks)
        assert begin <= one.due_at


@settings(max_examples=200, deadline=None)
@given(stories())
def test_the_reply_clocks_are_what_a_reader_of_the_log_says(story: tuple[datetime, list[Fact], datetime]) -> None:
    begin, events, now = story
    shown = computed(story, WorkingCalendar({}, (Spans(date(2020, 1, 1), ((time(9), time(18)),)),)))
    first = [one for one in shown if one.code is ClockCode.FIRST_REPLY]
    replies = [fact.at for fact in events if fact.by_person and fact.kind in REPLIES]
    gone = [fact.at for fact in events if fact.status in {Status.CANCELLED, Status.MERGED}]
    ended = min([*replies[:1], *gone[:1]], default=None)
    assert first[0].due_at == begin + timedelta(hours=5)
    assert first[0].broken == ((ended or now) > begin + timedelta(hours=5))
    assert first[0].is_running == (ended is None)
    for one in shown:
        if one.code is ClockCode.NEXT_REPLY:
            assert any(fact.kind is EventKind.MESSAGE and fact.at <= one.started_at for fact in events)
            assert one.stopped_at is None or one.stopped_at >= one.started_at


@settings(max_examples=100, deadline=None)
@given(stories(), calendars, st.integers(1, 3))
def test_asking_later_never_un_breaks_a_promise(
    story: tuple[datetime, list[Fact], datetime], calendar: WorkingCalendar, days: int
) -> None:
    begin, events, now = story
    earlier = {(one.code, one.cycle): one for one in computed(story, calendar)}
    later = {(one.code, one.cycle): one for one in computed((begin, events, now + timedelta(days=days)), calendar)}
    assert earlier.keys() == later.keys()
    for key, one in earlier.items():
        assert not one.broken or later[key].broken
        assert later[key].used >= one.used
        if one.state in {ClockState.STOPPED, ClockState.CANCELLED}:
            assert later[key] == one


@settings(max_examples=100, deadline=None)
@given(stories(), calendars)
def test_frozen_clocks_thaw(story: tuple[datetime, list[Fact], datetime], calendar: WorkingCalendar) -> None:
    from dataclasses import replace

    shown = [replace(one, marks=()) for one in computed(story, calendar)]
    assert clocks.thawed(clocks.frozen(shown)) == shown


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=20))
def test_no_mobile_number_survives_masking(before: str, mobile: str, after: str) -> None:
    text = f"{before}，{mobile}，{after}"
    shown = rules.masked(text)
    assert mobile not in shown
    assert rules.masked(shown) == shown


def test_the_model_can_fail() -> None:
    """A control: the stopwatch and the clocks differ when the calendar differs."""
    story = (
        MONDAY.astimezone(UTC),
        [Fact(MONDAY, EventKind.FILED, severity=Severity.ORDINARY)],
        MONDAY + timedelta(days=2),
    )
    worked = WorkingCalendar(
        {FIRST_DAY + timedelta(days=n): True for n in range(9)}, (Spans(date(2020, 1, 1), ((time(9), time(18)),)),)
    )
    closed = WorkingCalendar({FIRST_DAY + timedelta(days=n): n > 4 for n in range(9)}, worked.hours)
    solving = next(one for one in computed(story, worked) if one.code is ClockCode.SOLVE)
    assert model(story, worked) == {1: (solving.used // MINUTE, solving.broken)}
    assert model(story, closed) != {1: (solving.used // MINUTE, solving.broken)}
