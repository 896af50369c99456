"""The pages of this package; all of them belong to the back office."""

from flask import Blueprint

bp = Blueprint("staff", __name__, url_prefix="/staff", cli_group="staff")

from staff.views import approvals, audit, me, people, sign_in  # noqa: E402, F401 - they add their pages to bp
