"""Pages of the demo club only: who to sign in as, and the messages that would have gone out."""

from typing import Any

import requests
from flask import Blueprint, render_template

from kernel.access import public
from kernel.settings import settings
from portal.demo import people

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/")
@public
def index() -> str:
    """List the demo people with what they need to sign in."""
    return render_template("portal/demo/index.html", members=people.MEMBERS, staff=people.staff_with_codes())


@bp.get("/messages")
@public
def messages() -> str:
    """Show the newest text messages and mails that the stand-in postbox holds."""
    return render_template("portal/demo/messages.html", messages=_newest())


def _newest() -> list[dict[str, Any]] | None:
    try:
        answer = requests.get(settings().sms_url.replace("/sms", "/messages"), timeout=2)
        return list(answer.json())
    except (requests.RequestException, ValueError):
        return None
