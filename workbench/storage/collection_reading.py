"""One saved request, from its file, its hook file and, where it has one, its body's own file."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NewType

from workbench.model.collection import CONTENT_TYPES, BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.errors import CollectionError
from workbench.model.message import Body
from workbench.storage.collection_document import Plain, StoredFile, parse
from workbench.storage.collection_files import (
    COLLECTION_FILE,
    FOLDER_FILE,
    collection_root,
    digest,
    inside,
    read_file,
)
from workbench.storage.hook_document import hook_path, read_hook
from workbench.storage.opencollection import content_type_of, parts_not_sent, plain_request
from workbench.storage.opencollection_bodies import RAW_KINDS, field_of, form_text, selected_file
from workbench.storage.request_words import RequestWords, kind_of, request_of

Fingerprint = NewType("Fingerprint", str)
"""What a request's files held, its hook file and its body's own included; differs when any byte differs."""
NO_FILE = Fingerprint("")
"""The fingerprint of a request that was never saved."""

EXTENSIONS = {
    BodyKind.JSON: ".json",
    BodyKind.XML: ".xml",
    BodyKind.TEXT: ".txt",
    BodyKind.FORM: ".form",
    BodyKind.BYTES: ".bin",
}
_KINDS = {extension: kind for kind, extension in EXTENSIONS.items()}
_MEMORY_BYTES = 1024 * 1024
_TRIES = 8


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request as its two files have it, and what it means."""

    file: StoredFile
    hook: StoredFile
    request: SavedRequest

    @property
    def words(self) -> RequestWords:
        return RequestWords(self.file.plain, self.hook.plain)


def read_request(file: Path) -> SavedRequest:
    """Return a saved request; CollectionError says what is wrong with its file, or that its body is missing.

    A body over 1 MiB stays a file. Files of a form have absolute paths. Take the `fingerprint` first when the request
    may be saved again.
    """
    file = file.absolute()
    return read_stored(file, collection_root(file)).request


def read_stored(file: Path, root: Path) -> StoredRequest:
    """Return a request with the files it came from; `root` is its collection's folder."""
    for _ in range(_TRIES):
        raw = read_file(file)
        try:
            return _stored(raw, file, root)
        except CollectionError:
            # Somebody may have saved it between our reading of its file and of its body: then it is another by now.
            if read_file(file) == raw:
                raise
    return _stored(read_file(file), file, root)


def _stored(raw: bytes, file: Path, root: Path) -> StoredRequest:
    document = parse(raw, file.name)
    stored = StoredFile(raw, document, plain_request(document))
    hook = read_hook(file)
    request = request_of(RequestWords(stored.plain, hook.plain), file, root)
    return StoredRequest(stored, hook, _with_body(request, stored.plain, file, root))


def fingerprint(file: Path) -> Fingerprint:
    """Return what tells whether a request changed; `NO_FILE` where there is none."""
    file = file.absolute()
    if not file.exists():
        return NO_FILE
    try:
        path = body_path(plain_request(parse(read_file(file), file.name)))
        body = digest(inside(collection_root(file), path, file.name)) if path else ""
    except CollectionError:
        body = ""
    return Fingerprint(f"{digest(file)}:{body}:{digest(hook_path(file))}")


def unsent_parts(file: Path) -> tuple[str, ...]:
    """Return a sentence for each thing that Bruno would do for this request and we do not, inherited ones included.

    Scripts, actions before the request, kinds of authentication that we do not have, the collection's proxy.
    """
    file = file.absolute()
    root = collection_root(file)
    above = [folder for folder in file.parents if folder.is_relative_to(root)]
    settings = [folder / (COLLECTION_FILE if folder == root else FOLDER_FILE) for folder in above]
    files = [file, *(path for path in settings if path.exists())]
    return tuple(part for path in files for part in parts_not_sent(parse(read_file(path), path.name)))


def body_path(plain: Plain) -> str:
    """Return the path of the file that a request sends as its body, from the collection's folder; else empty."""
    body = plain[kind_of(plain)].get("body")
    row = selected_file(body) if body and body.get("type") == "file" else None
    return row["filePath"] if row else ""


def _with_body(request: SavedRequest, plain: Plain, file: Path, root: Path) -> SavedRequest:
    body = plain[kind_of(plain)].get("body")
    if body is None or request.body.kind is not BodyKind.NONE:
        return request
    if body["type"] == "file":
        return _with_file_body(request, body, file, root)
    if body["type"] == BodyKind.FORM:
        form = _with(request, BodyKind.FORM, Body(form_text(body["data"]).encode()))
        off = tuple(row for row in map(field_of, body["data"]) if not row.enabled)
        return replace(form, body=replace(form.body, disabled_fields=off))
    return _with(request, RAW_KINDS[body["type"]], Body(body["data"].encode()))


def _with(request: SavedRequest, kind: BodyKind, content: Body) -> SavedRequest:
    return replace(request, body=ComposedBody(kind, content, literal=request.body.literal))


def _with_file_body(request: SavedRequest, body: Plain, file: Path, root: Path) -> SavedRequest:
    """Return the request with its body's file, and with the Content-Type that only Bruno's file row names."""
    row = selected_file(body)
    if row is None:
        return _with(request, BodyKind.BYTES, Body())
    path = inside(root, row["filePath"], file.name)
    kind = _KINDS.get(PurePosixPath(row["filePath"]).suffix.lower(), BodyKind.BYTES)
    headers = request.headers
    if row["contentType"] not in ("", content_type_of(kind, headers), CONTENT_TYPES.get(kind)):
        headers = _with_content_type(headers, row["contentType"])
    return replace(_with(request, kind, _content(path, file)), headers=headers)


def _with_content_type(headers: tuple[Field, ...], content_type: str) -> tuple[Field, ...]:
    typed = any(row.enabled and row.name.lower() == "content-type" for row in headers)
    return headers if typed else (*headers, Field("Content-Type", content_type))


def _content(path: Path, file: Path) -> Body:
    if not path.is_file():
        raise CollectionError(
            f"The body of {file.name} is missing: there is no file {path}.",
            f"Put it back, or take the body out of {file.name} in a text editor.",
        )
    try:
        size = path.stat().st_size
        return Body(path.read_bytes()) if size <= _MEMORY_BYTES else Body.of_file(str(path))
    except OSError as error:
        raise CollectionError(f"{path}, the body of {file.name}, cannot be read: {error.strerror}.") from error
