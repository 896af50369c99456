"""Start and watch the processes of an installation: web server, worker, and in the demo club the postbox.

Granian binds its port so that two servers can share it, and ignores a request to stop while it starts; so a taken port is
refused here, stopping waits for health first, and what does not end in time is ended.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

GRACE_SECONDS = 10
HEALTH_SECONDS = 30


def init_cli(app: Flask) -> None:
    """Give the application ``portal serve`` and ``portal start``."""
    app.cli.add_command(_serve)
    app.cli.add_command(_start)
    app.cli.add_command(_install)


class Child:
    """One process that is started again when it dies."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """Start the process in a group of its own, so that a key press reaches only the supervisor."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)

    def revive(self) -> None:
        """Start the process again if it has died, at most once a second."""
        if self.process is not None and self.process.poll() is not None and time.monotonic() - self.started > 1:
            click.echo(f"{self.name} ended with {self.process.returncode}; starting it again", err=True)
            self._signal_group(signal.SIGKILL)
            self.start()

    def stop(self) -> None:
        """Ask the process group to stop."""
        self._signal_group(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait until the deadline, then end the whole group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def _signal_group(self, number: int) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass


class Supervisor:
    """Keeps the children alive until it is told to stop."""

    def __init__(self, children: list[Child], port: int) -> None:
        self.children, self.port = children, port
        self.stopping = threading.Event()

    def run(self, announce: Any) -> int:
        """Run until SIGTERM or SIGINT; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for child in self.children:
            child.start()
        healthy = self._wait_for_health()
        if healthy:
            announce()
        while healthy and not self.stopping.wait(0.3):
            for child in self.children:
                child.revive()
        for child in self.children:
            child.stop()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            child.end(deadline)
        return 0 if healthy or self.stopping.is_set() else 1

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _wait_for_health(self) -> bool:
        deadline = time.monotonic() + HEALTH_SECONDS
        while time.monotonic() < deadline and not self.stopping.is_set():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        if not self.stopping.is_set():
            click.echo("The web server did not answer in time.", err=True)
        return False


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether somebody listens on a port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def web_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """Return the command line of the web server."""
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--backlog", "1024", "--no-ws"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "8", "--log-level", "warning", "portal.wsgi:app"]
    return command


def _children(app: Flask, host: str, port: int, workers: int, threads: int) -> list[Child]:
    settings = app.extensions["settings"]
    portal = str(Path(sys.executable).with_name("portal"))
    children = []
    if settings.demo and not is_taken(_port_of(settings.sms_url)):
        command = [sys.executable, "-m", "portal.standins.postbox", "--folder", str(settings.var_dir / "postbox")]
        command += ["--http", str(_port_of(settings.sms_url)), "--smtp", str(settings.smtp_port)]
        children.append(Child("postbox", command))
    children.append(Child("worker", [portal, "worker"]))
    children.append(Child("web", web_command(host, port, workers, threads)))
    return children


def _port_of(url: str) -> int:
    from urllib.parse import urlsplit

    return urlsplit(url).port or 80


@click.command("serve", help="Run web server and worker until stopped.")
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, envvar="PORT")
@click.option("--workers", default=2)
@click.option("--threads", default=4)
@with_appcontext
def _serve(host: str, port: int, workers: int, threads: int) -> None:
    if is_taken(port, host):
        raise click.ClickException(f"Port {port} is taken; stop what listens there or choose another with PORT=...")
    os.environ.setdefault("PORTAL_PUBLIC_URL", f"http://{host}:{port}")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    supervisor = Supervisor(_children(app, host, port, workers, threads), port)
    raise SystemExit(supervisor.run(lambda: _announce(host, port)))


def _announce(host: str, port: int) -> None:
    from portal import packages

    click.echo(f"\nThe club is open:  http://{host}:{port}")
    demo: Any = packages.find("portal.demo", "load")
    if demo is not None and hasattr(demo, "announcement"):
        click.echo(demo.announcement())
    click.echo("Stop with Ctrl+C.")


@click.command("start", help="Bring the database up to date, load the demo club if there is none, and serve.")
@click.option("--port", default=8000, envvar="PORT")
@click.pass_context
@with_appcontext
def _start(context: click.Context, port: int) -> None:
    from portal import installation

    if is_taken(port):
        raise click.ClickException(f"Port {port} is taken; stop what listens there or choose another with PORT=...")
    installation.bring_up_to_date(click.echo)
    context.invoke(_serve, host="127.0.0.1", port=port, workers=2, threads=4)


@click.command("install", help="Bring the database up to date and load the demo club if there is none.")
@with_appcontext
def _install() -> None:
    from portal import installation

    installation.bring_up_to_date(click.echo)
