"""Names, codes, passwords, ages: tables of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kernel.devices import device_of
from member import errors, rules
from member.limits import network_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("周予安", "周予安"),
        (" 李一 ", "李一"),
        ("阿依努尔•买买提", "阿依努尔·买买提"),
        ("阿依努尔・买买提", "阿依努尔·买买提"),
        ("阿依努尔‧买买提", "阿依努尔·买买提"),
        ("Emma  Clarke", "Emma Clarke"),
        ("Seán O'Brien-Smith Jr.", "Seán O'Brien-Smith Jr."),
        ("𠀀𪚥", "𠀀𪚥"),
        ("\U000323b1明", "\U000323b1明"),
        ("陳詠詩", "陳詠詩"),
    ],
)
def test_names_of_identity_cards_are_kept(typed: str, kept: str) -> None:
    assert rules.check_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", errors.NameNeeded),
        ("   ", errors.NameNeeded),
        ("王123", errors.OddName),
        ("<b>王</b>", errors.OddName),
        ("·-·", errors.OddName),
        ("王😀", errors.OddName),
        ("王\u202e", errors.OddName),
    ],
)
def test_what_is_no_name_is_refused(typed: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_name(typed)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("周予安", "周**"),
        ("李一", "李**"),
        ("欧阳若水", "欧阳**"),
        ("司徒嘉", "司徒**"),
        ("欧阳", "欧**"),
        ("阿依努尔·买买提", "阿依努尔·**"),
        ("Emma Clarke", "Emma C."),
        ("Madonna", "M***"),
        ("𠀀明", "𠀀**"),
        ("", ""),
    ],
)
def test_others_see_a_masked_name(name: str, shown: str) -> None:
    assert rules.masked_name(name) == shown


@pytest.mark.parametrize("typed", ["123456", " 123456 ", "123 456", "１２３４５６"])
def test_a_code_is_right_however_its_digits_are_typed(typed: str) -> None:
    assert rules.is_right_code(typed, "salt", rules.code_hash("123456", "salt"))


@pytest.mark.parametrize("typed", ["", "123457", "12345", "0123456", "123456'"])
def test_another_code_is_wrong(typed: str) -> None:
    assert not rules.is_right_code(typed, "salt", rules.code_hash("123456", "salt"))


def test_a_hash_is_worth_nothing_with_another_salt() -> None:
    assert rules.code_hash("123456", "a") != rules.code_hash("123456", "b")


MOMENT = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("proved_at", "fresh"),
    [
        (None, False),
        (MOMENT, True),
        (MOMENT - timedelta(minutes=10), True),
        (MOMENT - timedelta(minutes=10, seconds=1), False),
    ],
)
def test_a_proof_is_fresh_for_ten_minutes(proved_at: datetime | None, fresh: bool) -> None:
    assert rules.is_fresh(proved_at, MOMENT) is fresh


@pytest.mark.parametrize(
    "password", ["correct horse battery", "雨后的翠澜湾很安静啊", "x7!kQ2-m", "a" * 64 + "b" * 32 + "cd"]
)
def test_good_passwords_need_no_composition(password: str) -> None:
    rules.check_password(password, mobile="+8619900000001")


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short7!", errors.PasswordLength),
        ("x" * 129, errors.PasswordLength),
        ("password", errors.WeakPassword),
        ("PassWord", errors.WeakPassword),
        ("12345678", errors.WeakPassword),
        ("1234567890", errors.WeakPassword),
        ("87654321", errors.WeakPassword),
        ("abcdefgh", errors.WeakPassword),
        ("aaaaaaaa", errors.WeakPassword),
        ("abababab", errors.WeakPassword),
        ("19900000001", errors.WeakPassword),
        ("a19900000001", errors.WeakPassword),
        ("woaini1314", errors.WeakPassword),
        ("万客会万客会12", errors.WeakPassword),
        ("ｐａｓｓｗｏｒｄ", errors.WeakPassword),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_password(password, mobile="+8619900000001")


@pytest.mark.parametrize("born", [None, date(2008, 11, 23), date(1948, 2, 29), date(1990, 1, 1)])
def test_grown_people_may_give_their_birth_date(born: date | None) -> None:
    rules.check_birth_date(born, today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("born", "refusal"),
    [
        (date(2008, 11, 24), errors.NotOfAge),
        (date(2026, 11, 23), errors.NotOfAge),
        (date(2026, 11, 24), errors.ImpossibleBirthDate),
        (date(1890, 1, 1), errors.ImpossibleBirthDate),
    ],
)
def test_birth_dates_of_minors_and_of_nobody_are_refused(born: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_birth_date(born, today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_one_line_counts_as_one_caller(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 MicroMessenger/8.0.50",
            "wechat/iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130",
            "Edge/Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36", "Chrome/Android"),
        ("", ""),
        ("curl/8", ""),
    ],
)
def test_browsers_are_told_roughly(agent: str, device: str) -> None:
    assert device_of(agent) == device
