"""Bruno: a folder of `.bru` files, one `.bru` file, or the JSON that its app exports a collection as."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from workbench.formats.interchange.bru_documents import bru_environment, bru_item, bru_root
from workbench.formats.interchange.bruno_requests import (
    defaults_of,
    environment_of,
    is_request,
    lose_item,
    request_of,
)
from workbench.formats.interchange.documents import (
    Plain,
    flag,
    load_json,
    mapping,
    number,
    rows,
    sequence,
    text,
    title,
)
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.model.collection import CollectionTree, Defaults, Place, SavedRequest, by_place
from workbench.model.errors import FormatError
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Environment

Files = Mapping[str, bytes]
"""Files of a folder by their paths in it, with `/` between."""


def read_bruno(raw: bytes, read: Beside = nothing_beside, file_stem: str = "Environment") -> Imported:
    """Return a JSON export, or a single `.bru` file: a collection of one request, or an environment of its name."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_export(mapping(load_json(raw)), read)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*vars(?::secret)?\s*[{\[]", raw):
        return _environment_alone(raw, file_stem)
    item = bru_item(raw)
    if not text(item["name"]) and not text(mapping(item["request"]).get("url")):
        raise FormatError("This is no Bruno request: it has neither a name nor an address.", "Choose another file.")
    losses = Losses()
    name = title(item["name"], "Bruno request")
    requests = (request_of(item, losses, read),) if is_request(item) else ()
    if not requests:
        lose_item(item, losses)
    return Imported(CollectionTree(name, requests=requests), losses.all())


def _environment_alone(raw: bytes, name: str) -> Imported:
    losses = Losses()
    environment = environment_of(bru_environment(raw), name, losses)
    return Imported(CollectionTree(name, environments=(environment,)), losses.all())


def _json_export(document: Plain, read: Beside) -> Imported:
    if not isinstance(document.get("items"), list) or not text(document.get("name")):
        raise FormatError("This is no Bruno collection: it has no “name” or no list “items”.", "Export it again.")
    losses = Losses()
    name = title(document["name"], "Bruno collection")
    place = losses.at(name)
    environments = tuple(
        environment_of(each, title(each.get("name"), "Environment"), place)
        for each in rows(document.get("environments"))
    )
    folder = _folder(name, mapping(document.get("root")), document["items"], place, read)
    defaults = _with_settings(folder.defaults, _collection_settings(mapping(document.get("brunoConfig")), place))
    return Imported(replace(folder, defaults=defaults, environments=environments), losses.all())


def _folder(name: str, root: Plain, items: object, losses: Losses, read: Beside) -> CollectionTree:
    found: list[CollectionTree | SavedRequest] = []
    for item in by_place(rows(items), _place):
        if _is_folder(item):
            inner = title(item.get("name"), "Folder")
            found.append(_folder(inner, mapping(item.get("root")), item.get("items"), losses.at(inner), read))
        elif not is_request(item) or not mapping(item.get("request")):
            lose_item(item, losses)
        else:
            found.append(request_of(item, losses, read))
    return CollectionTree.of(name, found, defaults_of(root, losses))


def _is_folder(item: Plain) -> bool:
    return item.get("type") == "folder" or (isinstance(item.get("items"), list) and "request" not in item)


def _place(item: Plain) -> Place:
    return Place(_is_folder(item), number(item.get("seq")))


def _with_settings(defaults: Defaults, settings: SendSettings) -> Defaults:
    return Defaults(
        defaults.headers, defaults.auth, defaults.variables, defaults.settings.over(settings), defaults.docs
    )


def _collection_settings(config: Plain, losses: Losses) -> SendSettings:
    """Return the proxy of a bruno.json; its certificates and scripts are reported."""
    if certificates := rows(mapping(config.get("clientCertificates")).get("certs")):
        losses.add(f"Client certificates are not carried over: {len(certificates)}. Choose them in the settings.")
    proxy = mapping(config.get("proxy"))
    held = mapping(proxy.get("config")) or proxy
    used = flag(proxy.get("enabled")) or (proxy.get("inherit") is False and not flag(proxy.get("disabled")))
    host = text(held.get("hostname"))
    if not used or not host:
        return SendSettings()
    if text(mapping(held.get("auth")).get("username")):
        losses.add("User name and password of the proxy are not carried over: add them to its address.")
    port = text(held.get("port"))
    return SendSettings(proxy=f"{text(held.get('protocol')) or 'http'}://{host}" + (f":{port}" if port else ""))


def read_bru_folder(files: Files, name: str, read: Beside) -> Imported:
    """Return a folder with a bruno.json; a file that cannot be read is reported and stops nothing."""
    losses = Losses()
    config = mapping(load_json(files["bruno.json"]))
    place = losses.at(title(config.get("name"), name))
    environments = _environments(files, place)
    settings = _collection_settings(config, place)
    whole = _directory(title(config.get("name"), name), PurePosixPath("."), _requests(files), files, place)
    tree = _folder(title(config.get("name"), name), mapping(whole["root"]), whole["items"], place, read)
    defaults = _with_settings(tree.defaults, settings)
    return Imported(replace(tree, defaults=defaults, environments=environments), losses.all())


_ROOTS = ("collection.bru", "folder.bru")


def _requests(files: Files) -> list[PurePosixPath]:
    paths = [PurePosixPath(path) for path in files if path.endswith(".bru")]
    return [path for path in paths if path.name not in _ROOTS and path.parts[0] != "environments"]


def _environments(files: Files, losses: Losses) -> tuple[Environment, ...]:
    paths = sorted(path for path in files if path.startswith("environments/") and path.endswith(".bru"))
    found: list[Environment] = []
    for path in paths:
        document = _read(bru_environment, files[path], path, losses)
        if document is not None:
            found.append(environment_of(document, PurePosixPath(path).stem, losses))
    return tuple(found)


def _read(reader: Callable[[bytes], Plain], raw: bytes, path: str, losses: Losses) -> Plain | None:
    try:
        return reader(raw)
    except FormatError as error:
        losses.at(path).add(f"The file cannot be read and is left out. {error.message}")
        return None


def _directory(name: str, here: PurePosixPath, paths: list[PurePosixPath], files: Files, losses: Losses) -> Plain:
    """Return a folder as a JSON export has it, with what lies in it as `items`."""
    root_path = here / ("collection.bru" if here == PurePosixPath(".") else "folder.bru")
    raw = files.get(root_path.as_posix())
    root = (_read(bru_root, raw, root_path.as_posix(), losses) if raw is not None else None) or {}
    own = title(mapping(root.get("meta")).get("name"), name)
    place = losses if here == PurePosixPath(".") else losses.at(own)
    items: list[Plain] = []
    for path in sorted(path for path in paths if path.parent == here):
        item = _read(bru_item, files[path.as_posix()], path.as_posix(), place)
        if item is not None:
            items.append(item | {"name": text(item["name"]) or path.stem})
    below = sorted({path.parts[len(here.parts)] for path in paths if _is_below(path, here)})
    items += [_directory(part, here / part, paths, files, place) for part in below]
    place_among = mapping(root.get("meta")).get("seq")
    return {"type": "folder", "name": own, "seq": place_among, "root": root, "items": items}


def _is_below(path: PurePosixPath, here: PurePosixPath) -> bool:
    return len(path.parts) > len(here.parts) + 1 and path.parts[: len(here.parts)] == here.parts


def is_bruno_json(document: Plain) -> bool:
    """Return whether a JSON document is a collection as Bruno's app exports it."""
    return bool(sequence(document.get("items"))) and "info" not in document and "_type" not in document
