"""Content-Encoding undone, within bounds: what a body says once it is decompressed.

Never raises: what can be decoded is returned, with a sentence about the rest. The output is bounded, since a few
kilobytes can stand for gigabytes.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

DECODED_LIMIT_BYTES = 64 * 1024 * 1024
_STEP_BYTES = 64 * 1024

Decoder = Callable[[bytes], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body after its encodings; `problem` is a sentence where they could not all be undone."""

    content: bytes
    applied: tuple[str, ...] = ()
    problem: str = ""


def decoded(body: bytes, content_encoding: str, limit: int = DECODED_LIMIT_BYTES) -> Decoded:
    """Undo the encodings named by a Content-Encoding header, the last one first."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name and name != "identity"]
    applied: list[str] = []
    content = body
    for name in reversed(names):
        decoder = _DECODERS.get(name)
        if decoder is None:
            return Decoded(content, tuple(applied), f"The encoding {name} is not known here; shown as received.")
        content, problem = _run(decoder, content, name, limit)
        if problem and not content:
            return Decoded(body, tuple(applied), problem)
        applied.append(name)
        if problem:
            return Decoded(content, tuple(applied), problem)
    return Decoded(content, tuple(applied))


def _run(decoder: Decoder, body: bytes, name: str, limit: int) -> tuple[bytes, str]:
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in decoder(body):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                shown = limit // 1024 // 1024
                return b"".join(pieces)[:limit], f"Only the first {shown} MiB of the {name} data are shown."
    except Exception as error:  # Each library has errors of its own; what came before them counts.
        reason = str(error).strip().rstrip(".") or "it ends too early"
        return b"".join(pieces), f"The body is not sound {name}: {reason}."
    return b"".join(pieces), ""


def _steps(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _STEP_BYTES):
        yield body[start : start + _STEP_BYTES]


def _zlib(body: bytes, window: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(window)
    data = body
    while data:
        piece = inflater.decompress(data, _STEP_BYTES)
        if piece:
            yield piece
        if inflater.eof:
            rest = inflater.unused_data
            if window != 31 or not rest.startswith(b"\x1f\x8b"):
                return
            inflater, data = zlib.decompressobj(window), rest  # gzip files may be joined (RFC 1952, 2.2).
            continue
        data = inflater.unconsumed_tail
        if not data and not piece:
            break
    if not inflater.eof:
        raise ValueError("it ends too early")


def _gzip(body: bytes) -> Iterator[bytes]:
    return _zlib(body, 31)


def _deflate(body: bytes) -> Iterator[bytes]:
    """Deflate means zlib's format, but many send the bare stream."""
    wrapped = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _zlib(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _brotli(body: bytes) -> Iterator[bytes]:
    import brotli  # pyright: ignore[reportMissingTypeStubs]

    inflater: Any = cast("Any", brotli).Decompressor()
    for step in _steps(body):
        piece = inflater.process(step, output_buffer_limit=_STEP_BYTES)
        while piece or not inflater.can_accept_more_data():
            yield piece
            if inflater.is_finished():
                return
            piece = inflater.process(b"", output_buffer_limit=_STEP_BYTES)
    if not inflater.is_finished():
        raise ValueError("it ends too early")


def _zstd(body: bytes) -> Iterator[bytes]:
    import zstandard

    inflater = zstandard.ZstdDecompressor().decompressobj()
    # A step's output has no bound of its own: 512 bytes stand for 16 MiB at the most (128 KiB a block of four).
    pending = [body[start : start + 512] for start in range(0, len(body), 512)][::-1]
    while pending:
        if piece := inflater.decompress(pending.pop()):
            yield piece
        if inflater.eof and (inflater.unused_data or pending):
            pending += [inflater.unused_data] if inflater.unused_data else []
            inflater = zstandard.ZstdDecompressor().decompressobj()  # Frames may be joined (RFC 8878, 3).
    if not inflater.eof:
        raise ValueError("it ends too early")


_DECODERS: dict[str, Decoder] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
