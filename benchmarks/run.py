"""``make bench``: what pages and forms cost, as ratios to a floor served by the same server in the same minutes.

For each size a generated database is served as ``portal serve`` serves it (same server, workers and threads; no demo, no
worker process) beside a bare Flask application (``benchmarks.floor``). Short slices alternate between the two, after a
warm-up; medians are printed. The load client runs on the same machine and takes its share of it on both sides.

    python -m benchmarks.run --sizes 1000,30000 --seconds 2 --only home,board
"""

import argparse
import cProfile
import json
import pstats
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import generator, place, scene
from benchmarks.client import Source, load
from benchmarks.scene import Scene

ROUNDS = 3
PAGE_GOAL, WRITE_GOAL, QUERIES_GOAL, GROWTH_GOAL = 0.5, 0.3, 8, 1.2
PAGES = {
    "home": ("member home", "/me/", "member"),
    "event": ("event page", "/events/{event}", "member"),
    "board": ("public board", "/board/", "visitor"),
    "queue": ("staff queue", "/staff/cases", "staff"),
}
WRITES: dict[str, tuple[str, Callable[[Scene, int], Callable[[int], Source]]]] = {
    "sign-up": ("event sign-up", scene.sign_ups),
    "redeem": ("redemption", scene.redemptions),
    "case": ("file a case", scene.enquiries),
}


@dataclass
class Figure:
    """What was measured of one page or form at one size."""

    key: str
    name: str
    homes: int
    per_second: float
    floor_per_second: float
    queries: int
    p95_ms: float
    floor_p95_ms: float
    kb: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.per_second / self.floor_per_second if self.floor_per_second else 0.0

    @property
    def is_page(self) -> bool:
        return self.key in PAGES

    @property
    def is_good(self) -> bool:
        wanted = 200 if self.is_page else 303
        return set(self.statuses) == {wanted}


def main() -> None:
    """Measure and print."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    figures: list[Figure] = []
    with ExitStack() as stack:
        floor_database = place.FOLDER / "floor.sqlite"
        place.FOLDER.mkdir(parents=True, exist_ok=True)
        environment = {**place.portal_environment(floor_database), "FLOOR_DATABASE": str(floor_database)}
        floor_port = stack.enter_context(place.serving("benchmarks.floor:app", environment))
        for homes in given.sizes:
            database = given.database.get(homes) or generator.ready(homes)
            with place.serving("portal.wsgi:app", place.portal_environment(database)) as port:
                figures += _measure(homes, database, port, floor_port, given)
    _print_table(figures)
    _print_verdict(figures)
    path = place.FOLDER / "results.json"
    rows = [asdict(figure) | {"ratio": round(figure.ratio, 3)} for figure in figures]
    path.write_text(json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "figures": rows}, indent=1))
    print(f"\nAlso written to {path.relative_to(place.ROOT)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__.splitlines()[0])
    numbers = lambda text: [int(n.replace("_", "")) for n in text.split(",")]
    parser.add_argument("--sizes", type=numbers, default=list(generator.SIZES), help="homes, e.g. 1000,30000,780000")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a slice; six of them a page")
    parser.add_argument(
        "--only", type=lambda t: t.split(","), default=[*PAGES, *WRITES], help=", ".join([*PAGES, *WRITES])
    )
    parser.add_argument(
        "--profile", action="store_true", help="print where the time of each page goes, and its statements"
    )
    parser.add_argument(
        "--database",
        type=lambda text: {int(text.partition("=")[0]): Path(text.partition("=")[2])},
        default={},
        metavar="HOMES=FILE",
        help="measure on a database made earlier",
    )
    return parser.parse_args()


def _measure(homes: int, database: Path, port: int, floor_port: int, given: argparse.Namespace) -> list[Figure]:
    print(f"\n{homes:,} homes: signing {scene.PEOPLE} people in", flush=True)
    ready = scene.prepare(database)
    scene.open_forms(ready, port)
    inside, figures = _Inside(database, ready), []
    for key in given.only:
        turns = ROUNDS + 1
        if key in PAGES:
            name, path, who = PAGES[key]
            path = path.format(event=ready.event_id)
            queries, size = inside.page(path, who, profile=given.profile)
            kb = max(4, round(size / 1024))
            own, floor = scene.pages(ready, path, who), scene.floor_pages(kb)
        else:
            name, make = WRITES[key]
            queries, kb = inside.write(key, profile=given.profile), 0
            own, floor = make(ready, turns), scene.floor_writes()
        figure = _alternate(port, own, floor_port, floor, given.seconds)
        figures.append(Figure(key, name, homes, queries=queries, kb=kb, **figure))
        print(f"  {name}: {figures[-1].per_second:.0f}/s, floor {figures[-1].floor_per_second:.0f}/s", flush=True)
    inside.close()
    return figures


def _alternate(
    port: int, own: Callable[[int], Source], floor_port: int, floor: Callable[[int], Source], seconds: float
) -> dict[str, Any]:
    load(port, own(0), seconds=seconds / 2, connections=scene.CONNECTIONS)
    load(floor_port, floor(0), seconds=seconds / 2, connections=scene.CONNECTIONS)
    rates: tuple[list[float], list[float]] = ([], [])
    tails: tuple[list[float], list[float]] = ([], [])
    statuses: Counter[int] = Counter()
    for turn in range(1, ROUNDS + 1):
        for side, (where, source) in enumerate(((port, own(turn)), (floor_port, floor(turn)))):
            result = load(where, source, seconds=seconds, connections=scene.CONNECTIONS)
            rates[side].append(result.per_second)
            tails[side].append(result.quantile(0.95))
            if side == 0:
                statuses.update(result.statuses)
            elif not result.good():
                raise RuntimeError(f"the floor answered {dict(result.statuses)}")
    return {
        "per_second": statistics.median(rates[0]),
        "floor_per_second": statistics.median(rates[1]),
        "p95_ms": statistics.median(tails[0]),
        "floor_p95_ms": statistics.median(tails[1]),
        "statuses": dict(statuses),
    }


class _Inside:
    """The application in this process, for counting statements and for the profile."""

    def __init__(self, database: Path, ready: Scene) -> None:
        from kernel.db import db

        self.scene, self.app = ready, place.application(database)
        self.client = self.app.test_client(use_cookies=False)
        self.statements: list[str] = []
        with self.app.app_context():
            self.engine = db.engine
        sa.event.listen(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT")):
            self.statements.append(statement)

    def page(self, path: str, who: str, *, profile: bool) -> tuple[int, int]:
        """Return the statements of a page and its size in bytes."""
        person = self.scene.people[len(self.scene.people) // 2]
        cookie = {"visitor": "", "staff": self.scene.staff_cookie}.get(who, person.cookie)
        ask = lambda: self.client.get(path, headers={"Cookie": cookie})
        ask()  # compiles templates and statements
        self.statements.clear()
        answer = ask()
        assert answer.status_code == 200, (path, answer.status_code)
        queries = len(self.statements)
        if profile:
            self._profile(path, ask)
        return queries, len(answer.data)

    def write(self, key: str, *, profile: bool) -> int:
        """Return the statements of a form."""
        sources = {"sign-up": scene.sign_ups, "redeem": scene.redemptions, "case": scene.enquiries}
        requests = sources[key](self.scene, 400)(399)(7)

        def ask() -> None:
            head, _blank, body = next(requests).partition(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            cookie = head.partition(b"Cookie: ")[2].partition(b"\r\n")[0].decode()
            kind = "application/x-www-form-urlencoded"
            answer = self.client.post(path, data=body, content_type=kind, headers={"Cookie": cookie})
            assert answer.status_code == 303, (path, answer.status_code)

        ask()
        self.statements.clear()
        ask()
        queries = len(self.statements)
        if profile:
            self._profile(key, ask, times=1)
        return queries

    def _profile(self, name: str, ask: Callable[[], object], *, times: int = 50) -> None:
        print(f"\n--- {name}: statements")
        for statement in self.statements:
            print("   ", " ".join(statement.split())[:220])
        profile = cProfile.Profile()
        profile.enable()
        try:
            for _n in range(times):
                ask()
        except StopIteration:
            pass
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)

    def close(self) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)
        self.engine.dispose()


# --- what is printed ---------------------------------------------------------------------------------------------------------


def _print_table(figures: list[Figure]) -> None:
    print(
        f"\n{'':<14} {'homes':>8} {'req/s':>7} {'floor':>7} {'ratio':>6} {'queries':>7} {'p95 ms':>7} {'kB':>4}  answers"
    )
    for f in sorted(figures, key=lambda f: ([*PAGES, *WRITES].index(f.key), f.homes)):
        answers = ", ".join(f"{status}: {count:,}" for status, count in sorted(f.statuses.items()))
        print(
            f"{f.name:<14} {f.homes:>8,} {f.per_second:>7.0f} {f.floor_per_second:>7.0f} {f.ratio:>6.2f} {f.queries:>7}"
            f" {f.p95_ms:>7.1f} {f.kb or '':>4}  {answers}"
        )


def _print_verdict(figures: list[Figure]) -> None:
    missed = [line for f in figures for line in _missed(f)]
    smallest, largest = min(f.homes for f in figures), max(f.homes for f in figures)
    for key in dict.fromkeys(f.key for f in figures):
        small, large = (next(f for f in figures if f.key == key and f.homes == homes) for homes in (smallest, largest))
        growth = small.ratio / large.ratio if large.ratio else float("inf")
        if smallest != largest:
            print(
                f"{small.name}: {largest:,} homes take {growth:.2f} times what {smallest:,} take (in units of the floor)"
            )
        if growth > GROWTH_GOAL:
            missed.append(f"{small.name}: grows {growth:.2f} times, goal {GROWTH_GOAL}")
    print("\nAll goals are met." if not missed else "\nGoals missed:")
    for line in missed:
        print(f"  {line}")


def _missed(f: Figure) -> list[str]:
    at, lines = f"{f.name} at {f.homes:,}", []
    goal = PAGE_GOAL if f.is_page else WRITE_GOAL
    if f.ratio < goal:
        lines.append(f"{at}: ratio {f.ratio:.2f}, goal {goal}")
    if f.is_page and f.queries > QUERIES_GOAL:
        lines.append(f"{at}: {f.queries} queries, goal {QUERIES_GOAL}")
    if not f.is_good:
        lines.append(f"{at}: answers other than success: {f.statuses}")
    return lines


if __name__ == "__main__":
    main()
