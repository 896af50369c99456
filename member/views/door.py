"""What the pages before and behind the sign-in share: the browser's secret, codes sent and tried, the cookie."""

import secrets

from flask import Blueprint, Response, make_response, redirect, request, session, url_for
from flask_babel import gettext as _

from kernel import mobiles
from kernel.access import current_actor, remember, safe_next
from kernel.devices import device_of
from kernel.settings import settings
from kernel.web import chosen_locale
from member import errors, limits, operations, queries
from member.models import CodePurpose, SmsCode

bp = Blueprint("member", __name__)
ONE_YEAR = 365 * 24 * 3600


def binding() -> str:
    """Return this browser's secret, to which the codes it asks for are bound."""
    if "binding" not in session:
        session["binding"] = secrets.token_urlsafe(24)
    return str(session["binding"])


def address() -> str:
    """Return where the request comes from, behind as many proxies as the settings name."""
    return request.remote_addr or ""


def device() -> str:
    """Return the kind of browser, for the list of sign-ins."""
    return device_of(request.user_agent.string)


def send_code(mobile: str, purpose: CodePurpose) -> None:
    """Count and send a code. A second click within the minute finds its code sent already and is content with it."""
    try:
        limits.before_code(mobile, address())
    except errors.CodeTooSoon:
        if queries.has_living_code(mobile, purpose, binding()):
            return
        raise
    operations.request_code(mobile, purpose=purpose, binding=binding(), locale=chosen_locale(), actor=current_actor())


def tried(mobile: str, typed: str, purpose: CodePurpose) -> SmsCode:
    """Count a try at a code and return the code; refuse ``WrongCode`` or ``TooManyTries``."""
    limits.before_try(mobile, address())
    code = operations.try_code(mobile, typed, purpose=purpose, binding=binding())
    if code is None:
        raise errors.WrongCode()
    return code


def enter(token: str, target: str, *, locale: str | None = None) -> Response:
    """Let the browser in and lead on; a browser that never chose a language gets the member's."""
    remember("member", token)
    response = make_response(redirect(target, code=303))
    if locale and "locale" not in request.cookies:
        keep_locale(response, locale)
    return response


def keep_locale(response: Response, locale: str) -> None:
    """Let the browser remember a language."""
    response.set_cookie("locale", locale, max_age=ONE_YEAR, samesite="Lax", secure=settings().tls, httponly=True)


def wanted() -> str | None:
    """Return the page that was asked for before signing in, if it is one of ours."""
    return safe_next(request.args.get("next"), "") or None


def home() -> str:
    """Return the address of the member's home page."""
    return url_for("portal.home")


# --- how numbers and browsers are shown --------------------------------------------------------------------------------


@bp.app_template_filter("readable_mobile")
def _readable_mobile(e164: str) -> str:
    """Show a number to its owner."""
    return mobiles.readable(e164)


@bp.app_template_filter("masked_mobile")
def _masked_mobile(e164: str) -> str:
    """Show a number so that its owner knows it."""
    return mobiles.masked(e164)


@bp.app_template_filter("grouped")
def _grouped(digits: str) -> str:
    """Show a member number in threes, as it is read out."""
    return " ".join(digits[n : n + 3] for n in range(0, len(digits), 3))


@bp.app_template_filter("device_name")
def _device_name(device: str) -> str:
    """Show a kind of browser."""
    browser, _slash, system = device.partition("/")
    names = [_("WeChat") if browser == "wechat" else browser, system]
    return " · ".join(name for name in names if name) or _("Unknown browser")
