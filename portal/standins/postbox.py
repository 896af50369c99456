"""A text message gateway and a mail server that keep everything and send nothing.

    python -m portal.standins.postbox --folder var/postbox --http 8025 --smtp 8026

``POST /sms`` takes ``{"id", "to", "text", "sign"}`` and keeps one message per id; mail comes by SMTP; ``GET /messages?to=``
lists the newest. ``POST /mood {"mood": "good" | "down" | "slow" | "refuse"}`` lets a test see what the portal does then.
"""

import argparse
import asyncio
import json
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

from kernel import clock

SLOW_SECONDS = 15
SHOWN = 50
REMEMBERED = 2_000
MOODS = {"good", "down", "slow", "refuse"}


class Postbox:
    """The kept messages, one JSON line each, surviving restarts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "messages.jsonl"
        self.mood = "good"
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._newest: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        for entry in self._kept_before():
            self._remember(entry)

    def _kept_before(self) -> Iterator[dict[str, Any]]:
        """Yield the messages of earlier runs; a line that a killed process left half written is passed over."""
        if not self.path.exists():
            return
        for line in self.path.read_text(errors="replace").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def _remember(self, entry: dict[str, Any]) -> None:
        self._seen.add(entry["id"])
        self._newest.appendleft(entry)

    def keep(self, entry: dict[str, Any]) -> None:
        """Keep a message unless its id is there already."""
        with self._lock:
            if entry["id"] in self._seen:
                return
            entry = {**entry, "at": clock.real_now().isoformat()}
            with self.path.open("a") as file:
                file.write("\n" + json.dumps(entry, ensure_ascii=False))
            self._remember(entry)

    def newest(self, *, to: str | None = None) -> list[dict[str, Any]]:
        """Return the newest messages first."""
        with self._lock:
            return [entry for entry in self._newest if to is None or entry["to"] == to][:SHOWN]


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the postbox that its server carries."""

    server: "_Gateway"

    def do_POST(self) -> None:
        """Keep a text message, or change the mood."""
        body = self._body()
        if self.path == "/mood" and body.get("mood") in MOODS:
            self.server.postbox.mood = body["mood"]
            return self._answer(200, {"mood": body["mood"]})
        mood = self.server.postbox.mood
        if mood == "slow":
            time.sleep(SLOW_SECONDS)
        if mood == "down":
            return self._hang_up()
        if mood == "refuse":
            return self._answer(503, {"error": "refused"})
        if self.path != "/sms" or not all(isinstance(body.get(name), str) for name in ("id", "to", "text")):
            return self._answer(400, {"error": "a message has id, to and text"})
        self.server.postbox.keep({"kind": "sms", **body})
        return self._answer(200, {"id": body["id"]})

    def do_GET(self) -> None:
        """List the newest messages."""
        address = urlsplit(self.path)
        if address.path != "/messages":
            return self._answer(404, {"error": "there is only /messages"})
        to = parse_qs(address.query).get("to", [None])[0]
        return self._answer(200, self.server.postbox.newest(to=to))

    def _body(self) -> dict[str, Any]:
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the other side stopped waiting

    def log_message(self, *_args: Any) -> None:
        """Say nothing: codes must not stand in a log."""


class _Gateway(ThreadingHTTPServer):
    """The HTTP side; it carries the postbox."""

    daemon_threads = True

    def __init__(self, postbox: Postbox, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.postbox = postbox


class _MailHandler:
    """The SMTP side."""

    def __init__(self, postbox: Postbox) -> None:
        self.postbox = postbox

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail once per Message-ID, or do what the mood says."""
        if self.postbox.mood == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if self.postbox.mood in {"down", "refuse"}:
            return "451 refused for now"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("plain",))
        self.postbox.keep(
            {
                "kind": "mail",
                "id": str(mail["Message-ID"]).strip("<>"),
                "to": ", ".join(envelope.rcpt_tos),
                "subject": str(mail["Subject"]),
                "text": body.get_content() if body else "",
            }
        )
        return "250 kept"


def start(folder: Path, *, http_port: int, smtp_port: int) -> tuple[Postbox, ThreadingHTTPServer, Controller]:
    """Start both servers on this machine's own address; port 0 takes a free one (HTTP only)."""
    postbox = Postbox(folder)
    web = _Gateway(postbox, http_port)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    mail = Controller(_MailHandler(postbox), hostname="127.0.0.1", port=smtp_port)
    mail.start()
    return postbox, web, mail


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/postbox"))
    parser.add_argument("--http", type=int, default=8025)
    parser.add_argument("--smtp", type=int, default=8026)
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: stop.set())
    _postbox, web, mail = start(given.folder, http_port=given.http, smtp_port=given.smtp)
    stop.wait()
    web.shutdown()
    mail.stop()


if __name__ == "__main__":
    main()
