"""The public board: everybody reads it without signing in, and nobody reads more than the masked copy."""

from flask import render_template, request

from homes import queries as homes
from kernel import clock
from kernel.access import found_or_404, public
from service_requests import queries
from service_requests.views.door import bp


@bp.get("/board/")
@public
def board() -> str:
    """List the public complaints with posted, due and answered times, the month's kept promises on top."""
    chosen = {name: request.args.get(name, "")[:60] for name in ("project", "answered", "q")}
    page = queries.board(
        project_code=chosen["project"],
        answered=chosen["answered"],
        words=chosen["q"],
        cursor=request.args.get("after"),
    )
    return render_template(
        "service_requests/board.html",
        page=page,
        chosen=chosen,
        figure=queries.board_figure(),
        projects=[(project.code, project.name) for project in homes.projects().items],
        now=clock.now(),
    )


@bp.get("/board/<number>")
@public
def post(number: str) -> str:
    """Show one complaint with the official replies."""
    found = found_or_404(queries.public_post(number))
    return render_template(
        "service_requests/post.html", post=found, replies=queries.public_events(found.id), now=clock.now()
    )
