"""The shape of what people type when they join, sign in and keep their account."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, HiddenField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError, any_of

from kernel.errors import Refused
from kernel.forms import CreatingForm, Form, MobileField, TextField, needed
from kernel.web import LOCALES
from member import rules
from member.models import NAME_LENGTH, Purpose

LANGUAGES = [SelectChoice(LOCALES[0], "简体中文"), SelectChoice(LOCALES[1], "English")]


class _NameChecked:
    """A name is checked before the code is tried, so that a slip in the name costs no try."""

    def validate_name(self, field: Field) -> None:
        try:
            field.data = rules.check_name(field.data or "")
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None


class MobileForm(Form):
    """The number a code is sent to."""

    mobile = MobileField()


class CodeForm(Form):
    """The code that came by text message."""

    code = TextField(_l("Code from the message"), most=12)


class JoinForm(_NameChecked, CreatingForm):
    """The code, the name, and two decisions that are taken separately and never for the person (PIPL 14, 16)."""

    code = TextField(_l("Code from the message"), most=12)
    name = TextField(_l("Name"), most=NAME_LENGTH)
    membership = BooleanField(
        _l("I agree to the terms and the privacy policy"),
        [needed(_l("We need your agreement to the terms and the privacy policy to open the membership."))],
    )
    marketing = BooleanField(_l("Tell me about events, new homes and offers, at most twice a month"))
    referral_code = TextField(_l("Referral code"), most=12, required=False)


class PasswordSignInForm(Form):
    """A number and its password."""

    mobile = MobileField()
    password = PasswordField(_l("Password"), [needed()])


class NewPasswordForm(Form):
    """A password, typed twice because it is not shown."""

    password = PasswordField(_l("New password"), [needed()])
    again = PasswordField(_l("The same once more"), [needed()])

    def validate_again(self, field: Field) -> None:
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ. Please type both again."))


class ProfileForm(_NameChecked, Form):
    """What members tell about themselves; e-mail and date of birth are their choice."""

    name = TextField(_l("Name"), most=NAME_LENGTH)
    nickname = TextField(_l("Nickname"), most=30, required=False)
    email = TextField(_l("E-mail"), most=200, required=False)
    birth_date = DateField(_l("Date of birth"), [Optional()])
    locale = SelectField(_l("Language of messages"), choices=LANGUAGES)

    def validate_email(self, field: Field) -> None:
        local, at, domain = (field.data or "").rpartition("@")
        if field.data and (not at or not local or "." not in domain.strip(".") or any(c.isspace() for c in field.data)):
            raise ValidationError(_("This is not a complete e-mail address."))


class ConsentForm(Form):
    """One decision on one purpose."""

    purpose = HiddenField(validators=[any_of([purpose.value for purpose in Purpose])])
    given = HiddenField(validators=[any_of(["yes", "no"])])

    def decision(self) -> dict[str, Any]:
        """Return the purpose and whether it is agreed to."""
        return {"purpose": Purpose(self.purpose.data), "given": self.given.data == "yes"}


class ReadingForm(Form):
    """Everything in the inbox up to a message has been read."""

    up_to = HiddenField(validators=[needed()])

    def validate_up_to(self, field: Field) -> None:
        if not (field.data or "").isascii() or not field.data.isdigit() or len(field.data) > 15:
            raise ValidationError(_("Please open the inbox afresh."))
