"""The shape of what people type about homes."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from homes.models import Audience, FactorKind, Role
from kernel.forms import CreatingForm, Form, IntField, LongTextField, PhotosField, TextField, needed


class DayField(DateField):
    """A day; an impossible one is said in a sentence."""

    def __init__(self, label: Any, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, [needed()] if required else [Optional()], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([value for value in valuelist if value])
        except ValueError:
            raise ValueError(_("This is not a date; write it like 2026-11-23.")) from None


class BindingForm(Form):
    """Contract number and last four of the identity number."""

    contract_number = TextField(_l("Contract number"), most=40)
    last_four = TextField(_l("Last four characters of the identity document"), most=4)

    def validate_last_four(self, field: Any) -> None:
        if not re.fullmatch(r"[0-9A-Za-z]{4}", field.data or "", re.ASCII):
            raise ValidationError(_("Please enter exactly four characters: digits, or digits and a letter."))


class ReadingForm(Form):
    """The facts were read."""

    read = BooleanField(
        _l("I have read the favourable and the unfavourable facts"), [needed(_l("Please tick this box."))]
    )


class LedgerForm(CreatingForm):
    """A file of the contract ledger."""

    file = FileField(_l("Ledger file (.xlsx or .csv)"), [needed(_l("Please choose a file."))])


class ProjectForm(Form):
    """What a project's page says."""

    summary = LongTextField(_l("Introduction"), most=2_000, required=False)
    address = TextField(_l("Address"), most=200, required=False)
    hotline = TextField(_l("Phone of the project"), most=40, required=False)
    presale_permit = TextField(_l("Pre-sale permit number"), most=100, required=False)


class FactorForm(Form):
    """A fact for or against a project."""

    kind = RadioField(_l("Kind"), [needed()], choices=[SelectChoice(k.value, k.label) for k in FactorKind])
    title = TextField(_l("Title"), most=80)
    text = LongTextField(_l("What buyers should know"), most=2_000)
    distance_m = IntField(_l("Distance from the red line, in metres"), most=100_000, required=False)
    inside_red_line = BooleanField(_l("It lies inside the red line"))
    source = TextField(_l("Source"), most=200)


class FactorChangeForm(FactorForm):
    """A new version of a fact; says why."""

    withdrawn = BooleanField(_l("No longer holds: take it off the page, keep it in the history"))
    reason = TextField(_l("Reason of the change"), most=200)


class UpdateForm(CreatingForm):
    """A construction update."""

    building_id = SelectField(_l("Building"), coerce=int)
    audience = RadioField(_l("For whom"), [needed()], choices=[SelectChoice(a.value, a.label) for a in Audience])
    home = TextField(_l("Home (only when it is for one home)"), most=40, required=False)
    title = TextField(_l("Title"), most=80)
    text = LongTextField(_l("What can be seen, what comes next month"), most=4_000)
    taken_on = DayField(_l("Photos taken on"))
    viewpoint = TextField(_l("Viewpoint, the same every month"), most=60, required=False)
    photos = PhotosField(_l("Photos"))

    def offer(self, buildings: list[tuple[int, str]]) -> None:
        """Say which buildings there are to choose from; 0 is the whole project."""
        whole = SelectChoice("0", _("The whole project"))
        self.building_id.choices = [whole, *(SelectChoice(str(number), name) for number, name in buildings)]


class UpdateWordsForm(Form):
    """The words of a draft."""

    title = TextField(_l("Title"), most=80)
    text = LongTextField(_l("What can be seen, what comes next month"), most=4_000)
    taken_on = DayField(_l("Photos taken on"))
    viewpoint = TextField(_l("Viewpoint, the same every month"), most=60, required=False)


class ReasonForm(Form):
    """A reason that somebody will read."""

    reason = TextField(_l("Reason"), most=200)


class ForecastForm(Form):
    """When something is expected now, and why."""

    expected_on = DayField(_l("Expected on"))
    reason = TextField(_l("Reason, as owners will read it"), most=300)


class MilestoneForm(Form):
    """How far a milestone is."""

    reached_on = DayField(_l("Reached on"), required=False)
    floors_done = IntField(_l("Floors done"), most=200, required=False)
    evidence = TextField(_l("Evidence (number of the record, photo, report)"), most=200, required=False)


class RightForm(Form):
    """Binding by hand, after looking at the papers."""

    member_number = TextField(_l("Member number"), most=20)
    role = SelectField(_l("Relation to the home"), choices=[SelectChoice(r.value, r.label) for r in Role])
    reason = TextField(_l("Which papers were checked"), most=200)
