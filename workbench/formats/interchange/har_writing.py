"""Collections as an HTTP archive (HAR 1.2): requests that were composed and not yet answered."""

import base64
import json

import workbench
from workbench.formats.interchange.documents import Plain
from workbench.formats.interchange.exported import (
    Exported,
    Options,
    flattened,
    lose_rows,
    lose_signing,
    public_headers,
    with_path_params,
)
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.queries import query_rows
from workbench.model.authentication import AuthKind
from workbench.model.collection import CONTENT_TYPES, BodyKind, CollectionTree, Field, Part, SavedRequest

_NO_ANSWER: Plain = {
    "status": 0,
    "statusText": "",
    "httpVersion": "HTTP/1.1",
    "cookies": [],
    "headers": [],
    "content": {"size": 0, "mimeType": ""},
    "redirectURL": "",
    "headersSize": -1,
    "bodySize": -1,
}


def write_har(tree: CollectionTree, options: Options) -> Exported:
    """Return an archive with an entry a request; variables stand in it as they are written."""
    losses = Losses()
    entries = [_entry(request, place, options) for request, place in flattened(tree, losses)]
    if tree.environments or tree.defaults.variables:
        losses.at(tree.name).add("Variables and environments are left out; {{names}} stand as they are written.")
    creator = {"name": "Webhook Workbench", "version": workbench.__version__}
    log = {"version": "1.2", "creator": creator, "entries": entries, "comment": tree.name}
    return Exported((json.dumps({"log": log}, ensure_ascii=False, indent=2) + "\n").encode(), losses.all())


def _entry(request: SavedRequest, losses: Losses, options: Options) -> Plain:
    lose_rows(request, losses)
    lose_signing(request, losses)
    if request.auth.kind is not AuthKind.NONE:
        losses.add(f"The {request.auth.kind} authentication is left out: an archive holds what is sent.")
    headers = [row for row in public_headers(request.headers, losses, options) if row.enabled]
    body = _post_data(request, headers, losses)
    if body is not None and not any(row.name.lower() == "content-type" for row in headers):
        headers.append(Field("Content-Type", body["mimeType"]))
    url = with_path_params(request)
    described: Plain = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _rows(headers),
        "queryString": _rows(query_rows(url)),
        "headersSize": -1,
        "bodySize": request.body.content.size if body else 0,
    }
    return {
        "startedDateTime": "1970-01-01T00:00:00.000Z",
        "time": 0,
        "request": described | ({"postData": body} if body else {}),
        "response": _NO_ANSWER,
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": request.name,
    }


def _rows(rows: list[Field]) -> list[Plain]:
    return [{"name": row.name, "value": row.value} for row in rows]


def _post_data(request: SavedRequest, headers: list[Field], losses: Losses) -> Plain | None:
    body = request.body
    typed = next((row.value for row in headers if row.name.lower() == "content-type"), "")
    mime_type = typed or CONTENT_TYPES.get(body.kind, "application/octet-stream")
    match body.kind:
        case BodyKind.NONE:
            return None
        case BodyKind.MULTIPART:
            parts = [_part(part) for part in body.parts if part.enabled]
            if any(part.is_file for part in body.parts):
                losses.add("Files of the form are named and not copied.")
            return {"mimeType": "multipart/form-data", "params": parts, "text": ""}
        case BodyKind.GRAPHQL:
            sent = {"query": body.content.read().decode("utf-8", "replace")}
            text = json.dumps(sent, ensure_ascii=False)
            if body.graphql_variables.strip():
                text = f'{text[:-1]}, "variables": {body.graphql_variables}}}'
            return {"mimeType": mime_type, "params": [], "text": text}
        case _:
            return {"mimeType": mime_type, "params": [], **_text(body.content.read())}


def _text(content: bytes) -> Plain:
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        text = base64.b64encode(content).decode("ascii")
        return {"text": text, "comment": "base64", "_encoding": "base64"}


def _part(part: Part) -> Plain:
    row: Plain = {"name": part.name}
    row |= {"fileName": part.files[0] if part.files else ""} if part.is_file else {"value": part.value}
    return row | ({"contentType": part.content_type} if part.content_type else {})
