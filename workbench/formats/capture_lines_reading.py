"""NDJSON of `capture_lines` read back, a line at a time; a fault is told with its line and column."""

from collections.abc import Iterator
from typing import BinaryIO, TypeVar

import msgspec

from workbench.formats.capture_records import (
    CaptureRecord,
    CheckedPieces,
    Keep,
    PartRecord,
    decoded,
    exact_bytes,
    imported_capture,
)
from workbench.model.capture import ImportedCapture
from workbench.model.errors import FormatError

LINE_LIMIT_BYTES = 64 * 1024 * 1024
"""No export of ours has a longer line but for answers of such a size."""

R = TypeVar("R", CaptureRecord, PartRecord)


def read_capture_lines(file: BinaryIO, keep: Keep) -> Iterator[ImportedCapture]:
    """Yield the captures in order; FormatError names the line at fault. Empty lines are passed over."""
    lines = _Lines(file)
    while (line := lines.next()) is not None:
        try:
            record = _parsed(line, CaptureRecord)
            pieces = _parts(lines, record.request.body_parts) if record.request.body_parts else _inline(record)
            yield imported_capture(record, keep(CheckedPieces(record.request, pieces)))
        except FormatError as error:
            raise FormatError(f"Line {lines.number}: {error.message}", error.hint) from error


class _Lines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0

    def next(self) -> bytes | None:
        """Return the next line that is not empty; None at the end."""
        while line := self._file.readline(LINE_LIMIT_BYTES + 1):
            self.number += 1
            if len(line) > LINE_LIMIT_BYTES:
                raise FormatError(
                    f"Line {self.number} is longer than {LINE_LIMIT_BYTES // 1024 // 1024} MiB.",
                    "NDJSON has a line for each capture. Nothing was imported.",
                )
            if line.strip():
                return line
        return None


def _inline(record: CaptureRecord) -> Iterator[bytes]:
    content = exact_bytes(record.request, "body")
    if content is None and record.request.body_size:
        raise FormatError("The body is missing: it was left out of this file.", "Nothing was imported.")
    yield content or b""


def _parts(lines: _Lines, count: int) -> Iterator[bytes]:
    for number in range(1, count + 1):
        line = lines.next()
        if line is None:
            raise FormatError(
                f"The file ends before part {number} of {count} of a body.", "It is cut off. Nothing was imported."
            )
        part = _parsed(line, PartRecord)
        if part.part != number:
            raise FormatError(
                f"Part {number} of {count} of a body is expected here, not {part.part}.", "Nothing was imported."
            )
        yield decoded(part.base64, "base64")


def _parsed(line: bytes, kind: type[R]) -> R:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.ValidationError as error:
        raise FormatError(f"{error}.", "Nothing was imported.") from error
    except msgspec.DecodeError as error:
        raise FormatError(f"This is not JSON: {error}.", "Nothing was imported.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"This is not UTF-8 (byte {error.start}).", "Nothing was imported.") from error
