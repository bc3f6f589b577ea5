"""Captures as files of exactly their bytes, in a tar archive that is written piece by piece.

    0000012.request     the request as it was on the wire, chunk framing and trailers included
    0000012.body        its body alone, where it has one
    0000012.answer      what we answered

Tar, since a zip's list of contents comes last and would have to be held until then. `tarfile` writes the headers; its
`TarFile` would remember each of what may be millions of members.
"""

import tarfile
from collections.abc import Iterable, Iterator

from workbench.model.capture import Capture

_OWNER_ONLY = 0o600
_END = bytes(2 * tarfile.BLOCKSIZE)


def raw_tar(captures: Iterable[Capture]) -> Iterator[bytes]:
    """Yield the archive; bodies that are files are read as they are written."""
    for capture in captures:
        request, answer = capture.request, capture.answer
        wire_size = len(request.head.raw) + sum(len(piece) for piece in request.body_chunks())
        yield from _file(capture, "request", wire_size, request.wire_chunks())
        if request.body.size:
            yield from _file(capture, "body", request.body.size, request.body.chunks())
        raw = answer.head.raw + answer.body.read()
        yield from _file(capture, "answer", len(raw), [raw])
    yield _END


def _file(capture: Capture, kind: str, size: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    info = tarfile.TarInfo(f"{capture.number:07}.{kind}")
    info.size, info.mode, info.mtime = size, _OWNER_ONLY, capture.received_at_us // 1_000_000
    yield info.tobuf(tarfile.PAX_FORMAT)
    yield from pieces
    yield bytes(-size % tarfile.BLOCKSIZE)
