"""What was sent, and what came of it: writes for the writer thread, and a reader."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.model.delivery import (
    Attempt,
    Delivery,
    DeliveryKind,
    DeliverySummary,
    Failure,
    FailureKind,
    Follows,
    Timings,
)
from workbench.model.message import Body, Head, Request, Response
from workbench.storage.attempt_details import details_text, read_details
from workbench.storage.database_reader import DatabaseReader
from workbench.storage.migrations import HISTORY
from workbench.storage.spool import INLINE_LIMIT_BYTES, spool_bytes

_ATTEMPT_COLUMNS = (
    "delivery, position, started_at, resolve_us, connect_us, send_us, wait_us, receive_us, total_us,"
    " failure_kind, failure_message, request_head, request_framing, request_body, request_file,"
    " response_head, response_body, response_file, tls_us, url, follows, engine, protocol, details"
)
_TIMINGS = ("resolve_us", "connect_us", "send_us", "wait_us", "receive_us", "total_us", "tls_us")
_SUMMARY_COLUMNS = "number, kind, created_at, method, url, status, failure_kind, duration_us, capture_number, name"


class DeliveryWrites:
    """Writes deliveries; bodies over `INLINE_LIMIT_BYTES` become files in `spool`, durable before the row."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool

    def add(self, connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[int]:
        """Store deliveries; return their numbers."""
        return [self._add_one(connection, delivery) for delivery in deliveries]

    def _add_one(self, connection: sqlite3.Connection, delivery: Delivery) -> int:
        last = delivery.last
        (number,) = connection.execute(
            "INSERT INTO delivery (kind, created_at, method, url, name, capture_number, status, failure_kind,"
            " duration_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
            (
                delivery.kind,
                delivery.created_at_us,
                last.request.method,
                delivery.url,
                delivery.name,
                delivery.capture_number,
                delivery.status,
                last.failure.kind if last.failure else "",
                delivery.duration_us,
            ),
        ).fetchone()
        places = ", ".join("?" * (_ATTEMPT_COLUMNS.count(",") + 1))
        connection.executemany(
            f"INSERT INTO attempt ({_ATTEMPT_COLUMNS}) VALUES ({places})",
            [self._attempt_row(number, position, attempt) for position, attempt in enumerate(delivery.attempts)],
        )
        return number

    def _attempt_row(self, number: int, position: int, attempt: Attempt) -> tuple[Any, ...]:
        timings, failure, response = attempt.timings, attempt.failure, attempt.response
        return (
            number,
            position,
            attempt.started_at_us,
            timings.resolve_us,
            timings.connect_us,
            timings.send_us,
            timings.wait_us,
            timings.receive_us,
            timings.total_us,
            failure.kind if failure else None,
            failure.message if failure else None,
            attempt.request.head.raw,
            attempt.request.framing,
            *self._kept(attempt.request.body),
            response.head.raw if response else None,
            *(self._kept(response.body) if response else (None, None)),
            timings.tls_us,
            attempt.url,
            attempt.follows,
            attempt.engine,
            attempt.protocol,
            details_text(attempt),
        )

    def add_attempt(self, connection: sqlite3.Connection, items: Sequence[tuple[int, Attempt]]) -> list[None]:
        """Add one more attempt each to deliveries by number; what the history forgot meanwhile is passed over."""
        for number, attempt in items:
            failure, response = attempt.failure, attempt.response
            known = connection.execute(
                "UPDATE delivery SET status = ?, failure_kind = ?, duration_us = ? WHERE number = ? RETURNING"
                " (SELECT count(*) FROM attempt WHERE delivery = delivery.number)",
                (
                    response.status if response else None,
                    failure.kind if failure else "",
                    attempt.timings.total_us,
                    number,
                ),
            ).fetchone()
            if known is not None:
                row = self._attempt_row(number, known[0], attempt)
                places = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO attempt ({_ATTEMPT_COLUMNS}) VALUES ({places})", row)
        return [None] * len(items)

    def _kept(self, body: Body) -> tuple[bytes | None, str | None]:
        """Return what stands in the row: the bytes, or a file's name (its path where it is not ours)."""
        if body.path is not None:
            path = Path(body.path)
            return None, path.name if path.parent == self._spool else str(path)
        if body.size <= INLINE_LIMIT_BYTES:
            return body.content, None
        return None, spool_bytes(self._spool, body.content)


def clear_history(connection: sqlite3.Connection, items: Sequence[None]) -> list[None]:
    """Forget everything that was sent."""
    connection.execute("DELETE FROM attempt")
    connection.execute("DELETE FROM delivery")
    return [None] * len(items)


class DeliveryReader(DatabaseReader):
    """Reads deliveries."""

    def __init__(self, path: Path, spool: Path) -> None:
        super().__init__(path, HISTORY)
        self._spool = spool
        self._connection.row_factory = sqlite3.Row

    def newest(self, limit: int, text: str = "") -> list[DeliverySummary]:
        """Return the newest sends and replays, newest first, whose method, URL or name contains the text.

        Forwards are not among them: they belong to their captures, and there may be thousands.
        """
        sql = (
            f"SELECT {_SUMMARY_COLUMNS} FROM delivery WHERE instr(lower(method || ' ' || url || ' ' || name), ?)"
            " AND kind <> 'forward' ORDER BY number DESC LIMIT ?"
        )
        with self._errors():
            return [_summary(row) for row in self._connection.execute(sql, (text.lower(), limit))]

    def replays_of(self, capture_number: int) -> list[DeliverySummary]:
        """Return the replays of a capture, oldest first; forwards and what else was sent of it are none."""
        return self._of_capture(capture_number, DeliveryKind.REPLAY)

    def last_sent_of(self, capture_number: int) -> Delivery | None:
        """Return how a capture was sent on last, replayed or forwarded; None where it was not."""
        sent = self._of_capture(capture_number, DeliveryKind.REPLAY, DeliveryKind.FORWARD)
        return self.get(sent[-1].number) if sent else None

    def _of_capture(self, capture_number: int, *kinds: DeliveryKind) -> list[DeliverySummary]:
        places = ", ".join("?" * len(kinds))
        where = f"capture_number = ? AND kind IN ({places})"
        sql = f"SELECT {_SUMMARY_COLUMNS} FROM delivery WHERE {where} ORDER BY number"
        with self._errors():
            return [_summary(row) for row in self._connection.execute(sql, (capture_number, *kinds))]

    def newest_answered(self, name: str) -> Delivery | None:
        """Return the newest delivery of the saved request of that name that was answered, None where none was."""
        sql = "SELECT number FROM delivery WHERE name = ? AND status IS NOT NULL ORDER BY number DESC LIMIT 1"
        with self._errors():
            row = self._connection.execute(sql, (name,)).fetchone()
        return None if row is None else self.get(row["number"])

    def get(self, number: int) -> Delivery | None:
        """Return a delivery with its attempts, or None where there is none of that number."""
        with self._errors():
            row = self._connection.execute(
                f"SELECT {_SUMMARY_COLUMNS} FROM delivery WHERE number = ?", (number,)
            ).fetchone()
            attempts = self._connection.execute(
                "SELECT * FROM attempt WHERE delivery = ? ORDER BY position", (number,)
            ).fetchall()
        if row is None:
            return None
        return Delivery(
            kind=DeliveryKind(row["kind"]),
            url=row["url"],
            created_at_us=row["created_at"],
            attempts=tuple(self._attempt(attempt) for attempt in attempts),
            capture_number=row["capture_number"],
            name=row["name"],
            number=row["number"],
        )

    def _attempt(self, row: sqlite3.Row) -> Attempt:
        request = Request(
            Head(row["request_head"]), self._body(row["request_body"], row["request_file"]), row["request_framing"]
        )
        response = None
        if row["response_head"] is not None:
            body = self._body(row["response_body"], row["response_file"])
            response = Response(Head(row["response_head"]), body)
        failure = None
        if row["failure_kind"]:
            failure = Failure(FailureKind(row["failure_kind"]), row["failure_message"])
        security, sizes, ranges = read_details(row["details"])
        return Attempt(
            request,
            row["started_at"],
            Timings(*(row[name] for name in _TIMINGS)),
            response,
            failure,
            url=row["url"],
            follows=Follows(row["follows"]),
            engine=row["engine"],
            protocol=row["protocol"],
            security=security,
            sizes=sizes,
            secret_ranges=ranges,
        )

    def _body(self, content: bytes | None, file: str | None) -> Body:
        if file is None:
            return Body(content or b"")
        path = self._spool / file
        return Body(path=str(path), file_size=path.stat().st_size if path.exists() else 0)

    def spool_files(self) -> set[str]:
        """Return the names of all files that rows name."""
        sql = "SELECT request_file, response_file FROM attempt"
        with self._errors():
            return {name for row in self._connection.execute(sql) for name in row if name}


def _summary(row: sqlite3.Row) -> DeliverySummary:
    return DeliverySummary(
        number=row["number"],
        kind=DeliveryKind(row["kind"]),
        created_at_us=row["created_at"],
        method=row["method"],
        url=row["url"],
        status=row["status"],
        failure_kind=row["failure_kind"],
        duration_us=row["duration_us"],
        capture_number=row["capture_number"],
        name=row["name"],
    )
