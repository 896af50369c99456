"""Where the browser finds styles, scripts and pictures: ``asset("build/site.css")`` gives the address with its hash.

The build (``scripts/build_assets.py``) writes static/build/manifest.json. A file whose name carries its hash never
changes, so browsers keep it for a year; what shrinks was compressed once by the build and is sent as it lies there.
"""

import json
import mimetypes
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, send_from_directory, url_for

YEAR = 365 * 24 * 3600
VARIANTS = (("br", ".br"), ("gzip", ".gz"))


class Manifest:
    """The names of the built files; read again when a new build replaced the old one."""

    def __init__(self, static: Path) -> None:
        self.static = static
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

    def variant(self, path: str) -> tuple[str, str] | None:
        """Return the encoding and the path of the smallest form of a built file that the browser takes."""
        for encoding, ending in VARIANTS:
            if request.accept_encodings[encoding] and (self.static / f"{path}{ending}").is_file():
                return encoding, f"{path}{ending}"
        return None


def init_assets(app: Flask) -> None:
    """Give templates ``asset(path)``, and built files a long life in the browser."""
    static = Path(app.static_folder or "static")
    manifest = Manifest(static)

    def asset(path: str) -> str:
        found = g.get("assets")
        if found is None:
            found = g.assets = {}
        if path not in found:  # a page names the sprite of its icons once for each of them
            found[path] = url_for("static", filename=manifest.find(path))
        return str(found[path])

    def send_small() -> Response | None:
        path = _static_path()
        found = manifest.variant(path) if path and manifest.is_hashed(path) else None
        if found is None:
            return None
        encoding, variant = found
        response = send_from_directory(static, variant, mimetype=mimetypes.guess_type(str(path))[0])
        response.headers["Content-Encoding"] = encoding
        return response

    def keep_long(response: Response) -> Response:
        path = _static_path()
        if path and response.status_code in {200, 304} and manifest.is_hashed(path):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
            response.vary.add("Accept-Encoding")
        return response

    app.jinja_env.globals["asset"] = asset
    app.before_request(send_small)
    app.after_request(keep_long)


def _static_path() -> str | None:
    view_args: dict[str, Any] = request.view_args or {}
    return view_args.get("filename") if request.endpoint == "static" else None
