"""Between password and code: which person proved the password in this browser, a few minutes ago."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from flask import redirect, request, session, url_for

from kernel import clock, limits
from staff import queries
from staff.errors import TooManySignIns
from staff.models import StaffPerson

KEY, LASTS = "staff_step", timedelta(minutes=10)
QUARTER = timedelta(minutes=15)


def begin(person: StaffPerson, target: str) -> None:
    """Remember that a person proved the password; the session cookie is signed, and holds no secret."""
    session[KEY] = {"person": person.id, "at": clock.now().isoformat(), "seal": _seal(person), "next": target}


def person() -> StaffPerson | None:
    """Return the person who proved the password, unless too much time has passed or the password was changed."""
    step = session.get(KEY)
    if not isinstance(step, dict):
        return None
    found = queries.get(step["person"])
    if found is None or not found.may_sign_in or step["seal"] != _seal(found):
        return None
    return found if clock.now() - datetime.fromisoformat(step["at"]) <= LASTS else None


def target() -> str:
    """Return where the person wanted to go."""
    return str(session.get(KEY, {}).get("next") or "")


def back_to_the_beginning() -> Any:
    """Send the browser back to login and password."""
    session.pop(KEY, None)
    return redirect(url_for("staff.sign_in"), code=303)


def _seal(found: StaffPerson) -> str:
    return hashlib.sha256((found.password_hash or "").encode()).hexdigest()[:16]


# --- limits ------------------------------------------------------------------------------------------------------------


def count_password(login: str) -> None:
    """Count a password that is tried: for this login from here, for this login at all, and from here at all."""
    place = request.remote_addr or "nowhere"
    limits.hit("staff.password", f"{login}|{place}"[:160], limit=10, per=QUARTER, refusal=TooManySignIns)
    limits.hit("staff.password.login", login[:160], limit=60, per=timedelta(hours=1), refusal=TooManySignIns)
    limits.hit("staff.password.address", place, limit=100, per=QUARTER, refusal=TooManySignIns)


def count_code(found: StaffPerson) -> None:
    """Count a code that is tried."""
    limits.hit("staff.code", str(found.id), limit=5, per=QUARTER, refusal=TooManySignIns)


def forget_counts(found: StaffPerson) -> None:
    """Begin counting afresh after the right code."""
    limits.forget("staff.code", str(found.id))
    limits.forget("staff.password", f"{found.login}|{request.remote_addr or 'nowhere'}"[:160])
