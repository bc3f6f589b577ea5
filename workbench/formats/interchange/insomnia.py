"""Insomnia: exports of v1 to v4 (a flat list of resources, JSON or YAML) and v5 files (one YAML a collection)."""

import math
from dataclasses import replace
from typing import Any

from workbench.formats.interchange.documents import Plain, load, mapping, number, rows, text, title
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.formats.interchange.insomnia_requests import auth_of, header_rows, request_of, variables_of
from workbench.formats.interchange.insomnia_versions import old_resources, with_old_parts
from workbench.formats.interchange.scripts import lose_script
from workbench.model.collection import CollectionTree, Defaults, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.variables import Environment

_ITEMS = {"request", "request_group", "grpc_request", "websocket_request", "socketio_request", "mcp_request"}
_SILENT = {"workspace", "environment", "cookie_jar", *_ITEMS}


def read_insomnia(raw: bytes, read: Beside = nothing_beside) -> Imported:
    """Return a v4 or v5 export as a collection; FormatError where it is none, or of another version."""
    document = mapping(load(raw))
    kind = text(document.get("type"))
    if ".insomnia.rest/5" in kind:
        return _version_5(document, kind, read)
    version = text(document.get("__export_format"))
    if version == "1" and isinstance(document.get("items"), list):
        return _version_4({"resources": old_resources(rows(document["items"]))}, read)
    if version not in ("2", "3", "4") or not isinstance(document.get("resources"), list):
        what = f"an Insomnia export of version {version}" if version else "no Insomnia export"
        raise FormatError(f"This is {what}, which is not read.", "Export it from Insomnia anew: v4 JSON or v5 YAML.")
    return _version_4(document, read)


def _version_5(document: Plain, kind: str, read: Beside) -> Imported:
    losses = Losses()
    name = title(document.get("name"), "Insomnia collection")
    place = losses.at(name)
    environments = mapping(document.get("environments"))
    if kind.startswith("environment."):
        return Imported(_environment_tree(name, environments, place), losses.all())
    if not kind.startswith(("collection.", "spec.")):
        raise FormatError(
            f"This Insomnia file is a {kind.partition('.')[0]}, not a collection.", "Export a collection."
        )
    children = document.get("collection")
    if not isinstance(children, list) and (kind.startswith("collection.") or children is not None):
        raise FormatError(
            "This Insomnia file has no list “collection”.", "Export the collection from Insomnia again."
        )
    if document.get("spec"):
        place.add("The API document in it is not read: export it, and import it as OpenAPI.")
    _lose_jar(mapping(document.get("cookieJar")), place)
    if rows(document.get("certificates")):
        place.add("Certificates are not carried over: choose them in the settings.")
    for part in ("testSuites", "mockServer", "caCertificate"):
        if document.get(part):
            place.add(f"Its {part} are not carried over.")
    folder = _folder_5(name, {"children": children}, place, read)
    defaults = Defaults(
        variables=variables_of(environments.get("data"), place),
        docs=text(mapping(document.get("meta")).get("description")),
    )
    tree = replace(folder, defaults=defaults, environments=_environments_5(environments, place))
    return Imported(tree, losses.all())


def _environment_tree(name: str, environments: Plain, losses: Losses) -> CollectionTree:
    base = Environment(title(environments.get("name"), name), variables_of(environments.get("data"), losses))
    below = [
        Environment(each.name, each.variables, extends=base.name) for each in _environments_5(environments, losses)
    ]
    return CollectionTree(name, environments=(base, *below))


def _environments_5(environments: Plain, losses: Losses) -> tuple[Environment, ...]:
    found = sorted(rows(environments.get("subEnvironments")), key=_place)
    names = [title(each.get("name"), "Environment") for each in found]
    return tuple(
        Environment(name, variables_of(each.get("data"), losses.at(name)))
        for name, each in zip(names, found, strict=True)
    )


def _lose_jar(jar: Plain, losses: Losses) -> None:
    if cookies := rows(jar.get("cookies")):
        losses.add(f"Cookies are not carried over: {len(cookies)} in the jar.")


def _place(item: Plain) -> float:
    key = number(mapping(item.get("meta")).get("sortKey"))
    return math.inf if key is None else key


def _folder_5(name: str, folder: Plain, losses: Losses, read: Beside) -> CollectionTree:
    items: list[CollectionTree | SavedRequest] = []
    for item in sorted(rows(folder.get("children")), key=_place):
        if "children" in item or ("method" not in item and "url" not in item):
            inner = title(item.get("name"), "Folder")
            items.append(_folder_5(inner, item, losses.at(inner), read))
        elif "method" not in item or "reflectionApi" in item or "eventListeners" in item:
            what = "gRPC" if "reflectionApi" in item else "Socket.IO" if "eventListeners" in item else "WebSocket"
            losses.add(f"“{title(item.get('name'), 'A request')}” is a {what} request, which is not offered.")
        else:
            inner = title(item.get("name"), title(item.get("url"), "Request"))
            items.append(request_of(item, inner, losses.at_request(inner), read))
    return CollectionTree.of(name, items, _folder_defaults(folder, losses))


def _folder_defaults(folder: Plain, losses: Losses) -> Defaults:
    scripts = mapping(folder.get("scripts"))
    lose_script(text(scripts.get("preRequest")), "A script that runs before each request in it", losses)
    lose_script(text(scripts.get("afterResponse")), "A script that runs after each request in it", losses)
    return Defaults(
        headers=tuple(header_rows(folder.get("headers"), losses)),
        auth=auth_of(folder.get("authentication"), losses),
        variables=variables_of(folder.get("environment"), losses),
        docs=text(mapping(folder.get("meta")).get("description")),
    )


def _version_4(document: Plain, read: Beside) -> Imported:
    resources = rows(document["resources"])
    losses = Losses()
    workspaces = [each for each in resources if text(each.get("_type")) == "workspace"]
    known = {text(each.get("_id")) for each in resources}
    below: dict[str, list[Plain]] = {}
    for each in resources:
        parent = text(each.get("parentId"))
        below.setdefault(parent if parent in known else "", []).append(each)
    _lose_kinds(resources, losses)
    trees = [_workspace(each, below, losses, read) for each in workspaces]
    loose = [each for each in below.get("", []) if text(each.get("_type")) in _ITEMS]
    if loose or not trees:
        trees.append(_workspace({"_id": "", "name": "Insomnia"}, below, losses, read))
    if len(trees) == 1:
        return Imported(trees[0], losses.all())
    losses.add("The environments of several workspaces stand side by side.")
    environments = tuple(environment for tree in trees for environment in tree.environments)
    folders = tuple(replace(tree, environments=()) for tree in trees)
    return Imported(CollectionTree("Insomnia", folders, environments=environments), losses.all())


def _lose_kinds(resources: list[Plain], losses: Losses) -> None:
    kinds = [text(each.get("_type")) or "unknown" for each in resources]
    for kind in dict.fromkeys(kinds):
        if kind not in _SILENT:
            losses.add(f"Resources of the kind {kind} are not carried over: {kinds.count(kind)}.")
    for jar in resources:
        if text(jar.get("_type")) == "cookie_jar":
            _lose_jar(jar, losses)


def _workspace(workspace: Plain, below: dict[str, list[Plain]], losses: Losses, read: Beside) -> CollectionTree:
    name = title(workspace.get("name"), "Insomnia")
    place = losses.at(name)
    identity = text(workspace.get("_id"))
    children = below.get(identity, [])
    folder = _folder_5(name, {"children": _items_4(identity, below, {identity})}, place, read)
    bases = [each for each in children if text(each.get("_type")) == "environment"]
    variables = tuple(variable for base in bases for variable in variables_of(base.get("data"), place))
    environments = [
        Environment(inner, variables_of(each.get("data"), place.at(inner)))
        for base in bases
        for each in sorted(below.get(text(base.get("_id")), []), key=_key)
        for inner in [title(each.get("name"), "Environment")]
        if text(each.get("_type")) == "environment"
    ]
    defaults = Defaults(variables=variables, docs=text(workspace.get("description")))
    return replace(folder, defaults=defaults, environments=tuple(environments))


def _key(item: Plain) -> float:
    key = number(item.get("metaSortKey"))
    return math.inf if key is None else key


def _items_4(parent: str, below: dict[str, list[Plain]], seen: set[str]) -> list[Plain]:
    """Return what lies under a resource in v5's form; a ring of parents, which nothing reaches, is never entered."""
    found: list[Plain] = []
    for item in sorted(below.get(parent, []), key=_key):
        if text(item.get("_type")) not in _ITEMS:
            continue
        identity = text(item.get("_id"))
        if text(item.get("_type")) == "request_group":
            inside = [] if identity in seen or len(seen) > 60 else _items_4(identity, below, seen | {identity})
            found.append(_group_4(item, inside))
        else:
            found.append(_request_4(item))
    return found


def _group_4(item: Plain, children: list[Plain]) -> Plain:
    return {
        **{key: item.get(key) for key in ("name", "environment", "authentication", "headers")},
        "meta": {"description": item.get("description"), "sortKey": item.get("metaSortKey")},
        "scripts": _scripts_4(item),
        "children": children,
    }


def _scripts_4(item: Plain) -> Plain:
    return {"preRequest": item.get("preRequestScript"), "afterResponse": item.get("afterResponseScript")}


def _request_4(item: Plain) -> Plain:
    kept: dict[str, Any] = {
        key: item[key]
        for key in ("name", "url", "method", "body", "headers", "parameters", "pathParameters", "authentication")
        if key in item
    }
    if item.get("_type") != "request":
        kept.pop("method", None)
        marker = {"grpc_request": "reflectionApi", "socketio_request": "eventListeners"}.get(text(item["_type"]))
        return {**kept, "url": text(item.get("url")), **({marker: {}} if marker else {})}
    return {
        "method": "GET",
        **with_old_parts(kept),
        "meta": {"description": item.get("description"), "sortKey": item.get("metaSortKey")},
        "scripts": _scripts_4(item),
        "settings": {
            "followRedirects": item.get("settingFollowRedirects"),
            "encodeUrl": item.get("settingEncodeUrl"),
            "renderRequestBody": not item.get("settingDisableRenderRequestBody"),
            "cookies": {"send": item.get("settingSendCookies")},
        },
    }
