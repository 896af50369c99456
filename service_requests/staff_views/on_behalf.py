"""Filing for a member who calls or stands at the counter: one short page, keyboard only."""

from datetime import UTC
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from homes import queries as homes
from kernel import clock, mobiles
from kernel.access import current_actor, current_staff, staff_can
from kernel.forms import refusals_shown_on
from member import queries as members
from service_requests import errors, operations
from service_requests.dictionary import Channel, Kind
from service_requests.forms import OnBehalfForm, offered
from service_requests.models import Case
from service_requests.policies import Permission
from service_requests.staff_views.door import bp
from staff import queries as staff


@bp.route("/cases/new", methods=["GET", "POST"])
@staff_can(Permission.FILE_ON_BEHALF)
def new() -> Any:
    """Type in what a caller says; his homes are offered once the number is known."""
    form = OnBehalfForm()
    if form.submitted():
        with refusals_shown_on(form):
            case = _file(form)
            flash(_("Filed as %(number)s. The member has the receipt.", number=case.number), "success")
            return redirect(url_for("service_requests_staff.queue", q=case.number), code=303)
    return _page(form)


def _file(form: OnBehalfForm) -> Case:
    member = members.by_mobile(form.mobile.data or "")
    if member is None:
        raise errors.UnknownMember()
    chosen = form.home_id.data or ""
    home_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else None
    _must_cover(member.id, home_id)
    said = form.uttered_at.data
    return operations.file_case(
        kind=Kind(form.kind.data),
        text=form.text.data or "",
        member_id=member.id,
        home_id=home_id,
        room=form.room.data or None,
        part=form.part.data or None,
        fault=form.fault.data or None,
        channel=Channel(form.channel.data),
        uttered_at=said.replace(tzinfo=clock.SHANGHAI).astimezone(UTC) if said else None,
        key=form.form_key.data or "",
        actor=current_actor(),
    )


def _must_cover(member_id: int, home_id: int | None) -> None:
    """Keep a person to the homes of his scope; a request without a home may come to anybody's phone."""
    if home_id is None:
        return
    home = homes.home_for(member_id, home_id)
    scope = staff.scope_of(current_staff, Permission.FILE_ON_BEHALF)
    if home is None or not scope.covers(city_code=home.city_code, project_code=home.project_code):
        raise errors.NotYourHome()


def _page(form: OnBehalfForm) -> Any:
    mobile = request.args.get("mobile", "") or (form.mobile.data or "")
    member = members.by_mobile(_canonical(mobile)) if mobile else None
    if member is not None and not form.is_submitted():
        form.mobile.data = mobile
    own = homes.homes_of(member.id) if member is not None else []
    form.home_id.choices = offered(
        [*((str(home.id), f"{home.project.name} {home.label}") for home in own), ("", _("No home"))]
    )
    return (
        render_template("staff/service_requests/on_behalf.html", form=form, member=member, mobile=mobile),
        form.status,
    )


def _canonical(written: str) -> str:
    try:
        return mobiles.canonical(written)
    except mobiles.NotAMobile:
        return ""
