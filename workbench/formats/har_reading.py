"""HTTP archives as captures, an entry at a time: our own with every byte, those of browsers as well as HAR tells it.

`formats.interchange.har` makes saved requests of an archive; here it is what happened. An archive of others has no
wire bytes: the head is written anew from its fields, and a body is what the archive holds of it.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from workbench.formats.capture_records import CheckedPieces, Keep, converted, imported_capture
from workbench.formats.interchange.documents import Plain, mapping, rows, text
from workbench.model.capture import Arrival, ImportedCapture, Peer
from workbench.model.clock import parse_instant
from workbench.model.endpoint import CATCH_ALL
from workbench.model.errors import FormatError
from workbench.model.message import Body, Head, Headers, Request, Response, wire_text

PIECE_BYTES = 64 * 1024
_NOTHING = "Nothing was imported."
_BREAKS = dict.fromkeys(map(ord, "\r\n"), " ")


def read_har_entries(file: BinaryIO, keep: Keep) -> Iterator[ImportedCapture]:
    """Yield a capture for each entry; FormatError names the entry, and where the file is no JSON about which byte.

    Holds one entry at a time.
    """
    import ijson  # pyright: ignore[reportMissingTypeStubs]

    counted = _Counted(file)
    number = 0
    try:
        for entry in ijson.items(counted, "log.entries.item", use_float=True, buf_size=PIECE_BYTES):
            number += 1
            try:
                yield _capture(entry, keep)
            except FormatError as error:
                raise FormatError(f"Entry {number}: {error.message}", error.hint) from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        place = f"after entry {number}" if number else "before the first entry"
        said = str(error).splitlines()[0] if str(error) else "it ends too early"
        raise FormatError(
            f"This is not JSON {place}, within {PIECE_BYTES // 1024} KiB before byte {counted.position:,}: {said}.",
            f"The file may be cut off. {_NOTHING}",
        ) from error
    if not number:
        _require_entries(file)


def _require_entries(file: BinaryIO) -> None:
    """Refuse a document without `log.entries`; an archive in which nothing happened is one all the same."""
    import ijson  # pyright: ignore[reportMissingTypeStubs]

    file.seek(0)
    if not any(True for _ in ijson.items(file, "log.entries")):
        raise FormatError("This is no HTTP archive: it has no “log” with a list “entries”.", _NOTHING)


class _Counted:
    """A file that knows how far it was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.position += len(piece)
        return piece


def _capture(entry: Any, keep: Keep) -> ImportedCapture:
    described = mapping(entry)
    request, response = mapping(described.get("request")), mapping(described.get("response"))
    if not isinstance(described.get("request"), dict):
        raise FormatError("It is no entry of an archive: it has no “request”.", _NOTHING)
    body = _content(mapping(request.get("postData")))
    if "_capture" not in described:
        return _of_others(described, request, response, keep([body]))
    record = converted(described["_capture"])
    if record.request.body_size and not body:
        raise FormatError(
            "Its body was too long for an archive and was left out.", f"Export it as NDJSON. {_NOTHING}"
        )
    made = imported_capture(record, keep(CheckedPieces(record.request, [body])))
    made.arrival.answer = Response(made.arrival.answer.head, Body(_content(mapping(response.get("content")))))
    return made


def _of_others(entry: Plain, request: Plain, response: Plain, body: Body) -> ImportedCapture:
    received = parse_instant(text(entry.get("startedDateTime")))
    if received is None:
        raise FormatError("Its “startedDateTime” is missing or no time.", _NOTHING)
    total = entry.get("time")
    duration_us = int(total * 1000) if isinstance(total, int | float) and 0 <= total < 1e12 else 0
    arrival = Arrival(
        request=Request(_request_head(request), body),
        answer=Response(_response_head(response), Body(_content(mapping(response.get("content"))))),
        peer=Peer(local_address=text(entry.get("serverIPAddress"))),
        endpoint=CATCH_ALL,
        received_at_us=received,
        completed_at_us=received,
    )
    return ImportedCapture(arrival, received + duration_us)


def _request_head(request: Plain) -> Head:
    try:
        url = urlsplit(text(request.get("url")))
    except ValueError as error:
        raise FormatError(f"Its address cannot be read: {error}.", _NOTHING) from error
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    method = text(request.get("method")) or "GET"
    headers = _headers(request)
    if url.netloc and not any(name.lower() == "host" for name, _ in headers):
        headers.insert(0, ("Host", wire_text(url.netloc.rpartition("@")[2])))
    return _head(f"{method} {target} {_version(request)}", headers)


def _response_head(response: Plain) -> Head:
    status = response.get("status")
    code = status if isinstance(status, int) and 100 <= status <= 999 else 0
    reason = text(response.get("statusText"))
    return _head(f"{_version(response)} {code:03} {reason}", _headers(response))


def _version(message: Plain) -> str:
    """Heads are kept in the form of HTTP/1.1; `h2` and its like have none on the wire."""
    return "HTTP/1.0" if text(message.get("httpVersion")).upper() == "HTTP/1.0" else "HTTP/1.1"


def _head(start_line: str, headers: Iterable[tuple[str, str]]) -> Head:
    """A line break in a field would begin another header: it is a space."""
    plain = Headers(tuple((name.translate(_BREAKS), value.translate(_BREAKS)) for name, value in headers))
    return Head.build(wire_text(start_line.translate(_BREAKS)), plain)


def _headers(message: Plain) -> list[tuple[str, str]]:
    pairs = [(text(row.get("name")), text(row.get("value"))) for row in rows(message.get("headers"))]
    return [(wire_text(name), wire_text(value)) for name, value in pairs if name and not name.startswith(":")]


def _content(described: Plain) -> bytes:
    written = text(described.get("text"))
    if "base64" in (described.get("_encoding"), described.get("encoding")):
        try:
            return base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError) as error:
            raise FormatError("Its body is said to be base64 and is not.", _NOTHING) from error
    params = rows(described.get("params"))
    if not written and params:
        written = urlencode([(text(row.get("name")), text(row.get("value"))) for row in params])
    return written.encode("utf-8", "surrogatepass")
