"""The inbox: everything the club has told a member, in full, newest first."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel.access import current_member, found_or_404, member_only, safe_next
from member import operations, queries
from member.forms import ReadingForm
from member.views.door import bp


@bp.get("/me/inbox")
@member_only
def inbox() -> str:
    """List my messages."""
    page = queries.inbox(current_member.id, cursor=request.args.get("after"))
    return render_template("member/inbox.html", page=page)


@bp.post("/me/inbox/reading")
@member_only
def read_all() -> Any:
    """Mark everything read that the page showed, and nothing that has come in since."""
    form = ReadingForm()
    if form.submitted():
        operations.mark_notices_read(current_member.id, up_to=int(form.up_to.data))
        flash(_("All messages are marked as read."), "success")
    return redirect(url_for("member.inbox"), code=303)


@bp.post("/me/inbox/<int:notice_id>/reading")
@member_only
def read(notice_id: int) -> Any:
    """Mark one message read and go to what it tells of."""
    notice = found_or_404(queries.notice_for(current_member.id, notice_id))
    operations.mark_notices_read(current_member.id, only=notice.id)
    return redirect(safe_next(notice.url, url_for("member.inbox")), code=303)
