"""What every template may ask for without being handed it: site, appearance, navigation, permissions."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import get_locale

from kernel import access
from kernel.settings import settings
from portal import navigation
from portal.policies import Permission


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


def _for_members() -> dict[str, Any]:
    """What only members' and visitors' pages need: the bell's number and the footer."""
    member = access.current_member
    return {
        "unread_count": member.unread if member else 0,
        "footer_links": navigation.footer(),
    }


def _for_staff() -> dict[str, Any]:
    """What only the back office's frame needs: the search box, the scope, the way out."""
    person = access.current_staff
    may_search = bool(person) and access.can(Permission.CUSTOMERS)
    return {
        "staff_search_url": url_for("portal_staff.customers") if may_search else None,
        "staff_scope": navigation.scope_words(person) if person else None,
        "staff_sign_out_url": url_for("staff.sign_out"),
    }


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
            "member_navigation": navigation.member() if request else [],
            "staff_navigation": navigation.staff() if request and access.is_staff_page() else [],
            "demo": settings().demo,
            **(_for_staff() if request and access.is_staff_page() else _for_members()),
        }
