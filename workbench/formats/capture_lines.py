"""Captures as NDJSON that loses nothing: what `--json` shows of each, with its exact bytes beside it. Format 1.

One capture is one line, the object of `capture_json` with these fields added:

    format                1
    request.head          the head as it was on the wire, where that is UTF-8; else `head_base64`
    request.framing       size lines and trailers of a chunked body, in the same two forms; absent where it was not
    request.body_parts    how many lines follow that hold the body, where it is over a MiB; absent where none do
    answer.head           likewise
    masked                names of headers and fields of the target whose values were hidden; absent where none were

Bodies stand in `body` where they are UTF-8, else in `body_base64`; a long one is left to lines of their own,
`{"format": 1, "part": 1, "base64": "…"}`, so that neither side ever holds one whole. Whoever reads the bytes needs
only these fields; `headers` and all that was found out about a capture are there for people and for `jq`.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.formats.capture_json import capture_json
from workbench.model.capture import Capture
from workbench.model.message import Body

FORMAT = 1
PART_BYTES = 1024 * 1024 - 1
"""Longest body, or piece of one, in a line; divisible by three, so that the pieces' base64 joins without padding."""


def capture_lines(capture: Capture, masked: Sequence[str] = ()) -> Iterator[bytes]:
    """Yield the lines of one capture; reads a body that is a file piece by piece."""
    record = capture_record(capture, masked, body_limit=PART_BYTES)
    body = capture.request.body
    if body.size > PART_BYTES:
        record["request"]["body_parts"] = -(-body.size // PART_BYTES)
    answer = capture.answer.body
    if answer.size > PART_BYTES:
        record["answer"] |= exact("body", answer.read())
    yield _line(record)
    if body.size > PART_BYTES:
        for number, part in enumerate(_parts(body), 1):
            yield _line({"format": FORMAT, "part": number, "base64": base64.b64encode(part).decode("ascii")})


def capture_record(capture: Capture, masked: Sequence[str] = (), *, body_limit: int) -> dict[str, Any]:
    """Return the object of a line; bodies over `body_limit` are described and left out."""
    record: dict[str, Any] = {"format": FORMAT, **capture_json(capture, body_limit)}
    request = capture.request
    record["request"] |= exact("head", request.head.raw)
    if request.framing is not None:
        record["request"] |= exact("framing", request.framing)
    record["answer"] |= exact("head", capture.answer.head.raw)
    if masked:
        record["masked"] = list(masked)
    return record


def exact(name: str, raw: bytes) -> dict[str, str]:
    """Return bytes as a field of JSON: text where they are UTF-8, else base64 under a name that says so."""
    try:
        return {name: raw.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(raw).decode("ascii")}


def _parts(body: Body) -> Iterator[bytes]:
    pending = bytearray()
    for chunk in body.chunks():
        pending += chunk
        while len(pending) >= PART_BYTES:
            yield bytes(pending[:PART_BYTES])
            del pending[:PART_BYTES]
    if pending:
        yield bytes(pending)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
