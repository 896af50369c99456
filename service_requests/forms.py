"""The shape of what people send: requests, messages, results, decisions."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DateTimeLocalField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from kernel import clock
from kernel.forms import CreatingForm, Form, LongTextField, MobileField, PhotosField, TextField, needed
from kernel.web import day as shown_day
from service_requests.dictionary import FAULTS, PARTS, ROOMS, HiddenReason, Identity, Kind, Severity, Step, Wish
from service_requests.rules import MOST_TEXT

HALVES = (
    ("am", _l("morning, 9:00 to 12:00")),
    ("pm", _l("afternoon, 13:00 to 18:00")),
    ("eve", _l("evening, 18:00 to 20:00")),
)
DAYS_AHEAD = 10


def offered(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return values with their labels as the choices of a field."""
    return [SelectChoice(value, label) for value, label in pairs]


def half_days() -> list[SelectChoice]:
    """Return the half days from tomorrow on that a visit can be wished for."""
    choices = [("", str(_("No wish")))]
    for ahead in range(1, DAYS_AHEAD + 1):
        day = clock.today() + timedelta(days=ahead)
        choices += [(f"{day.isoformat()}:{half}", half_day(f"{day.isoformat()}:{half}")) for half, _words in HALVES]
    return offered(choices)


def half_day(code: str) -> str:
    """Return a wished half day in words."""
    day, _colon, half = code.partition(":")
    words = dict(HALVES)
    return str(_("%(day)s, %(half)s", day=shown_day(date.fromisoformat(day)), half=words.get(half, half)))


def wishes() -> list[SelectChoice]:
    """Return what can be wished, with an empty choice."""
    return offered([("", _("No particular wish")), *((wish.value, wish.label) for wish in Wish)])


class RepairForm(CreatingForm):
    """A repair; room, part and fault were chosen on the pages before."""

    home_id = RadioField(
        _l("Which home?"), coerce=int, validate_choice=False, validators=[needed(_l("Please choose a home."))]
    )
    room = HiddenField()
    part = HiddenField()
    fault = HiddenField()
    text = LongTextField(_l("What is wrong?"), most=MOST_TEXT)
    photos = PhotosField(_l("Photos"))
    time_1 = SelectField(_l("First choice"), validate_choice=False)
    time_2 = SelectField(_l("Second choice"), validate_choice=False)
    time_3 = SelectField(_l("Third choice"), validate_choice=False)
    may_enter = BooleanField(_l("If nobody is in, you may enter with the property service"))
    emergency = BooleanField(_l("It is dangerous or does damage right now"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.time_1.choices = self.time_2.choices = self.time_3.choices = half_days()

    @property
    def times(self) -> list[str]:
        """The wished half days in the member's order."""
        return [time.data for time in (self.time_1, self.time_2, self.time_3) if time.data]


class _PlaceForm(CreatingForm):
    """What may concern a home, a project, or neither; ``place`` is ``home:12``, ``project:SZ-YHL`` or empty."""

    place = SelectField(_l("What does it concern?"), validate_choice=False, validators=[Optional()])

    @property
    def home_id(self) -> int | None:
        kind, _colon, code = (self.place.data or "").partition(":")
        return int(code) if kind == "home" and code.isascii() and code.isdigit() and len(code) < 16 else None

    @property
    def project_code(self) -> str | None:
        kind, _colon, code = (self.place.data or "").partition(":")
        return code if kind == "project" else None


class ComplaintForm(_PlaceForm):
    """A complaint, public on the board or private."""

    shown = RadioField(
        _l("Who may read it?"),
        choices=offered(
            [
                (
                    "board",
                    _l(
                        "Everybody, on the public board|We hide names, telephone and home numbers. Our answer is public too."
                    ),
                ),
                ("private", _l("Only you and our customer service|The promised times are the same.")),
            ]
        ),
        default="board",
    )
    title = TextField(_l("In one line"), most=60)
    text = LongTextField(_l("What happened?"), most=MOST_TEXT)
    wish = SelectField(_l("What would you like to come of it?"), validators=[Optional()])
    photos = PhotosField(_l("Photos"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wish.choices = wishes()


class EnquiryForm(_PlaceForm):
    """A question."""

    text = LongTextField(_l("Your question"), most=MOST_TEXT)


class SuggestionForm(_PlaceForm):
    """An idea."""

    text = LongTextField(_l("Your suggestion"), most=MOST_TEXT)
    photos = PhotosField(_l("Photos"))


# --- the member in his case ------------------------------------------------------------------------------------------


class MessageForm(CreatingForm):
    """Something to say in a case."""

    text = LongTextField(_l("Your message"), most=MOST_TEXT)
    photos = PhotosField(_l("Photos"))


class RatingForm(Form):
    """How it was."""

    score = RadioField(
        _l("How satisfied are you?"),
        coerce=int,
        choices=offered(
            [
                (5, _l("5 – very satisfied")),
                (4, _l("4 – satisfied")),
                (3, _l("3 – so-so")),
                (2, _l("2 – not satisfied")),
                (1, _l("1 – not at all")),
            ]
        ),
        validators=[needed(_l("Please choose one."))],
    )
    words = LongTextField(_l("Anything to add?"), most=500, required=False)


class ReturnForm(Form):
    """Why the result does not hold."""

    reason = LongTextField(_l("What is not right yet?"), most=1_000)
    pictures = PhotosField(_l("Photos"))


class WithdrawalForm(Form):
    """Why it is no longer needed."""

    reason = LongTextField(_l("Why do you withdraw it?"), most=500, required=False)


# --- staff -----------------------------------------------------------------------------------------------------------


class ReplyForm(CreatingForm):
    """A public reply."""

    reply = LongTextField(_l("Reply to the member"), most=MOST_TEXT)
    identity = SelectField(_l("In the name of"), choices=offered((one.value, one.label) for one in Identity))
    photos = PhotosField(_l("Photos"))


class NoteForm(CreatingForm):
    """An internal note."""

    note = LongTextField(_l("Note for colleagues"), most=MOST_TEXT)


class QuestionForm(CreatingForm):
    """A question to the member."""

    question = LongTextField(_l("What do you need from the member?"), most=2_000)


class CallForm(CreatingForm):
    """A call that was made."""

    called_at = DateTimeLocalField(_l("Time of the call"), format="%Y-%m-%dT%H:%M", validators=[needed()])
    call_text = LongTextField(_l("What was said"), most=2_000)


class AssignForm(Form):
    """Who looks after it."""

    assignee_id = SelectField(_l("Person in charge"), coerce=int, validate_choice=False)


class ClassForm(Form):
    """Another class."""

    severity = SelectField(_l("Class"), choices=offered((one.value, one.label) for one in Severity))
    class_reason = TextField(_l("Reason"), most=300)


class StepForm(Form):
    """An evidence record."""

    step = SelectField(_l("Step"), coerce=int, choices=offered((int(one), one.label) for one in Step))
    step_text = LongTextField(_l("What was done"), most=2_000)


class ResultForm(Form):
    """What was done in the end."""

    result = LongTextField(_l("Result for the member"), most=MOST_TEXT)
    result_photos = PhotosField(_l("Photos of the result"))


class VisitForm(Form):
    """A visit that was agreed by phone."""

    visit_on = DateField(_l("Day"), validators=[needed()])
    half = SelectField(_l("Time"), choices=offered(HALVES))
    worker = TextField(_l("Who comes"), most=60)


class WaitForm(Form):
    """Waiting for somebody, or postponed by agreement."""

    wait_status = SelectField(
        _l("Why"),
        choices=offered(
            [
                ("waiting_other", _l("A third party has to act; the solve clock runs on")),
                ("deferred", _l("Agreed with the member; the solve clock rests")),
            ]
        ),
    )
    wait_until = DateField(_l("Until"), validators=[needed()])
    wait_reason = TextField(_l("Reason, the member reads it"), most=300)


class ReopenForm(Form):
    """Why a case is taken up again."""

    reopen_reason = TextField(_l("Reason, the member reads it"), most=300, required=False)


class DeclineForm(Form):
    """Why a case is declined."""

    decline_reason = LongTextField(_l("Reasons, the member reads them"), most=2_000)


class HideForm(Form):
    """Why a post leaves the board."""

    hidden_reason = SelectField(_l("Reason"), choices=offered((one.value, one.label) for one in HiddenReason))
    hidden_words = LongTextField(_l("Explanation for the author"), most=500)


class OnBehalfForm(CreatingForm):
    """A call or a visit at the counter, typed in while the person speaks."""

    mobile = MobileField(_l("Mobile number of the member"))
    kind = SelectField(_l("Kind"), choices=offered((one.value, one.label) for one in Kind))
    channel = SelectField(
        _l("Channel"),
        choices=offered(
            [("phone", _l("Hotline")), ("counter", _l("Service desk")), ("other", _l("Letter, mail, other"))]
        ),
    )
    uttered_at = DateTimeLocalField(_l("When it was said"), format="%Y-%m-%dT%H:%M", validators=[Optional()])
    home_id = SelectField(_l("The member's home"), coerce=str, validate_choice=False, validators=[Optional()])
    room = SelectField(_l("Room"), validators=[Optional()])
    part = SelectField(_l("Part"), validators=[Optional()])
    fault = SelectField(_l("Problem"), validators=[Optional()])
    text = LongTextField(_l("What was said"), most=MOST_TEXT)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for field, words in ((self.room, ROOMS), (self.part, PARTS), (self.fault, FAULTS)):
            field.choices = offered([("", "–"), *words.items()])
