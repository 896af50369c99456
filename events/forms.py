"""The forms of the events: a party's sign-up, an event's facts, the door."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, DateTimeLocalField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from events.models import Audience, Event, EventKind
from events.operations import EventFacts
from kernel import clock
from kernel.forms import CreatingForm, Form, IntField, LongTextField, PhotosField, TextField, needed

Choice = tuple[str, Any]


def _people(most: int, *, least: int = 0) -> list[SelectChoice]:
    words = (ngettext("%(num)d person", "%(num)d people", n) if n else _("none") for n in range(least, most + 1))
    return [SelectChoice(value=str(n), label=text) for n, text in enumerate(words, least)]


def _count(written: Any) -> int:
    """Return a number written in ASCII digits; int() alone takes other scripts' digits and underscores as well."""
    if isinstance(written, int) or re.fullmatch("[0-9]{1,6}", str(written)):
        return int(written)
    raise ValueError


class SignUpForm(CreatingForm):
    """Who comes along, counted in heads; children by age band only."""

    adults = SelectField(_l("Adults, yourself included"), coerce=_count, default=1)
    infants = SelectField(_l("Children of 0 to 2"), coerce=_count, default=0)
    preschoolers = SelectField(_l("Children of 3 to 6"), coerce=_count, default=0)
    pupils = SelectField(_l("Children of 7 to 17"), coerce=_count, default=0)
    accepted_notice = BooleanField(_l("I have read the safety notice, and my party will follow it."))

    @classmethod
    def of(cls, event: Event) -> "SignUpForm":
        """Return the form with the choices that an event allows."""
        form = cls()
        children = event.companions_limit if event.children_limit is None else event.children_limit
        form.adults.choices = _people(event.most_heads, least=1)
        for field in form.child_fields:
            field.choices = _people(min(children, event.most_heads - 1))
        return form

    @property
    def child_fields(self) -> tuple[SelectField, SelectField, SelectField]:
        return (self.infants, self.preschoolers, self.pupils)


class ReasonForm(Form):
    """A reason that people will read later."""

    reason = TextField(_l("Reason"), most=300)


class CancelEventForm(Form):
    """Calling an event off."""

    reason = LongTextField(_l("Reason, as everybody signed up will read it"), most=300)


class CodeForm(Form):
    """A ticket's code, typed or scanned, or the last four digits of the guest's mobile."""

    code = TextField(_l("Ticket code, or last four digits of the mobile"), most=80)


class LetInForm(CreatingForm):
    """How many of a party come in now; the one-time key names the scan."""

    heads = SelectField(_l("How many come in now"), coerce=_count)

    @classmethod
    def of(cls, heads_out: int) -> "LetInForm":
        """Return the form for a party of which some are still outside; all of them are the default."""
        form = cls()
        form.heads.choices = _people(max(heads_out, 1), least=1)
        if not form.is_submitted():
            form.heads.data = max(heads_out, 1)
        return form


class _Moment(DateTimeLocalField):
    """A wall-clock time in Shanghai; ``data`` is naive, ``utc`` the stored moment."""

    def __init__(self, label: Any, *, required: bool = True, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, [needed() if required else Optional(), _InReach()], format=formats, **kwargs)

    def process_data(self, value: datetime | None) -> None:
        aware = value is not None and value.tzinfo is not None
        self.data = value.astimezone(clock.SHANGHAI).replace(tzinfo=None) if aware and value else value

    @property
    def utc(self) -> datetime | None:
        """The moment in UTC, or None when it was left empty."""
        return self.data.replace(tzinfo=clock.SHANGHAI).astimezone(UTC) if self.data else None


class _InReach:
    """A year that a person could mean; the year 10000 is one that no database keeps."""

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and not 2000 <= field.data.year <= 2100:
            raise ValidationError(_("Please check the year."))


class EventForm(CreatingForm):
    """The facts of an event; times are Shanghai's."""

    kind = SelectField(_l("Kind"), choices=[SelectChoice(kind.value, kind.label) for kind in EventKind])
    title_zh = TextField(_l("Title in Chinese"), most=80)
    title_en = TextField(_l("Title in English"), most=120, required=False)
    text_zh = LongTextField(_l("Description in Chinese"), most=4000)
    text_en = LongTextField(_l("Description in English"), most=4000, required=False)
    city_code = SelectField(_l("City"))
    project_code = SelectField(_l("Project"))
    audience = SelectField(_l("Who may come"), choices=[SelectChoice(one.value, one.label) for one in Audience])
    place = TextField(_l("Place"), most=80)
    address = TextField(_l("Address"), most=160)
    starts_at = _Moment(_l("Starts"))
    ends_at = _Moment(_l("Ends"))
    opens_at = _Moment(_l("Sign-up opens"), required=False)
    closes_at = _Moment(_l("Sign-up closes"), required=False)
    cancel_until = _Moment(_l("A place can be given back until"), required=False)
    capacity = IntField(_l("Places, counted in people"), least=1, most=100_000)
    companions_limit = IntField(_l("Companions per sign-up, at most"), least=0, most=20, default=2)
    children_limit = IntField(_l("Children per sign-up, at most"), least=0, most=20, required=False)
    price_points = IntField(_l("Price in points per person"), least=0, most=1_000_000, default=0)
    grants_points = BooleanField(_l("Whoever checks in gets the club's points for coming"), default=True)
    tier_priority = BooleanField(_l("Higher tiers stand first on the waiting list"))
    safety_notice = LongTextField(_l("Safety notice to accept"), most=2000, required=False)
    photos = PhotosField(_l("Picture"), most=1)

    def offer(self, cities: Sequence[Choice], projects: Sequence[Choice]) -> None:
        """Offer the cities and projects of the staff person's area."""
        self.city_code.choices = [SelectChoice(*city) for city in cities]
        self.project_code.choices = [SelectChoice("", _("no project")), *(SelectChoice(*one) for one in projects)]

    def facts(self) -> EventFacts:
        """Return what was decided; left empty, sign-up closes at the start, the opening and giving back are left to the club."""
        starts, ends = self.starts_at.utc, self.ends_at.utc
        assert starts is not None and ends is not None
        return EventFacts(
            kind=EventKind(self.kind.data),
            title_zh=self.title_zh.data,
            title_en=self.title_en.data or None,
            text_zh=self.text_zh.data,
            text_en=self.text_en.data or None,
            city_code=self.city_code.data,
            project_code=self.project_code.data or None,
            audience=Audience(self.audience.data),
            place=self.place.data,
            address=self.address.data,
            starts_at=starts,
            ends_at=ends,
            opens_at=self.opens_at.utc,
            closes_at=self.closes_at.utc or starts,
            cancel_until=self.cancel_until.utc,
            capacity=self.capacity.data,
            companions_limit=self.companions_limit.data,
            children_limit=self.children_limit.data,
            price_points=self.price_points.data,
            grants_points=self.grants_points.data,
            tier_priority=self.tier_priority.data,
            safety_notice=self.safety_notice.data or None,
        )
