"""Captures on disk: writes for the writer thread, and a reader.

Numbers are handed out inside the transaction that stores the rows, so they have no gaps, whoever writes; the ledger
row remembers the last one, so a deleted number is never given again.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.model.capture import Arrival, Capture, CaptureSummary, Fault, Ledger
from workbench.model.message import Body, Head, Request, Response
from workbench.model.query import CaptureQuery
from workbench.storage.capture_rows import SUMMARY_COLUMNS, peer_of, summary_of
from workbench.storage.database_reader import DatabaseReader
from workbench.storage.migrations import CAPTURES
from workbench.storage.query_sql import condition

DELETE_SLICE = 1000
"""Rows deleted in one transaction: a large deletion must not hold up a webhook."""

_CAPTURE_COLUMNS = (
    "number, received_at, completed_at, endpoint, method, target, content_type, body_size, status,"
    " peer_address, peer_port, local_address, local_port, fault, fault_message, answer_reason, guard,"
    " tls_version, tls_cipher, tls_server_name"
)
_PAYLOAD_COLUMNS = "number, head, framing, body, spool_file, answer_head, answer_body"
_FORWARD_COLUMNS = "capture_number, url, state, next_at"
PENDING = "pending"


@cache
def _insert(table: str, columns: str, rows: int) -> str:
    row = f"({', '.join('?' * (columns.count(',') + 1))})"
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * rows)}"


def _insert_rows(connection: sqlite3.Connection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Insert with few statements: sqlite3 drops and takes the interpreter's lock once a statement.

    The sizes are powers of two, so that few statements are ever prepared.
    """
    start = 0
    while start < len(rows):
        size = min(64, 1 << ((len(rows) - start).bit_length() - 1))
        values = [value for row in rows[start : start + size] for value in row]
        connection.execute(_insert(table, columns, size), values)
        start += size


def add_captures(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> list[int]:
    """Store arrivals; return their numbers. A body with a path must lie in the spool folder, durable already."""
    (last,) = connection.execute(
        "UPDATE ledger SET last_number = last_number + ? RETURNING last_number", (len(arrivals),)
    ).fetchone()
    numbers = list(range(last - len(arrivals) + 1, last + 1))
    pairs = list(zip(numbers, arrivals, strict=True))
    _insert_rows(connection, "capture", _CAPTURE_COLUMNS, [_capture_row(number, item) for number, item in pairs])
    _insert_rows(connection, "payload", _PAYLOAD_COLUMNS, [_payload_row(number, item) for number, item in pairs])
    forwards = [
        (number, url, PENDING, item.completed_at_us)
        for number, item in pairs
        if item.forwards
        for url in item.forwards
    ]
    _insert_rows(connection, "forward", _FORWARD_COLUMNS, forwards)
    return numbers


def _capture_row(number: int, arrival: Arrival) -> tuple[Any, ...]:
    head, peer = arrival.request.head, arrival.peer
    return (
        number,
        arrival.received_at_us,
        arrival.completed_at_us,
        arrival.endpoint,
        head.method,
        head.target,
        head.content_type,
        arrival.request.body.size,
        arrival.answer.status,
        peer.address,
        peer.port,
        peer.local_address,
        peer.local_port,
        arrival.fault,
        arrival.fault_message or None,
        arrival.answer_reason or None,
        arrival.guard or None,
        *((None, None, None) if peer.tls is None else (peer.tls.version, peer.tls.cipher, peer.tls.server_name)),
    )


def _payload_row(number: int, arrival: Arrival) -> tuple[Any, ...]:
    body = arrival.request.body
    return (
        number,
        arrival.request.head.raw,
        arrival.request.framing,
        body.content if body.path is None else None,
        None if body.path is None else Path(body.path).name,
        arrival.answer.head.raw,
        arrival.answer.body.content,
    )


@dataclass(frozen=True, slots=True)
class RelayedAnswer:
    """What a target answered, which goes to the sender in place of ours."""

    number: int
    answer: Response
    reason: str


def set_answers(connection: sqlite3.Connection, items: Sequence[RelayedAnswer]) -> list[None]:
    """Note what captures are answered after all; the bodies must be in memory."""
    for item in items:
        connection.execute(
            "UPDATE payload SET answer_head = ?, answer_body = ? WHERE number = ?",
            (item.answer.head.raw, item.answer.body.read(), item.number),
        )
        connection.execute(
            "UPDATE capture SET status = ?, answer_reason = ? WHERE number = ?",
            (item.answer.status, item.reason, item.number),
        )
    return [None] * len(items)


def mark_answered(connection: sqlite3.Connection, batches: Sequence[Sequence[tuple[int, int]]]) -> list[None]:
    """Note when answers were written: batches of (number, microseconds)."""
    pairs = [pair for batch in batches for pair in batch]
    # One statement for all: a statement each would take and drop the interpreter's lock for each.
    connection.execute(
        "UPDATE capture SET answered_at = pair.value ->> 1 FROM json_each(?) AS pair WHERE number = pair.value ->> 0",
        (json.dumps(pairs),),
    )
    return [None] * len(batches)


def mark_seen(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[None]:
    """Take the unread mark off these captures."""
    connection.executemany("UPDATE capture SET seen = 1 WHERE number = ?", [(number,) for number in numbers])
    return [None] * len(numbers)


UNSEEN = "SELECT number FROM capture WHERE seen = 0"


def mark_all_seen(connection: sqlite3.Connection, batches: Sequence[Sequence[int]]) -> list[None]:
    """Take the unread mark off batches of captures."""
    for numbers in batches:
        connection.execute(
            "UPDATE capture SET seen = 1 WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        )
    return [None] * len(batches)


def set_pinned(connection: sqlite3.Connection, items: Sequence[tuple[int, bool]]) -> list[None]:
    """Pin or unpin: (number, pinned) each."""
    connection.executemany("UPDATE capture SET pinned = ?2 WHERE number = ?1", items)
    return [None] * len(items)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion removed; its spool files are named by nobody any more."""

    count: int
    spool_files: list[str]


def delete_captures(connection: sqlite3.Connection, batches: Sequence[Sequence[int]]) -> list[Deleted]:
    """Delete captures by number; numbers that are not there are passed over."""
    return [_delete(connection, numbers) for numbers in batches]


def _delete(connection: sqlite3.Connection, numbers: Sequence[int]) -> Deleted:
    gone: list[str | None] = []
    for number in numbers:
        row = connection.execute("DELETE FROM payload WHERE number = ? RETURNING spool_file", (number,)).fetchall()
        if row:
            connection.execute("DELETE FROM capture WHERE number = ?", (number,))
            for table, column in (("forward", "capture_number"), ("tag", "number"), ("note", "number")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))
            gone.append(row[0][0])
    connection.execute("UPDATE ledger SET deleted = deleted + ?", (len(gone),))
    return Deleted(len(gone), [name for name in gone if name])


class CaptureReader(DatabaseReader):
    """Reads captures."""

    def __init__(self, path: Path, spool: Path) -> None:
        super().__init__(path, CAPTURES)
        self._spool = spool
        self._index = path.with_name("search.db")
        self._is_searchable = self._has_index = False

    def _condition(self, query: CaptureQuery) -> tuple[str, list[str | int]]:
        """Return a query as SQL, with what it needs attached: functions of ours, and the words of bodies."""
        if query.matches_all:
            return condition(query)
        self._know_functions()
        if not self._has_index and self._index.exists():
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ATTACH DATABASE ? AS search", (str(self._index),))
                self._connection.execute("SELECT up_to FROM search.progress").fetchone()
                self._has_index = True
        return condition(query, has_index=self._has_index)

    def _know_functions(self) -> None:
        if not self._is_searchable:
            from workbench.storage.query_functions import register

            register(self._connection, self._spool)
            self._is_searchable = True

    def select(
        self,
        sql: str,
        values: Sequence[str | int] = (),
        query: CaptureQuery | None = None,
        more_values: Sequence[str | int] = (),
        *,
        needs_functions: bool = False,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows of a statement, in which `{matches}` is where the query's condition stands.

        `values` are for the places before it, `more_values` for those after.
        """
        where, between = ("1", []) if query is None else self._condition(query)
        if needs_functions or "_text(" in sql:
            self._know_functions()
        with self._errors():
            yield from self._connection.execute(sql.replace("{matches}", where), [*values, *between, *more_values])

    def unread(self) -> int:
        """Return how many captures were not looked at."""
        with self._errors():
            last, deleted, seen = self._connection.execute(
                "SELECT last_number, deleted, (SELECT count(*) FROM capture WHERE seen = 1) FROM ledger"
            ).fetchone()
            return last - deleted - seen

    def version(self) -> int:
        """Return a number that changes when another connection has written."""
        with self._errors():
            return self._connection.execute("PRAGMA data_version").fetchone()[0]

    def ledger(self) -> Ledger:
        with self._errors():
            last, deleted, kept = self._connection.execute(
                "SELECT last_number, deleted, (SELECT count(*) FROM capture) FROM ledger"
            ).fetchone()
            return Ledger(last, kept, deleted)

    def judged_up_to(self) -> int:
        """Return the number up to which captures were judged."""
        with self._errors():
            return self._connection.execute("SELECT up_to FROM judging").fetchone()[0]

    def unjudged(self, limit: int) -> list[tuple[int, str, int, Request]]:
        """Return number, endpoint, arrival and request of captures not yet judged, in order."""
        with self._errors():
            rows = self._connection.execute(
                "SELECT number, endpoint, received_at, head, body, spool_file, body_size FROM capture"
                " JOIN payload USING (number) WHERE number > (SELECT up_to FROM judging) ORDER BY number LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            (number, endpoint, arrived, Request(Head(head), self._body(body, spool_file, size)))
            for number, endpoint, arrived, head, body, spool_file, size in rows
        ]

    def position(self) -> tuple[int, int]:
        """Return the number given last and how many were deleted, without counting rows."""
        with self._errors():
            return self._connection.execute("SELECT last_number, deleted FROM ledger").fetchone()

    def numbers(self, query: CaptureQuery, *, after: int = 0, before: int | None = None) -> Iterator[int]:
        """Yield matching numbers in order of arrival, as they are found."""
        where, values = self._condition(query)
        # The plus keeps SQLite from going along all numbers below this bound, where a term has a narrower one.
        upper = "" if before is None else " AND +number < ?"
        sql = f"SELECT number FROM capture WHERE number > ?{upper} AND {where} ORDER BY number"
        limits = [after] if before is None else [after, before]
        with self._errors():
            for (number,) in self._connection.execute(sql, [*limits, *values]):
                yield number

    def newest(self, query: CaptureQuery, limit: int) -> list[int]:
        """Return the newest matching numbers, in order of arrival."""
        where, values = self._condition(query)
        sql = f"SELECT number FROM capture WHERE {where} ORDER BY number DESC LIMIT ?"
        with self._errors():
            return [number for (number,) in self._connection.execute(sql, [*values, limit])][::-1]

    def summaries(self, numbers: Sequence[int]) -> list[CaptureSummary]:
        """Return the rows of these captures in ascending order; numbers that are gone are left out."""
        if not numbers:
            return []
        places = ", ".join("?" * len(numbers))
        sql = f"SELECT {SUMMARY_COLUMNS} FROM capture WHERE number IN ({places}) ORDER BY number"
        with self._errors():
            return [summary_of(row) for row in self._connection.execute(sql, list(numbers))]

    def values(self, column: str, limit: int = 50) -> list[str]:
        """Return the most frequent values of a column among the newest captures, to complete with."""
        sql = (
            f"SELECT {column} FROM (SELECT {column} FROM capture ORDER BY number DESC LIMIT 5000)"
            f" WHERE {column} <> '' GROUP BY {column} ORDER BY count(*) DESC LIMIT ?"
        )
        with self._errors():
            return [value for (value,) in self._connection.execute(sql, (limit,))]

    def pinned(self, numbers: Sequence[int]) -> set[int]:
        """Return those of these captures that are pinned."""
        with self._errors():
            pinned = {number for (number,) in self._connection.execute("SELECT number FROM capture WHERE pinned = 1")}
        return pinned.intersection(numbers)

    def get(self, number: int) -> Capture | None:
        """Return a capture whole, or None where there is none of that number."""
        with self._errors():
            row = self._connection.execute(
                "SELECT capture.*, payload.* FROM capture JOIN payload USING (number) WHERE number = ?",
                (number,),
            )
            names = [column[0] for column in row.description]
            values = row.fetchone()
        return None if values is None else self._capture(dict(zip(names, values, strict=True)))

    def _capture(self, row: dict[str, Any]) -> Capture:
        return Capture(
            number=row["number"],
            request=Request(
                Head(row["head"]),
                self._body(row["body"], row["spool_file"], row["body_size"]),
                row["framing"],
            ),
            answer=Response(Head(row["answer_head"]), Body(row["answer_body"])),
            peer=peer_of(row),
            endpoint=row["endpoint"],
            received_at_us=row["received_at"],
            completed_at_us=row["completed_at"],
            answered_at_us=row["answered_at"],
            fault=Fault(row["fault"]) if row["fault"] else None,
            fault_message=row["fault_message"] or "",
            provider=row["provider"] or "",
            event=row["event"] or "",
            delivery_id=row["delivery_id"] or "",
            sent_at_us=row["sent_at"],
            attempt=row["attempt"],
            verification=row["verification"] or "",
            verification_reason=row["verification_reason"] or "",
            scheme=row["scheme"] or "",
            matched_secret=row["matched_secret"] or "",
            covers=row["covers"] or "",
            pinned=bool(row["pinned"]),
            answer_reason=row["answer_reason"] or "",
            guard=row["guard"] or "",
        )

    def _body(self, content: bytes | None, spool_file: str | None, size: int) -> Body:
        if spool_file is None:
            return Body(content or b"")
        return Body(path=str(self._spool / spool_file), file_size=size)

    def spool_files(self) -> Iterator[str]:
        """Yield the names of all spool files that rows name."""
        with self._errors():
            for (name,) in self._connection.execute("SELECT spool_file FROM payload WHERE spool_file IS NOT NULL"):
                yield name
