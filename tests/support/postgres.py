"""A throw-away PostgreSQL for tests, started as a user that may, found wherever its binaries are."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

OPTIONS = (
    "-c fsync={fsync} -c synchronous_commit={fsync} -c full_page_writes={fsync} "
    "-c listen_addresses=127.0.0.1 -c max_connections=300 -p {port} -k {folder}"
)


def find_binaries() -> Path | None:
    """Return the folder with ``initdb`` and ``pg_ctl``, the newest version first, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    for name in (shutil.which("initdb"),):
        if name:
            folders.append(Path(name).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """Start a server on a free port, yield its address, and remove it afterwards."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL binaries found")
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    port = _free_port()
    as_user = _as_user(folder)
    data = folder / "data"
    try:
        _run(
            [
                *as_user,
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                "portal",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]
        )
        options = OPTIONS.format(port=port, folder=folder, fsync="on" if durable else "off")
        _run(
            [
                *as_user,
                str(binaries / "pg_ctl"),
                "-D",
                str(data),
                "-w",
                "-l",
                str(folder / "log"),
                "-o",
                options,
                "start",
            ]
        )
        try:
            yield f"postgresql+psycopg://portal@127.0.0.1:{port}/postgres"
        finally:
            _run([*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root lends it an ordinary user."""
    if os.getuid() != 0:
        return []
    user = next(name for name in ("postgres", "nobody") if _exists(name))
    shutil.chown(folder, user)
    folder.chmod(0o755)
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stderr.decode(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Snapshot:
    """A database as it was at a moment, restored in one round trip.

    Deleting is used, not TRUNCATE: a hundred tables take TRUNCATE half a second, since each gets new files. Triggers and
    foreign keys rest meanwhile, the append-only guard included.
    """

    def __init__(self, connection: sa.Connection) -> None:
        tables = (
            connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        )
        connection.exec_driver_sql("CREATE SCHEMA snapshot")
        parts = ["SET LOCAL session_replication_role = replica"]
        parts += [f'DELETE FROM public."{table}"' for table in tables]
        for table in tables:
            if connection.exec_driver_sql(f'SELECT EXISTS (SELECT FROM public."{table}")').scalar():
                columns = self._columns(connection, table)
                connection.exec_driver_sql(f'CREATE TABLE snapshot."{table}" AS SELECT {columns} FROM public."{table}"')
                parts.append(
                    f'INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE SELECT * FROM snapshot."{table}"'
                )
        self._script = "; ".join([*parts, *self._sequences(connection)])

    def restore(self, connection: sa.Connection) -> None:
        """Make the database what it was; the caller's transaction is used."""
        connection.exec_driver_sql(self._script, execution_options={"no_parameters": True})

    def _columns(self, connection: sa.Connection, table: str) -> str:
        found = connection.execute(
            sa.text(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = :table"
                " AND is_generated = 'NEVER' ORDER BY ordinal_position"
            ),
            {"table": table},
        )
        return ", ".join(f'"{name}"' for name in found.scalars())

    def _sequences(self, connection: sa.Connection) -> list[str]:
        found = connection.exec_driver_sql(
            "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        calls = [f"setval('public.\"{name}\"', {value}, {str(called).lower()})" for name, value, called in found]
        return [f"SELECT {', '.join(calls)}"] if calls else []
