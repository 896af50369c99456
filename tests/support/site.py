"""The portal as it is shipped, running: web server, worker and postbox, on free ports, with the demo club loaded."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PORTAL = str(Path(sys.executable).with_name("portal"))
PATIENCE_SECONDS = 30


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A running portal."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.port, self.sms_port, self.smtp_port = free_port(), free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "PORTAL_SECRET_KEY": "a secret for journeys only, forty characters",
            "PORTAL_DATABASE_URL": database_url or f"sqlite:///{folder / 'portal.sqlite'}",
            "PORTAL_VAR_DIR": str(folder),
            "PORTAL_FILES_URL": f"file:{folder / 'files'}",
            "PORTAL_QUEUE_URL": f"sqlite:{folder / 'queue.sqlite'}",
            "PORTAL_DEMO": "1",
            "PORTAL_SMS_URL": f"http://127.0.0.1:{self.sms_port}/sms",
            "PORTAL_SMTP_PORT": str(self.smtp_port),
            "PORTAL_PUBLIC_URL": self.address,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, timeout: int = 300) -> str:
        """Run a command of the portal and return what it printed."""
        done = subprocess.run(
            [PORTAL, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout
        )
        if done.returncode:
            raise AssertionError(f"portal {' '.join(arguments)}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def start(self) -> None:
        """Start all processes and wait until the portal answers."""
        log = (self.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [PORTAL, "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Poll until the portal answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)  # polling, bounded by the deadline
        raise AssertionError("the portal did not come up:\n" + (self.folder / "serve.log").read_text()[-4000:])

    def stop(self) -> None:
        """Stop all processes."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def messages(self) -> list[dict[str, Any]]:
        """Return the newest messages that the stand-in postbox holds."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.sms_port}/messages", timeout=5) as answer:
            return list(json.load(answer))

    def code_for(self, mobile: str, *, unlike: str = "") -> str:
        """Wait for the newest six-digit code sent to a mobile number, other than one that was seen before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self.messages():
                found = re.search(r"(?<![\d-])\d{6}(?![\d-])", message["text"])
                if message["to"].endswith(mobile) and found and found.group() != unlike:
                    return found.group()
            time.sleep(0.05)  # polling, bounded by the deadline
        raise AssertionError(f"no code came for {mobile}")


@contextmanager
def running(folder: Path, *, template: Path | None = None) -> Iterator[Site]:
    """Run a portal in a folder; ``template`` is a folder with a loaded demo club to start from."""
    if template is not None:
        shutil.copytree(template, folder, dirs_exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder)
    if template is None:
        site.run("install")
    site.start()
    try:
        yield site
    finally:
        site.stop()
