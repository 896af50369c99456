"""Pages of the back office that join several packages: the desk, the customers, how the installation runs."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import clock, jobs, outbox
from kernel.access import current_actor, current_staff, found_or_404, staff_can, staff_only
from kernel.forms import Form, refusals_shown_on
from portal import customers as customer_pages
from portal import desk as desk_page
from portal import operations
from portal.policies import Permission

bp = Blueprint("portal_staff", __name__, url_prefix="/staff")


@bp.get("/")
@staff_only
def desk() -> str:
    """Show what waits for this person: cases by urgency, events, orders, posts."""
    return render_template("staff/portal/desk.html", page=desk_page.of(current_staff), now=clock.now())


@bp.get("/customers")
@staff_can(Permission.CUSTOMERS)
def customers() -> Any:
    """Find customers by name, mobile, member number or home, masked; the number of a case leads to the case."""
    words = request.args.get("q", "").strip()[:80]
    case = customer_pages.case_named(current_staff, words)
    if case is not None:
        return redirect(url_for("service_requests_staff.case", number=case.number))
    return render_template(
        "staff/portal/customers.html", words=words, found=customer_pages.found(current_staff, words) if words else None
    )


@bp.get("/customers/<number>")
@staff_can(Permission.CUSTOMERS)
def customer(number: str) -> str:
    """Show one customer: masked person, homes, points, cases, as far as the scope reaches."""
    return render_template(
        "staff/portal/customer.html", page=found_or_404(customer_pages.one(current_staff, number)), now=clock.now()
    )


@bp.get("/operation")
@staff_can(Permission.OPERATE)
def operation() -> str:
    """Show jobs, the outbox with its dead letters, and the audit chain."""
    return _operation_page(Form())[0]


def _operation_page(form: Form) -> tuple[str, int]:
    page = render_template(
        "staff/portal/operation.html",
        form=form,
        runs=jobs.latest_runs(limit=20),
        dead=outbox.dead_letters(limit=50),
        waiting=outbox.oldest_waiting(),
        jobs=jobs.names(),
    )
    return page, form.status


@bp.post("/operation/dead-letters/<int:message_id>/retry")
@staff_can(Permission.OPERATE)
def retry(message_id: int) -> Any:
    """Give a message that was given up a new life."""
    form = Form()
    if form.submitted():
        with refusals_shown_on(form):
            operations.retry_message(message_id, actor=current_actor())
            flash(_("The message will be sent again."), "success")
            return redirect(url_for("portal_staff.operation"), code=303)
    return _operation_page(form)
