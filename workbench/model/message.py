"""An HTTP message as it was on the wire.

`Head` keeps the bytes of a head and reads them: nothing is normalised, joined or sorted, so what came in can go out
again. Text made of header bytes is latin-1, which maps every byte to one character and back. `Body` is bytes in
memory or a file; it is read, never changed.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO

from workbench.model.errors import UnreadableBody

CHUNK_BYTES = 256 * 1024

KEPT_IN_TARGET = "!#$%&'()*+,/:;=?@[]~-._\\|^`{}\"<>"
"""What stays in a request target as a person typed it; only what would break the request line is quoted."""

_CONTENT_TYPE = re.compile(rb"\ncontent-type:[ \t]*([^\r\n]*?)[ \t]*\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headers:
    """Name and value pairs in order as on the wire; names keep their case, repeats stay."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of that name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.pairs if key.lower() == wanted), default)

    def all(self, name: str) -> list[str]:
        """Return every value of that name in any case, in order."""
        wanted = name.lower()
        return [value for key, value in self.pairs if key.lower() == wanted]


def readable(value: str) -> str:
    """Return a header's text for people: UTF-8 where the bytes are UTF-8, else latin-1 as it is kept."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


class Head:
    """The head of a message: start line and header lines, up to and with the empty line.

    A head that is not HTTP still reads: what cannot be split is left out of `headers`, never out of `raw`.
    """

    __slots__ = ("__dict__", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Head) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"Head({self.start_line!r}, {len(self.headers)} headers)"

    @classmethod
    def build(cls, start_line: str, headers: Headers) -> "Head":
        """Return the head that carries exactly these headers; text is latin-1, see `wire_text` for other text."""
        lines = [start_line, *(f"{name}: {value}" for name, value in headers)]
        return cls("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1"))

    @cached_property
    def start_line(self) -> str:
        return self.raw.split(b"\r\n", 1)[0].split(b"\n", 1)[0].decode("latin-1")

    @cached_property
    def _start_words(self) -> tuple[str, str, str]:
        words = self.start_line.split(" ")
        if len(words) < 3:
            return words[0], " ".join(words[1:]), ""
        return words[0], " ".join(words[1:-1]), words[-1]

    @property
    def method(self) -> str:
        return self._start_words[0]

    @property
    def target(self) -> str:
        """The request target exactly as sent: no decoding, no cleaning."""
        return self._start_words[1]

    @property
    def http_version(self) -> str:
        """`1.1`, `1.0`; empty where the start line has none."""
        return self._start_words[2].removeprefix("HTTP/")

    @cached_property
    def headers(self) -> Headers:
        return Headers(tuple(header_lines(self.raw.partition(b"\n")[2])))

    @property
    def content_type(self) -> str:
        """The first Content-Type, found without reading the other headers."""
        match = _CONTENT_TYPE.search(self.raw)
        return match[1].decode("latin-1") if match else ""


def header_lines(raw: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and value of each header line; a folded line belongs to the value before it."""
    name, value = "", ""
    for line in raw.decode("latin-1").split("\n"):
        line = line.removesuffix("\r")
        if line[:1] in (" ", "\t") and name:
            value += f"\r\n{line}"
            continue
        if name:
            yield name, value
        name, colon, value = line.partition(":")
        value = value.strip(" \t")
        if not colon:
            name = ""
    if name:
        yield name, value


def wire_text(text: str) -> str:
    """Return text typed by a person as the latin-1 form of its UTF-8 bytes, which is what heads are built of."""
    return text if text.isascii() else text.encode().decode("latin-1")


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a message after its framing, before any decompression: in memory, or in a file.

    A body with a `path` belongs to the store that wrote it; reading raises UnreadableBody once it was deleted.
    """

    content: bytes = field(default=b"", repr=False)
    path: str | None = None
    file_size: int = 0

    @classmethod
    def of_file(cls, path: str) -> "Body":
        return cls(path=path, file_size=os.stat(path).st_size)

    @property
    def size(self) -> int:
        return self.file_size if self.path is not None else len(self.content)

    def read(self, limit: int | None = None) -> bytes:
        """Return all bytes, or the first `limit` of them."""
        if self.path is None:
            return self.content if limit is None else self.content[:limit]
        with self._opened(self.path) as file:
            return file.read() if limit is None else file.read(limit)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in order, at most `CHUNK_BYTES` at a time."""
        if self.path is None:
            for start in range(0, len(self.content), CHUNK_BYTES):
                yield self.content[start : start + CHUNK_BYTES]
            return
        with self._opened(self.path) as file:
            while piece := file.read(CHUNK_BYTES):
                yield piece

    @staticmethod
    def _opened(path: str) -> BinaryIO:
        try:
            return open(path, "rb")
        except OSError as error:
            raise UnreadableBody(
                f"The body in {path} cannot be read: {error.strerror or error}.",
                "Restore the file from a backup; head and answer are still there.",
            ) from error

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for piece in self.chunks():
            digest.update(piece)
        return digest.hexdigest()


EMPTY_BODY = Body()


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was on the wire."""

    head: Head
    body: Body = EMPTY_BODY
    framing: bytes | None = None
    """For a chunked body the size lines and the trailer section, in order, without the data; else None."""

    @property
    def method(self) -> str:
        return self.head.method

    @property
    def target(self) -> str:
        return self.head.target

    @property
    def headers(self) -> Headers:
        return self.head.headers

    @property
    def trailers(self) -> Headers:
        """The fields after a chunked body; empty for most requests."""
        return Headers(tuple(header_lines(trailer_section(self.framing)))) if self.framing else Headers()

    def wire_chunks(self) -> Iterator[bytes]:
        """Yield the request exactly as it was on the wire, chunk framing and trailers included."""
        yield self.head.raw
        yield from self.body_chunks()

    def body_chunks(self) -> Iterator[bytes]:
        """Yield what followed the head on the wire."""
        if self.framing is None:
            yield from self.body.chunks()
        else:
            yield from framed(self.body.chunks(), self.framing)


@dataclass(frozen=True, slots=True)
class Response:
    """A response: what a target answered, or what we answered to a capture."""

    head: Head
    body: Body = EMPTY_BODY

    @property
    def status(self) -> int:
        word = self.head.target.split(" ", 1)[0]
        return int(word) if word.isdigit() else 0

    @property
    def reason(self) -> str:
        return self.head.start_line.split(" ", 2)[2] if self.head.start_line.count(" ") >= 2 else ""

    @property
    def headers(self) -> Headers:
        return self.head.headers


_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n")


def size_lines(framing: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each size line (with its line end) and its size; the last size is 0."""
    position = 0
    while match := _SIZE_LINE.match(framing, position):
        size = int(match[1], 16)
        yield match[0], size
        position = match.end()
        if size == 0:
            return


def trailer_section(framing: bytes) -> bytes:
    """Return what follows the size lines: trailer fields and the closing empty line."""
    return framing[sum(len(line) for line, _ in size_lines(framing)) :]


def framed(chunks: Iterator[bytes], framing: bytes) -> Iterator[bytes]:
    """Yield body bytes with their chunk framing put back as it was received.

    The line end after a chunk is not in `framing`: it is put back where something came after it, and never made up.
    """
    pending = line_end = b""
    for line, size in size_lines(framing):
        yield line_end + line
        left = size
        while left:
            pending = pending or next(chunks, b"")
            if not pending:
                return  # An aborted upload: the last chunk was announced and never filled.
            piece, pending = pending[:left], pending[left:]
            left -= len(piece)
            yield piece
        line_end = b"\r\n"
    yield trailer_section(framing)


def message_json(head: Head, body: Body, body_limit: int | None = None) -> dict[str, Any]:
    """Return the house's JSON form of a request; `body` when it is UTF-8, else `body_base64`.

    A body over `body_limit` is described (size, SHA-256) but left out.
    """
    described: dict[str, Any] = {
        "method": head.method,
        "target": head.target,
        "http_version": head.http_version,
        "headers": [[name, value] for name, value in head.headers],
    }
    return described | body_json(body, body_limit)


def body_json(body: Body, body_limit: int | None = None) -> dict[str, Any]:
    """Return size, SHA-256 and content of a body for JSON."""
    described: dict[str, Any] = {"body_size": body.size, "body_sha256": body.sha256()}
    if body_limit is not None and body.size > body_limit:
        return described
    content = body.read()
    try:
        return described | {"body": content.decode()}
    except UnicodeDecodeError:
        import base64

        return described | {"body_base64": base64.b64encode(content).decode("ascii")}


def response_json(response: Response, body_limit: int | None = None) -> dict[str, Any]:
    """Return the house's JSON form of an answer."""
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": [[name, value] for name, value in response.headers],
    } | body_json(response.body, body_limit)
