"""`$ref` of an OpenAPI document: followed inside the document and the folder it lies in, never over a network.

References of another file are rewritten when it is read, so that each says by itself which file it means.
"""

import posixpath
from typing import Any, cast
from urllib.parse import unquote

from workbench.formats.interchange.documents import Plain, load, mapping
from workbench.formats.interchange.imported import Beside, Losses
from workbench.model.errors import FormatError

_HOPS = 20
_FILES = 200


class References:
    """Resolves references of one document; what cannot be resolved is reported once and is empty."""

    def __init__(self, document: Plain, read: Beside, losses: Losses) -> None:
        self._files: dict[str, Any] = {"": document}
        self._read = read
        self._losses = losses

    def resolved(self, node: Any) -> Plain:
        """Return the mapping a node stands for, `$ref`s followed; what stands beside a `$ref` counts over it."""
        found = mapping(node)
        for _ in range(_HOPS):
            reference = found.get("$ref")
            if not isinstance(reference, str):
                return found
            beside = {name: value for name, value in found.items() if name != "$ref"}
            found = {**mapping(self._target(reference)), **beside}
        self._losses.add("A $ref leads in a circle: it is left out.")
        return {}

    def name_of(self, node: Any) -> str:
        """Return the reference of a node, empty where it is none."""
        reference = mapping(node).get("$ref")
        return reference if isinstance(reference, str) else ""

    def _target(self, reference: str) -> Any:
        file, _, pointer = reference.partition("#")
        node = self._file(file)
        for part in pointer.split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = cast("Plain", node)[key]
            elif isinstance(node, list) and key.isdigit() and int(key) < len(cast("list[Any]", node)):
                node = cast("list[Any]", node)[int(key)]
            else:
                if node is not None:
                    self._losses.add(f"The reference {reference} leads nowhere: it is left out.")
                return None
        return node

    def _file(self, path: str) -> Any:
        if path not in self._files:
            self._files[path] = self._loaded(path)
        return self._files[path]

    def _loaded(self, path: str) -> Any:
        if "://" in path or path.startswith("//"):
            self._losses.add(f"{path} is not fetched: put it beside the document, or bundle the two.")
            return None
        raw = self._read(posixpath.normpath(path)) if len(self._files) < _FILES else None
        if raw is None:
            self._losses.add(f"The file {path} is not in the import: bundle it into one document.")
            return None
        try:
            return _with_own_references(load(raw), path)
        except FormatError as error:
            self._losses.add(f"The file {path} cannot be read. {error.message}")
            return None


def _with_own_references(node: Any, path: str) -> Any:
    if isinstance(node, list):
        return [_with_own_references(item, path) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    pairs = cast("Plain", node).items()
    changed = {key: _with_own_references(value, path) for key, value in pairs}
    reference = changed.get("$ref")
    if isinstance(reference, str) and "://" not in reference:
        file, mark, pointer = reference.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
        changed["$ref"] = target + mark + pointer
    return changed
