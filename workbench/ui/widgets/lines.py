"""Bytes as rows to look at: text cut at line feeds, or a hex dump. No Qt.

A place is always a byte offset in the content, so a selection is exactly the bytes between two places, whatever is
shown for them. A row is shown in pieces: one as a rule, many where it is long, so that only what is seen is decoded.

Text is not split into a list of lines: per 64 KB the line feeds are counted, and a chunk's places are looked up when
one of its rows is (10 MB of formatted JSON: 24 ms less to first paint than a list of offsets, and no memory).
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from mmap import mmap
from typing import Protocol

Content = bytes | mmap

CHUNK_BYTES = 64 * 1024
PIECE_BYTES = 1024
LONG_ROW_BYTES = 2 * PIECE_BYTES
HEX_ROW_BYTES = 16
UNSEEN = "▯"
"""Stands for what has no shape of its own: marks of order, direction and joining, the byte order mark."""

_SAMPLED_CHUNKS = 16
_PRINTABLE_ASCII = bytes(range(0x20, 0x7F))
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
_WIDE_LEAD_BYTES = bytes(range(0xE3, 0xEE)) + b"\xf0"
_ASCII_BYTE = re.compile(rb"[\x00-\x7f]")
_LINE_FEED = re.compile(rb"\n")


class Piece(Protocol):
    """A stretch of a row that is decoded and laid out as one; a column is a character of `text`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def text(self) -> str: ...

    @property
    def even(self) -> bool:
        """Whether every character is one cell wide: printable ASCII."""
        ...

    def column_of(self, offset: int) -> int: ...

    def offset_of(self, column: int) -> int: ...

    def columns(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the column ranges that show the bytes between two places; empty where it shows none."""
        ...


class LineSource(Protocol):
    """Content as rows. Empty content has no row; content that ends with a line feed has an empty last row."""

    @property
    def content(self) -> Content: ...

    @property
    def count(self) -> int: ...

    @property
    def longest(self) -> int:
        """Columns of the longest row: an estimate where the content is large."""
        ...

    @property
    def language(self) -> str | None:
        """What the rows are written in whatever the content is, as a hex dump; None: the content decides."""
        ...

    @property
    def numbered(self) -> bool:
        """Whether rows have line numbers."""
        ...

    def text(self, row: int) -> str:
        """Return a whole row as shown. Long rows are better read piece by piece."""
        ...

    def byte_range(self, row: int) -> tuple[int, int]:
        """Return a row's first byte and the byte after its last, its line ending included."""
        ...

    def text_end(self, row: int) -> int:
        """Return the place after a row's last shown byte: before its line ending."""
        ...

    def row_at(self, offset: int) -> int: ...

    def even(self, row: int) -> bool:
        """Return whether all of a row is printable ASCII, so that cells can be counted instead of measured."""
        ...

    def piece_count(self, row: int) -> int: ...

    def piece(self, row: int, index: int) -> Piece: ...

    def piece_at(self, row: int, offset: int) -> int: ...

    def copied(self, start: int, end: int) -> str:
        """Return the bytes between two places as words for the clipboard."""
        ...


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of text. What is no UTF-8 is shown a U+FFFD per byte; what has no shape, as a picture of it."""

    start: int
    raw: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @property
    def text(self) -> str:
        return _shown(_decoded(self.raw))

    @property
    def even(self) -> bool:
        return self.raw.isascii() and not self.raw.translate(None, _PRINTABLE_ASCII)

    def column_of(self, offset: int) -> int:
        length = min(max(offset - self.start, 0), len(self.raw))
        return length if self.raw.isascii() else len(_decoded(self.raw[:length]))

    def offset_of(self, column: int) -> int:
        if self.raw.isascii():
            return self.start + min(column, len(self.raw))
        return self.start + len(_decoded(self.raw)[:column].encode("utf-8", "surrogateescape"))

    def columns(self, start: int, end: int) -> list[tuple[int, int]]:
        first, last = self.column_of(start), self.column_of(end)
        return [(first, last)] if first < last else []


class TextLines:
    """Text in UTF-8, a row per line feed; a carriage return before it belongs to the line ending."""

    language = None
    numbered = True

    def __init__(self, content: Content) -> None:
        self.content = content
        chunks = range(0, len(content), CHUNK_BYTES)
        self._feeds_through = list(accumulate(content[at : at + CHUNK_BYTES].count(b"\n") for at in chunks))
        self.count = self._feeds_through[-1] + 1 if self._feeds_through else 0
        self.longest = self._estimate_longest()
        self._feeds_of_chunk = lru_cache(maxsize=16)(self._find_feeds)
        self._extent = lru_cache(maxsize=1024)(self._find_extent)
        self._is_even = lru_cache(maxsize=1024)(self._find_even)

    def text(self, row: int) -> str:
        start, text_end, _ = self._extent(row)
        return _shown(_decoded(self.content[start:text_end]))

    def byte_range(self, row: int) -> tuple[int, int]:
        start, _, end = self._extent(row)
        return start, end

    def text_end(self, row: int) -> int:
        return self._extent(row)[1]

    def even(self, row: int) -> bool:
        return self._is_even(row)

    def row_at(self, offset: int) -> int:
        chunk = min(offset, len(self.content)) // CHUNK_BYTES
        before = self._feeds_through[chunk - 1] if chunk else 0
        return before + self.content[chunk * CHUNK_BYTES : offset].count(b"\n")

    def piece_count(self, row: int) -> int:
        start, text_end, _ = self._extent(row)
        length = text_end - start
        return 1 if length <= LONG_ROW_BYTES else -(-length // PIECE_BYTES)

    def piece(self, row: int, index: int) -> TextPiece:
        start = self._piece_start(row, index)
        return TextPiece(start, self.content[start : self._piece_start(row, index + 1)])

    def piece_at(self, row: int, offset: int) -> int:
        last = self.piece_count(row) - 1
        index = min(max(offset - self._extent(row)[0], 0) // PIECE_BYTES, last)
        return index - 1 if index and offset < self._piece_start(row, index) else index

    def copied(self, start: int, end: int) -> str:
        return self.content[start:end].decode("utf-8", "replace")

    def _row_start(self, row: int) -> int:
        if row == 0:
            return 0
        if row >= self.count:
            return len(self.content)
        chunk = bisect_left(self._feeds_through, row)
        before = self._feeds_through[chunk - 1] if chunk else 0
        return self._feeds_of_chunk(chunk)[row - before - 1] + 1

    def _find_feeds(self, chunk: int) -> list[int]:
        start = chunk * CHUNK_BYTES
        return [feed.start() for feed in _LINE_FEED.finditer(self.content, start, start + CHUNK_BYTES)]

    def _find_extent(self, row: int) -> tuple[int, int, int]:
        """Return a row's first byte, the end of its text and its end."""
        start, end = self._row_start(row), self._row_start(row + 1)
        ending = self.content[max(start, end - 2) : end]
        if ending == b"\r\n":
            return start, end - 2, end
        return start, end - ending.endswith(b"\n"), end

    def _find_even(self, row: int) -> bool:
        start, text_end, _ = self._extent(row)
        places = range(start, text_end, CHUNK_BYTES)
        return not any(
            self.content[at : min(at + CHUNK_BYTES, text_end)].translate(None, _PRINTABLE_ASCII) for at in places
        )

    def _piece_start(self, row: int, index: int) -> int:
        """Return where a piece begins: at an ASCII byte where one is near, so that no cluster is cut in two."""
        start, end, _ = self._extent(row)
        if index == 0:
            return start
        at = start + index * PIECE_BYTES
        if index >= self.piece_count(row) or at >= end:
            return end
        near = _ASCII_BYTE.search(self.content, at, min(at + 64, end))
        if near is not None:
            return near.start()
        while at < end and 0x80 <= self.content[at] < 0xC0 and at < start + index * PIECE_BYTES + 3:
            at += 1
        return at

    def _estimate_longest(self) -> int:
        """Return the columns of the longest row of the first megabyte, or of a row that fills chunks if longer."""
        sampled = range(0, min(len(self.content), _SAMPLED_CHUNKS * CHUNK_BYTES), CHUNK_BYTES)
        widest = (max(self.content[at : at + CHUNK_BYTES].split(b"\n"), key=len) for at in sampled)
        longest = max((estimated_columns(line) for line in widest), default=0)
        run = run_start = 0
        for chunk, feeds in enumerate(self._feeds_through):
            if feeds != (self._feeds_through[chunk - 1] if chunk else 0):
                run_start = chunk + 1
            run = max(run, chunk + 1 - run_start)
        return max(longest, min(run * CHUNK_BYTES, len(self.content)) if run else 0)


@dataclass(frozen=True, slots=True)
class HexPiece:
    """Sixteen bytes as `hexdump -C` shows them: the offset, the bytes in two eights, and what is ASCII of them."""

    start: int
    raw: bytes
    even = True

    _FIRST = 10
    _LETTERS = 61

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @property
    def text(self) -> str:
        digits = f"{self.raw[:8].hex(' '):23}  {self.raw[8:].hex(' '):23}"
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in self.raw)
        return f"{self.start:08x}  {digits}  |{letters}|"

    def column_of(self, offset: int) -> int:
        return self._digits_column(min(max(offset - self.start, 0), len(self.raw)))

    def offset_of(self, column: int) -> int:
        if column >= self._LETTERS - 1:
            index = column - self._LETTERS
        else:
            index = (column - self._FIRST - (column > self._digits_column(8) - 1) + 1) // 3
        return self.start + min(max(index, 0), len(self.raw))

    def columns(self, start: int, end: int) -> list[tuple[int, int]]:
        first, last = max(start, self.start) - self.start, min(end, self.end) - self.start
        if first >= last:
            return []
        return [
            (self._digits_column(first), self._digits_column(last - 1) + 2),
            (self._LETTERS + first, self._LETTERS + last),
        ]

    def _digits_column(self, index: int) -> int:
        return self._FIRST + 3 * index + (index >= 8)


class HexLines:
    """Any bytes, sixteen a row, made when they are looked at."""

    language = "hex"
    numbered = False

    def __init__(self, content: Content) -> None:
        self.content = content
        self.count = -(-len(content) // HEX_ROW_BYTES)
        self.longest = 78 if content else 0

    def text(self, row: int) -> str:
        return self.piece(row, 0).text

    def byte_range(self, row: int) -> tuple[int, int]:
        start = row * HEX_ROW_BYTES
        return start, min(start + HEX_ROW_BYTES, len(self.content))

    def text_end(self, row: int) -> int:
        return self.byte_range(row)[1]

    def row_at(self, offset: int) -> int:
        return min(offset // HEX_ROW_BYTES, max(self.count - 1, 0))

    def even(self, row: int) -> bool:
        return True

    def piece_count(self, row: int) -> int:
        return 1

    def piece(self, row: int, index: int) -> HexPiece:
        start, end = self.byte_range(row)
        return HexPiece(start, self.content[start:end])

    def piece_at(self, row: int, offset: int) -> int:
        return 0

    def copied(self, start: int, end: int) -> str:
        return self.content[start:end].hex(" ")


def estimated_columns(raw: bytes) -> int:
    """Return about how many cells text takes: one a character, two for what is mostly wide (CJK, emoji)."""
    if raw.isascii():
        return len(raw)
    characters = len(raw.translate(None, _CONTINUATION_BYTES))
    return characters + len(raw) - len(raw.translate(None, _WIDE_LEAD_BYTES))


def _pictures() -> dict[int, int]:
    controls = {code: 0x2400 + code for code in range(0x20) if code != ord("\t")}
    separators = dict.fromkeys((0x2028, 0x2029), 0x2424)
    unseen = (*range(0x80, 0xA0), 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
    broken = dict.fromkeys(range(0xDC80, 0xDD00), 0xFFFD)
    return controls | {0x7F: 0x2421} | separators | dict.fromkeys(unseen, ord(UNSEEN)) | broken


_PICTURES = _pictures()


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _shown(text: str) -> str:
    return text if text.isprintable() else text.translate(_PICTURES)
