"""The picture of a pick-up code."""

import segno
from flask_babel import gettext as _
from markupsafe import Markup

from points.models import PickUpCode


def in_two_lines(code: PickUpCode) -> str:
    """Return a code in groups of four that break in the middle on a narrow screen and nowhere else."""
    first, second, third, fourth = code.spoken.split(" ")
    return f"{first}\u00a0{second} {third}\u00a0{fourth}"


def qr_of(code: str) -> Markup:
    """Return a code as an inline SVG without styles; what is scanned is what is printed below it."""
    svg = segno.make(code, error="m", micro=False).svg_inline(
        omitsize=True, border=2, svgclass=None, lineclass=None, title=_("QR code of the pick-up code")
    )
    return Markup(svg)  # noqa: S704 - made by segno from 16 characters of our own alphabet
