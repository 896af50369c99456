"""The terms and the privacy policy: every version stays readable at its own address."""

from flask import render_template

from kernel.access import found_or_404, public
from kernel.web import chosen_locale
from member import legal
from member.views.door import bp


@bp.get("/privacy-policy")
@bp.get("/privacy-policy/<version>")
@public
def privacy_policy(version: str | None = None) -> str:
    """Show how personal information is handled."""
    return _document("privacy_policy", version)


@bp.get("/terms")
@bp.get("/terms/<version>")
@public
def terms(version: str | None = None) -> str:
    """Show what member and club owe each other."""
    return _document("terms", version)


def _document(name: str, version: str | None) -> str:
    document = found_or_404(legal.document(name, version, chosen_locale()))
    return render_template(
        "member/legal.html", document=document, endpoint=f"member.{name}", versions=legal.versions(name)
    )
