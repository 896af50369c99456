"""A text message gateway and a mail server that keep everything and send nothing.

    python -m portal.standins.postbox --folder var/postbox --http 8025 --smtp 8026

``POST /sms`` takes ``{"id", "to", "text", "sign"}`` and keeps one message per id; mail comes by SMTP; ``GET /messages`` lists
the newest. ``POST /mood {"mood": "good" | "down" | "slow" | "refuse"}`` lets a test see what the portal does then.
"""

import argparse
import json
import signal
import threading
import time
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

SLOW_SECONDS = 15


class Postbox:
    """The kept messages, one JSON line each, surviving restarts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "messages.jsonl"
        self.mood = "good"
        self._lock = threading.Lock()
        self._seen = {entry["id"] for entry in self.newest(limit=100_000)}

    def keep(self, entry: dict[str, Any]) -> None:
        """Keep a message unless its id is there already."""
        with self._lock:
            if entry["id"] in self._seen:
                return
            self._seen.add(entry["id"])
            entry["at"] = datetime.now(UTC).isoformat()  # the stand-in's own clock
            with self.path.open("a") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def newest(self, *, limit: int = 50, to: str | None = None) -> list[dict[str, Any]]:
        """Return the newest messages first."""
        if not self.path.exists():
            return []
        entries = [json.loads(line) for line in self.path.read_text().splitlines()[-100_000:]]
        return [e for e in reversed(entries) if to is None or e["to"] == to][:limit]


def _handler(postbox: Postbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
            if self.path == "/mood":
                postbox.mood = body["mood"]
                return self._answer(200, {"mood": postbox.mood})
            if postbox.mood == "slow":
                time.sleep(SLOW_SECONDS)
            if postbox.mood == "down":
                return self.close_connection_now()
            if postbox.mood == "refuse" or self.path != "/sms" or not {"id", "to", "text"} <= body.keys():
                return self._answer(503 if postbox.mood == "refuse" else 400, {"error": "refused"})
            postbox.keep({"kind": "sms", **body})
            return self._answer(200, {"id": body["id"]})

        def do_GET(self) -> None:
            self._answer(200, postbox.newest()) if self.path.startswith("/messages") else self._answer(404, {})

        def close_connection_now(self) -> None:
            self.close_connection = True
            self.connection.close()

        def _answer(self, status: int, body: Any) -> None:
            content = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            """Say nothing: codes must not stand in a log."""

    return Handler


class _MailHandler:
    def __init__(self, postbox: Postbox) -> None:
        self.postbox = postbox

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
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
    web = ThreadingHTTPServer(("127.0.0.1", http_port), _handler(postbox))
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
    _postbox, web, mail = start(given.folder, http_port=given.http, smtp_port=given.smtp)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: stop.set())
    stop.wait()
    web.shutdown()
    mail.stop()


if __name__ == "__main__":
    main()
