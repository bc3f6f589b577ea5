"""OpenCollection 1.0 in one file (`bundled: true`), or as a folder of files: what Bruno 4 writes and our own form is.

Source: the JSON schema that opencollection-dev publishes, and how Bruno reads it. An item is brought into the form of
Bruno's JSON (`bruno_requests`), which differs in names only.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from workbench.formats.interchange.bruno_requests import (
    defaults_of,
    environment_of,
    is_request,
    lose_item,
    request_of,
)
from workbench.formats.interchange.documents import Plain, flag, load, mapping, number, rows, sequence, text, title
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.model.collection import CollectionTree, Defaults, Place, SavedRequest, by_place
from workbench.model.errors import FormatError
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Environment

COLLECTION_FILE, FOLDER_FILE = "opencollection.yml", "folder.yml"

_KNOWN = {"info", "http", "graphql", "grpc", "websocket", "runtime", "settings", "examples", "docs", "type"}
_ITEM_KEYS = ("http", "graphql", "grpc", "websocket")


def read_opencollection(raw: bytes, read: Beside = nothing_beside) -> Imported:
    """Return a collection in one file, or one request's file as a collection of its own."""
    document = mapping(load(raw))
    losses = Losses()
    if "opencollection" not in document and "items" not in document:
        if not is_opencollection_item(document):
            raise FormatError("This is no OpenCollection file: it has no “opencollection”.", "Choose the right file.")
        name = title(mapping(document.get("info")).get("name"), "Request")
        folder = _folder(name, {"items": [document]}, losses, read)
        return Imported(folder, losses.all())
    name = title(mapping(document.get("info")).get("name"), "OpenCollection")
    place = losses.at(name)
    folder = _folder(name, document, place, read)
    config = mapping(document.get("config"))
    _lose_config(document, place)
    environments = tuple(_environment(each, place) for each in rows(config.get("environments")))
    return Imported(replace(folder, environments=environments), losses.all())


def is_opencollection_item(document: Plain) -> bool:
    """Return whether a document is one request's file."""
    return isinstance(document.get("info"), dict) and any(isinstance(document.get(key), dict) for key in _ITEM_KEYS)


def read_opencollection_folder(files: Mapping[str, bytes], name: str, read: Beside) -> Imported:
    """Return a folder with an opencollection.yml; a file that cannot be read is reported and stops nothing."""
    losses = Losses()
    document = mapping(load(files[COLLECTION_FILE]))
    own = title(mapping(document.get("info")).get("name"), name)
    place = losses.at(own)
    _lose_config(document, place)
    environments = [_environment(each, place) for each in rows(mapping(document.get("config")).get("environments"))]
    paths = sorted(path for path in files if path.endswith((".yml", ".yaml")) and not path.endswith(".hook.yaml"))
    for path in [path for path in paths if path.startswith("environments/")]:
        if found := _read(files[path], path, losses):
            stem = PurePosixPath(path).stem
            environments.append(_environment({**found, "name": text(found.get("name")) or stem}, place))
    for path in [path for path in files if path.endswith(".hook.yaml")]:
        losses.at(path).add(
            "What Workbench keeps beside a request is not copied: open the folder instead of importing it."
        )
    kept = [PurePosixPath(path) for path in paths if not path.startswith(("environments/", "bodies/"))]
    whole = _directory(document, PurePosixPath("."), kept, files, losses)
    tree = _folder(own, whole, place, read)
    return Imported(replace(tree, environments=tuple(environments)), losses.all())


def _read(raw: bytes, path: str, losses: Losses) -> Plain | None:
    try:
        return mapping(load(raw))
    except FormatError as error:
        losses.at(path).add(f"The file cannot be read and is left out. {error.message}")
        return None


def _directory(
    document: Plain, here: PurePosixPath, paths: list[PurePosixPath], files: Mapping[str, bytes], losses: Losses
) -> Plain:
    """Return a folder's document with what lies in it as `items`, as a bundled file has them."""
    items: list[Plain] = []
    below: dict[str, list[PurePosixPath]] = {}
    for path in paths:
        if path.parent != here:
            below.setdefault(path.parts[len(here.parts)], []).append(path)
        elif path.name not in (COLLECTION_FILE, FOLDER_FILE):
            found = _read(files[path.as_posix()], path.as_posix(), losses)
            if found is not None and _is_item(found):
                info = mapping(found.get("info"))
                items.append({**found, "info": {**info, "name": text(info.get("name")) or path.stem}})
            elif found is not None:
                losses.at(path.as_posix()).add("The file is no request: it is left out.")
    for part, inner in below.items():
        folder_file = (here / part / FOLDER_FILE).as_posix()
        own = (_read(files[folder_file], folder_file, losses) if folder_file in files else None) or {}
        info = mapping(own.get("info"))
        named = {**own, "info": {**info, "name": text(info.get("name")) or part, "type": "folder"}}
        items.append(_directory(named, here / part, inner, files, losses))
    return {**document, "items": items}


def _is_item(document: Plain) -> bool:
    return bool(mapping(document.get("info"))) or any(key in document for key in _ITEM_KEYS)


def _kind(item: Plain) -> str:
    return text(mapping(item.get("info")).get("type") or item.get("type"))


def _is_folder(item: Plain) -> bool:
    return _kind(item) == "folder" or "items" in item


def _place(item: Plain) -> Place:
    return Place(_is_folder(item), number(mapping(item.get("info")).get("seq")))


def _folder(name: str, document: Plain, losses: Losses, read: Beside) -> CollectionTree:
    items: list[CollectionTree | SavedRequest] = []
    for item in by_place(rows(document.get("items")), _place):
        if _is_folder(item):
            inner = title(mapping(item.get("info")).get("name"), "Folder")
            items.append(_folder(inner, item, losses.at(inner), read))
            continue
        plain = _bruno_item(item)
        if is_request(plain):
            items.append(request_of(plain, losses, read))
        else:
            lose_item(plain, losses)
    return CollectionTree.of(name, items, _defaults(document, losses))


def _defaults(document: Plain, losses: Losses) -> Defaults:
    request = mapping(document.get("request"))
    plain = {
        "headers": [_row(row) for row in rows(request.get("headers"))],
        "auth": _auth(request.get("auth"), ""),
        "vars": {"req": [_variable(row) for row in rows(request.get("variables"))]},
        "script": _scripts(request.get("scripts")),
        "tests": _script(request.get("scripts"), "tests"),
        "settings": request.get("settings"),
    }
    if rows(request.get("metadata")):
        losses.add("Metadata of gRPC requests are not carried over.")
    return defaults_of({"request": plain, "docs": _docs(document.get("docs"))}, losses)


def _docs(value: Any) -> str:
    return text(mapping(value).get("content")) if isinstance(value, dict) else text(value)


def _environment(document: Plain, losses: Losses) -> Environment:
    name = title(document.get("name"), "Environment")
    for part, what in (("clientCertificates", "client certificates"), ("externalSecrets", "external secrets")):
        if document.get(part):
            losses.at(name).add(f"Its {what} are not carried over.")
    if document.get("dotEnvFilePath"):
        losses.at(name).add(
            f"The file {text(document['dotEnvFilePath'])} is not read: give its variables values here."
        )
    variables = [_variable(row) for row in rows(document.get("variables"))]
    return environment_of({"variables": variables, "extends": document.get("extends")}, name, losses)


def _lose_config(document: Plain, losses: Losses) -> None:
    config = mapping(document.get("config"))
    if rows(config.get("clientCertificates")):
        losses.add("Client certificates are not carried over: choose them in the settings.")
    if mapping(config.get("protobuf")).get("protoFiles"):
        losses.add("Protocol buffer files are not carried over.")
    proxy = mapping(config.get("proxy"))
    if proxy and proxy.get("inherit") is not True and not flag(proxy.get("disabled")):
        losses.add("The proxy is not carried over: choose it in the settings.")


def _bruno_item(item: Plain) -> Plain:
    """Return an item in the form of Bruno's JSON."""
    info, runtime = mapping(item.get("info")), mapping(item.get("runtime"))
    kind = next((key for key in _ITEM_KEYS if isinstance(item.get(key), dict)), "http")
    described = mapping(item.get(kind))
    request: Plain = {
        "method": described.get("method") or ("POST" if kind == "graphql" else "GET"),
        "url": described.get("url"),
        "headers": [_row(row) for row in rows(described.get("headers"))],
        "params": [_row(row) | {"type": row.get("type") or "query"} for row in rows(described.get("params"))],
        "body": _body(described.get("body"), kind),
        "auth": _auth(described.get("auth", runtime.get("auth")), "none"),
        "script": _scripts(runtime.get("scripts")),
        "tests": _script(runtime.get("scripts"), "tests"),
        "vars": {
            "req": [_variable(row) for row in rows(runtime.get("variables"))],
            "res": [_action(row) for row in rows(runtime.get("actions"))],
        },
        "assertions": [
            _row(row) | {"expression": row.get("expression"), "operator": row.get("operator")}
            for row in rows(runtime.get("assertions"))
        ],
        "docs": _docs(item.get("docs")),
        "unknown": [name for name in item if name not in _KNOWN and item[name]],
    }
    return {
        "type": _kind(item) or kind,
        "name": info.get("name"),
        "tags": sequence(info.get("tags")),
        "settings": item.get("settings"),
        "examples": sequence(item.get("examples")),
        "request": request,
    }


def _row(row: Plain) -> Plain:
    return {
        "name": row.get("name"),
        "value": row.get("value"),
        "enabled": not flag(row.get("disabled")),
        "description": _docs(row.get("description")),
    }


def _variable(row: Plain) -> Plain:
    value = row.get("value")
    if isinstance(value, list):
        variants = rows(value)
        value = next((each.get("value") for each in variants if flag(each.get("selected"))), None)
    if isinstance(value, dict):
        value = mapping(value).get("data")
    return _row(row) | {"value": value, "secret": row.get("secret") is True}


def _action(row: Plain) -> Plain:
    target = mapping(row.get("variable"))
    return {
        "name": target.get("name"),
        "value": mapping(row.get("selector")).get("expression"),
        "scope": target.get("scope"),
        "enabled": not flag(row.get("disabled")),
    }


def _scripts(value: Any) -> Plain:
    return {"req": _script(value, "before-request"), "res": _script(value, "after-response")}


def _script(value: Any, kind: str) -> str:
    return "\n".join(text(row.get("code")) for row in rows(value) if row.get("type") == kind)


def _body(value: Any, kind: str) -> Plain:
    if isinstance(value, list):
        variants = rows(value)
        chosen = next((each for each in variants if flag(each.get("selected"))), variants[0] if variants else {})
        others = [text(each.get("title")) or "untitled" for each in variants if each is not chosen]
        made = _body(chosen.get("body"), kind)
        return made | ({f"the variant {', '.join(others)}": True} if others else {})
    body = mapping(value)
    if kind == "graphql":
        return {"mode": "graphql", "graphql": body} if body else {"mode": "none"}
    mode = text(body.get("type"))
    data = body.get("data")
    match mode:
        case "":
            return {"mode": "none"}
        case "form-urlencoded":
            return {"mode": mode, "formUrlEncoded": [_row(row) for row in rows(data)]}
        case "multipart-form":
            listed = [
                _row(row) | {"type": row.get("type"), "contentType": row.get("contentType")} for row in rows(data)
            ]
            return {"mode": mode, "multipartForm": listed}
        case _:
            return {"mode": mode, mode: data}


_NESTED = {
    "credentials": {"clientId": "clientId", "clientSecret": "clientSecret", "placement": "credentialsPlacement"},
    "resourceOwner": {"username": "username", "password": "password"},
}


def _auth(value: Any, otherwise: str) -> Plain:
    """Return authentication; a request that says none has none, a folder inherits."""
    if value == "inherit":
        return {"mode": "inherit"}
    auth = mapping(value)
    mode = text(auth.get("type"))
    if not mode:
        return {"mode": otherwise}
    return {"mode": mode, mode: _flat_oauth2(auth) if mode == "oauth2" else auth}


def _flat_oauth2(auth: Plain) -> Plain:
    flat: Plain = {name: held for name, held in auth.items() if not isinstance(held, dict) and name != "flow"}
    flat["grantType"] = auth.get("flow")
    for part, names in _NESTED.items():
        flat |= {names[name]: held for name, held in mapping(auth.get(part)).items() if name in names}
    pkce = mapping(auth.get("pkce"))
    if auth.get("flow") == "authorization_code":
        on = bool(pkce) and not flag(pkce.get("disabled"))
        flat["pkce"] = (text(pkce.get("method")) or "S256") if on else "none"
    placement = mapping(mapping(auth.get("tokenConfig")).get("placement"))
    if "header" in placement:
        flat["tokenHeaderPrefix"] = placement["header"]
    if "query" in placement:
        flat |= {"tokenPlacement": "query", "tokenQueryKey": placement["query"]}
    if mapping(auth.get("additionalParameters")):
        flat["additionalParameters"] = "some"
    return flat


def settings_of(settings: SendSettings) -> Plain:
    """Return the settings that OpenCollection has words for."""
    described: Plain = {}
    if settings.timeout_s is not None:
        described["timeout"] = round(settings.timeout_s * 1000)
    if settings.follow_redirects is not None:
        described["followRedirects"] = settings.follow_redirects
    if settings.max_redirects is not None:
        described["maxRedirects"] = settings.max_redirects
    return described
