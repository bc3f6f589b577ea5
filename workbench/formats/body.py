"""The one place that decides how a body is shown: what it is, which views it has, and the bytes of the chosen one.

A formatter that fails never fails its caller: the source is shown, with a sentence about why.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.formats import json_text, xml_text
from workbench.formats.csv_rows import csv_rows
from workbench.formats.encoding import Decoded, decoded
from workbench.formats.form import FormField, fields
from workbench.formats.graphql_request import is_graphql, text_of_graphql
from workbench.formats.json_lines import pretty_lines
from workbench.formats.json_web_token import text_of_token
from workbench.formats.kind import Kind, is_text, kind_of
from workbench.formats.message_pack import text_of_message_pack
from workbench.formats.multipart import MultipartError, Part, parts
from workbench.formats.protobuf_wire import text_of_protobuf

PRETTY_LIMIT_BYTES = 128 * 1024 * 1024
LINES_LIMIT_BYTES = 32 * 1024 * 1024
SMALL_LIMIT_BYTES = 8 * 1024 * 1024
"""Of what is read a value at a time: some seconds off the window's thread."""


class View(StrEnum):
    """A way to look at a body."""

    PRETTY = "Pretty"
    TREE = "Tree"
    GRAPHQL = "GraphQL"
    TOKEN = "JWT"
    MESSAGE_PACK = "MessagePack"
    PROTOBUF = "Protobuf"
    TABLE = "Table"
    SOURCE = "Source"
    FORM = "Form"
    PARTS = "Parts"
    IMAGE = "Image"
    HEX = "Hex"


_FIRST_VIEW = {
    Kind.JSON: View.PRETTY,
    Kind.XML: View.PRETTY,
    Kind.FORM: View.FORM,
    Kind.MULTIPART: View.PARTS,
    Kind.IMAGE: View.IMAGE,
    Kind.BINARY: View.HEX,
    Kind.JSON_LINES: View.PRETTY,
    Kind.TOKEN: View.TOKEN,
    Kind.MESSAGE_PACK: View.MESSAGE_PACK,
    Kind.PROTOBUF: View.PROTOBUF,
    Kind.CSV: View.TABLE,
}
_LANGUAGES = {
    Kind.JSON: "json",
    Kind.JSON_LINES: "json",
    Kind.XML: "xml",
    Kind.HTML: "html",
    Kind.JAVASCRIPT: "javascript",
    Kind.YAML: "yaml",
}
_LIMITS = {View.MESSAGE_PACK: SMALL_LIMIT_BYTES, View.PROTOBUF: SMALL_LIMIT_BYTES}


@dataclass(frozen=True, slots=True)
class BodyView:
    """A body ready to be shown."""

    kind: Kind
    views: tuple[View, ...]
    view: View
    text: bytes
    """What a text or hex view shows; of a Source view exactly the decoded bytes."""
    language: str | None
    decoded: Decoded
    problem: str = ""
    fields: tuple[FormField, ...] = field(default=())
    parts: tuple[Part, ...] = field(default=())
    table: tuple[tuple[str, ...], ...] = field(default=())
    """The rows of a Table view, the heading row among them."""


def view(
    body: bytes, content_type: str, content_encoding: str = "", wanted: View | None = None, now_us: int | None = None
) -> BodyView:
    """Return a body as it is best shown, or as wanted where it has that view.

    With the time in microseconds, a token says whether it has expired.
    """
    undone = decoded(body, content_encoding)
    content = undone.content
    kind = kind_of(content_type, content)
    views = _views(kind, content)
    chosen = wanted if wanted is not None and wanted in views else views[0]
    seen = BodyView(kind, views, chosen, content, _LANGUAGES.get(kind), undone, undone.problem)
    match chosen:
        case View.FORM:
            return replace(seen, fields=tuple(fields(content)))
        case View.PARTS:
            return _with_parts(seen, content_type)
        case View.TABLE:
            return _with_table(seen)
        case View.HEX:
            return replace(seen, language=None)
        case View.SOURCE | View.IMAGE:
            return seen
        case _:
            return _formatted(seen, now_us)


def _views(kind: Kind, content: bytes) -> tuple[View, ...]:
    first = _FIRST_VIEW.get(kind, View.SOURCE)
    if kind is Kind.JSON and is_graphql(content):
        return View.GRAPHQL, View.PRETTY, View.TREE, View.SOURCE, View.HEX
    if kind is Kind.JSON:
        return View.PRETTY, View.TREE, View.SOURCE, View.HEX
    if kind in (Kind.BINARY, Kind.MESSAGE_PACK, Kind.PROTOBUF):
        return tuple(dict.fromkeys((first, View.HEX, View.MESSAGE_PACK, View.PROTOBUF)))
    text = kind is not Kind.IMAGE or is_text(content[:4096])
    rest = (View.SOURCE, View.HEX) if text else (View.HEX,)
    return tuple(dict.fromkeys((first, *rest)))


def _formatted(seen: BodyView, now_us: int | None) -> BodyView:
    """Return the view with its text made readable, or the source with a sentence where that fails."""
    content = seen.text
    limit = PRETTY_LIMIT_BYTES if seen.kind is Kind.JSON else _LIMITS.get(seen.view, LINES_LIMIT_BYTES)
    if len(content) > limit:
        said = f"Larger than {limit // 1024 // 1024} MiB, so it is shown as it came."
        return _as_it_came(seen, seen.problem or said)
    trouble = ""
    try:
        match seen.view:
            case View.GRAPHQL:
                text, language = text_of_graphql(content), None
            case View.TOKEN:
                text, language = text_of_token(content, now_us), "javascript"
            case View.MESSAGE_PACK:
                text, language = text_of_message_pack(content), "json"
            case View.PROTOBUF:
                text, language = text_of_protobuf(content), None
            case View.TREE:
                text, language = json_text.pretty(content), seen.language
            case _:
                text, trouble = _pretty(seen.kind, content)
                language = seen.language
    except (ValueError, RecursionError) as error:
        said = _trouble(seen.kind, content, error) if seen.view is View.TREE else str(error)
        return _as_it_came(seen, seen.problem or said)
    return replace(seen, text=text, language=language, problem=seen.problem or trouble)


def _as_it_came(seen: BodyView, problem: str) -> BodyView:
    """Return the source, or hex of what is no text; a Pretty view stays one, since it may be asked for again."""
    if seen.view is View.PRETTY:
        return replace(seen, problem=problem)
    chosen = View.SOURCE if View.SOURCE in seen.views else View.HEX
    return replace(seen, view=chosen, language=None, problem=problem)


def _with_parts(seen: BodyView, content_type: str) -> BodyView:
    try:
        return replace(seen, parts=tuple(parts(content_type, seen.text)))
    except MultipartError as error:
        return replace(seen, view=View.SOURCE, problem=seen.problem or str(error))


def _with_table(seen: BodyView) -> BodyView:
    try:
        rows, problem = csv_rows(seen.text)
    except ValueError as error:
        return _as_it_came(seen, seen.problem or str(error))
    return replace(seen, table=rows, problem=seen.problem or problem)


def _pretty(kind: Kind, content: bytes) -> tuple[bytes, str]:
    if kind is Kind.JSON_LINES:
        return pretty_lines(content)
    try:
        if kind is Kind.JSON:
            return json_text.pretty(content), ""
        return xml_text.pretty(content), ""
    except (ValueError, RecursionError) as error:
        return content, _trouble(kind, content, error)


def _trouble(kind: Kind, content: bytes, error: Exception) -> str:
    if kind is Kind.XML:
        return xml_text.problem(content) or f"Shown as it came: {error}."
    found = json_text.problem(content)
    return found.sentence if found else ""
