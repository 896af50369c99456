"""Start and watch the processes of an installation: web server, worker, and in the demo club the postbox.

The watcher does not load the application, so a second start is quick. Granian binds its port so that two servers can share
it, and ignores a request to stop while it starts; so a taken port is refused here, and what does not end in time is ended.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit, urlunsplit

import click

from portal import ROOT
from portal.settings import Settings, embedded_defaults

GRACE_SECONDS = 10
HEALTH_SECONDS = 30
STARTING_SECONDS = 6
PR_SET_PDEATHSIG = 1


class Child:
    """One process that is started again when it dies."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """Start the process in a group of its own, so that a key press reaches only the watcher."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_the_watcher
        )

    def has_died(self) -> bool:
        """Say whether the process was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> None:
        """Start the process again if it has died, at most once a second."""
        if self.has_died() and time.monotonic() - self.started > 1:
            assert self.process
            click.echo(f"{self.name} ended with {self.process.returncode}; starting it again", err=True)
            self._signal_group(signal.SIGKILL)
            self.start()

    def stop(self) -> None:
        """Ask the process group to stop."""
        self._signal_group(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait until the deadline, then end the whole group.

        A Granian that is starting does not hear; so it is asked again, but only then: a second request to stop would cut
        off the answers that are being written.
        """
        if self.process is None:
            return
        while not self.has_died() and time.monotonic() < deadline:
            try:
                self.process.wait(0.5)
            except subprocess.TimeoutExpired:
                if time.monotonic() - self.started < STARTING_SECONDS:
                    self.stop()
        self._signal_group(signal.SIGKILL)
        self.process.wait()

    def _signal_group(self, number: int) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass


class Watcher:
    """Keeps the children alive until it is told to stop; the last of them starts when the web server answers."""

    def __init__(self, *, postbox: Child | None, web: Child, worker: Child, port: int) -> None:
        self.web, self.worker, self.port = web, worker, port
        self.first = [child for child in (postbox, web) if child is not None]
        self.children = [*self.first, worker]
        self.stopping = threading.Event()

    def run(self, announce: Callable[[], None]) -> int:
        """Run until SIGTERM or SIGINT; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        for child in self.first:
            child.start()
        healthy = self._wait_for_health()
        if healthy:
            self.worker.start()
            announce()
        while healthy and not self.stopping.wait(0.3):
            for child in self.children:
                child.revive()
        self._end(GRACE_SECONDS if healthy else 1)
        return 0 if healthy or self.stopping.is_set() else 1

    def _end(self, grace: float) -> None:
        for child in self.children:
            child.stop()
        deadline = time.monotonic() + grace
        for child in self.children:
            child.end(deadline)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _wait_for_health(self) -> bool:
        deadline = time.monotonic() + HEALTH_SECONDS
        while time.monotonic() < deadline and not self.stopping.is_set() and not self.web.has_died():
            if answers(self.port):
                return True
            time.sleep(0.05)  # polling, bounded by the deadline
        if not self.stopping.is_set():
            click.echo("The web server did not come up; what it said stands above.", err=True)
        return False


def _end_with_the_watcher() -> None:
    """Let the kernel end a child whose watcher was killed, so that nothing is left behind on the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def answers(port: int) -> bool:
    """Say whether the web server on this port is alive."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
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


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """Return the command line of the web server."""
    command = [_beside_python("granian"), "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--backlog", "1024"]
    return [
        *command,
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "8",
        "--log-level",
        "warning",
        "portal.wsgi:app",
    ]


def _beside_python(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _postbox(settings: Settings) -> Child | None:
    """Return the demo club's postbox; another club's is left alone, and free ports are taken instead."""
    if not settings.demo:
        return None
    address, smtp_port = urlsplit(settings.sms_url), settings.smtp_port
    http_port = address.port or 80
    if is_taken(http_port) or is_taken(smtp_port):
        http_port, smtp_port = free_port(), free_port()
        os.environ["PORTAL_SMS_URL"] = urlunsplit(address._replace(netloc=f"127.0.0.1:{http_port}"))
        os.environ["PORTAL_SMTP_PORT"] = str(smtp_port)
    command = [sys.executable, "-m", "portal.standins.postbox", "--folder", str(settings.var_dir / "postbox")]
    return Child("postbox", [*command, "--http", str(http_port), "--smtp", str(smtp_port)])


def _refuse_taken(port: int, host: str) -> None:
    if is_taken(port, host):
        raise click.ClickException(f"Port {port} is taken; stop what listens there or choose another with PORT=...")


def _run(host: str, port: int, workers: int, threads: int) -> None:
    os.environ.setdefault("PORTAL_PUBLIC_URL", f"http://{host}:{port}")
    settings = Settings.from_environment()
    watcher = Watcher(
        postbox=_postbox(settings),
        web=Child("web", web_command(host, port, workers, threads)),
        worker=Child("worker", [_beside_python("portal"), "worker"]),
        port=port,
    )
    raise SystemExit(watcher.run(lambda: _announce(settings, f"http://{host}:{port}")))


def _announce(settings: Settings, address: str) -> None:
    click.echo(f"\nThe club is open:  {address}")
    if settings.demo:
        from portal.demo import people

        click.echo(f"\nMembers sign in with mobile and code; codes and mails arrive at {address}/demo/messages")
        for member in people.MEMBERS:
            click.echo(f"  {member.mobile}  {member.name}  {member.story}")
        click.echo(
            f"\nStaff sign in at {address}/staff/sign-in, password {people.PASSWORD}; second factors: {address}/demo/"
        )
        for person in people.STAFF:
            click.echo(f"  {person.login:<11}  {person.name}  {person.story}")
    click.echo("\nStop with Ctrl+C.")


# --- what has to be done before the first start


def _is_installed(settings: Settings) -> bool:
    """Say without loading the application whether the embedded database is there and nothing has to be migrated."""
    try:
        return _database_file(settings).is_file() and _mark(settings).read_text() == _installed_now(settings)
    except FileNotFoundError:
        return False


def _database_file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _mark(settings: Settings) -> Path:
    return settings.var_dir / "installed"


def _installed_now(settings: Settings) -> str:
    migrations = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    return "\n".join([settings.database_url, f"demo {settings.demo}", *migrations])


def _bring_up_to_date() -> None:
    if subprocess.run([_beside_python("portal"), "install"], check=False).returncode:
        raise click.ClickException("The installation could not be brought up to date; the reason stands above.")


def _install(settings: Settings) -> None:
    """Bring the installation up to date; a first installation that was cut off half-way is begun anew."""
    begun = settings.var_dir / "installing"
    if begun.exists():
        click.echo("· the first start was cut off; beginning anew")
        _forget(settings)
    if not _database_file(settings).exists():
        begun.touch()
    _bring_up_to_date()
    begun.unlink(missing_ok=True)
    _mark(settings).write_text(_installed_now(settings))


def _forget(settings: Settings) -> None:
    """Remove the embedded database and files, which nobody has used yet."""
    database = _database_file(settings)
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    if settings.files_url.startswith("file:"):
        shutil.rmtree(settings.files_url.removeprefix("file:"), ignore_errors=True)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Threads per web process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Run web server and worker until stopped."""
    embedded_defaults()
    _refuse_taken(port, host)
    _run(host, port, workers, threads)


@click.command("start")
@click.option("--port", default=8000, envvar="PORT", show_default=True)
def start(port: int) -> None:
    """Bring the database up to date, load the demo club if there is none, and serve."""
    embedded_defaults()
    _refuse_taken(port, "127.0.0.1")
    settings = Settings.from_environment()
    if not settings.database_url.startswith("sqlite:///"):
        _bring_up_to_date()
    elif not _is_installed(settings):
        _install(settings)
    _run("127.0.0.1", port, workers=2, threads=4)


if __name__ == "__main__":
    click.Group(commands=[serve, start])()
