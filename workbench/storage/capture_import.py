"""Captures out of a file of an export: looked through to its end first, then stored in slices.

One transaction for all would hold up every webhook meanwhile; so nothing is written before the whole file has proved
to be sound, and what was written is taken back where the second reading is stopped.
"""

import re
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from workbench.model.capture import ImportedCapture
from workbench.model.errors import FormatError, UsageError
from workbench.model.message import EMPTY_BODY, Body
from workbench.model.progress import Progress
from workbench.storage.captures import add_captures, mark_answered, set_pinned
from workbench.storage.spool import INLINE_LIMIT_BYTES, SpoolFile

SLICE = 256
SLICE_BYTES = 8 * 1024 * 1024
"""What one transaction takes at most: a webhook waits for no more than that."""

_ARCHIVE = re.compile(rb'\{\s*"log"|\{[ \t]*\r?\n')
"""How an HTTP archive begins, also one that is indented; a line of NDJSON does neither."""


@contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """Open an export to read; UsageError where that cannot be done."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    with file:
        yield file


def check_file(file: BinaryIO, progress: Progress) -> int:
    """Look through a whole file; return how many captures it holds. FormatError says where it is not sound."""
    progress.begin("checked")
    count = 0
    for count, _ in enumerate(_captures(file, _passed_over), 1):  # noqa: B007 - the last one is what is wanted
        progress.advance()
    return count


def slices(file: BinaryIO, spool: Path, progress: Progress) -> Generator[list[ImportedCapture]]:
    """Yield the captures in order, as many as are stored at once; longer bodies lie in the spool folder by then.

    Those of a slice that was yielded belong to whoever stores it, or discards them.
    """
    part: list[ImportedCapture] = []
    size = 0

    def keep(pieces: Iterable[bytes]) -> Body:
        return _kept(pieces, spool)

    try:
        for capture in _captures(file, keep):
            part.append(capture)
            arrival = capture.arrival
            size += len(arrival.request.body.content) + len(arrival.answer.body.content)
            if len(part) >= SLICE or size >= SLICE_BYTES:
                full, part, size = part, [], 0
                yield full
                progress.advance(len(full))
        if part:
            full, part = part, []
            yield full
            progress.advance(len(full))
    finally:
        discard(part)


def discard(captures: Iterable[ImportedCapture]) -> None:
    """Delete the spool files of captures that were not stored."""
    for capture in captures:
        if capture.arrival.request.body.path is not None:
            Path(capture.arrival.request.body.path).unlink(missing_ok=True)


def add_imported(connection: sqlite3.Connection, batches: Sequence[Sequence[ImportedCapture]]) -> list[list[int]]:
    """Store captures of a file with what is known of them; return the numbers of each batch."""
    numbers = [add_captures(connection, [capture.arrival for capture in batch]) for batch in batches]
    pairs = list(zip(chain(*numbers), chain(*batches), strict=True))
    mark_answered(connection, [[(number, each.answered_at_us) for number, each in pairs if each.answered_at_us]])
    set_pinned(connection, [(number, True) for number, each in pairs if each.pinned])
    return numbers


def _captures(file: BinaryIO, keep: Callable[[Iterable[bytes]], Body]) -> Iterator[ImportedCapture]:
    """Read a file of either format from its beginning; an archive is one object with a `log`, NDJSON one a line."""
    file.seek(0)
    start = file.read(4096)
    file.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
    stripped = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not stripped:
        raise FormatError("The file is empty.", "Nothing was imported.")
    if stripped[:1] != b"{":
        raise FormatError(
            "This is neither NDJSON of captures nor an HTTP archive: it does not begin with “{”.",
            "Files to import are written by: workbench captures export --format ndjson",
        )
    if _ARCHIVE.match(stripped):
        from workbench.formats.har_reading import read_har_entries

        return read_har_entries(file, keep)
    from workbench.formats.capture_lines_reading import read_capture_lines

    return read_capture_lines(file, keep)


def _passed_over(pieces: Iterable[bytes]) -> Body:
    for _ in pieces:
        pass
    return EMPTY_BODY


def _kept(pieces: Iterable[bytes], spool: Path) -> Body:
    """Keep a body where the listener would: a short one in memory, a long one in a durable file."""
    waiting = iter(pieces)
    with ExitStack() as undo:
        head = bytearray()
        for piece in waiting:
            head += piece
            if len(head) > INLINE_LIMIT_BYTES:
                break
        if len(head) <= INLINE_LIMIT_BYTES:
            return Body(bytes(head))
        file = SpoolFile(spool)
        undo.callback(file.discard)
        for piece in chain([head], waiting):
            file.write(piece)
        file.finish()
        undo.pop_all()
        return Body.of_file(str(file.path))
