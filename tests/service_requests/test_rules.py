"""The decisions of cases as tables: every pair of statuses, texts, masks, evidence, warranty. No application."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from service_requests import dictionary, errors, rules, warranty
from service_requests.dictionary import Audience, Group, Kind, Severity, Status, Step, Visibility
from service_requests.rules import By

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
S = Status

LEADS = {
    (S.NEW, S.OPEN): {By.STAFF, By.MANAGER},
    (S.NEW, S.DECLINED): {By.MANAGER},
    (S.NEW, S.CANCELLED): {By.MEMBER, By.STAFF, By.MANAGER},
    (S.NEW, S.MERGED): {By.STAFF, By.MANAGER},
    (S.OPEN, S.WAITING_MEMBER): {By.STAFF, By.MANAGER},
    (S.OPEN, S.WAITING_OTHER): {By.STAFF, By.MANAGER},
    (S.OPEN, S.DEFERRED): {By.STAFF, By.MANAGER},
    (S.OPEN, S.RESOLVED): {By.STAFF, By.MANAGER},
    (S.OPEN, S.DECLINED): {By.MANAGER},
    (S.OPEN, S.CANCELLED): {By.MEMBER, By.STAFF, By.MANAGER},
    (S.OPEN, S.MERGED): {By.STAFF, By.MANAGER},
    (S.WAITING_MEMBER, S.OPEN): set(By),
    (S.WAITING_MEMBER, S.CANCELLED): {By.MEMBER, By.STAFF, By.MANAGER},
    (S.WAITING_MEMBER, S.MERGED): {By.STAFF, By.MANAGER},
    (S.WAITING_OTHER, S.OPEN): {By.STAFF, By.MANAGER},
    (S.WAITING_OTHER, S.CANCELLED): {By.MEMBER, By.STAFF, By.MANAGER},
    (S.WAITING_OTHER, S.MERGED): {By.STAFF, By.MANAGER},
    (S.DEFERRED, S.OPEN): set(By),
    (S.DEFERRED, S.MERGED): {By.STAFF, By.MANAGER},
    (S.RESOLVED, S.OPEN): {By.MEMBER, By.STAFF, By.MANAGER},
    (S.RESOLVED, S.CLOSED): {By.MEMBER, By.SYSTEM},
    (S.CLOSED, S.OPEN): {By.MEMBER, By.STAFF, By.MANAGER},
    (S.DECLINED, S.OPEN): {By.MANAGER},
}


@pytest.mark.parametrize("wanted", list(Status))
@pytest.mark.parametrize("status", list(Status))
def test_every_pair_of_statuses(status: Status, wanted: Status) -> None:
    who = LEADS.get((status, wanted))
    for by in By:
        if who is None:
            final = not any(pair[0] is status for pair in LEADS)
            with pytest.raises(errors.NothingMore if final else errors.NotFromHere):
                rules.check_move(status, wanted, by)
        elif by in who:
            rules.check_move(status, wanted, by)
        else:
            with pytest.raises(errors.NotForYou):
                rules.check_move(status, wanted, by)


def test_a_refused_move_names_the_allowed_ones() -> None:
    with pytest.raises(errors.NotFromHere) as refusal:
        rules.check_move(S.RESOLVED, S.DEFERRED, By.STAFF)
    assert refusal.value.facts["allowed"] == f"{S.OPEN.label}, {S.CLOSED.label}"


def test_the_groups_of_the_statuses() -> None:
    assert {s for s in Status if s.group is Group.PAUSED} == {S.WAITING_MEMBER, S.DEFERRED}
    assert {s for s in Status if s.is_active} == {S.NEW, S.OPEN, S.WAITING_OTHER, S.WAITING_MEMBER, S.DEFERRED}


@pytest.mark.parametrize("text", ["主卧飘窗渗水", "AC leaking", "漏水好耐！！冇人理", "字" * 5_000])
def test_texts_one_can_act_on(text: str) -> None:
    rules.check_text(text)


@pytest.mark.parametrize("text", ["", "      ", "漏水好耐", "！！！！！！！", "😀😀😀😀😀😀", "a      b"])
def test_texts_nobody_can_act_on(text: str) -> None:
    with pytest.raises(errors.TextTooShort):
        rules.check_text(text)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("我身份证440301199001011234发你了", "440301199001011234"),
        ("身份证 44030119900101123X", "123X"),
        ("旧证440301900101123", "440301900101123"),
        ("４４０３０１１９９００１０１１２３４", "４４０３０１"),
        ("电话19900000001", "0001"),
        ("电话 199 0000 0001", "0001"),
        ("电话199-0000-0001", "0001"),
        ("电话+86 19900000001", "0001"),
        ("电话１９９０００００００１", "１９９"),
        ("座机0755-12345678", "12345678"),
        ("overseas +852 6123 4567", "4567"),
        ("邮箱 abc.d@example.com", "abc.d"),
        ("卡号6222 0212 3456 7890 123", "7890"),
        ("住3栋1206室", "1206"),
        ("2栋1单元1803", "1803"),
        ("二栋一单元一八零三室", "一八零三"),
        ("2幢1单元1803", "1803"),
        ("A座2305", "2305"),
        ("12号902室", "902"),
        ("2-1-1803", "1803"),
        ("第2座 15樓 B室", "B室"),
        ("欧阳若水投诉", "欧阳若水"),
    ],
)
def test_what_everybody_reads_holds_no_personal_data(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in rules.masked(text, names=["欧阳若水"])


@pytest.mark.parametrize(
    "text",
    [
        "合同写2026-11-23交楼，9月30日到现在没有通知",
        "销售口头承诺车位80000元，现在不认",
        "3栋2号电梯困人，已报三次",
        "下午3-4点来过，24小时内没有答复",
        "请拨打400-000-0000",
        "面积89.5平米，误差3%",
    ],
)
def test_masking_leaves_ordinary_numbers(text: str) -> None:
    assert rules.masked(text) == text


def test_masking_twice_changes_nothing() -> None:
    once = rules.masked("住3栋1206室，电话19900000001")
    assert rules.masked(once) == once and "3栋" in once


@pytest.mark.parametrize(
    ("label", "shown"),
    [("2栋1单元1803", "2栋****"), ("3栋1206", "3栋****"), ("A座2305", "A座****"), ("12号902室", "12号****"), ("", "")],
)
def test_a_home_in_a_list(label: str, shown: str) -> None:
    assert rules.masked_home(label) == shown


@pytest.mark.parametrize(
    ("nickname", "shown"),
    [("安安", "安安"), ("", "周**"), ("周予安", "周**"), ("我是周予安本人", "周**"), ("19900000001", "周**")],
)
def test_a_name_on_the_board(nickname: str, shown: str) -> None:
    assert rules.board_name(nickname, "周予安", "周**") == shown


def test_a_case_can_be_returned_for_fifteen_days() -> None:
    rules.check_return("BX1", S.CLOSED, NOON, NOON + timedelta(days=15))
    rules.check_return("BX1", S.RESOLVED, None, NOON)
    with pytest.raises(errors.TooLateToReturn):
        rules.check_return("BX1", S.CLOSED, NOON, NOON + timedelta(days=15, seconds=1))


@pytest.mark.parametrize(
    ("severity", "recorded", "missing"),
    [
        (Severity.ORDINARY, {1}, False),
        (Severity.ORDINARY, set(), True),
        (Severity.IMPORTANT, {1, 2, 3}, True),
        (Severity.IMPORTANT, {1, 2, 3, 4}, False),
        (Severity.MAJOR, {1, 5}, True),
    ],
)
def test_the_evidence_of_a_class(severity: Severity, recorded: set[int], missing: bool) -> None:
    if missing:
        with pytest.raises(errors.StepsMissing):
            rules.check_steps(severity, iter(recorded))
    else:
        rules.check_steps(severity, iter(recorded))


def test_wished_times_are_three_different_ones_to_come() -> None:
    today = date(2026, 11, 23)
    wished = ["2026-11-25:am", "2026-11-25:am", "", "2026-11-26:eve", "2026-11-24:pm", "2026-11-27:am"]
    assert rules.check_times(wished, today) == ["2026-11-25:am", "2026-11-26:eve", "2026-11-24:pm"]
    for wrong in ("2026-11-23:am", "2026-11-24", "2026-13-01:am", "morgen:am", "2026-11-25:night"):
        with pytest.raises(errors.TimesInThePast):
            rules.check_times([wrong], today)


def test_room_part_and_fault_belong_together_everywhere() -> None:
    for room, parts in dictionary.ROOM_PARTS.items():
        assert room in dictionary.ROOMS
        for part in parts:
            assert part in dictionary.PARTS
            for fault in dictionary.PART_FAULTS[part]:
                assert fault in dictionary.FAULTS
                rules.check_words(Kind.REPAIR, room, part, fault)
                assert warranty.ground_for(part, fault) is not None
    assert set(dictionary.ROOM_PARTS) == set(dictionary.ROOMS) and dictionary.EMERGENCIES <= set(dictionary.FAULTS)


@pytest.mark.parametrize(
    "words", [(None, None, None), ("kitchen", "lift", "broken"), ("kitchen", "gas", None), ("x", "y", "z")]
)
def test_words_that_do_not_fit(words: tuple) -> None:
    with pytest.raises(errors.WordsDoNotFit):
        rules.check_words(Kind.REPAIR, *words)


def test_only_repairs_have_the_three_words() -> None:
    rules.check_words(Kind.COMPLAINT, None, None, None)
    with pytest.raises(errors.WordsDoNotFit):
        rules.check_words(Kind.COMPLAINT, "kitchen", "gas", "broken")


@pytest.mark.parametrize(
    ("part", "fault", "builder"),
    [
        ("roof", "leak", "5 years"),
        ("wall", "leak", "5 years"),
        ("wall", "crack", "2 years"),
        ("plumbing", "leak", "2 years"),
        ("electric", "broken", "2 years"),
        ("structure", "crack", "the design life of the building"),
        ("facility", "broken", "as agreed in the contract"),
    ],
)
def test_what_the_law_promises(part: str, fault: str, builder: str) -> None:
    ground = warranty.ground_for(part, fault)
    assert ground is not None and ground.builder._args[0] == builder
    assert warranty.ground_for("", "") is None


def test_five_plain_words() -> None:
    stages = {status: rules.stage_of(status, is_in_hands=True) for status in Status}
    assert stages[S.NEW] == 0 and stages[S.OPEN] == 2 and stages[S.RESOLVED] == 3 and stages[S.CLOSED] == 5
    assert rules.stage_of(S.OPEN, is_in_hands=False) == 1


def test_internal_notes_are_for_staff() -> None:
    assert rules.may_read(Audience.STAFF, is_staff=True) and not rules.may_read(Audience.STAFF, is_staff=False)
    assert rules.may_read(Audience.MEMBER, is_staff=False)


def test_a_class_goes_up_freely_and_down_by_managers() -> None:
    rules.check_class(Severity.ORDINARY, Severity.HOT, may_lower=False)
    rules.check_class(Severity.HOT, Severity.ORDINARY, may_lower=True)
    with pytest.raises(errors.OnlyUpward):
        rules.check_class(Severity.HOT, Severity.IMPORTANT, may_lower=False)
    with pytest.raises(errors.SameClass):
        rules.check_class(Severity.HOT, Severity.HOT, may_lower=True)


def test_a_post_is_public_at_once_unless_it_is_reviewed_first() -> None:
    assert rules.visibility_of_post(review_first=False) is Visibility.PUBLIC
    assert rules.visibility_of_post(review_first=True) is Visibility.WAITING
    assert [v for v in Visibility if rules.is_on_board(v)] == [Visibility.PUBLIC]


def test_silence_is_seven_days_after_the_last_word() -> None:
    assert rules.is_silent(S.RESOLVED, NOON, NOON + timedelta(days=7))
    assert not rules.is_silent(S.RESOLVED, NOON, NOON + timedelta(days=7) - timedelta(seconds=1))
    assert not rules.is_silent(S.WAITING_MEMBER, NOON, NOON + timedelta(days=70))
    assert Step(8).label


@pytest.mark.parametrize(
    "written",
    [
        "13812345678 138 1234 5678",
        "138-1234-5678 13912345678",
        "138/1234/5678",
        "138，1234，5678",
        "138\u200b12345678",
        "١٣٨١٢٣٤٥٦٧٨",
        "一三八一二三四五六七八",
        "护照E12345678",
        "zhang(at)example.com",
        "微信号 wx_abc123",
        "粤B12345",
        "6222 0212 3456 7890 123",
        "440301199001011234",
    ],
)
def test_ways_round_the_mask_lead_nowhere(written: str) -> None:
    shown = rules.masked(f"请联系 {written} 谢谢")
    assert not re.search(r"[0-9]{3}", shown), shown
    assert "abc123" not in shown and "example" not in shown and "一三八" not in shown
    assert shown.startswith("请联系 ") and shown.endswith(" 谢谢")


@pytest.mark.parametrize(
    "text", ["3栋2号电梯停了 28 楼", "2026年11月23日 18:30", "共 12 层，每层 4 户", "已报三次，等了 72 小时"]
)
def test_plain_facts_stay(text: str) -> None:
    assert rules.masked(text) == text


@pytest.mark.parametrize("nickname", ["万客会客服", "客 服", "官方回复", "物业小王", "Official Support", "管理员"])
def test_nobody_poses_as_staff_on_the_board(nickname: str) -> None:
    assert rules.board_name(nickname, "张秀英", "张**") == "张**"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("走廊的灯坏了。", "走廊的灯坏了。"),
        ("走廊的灯坏了三天。" + "请尽快安排人来修，" * 4, "走廊的灯坏了三天"),
        ("小区东门的道闸经常抬不起来，" + "早上排队的车一直堵到马路上面去了很久很久", "小区东门的道闸经常抬不起来"),
        ("好，" + "没有标点的话" * 8, "好，" + ("没有标点的话" * 8)[:27] + "…"),
        ("The lamp in lane 3.5 is broken. Please send somebody soon.", "The lamp in lane 3.5 is broken"),
    ],
)
def test_a_title_ends_where_a_clause_ends_or_says_that_it_goes_on(text: str, title: str) -> None:
    assert rules.short_title(text) == title
    assert len(title) <= rules.MOST_TITLE
