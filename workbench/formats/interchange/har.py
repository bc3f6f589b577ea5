"""HTTP archives (HAR 1.1 and 1.2), a single entry or request of one, and the request objects of httpsnippet.

An archive is what happened: `{{…}}` in a body of it is text. The address holds the query already in real archives,
and not in httpsnippet's; rows that it lacks are added.
"""

import base64
import binascii
from urllib.parse import unquote_plus, urlsplit

from workbench.formats.interchange.bodies import content_type_of, form_body, kind_of_type
from workbench.formats.interchange.documents import Plain, load_json, mapping, rows, text, title
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.formats.interchange.queries import query_rows, read_method, with_query
from workbench.model.authentication import NO_AUTH
from workbench.model.collection import NO_BODY, BodyKind, CollectionTree, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.message import Body

_FRAMING = {"content-length", "transfer-encoding", "connection"}


def read_har(raw: bytes, read: Beside = nothing_beside) -> Imported:
    """Return a request for each entry of an archive, in order."""
    del read
    value = load_json(raw)
    document = mapping(value)
    log = mapping(document.get("log"))
    if isinstance(log.get("entries"), list):
        entries = rows(log["entries"])
    elif rows(value):
        entries = rows(value)
    elif is_har_request(document) or isinstance(document.get("request"), dict):
        entries = [document]
    else:
        raise FormatError(
            "This is no HTTP archive: it has no “log” with a list “entries”.", "Export it again as HAR."
        )
    losses = Losses()
    name = title(mapping(log.get("creator")).get("comment") or log.get("comment"), "HTTP archive")
    place = losses.at(name)
    answers = sum(1 for entry in entries if mapping(entry.get("response")).get("status"))
    if answers:
        place.add(f"Answers are not carried over: {answers}.")
    if any(entry.get("timings") for entry in entries):
        place.add("Times are not carried over.")
    requests: list[SavedRequest] = []
    for entry in entries:
        described = mapping(entry.get("request")) or (entry if is_har_request(entry) else {})
        if "url" in described:
            requests.append(_request(entry, described, place))
        else:
            place.add("An entry without a request or its address is left out.")
    return Imported(CollectionTree(name, requests=tuple(requests)), losses.all())


def is_har_request(document: Plain) -> bool:
    """Return whether a document is one request as HAR writes it."""
    return isinstance(document.get("url"), str) and isinstance(document.get("method"), str)


def _request(entry: Plain, request: Plain, losses: Losses) -> SavedRequest:
    url = text(request["url"])
    method = read_method(request.get("method"), losses)
    name = title(entry.get("comment") or request.get("comment"), f"{method} {_path(url)}"[:120])
    place = losses.at_request(name)
    headers = _headers(request, place)
    body, headers = _body(mapping(request.get("postData")), headers, place)
    if "{{" in url or any("{{" in row.value for row in headers):
        place.add("Double braces in its address or headers are taken for variables.")
    rest, added = _query(url, request)
    return SavedRequest(
        name=name, method=method, url=with_query(rest, added), headers=headers, body=body, auth=NO_AUTH
    )


def _path(url: str) -> str:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return url


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _query(url: str, request: Plain) -> tuple[str, list[Field]]:
    there = {(unquote_plus(row.name), unquote_plus(row.value)) for row in query_rows(url)}
    listed = [Field(text(row.get("name")), text(row.get("value"))) for row in rows(request.get("queryString"))]
    return url, [row for row in listed if (unquote_plus(row.name), unquote_plus(row.value)) not in there]


def _headers(request: Plain, losses: Losses) -> tuple[Field, ...]:
    listed = [(text(row.get("name")), text(row.get("value"))) for row in rows(request.get("headers"))]
    own_host = _host(text(request["url"]))
    dropped = [
        name
        for name, value in listed
        if name.startswith(":") or name.lower() in _FRAMING or (name.lower() == "host" and value == own_host)
    ]
    if dropped:
        losses.add(f"Headers that are made anew when it is sent are left out: {', '.join(dict.fromkeys(dropped))}.")
    kept = [Field(name, value) for name, value in listed if name and name not in dropped]
    cookies = [(text(row.get("name")), text(row.get("value"))) for row in rows(request.get("cookies"))]
    if cookies and not any(row.name.lower() == "cookie" for row in kept):
        kept.append(Field("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    return tuple(kept)


def _body(data: Plain, headers: tuple[Field, ...], losses: Losses) -> tuple[ComposedBody, tuple[Field, ...]]:
    content = text(data.get("text"))
    mime_type = text(data.get("mimeType"))
    params = rows(data.get("params"))
    typed = content_type_of(headers)
    if mime_type.startswith("multipart/") and params and not content:
        # A boundary is made anew with the parts.
        kept = tuple(row for row in headers if row.name.lower() != "content-type")
        return ComposedBody(BodyKind.MULTIPART, parts=tuple(_part(row, losses) for row in params)), kept
    if params and not content:
        listed = [Field(text(row.get("name")), text(row.get("value"))) for row in params]
        return form_body(listed), headers
    raw = _decoded(data, content)
    if not raw:
        return NO_BODY, headers
    if mime_type and not typed:
        headers = (*headers, Field("Content-Type", mime_type))
    kind = BodyKind.BYTES if mime_type.startswith("multipart/") else kind_of_type(typed or mime_type)
    return ComposedBody(kind, Body(raw), literal=b"{{" in raw), headers


def _decoded(data: Plain, content: str) -> bytes:
    """HAR has no word for a body that is not text; some write `encoding`, we `_encoding`."""
    if "base64" in (data.get("_encoding"), data.get("encoding")):
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            return content.encode()
    return content.encode()


def _part(row: Plain, losses: Losses) -> Part:
    name, file_name = text(row.get("name")), text(row.get("fileName"))
    if file_name and "value" not in row:
        losses.add(f"The part {name} sends the file {file_name}, which is not in the archive: choose it again.")
        return Part(name, is_file=True, content_type=text(row.get("contentType")))
    if file_name:
        losses.add(f"The part {name} was sent as the file {file_name}; it is sent as text without a file's name.")
    return Part(name, text(row.get("value")), content_type=text(row.get("contentType")))
