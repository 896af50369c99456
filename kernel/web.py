"""What every answer has in common: headers, errors, language, formats of moments and numbers."""

import secrets
from datetime import date, datetime
from typing import Any

import structlog
from babel.dates import get_month_names
from flask import Flask, Response, abort, g, render_template, request
from flask.globals import request_ctx
from flask_babel import Babel, get_locale
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from kernel import clock
from kernel.errors import Refused
from kernel.forms import status_of
from kernel.settings import settings
from kernel.wording import init_wording

log = structlog.get_logger()
LOCALES = ("zh_Hans_CN", "en")
csrf = CSRFProtect()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)


class NumberInAddress(IntegerConverter):
    """A record's number: ASCII digits without leading zeros, so that a record has one address, and small enough for
    every database and for JavaScript. Anything else is no such page."""

    regex = "(?:0|[1-9][0-9]{0,15})"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", 2**53 - 1)
        super().__init__(*args, **kwargs)


def init_web(app: Flask) -> None:
    """Give the application its language, filters, headers and error pages."""
    app.url_map.converters["int"] = NumberInAddress
    Babel(app, locale_selector=chosen_locale, timezone_selector=lambda: "Asia/Shanghai")
    csrf.init_app(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(
        moment=moment, day=day, month=month, clock_time=clock_time, points=number, number=number, fen=fen
    )
    init_wording(app)
    app.before_request(_start)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(Refused, _refusal)
    app.register_error_handler(Exception, _failure)


# --- language and formats ----------------------------------------------------------------------------------------------


def chosen_locale() -> str:
    """Return the reader's language: what was chosen, else Chinese."""
    chosen = request.cookies.get("locale", "") if request else ""
    return chosen if chosen in LOCALES else LOCALES[0]


def _chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"


def _month_name(number: int) -> str:
    return str(get_month_names("wide", locale="en_GB")[number])


def moment(value: datetime | None) -> str:
    """Return ``2026年11月23日 10:15`` or ``23 November 2026, 10:15``, in Shanghai."""
    if value is None:
        return "–"
    here = value.astimezone(clock.SHANGHAI)
    time = f"{here.hour:02d}:{here.minute:02d}"
    return f"{_day(here)} {time}" if _chinese() else f"{_day(here)}, {time}"


def day(value: date | datetime | None) -> str:
    """Return ``2026年11月23日`` or ``23 November 2026``."""
    if value is None:
        return "–"
    return _day(clock.day_of(value) if isinstance(value, datetime) else value)


def _day(here: date) -> str:
    # Written out: Babel reads its pattern and its locale anew for each of the sixty moments of a list.
    if _chinese():
        return f"{here.year}年{here.month}月{here.day}日"
    return f"{here.day} {_month_name(here.month)} {here.year}"


def month(value: date) -> str:
    """Return ``2026年11月`` or ``November 2026``."""
    return f"{value.year}年{value.month}月" if _chinese() else f"{_month_name(value.month)} {value.year}"


def clock_time(value: datetime) -> str:
    """Return ``10:15`` in Shanghai."""
    return value.astimezone(clock.SHANGHAI).strftime("%H:%M")


def number(value: int) -> str:
    """Return ``12,860``."""
    return f"{value:,}"


def fen(value: int) -> str:
    """Return ``¥12.00`` for 1200 fen."""
    return f"{'-' if value < 0 else ''}¥{abs(value) // 100:,}.{abs(value) % 100:02d}"


# --- answers -----------------------------------------------------------------------------------------------------------


def _start() -> None:
    g.reference = secrets.token_hex(4).upper()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.reference)
    if "\0" in request.path or b"%00" in request.query_string:
        abort(400)  # no address of ours holds a NUL, and PostgreSQL keeps none


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    if settings().tls:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if "Cache-Control" not in headers and request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, template: str, **facts: Any) -> tuple[str, int]:
    if request_ctx.url_adapter is None:  # a host that is none of ours: there is no address to link to
        return str(status), status
    return render_template(f"errors/{template}.html", reference=g.get("reference", ""), **facts), status


KNOWN = {400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503}


def _http_error(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error
    if code == 401 or request.accept_mimetypes.best == "application/json":
        return {"error": code, "reference": g.get("reference", "")}, code
    return _page(code, str(code) if code in KNOWN - {400, 405, 410} else "404" if code == 410 else "422")


def _csrf_error(error: CSRFError) -> Any:
    log.info("csrf.refused", reason=error.description)
    return _page(400, "expired")


def _refusal(refusal: Refused) -> Any:
    """Show a refusal that no form caught; nothing has changed."""
    status = status_of(refusal)
    return _page(status, "refused", message=str(refusal))


def _failure(error: Exception) -> Any:
    log.exception("request.failed", path=request.path)
    if settings().testing:
        raise error
    return _page(500, "500")
