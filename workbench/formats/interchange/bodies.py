"""Bodies as other programs write them, made into ours: text to the byte, forms encoded, files by their paths."""

import re
from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote_plus, unquote_plus

from workbench.formats.interchange.imported import Beside, Losses
from workbench.model.collection import BodyKind, ComposedBody, Field, Part
from workbench.model.message import Body

_VARIABLE = re.compile(r"(\{\{[^{}\n]*\}\})")
_KINDS_BY_SUFFIX = {".json": BodyKind.JSON, ".xml": BodyKind.XML, ".txt": BodyKind.TEXT, ".form": BodyKind.FORM}


def kind_of_type(content_type: str, otherwise: BodyKind = BodyKind.TEXT) -> BodyKind:
    """Return how a body of that Content-Type is composed; `otherwise` where the type says nothing."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence in ("application/json", "text/json", "json") or essence.endswith("+json"):
        return BodyKind.JSON
    if essence in ("application/xml", "text/xml", "xml") or essence.endswith("+xml"):
        return BodyKind.XML
    if essence == "application/x-www-form-urlencoded":
        return BodyKind.FORM
    if essence.startswith("text/"):
        return BodyKind.TEXT
    return BodyKind.BYTES if essence else otherwise


def content_type_of(headers: Iterable[Field]) -> str:
    """Return the Content-Type that is sent, empty where no header says one."""
    return next((row.value for row in headers if row.enabled and row.name.lower() == "content-type"), "")


def headers_for(body: ComposedBody, headers: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return headers without a multipart type that names no boundary: it goes out with the one of the parts."""
    if body.kind is not BodyKind.MULTIPART:
        return headers
    return tuple(
        row
        for row in headers
        if row.name.lower() != "content-type"
        or not row.value.startswith("multipart/form-data")
        or "boundary" in row.value
    )


def text_body(text: str, content_type: str, otherwise: BodyKind = BodyKind.TEXT) -> ComposedBody:
    """Return a body of exactly this text."""
    return ComposedBody(kind_of_type(content_type, otherwise), Body(text.encode()))


def form_body(rows: Iterable[Field]) -> ComposedBody:
    """Return the rows as a URL-encoded form; switched-off ones are kept beside it."""
    kept = list(rows)
    pairs = (f"{form_encoded(row.name)}={form_encoded(row.value)}" for row in kept if row.enabled)
    off = tuple(row for row in kept if not row.enabled)
    return ComposedBody(BodyKind.FORM, Body("&".join(pairs).encode()), disabled_fields=off)


def form_encoded(text: str) -> str:
    """Return text as a URL-encoded form has it (WHATWG); `{{variables}}` stay as they are."""
    parts = _VARIABLE.split(text)
    return "".join(
        part if at % 2 else quote_plus(part, safe="*").replace("~", "%7E") for at, part in enumerate(parts)
    )


def form_rows(content: bytes) -> list[Field] | None:
    """Return the rows that make exactly this form again; None where none do."""
    try:
        text = content.decode("ascii")
        pairs = [pair.partition("=") for pair in text.split("&")] if text else []
        rows = [
            Field(unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict"))
            for name, _, value in pairs
        ]
    except UnicodeDecodeError:
        return None
    again = "&".join(f"{form_encoded(row.name)}={form_encoded(row.value)}" for row in rows)
    return rows if again == text else None


def file_part(name: str, files: Iterable[str], losses: Losses, content_type: str = "", enabled: bool = True) -> Part:
    """Return a part that sends files; what lies outside the collection is for `disarming` to judge."""
    paths = tuple(path for path in files if path)
    for path in paths:
        if is_inside(path):
            losses.add(
                f"The file {path} of the part {name} is not in the import: put it into the collection's folder."
            )
    if not paths:
        losses.add(f"The part {name} sends a file, and none is chosen.")
    return Part(name, is_file=True, files=paths, content_type=content_type, enabled=enabled)


def file_body(path: str, read: Beside, losses: Losses, content_type: str = "") -> ComposedBody:
    """Return the bytes of a file beside the import as a body; an empty one, reported, where it cannot be had."""
    content = read(path) if path and is_inside(path) else None
    if content is None:
        losses.add(
            f"The body is the file {path or 'that is not named'}, which is not in the import: choose it again."
        )
        return ComposedBody(BodyKind.BYTES)
    suffix_kind = _KINDS_BY_SUFFIX.get(PurePosixPath(path).suffix.lower(), BodyKind.BYTES)
    kind = kind_of_type(content_type, suffix_kind)
    return ComposedBody(BodyKind.BYTES if kind is BodyKind.FORM else kind, Body(content), literal=b"{{" in content)


def is_inside(path: str) -> bool:
    """Return whether a path stays in the folder it is relative to, on any platform."""
    windows = PureWindowsPath(path)
    return "\0" not in path and not windows.anchor and ".." not in windows.parts and not path.startswith(("~", "/"))


def is_nameable(path: str) -> bool:
    """Return whether a collection may name a file so: from its folder, or absolute on some platform."""
    absolute = PurePath(path).is_absolute() or PureWindowsPath(path).is_absolute()
    return "\0" not in path and (absolute or is_inside(path))
