"""Bodies in OpenCollection's words.

Source: packages/bruno-filestore of Bruno 4.1: the `filePath` of a body and the files of a form's part count from the
collection's folder, where they do not begin at a root; a form's rows are encoded as `URLSearchParams` does.
"""

import re
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from workbench.model.collection import BodyKind, Field, Part
from workbench.model.errors import CollectionError
from workbench.storage.collection_document import Mapping, Plain, Sequence, broken
from workbench.storage.collection_files import inside

RAW_KINDS = {"json": BodyKind.JSON, "xml": BodyKind.XML, "text": BodyKind.TEXT}


def plain_row(row: Mapping) -> Plain:
    """Return the plain form of a header, a parameter or a form's row."""
    return row_of(Field(row.text("name") or "", row.text("value") or "", not row.flag("disabled")))


def row_of(entry: Field) -> Plain:
    """Return one row of headers, params or a form."""
    row: Plain = {"name": entry.name, "value": entry.value}
    return row if entry.enabled else row | {"disabled": True}


def param_row(entry: Field, kind: str) -> Plain:
    """Return a row of `params`: `query` or `path`."""
    row: Plain = {"name": entry.name, "value": entry.value, "type": kind}
    return row if entry.enabled else row | {"disabled": True}


def field_of(row: Plain) -> Field:
    """Return a header's or parameter's row of the file; a row without `disabled` is sent."""
    return Field(row["name"], row["value"], "disabled" not in row)


def plain_body(part: Mapping) -> Plain | None:
    """Return the plain form of an http item's body; CollectionError for one that we cannot send."""
    node = part.pairs.get("body")
    if isinstance(node, Sequence):
        raise _unknown_body(part, node.line, "a choice of bodies")
    body = part.mapping("body")
    if body is None:
        return None
    kind = body.text("type")
    if kind in RAW_KINDS:
        return {"type": kind, "data": body.text("data") or ""}
    if kind == BodyKind.FORM:
        return {"type": kind, "data": [plain_row(row) for row in body.rows("data")]}
    if kind == BodyKind.MULTIPART:
        return {"type": kind, "data": [_plain_part(row) for row in body.rows("data")]}
    if kind == "file":
        return {"type": kind, "data": [_file_row(row) for row in body.rows("data")]}
    raise _unknown_body(part, body.line, f"a body of type “{kind}”")


def plain_graphql(part: Mapping) -> Plain | None:
    """Return the plain form of a graphql item's body."""
    node = part.pairs.get("body")
    if isinstance(node, Sequence):
        raise _unknown_body(part, node.line, "a choice of bodies")
    body = part.mapping("body")
    if body is None:
        return None
    return {key: text for key in ("query", "variables") if (text := body.text(key)) is not None}


def _unknown_body(part: Mapping, line: int, what: str) -> CollectionError:
    return broken(part.file_name, line, f"the request has {what}, which cannot be sent yet")


def _file_row(row: Mapping) -> Plain:
    return {
        "filePath": row.text("filePath") or "",
        "contentType": row.text("contentType") or "",
        "selected": row.flag("selected"),
    }


def _plain_part(row: Mapping) -> Plain:
    node = row.pairs.get("value")
    value: Any = row.texts("value") if isinstance(node, Sequence) else row.text("value") or ""
    plain: Plain = {"name": row.text("name") or "", "type": row.text("type") or "text", "value": value}
    if content_type := row.text("contentType"):
        plain["contentType"] = content_type
    return plain | {"disabled": True} if row.flag("disabled") else plain


def part_of(row: Plain, root: Path, file_name: str) -> Part:
    """Return a part of a form; its files' paths are absolute, those inside the collection too.

    CollectionError for a path that climbs out of the collection, or leads out by a link.
    """
    value = row["value"]
    paths: list[str] = [value] if isinstance(value, str) else value
    is_file = row["type"] == "file"
    return Part(
        name=row["name"],
        value="" if is_file else "".join(paths),
        is_file=is_file,
        files=tuple(absolute_file(path, root, file_name) for path in paths if path) if is_file else (),
        content_type=row.get("contentType", ""),
        enabled="disabled" not in row,
    )


def absolute_file(path: str, root: Path, file_name: str) -> str:
    """Return where a file of a form lies; CollectionError where a path from the collection leads out of it."""
    if Path(path).is_absolute() or PureWindowsPath(path).is_absolute():
        return path
    return str(inside(root, path, file_name))


def part_row(part: Part, root: Path) -> Plain:
    """Return a part's row; files of the collection are named from its folder."""
    row: Plain = {"name": part.name, "type": "file" if part.is_file else "text", "value": part.value}
    if part.is_file:
        row["value"] = [_relative(path, root) for path in part.files]
    if part.content_type:
        row["contentType"] = part.content_type
    return row if part.enabled else row | {"disabled": True}


def _relative(path: str, root: Path) -> str:
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else path


def selected_file(body: Plain) -> Plain | None:
    """Return the row of a file body that is sent; None where no file is chosen."""
    return next((row for row in body["data"] if row["selected"] and row["filePath"]), None)


def with_file(former: Plain | None, path: str, content_type: str) -> Plain:
    """Return the file body that sends `path`; other files that a former file body offers stay."""
    chosen: Plain = {"filePath": path, "contentType": content_type, "selected": True}
    rows: list[Plain] = former["data"] if former and former.get("type") == "file" else []
    chosen_row = next((row for row in rows if row["selected"]), None)
    kept = [chosen if row is chosen_row else row for row in rows]
    return {"type": "file", "data": kept if chosen_row else [*kept, chosen]}


def in_former_places(rows: list[Plain], others: list[Plain], former: list[Plain]) -> list[Plain]:
    """Return `rows` with each of `others` where it stood, told by its value or else its name; else at the end."""
    places = [(_place(row, former), row) for row in others]
    merged = list(rows)
    for place, row in sorted(((at, row) for at, row in places if at is not None), key=lambda pair: pair[0]):
        merged.insert(place, row)
    return [*merged, *(row for at, row in places if at is None)]


def _place(row: Plain, former: list[Plain]) -> int | None:
    if row in former:
        return former.index(row)
    return next((at for at, other in enumerate(former) if {**other, "value": row["value"]} == row), None)


_VARIABLE = re.compile(r"(\{\{[^{}]*\}\})")


def form_text(rows: Iterable[Plain]) -> str:
    """Return the enabled rows as a URL-encoded form (URLSearchParams, as Bruno sends it); `{{name}}` stays."""
    enabled = [row for row in rows if "disabled" not in row]
    return "&".join(f"{_encoded(row['name'])}={_encoded(row['value'])}" for row in enabled)


def form_rows(text: str) -> list[Plain] | None:
    """Return the rows that make exactly this form again; None where none do (`a`, `%20`, lower-case escapes)."""
    pairs = [pair.partition("=") for pair in text.split("&")] if text else []
    try:
        rows = [{"name": _decoded(name), "value": _decoded(value)} for name, _, value in pairs]
    except UnicodeDecodeError:
        return None
    return rows if form_text(rows) == text else None


def _encoded(text: str) -> str:
    parts = _VARIABLE.split(text)
    return "".join(
        part if at % 2 else quote_plus(part, safe="*").replace("~", "%7E") for at, part in enumerate(parts)
    )


def _decoded(text: str) -> str:
    return unquote_plus(text, errors="strict")
