"""Who may open which page.

Every view declares it: ``@public``, ``@member_only``, ``@staff_only`` or ``@staff_can(Permission.X)``. A view that
declares nothing answers 403, so that a forgotten line closes a door and never opens one. Records are loaded within the
viewer's scope; what is somebody else's does not exist (404).
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.local import LocalProxy

from kernel import sign_ins
from kernel.actor import SYSTEM, Actor
from kernel.settings import settings

V = TypeVar("V", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass(frozen=True)
class Access:
    """What a view declares: for whom it is, and the permission a staff person needs."""

    audience: str
    permission: enum.Enum | None = None

    def __str__(self) -> str:
        return self.permission.value if self.permission else self.audience


def _declare(access: Access) -> Callable[[V], V]:
    def mark(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


public = _declare(Access("public"))
member_only = _declare(Access("member"))
staff_only = _declare(Access("staff"))
signed_in = _declare(Access("signed_in"))
"""For files and the like that both members and staff open; the view itself decides by ownership and scope."""
guests_only = _declare(Access("guest"))
"""For signing in: whoever is signed in already is sent to his own home page."""
newcomers_only = _declare(Access("newcomer"))
"""For joining: members and staff who are signed in are sent to their own home pages."""


def staff_can(permission: enum.Enum) -> Callable[[V], V]:
    """Declare that a view is for staff who hold a permission in at least one scope."""
    return _declare(Access("staff", permission))


# --- who is looking ----------------------------------------------------------------------------------------------------

COOKIES = {"member": "club", "staff": "desk"}


def cookie_name(realm: str) -> str:
    """Return the name of a realm's cookie; with TLS browsers enforce what ``__Host-`` promises."""
    return ("__Host-" if settings().tls else "") + COOKIES[realm]


def _person(realm: str) -> Any | None:
    cache = g.setdefault("people", {})
    if realm not in cache:
        cache[realm] = _look_up(realm)
    return cache[realm]


def _look_up(realm: str) -> Any | None:
    token = request.cookies.get(cookie_name(realm))
    if not token or len(token) > 200:
        return None
    found = sign_ins.person_behind(realm, token)
    if found is None:
        return None
    person, entry = found
    g.setdefault("sign_ins", {})[realm] = entry
    return person


current_member: Any = LocalProxy(lambda: _person("member"))
"""The signed-in member of this request; falsy when nobody is."""
current_staff: Any = LocalProxy(lambda: _person("staff"))
"""The signed-in staff person of this request; falsy when nobody is."""


def current_sign_in(realm: str) -> sign_ins.SignIn | None:
    """Return the sign-in behind this request, for "end the others" and for fresh proofs."""
    _person(realm)
    return cast(sign_ins.SignIn | None, g.get("sign_ins", {}).get(realm))


def current_actor() -> Actor:
    """Return who acts in this request: the staff person on staff pages, else the member, else nobody's system."""
    if is_staff_page() and current_staff:
        return Actor.staff(current_staff)
    if current_member:
        return Actor.member(current_member)
    if current_staff:
        return Actor.staff(current_staff)
    return SYSTEM


def is_staff_page() -> bool:
    """Say whether the request is for the back office."""
    return request.path == "/staff" or request.path.startswith("/staff/")


def can(permission: enum.Enum | str) -> bool:
    """Say whether the signed-in staff person holds a permission somewhere; templates show buttons by it."""
    value = permission.value if isinstance(permission, enum.Enum) else permission
    return bool(current_staff) and value in current_staff.permissions


def found_or_404(record: T | None) -> T:
    """Return a record, or answer 404: what the viewer may not see does not exist."""
    if record is None:
        raise NotFound()
    return record


# --- the doors ---------------------------------------------------------------------------------------------------------


def remember(realm: str, token: str) -> None:
    """Let the answer of this request carry the cookie of a new sign-in, and forget what the guest's session held."""
    session.clear()
    _set_cookie(realm, token)


def _set_cookie(realm: str, token: str | None) -> None:
    g.cookies_to_set = {realm: token}


def forget(realm: str) -> None:
    """End the sign-in of this browser."""
    token = request.cookies.get(cookie_name(realm))
    if token:
        sign_ins.end(token)
    session.clear()
    _set_cookie(realm, None)


def safe_next(target: str | None, default: str) -> str:
    """Return where to go after signing in: a path of our own, or the default."""
    if not target or any(ord(c) < 0x21 for c in target) or "\\" in target:
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return default
    return target


def init_access(app: Flask) -> None:
    """Guard every route of the application."""
    login = LoginManager(app)
    login.request_loader(lambda _request: _person("staff" if is_staff_page() else "member"))
    login.session_protection = None  # type: ignore[assignment]
    app.before_request(_guard)
    app.after_request(_set_cookies)


def _guard() -> Any:
    if request.endpoint is None:
        return None  # no such route: the ordinary 404 or 405
    if request.endpoint == "static":
        return None
    access = getattr(current_app.view_functions[request.endpoint], "access", None)
    if access is None:
        raise Forbidden()
    _note_seen()
    return _GUARDS[access.audience](access)


def _allow(_access: Access) -> Any:
    return None


def _only_members(_access: Access) -> Any:
    if current_member:
        return None
    if current_staff:
        raise Forbidden()
    return _to_sign_in("member.sign_in")


def _only_staff(access: Access) -> Any:
    if not current_staff:
        if current_member:
            raise NotFound()  # the back office does not exist for members
        return _to_sign_in("staff.sign_in")
    if access.permission is not None and not can(access.permission):
        raise Forbidden()
    return None


def _only_signed_in(_access: Access) -> Any:
    return None if current_member or current_staff else _to_sign_in("member.sign_in")


def _only_guests(_access: Access) -> Any:
    if is_staff_page():
        return redirect(url_for("portal_staff.desk")) if current_staff else None
    return redirect(url_for("portal.home")) if current_member else None


def _only_newcomers(access: Access) -> Any:
    if current_staff and not current_member:
        return redirect(url_for("portal_staff.desk"))
    return _only_guests(access)


_GUARDS: dict[str, Callable[[Access], Any]] = {
    "public": _allow,
    "member": _only_members,
    "staff": _only_staff,
    "signed_in": _only_signed_in,
    "guest": _only_guests,
    "newcomer": _only_newcomers,
}


def _to_sign_in(endpoint: str) -> Any:
    if request.accept_mimetypes.best == "application/json" or request.is_json:
        abort(401)
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None
    return redirect(url_for(endpoint, next=wanted))


def _note_seen() -> None:
    realm = "staff" if is_staff_page() else "member"
    entry = current_sign_in(realm) if request.cookies.get(cookie_name(realm)) else None
    if entry is not None and sign_ins.is_to_be_noted(entry):
        sign_ins.note_seen(entry.id)


def _set_cookies(response: Response) -> Response:
    for realm, token in g.pop("cookies_to_set", {}).items():
        if token is None:
            response.delete_cookie(cookie_name(realm), path="/", secure=settings().tls, httponly=True)
            response.headers["Clear-Site-Data"] = '"cache"'
        else:
            response.set_cookie(
                cookie_name(realm),
                token,
                max_age=int(sign_ins.realms[realm].stays.total_seconds()),
                path="/",
                secure=settings().tls,
                httponly=True,
                samesite="Lax" if realm == "member" else "Strict",
            )
    return response
