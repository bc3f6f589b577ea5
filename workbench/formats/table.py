"""Captures as CSV (RFC 4180): one line each. Values stand as they are, also those that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Iterator

from workbench.model.capture import CaptureSummary
from workbench.model.clock import rfc3339
from workbench.model.message import readable

COLUMNS = (
    "number",
    "received_at",
    "method",
    "target",
    "status",
    "duration_ms",
    "body_size",
    "content_type",
    "source",
    "endpoint",
    "provider",
    "event",
    "verification",
    "fault",
)


def capture_csv(rows: Iterable[CaptureSummary]) -> Iterator[str]:
    """Yield the header line and a line for each row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(_values(row))
        yield buffer.getvalue()


def _values(row: CaptureSummary) -> list[str | int | float]:
    return [
        row.number,
        rfc3339(row.received_at_us),
        row.method,
        readable(row.target),
        row.status,
        "" if row.duration_us is None else row.duration_us / 1000,
        row.body_size,
        row.content_type,
        row.peer_address,
        row.endpoint,
        row.provider,
        row.event,
        row.verification,
        row.fault or "",
    ]
