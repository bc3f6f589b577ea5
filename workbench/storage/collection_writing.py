"""The new text of any file of a collection: what is wanted, what others wrote, and nothing else.

What a text says is not reasoned but tried: it is read back, with both line ends that git may check out, before
anything is written.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.model.errors import CollectionError
from workbench.storage.collection_document import Mapping, Node, Plain, Sequence, StoredFile, parse
from workbench.storage.collection_files import put_back_on_error, remove_file
from workbench.storage.collection_patching import new_text, patched_text, said
from workbench.storage.durable_file import write_whole
from workbench.storage.environment_words import plain_environment
from workbench.storage.hook_document import HOOK_SETTINGS, HOOK_SIGNING, hook_path, plain_hook
from workbench.storage.opencollection import GRAPHQL, HTTP, plain_defaults, plain_place, plain_request

Ours = dict[str, Any]
"""Keys that are ours to change: None for the whole value, a mapping for some of its keys."""

_SETTINGS: Ours = {"timeout": None, "followRedirects": None, "maxRedirects": None}
_PART: Ours = dict.fromkeys(("method", "url", "headers", "params", "body", "auth"))


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: how it is read to its plain form, and which of its keys that covers."""

    plain: Callable[[Mapping], Plain]
    ours: Ours


REQUEST = FileKind(
    plain_request,
    {
        "info": dict.fromkeys(("name", "type", "tags")),
        HTTP: _PART,
        "runtime": dict.fromkeys(("variables", "assertions", "actions")),
        "settings": _SETTINGS,
        "examples": None,
        "docs": None,
    },
)
DEFAULTS = FileKind(
    plain_defaults,
    {
        "info": dict.fromkeys(("name", "type")),
        "request": {**dict.fromkeys(("headers", "auth", "variables")), "settings": {"http": _SETTINGS}},
        "docs": None,
    },
)
HOOK = FileKind(
    plain_hook,
    {
        "signing": dict.fromkeys((*HOOK_SIGNING, "settings")),
        "auth": None,
        "settings": dict.fromkeys(HOOK_SETTINGS),
        "secret_variables": None,
        "body": {"literal": None},
        "request": {"literal": None},
    },
)
PLACE = FileKind(plain_place, {"info": {"seq": None}})
ENVIRONMENT = FileKind(plain_environment, dict.fromkeys(("name", "variables", "extends", "dotEnvFilePath")))


def text_of(kind: FileKind, wanted: Plain, stored: StoredFile | None, order: float | None = None) -> bytes | None:
    """Return the file's new text; None where none says what is wanted and keeps what others wrote.

    A new file gets `order` as its place among its neighbours.
    """
    from ruamel.yaml.error import YAMLError

    try:
        text = _changed(stored, wanted) if stored else new_text(_with_order(wanted, order))
    except YAMLError:
        return None
    return text if _reads_back(kind, text, wanted, stored) else None


def hook_text(stored: StoredFile, wanted: Plain) -> bytes | None:
    """Return a hook file's new text, empty where there is nothing to say; None where it cannot say what is wanted."""
    if said(stored.plain) == said(wanted):
        return stored.raw
    if not said(wanted) and not others(HOOK, stored.document) and b"#" not in stored.raw:
        return b""
    return text_of(HOOK, wanted, stored if stored.raw else None)


def write_hook(undo: ExitStack, file: Path, stored: StoredFile, text: bytes) -> None:
    """Put the hook file of `file` in place, or remove it where the text is empty; `undo` puts back what was there."""
    if text == stored.raw:
        return
    path = hook_path(file)
    undo.enter_context(put_back_on_error(path))
    if text:
        write_whole(path, [text])
    else:
        remove_file(path)


def _with_order(plain: Plain, order: float | None) -> Plain:
    return plain if order is None else plain | {"info": plain["info"] | {"seq": order}}


def _changed(stored: StoredFile, wanted: Plain) -> bytes:
    former = next((key for key in (HTTP, GRAPHQL) if key in stored.plain), "")
    now = next((key for key in (HTTP, GRAPHQL) if key in wanted), "")
    renamed = (former, now) if former != now else None
    return patched_text(stored.raw, stored.document, stored.plain, wanted, renamed)


def _reads_back(kind: FileKind, text: bytes, wanted: Plain, stored: StoredFile | None) -> bool:
    unix = text.replace(b"\r\n", b"\n")
    name = stored.document.file_name if stored else ""
    try:
        documents = [parse(version, name) for version in (unix, unix.replace(b"\n", b"\r\n"))]
        if any(said(kind.plain(document)) != said(wanted) for document in documents):
            return False
    except CollectionError:
        return False
    kept = others(kind, stored.document) if stored else None
    return kept is None or all(others(kind, document) == kept for document in documents)


def others(kind: FileKind, document: Mapping) -> Plain:
    """Return what a file holds beside what is ours to change."""
    outline = _outline(document)
    if GRAPHQL in outline:
        outline[HTTP] = outline.pop(GRAPHQL)
    return _without(outline, kind.ours)


def _without(outline: Plain, ours: Ours) -> Plain:
    left: Plain = {}
    for key, value in outline.items():
        if key not in ours:
            left[key] = value
        elif isinstance(ours[key], dict) and isinstance(value, dict):
            left[key] = _without(value, ours[key])  # pyright: ignore[reportUnknownArgumentType]
    return {key: value for key, value in left.items() if value not in ({}, None)}


def _outline(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: _outline(value) for key, value in node.pairs.items()}
    return [_outline(item) for item in node.items] if isinstance(node, Sequence) else node.text
