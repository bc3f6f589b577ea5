"""From a capture to the request that goes out again: the same bytes for another host.

The header list stays as it is, in order, case and repeats; only the value of `Host` changes. The framing of a sound
capture is what it was, chunk by chunk. A body that did not arrive whole gets a length that is true.
"""

import re

from workbench.engine.composing import Target, origin_form, parse_target
from workbench.model.capture import Capture
from workbench.model.errors import UsageError
from workbench.model.message import Body, Head, Request

_HOP_HEADERS = {"connection", "keep-alive", "proxy-connection", "te", "upgrade", "expect"}

_HOST = re.compile(rb"^(host:[ \t]*)[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_CONTENT_LENGTH = re.compile(rb"^(content-length:[ \t]*)[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_TRANSFER_ENCODING = re.compile(rb"^transfer-encoding:[^\r\n]*\r\n", re.IGNORECASE | re.MULTILINE)


def replay_request(capture: Capture, url: str, *, keep_host: bool = False) -> tuple[Target, Request]:
    """Return where to connect and the request to write.

    A URL without a path sends to the captured path and query; one with a path sends there, with the captured query
    unless it has its own. UsageError where the URL or the capture makes no request.
    """
    if not capture.request.head.http_version:
        raise UsageError(
            f"Capture {capture.number} is not an HTTP request, so it cannot be replayed.",
            "Save its bytes with: workbench captures show N --part raw.",
        )
    return _directed(capture.request, url, keep_host=keep_host)


def forward_request(request: Request, url: str) -> tuple[Target, Request]:
    """Return where to connect and the request to write for a forward: as `replay_request`, for the next hop.

    What a sender says to its own connection alone (RFC 9110, 7.6.1) is left out; the framing stays.
    """
    target, directed = _directed(request, url, keep_host=False)
    return target, Request(_without_hop_headers(directed.head), directed.body, directed.framing)


def _directed(request: Request, url: str, *, keep_host: bool) -> tuple[Target, Request]:
    target = parse_target(url)
    head = _with_target(request.head, replay_path(request.target, target.path))
    if not keep_host:
        head = _with_host(head, target.authority)
    return target, _framed(head, request)


def _without_hop_headers(head: Head) -> Head:
    named = {name.strip().lower() for value in head.headers.all("connection") for name in value.split(",")}
    dropped = (_HOP_HEADERS | named) - {"", "host", "content-length", "transfer-encoding", "content-type"}
    if not any(name.lower() in dropped for name, _ in head.headers):
        return head
    lines = head.raw.split(b"\r\n")
    kept = [lines[0]]
    drops = False
    for line in lines[1:]:
        if line[:1] not in (b" ", b"\t"):  # A folded line goes where its first line goes.
            drops = line.partition(b":")[0].decode("latin-1").lower() in dropped
        if not drops:
            kept.append(line)
    return Head(b"\r\n".join(kept))


def replay_path(captured: str, wanted: str) -> str:
    """Return the request target for a replay: see `replay_request`."""
    if wanted in ("", "/"):
        return captured
    if "?" in wanted or "?" not in captured:
        return origin_form(wanted)
    return f"{origin_form(wanted)}?{captured.split('?', 1)[1]}"


def _with_target(head: Head, target: str) -> Head:
    start, rest = head.raw.split(b"\r\n", 1)
    method, version = start.split(b" ", 1)[0], start.rsplit(b" ", 1)[1]
    return Head(b"%s %s %s\r\n%s" % (method, target.encode("latin-1"), version, rest))


def _with_host(head: Head, authority: str) -> Head:
    value = authority.encode("ascii")
    return Head(_HOST.sub(lambda match: match[1] + value, head.raw, count=1))


def _framed(head: Head, captured: Request) -> Request:
    """Return the request with framing that holds: as captured where that was sound, else a plain length."""
    if captured.framing is not None and captured.framing.endswith(b"\r\n\r\n"):
        return Request(head, captured.body, captured.framing)
    if captured.framing is None and not head.headers.get("transfer-encoding"):
        return Request(_with_length(head, captured.body), captured.body)
    plain = Head(_TRANSFER_ENCODING.sub(b"", head.raw))
    return Request(_with_length(plain, captured.body), captured.body)


def _with_length(head: Head, body: Body) -> Head:
    length = b"%d" % body.size
    raw, replaced = _CONTENT_LENGTH.subn(lambda match: match[1] + length, head.raw)
    if replaced or not body.size:
        return head if head.headers.get("content-length") == str(body.size) else Head(raw)
    return Head(b"%sContent-Length: %s\r\n\r\n" % (raw[:-2], length))
