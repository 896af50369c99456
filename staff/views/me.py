"""A person's own account: browsers, password, recovery codes, absence, photo."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import files, sign_ins
from kernel.access import current_actor, current_sign_in, current_staff, staff_only
from kernel.forms import refusals_shown_on
from staff import operations, queries
from staff.forms import AbsenceForm, ChangePasswordForm, CodeForm, PhotoForm
from staff.operations.roles import end_of
from staff.views import bp, steps

files.seen_by("staff_photo", lambda _stored: True)


def _here() -> int | None:
    entry = current_sign_in("staff")
    return entry.id if entry else None


@bp.get("/me")
@staff_only
def me() -> str:
    """Show a person's own account."""
    return render_template(
        "staff/staff/me.html",
        person=current_staff,
        photo=queries.photo_of(current_staff),
        sign_ins=sign_ins.of("staff", current_staff.id),
        here=_here(),
        codes_left=queries.recovery_codes_left(current_staff.id),
        deputy=queries.get(current_staff.deputy_id) if current_staff.deputy_id else None,
    )


@bp.post("/me/ended-sessions")
@staff_only
def end_session() -> Any:
    """End one of the own browsers."""
    chosen = request.form.get("sign_in", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 16:
        operations.end_own_sign_in(person_id=current_staff.id, sign_in_id=int(chosen), actor=current_actor())
        flash(_("That browser is signed out."), "success")
    return redirect(url_for("staff.me"), code=303)


@bp.route("/me/password", methods=["GET", "POST"])
@staff_only
def password() -> Any:
    """Change the own password; all other browsers are signed out."""
    form = ChangePasswordForm()
    if form.submitted():
        with refusals_shown_on(form):
            steps.count_password(current_staff.login)
            operations.change_password(
                person_id=current_staff.id,
                present=form.present.data,
                password=form.password.data,
                keep=_here(),
                actor=current_actor(),
            )
            flash(_("Your password is changed. All your other browsers are signed out."), "success")
            return redirect(url_for("staff.me"), code=303)
    return render_template("staff/staff/password.html", form=form), form.status


@bp.route("/me/recovery-codes", methods=["GET", "POST"])
@staff_only
def recovery_codes() -> Any:
    """Make fresh recovery codes and show them once."""
    form = CodeForm()
    if form.submitted():
        with refusals_shown_on(form):
            steps.count_code(current_staff)
            codes = operations.renew_recovery_codes(
                person_id=current_staff.id, code=form.code.data, actor=current_actor()
            )
            return render_template("staff/staff/recovery_codes.html", codes=codes, target=url_for("staff.me"))
    return render_template("staff/staff/recovery_codes_form.html", form=form), form.status


@bp.route("/me/absence", methods=["GET", "POST"])
@staff_only
def absence() -> Any:
    """Say until when one is away and who stands in."""
    form = AbsenceForm(deputy_id=current_staff.deputy_id or 0)
    form.offer(queries.colleagues_of(current_staff))
    if form.submitted():
        with refusals_shown_on(form):
            back = form.back.data
            operations.set_away(
                person_id=current_staff.id,
                until=None if back else end_of(form.last_day.data),
                deputy_id=None if back else form.deputy_id.data or None,
                actor=current_actor(),
            )
            flash(_("Welcome back.") if back else _("Your absence is noted."), "success")
            return redirect(url_for("staff.me"), code=303)
    return render_template("staff/staff/absence.html", form=form), form.status


@bp.route("/me/photo", methods=["GET", "POST"])
@staff_only
def photo() -> Any:
    """Hand in the photo that members see beside their case."""
    form = PhotoForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.set_photo(
                person_id=current_staff.id, photos=files.keep_photos(form.photos.data), actor=current_actor()
            )
            return redirect(url_for("staff.me"), code=303)
    return render_template("staff/staff/photo.html", form=form), form.status
