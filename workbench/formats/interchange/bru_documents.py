"""`.bru` files as Bruno's own JSON has them, so that one reader (`bruno_requests`) serves both."""

import re
from collections.abc import Iterable
from typing import Any

from workbench.formats.interchange.bru_language import Block, Pair, parse_bru
from workbench.formats.interchange.documents import Plain, decoded

_METHODS = {"get", "post", "put", "delete", "patch", "options", "head", "connect", "trace", "http"}
_FILE = re.compile(r"@file\((?P<paths>.*)\)\Z", re.DOTALL)
_BODY_TEXTS = {"body": "json", "body:json": "json", "body:text": "text", "body:xml": "xml", "body:sparql": "sparql"}
_SECTIONS = {"headers": "headers", "params:query": "query", "params:path": "path", "query": "query"}
_DOCUMENT_PARTS = {"meta", "settings", "tags", "auth", "example", "metadata", "app"}


def bru_item(raw: bytes) -> Plain:
    """Return a request's file in the form of Bruno's JSON exports; FormatError names the line of what is wrong."""
    blocks = parse_bru(decoded(raw))
    meta = next((block for block in blocks if block.name == "meta"), Block("meta", 1))
    item: Plain = {
        "type": meta.value("type") or "http",
        "name": meta.value("name"),
        "seq": meta.value("seq"),
        "tags": [name for pair in meta.pairs if pair.name == "tags" for name in pair.names or ()],
        "request": _request(blocks),
        "settings": {pair.name: pair.value for block in blocks if block.name == "settings" for pair in block.pairs},
        "examples": [{} for block in blocks if block.name == "example"],
    }
    for kind in ("grpc", "ws", "app"):
        if any(block.name == kind for block in blocks):
            item["type"] = kind
    return item


def bru_root(raw: bytes) -> Plain:
    """Return a collection.bru or folder.bru: what it gives to all requests in it, and its name and place."""
    blocks = parse_bru(decoded(raw))
    meta = next((block for block in blocks if block.name == "meta"), Block("meta", 1))
    request = _request(blocks)
    return {
        "meta": {"name": meta.value("name"), "seq": meta.value("seq")},
        "request": request,
        "docs": request.pop("docs"),
    }


def bru_environment(raw: bytes) -> Plain:
    """Return an environment's file; a secret has a name and no value."""
    variables: list[Plain] = []
    for block in parse_bru(decoded(raw)):
        secret = block.name == "vars:secret"
        if block.name == "vars" or secret:
            variables += [row | {"secret": secret} for row in _rows(block.pairs)]
    return {"variables": variables}


def _request(blocks: list[Block]) -> Plain:
    request: Plain = {
        "method": "",
        "url": "",
        "headers": [],
        "params": [],
        "body": {"mode": "none"},
        "auth": {"mode": ""},
        "script": {},
        "vars": {"req": [], "res": []},
        "assertions": [],
        "tests": "",
        "docs": "",
    }
    for block in blocks:
        _add(request, block)
    return request


def _add(request: Plain, block: Block) -> None:
    name = block.name
    if name in _METHODS:
        request["method"] = block.value("method") if name == "http" else name.upper()
        request["url"] = block.value("url")
        request["body"]["mode"] = block.value("body") or "none"
        request["auth"]["mode"] = block.value("auth") or "none"
    elif name in _SECTIONS:
        listed = "headers" if name == "headers" else "params"
        kind = {} if name == "headers" else {"type": _SECTIONS[name]}
        request[listed] += [row | kind for row in _rows(block.pairs)]
    elif name.startswith("body"):
        _add_body(request["body"], block)
    elif name == "auth":
        request["auth"]["mode"] = block.value("mode")
    elif name.startswith("auth:"):
        _add_auth(request["auth"], block)
    elif name in ("vars:pre-request", "vars:post-response"):
        request["vars"]["req" if name == "vars:pre-request" else "res"] += [
            _variable(row) for row in _rows(block.pairs)
        ]
    elif name == "assert":
        request["assertions"] += _rows(block.pairs)
    elif name.startswith("script:"):
        request["script"]["req" if name == "script:pre-request" else "res"] = block.text
    elif name in ("tests", "docs"):
        request[name] = block.text
    elif name not in _DOCUMENT_PARTS:
        request.setdefault("unknown", []).append(name)


def _rows(pairs: Iterable[Pair]) -> list[Plain]:
    return [
        {"name": pair.name, "value": pair.value, "enabled": pair.enabled}
        | {name: value for name, value in pair.annotations if name == "description"}
        for pair in pairs
    ]


def _variable(row: Plain) -> Plain:
    """`@name` is a variable of this request alone."""
    name: str = row["name"]
    return row | {"name": name.removeprefix("@"), "local": name.startswith("@")}


def _add_body(body: Plain, block: Block) -> None:
    name = block.name
    if name in _BODY_TEXTS:
        body[_BODY_TEXTS[name]] = block.text
    elif name == "body:graphql":
        body.setdefault("graphql", {})["query"] = block.text
    elif name == "body:graphql:vars":
        body.setdefault("graphql", {})["variables"] = block.text
    elif name == "body:form-urlencoded":
        body["formUrlEncoded"] = _rows(block.pairs)
    elif name == "body:multipart-form":
        body["multipartForm"] = [_part(row) for row in _rows(block.pairs)]
    elif name == "body:file":
        body["file"] = [_file(row) for row in _rows(block.pairs)]


def _typed(row: Plain) -> tuple[str, str]:
    value: str = row["value"]
    before, mark, content_type = value.rpartition("@contentType(")
    return (
        (before.rstrip(), content_type.rstrip()[:-1]) if mark and content_type.rstrip().endswith(")") else (value, "")
    )


def _part(row: Plain) -> Plain:
    value, content_type = _typed(row)
    match = _FILE.match(value)
    files: Any = [path for path in match["paths"].split("|") if path] if match else value
    return row | {"type": "file" if match else "text", "value": files, "contentType": content_type}


def _file(row: Plain) -> Plain:
    value, content_type = _typed(row)
    match = _FILE.match(value)
    return {"filePath": match["paths"] if match else value, "contentType": content_type, "selected": row["enabled"]}


def _add_auth(auth: Plain, block: Block) -> None:
    kind = block.name.removeprefix("auth:")
    if ":" in kind:
        auth.setdefault("additional", []).append(kind)
        return
    auth[kind] = {_camel(pair.name): pair.value for pair in block.pairs}


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
