"""The log on disk: what captures say of themselves, and beside it what was changed and when the listener ran."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.model.log_entry import LogEntry, LogKind
from workbench.storage.database_reader import DatabaseReader
from workbench.storage.migrations import CAPTURES, UNUSUAL

_ENTRIES = f"""
    SELECT * FROM (
        SELECT received_at AS at,
            CASE WHEN guard IS NOT NULL THEN 'refused' WHEN fault IS NOT NULL THEN 'faulty' ELSE 'answered' END,
            endpoint, coalesce(fault_message, answer_reason, ''), number AS place, status, coalesce(guard, '')
        FROM capture WHERE ({UNUSUAL}) AND received_at >= :since
        UNION ALL
        SELECT at, kind, subject, message, NULL, NULL, '' FROM log WHERE at >= :since
        ORDER BY at DESC LIMIT :limit
    ) ORDER BY at, place
"""


def add_log_entries(connection: sqlite3.Connection, entries: Sequence[LogEntry]) -> list[None]:
    """Note what is no capture's own: changes, and what the listener did."""
    connection.executemany(
        "INSERT INTO log (at, kind, subject, message) VALUES (?, ?, ?, ?)",
        [(entry.at_us, entry.kind, entry.subject, entry.message) for entry in entries],
    )
    return [None] * len(entries)


class LogReader(DatabaseReader):
    """Reads the log."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, CAPTURES)

    def entries(self, since_us: int = 0, limit: int | None = None) -> Iterator[LogEntry]:
        """Yield entries from then on, oldest first; with a limit only the newest so many."""
        values = {"since": since_us, "limit": -1 if limit is None else limit}
        with self._errors():
            for at, kind, subject, message, number, status, guard in self._connection.execute(_ENTRIES, values):
                yield LogEntry(at, LogKind(kind), subject, message, number, status, guard)
