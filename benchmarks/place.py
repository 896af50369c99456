"""Where measures happen: an ignored folder for databases, the application on one of them, a web server without worker."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from portal import ROOT, create_app, serve
from portal.settings import Settings

FOLDER = ROOT / "var" / "bench"
SECRET = "a secret for measures only, forty characters"
PATIENCE_SECONDS = 60


def application(database: Path, **others: object) -> Flask:
    """Return the application on a SQLite file, for making rows and counting queries in this process."""
    given: dict[str, object] = {"secret_key": SECRET, "database_url": f"sqlite:///{database}", "var_dir": FOLDER}
    given |= {"files_url": f"file:{FOLDER / 'files'}", "queue_url": "memory:", "password_memory_kib": 64}
    return create_app(Settings(**(given | others)))  # type: ignore[arg-type]


def portal_environment(database: Path) -> dict[str, str]:
    """Return the environment of a portal that is not the demo club, on a SQLite file."""
    return {
        **os.environ,
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_DATABASE_URL": f"sqlite:///{database}",
        "PORTAL_VAR_DIR": str(FOLDER),
        "PORTAL_FILES_URL": f"file:{FOLDER / 'files'}",
        "PORTAL_QUEUE_URL": f"sqlite:{FOLDER / 'queue.sqlite'}",
        "PORTAL_DEMO": "0",
    }


@contextmanager
def serving(target: str, environment: dict[str, str], *, workers: int = 2, threads: int = 4) -> Iterator[int]:
    """Run the web server of ``portal serve`` for an application such as ``portal.wsgi:app``; yield its port."""
    port = serve.free_port()
    command = [*serve.web_command("127.0.0.1", port, workers, threads)[:-1], target]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if serve.answers(port):
            return
        time.sleep(0.05)  # polling, bounded by the deadline
    raise RuntimeError(f"the web server did not come up; see {FOLDER / 'serve.log'}")
