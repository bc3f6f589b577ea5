"""One saved request, from its file and, where it has one, its body's own file."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NewType

from workbench.model.collection import CONTENT_TYPES, BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.errors import CollectionError
from workbench.model.message import Body
from workbench.storage.collection_document import Mapping, parse
from workbench.storage.collection_files import (
    COLLECTION_FILE,
    FOLDER_FILE,
    collection_root,
    digest,
    inside,
    read_file,
)
from workbench.storage.opencollection import (
    RAW_KINDS,
    Plain,
    content_type_of,
    field_of,
    form_text,
    parts_not_sent,
    plain_request,
    selected_file,
)

Fingerprint = NewType("Fingerprint", str)
"""What a request's files held, the body's own included; differs when any byte differs."""
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


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request as its file has it: the bytes, their tree, the part that is ours, and what it means."""

    raw: bytes
    document: Mapping
    plain: Plain
    request: SavedRequest


def read_request(file: Path) -> SavedRequest:
    """Return a saved request; CollectionError says what is wrong with its file, or that its body is missing.

    A body over 1 MiB stays a file. Take the `fingerprint` first when the request may be saved again.
    """
    return read_stored(file.absolute()).request


def read_stored(file: Path) -> StoredRequest:
    """Return a request with the file it came from."""
    raw = read_file(file)
    document = parse(raw, file.name)
    plain = plain_request(document)
    return StoredRequest(raw, document, plain, _request(plain, file))


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
    return Fingerprint(f"{digest(file)}:{body}")


def unsent_parts(file: Path) -> tuple[str, ...]:
    """Return a sentence for each thing that Bruno would do for this request and we do not, inherited ones included.

    Authentication, scripts, variables, path parameters; headers that a folder gives to its requests.
    """
    file = file.absolute()
    root = collection_root(file)
    above = [folder for folder in file.parents if folder.is_relative_to(root)]
    settings = [folder / (COLLECTION_FILE if folder == root else FOLDER_FILE) for folder in above]
    files = [file, *(path for path in settings if path.exists())]
    return tuple(part for path in files for part in parts_not_sent(parse(read_file(path), path.name)))


def body_path(plain: Plain) -> str:
    """Return the path of the file that a request sends as its body, from the collection's folder; else empty."""
    body = plain["http"].get("body")
    row = selected_file(body) if body and body["type"] == "file" else None
    return row["filePath"] if row else ""


def _request(plain: Plain, file: Path) -> SavedRequest:
    http = plain["http"]
    params = [field_of(row) for row in http.get("params", []) if row["type"] == "query"]
    request = SavedRequest(
        name=plain["info"].get("name") or file.stem,
        method=http.get("method") or "GET",
        url=http.get("url", ""),
        headers=tuple(field_of(row) for row in http.get("headers", [])),
        disabled_params=tuple(row for row in params if not row.enabled),
    )
    body = http.get("body")
    if body is None:
        return request
    if body["type"] == "file":
        return _with_file_body(request, body, file)
    if body["type"] == BodyKind.FORM:
        return replace(request, body=_composed(BodyKind.FORM, form_text(body["data"])))
    return replace(request, body=_composed(RAW_KINDS[body["type"]], body["data"]))


def _composed(kind: BodyKind, text: str) -> ComposedBody:
    return ComposedBody(kind, Body(text.encode()))


def _with_file_body(request: SavedRequest, body: Plain, file: Path) -> SavedRequest:
    """Return the request with its body's file, and with the Content-Type that only Bruno's file row names."""
    row = selected_file(body)
    if row is None:
        return replace(request, body=ComposedBody(BodyKind.BYTES))
    path = inside(collection_root(file), row["filePath"], file.name)
    kind = _KINDS.get(PurePosixPath(row["filePath"]).suffix.lower(), BodyKind.BYTES)
    headers = request.headers
    if row["contentType"] not in ("", content_type_of(kind, headers), CONTENT_TYPES.get(kind)):
        headers = _with_content_type(headers, row["contentType"])
    return replace(request, headers=headers, body=ComposedBody(kind, _content(path, file)))


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
