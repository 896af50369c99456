"""The blueprint of the desk's side."""

from flask import Blueprint

bp = Blueprint("service_requests_staff", __name__, url_prefix="/staff")
