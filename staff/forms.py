"""The shape of what staff type."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, EqualTo, Optional, Regexp

from kernel import clock
from kernel.forms import CreatingForm, Form, LongTextField, PhotosField, TextField, needed
from staff.models import OrgUnit, Role, StaffPerson, UnitKind

LOGIN = Regexp(
    r"^[A-Za-z][A-Za-z0-9.-]{2,39}$", message=_l("Letters, digits, dots and dashes; it begins with a letter.")
)
MAIL = Regexp(r"^[^@\s]{1,64}@[A-Za-z0-9.-]{3,60}$", message=_l("This is not a mail address."))


class SignInForm(Form):
    """Login and password."""

    login = TextField(_l("Login"), most=60)
    password = PasswordField(_l("Password"), validators=[needed()])
    next = HiddenField()


class CodeForm(Form):
    """A code from the phone, or a recovery code."""

    code = TextField(_l("One-time code"), most=40)
    next = HiddenField()


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(_l("New password"), validators=[needed()])
    again = PasswordField(
        _l("New password once more"),
        validators=[needed(), EqualTo("password", message=_l("The two are not the same."))],
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    present = PasswordField(_l("Present password"), validators=[needed()])


class ReasonForm(CreatingForm):
    """Why something is proposed."""

    reason = LongTextField(_l("Reason"), most=500)


class _PlaceForm(CreatingForm):
    """A role in a part of the organisation, with or without a last day."""

    role_id = SelectField(_l("Role"), coerce=int)
    unit_id = SelectField(_l("Belonging to"), coerce=int)
    last_day = DateField(_l("Last day"), validators=[Optional()])
    reason = LongTextField(_l("Reason"), most=500)

    def offer(self, roles: list[Role], units: list[OrgUnit]) -> None:
        """Fill in what can be chosen."""
        self.role_id.choices = [SelectChoice(value=str(role.id), label=role.label) for role in roles]
        self.unit_id.choices = [SelectChoice(value=str(unit.id), label=unit_words(unit)) for unit in units]


class RoleForm(_PlaceForm):
    """A further role for a person."""


class InvitationForm(_PlaceForm):
    """A new person of the back office."""

    login = TextField(_l("Login"), most=40, validators=[LOGIN])
    name = TextField(_l("Name"), most=50)
    title = TextField(_l("Job title"), most=50, required=False)
    badge = TextField(_l("Badge number"), most=20, required=False)
    work_phone = TextField(_l("Work telephone"), most=20, required=False)
    mail = TextField(_l("Work mail"), most=120, validators=[MAIL])


class DecisionForm(Form):
    """A remark to a decision; the decision itself is the value of the button that was pressed, not a field of the page."""

    remark = TextField(_l("Remark"), most=500, required=False)
    decision = StringField(
        _l("Decision"), validators=[AnyOf(["approve", "decline"], message=_l("Please approve or decline."))]
    )


class AbsenceForm(Form):
    """Until when somebody is away, and who stands in."""

    last_day = DateField(_l("Last day away"), validators=[Optional()])
    deputy_id = SelectField(_l("Stand-in"), coerce=int)
    back = BooleanField(_l("I am back"))

    def offer(self, people: list[StaffPerson]) -> None:
        """Fill in who can stand in."""
        self.deputy_id.choices = [
            SelectChoice(value="0", label=_("Nobody")),
            *(SelectChoice(value=str(person.id), label=person.name) for person in people),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a day that is past, and none at all unless the person is back."""
        good = bool(super().validate(extra_validators))
        day = self.last_day.data
        if good and not self.back.data and (day is None or day < clock.today()):
            self.last_day.errors = (_("Please choose today or a later day."),)
            return False
        return good


class PhotoForm(Form):
    """One's own photo."""

    photos = PhotosField(_l("Photo"), most=1, validators=[needed()])


def unit_words(unit: OrgUnit) -> str:
    """Return a unit as it stands in a choice list, moved in by its level."""
    level = [UnitKind.GROUP, UnitKind.CITY, UnitKind.PROJECT, UnitKind.TEAM].index(unit.kind)
    words: Any = unit.kind.label
    return f"{chr(0x3000) * level}{unit.name} · {words}"
