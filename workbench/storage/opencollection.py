"""The words of OpenCollection 1.0 for one HTTP request, and what we make of them.

Between a file and a `SavedRequest` stands a plain form: the part of the file that is ours to change, as dicts and
lists, absent where the file is silent. Reading makes it from the file, saving makes a second one from the request,
and only what differs between the two is written.

Sources: packages/oc-schema of opencollection-dev/opencollection (0.12.0), and how Bruno 4.1 reads it
(packages/bruno-filestore): `http.url` carries the query, `http.params` lists the same rows and the disabled ones; the
`filePath` of a body counts from the collection's folder.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from workbench.model.collection import CONTENT_TYPES, BodyKind, Field, SavedRequest
from workbench.model.errors import CollectionError
from workbench.storage.collection_document import Mapping, Sequence, broken

Plain = dict[str, Any]

RAW_KINDS = {"json": BodyKind.JSON, "xml": BodyKind.XML, "text": BodyKind.TEXT}
_OTHER_TYPES = ("graphql", "grpc", "websocket", "script", "app")


@dataclass(frozen=True, slots=True)
class Title:
    """What the tree shows of one file, and its place among its neighbours (None: after those that have one)."""

    name: str
    method: str
    order: float | None


def request_title(document: Mapping, default_name: str) -> Title:
    """Return name, method and place; CollectionError for a file that is no HTTP request."""
    info = _http_info(document)
    http = document.mapping("http")
    method = http.text("method") if http else None
    return Title(info.text("name") or default_name, method or "GET", info.number("seq"))


def folder_title(document: Mapping, default_name: str) -> Title:
    """Return name and place of a folder.yml or an opencollection.yml."""
    info = document.mapping("info")
    if info is None:
        return Title(default_name, "", None)
    return Title(info.text("name") or default_name, "", info.number("seq"))


def _http_info(document: Mapping) -> Mapping:
    info = document.mapping("info")
    if info is None:
        raise broken(document.file_name, document.line, "“info” is missing; a request begins with its name and type")
    kind = info.text("type") or document.text("type")
    if kind in _OTHER_TYPES:
        raise broken(document.file_name, info.line, f"this is a {kind} item, and only http requests are read")
    if kind != "http":
        raise broken(document.file_name, info.line, "“type” must be http")
    return info


def plain_request(document: Mapping) -> Plain:
    """Return the plain form of a request's file; CollectionError where it holds what we cannot send."""
    info = _http_info(document)
    http = document.mapping("http") or Mapping(document.line, 0, False, document.file_name)
    plain_http = {
        "method": http.text("method"),
        "url": http.text("url"),
        "headers": [_row(row) for row in http.rows("headers")],
        "params": [_row(row) | {"type": row.text("type") or "query"} for row in http.rows("params")],
        "body": _plain_body(http),
    }
    return {"info": present({"name": info.text("name")}), "http": present(plain_http)}


def present(plain: Plain) -> Plain:
    """Return the plain form without what is absent: None and lists without rows."""
    return {key: value for key, value in plain.items() if value is not None and value != []}


def _row(row: Mapping) -> Plain:
    return row_of(Field(row.text("name") or "", row.text("value") or "", not row.flag("disabled")))


def row_of(entry: Field) -> Plain:
    """Return one row of headers, params or a form."""
    row: Plain = {"name": entry.name, "value": entry.value}
    return row if entry.enabled else row | {"disabled": True}


def field_of(row: Plain) -> Field:
    """Return a header's or parameter's row of the file; a row without `disabled` is sent."""
    return Field(row["name"], row["value"], "disabled" not in row)


def _plain_body(http: Mapping) -> Plain | None:
    node = http.pairs.get("body")
    if isinstance(node, Sequence):
        raise _unknown_body(http, node.line, "a choice of bodies")
    body = http.mapping("body")
    if body is None:
        return None
    kind = body.text("type")
    if kind in RAW_KINDS:
        return {"type": kind, "data": body.text("data") or ""}
    if kind == BodyKind.FORM:
        return {"type": kind, "data": [_row(row) for row in body.rows("data")]}
    if kind == "file":
        return {"type": kind, "data": [_file_row(row) for row in body.rows("data")]}
    raise _unknown_body(http, body.line, f"a body of type “{kind}”")


def _file_row(row: Mapping) -> Plain:
    return {
        "filePath": row.text("filePath") or "",
        "contentType": row.text("contentType") or "",
        "selected": row.flag("selected"),
    }


def _unknown_body(http: Mapping, line: int, what: str) -> CollectionError:
    return broken(http.file_name, line, f"the request has {what}, which cannot be sent yet")


def selected_file(body: Plain) -> Plain | None:
    """Return the row of a file body that is sent; None where no file is chosen."""
    return next((row for row in body["data"] if row["selected"] and row["filePath"]), None)


def with_file(former: Plain | None, path: str, content_type: str) -> Plain:
    """Return the file body that sends `path`; other files that a former file body offers stay."""
    chosen: Plain = {"filePath": path, "contentType": content_type, "selected": True}
    rows: list[Plain] = former["data"] if former and former["type"] == "file" else []
    chosen_row = next((row for row in rows if row["selected"]), None)
    kept = [chosen if row is chosen_row else row for row in rows]
    return {"type": "file", "data": kept if chosen_row else [*kept, chosen]}


def content_type_of(kind: BodyKind, headers: Iterable[Field]) -> str:
    """Return what goes out as Content-Type; Bruno lets a file body's own overrule the header, so they must agree."""
    typed = next((row.value for row in headers if row.enabled and row.name.lower() == "content-type"), None)
    return CONTENT_TYPES.get(kind, "") if typed is None else typed


def query_rows(url: str) -> list[Plain]:
    """Return the query of a URL as rows, undecoded, split as Bruno splits it; `?a` and `?a=` are the same row."""
    query = url.partition("?")[2].partition("#")[0]
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [{"name": name, "value": value, "type": "query"} for name, _, value in pairs if name]


def plain_params(request: SavedRequest, former: list[Plain]) -> list[Plain]:
    """Return the rows that list a URL's query, disabled ones and Bruno's path parameters at their former places."""
    path_rows = [row for row in former if row["type"] != "query"]
    disabled = [row_of(entry) | {"type": "query"} for entry in request.disabled_params]
    return in_former_places(query_rows(request.url), [*path_rows, *disabled], former)


def in_former_places(rows: list[Plain], others: list[Plain], former: list[Plain]) -> list[Plain]:
    """Return `rows` with each of `others` put in where a row of its name and value stood, else at the end."""
    places = [(row["name"], row["value"]) for row in former]
    merged = list(rows)
    known = [row for row in others if (row["name"], row["value"]) in places]
    for row in sorted(known, key=lambda row: places.index((row["name"], row["value"]))):
        merged.insert(places.index((row["name"], row["value"])), row)
    return [*merged, *(row for row in others if (row["name"], row["value"]) not in places)]


_VARIABLE = re.compile(r"(\{\{[^{}]*\}\})")


def form_text(rows: Iterable[Plain]) -> str:
    """Return the enabled rows as a URL-encoded form (URLSearchParams, as Bruno sends it); `{{name}}` stays."""
    enabled = [row for row in rows if "disabled" not in row]
    return "&".join(f"{_encoded(row['name'])}={_encoded(row['value'])}" for row in enabled)


def form_rows(text: str) -> list[Plain] | None:
    """Return the rows that make exactly this form again; None where none do (`a`, `%20`, lower-case escapes)."""
    pairs = [pair.partition("=") for pair in text.split("&")] if text else []
    try:
        rows = [{"name": _decoded(name), "value": _decoded(value)} for name, _, value in pairs]
    except UnicodeDecodeError:
        return None
    return rows if form_text(rows) == text else None


def _encoded(text: str) -> str:
    parts = _VARIABLE.split(text)
    return "".join(
        part if at % 2 else quote_plus(part, safe="*").replace("~", "%7E") for at, part in enumerate(parts)
    )


def _decoded(text: str) -> str:
    return unquote_plus(text, errors="strict")


def parts_not_sent(document: Mapping) -> tuple[str, ...]:
    """Return a sentence for each part of a request, folder or collection that Bruno acts on and we do not."""
    inherited = document.mapping("request")
    http = document.mapping("http") or inherited
    runtime = document.mapping("runtime")
    sentences: list[str] = []
    if http and (auth := _auth_type(http)) not in ("", "none", "inherit"):
        sentences.append(f"{document.file_name}: its {auth} authentication is not sent.")
    if http and any(row.text("type") == "path" for row in http.rows("params")):
        sentences.append(f"{document.file_name}: its path parameters are not filled in.")
    if inherited and inherited.rows("headers"):
        sentences.append(f"{document.file_name}: its headers for every request are not sent.")
    if runtime:
        sentences += [f"{document.file_name}: its {name} are not run." for name in runtime.pairs]
    return tuple(sentences)


def _auth_type(http: Mapping) -> str:
    auth = http.pairs.get("auth")
    if isinstance(auth, Mapping):
        return auth.text("type") or ""
    return http.text("auth") or ""
