"""Chunk framing as it came: size lines, extensions and trailers (RFC 9112, 7.1)."""

import re

FRAMING_LIMIT_BYTES = 1024 * 1024
"""Chunk size lines kept per request; a body of a million one-byte chunks is stored without its framing."""

LINE_LIMIT_BYTES = 16 * 1024
"""A size line with its extensions, or a trailer."""

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")


class ChunkScanner:
    """Follows a chunked body: keeps size lines and trailers, and sees where the body ends.

    `feed` returns what the parser should see: plain size lines, data, no trailers. It never sees a broken line:
    `broken` says so instead, and scanning ends.
    """

    def __init__(self) -> None:
        self._kept: bytearray | None = bytearray()
        self._line = bytearray()
        self._data_left = 0
        self._take_line = self._take_size
        self.ended = False
        self.broken = ""

    @property
    def framing(self) -> bytes | None:
        return None if self._kept is None else bytes(self._kept)

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what goes to the parser, and what follows this body."""
        out: list[bytes] = []
        position = 0
        while position < len(data) and not self.ended and not self.broken:
            if self._data_left:
                piece = data[position : position + self._data_left]
                self._data_left -= len(piece)
                position += len(piece)
                out.append(piece)
            else:
                position = self._read_line(data, position, out)
        return b"".join(out), data[position:]

    def _read_line(self, data: bytes, start: int, out: list[bytes]) -> int:
        end = data.find(b"\n", start) + 1 or len(data)
        self._line += data[start:end]
        if len(self._line) > LINE_LIMIT_BYTES:
            self.broken = "a line of its chunk framing is too long"
        elif self._line.endswith(b"\n"):
            line = bytes(self._line)
            self._line.clear()
            self._take_line(line, out)
        return end

    def _take_size(self, line: bytes, out: list[bytes]) -> None:
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            self.broken = f"{line[:40]!r} stands where a chunk size should"
            return
        self._keep(line)
        self._data_left = int(match[1], 16)
        if self._data_left:
            out.append(b"%x\r\n" % self._data_left)
            self._take_line = self._take_data_end
        else:
            self._take_line = self._take_trailer

    def _take_data_end(self, line: bytes, out: list[bytes]) -> None:
        if line != b"\r\n":
            self.broken = "a chunk is longer than its size says"
            return
        out.append(line)
        self._take_line = self._take_size

    def _take_trailer(self, line: bytes, out: list[bytes]) -> None:
        self._keep(line)
        if line == b"\r\n":
            out.append(b"0\r\n\r\n")
            self.ended = True

    def _keep(self, line: bytes) -> None:
        if self._kept is not None:
            self._kept += line
            if len(self._kept) > FRAMING_LIMIT_BYTES:
                self._kept = None
