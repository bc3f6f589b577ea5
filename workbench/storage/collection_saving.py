"""Saving one request: only what changed, whole or not at all, never over what someone else wrote.

A body stands in the request's file where a literal block holds it to the byte, through git's line-end conversion too;
else it is a file of its own below `bodies/`, which git leaves alone, and other programs find by its path from the
collection's folder. Whether a block holds it is not reasoned but tried: the new text is read back, with both line
ends, before anything is written.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.model.collection import BodyKind, ComposedBody, SavedRequest
from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.message import Body
from workbench.storage.collection_document import Mapping, Node, Sequence, parse
from workbench.storage.collection_files import (
    BODIES,
    COLLECTION_FILE,
    FOLDER_FILE,
    collection_root,
    inside,
    put_back_on_error,
)
from workbench.storage.collection_patching import new_text, patched_text
from workbench.storage.collection_reading import (
    EXTENSIONS,
    Fingerprint,
    StoredRequest,
    body_path,
    fingerprint,
    read_stored,
)
from workbench.storage.durable_file import write_whole
from workbench.storage.opencollection import (
    RAW_KINDS,
    Plain,
    content_type_of,
    form_rows,
    in_former_places,
    plain_params,
    plain_request,
    present,
    row_of,
    with_file,
)

INLINE_BYTES = 64 * 1024
# Characters that YAML or git change, and a blank last line of spaces, which Bruno's parser drops.
_NEVER_INLINE = re.compile(r"[\r\0\ufeff\x85\u2028\u2029]|(?:^|\n)[ \t]+\n*\Z")
_RAW_TYPES = {kind: name for name, kind in RAW_KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Version:
    """What saving would write: the request's file, and where its body's own file goes, if that is written."""

    text: bytes
    sidecar: str = ""


def save_request(file: Path, request: SavedRequest, *, expected: Fingerprint | None = None) -> Fingerprint:
    """Write a request to its file and return the new fingerprint; a request that did not change writes nothing.

    With `expected`, ChangedOutside is raised when the files are no longer what that fingerprint was taken of. Any
    other CollectionError, too, leaves them as they were. A body that was a file may have moved: read the request
    again before its body is used.
    """
    file = file.absolute()
    if file.suffix != ".yml" or file.name in (COLLECTION_FILE, FOLDER_FILE):
        raise CollectionError(f"{file.name} is no name for a request's file.", "Choose another that ends in .yml.")
    if expected is not None and fingerprint(file) != expected:
        raise ChangedOutside(
            f"{file.name} was changed by another program since it was opened.",
            "Open it again, or save your version under another name.",
        )
    try:
        _check_text(request)
        _save(file, _normal(request, file))
    except OSError as error:
        raise CollectionError(f"{file.name} could not be saved: {error}.", "The former file is as it was.") from error
    except UnicodeEncodeError as error:
        raise CollectionError(
            f"{file.name} could not be saved: half a surrogate pair is no character.", "Type that text again."
        ) from error
    return fingerprint(file)


def _check_text(request: SavedRequest) -> None:
    rows = [*request.headers, *request.disabled_params]
    texts = [request.name, request.method, request.url, *(text for row in rows for text in (row.name, row.value))]
    "".join(texts).encode()


def _normal(request: SavedRequest, file: Path) -> SavedRequest:
    """Return the request as it reads once it was saved: no name is the file's, no method is GET."""
    return replace(
        request,
        name=request.name or file.stem,
        method=request.method or "GET",
        disabled_params=tuple(replace(row, enabled=False) for row in request.disabled_params),
        body=ComposedBody() if request.body.kind is BodyKind.NONE else request.body,
    )


def _save(file: Path, request: SavedRequest) -> None:
    stored = read_stored(file) if file.exists() or file.is_symlink() else None
    if stored and _same(stored.request, request):
        return
    root = collection_root(file)
    former = body_path(stored.plain) if stored else ""
    version = _version(file, request, stored)
    if version.sidecar:
        sidecar = inside(root, version.sidecar, file.name)
        sidecar.parent.mkdir(parents=True, exist_ok=True)
        with put_back_on_error(sidecar):
            write_whole(sidecar, request.body.content.chunks())
            _write_changed(file, version, stored)
    else:
        _write_changed(file, version, stored)
    if former != body_path(plain_request(parse(version.text, file.name))):
        _remove_sidecar(root, former, file)


def _write_changed(file: Path, version: _Version, stored: StoredRequest | None) -> None:
    if stored is None or version.text != stored.raw:
        write_whole(file, [version.text])


def _remove_sidecar(root: Path, path: str, file: Path) -> None:
    """Remove a body's file that no request names any more; one that cannot be removed does no harm."""
    if path.startswith(f"{BODIES}/") and not _named_elsewhere(root, path, file):
        with suppress(OSError):
            inside(root, path, file.name).unlink()


def _named_elsewhere(root: Path, path: str, file: Path) -> bool:
    """A request that was copied by hand shares its body's file with the first one."""
    others = (other for other in root.rglob("*.yml") if other != file and other.is_file())
    return any(path.encode() in other.read_bytes() for other in others)


def _same(one: SavedRequest, other: SavedRequest) -> bool:
    return replace(one, body=ComposedBody()) == replace(other, body=ComposedBody()) and _same_body(
        one.body, other.body
    )


def _same_body(one: ComposedBody, other: ComposedBody) -> bool:
    if one.kind != other.kind or one.content.size != other.content.size:
        return False
    return one.content == other.content or one.content.sha256() == other.content.sha256()


def _version(file: Path, request: SavedRequest, stored: StoredRequest | None) -> _Version:
    """Return the first version that reads back as it should: with the body inline, else beside it."""
    for body, sidecar in _bodies(file, request, stored):
        wanted = _wanted(request, stored, body)
        text = _text(stored, wanted)
        if text is not None and _reads_back(text, wanted, stored, file.name):
            return _Version(text, sidecar)
    raise CollectionError(
        f"{file.name} cannot be saved without changing what else is written in it.",
        "Make this change in a text editor.",
    )


def _bodies(file: Path, request: SavedRequest, stored: StoredRequest | None) -> Iterator[tuple[Plain | None, str]]:
    """Yield the ways to keep the body, best first: its plain form, and the path of a file that must be written."""
    former: Plain | None = stored.plain["http"].get("body") if stored else None
    former_path = body_path(stored.plain) if stored else ""
    content_type = content_type_of(request.body.kind, request.headers)
    if stored and _same_body(stored.request.body, request.body):
        moved = content_type != content_type_of(request.body.kind, stored.request.headers)
        yield (with_file(former, former_path, content_type) if former_path and moved else former), ""
    if request.body.kind is BodyKind.NONE:
        yield None, ""
        return
    inline = _inline(request.body, former)
    if inline is not None:
        yield inline, ""
    path = _sidecar_path(file, request.body.kind, former_path)
    yield with_file(former, path, content_type), path


def _inline(body: ComposedBody, former: Plain | None) -> Plain | None:
    """Return the body as it may stand in the request's file; None when it may not."""
    text = _inline_text(body.content)
    if text is None:
        return None
    if body.kind is BodyKind.FORM:
        rows = form_rows(text)
        known: list[Plain] = former["data"] if former and former["type"] == body.kind else []
        disabled = [row for row in known if "disabled" in row]
        return None if rows is None else {"type": str(body.kind), "data": in_former_places(rows, disabled, known)}
    return {"type": _RAW_TYPES[body.kind], "data": text} if body.kind in _RAW_TYPES else None


def _inline_text(content: Body) -> str | None:
    if content.size >= INLINE_BYTES:
        return None
    try:
        text = content.read().decode()
    except UnicodeDecodeError:
        return None
    return None if _NEVER_INLINE.search(text) else text


def _sidecar_path(file: Path, kind: BodyKind, former: str) -> str:
    """Return where the body's file goes: below `bodies/` as the request lies in the collection.

    A path that is taken is used again only by the request whose it is, and only if no other names it.
    """
    root = collection_root(file)
    stem = BODIES / file.relative_to(root).with_suffix("")
    number = 1
    while True:
        suffix = EXTENSIONS[kind] if number == 1 else f"-{number}{EXTENSIONS[kind]}"
        path = stem.with_name(stem.name + suffix).as_posix()
        if not inside(root, path, file.name).exists():
            return path
        if path == former and not _named_elsewhere(root, path, file):
            return path
        number += 1


def _wanted(request: SavedRequest, stored: StoredRequest | None, body: Plain | None) -> Plain:
    """Return the plain form to be; what the request did not change is as the file has it."""
    before = stored.request if stored else None
    info: Plain = dict(stored.plain["info"]) if stored else {}
    http: Plain = dict(stored.plain["http"]) if stored else {}
    if before is None or request.name != before.name:
        info["name"] = request.name
    if before is None or request.method != before.method:
        http["method"] = request.method
    if before is None or request.headers != before.headers:
        http["headers"] = [row_of(entry) for entry in request.headers]
    if before is None or (request.url, request.disabled_params) != (before.url, before.disabled_params):
        http["url"] = request.url
        http["params"] = plain_params(request, http.get("params", []))
    return {"info": info, "http": present(http | {"body": body})}


def _text(stored: StoredRequest | None, wanted: Plain) -> bytes | None:
    """Return the file's new text; None where ruamel cannot read what it would have to keep."""
    from ruamel.yaml.error import YAMLError

    if stored is None:
        return new_text({"info": wanted["info"] | {"type": "http"}, "http": wanted["http"]})
    try:
        return patched_text(stored.raw, stored.document, stored.plain, wanted)
    except YAMLError:
        return None


def _reads_back(text: bytes, wanted: Plain, stored: StoredRequest | None, file_name: str) -> bool:
    """Tell whether a text says what is wanted and nothing else, as it is and as git may check it out."""
    unix = text.replace(b"\r\n", b"\n")
    try:
        documents = [parse(version, file_name) for version in (unix, unix.replace(b"\n", b"\r\n"))]
    except CollectionError:
        return False
    return all(
        plain_request(document) == wanted and (stored is None or _others(document) == _others(stored.document))
        for document in documents
    )


def _others(document: Mapping) -> Any:
    """Return what a file holds beside what is ours to change."""
    outline = _outline(document)
    outline["info"].pop("name", None)
    for key in ("method", "url", "headers", "params", "body"):
        outline.get("http", {}).pop(key, None)
    return {key: value for key, value in outline.items() if value}


def _outline(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: _outline(value) for key, value in node.pairs.items()}
    return [_outline(item) for item in node.items] if isinstance(node, Sequence) else node.text
