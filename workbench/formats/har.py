"""Captures as an HTTP Archive (HAR 1.2), written piece by piece.

HAR has no field for a request body that is not text: such a body stands in base64, and the comment says so. The
capture's number and target travel in fields of our own, which begin with an underscore as HAR asks; `_capture` is
the object of `capture_lines` without the bodies, by which an import has every byte again.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import workbench
from workbench.formats.capture_lines import capture_record
from workbench.formats.form import query_fields
from workbench.model.capture import Capture
from workbench.model.clock import rfc3339
from workbench.model.message import Headers, Request, Response, readable

BODY_LIMIT_BYTES = 16 * 1024 * 1024
"""An entry is written and read as one piece: longer bodies are left out, and the entry says so."""


def har_log(captures: Iterable[tuple[Capture, Sequence[str]]]) -> Iterator[bytes]:
    """Yield an archive with an entry for each capture and what we answered; beside each what was hidden in it."""
    creator = json.dumps({"name": "Webhook Workbench", "version": workbench.__version__})
    yield f'{{"log":{{"version":"1.2","creator":{creator},"entries":['.encode()
    for position, (capture, masked) in enumerate(captures):
        entry = json.dumps(_entry(capture, masked), ensure_ascii=False, separators=(",", ":"))
        yield (b",\n" if position else b"\n") + entry.encode()
    yield b"\n]}}\n"


def _entry(capture: Capture, masked: Sequence[str]) -> dict[str, Any]:
    answered = capture.answered_at_us or capture.completed_at_us
    receive = (capture.completed_at_us - capture.received_at_us) / 1000
    wait = max(0, answered - capture.completed_at_us) / 1000
    return {
        "startedDateTime": rfc3339(capture.received_at_us),
        "time": receive + wait,
        "request": _request(capture),
        "response": _response(capture.answer),
        "cache": {},
        "timings": {"send": receive, "wait": wait, "receive": 0},
        "serverIPAddress": capture.peer.local_address,
        "connection": str(capture.peer.port),
        "_number": capture.number,
        "_target": capture.request.target,
        "_capture": capture_record(capture, masked, body_limit=-1),
    }


def _request(capture: Capture) -> dict[str, Any]:
    request = capture.request
    host = request.headers.get("host") or f"{capture.peer.local_address}:{capture.peer.local_port}"
    target = request.target if request.target.startswith("/") else f"/{request.target}"
    absolute = request.target.startswith(("http://", "https://"))
    described = {
        "method": request.method,
        "url": request.target if absolute else f"http://{host}{target}",
        "httpVersion": f"HTTP/{request.head.http_version}",
        "cookies": [],
        "headers": _headers(request.headers),
        "queryString": [{"name": pair.name, "value": pair.value} for pair in query_fields(request.target)],
        "headersSize": len(request.head.raw),
        "bodySize": request.body.size,
    }
    return described | ({"postData": _post_data(request)} if request.body.size else {})


def _post_data(request: Request) -> dict[str, Any]:
    described: dict[str, Any] = {"mimeType": request.head.content_type, "params": []}
    if request.body.size > BODY_LIMIT_BYTES:
        return described | {"text": "", "comment": "The body is too long for an archive and was left out."}
    content = request.body.read()
    try:
        return described | {"text": content.decode()}
    except UnicodeDecodeError:
        text = base64.b64encode(content).decode("ascii")
        return described | {"text": text, "comment": "base64", "_encoding": "base64"}


def _response(response: Response) -> dict[str, Any]:
    content = response.body.read()
    described: dict[str, Any] = {"size": len(content), "mimeType": response.head.content_type}
    try:
        described["text"] = content.decode()
    except UnicodeDecodeError:
        described |= {"text": base64.b64encode(content).decode("ascii"), "encoding": "base64"}
    return {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(response.headers),
        "content": described,
        "redirectURL": response.headers.get("location"),
        "headersSize": len(response.head.raw),
        "bodySize": len(content),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": readable(value)} for name, value in headers]
