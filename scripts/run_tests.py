"""Run the whole suite on SQLite, then on PostgreSQL where a server can be started, and end with the counts."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import postgres  # noqa: E402

ONCE = ("tests/architecture", "tests/journeys", "tests/portal/test_serve.py", "tests/portal/test_postbox.py")
NOT_TWICE = [f"--ignore={path}" for path in ONCE]
"""What does not depend on the database runs once."""


def main() -> int:
    """Return 0 when everything passed."""
    began = time.monotonic()
    results = [_suite("SQLite", [])]
    if postgres.find_binaries():
        with postgres.running() as address:
            results.append(_suite("PostgreSQL", NOT_TWICE, TEST_DATABASE="postgresql", TEST_POSTGRES_URL=address))
    elif os.environ.get("PORTAL_REQUIRE_POSTGRES", "0") != "0":
        print("PostgreSQL is required and its binaries were not found.")
        results.append((1, "PostgreSQL", {"failed": 1}))
    else:
        print("PostgreSQL was not found: its half of the suite did not run.")
    return _summary(results, time.monotonic() - began)


def _suite(name: str, extra: list[str], **environment: str) -> tuple[int, str, dict[str, int]]:
    print(f"\n== {name} ==", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-n", os.environ.get("TEST_WORKERS", "2"), "--dist", "loadgroup"]
    command += ["-p", "no:cacheprovider", "-rs", *extra, *sys.argv[1:]]
    run = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout
    last = ""
    for line in run.stdout:
        print(line, end="", flush=True)
        last = line if re.search(r"\d+ (passed|failed|error)", line) else last
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", last)}
    return run.wait(), name, counts


def _summary(results: list[tuple[int, str, dict[str, int]]], seconds: float) -> int:
    print(f"\n== counts, {seconds / 60:.1f} minutes ==")
    for code, name, counts in results:
        told = ", ".join(f"{n} {word}" for word, n in counts.items()) or "nothing ran"
        print(f"{name}: {told}{'' if code == 0 else '  <- not green'}")
    passed = sum(counts.get("passed", 0) for _code, _name, counts in results)
    failed = sum(counts.get(word, 0) for _code, _name, counts in results for word in ("failed", "error", "errors"))
    skipped = sum(counts.get("skipped", 0) for _code, _name, counts in results)
    bad = any(code for code, _name, _counts in results)
    print(f"{passed} passed, {max(failed, int(bad))} failed, {skipped} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
