"""The blueprint of the member's side."""

from flask import Blueprint

bp = Blueprint("service_requests", __name__)
