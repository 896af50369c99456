"""The audit trail, for those who watch."""

import json
from typing import Any

from flask import render_template, request

from kernel.access import staff_can
from staff import queries
from staff.policies import Permission
from staff.views import bp

ACTORS = ("member", "staff", "system")


@bp.get("/audit")
@staff_can(Permission.AUDIT)
def audit_trail() -> str:
    """List who did what to which record, newest first."""
    chosen = {
        name: request.args.get(name, "").strip()[:80] for name in ("actor", "actor_id", "action", "record", "record_id")
    }
    page = queries.audit_trail(
        actor_kind=chosen["actor"] if chosen["actor"] in ACTORS else "",
        actor_id=_number(chosen["actor_id"]),
        action=chosen["action"],
        subject_kind=chosen["record"],
        subject_id=_number(chosen["record_id"]),
        cursor=request.args.get("after"),
    )
    names = queries.people_by_id([entry.actor_id for entry in page.items if entry.actor_kind == "staff"])
    return render_template(
        "staff/staff/audit.html",
        page=page,
        chosen=chosen,
        actors=ACTORS,
        names={person_id: person.name for person_id, person in names.items()},
        facts={entry.id: _pairs(entry.facts) for entry in page.items},
    )


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None


def _pairs(facts: str) -> list[tuple[str, Any]]:
    return [
        (name, value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False))
        for name, value in json.loads(facts).items()
        if value is not None and value != ""
    ]
