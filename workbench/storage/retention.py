"""Which captures have outlived their limits, and giving their room back to the disk.

Pinned, tagged and noted captures stay, and so do those that are still to be forwarded.
"""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.model.retention import Limits, Retention
from workbench.storage.captures import CaptureReader
from workbench.storage.database import open_connection
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths
from workbench.storage.settings import Settings

VACUUM_PAGES = 256
"""Pages given back in one transaction: a few milliseconds."""

_FREE = (
    "pinned = 0 AND NOT EXISTS (SELECT 1 FROM tag WHERE tag.number = capture.number)"
    " AND NOT EXISTS (SELECT 1 FROM note WHERE note.number = capture.number)"
    " AND NOT EXISTS (SELECT 1 FROM forward WHERE capture_number = capture.number AND state = 'pending')"
)


@dataclass(slots=True)
class Expired:
    """Captures that are to go, in order, and why."""

    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    reasons: dict[str, int] = field(default_factory=dict[str, int])
    """How many go for which reason, in words."""
    size: int = 0
    """Bytes of their bodies."""


def retention_of(settings: Settings) -> Retention:
    """Return the limits of the settings, which were looked through when they were read."""
    from workbench.model.retention import DAY_US, read_endpoint_limits

    limits = Limits(settings.keep_days * DAY_US, settings.keep_count, settings.keep_megabytes * 1_000_000)
    return Retention(limits, read_endpoint_limits(settings.keep_by_endpoint))


def expired(reader: CaptureReader, retention: Retention, now_us: int) -> Expired:
    """Return what the limits leave no room for, the oldest first."""
    found, gone = Expired(), set[int]()
    for name, limits in [*retention.endpoints.items(), ("", retention.all)]:
        for reason, rows in _over(reader, limits, name, gone, now_us):
            count = 0
            for number, size in rows:
                gone.add(number)
                found.size += size
                count += 1
            if count:
                where = f" of {name}" if name else ""
                found.reasons[f"{reason}{where}"] = count
    found.numbers = array("q", sorted(gone))
    return found


def _over(
    reader: CaptureReader, limits: Limits, endpoint: str, gone: set[int], now_us: int
) -> Iterator[tuple[str, Iterator[tuple[int, int]]]]:
    """Yield each reason with what goes for it; each is to be read to its end before the next."""
    of = "endpoint = ? COLLATE NOCASE" if endpoint else "1"
    name = [endpoint] if endpoint else []
    if limits.age_us:
        sql = f"SELECT number, body_size FROM capture WHERE received_at < ? AND {of} AND {_FREE} ORDER BY received_at"
        rows = reader.select(sql, [now_us - limits.age_us, *name])
        yield "older than the limit", ((number, size) for number, size in rows if number not in gone)
    if limits.count:
        yield "more than the limit", _oldest(reader, of, name, gone, limits.count, by_size=False)
    if limits.size:
        yield "over the size limit", _oldest(reader, of, name, gone, limits.size, by_size=True)


def _oldest(
    reader: CaptureReader, of: str, name: list[str], gone: set[int], limit: int, *, by_size: bool
) -> Iterator[tuple[int, int]]:
    """Yield the oldest captures until the rest is within a limit."""
    what = "sum(body_size)" if by_size else "count(*)"
    total: int = next(reader.select(f"SELECT {what} FROM capture WHERE {of}", name))[0] or 0
    excess = total - limit
    if excess <= 0:
        return
    before = frozenset(gone)
    if before:
        of_gone = reader.select(f"SELECT number, body_size FROM capture WHERE {of} ORDER BY number", name)
        excess -= sum(size if by_size else 1 for number, size in of_gone if number in before)
    rows = reader.select(f"SELECT number, body_size FROM capture WHERE {of} AND {_FREE} ORDER BY number", name)
    for number, size in rows:
        if excess <= 0:
            return
        if number not in before and (size or not by_size):
            excess -= size if by_size else 1
            yield number, size


def give_back(connection: sqlite3.Connection, items: Sequence[int]) -> list[int]:
    """Give free pages back to the disk, at most so many each; return how many are left to give."""
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 0:
        return [0] * len(items)  # A file from before: its free pages are written again, or `compact` gives them back.
    left: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    for _ in range(min(left, sum(items))):
        # sqlite3 takes the first of this pragma's empty rows for its end: one page goes each time it is asked.
        connection.execute("PRAGMA incremental_vacuum")
        left -= 1
    return [left] * len(items)


def compact(paths: Paths) -> int:
    """Write the file anew without its free pages; return the bytes won. Blocks, and holds up webhooks meanwhile."""
    connection = open_connection(paths.captures, CAPTURES)
    try:
        before = paths.captures.stat().st_size
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return before - paths.captures.stat().st_size
    finally:
        connection.close()
