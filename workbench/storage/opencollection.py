"""The words of OpenCollection 1.0 for a request, a folder and a collection, and what we make of them.

Between a file and a `SavedRequest` stands a plain form: the part of the file that is ours to change, as dicts and
lists, absent where the file is silent. Reading makes it from the file, saving makes a second one from the request,
and only what differs between the two is written.

Sources: packages/oc-schema of opencollection-dev/opencollection (0.12.0), and how Bruno 4.1 reads it
(packages/bruno-filestore): `http.url` carries the query, `http.params` lists the same rows, the disabled ones and
those of the path.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.model.collection import CONTENT_TYPES, BodyKind, Field, SavedRequest
from workbench.storage.collection_document import Mapping, Plain, Scalar, broken
from workbench.storage.opencollection_auth import is_foreign, plain_auth
from workbench.storage.opencollection_bodies import (
    field_of,
    in_former_places,
    param_row,
    plain_body,
    plain_graphql,
    plain_row,
)
from workbench.storage.opencollection_examples import plain_examples
from workbench.storage.opencollection_runtime import (
    plain_actions,
    plain_assertions,
    plain_settings,
    plain_variables,
    taking_of,
)

HTTP, GRAPHQL = "http", "graphql"
_OTHER_TYPES = ("grpc", "websocket", "script", "app")
_OUR_SCOPES = ("runtime", "environment", "collection")


@dataclass(frozen=True, slots=True)
class Title:
    """What the tree shows of one file, and its place among its neighbours (None: after those that have one)."""

    name: str
    method: str
    order: float | None
    url: str = ""


def request_title(document: Mapping, default_name: str) -> Title:
    """Return name, method, place and URL; CollectionError for a file that is no HTTP request."""
    info = document.mapping("info")
    part = document.mapping(item_type(document))
    assert info is not None
    method = part.text("method") if part else None
    url = part.text("url") if part else None
    usual = "POST" if item_type(document) == GRAPHQL else "GET"
    return Title(info.text("name") or default_name, method or usual, info.number("seq"), url or "")


def folder_title(document: Mapping, default_name: str) -> Title:
    """Return name and place of a folder.yml or an opencollection.yml."""
    info = document.mapping("info")
    if info is None:
        return Title(default_name, "", None)
    return Title(info.text("name") or default_name, "", info.number("seq"))


def item_type(document: Mapping) -> str:
    """Return `http` or `graphql`, which is also the key of the request's own part; CollectionError for all else."""
    info = document.mapping("info")
    if info is None:
        raise broken(document.file_name, document.line, "“info” is missing; a request begins with its name and type")
    kind = info.text("type") or document.text("type") or ""
    if kind in _OTHER_TYPES:
        raise broken(document.file_name, info.line, f"this is a {kind} item, and only http requests are read")
    if kind not in (HTTP, GRAPHQL):
        raise broken(document.file_name, info.line, "“type” must be http or graphql")
    return kind


def plain_request(document: Mapping) -> Plain:
    """Return the plain form of a request's file; CollectionError where it holds what we cannot send."""
    kind = item_type(document)
    info, part, runtime = (document.mapping(key) or _silent(document) for key in ("info", kind, "runtime"))
    return {
        "info": present({"name": info.text("name"), "type": info.text("type"), "tags": info.texts("tags")}),
        kind: present(
            {
                "method": part.text("method"),
                "url": part.text("url"),
                "params": [plain_row(row) | {"type": row.text("type") or "query"} for row in part.rows("params")],
                "headers": [plain_row(row) for row in part.rows("headers")],
                "body": plain_graphql(part) if kind == GRAPHQL else plain_body(part),
                "auth": plain_auth(part),
            }
        ),
        "runtime": present(
            {
                "variables": plain_variables(runtime),
                "assertions": plain_assertions(runtime),
                "actions": plain_actions(runtime),
            }
        ),
        "settings": plain_settings(document.mapping("settings")),
        **present({"examples": plain_examples(document) if kind == HTTP else None, "docs": _text_docs(document)}),
    }


def _silent(document: Mapping) -> Mapping:
    return Mapping(document.line, 0, False, document.file_name)


def _text_docs(document: Mapping) -> str | None:
    return document.text("docs") if isinstance(document.pairs.get("docs"), Scalar) else None


def plain_defaults(document: Mapping) -> Plain:
    """Return the plain form of a folder.yml or an opencollection.yml: its name and what it gives to requests."""
    info, request = (document.mapping(key) or _silent(document) for key in ("info", "request"))
    settings = request.mapping("settings") or _silent(document)
    docs = document.mapping("docs") if not isinstance(document.pairs.get("docs"), Scalar) else None
    return {
        "info": present({"name": info.text("name"), "type": info.text("type")}),
        "request": present(
            {
                "headers": [plain_row(row) for row in request.rows("headers")],
                "auth": plain_auth(request),
                "variables": plain_variables(request),
                "settings": {"http": plain_settings(settings.mapping("http"))},
            }
        ),
        **present({"docs": {"content": docs.text("content") or ""} if docs else _text_docs(document)}),
    }


def plain_place(document: Mapping) -> Plain:
    """Return the plain form of a file's place among its neighbours."""
    info = document.mapping("info") or _silent(document)
    order = info.number("seq")
    return {"info": present({"seq": int(order) if order is not None and order.is_integer() else order})}


def present(plain: Plain) -> Plain:
    """Return the plain form without what is absent: None and lists without rows."""
    return {key: value for key, value in plain.items() if value is not None and value != []}


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
    """Return the rows that list a URL's query, the disabled ones and the path's, at their former places."""
    path_rows = [param_row(entry, "path") for entry in request.path_params]
    disabled = [param_row(entry, "query") for entry in request.disabled_params]
    return in_former_places(query_rows(request.url), [*disabled, *path_rows], former)


def path_params(rows: list[Plain]) -> tuple[Field, ...]:
    """Return what fills the `:name` segments of the path."""
    return tuple(field_of(row) for row in rows if row["type"] == "path")


def parts_not_sent(document: Mapping) -> tuple[str, ...]:
    """Return a sentence for each part of a request, folder or collection that Bruno acts on and we do not."""
    inherited = document.mapping("request")
    part = document.mapping(HTTP) or document.mapping(GRAPHQL) or inherited
    runtime = document.mapping("runtime") or _silent(document)
    name = document.file_name
    sentences: list[str] = []
    auth = plain_auth(part) if part else None
    if auth and is_foreign(auth):
        sentences.append(f"{name}: its {auth['type']} authentication is not sent.")
    if runtime.pairs.get("scripts") or (inherited and inherited.pairs.get("scripts")):
        sentences.append(f"{name}: its scripts are not run.")
    for row in plain_actions(runtime):
        taking = taking_of(row)
        if taking is None:
            sentences.append(f"{name}: its action before the request is not run.")
        elif taking.scope not in _OUR_SCOPES:
            sentences.append(
                f"{name}: {taking.name} is kept as a runtime variable, not as one of the {taking.scope}."
            )
    config = document.mapping("config") or _silent(document)
    sentences += [f"{name}: its {words} are not used." for key, words in _CONFIG.items() if config.pairs.get(key)]
    return tuple(sentences)


_CONFIG = {"proxy": "proxy settings", "clientCertificates": "client certificates"}
