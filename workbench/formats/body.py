"""The one place that decides how a body is shown: what it is, which views it has, and the bytes of the chosen one.

A formatter that fails never fails its caller: the source is shown, with a sentence about why.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.formats import json_text, xml_text
from workbench.formats.encoding import Decoded, decoded
from workbench.formats.form import FormField, fields
from workbench.formats.kind import Kind, is_text, kind_of
from workbench.formats.multipart import MultipartError, Part, parts

PRETTY_LIMIT_BYTES = 32 * 1024 * 1024


class View(StrEnum):
    """A way to look at a body."""

    PRETTY = "Pretty"
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
}
_LANGUAGES = {
    Kind.JSON: "json",
    Kind.XML: "xml",
    Kind.HTML: "html",
    Kind.JAVASCRIPT: "javascript",
    Kind.YAML: "yaml",
}


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


def view(body: bytes, content_type: str, content_encoding: str = "", wanted: View | None = None) -> BodyView:
    """Return a body as it is best shown, or as wanted where it has that view."""
    undone = decoded(body, content_encoding)
    content = undone.content
    kind = kind_of(content_type, content)
    views = _views(kind, content)
    chosen = wanted if wanted is not None and wanted in views else views[0]
    text, language, problem = content, _LANGUAGES.get(kind), undone.problem
    pairs: tuple[FormField, ...] = ()
    cut: tuple[Part, ...] = ()
    if chosen is View.PRETTY:
        text, trouble = _pretty(kind, content)
        problem = problem or trouble
    elif chosen is View.FORM:
        pairs = tuple(fields(content))
    elif chosen is View.PARTS:
        try:
            cut = tuple(parts(content_type, content))
        except MultipartError as error:
            chosen, problem = View.SOURCE, problem or str(error)
    elif chosen is View.HEX:
        language = None
    return BodyView(kind, views, chosen, text, language, undone, problem, pairs, cut)


def _views(kind: Kind, content: bytes) -> tuple[View, ...]:
    first = _FIRST_VIEW.get(kind, View.SOURCE)
    rest = (
        (View.SOURCE, View.HEX) if is_text(content[:4096]) or kind not in (Kind.BINARY, Kind.IMAGE) else (View.HEX,)
    )
    return tuple(dict.fromkeys((first, *rest)))


def _pretty(kind: Kind, content: bytes) -> tuple[bytes, str]:
    if len(content) > PRETTY_LIMIT_BYTES:
        return content, f"Larger than {PRETTY_LIMIT_BYTES // 1024 // 1024} MiB, so it is shown as it came."
    try:
        if kind is Kind.JSON:
            return json_text.pretty(content), ""
        return xml_text.pretty(content), ""
    except (ValueError, RecursionError) as error:
        return content, _trouble(kind, content, error)


def _trouble(kind: Kind, content: bytes, error: Exception) -> str:
    if kind is Kind.XML:
        return xml_text.problem(content) or f"Shown as it came: {error}."
    lines = [line for line in content.splitlines() if line.strip()]
    if len(lines) > 1 and all(json_text.problem(line) is None for line in lines[:50]):
        return ""  # A value a line: newline-delimited JSON is read best as it is.
    found = json_text.problem(content)
    return found.sentence if found else ""
