"""Pages that belong to the whole house: the landing page, the member's home, looks, language, health."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for

from kernel import clock, outbox
from kernel.access import current_member, member_only, public, safe_next
from kernel.db import db
from kernel.settings import settings
from kernel.web import LOCALES
from portal import home as home_page
from portal.context import Appearance

bp = Blueprint("portal", __name__)
ONE_YEAR = 365 * 24 * 3600


@bp.get("/")
@public
def landing() -> str:
    """Show what the club is, its projects, events and the board; no signing in needed."""
    return render_template("portal/landing.html", page=home_page.landing(), now=clock.now())


@bp.get("/me/")
@member_only
def home() -> str:
    """Show the member what needs him now, his points, his home, his submissions and his next event."""
    return render_template(
        "portal/home.html",
        page=home_page.of(current_member),
        greeting=home_page.greeting(current_member),
        ways_on=home_page.ways_on(),
        now=clock.now(),
    )


@bp.post("/appearance")
@public
def appearance() -> Any:
    """Keep how the reader wants to see the pages."""
    now = Appearance.from_cookie(request.cookies.get("look", ""))
    wanted = Appearance.from_cookie(
        ".".join(
            (
                request.form.get("theme", now.theme),
                request.form.get("mode", now.mode),
                request.form.get("text_size", now.text_size),
            )
        )
    )
    return _back_with_cookie("look", str(wanted))


@bp.post("/locale")
@public
def locale() -> Any:
    """Keep the reader's language."""
    wanted = request.form.get("locale", "")
    return _back_with_cookie("locale", wanted if wanted in LOCALES else LOCALES[0])


def _back_with_cookie(name: str, value: str) -> Response:
    target = safe_next(request.form.get("next"), url_for("portal.landing"))
    response = make_response(redirect(target, code=303))
    response.set_cookie(name, value, max_age=ONE_YEAR, samesite="Lax", secure=settings().tls, httponly=True)
    return response


@bp.get("/favicon.ico")
@public
def favicon() -> Any:
    """Lead browsers, which ask here whatever a page says, to the icon."""
    return redirect(current_app.jinja_env.globals["asset"]("build/img/icon-192.png"))  # type: ignore[operator]


@bp.get("/healthz")
@public
def live() -> Response:
    """Say that the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Say whether the database answers, its migrations are the code's, and the outbox is not stuck."""
    checks = {"database": _database_answers(), "migrations": _is_migrated(), "outbox": _outbox_moves()}
    good = all(checks.values())
    return jsonify(status="ok" if good else "not ready", checks=checks), 200 if good else 503


def _database_answers() -> bool:
    try:
        return db.session.scalar(sa.text("SELECT 1")) == 1
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False


def _is_migrated() -> bool:
    from portal.migrations_state import heads

    try:
        stored = set(db.session.scalars(sa.text("SELECT version_num FROM alembic_version")))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False
    return stored == heads(current_app)


def _outbox_moves() -> bool:
    try:
        return outbox.oldest_waiting().total_seconds() < 15 * 60
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False
