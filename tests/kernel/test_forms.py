"""Forms keep what was typed and refuse what no person means."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from kernel.errors import Conflict, Refused, TooMany
from kernel.forms import CreatingForm, Form, IntField, LongTextField, MobileField, TextField, refusals_shown_on


class Thing(Form):
    name = TextField("Name", most=10)
    story = LongTextField("Story", most=40, required=False)
    number = IntField("Number", least=1, most=9)
    mobile = MobileField(validators=[])


GOOD = {"name": "周予安", "story": "", "number": "3", "mobile": "199 0000 0001"}


@pytest.fixture
def sent(app: Flask):  # type: ignore[no-untyped-def]
    contexts = []

    def send(kind: type[Form] = Thing, **fields: str) -> Form:
        context = app.test_request_context("/", method="POST", data=MultiDict({**GOOD, **fields}))
        context.push()
        contexts.append(context)
        return kind(meta={"csrf": False})

    yield send
    for context in reversed(contexts):
        context.pop()


def test_good_values_go_to_the_operation(sent) -> None:
    form = sent(story=" 一行\r\n两行 ", name="e\u0301")
    assert form.submitted()
    assert form.values() == {"name": "é", "story": "一行\n两行", "number": 3, "mobile": "+8619900000001"}
    assert form.status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 11),
        ("name", "a\x00b"),
        ("name", "a\u2028b"),
        ("name", "a\u202eb"),
        ("name", "\ufffd\ufffd"),
        ("number", ""),
        ("number", "0"),
        ("number", "10"),
        ("number", "３"),
        ("number", "1_0"),
        ("number", "1e1"),
        ("number", "9" * 5_000),
        ("number", "nan"),
        ("story", "x" * 41),
        ("mobile", "12345"),
        ("mobile", ""),
    ],
)
def test_bad_values_are_refused_beside_their_field_and_kept(sent, field: str, value: str) -> None:
    form = sent(**{field: value})
    assert not form.submitted()
    assert list(form.errors) == [field]
    assert form.errors[field]
    assert form.status == 422
    if value.strip() and value.isprintable():
        assert form[field]._value()[:5] == value.strip()[:5]


@pytest.mark.parametrize(("refusal", "status"), [(Refused, 422), (Conflict, 409), (TooMany, 429)])
def test_a_refusal_is_shown_on_the_form_with_its_status(sent, refusal: type[Refused], status: int) -> None:
    form = sent()
    with refusals_shown_on(form):
        raise refusal()
    assert form.status == status
    assert len(form.form_errors) == 1


def test_a_refusal_that_names_a_field_stands_beside_it(sent) -> None:
    class TooShort(Refused):
        field = "name"

    form = sent()
    with refusals_shown_on(form):
        raise TooShort()
    assert len(form.name.errors) == 1 and not form.form_errors


class Order(CreatingForm):
    name = TextField("Name", most=10)


def test_a_creating_form_hands_on_its_one_time_key(sent) -> None:
    form = sent(Order, form_key="a" * 20)
    assert form.submitted()
    assert form.values() == {"name": "周予安", "key": "a" * 20}


def test_a_form_without_its_key_is_refused(sent) -> None:
    form = sent(Order)
    assert not form.submitted()
    assert list(form.errors) == ["form_key"]


@pytest.mark.parametrize("key", ["", "short", "x" * 81, "with space in the middle", "引号引号引号引号引号引号引号引号"])
def test_a_forged_key_is_replaced(sent, key: str) -> None:
    form = sent(Order, form_key=key)
    assert not form.submitted()
    assert form.form_key.data != key and len(form.form_key.data) >= 16
