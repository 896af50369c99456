"""The queue: what is mine, due today, overdue, new, unassigned; the next promise first."""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from homes import queries as homes
from kernel import clock
from kernel.access import current_staff, staff_can
from service_requests import queries
from service_requests.dictionary import Kind
from service_requests.policies import Permission
from service_requests.queries import QueueFilter
from service_requests.staff_views.door import bp
from service_requests.staff_views.names import caller_of, members_in
from staff import queries as staff


def _wanted() -> QueueFilter:
    """Read the filters from the address; anything unknown falls back to the default."""
    kinds = {kind.value: kind for kind in Kind}
    view = request.args.get("view", "active")
    return QueueFilter(
        view=view if view in queries.VIEWS else "active",
        kind=kinds.get(request.args.get("kind", "")),
        project_code=request.args.get("project", "")[:30],
        words=request.args.get("q", "")[:60],
    )


@bp.get("/cases")
@staff_can(Permission.READ)
def queue() -> str:
    """Show the cases of the person's scope with their next promises, and a preview of one."""
    wanted = _wanted()
    page = queries.queue(current_staff, wanted, cursor=request.args.get("after"))
    counts = queries.queue_counts(current_staff, kind=wanted.kind, project_code=wanted.project_code)
    preview = next((case for case in page.items if case.number == request.args.get("preview")), None)
    preview_events = queries.events_for_staff(preview.id)[-4:] if preview else []
    known = members_in(preview_events, *(case.member_id for case in page.items))
    return render_template(
        "staff/service_requests/queue.html",
        page=page,
        wanted=wanted,
        tabs=_tabs(wanted, counts),
        kinds=[(kind.value, kind.label) for kind in Kind],
        projects=_projects(),
        names={member_id: member.masked_name for member_id, member in known.items()},
        called=caller_of(known),
        people=staff.people_by_id([case.assignee_id for case in page.items if case.assignee_id]),
        preview=preview,
        preview_events=preview_events,
        now=clock.now(),
    )


def _tabs(wanted: QueueFilter, counts: dict[str, int]) -> list[tuple[Any, str, bool, str | None]]:
    words = {
        "mine": _("Mine"),
        "due_today": _("Due today"),
        "overdue": _("Overdue"),
        "new": _("New"),
        "unassigned": _("Unassigned"),
        "active": _("All in hand"),
        "solved": _("To be confirmed"),
        "ended": _("Ended"),
    }
    kept: dict[str, Any] = {"kind": wanted.kind.value if wanted.kind else None, "project": wanted.project_code or None}
    return [
        (
            words[view],
            url_for("service_requests_staff.queue", view=view, **kept),
            view == wanted.view,
            queries.shown_count(counts[view]) if view in counts else None,
        )
        for view in queries.VIEWS
    ]


def _projects() -> list[tuple[str, str]]:
    scope = staff.scope_of(current_staff, Permission.READ)
    return [
        (project.code, project.name)
        for project in homes.projects().items
        if scope.covers(city_code=project.city_code, project_code=project.code)
    ]
