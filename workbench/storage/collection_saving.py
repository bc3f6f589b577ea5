"""Saving one request: only what changed, whole or not at all, never over what someone else wrote.

A body stands in the request's file where a literal block holds it to the byte, through git's line-end conversion too;
else it is a file of its own below `bodies/`, which git leaves alone, and other programs find by its path from the
collection's folder. Whether a block holds it is not reasoned but tried: the new text is read back, with both line
ends, before anything is written.
"""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from workbench.model.collection import BodyKind, ComposedBody, SavedRequest
from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.message import EMPTY_BODY, Body
from workbench.storage.collection_document import Plain, parse
from workbench.storage.collection_files import (
    BODIES,
    COLLECTION_FILE,
    FOLDER_FILE,
    collection_root,
    inside,
    put_back_on_error,
    remove_file,
    texts,
)
from workbench.storage.collection_listing import next_number
from workbench.storage.collection_patching import NEVER_IN_BLOCK
from workbench.storage.collection_reading import (
    EXTENSIONS,
    Fingerprint,
    StoredRequest,
    body_path,
    fingerprint,
    read_stored,
)
from workbench.storage.collection_writing import REQUEST, hook_text, text_of, write_hook
from workbench.storage.durable_file import write_whole
from workbench.storage.hook_document import read_hook
from workbench.storage.opencollection import content_type_of, plain_request
from workbench.storage.opencollection_bodies import (
    RAW_KINDS,
    form_rows,
    in_former_places,
    part_of,
    part_row,
    row_of,
    with_file,
)
from workbench.storage.opencollection_runtime import rows_like
from workbench.storage.request_words import (
    EMPTY_WORDS,
    check_signing_secret,
    kind_of,
    normal_request,
    wanted_words,
)

INLINE_BYTES = 64 * 1024
_RAW_TYPES = {kind: name for name, kind in RAW_KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Version:
    """What saving would write: the request's file, its hook file, and where its body's own file goes, if anywhere."""

    text: bytes
    hook: bytes
    """Empty where there is nothing to say."""
    sidecar: str = ""


def save_request(
    file: Path, request: SavedRequest, *, expected: Fingerprint | None = None, order: float | None = None
) -> Fingerprint:
    """Write a request to its file and return the new fingerprint; a request that did not change writes nothing.

    A new one gets `order` as its place among its neighbours; without it stands last, where numbers make the order
    there. Values of secret variables are not written.

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
    check_signing_secret(request, file)
    root = collection_root(file)
    try:
        _check_text(request)
        _save(file, normal_request(request, file, root), root, order)
    except OSError as error:
        raise CollectionError(f"{file.name} could not be saved: {error}.", "The former file is as it was.") from error
    except UnicodeEncodeError as error:
        raise CollectionError(
            f"{file.name} could not be saved: half a surrogate pair is no character.", "Type that text again."
        ) from error
    return fingerprint(file)


def _check_text(request: SavedRequest) -> None:
    """Raise UnicodeEncodeError where a text cannot be written."""
    for text in _texts(request):
        text.encode()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _save(file: Path, request: SavedRequest, root: Path, order: float | None) -> None:
    stored = read_stored(file, root) if file.exists() or file.is_symlink() else None
    if stored and _same(stored.request, request):
        return
    former = body_path(stored.file.plain) if stored else ""
    if stored is None and order is None:
        order = next_number(file.parent)
    version = _version(file, request, stored, root, order)
    with ExitStack() as undo:
        if version.sidecar:
            sidecar = inside(root, version.sidecar, file.name)
            sidecar.parent.mkdir(parents=True, exist_ok=True)
            undo.enter_context(put_back_on_error(sidecar))
            write_whole(sidecar, request.body.content.chunks())
        write_hook(undo, file, stored.hook if stored else read_hook(file), version.hook)
        _write_changed(file, version, stored)
    if former != body_path(plain_request(parse(version.text, file.name))):
        _remove_sidecar(root, former, file)


def _write_changed(file: Path, version: _Version, stored: StoredRequest | None) -> None:
    if stored is None or version.text != stored.file.raw:
        write_whole(file, [version.text])


def _remove_sidecar(root: Path, path: str, file: Path) -> None:
    """Remove a body's file that no request names any more; one that cannot be removed does no harm."""
    if path.startswith(f"{BODIES}/") and not _named_elsewhere(root, path, file):
        with suppress(OSError):
            remove_file(inside(root, path, file.name))


def _named_elsewhere(root: Path, path: str, file: Path) -> bool:
    """Tell whether another request names a body's file: one that was copied by hand shares it with the first."""
    return path.encode() in texts(root, besides=file)


def _same(one: SavedRequest, other: SavedRequest) -> bool:
    same_body = _same_body(one.body, other.body) and one.body.literal == other.body.literal
    return same_body and replace(one, body=ComposedBody()) == replace(other, body=ComposedBody())


def _same_body(one: ComposedBody, other: ComposedBody) -> bool:
    """Tell whether two bodies are made of the same; braces that are text in one of them make no difference."""
    if one.content.size != other.content.size or replace(one, content=EMPTY_BODY, literal=False) != replace(
        other, content=EMPTY_BODY, literal=False
    ):
        return False
    return one.content == other.content or one.content.sha256() == other.content.sha256()


def _version(
    file: Path, request: SavedRequest, stored: StoredRequest | None, root: Path, order: float | None
) -> _Version:
    """Return the first version that reads back as it should: with the body inline, else beside it."""
    former = stored.words if stored else EMPTY_WORDS
    for body, sidecar in _bodies(file, request, stored, root):
        wanted = wanted_words(request, stored.request if stored else None, former, body)
        text = text_of(REQUEST, wanted.file, stored.file if stored else None, order)
        hook = hook_text(stored.hook if stored else read_hook(file), wanted.hook)
        if text is not None and hook is not None:
            return _Version(text, hook, sidecar)
    raise CollectionError(
        f"{file.name} cannot be saved without changing what else is written in it.",
        "Make this change in a text editor.",
    )


def _bodies(
    file: Path, request: SavedRequest, stored: StoredRequest | None, root: Path
) -> Iterator[tuple[Plain | None, str]]:
    """Yield the ways to keep the body, best first: its plain form, and the path of a file that must be written."""
    former: Plain | None = stored.file.plain[kind_of(stored.file.plain)].get("body") if stored else None
    former_path = body_path(stored.file.plain) if stored else ""
    content_type = content_type_of(request.body.kind, request.headers)
    if stored and _same_body(stored.request.body, request.body):
        moved = content_type != content_type_of(request.body.kind, stored.request.headers)
        yield (with_file(former, former_path, content_type) if former_path and moved else former), ""
    if request.body.kind in _MADE:
        yield _made_body(file, request.body, former, root), ""
        return
    inline = _inline(request.body, former)
    if inline is not None:
        yield inline, ""
    path = sidecar_path(file, request.body.kind, former_path)
    yield with_file(former, path, content_type), path


_MADE = (BodyKind.NONE, BodyKind.MULTIPART, BodyKind.GRAPHQL)
"""Kinds that never lie in a file of their own."""


def _made_body(file: Path, body: ComposedBody, former: Plain | None, root: Path) -> Plain | None:
    if body.kind is BodyKind.MULTIPART:
        known: list[Plain] = former["data"] if former and former.get("type") == body.kind else []
        rows = rows_like(
            body.parts, known, lambda row: part_of(row, root, file.name), lambda part, _: part_row(part, root)
        )
        return {"type": str(body.kind), "data": rows}
    return _graphql(file, body) if body.kind is BodyKind.GRAPHQL else None


def _graphql(file: Path, body: ComposedBody) -> Plain | None:
    try:
        texts = {"query": body.content.read().decode(), "variables": body.graphql_variables}
    except UnicodeDecodeError as error:
        raise CollectionError(
            f"{file.name} could not be saved: its GraphQL query is not UTF-8 text.", "Type the query again."
        ) from error
    return {key: text for key, text in texts.items() if text} or None


def _inline(body: ComposedBody, former: Plain | None) -> Plain | None:
    """Return the body as it may stand in the request's file; None when it may not."""
    text = _inline_text(body.content)
    if text is None:
        return None
    if body.kind is BodyKind.FORM:
        rows = form_rows(text)
        known: list[Plain] = former["data"] if former and former.get("type") == body.kind else []
        disabled = [row_of(row) for row in body.disabled_fields]
        if rows is None and disabled:
            raise CollectionError(
                "A form whose bytes no rows make cannot be saved with rows that are switched off.",
                "Switch them on, or remove them.",
            )
        return None if rows is None else {"type": str(body.kind), "data": in_former_places(rows, disabled, known)}
    return {"type": _RAW_TYPES[body.kind], "data": text} if body.kind in _RAW_TYPES else None


def _inline_text(content: Body) -> str | None:
    if content.size >= INLINE_BYTES:
        return None
    try:
        text = content.read().decode()
    except UnicodeDecodeError:
        return None
    return None if NEVER_IN_BLOCK.search(text) else text


def sidecar_path(file: Path, kind: BodyKind, former: str) -> str:
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
