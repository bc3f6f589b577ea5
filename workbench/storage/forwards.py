"""What is to be forwarded and what became of it: written with the capture, so that no crash forgets one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.model.delivery import ForwardState, StoredForward
from workbench.storage.database_reader import DatabaseReader
from workbench.storage.migrations import CAPTURES

_COLUMNS = "id, capture_number, url, state, attempts, next_at, status, duration_us, message, delivery_number"


def update_forwards(connection: sqlite3.Connection, items: Sequence[StoredForward]) -> list[None]:
    """Note how far forwards have come; those whose capture was deleted are passed over."""
    connection.executemany(
        "UPDATE forward SET state = ?, attempts = ?, next_at = ?, status = ?, duration_us = ?, message = ?,"
        " delivery_number = ? WHERE id = ?",
        [
            (
                item.state,
                item.attempts,
                item.next_at_us,
                item.status,
                item.duration_us,
                item.message or None,
                item.delivery_number,
                item.id,
            )
            for item in items
        ],
    )
    return [None] * len(items)


@dataclass(frozen=True, slots=True)
class PendingForward:
    """What is held of a forward that waits; everything else is read when its turn comes."""

    id: int
    url: str
    next_at_us: int


class ForwardReader(DatabaseReader):
    """Reads forwards."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, CAPTURES)

    def pending(self) -> list[PendingForward]:
        """Return what is not finished, in the order of the captures."""
        urls: dict[str, str] = {}
        sql = "SELECT id, url, next_at FROM forward WHERE state = 'pending' ORDER BY capture_number, id"
        with self._errors():
            rows = self._connection.execute(sql)
            return [PendingForward(number, urls.setdefault(url, url), next_at) for number, url, next_at in rows]

    def get(self, identity: int) -> StoredForward | None:
        """Return one forward, None where its capture was deleted."""
        return next(iter(self._select("id = ?", identity)), None)

    def of_capture(self, number: int) -> list[StoredForward]:
        """Return a capture's forwards in the order of the endpoint's targets."""
        return self._select("capture_number = ? ORDER BY id", number)

    def newest_failed(self, limit: int) -> list[StoredForward]:
        """Return the newest that were given up, in the order of the captures."""
        newest = "SELECT id FROM forward WHERE state = 'failed' ORDER BY id DESC LIMIT ?"
        return self._select(f"id IN ({newest}) ORDER BY id", limit)

    def _select(self, where: str, *values: int) -> list[StoredForward]:
        with self._errors():
            rows = self._connection.execute(f"SELECT {_COLUMNS} FROM forward WHERE {where}", values).fetchall()
        return [
            StoredForward(
                id=row[0],
                capture_number=row[1],
                url=row[2],
                state=ForwardState(row[3]),
                attempts=row[4],
                next_at_us=row[5],
                status=row[6],
                duration_us=row[7],
                message=row[8] or "",
                delivery_number=row[9],
            )
            for row in rows
        ]
