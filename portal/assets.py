"""Where the browser finds styles, scripts and pictures: ``asset("build/site.css")`` gives the address with its hash.

The build (``scripts/build_assets.py``) writes static/build/manifest.json. A file whose name carries its hash never
changes, so browsers keep it for a year.
"""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, url_for

YEAR = 365 * 24 * 3600


class Manifest:
    """The names of the built files; read again when a new build replaced the old one."""

    def __init__(self, static: Path) -> None:
        self.path = static / "build" / "manifest.json"
        self.written = 0
        self.names: dict[str, str] = {}

    def find(self, path: str) -> str:
        """Return the built name of a file, or the name itself when it was not built."""
        self._refresh()
        return self.names.get(path, path)

    def _refresh(self) -> None:
        try:
            written = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if written != self.written:
            self.names = json.loads(self.path.read_text())
            self.written = written

    def is_hashed(self, path: str) -> bool:
        """Say whether a path below static/ is a built file whose name carries its hash."""
        self._refresh()
        return path in self.names.values()


def init_assets(app: Flask) -> None:
    """Give templates ``asset(path)``, and built files a long life in the browser."""
    manifest = Manifest(Path(app.static_folder or "static"))

    def asset(path: str) -> str:
        return url_for("static", filename=manifest.find(path))

    def keep_long(response: Response) -> Response:
        view_args: dict[str, Any] = request.view_args or {}
        if (
            request.endpoint == "static"
            and response.status_code in {200, 304}
            and manifest.is_hashed(view_args["filename"])
        ):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    app.jinja_env.globals["asset"] = asset
    app.after_request(keep_long)
