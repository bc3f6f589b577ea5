"""A home with as many captures as wanted, made through the storage's own code, and kept for the next run."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmark.figures import cache_folder
from workbench.model.capture import Arrival
from workbench.storage.paths import Paths

SLICE = 5000
START_US = 1_700_000_000_000_000
RARE = "zebrafinch"
"""A word that one body in a hundred thousand has."""


def filled_home(count: int, body_bytes: int = 600) -> Path:
    """Return a home with `count` captures and their search index."""
    from workbench.storage.migrations import CAPTURES

    folder = cache_folder() / f"home-{count}-{body_bytes}-{len(CAPTURES.steps)}"
    if (folder / "complete").exists():
        return folder
    print(f"making {count:,} captures in {folder} (kept for the next run)", file=sys.stderr)
    _fill(folder, count, body_bytes)
    (folder / "complete").touch()
    return folder


def _fill(folder: Path, count: int, body_bytes: int) -> None:
    from workbench.storage.captures import add_captures, mark_answered
    from workbench.storage.database import open_connection
    from workbench.storage.migrations import CAPTURES

    paths = Paths.of_home(str(folder))
    paths.ensure()
    with closing(open_connection(paths.captures, CAPTURES)) as connection:
        (stored,) = connection.execute("SELECT last_number FROM ledger").fetchone()
        connection.execute("PRAGMA synchronous = OFF")
        while stored < count:
            size = min(SLICE, count - stored)
            arrivals = list(_arrivals(stored + 1, size, body_bytes))
            connection.execute("BEGIN IMMEDIATE")
            numbers = add_captures(connection, arrivals)
            times = [arrival.completed_at_us + 900 for arrival in arrivals]
            mark_answered(connection, [list(zip(numbers, times, strict=True))])
            _judge(connection, numbers)
            connection.execute("COMMIT")
            stored += size
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _index(paths)


def _arrivals(first: int, count: int, body_bytes: int) -> Iterator[Arrival]:
    from workbench.model.capture import Peer
    from workbench.model.message import Body, Head, Request, Response

    answers = {
        status: Response(Head(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)) for status in (200, 404, 500)
    }
    filler = "lorem ipsum dolor sit amet consectetur " * (body_bytes // 39 + 1)
    for number in range(first, first + count):
        rare = f" {RARE}" if number % 100_000 == 77_777 or number == 777 else ""
        body = json.dumps(
            {
                "id": f"evt_{number}",
                "type": EVENTS[number % len(EVENTS)],
                "amount": number * 7 % 99_991,
                "customer": f"customer-{number % 5000}",
                "text": f"{filler[: max(0, body_bytes - 120)]}{rare}",
            }
        ).encode()
        head = (
            f"POST /hooks/{PATHS[number % len(PATHS)]}?n={number} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nUser-Agent: benchmark\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        status = 500 if number % 1000 == 0 else 404 if number % 100 == 0 else 200
        at = START_US + number * 50_000
        request = Request(Head(head.encode()), Body(body))
        yield Arrival(
            request, answers[status], Peer("127.0.0.1", 40_000, "127.0.0.1", 8080), "catch-all", at, at + 300
        )


EVENTS = ("invoice.paid", "invoice.failed", "customer.created", "charge.refunded", "push", "ping", "order.paid")
PATHS = ("stripe", "github", "shopify", "slack", "twilio")


def _judge(connection: sqlite3.Connection, numbers: list[int]) -> None:
    """Say what the judge would, so that no window begins with a million verdicts."""
    connection.executemany(
        "UPDATE capture SET provider = ?, event = ?, delivery_id = ?, verification = 'valid' WHERE number = ?",
        [(PATHS[n % len(PATHS)], EVENTS[n % len(EVENTS)], f"evt_{n}", n) for n in numbers],
    )
    connection.execute("UPDATE judging SET up_to = ?", (numbers[-1],))


def _index(paths: Paths) -> None:
    """Index the bodies by the program's own code, as the listener does when it is idle."""
    from workbench.storage.search_index import IndexWriter

    with closing(IndexWriter(paths.captures, paths.spool, paths.search_index)) as writer:
        while writer.index_some():
            pass


def home_size_mb(home: Path) -> float:
    """Return how much of the disk a home takes."""
    return sum(os.path.getsize(file) for file in home.rglob("*") if file.is_file()) / 1e6
