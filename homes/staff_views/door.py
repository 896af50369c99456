"""The blueprint of the pages."""

from flask import Blueprint

bp = Blueprint("homes_staff", __name__, url_prefix="/staff/homes")
