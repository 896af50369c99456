"""Imports of the contract ledger: hand in a file, look at its check, apply it, fetch the rows that are wrong."""

import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from homes import operations, queries
from homes.forms import LedgerForm
from homes.ledger.reasons import Reason
from homes.models import ImportState
from homes.policies import Permission
from homes.staff_views.door import bp
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.forms import refusals_shown_on
from staff import queries as staff_queries

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@bp.route("/imports", methods=["GET", "POST"])
@staff_can(Permission.IMPORT_LEDGER)
def imports() -> Any:
    """List the imports; a file handed in is checked first and changes nothing."""
    form = LedgerForm()
    if form.submitted():
        with refusals_shown_on(form):
            entry = operations.begin_import(
                form.file.data.stream,
                file_name=form.file.data.filename,
                reach=_reach(),
                key=form.form_key.data,
                actor=current_actor(),
            )
            return redirect(url_for("homes_staff.ledger_import", import_id=entry.id), code=303)
    page = queries.imports_for(current_staff, cursor=request.args.get("after"))
    return render_template("staff/homes/imports.html", page=page, form=form), form.status


def _reach() -> operations.Reach:
    scope = staff_queries.scope_of(current_staff, Permission.IMPORT_LEDGER)
    return operations.Reach(scope.everything, scope.city_codes, scope.project_codes)


@bp.get("/imports/<int:import_id>")
@staff_can(Permission.IMPORT_LEDGER)
def ledger_import(import_id: int) -> str:
    """Show an import: how far it is, what it would change or has changed, the first rows that are wrong."""
    entry = found_or_404(queries.import_for(current_staff, import_id))
    return render_template(
        "staff/homes/import.html",
        entry=entry,
        row_errors=queries.row_errors(import_id),
        reasons={reason.value: reason.label for reason in Reason},
        may_apply=entry.state is ImportState.CHECKED and not entry.changes_nothing,
    )


@bp.post("/imports/<int:import_id>/application")
@staff_can(Permission.IMPORT_LEDGER)
def apply_import(import_id: int) -> Any:
    """Apply a checked file."""
    found_or_404(queries.import_for(current_staff, import_id))
    operations.apply_import(import_id, actor=current_actor())
    flash(_("The file is being applied. You may leave this page; the work goes on."), "success")
    return redirect(url_for("homes_staff.ledger_import", import_id=import_id), code=303)


@bp.get("/imports/<int:import_id>/errors.csv")
@staff_can(Permission.IMPORT_LEDGER)
def import_errors(import_id: int) -> Response:
    """Hand out the rows that are wrong as a table that spreadsheets open without running anything."""
    found_or_404(queries.import_for(current_staff, import_id))
    table = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - the answer closes it
    for line in _error_lines(import_id):
        table.write(line.encode())
    table.seek(0)
    name = f"ledger-{import_id}-errors.csv"
    return send_file(table, mimetype="text/csv", as_attachment=True, download_name=name, max_age=0)


def _error_lines(import_id: int) -> Iterator[str]:
    reasons = {reason.value: str(reason.label) for reason in Reason}
    yield "\ufeff" + _line(_("Row"), _("Contract number"), _("Column"), _("Reason"), _("Value"))
    after = 0
    while rows := queries.row_errors(import_id, after=after, limit=500):
        for row in rows:
            yield _line(row.row_number, row.contract_number, row.field, reasons.get(row.reason, row.reason), row.value)
        after = rows[-1].row_number


def _line(*cells: Any) -> str:
    return ",".join(_cell(str(cell)) for cell in cells) + "\r\n"


def _cell(text: str) -> str:
    """Return a quoted cell that no spreadsheet takes for a formula."""
    safe = f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text
    return '"' + safe.replace('"', '""').replace("\n", " ").replace("\r", " ") + '"'
