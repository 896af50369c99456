"""What every template may ask for without being handed it: site, appearance, navigation, permissions."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_babel import get_locale

from kernel import access
from kernel.settings import settings
from portal import navigation


@dataclass(frozen=True)
class Appearance:
    """How the reader wants to see the pages; kept in a cookie."""

    theme: str = "auto"
    mode: str = "standard"
    text_size: str = "normal"

    @classmethod
    def from_cookie(cls, cookie: str) -> "Appearance":
        """Read a cookie such as ``dark.elder.large``; anything unknown falls back to the default."""
        parts = [*cookie.split("."), "", "", ""][:3]
        defaults = cls()
        return cls(
            theme=parts[0] if parts[0] in {"auto", "light", "dark"} else defaults.theme,
            mode=parts[1] if parts[1] in {"standard", "elder"} else defaults.mode,
            text_size=parts[2] if parts[2] in {"normal", "large", "largest"} else defaults.text_size,
        )

    def __str__(self) -> str:
        return f"{self.theme}.{self.mode}.{self.text_size}"


@dataclass(frozen=True)
class Site:
    """Who runs the club, as printed on every page."""

    name: str
    company: str
    hotline: str
    address: str
    icp: str
    psb: str
    demo: bool
    url: str


def init_context(app: Flask) -> None:
    """Give templates their common values."""
    own = app.extensions["settings"]
    site = Site(own.brand, own.company, own.hotline, own.address, own.icp, own.psb, own.demo, own.public_url)

    @app.context_processor
    def common() -> dict[str, Any]:
        return {
            "site": site,
            "appearance": Appearance.from_cookie(request.cookies.get("look", "") if request else ""),
            "locale": str(get_locale() or "zh_Hans_CN"),
            "current_member": access.current_member,
            "current_staff": access.current_staff,
            "can": access.can,
            "member_navigation": navigation.member(),
            "staff_navigation": navigation.staff() if request and access.is_staff_page() else [],
            "demo": settings().demo,
        }
