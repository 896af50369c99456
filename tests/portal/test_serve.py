"""The watcher: one start, no port shared, every dead process comes back, nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal import ROOT, serve
from portal.settings import Settings

PATIENCE_SECONDS = 40
pytestmark = pytest.mark.xdist_group("serve")


class Club:
    """A watcher with its children, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, serve.free_port()
        self.sms_port, self.smtp_port = serve.free_port(), serve.free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        given = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        given |= {"PORTAL_VAR_DIR": str(self.folder), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        given |= {"PORTAL_SMS_URL": f"http://127.0.0.1:{self.sms_port}/sms", "PORTAL_SMTP_PORT": str(self.smtp_port)}
        command = [sys.executable, "-m", "portal.serve", "serve", "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=given, cwd=self.folder, stdout=log, stderr=log)
        return self.process

    def said(self, words: str) -> bool:
        return words in (self.folder / "log").read_text()

    def children(self) -> dict[str, int]:
        """Return the process ids of the watcher's own children by their role."""
        assert self.process
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
                words = (stat.parent / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if fields[0] != "Z" and int(fields[1]) == self.process.pid:
                role = "postbox" if b"postbox" in words else "worker" if words.endswith(b"worker\0") else "web"
                found[role] = int(stat.parent.name)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


def wait_for(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)  # polling, bounded by the deadline
    raise AssertionError(f"{what} did not happen")


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    """A club that the test itself opens and ends."""
    club = Club(tmp_path)
    yield club
    if club.process and club.process.poll() is None:
        club.stop()


@pytest.fixture(scope="module")
def open_club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    """One club for all tests that leave it open."""
    club = Club(tmp_path_factory.mktemp("club"))
    club.start()
    wait_for(lambda: club.said("The club is open"), "the opening")
    yield club
    club.stop()


def test_opens_with_postbox_web_and_worker(open_club: Club) -> None:
    wait_for(lambda: open_club.children().keys() == {"postbox", "web", "worker"}, "the start of all three")
    assert serve.answers(open_club.port)


@pytest.mark.parametrize("role", ["postbox", "web", "worker"])
def test_a_killed_process_comes_back(open_club: Club, role: str) -> None:
    killed = wait_for(lambda: open_club.children().get(role), f"the {role}")
    os.kill(killed, signal.SIGKILL)

    wait_for(lambda: open_club.children().get(role, killed) != killed, f"the return of the {role}")

    wait_for(lambda: serve.answers(open_club.port), "an answer")


def test_a_second_club_on_the_same_port_is_refused_with_a_clear_sentence(open_club: Club) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portal.serve", "serve", "--port", str(open_club.port)],
        env={**os.environ, "PORTAL_VAR_DIR": str(open_club.folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert done.returncode == 1
    assert f"Port {open_club.port} is taken" in done.stderr
    assert serve.answers(open_club.port)


def test_a_second_club_takes_other_ports_for_its_postbox(open_club: Club, tmp_path: Path) -> None:
    second = Club(tmp_path / "second")
    second.folder.mkdir()
    second.sms_port, second.smtp_port = open_club.sms_port, open_club.smtp_port
    second.start()
    try:
        wait_for(lambda: second.said("The club is open"), "the opening of the second club")
        assert "postbox" in second.children()
    finally:
        assert second.stop() == 0


def test_stopping_while_it_starts_ends_everything(club: Club) -> None:
    club.start()
    wait_for(lambda: "web" in club.children(), "the start of the web server")

    assert club.stop(signal.SIGINT) == 0

    assert not serve.is_taken(club.port)


def test_stops_without_a_trace(club: Club) -> None:
    club.start()
    wait_for(lambda: club.said("The club is open"), "the opening")

    assert club.stop() == 0

    assert not serve.is_taken(club.port)
    assert not serve.is_taken(club.sms_port)


def test_nothing_outlives_a_killed_watcher(club: Club) -> None:
    club.start()
    wait_for(lambda: club.said("The club is open"), "the opening")

    assert club.stop(signal.SIGKILL) == -signal.SIGKILL

    wait_for(lambda: not serve.is_taken(club.port), "the end of the web server")
    wait_for(lambda: not serve.is_taken(club.sms_port), "the end of the postbox")


def test_the_postbox_of_the_club_keeps_a_text_message(open_club: Club) -> None:
    message = {"id": "sms-1", "to": "+8619900000001", "text": "验证码 123456", "sign": "万客会"}
    url = f"http://127.0.0.1:{open_club.sms_port}"
    asked = urllib.request.Request(f"{url}/sms", data=json.dumps(message).encode(), method="POST")
    wait_for(lambda: serve.is_taken(open_club.sms_port), "the postbox")
    with urllib.request.urlopen(asked, timeout=5) as answer:
        assert answer.status == 200

    with urllib.request.urlopen(f"{url}/messages", timeout=5) as answer:
        assert [entry["text"] for entry in json.load(answer)] == ["验证码 123456"]


class Installation:
    """What ``portal install`` would do, without doing it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = Settings(
            secret_key="a secret for tests only, forty characters",
            database_url=f"sqlite:///{folder / 'portal.sqlite'}",
            var_dir=folder,
            files_url=f"file:{folder / 'files'}",
            demo=True,
        )
        self.database, self.files = folder / "portal.sqlite", folder / "files"
        self.runs = 0
        self.is_cut_off = False
        monkeypatch.setattr(serve, "_bring_up_to_date", self.run)

    def run(self) -> None:
        self.runs += 1
        self.database.touch()
        self.files.mkdir(exist_ok=True)
        (self.files / f"picture of run {self.runs}").touch()
        if self.is_cut_off:
            raise KeyboardInterrupt

    def begin(self) -> None:
        serve._install(self.settings)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return Installation(tmp_path, monkeypatch)


def test_what_is_installed_is_known_without_loading_the_application(installation: Installation) -> None:
    assert not serve._is_installed(installation.settings)
    installation.begin()
    assert serve._is_installed(installation.settings)


def test_a_removed_database_is_installed_again(installation: Installation) -> None:
    installation.begin()
    installation.database.unlink()
    assert not serve._is_installed(installation.settings)


def test_a_new_migration_is_noticed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installation.begin()
    versions = tmp_path / "code" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0002_later.py").touch()
    monkeypatch.setattr(serve, "ROOT", tmp_path / "code")
    assert not serve._is_installed(installation.settings)


def test_a_first_installation_that_was_cut_off_is_begun_anew(installation: Installation) -> None:
    installation.is_cut_off = True
    with pytest.raises(KeyboardInterrupt):
        installation.begin()
    assert not serve._is_installed(installation.settings)

    installation.is_cut_off = False
    installation.begin()

    assert serve._is_installed(installation.settings)
    assert [path.name for path in installation.files.iterdir()] == ["picture of run 2"]


def test_a_club_in_use_is_never_begun_anew(installation: Installation) -> None:
    installation.begin()
    (installation.settings.var_dir / "installed").write_text("an earlier version")
    installation.is_cut_off = True
    with pytest.raises(KeyboardInterrupt):
        installation.begin()
    installation.is_cut_off = False
    installation.begin()

    assert sorted(path.name for path in installation.files.iterdir()) == [f"picture of run {n}" for n in (1, 2, 3)]
