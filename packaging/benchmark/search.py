"""Finding among a million captures, in the store: by the index of words, by fields; beside looking at each body."""

import argparse
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from benchmark.figures import Figure, alternating, beside
from benchmark.filled_home import RARE, filled_home, home_size_mb

HELP = "queries of the filter line, in the store"
SCAN = "every body looked at, by SQLite alone"
NEWEST = 200
QUERIES = {
    "newest 200 with a rare word": (RARE, "300"),
    "newest 200 with a common word": ("consectetur", "300"),
    "newest 200 of an indexed field": ("status:500", "50"),
    "newest 200 of a provider": ("provider:github", "50"),
    "newest 200, two conditions": ("provider:github status:404", ""),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the store."""
    parser.add_argument("--captures", type=int, default=1_000_000)
    parser.set_defaults(rounds=5)


def run(arguments: argparse.Namespace) -> list[Figure]:
    """Measure."""
    from workbench.model.query import CaptureQuery
    from workbench.storage.captures import CaptureReader
    from workbench.storage.paths import Paths

    home = filled_home(arguments.captures)
    paths = Paths.of_home(str(home))
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:

        def newest(text: str) -> float:
            query = CaptureQuery.parse(text, 0)
            return _timed(lambda: reader.newest(query, NEWEST))

        def page() -> float:
            middle = arguments.captures // 2
            return _timed(lambda: reader.summaries(range(middle, middle + 256)))

        def all_of(text: str) -> float:
            query = CaptureQuery.parse(text, 0)
            return _timed(lambda: sum(1 for _ in reader.numbers(query)))

        runs = {
            SCAN: lambda: _scan(str(paths.captures)),
            **{name: (lambda text=text: newest(text)) for name, (text, _) in QUERIES.items()},
            "all with a rare word": lambda: all_of(RARE),
            "all of an indexed field": lambda: all_of("status:500"),
            "256 rows in the middle": page,
        }
        medians = alternating(arguments.rounds, runs)
    goals = {name: goal for name, (_, goal) in QUERIES.items()}
    goals |= {"all with a rare word": "300", "all of an indexed field": "50", "256 rows in the middle": "20"}
    size = Figure("the index, of what the captures take", paths.search_index.stat().st_size / 1e6, "MB")
    return [*beside(medians, "ms", SCAN, goals), size, Figure("the whole home", home_size_mb(home), "MB")]


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _scan(path: str) -> float:
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT count(*) FROM payload WHERE instr(body, ?)"
        return _timed(lambda: connection.execute(sql, (RARE.encode(),)).fetchall())
