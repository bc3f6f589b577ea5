"""From a composed body to the exact bytes that go out: forms of parts, GraphQL, compression.

All other kinds are bytes already and are not touched. A form larger than `SPOOL_FROM_BYTES` is written to a file as
its parts are read, so that a film as a part needs no memory; the file belongs to the delivery that sends it.
"""

import json
import mimetypes
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, cast

from workbench.engine.dynamic_values import contained_path
from workbench.formats.json_query import parse
from workbench.model.collection import CONTENT_TYPES, BodyKind, ComposedBody, Part
from workbench.model.errors import FormatError, UsageError
from workbench.model.message import CHUNK_BYTES, EMPTY_BODY, Body
from workbench.storage.spool import SpoolFile

SPOOL_FROM_BYTES = 8 * 1024 * 1024
COMPRESSIONS = ("gzip", "deflate", "br", "zstd")


@dataclass(frozen=True, slots=True)
class BodyPlace:
    """Where the files of a body are found, and where one too large for memory is written."""

    folder: Path | None = None
    """Relative paths start here: the collection's folder."""
    spool: Path | None = None
    """None keeps everything in memory."""
    contained: bool = False
    """Files outside of `folder` are refused; see `Sources`."""


@dataclass(frozen=True, slots=True)
class BuiltBody:
    """The bytes of a body, and the Content-Type that says what they are; empty where nothing is to be said."""

    content: Body = EMPTY_BODY
    content_type: str = ""


def build_body(body: ComposedBody, typed_type: str = "", place: BodyPlace | None = None) -> BuiltBody:
    """Return the bytes to send. Blocks while files are read.

    `typed_type` is the Content-Type header that was typed: a boundary in it is used. UsageError names the part or
    the text that cannot be sent.
    """
    match body.kind:
        case BodyKind.MULTIPART:
            return _form(body.parts, typed_type, place or BodyPlace())
        case BodyKind.GRAPHQL:
            return BuiltBody(_graphql(body), CONTENT_TYPES[BodyKind.GRAPHQL])
        case BodyKind.NONE:
            return BuiltBody(_as_it_is_now(body.content))
        case kind:
            return BuiltBody(_as_it_is_now(body.content), CONTENT_TYPES.get(kind, ""))


def _as_it_is_now(body: Body) -> Body:
    """Return a body with the size that its file has now; UsageError where there is no such file."""
    if body.path is None:
        return body
    try:
        return Body.of_file(body.path)
    except OSError as error:
        raise UsageError(
            f"The body's file {body.path} cannot be read: {error.strerror or error}.", "Choose it again in Body."
        ) from error


def _graphql(body: ComposedBody) -> Body:
    """Return query and variables as JSON; the variables' text stays as it was typed, numbers and all."""
    query = json.dumps(body.content.read().decode("utf-8", "replace"), ensure_ascii=False)
    variables = body.graphql_variables.strip()
    if not variables:
        return Body(f'{{"query": {query}}}'.encode())
    try:
        if not isinstance(parse(variables.encode("utf-8", "surrogatepass")), dict):
            raise FormatError("they are not an object")
    except FormatError as error:
        reason = error.message.removeprefix("The body is ").rstrip(".")
        raise UsageError(f"The GraphQL variables are not a JSON object: {reason}.") from error
    return Body(f'{{"query": {query}, "variables": {variables}}}'.encode())


# Forms of parts (RFC 7578; names are quoted as browsers do: HTML, "multipart/form-data encoding algorithm")


def _form(parts: tuple[Part, ...], typed_type: str, place: BodyPlace) -> BuiltBody:
    boundary = _boundary_of(typed_type) or f"----WebhookWorkbench{secrets.token_hex(12)}"
    pieces = [piece for part in parts if part.enabled for piece in _pieces(part, boundary, place)]
    pieces.append(_Piece(f"--{boundary}--\r\n".encode()))
    return BuiltBody(_joined(pieces, place.spool), f"multipart/form-data; boundary={boundary}")


def _boundary_of(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type
    return str(message.get_param("boundary", ""))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Bytes of a form, or a file's."""

    content: bytes = b""
    path: Path | None = None

    @property
    def size(self) -> int:
        return len(self.content) if self.path is None else self.path.stat().st_size

    def chunks(self) -> Iterator[bytes]:
        if self.path is None:
            yield self.content
            return
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


def _pieces(part: Part, boundary: str, place: BodyPlace) -> Iterator[_Piece]:
    if not part.is_file:
        head = _part_head(boundary, part.name, "", part.content_type)
        yield _Piece(head + part.value.encode("utf-8", "surrogateescape") + b"\r\n")
        return
    if not part.files:
        raise UsageError(f"The part {part.name!r} has no file yet.", "Choose one, or switch the part off.")
    for name in part.files:
        path = contained_path(name, place.folder, place.contained)
        kind = part.content_type or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        yield _Piece(_part_head(boundary, part.name, path.name, kind))
        yield _Piece(path=path)
        yield _Piece(b"\r\n")


def _part_head(boundary: str, name: str, filename: str, content_type: str) -> bytes:
    lines = [f"--{boundary}", f'Content-Disposition: form-data; name="{_quoted(name)}"']
    if filename:
        lines[1] += f'; filename="{_quoted(filename)}"'
    if content_type:
        if any(mark in content_type for mark in "\r\n\0"):
            raise UsageError(f"The type of the part {name!r} holds a line break or NUL, which cannot be sent.")
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def _quoted(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _joined(pieces: list[_Piece], spool: Path | None) -> Body:
    try:
        if spool is None or sum(piece.size for piece in pieces) <= SPOOL_FROM_BYTES:
            return Body(b"".join(chunk for piece in pieces for chunk in piece.chunks()))
        return _spooled((chunk for piece in pieces for chunk in piece.chunks()), spool)
    except OSError as error:
        name = error.filename or "of a part"
        raise UsageError(f"The file {name} cannot be read: {error.strerror or error}.") from error


def _spooled(chunks: Iterator[bytes], spool: Path) -> Body:
    file = SpoolFile(spool)
    try:
        for chunk in chunks:
            file.write(chunk)
        file.finish()
    except BaseException:
        file.discard()
        raise
    return Body(path=str(file.path), file_size=file.size)


# Compression


def compress_body(body: Body, encoding: str, place: BodyPlace | None = None) -> Body:
    """Return the body in a Content-Encoding. Blocks. UsageError where the encoding is not one of `COMPRESSIONS`."""
    if encoding not in COMPRESSIONS:
        raise UsageError(f"A body cannot be sent as {encoding!r}.", f"Possible are: {', '.join(COMPRESSIONS)}.")
    compressed = _compressed(body.chunks(), *_compressor(encoding))
    if place is None or place.spool is None or body.size <= SPOOL_FROM_BYTES:
        return Body(b"".join(compressed))
    return _spooled(compressed, place.spool)


Compress = Callable[[bytes], bytes]


def _compressed(chunks: Iterator[bytes], compress: Compress, finish: Callable[[], bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield compress(chunk)
    yield finish()


def _compressor(encoding: str) -> tuple[Compress, Callable[[], bytes]]:
    match encoding:
        case "br":
            import brotli  # pyright: ignore[reportMissingTypeStubs]

            made: Any = cast("Any", brotli).Compressor()
            return made.process, made.finish
        case "zstd":
            import zstandard

            framed = zstandard.ZstdCompressor().compressobj()
            return framed.compress, framed.flush
        case _:
            import zlib

            # Deflate is zlib's format (RFC 9110, 8.4.1.2); 31 writes a gzip member without a time.
            packed = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
            return packed.compress, packed.flush
