"""Every setting of an installation, read from the environment in one place.

Business numbers are no settings: points rules, tiers, promised times and the calendar live in tables with the date they
take effect and are changed by staff.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self


class SettingsMissing(RuntimeError):
    """Settings that have no safe default were not given; the message names all of them."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How this installation runs. The environment variable of ``secret_key`` is ``PORTAL_SECRET_KEY``, and so on."""

    secret_key: str
    """Signs cookies, tickets and links; at least 32 characters; keep it secret and the same on every server."""
    database_url: str = "sqlite:///var/portal.sqlite"
    """SQLite file, or ``postgresql+psycopg://...`` when one machine is not enough."""
    var_dir: Path = Path("var")
    """Where the embedded defaults keep their files."""
    files_url: str = "file:var/files"
    """Where photos are kept: ``file:<folder>`` or ``s3://bucket/prefix``."""
    queue_url: str = "sqlite:var/queue.sqlite"
    """The job engine's own store: ``sqlite:<file>``, ``redis://...`` or ``memory:`` (tests)."""
    demo: bool = False
    """Show the demo club's messages page and sign-in list; refuses to send to anything but this machine."""
    tls: bool = False
    """Served over TLS: cookies get Secure and the __Host- prefix, answers get HSTS."""
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Host names that requests may carry; others are refused with 400."""
    proxies: int = 0
    """How many trusted reverse proxies stand in front; the client's address is taken from that hop."""
    sms_url: str = "http://127.0.0.1:8025/sms"
    """The SMS gateway."""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 8026
    mail_from: str = "club@example.com"
    public_url: str = "http://127.0.0.1:8000"
    """The address that messages and calendars link to."""
    brand: str = "万客会"
    company: str = "万客会（演示）"
    hotline: str = "400-000-0000"
    address: str = ""
    icp: str = ""
    """ICP filing number; hidden in the footer while empty."""
    psb: str = ""
    """Public security filing number; hidden while empty."""
    password_memory_kib: int = 65_536
    """Memory that one Argon2id hash takes."""
    testing: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read all settings; raise ``SettingsMissing`` naming together everything that is missing."""
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        missing = []
        for field in fields(cls):
            name = f"PORTAL_{field.name.upper()}"
            if name in given:
                values[field.name] = _parsed(given[name], field.type)
            elif field.name == "secret_key":
                missing.append(name)
        if missing:
            raise SettingsMissing("missing settings: " + ", ".join(missing))
        settings = cls(**values)
        settings._refuse_nonsense()
        return settings

    def _refuse_nonsense(self) -> None:
        if len(self.secret_key) < 32:
            raise SettingsMissing("PORTAL_SECRET_KEY must have at least 32 characters")


def _parsed(text: str, kind: Any) -> Any:
    if kind is bool:
        return text.strip().lower() in {"1", "true", "yes", "on"}
    if kind is int:
        return int(text)
    if kind is Path:
        return Path(text)
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def embedded_secret(var_dir: Path) -> str:
    """Return the secret of an embedded installation, made at the first start and readable by its owner only."""
    path = var_dir / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def embedded_defaults() -> None:
    """Fill in what an embedded installation needs, so that the commands work without any setting."""
    given, var_dir = os.environ, Path(os.environ.get("PORTAL_VAR_DIR", "var"))
    var_dir.mkdir(parents=True, exist_ok=True)
    if "PORTAL_SECRET_KEY" not in given:
        given["PORTAL_SECRET_KEY"] = embedded_secret(var_dir)
    if "PORTAL_DATABASE_URL" not in given:
        given.setdefault("PORTAL_DEMO", "1")
    given.setdefault("PORTAL_DATABASE_URL", f"sqlite:///{var_dir / 'portal.sqlite'}")
    given.setdefault("PORTAL_QUEUE_URL", f"sqlite:{var_dir / 'queue.sqlite'}")
    given.setdefault("PORTAL_FILES_URL", f"file:{var_dir / 'files'}")
