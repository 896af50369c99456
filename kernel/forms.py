"""The base of every form: what was typed stays, what is wrong is said beside the field, nothing is sent twice."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError

from kernel import mobiles
from kernel.errors import Conflict, Forbidden, Missing, Refused, TooMany

_STATUS: list[tuple[type[Refused], int]] = [
    (TooMany, 429),
    (Conflict, 409),
    (Missing, 404),
    (Forbidden, 403),
    (Refused, 422),
]


def status_of(refusal: Refused) -> int:
    """Return the HTTP status that a refusal is shown with."""
    return next(status for kind, status in _STATUS if isinstance(refusal, kind))


class Form(FlaskForm):
    """A form with CSRF protection whose values go to one operation."""

    _refusal_status: int | None = None

    def submitted(self) -> bool:
        """Say whether the form was sent and its shape is right."""
        return bool(self.validate_on_submit())

    @property
    def status(self) -> int:
        """The status of the page that shows the form: 200, or 422 and its kin after a refused POST."""
        if self._refusal_status is not None:
            return self._refusal_status
        return 422 if self.is_submitted() and self.errors else 200

    def values(self) -> dict[str, Any]:
        """Return the fields' values without the machinery of the form."""
        return {name: field.data for name, field in self._fields.items() if name not in {"csrf_token", "submit"}}

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal beside the field it belongs to, or on top of the form."""
        self._refusal_status = status_of(refusal)
        if refusal.field and refusal.field in self._fields:
            self._fields[refusal.field].errors = [*self._fields[refusal.field].errors, str(refusal)]
        else:
            self.form_errors.append(str(refusal))


class CreatingForm(Form):
    """A form that makes something new; its one-time key makes the second click harmless."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18))

    def validate_form_key(self, field: Field) -> None:
        # A form that was sent without its key has been given a fresh one, which would protect nobody from a second click.
        if not field.raw_data or not re.fullmatch(r"[A-Za-z0-9_-]{16,80}", field.data or ""):
            field.data = secrets.token_urlsafe(18)
            raise ValidationError(_("Please send the form once more."))

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["key"] = values.pop("form_key")
        return values


@contextmanager
def refusals_shown_on(form: Form) -> Iterator[None]:
    """Show a rule's refusal on the form the person has in front of him."""
    try:
        yield
    except Refused as refusal:
        form.refuse(refusal)


# --- fields ------------------------------------------------------------------------------------------------------------

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]|[\ud800-\udfff]"
)


def clean(text: str) -> str:
    """Return a text in one written form: NFC, line ends as ``\\n``, no surrounding space."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


class _CleanText:
    """Refuse what no person types and no database keeps."""

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and _CONTROL.search(field.data):
            raise StopValidation(_("This contains characters that cannot be kept. Please type it again."))


class _AtMost:
    def __init__(self, length: int) -> None:
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.length:
            found = max(len(field.data), getattr(field, "typed", 0))
            raise StopValidation(
                _("At most %(limit)d characters, please; this has %(found)d.", limit=self.length, found=found)
            )


class _Needed(InputRequired):
    """Blank is missing too."""

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data:
            field.errors = []  # type: ignore[assignment]
            raise StopValidation(str(self.message or _("Please fill this in.")))


def needed(message: Any = None) -> InputRequired:
    """Return a validator for a field that must be filled in or chosen."""
    return _Needed(message)


class TextField(StringField):
    """One line of text of a bounded length."""

    def __init__(self, label: Any, *, most: int, required: bool = True, validators: Any = (), **kwargs: Any) -> None:
        self.most = most
        first = needed() if required else Optional()
        super().__init__(label, [first, _CleanText(), _AtMost(most), *validators], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.typed = len(str(valuelist[0]))
            self.data = clean(str(valuelist[0])[: max(self.most * 4, 20_000)])
            if type(self) is TextField or not isinstance(self, TextAreaField):
                self.data = self.data.replace("\n", " ")

    def process_data(self, value: Any) -> None:
        self.data = value or ""


class LongTextField(TextField, TextAreaField):
    """Several lines of text of a bounded length."""


class IntField(StringField):
    """A whole number in ASCII digits within bounds; ``data`` is an int, or None when empty and optional."""

    def __init__(
        self, label: Any, *, least: int = 0, most: int = 1_000_000_000, required: bool = True, **kwargs: Any
    ) -> None:
        self.least, self.most = least, most
        self.written = ""
        super().__init__(label, [needed_number() if required else Optional()], **kwargs)

    def _value(self) -> str:
        return self.written or ("" if self.data is None else str(self.data))

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.written = str(valuelist[0]).strip()[:40] if valuelist else ""
        self.data = None
        if not self.written:
            return
        if not re.fullmatch(r"-?[0-9]{1,15}", self.written):
            raise ValueError(_("Please enter a whole number in digits."))
        number = int(self.written)
        if not self.least <= number <= self.most:
            raise ValueError(_("Please enter a number from %(least)d to %(most)d.", least=self.least, most=self.most))
        self.data = number


class needed_number:  # noqa: N801 - reads like the other validators
    """Refuse a number field that was left empty; zero is a number."""

    def __init__(self) -> None:
        self.field_flags = {"required": True}

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data is None:
            if field.errors:
                raise StopValidation()
            raise StopValidation(_("Please fill this in."))


class MobileField(TextField):
    """A mobile number as people write it; ``data`` is the E.164 form once the form is valid."""

    def __init__(self, label: Any = _l("Mobile number"), **kwargs: Any) -> None:
        super().__init__(label, most=30, **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped or not self.data:
            return
        try:
            self.data = mobiles.canonical(self.data)
        except mobiles.NotAMobile as refusal:
            raise ValidationError(str(refusal)) from None


class PhotosField(MultipleFileField):
    """Up to twelve photos; ``data`` holds the uploads that carry a file."""

    def __init__(self, label: Any = _l("Photos"), *, most: int = 12, **kwargs: Any) -> None:
        self.most = most
        super().__init__(label, **kwargs)

    def process_data(self, value: Any) -> None:
        self.data = value or []  # an empty POST has no form data at all

    def process_formdata(self, valuelist: list[Any]) -> None:
        uploads = request.files.getlist(self.name) or valuelist
        self.data = [upload for upload in uploads if getattr(upload, "filename", "")]
        if len(self.data) > self.most:
            raise ValueError(_("At most %(limit)d photos, please.", limit=self.most))
