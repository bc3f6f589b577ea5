"""multipart bodies cut into their parts, each part's content to the byte.

The standard library's email package reads the parameters of headers, which have quoting rules of their own; the
cutting is done here, since that package decodes and re-encodes what it is given.
"""

from dataclasses import dataclass
from email.message import Message

PARTS_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers as written, and its content."""

    headers: tuple[tuple[str, str], ...]
    name: str
    filename: str
    content_type: str
    content: bytes
    offset: int
    """Where the content begins in the body."""


class MultipartError(ValueError):
    """The body is not what its Content-Type says; the message is a sentence."""


def parts(content_type: str, body: bytes) -> list[Part]:
    """Return the parts in order; MultipartError says what is wrong."""
    boundary = _parameter("content-type", content_type, "boundary")
    if not boundary:
        raise MultipartError("The Content-Type names no boundary, so the parts cannot be told apart.")
    mark = b"--" + boundary.encode("latin-1", "replace")
    cuts = _cuts(body, mark)
    if not cuts:
        raise MultipartError(f"The boundary {boundary!r} does not occur in the body.")
    found = [_part(body, start, end) for start, end in cuts[:PARTS_LIMIT]]
    return [part for part in found if part is not None]


def _cuts(body: bytes, mark: bytes) -> list[tuple[int, int]]:
    """Return where each part begins and ends: between delimiter lines, without their line breaks."""
    cuts: list[tuple[int, int]] = []
    position = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if position == 1:
        return []
    while len(cuts) <= PARTS_LIMIT and not body.startswith(b"--", position + len(mark)):
        start = body.find(b"\n", position + len(mark)) + 1
        end = body.find(b"\r\n" + mark, max(start - 2, 0)) if start else -1
        if end < 0:
            if start:
                cuts.append((start, len(body)))
            break
        cuts.append((start, max(start, end)))
        position = end + 2
    return cuts


def _part(body: bytes, start: int, end: int) -> Part | None:
    raw = body[start:end]
    head, gap, content = raw.partition(b"\r\n\r\n")
    if raw.startswith(b"\r\n"):
        head, gap, content = b"", b"\r\n", raw[2:]
    headers: list[tuple[str, str]] = []
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    named = {name.lower(): value for name, value in headers}
    disposition = named.get("content-disposition", "")
    return Part(
        headers=tuple(headers),
        name=_parameter("content-disposition", disposition, "name"),
        filename=_parameter("content-disposition", disposition, "filename"),
        content_type=named.get("content-type", "text/plain"),
        content=content,
        offset=start + len(head) + len(gap),
    )


def _parameter(header: str, value: str, name: str) -> str:
    message = Message()
    message[header] = value.replace("\r", " ").replace("\n", " ")
    found = message.get_param(name, "", header=header)
    if isinstance(found, tuple):
        return found[2]
    return str(found or "")
