"""What comes of a pasted command."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.message import Body
from workbench.model.template import placeholders

TEXT_LIMIT = 16 * 1024 * 1024
"""A longer text is nobody's command."""
REQUESTS_LIMIT = 1000
DEPTH_LIMIT = 50
"""How deep values in values may lie."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A request, and a sentence for each thing of the command that it does not say."""

    request: SavedRequest
    losses: tuple[str, ...] = ()


def checked(text: str) -> str:
    """Return a text that is fit to be read: halves of characters become U+FFFD. FormatError where it is too long."""
    if len(text) > TEXT_LIMIT:
        raise FormatError(f"The text has {len(text):,} characters, which is too long for a command.")
    return _SURROGATE.sub("\ufffd", text)


def made(request: SavedRequest, losses: Iterable[str]) -> Pasted:
    """Return a request with what it lost; outside a body, bytes that are no UTF-8 become U+FFFD."""
    told = list(losses)
    if not _is_text(request.url) or not all(_is_text(row.name + row.value) for row in request.headers):
        told.append("Bytes that are no UTF-8 stand in the URL or in a header; each was replaced by U+FFFD.")
        rows = tuple(replace(row, name=_as_text(row.name), value=_as_text(row.value)) for row in request.headers)
        request = replace(request, url=_as_text(request.url), headers=rows)
    return Pasted(request, tuple(dict.fromkeys(told)))


def _is_text(text: str) -> bool:
    return text.isascii() or _SURROGATE.search(text) is None


def _as_text(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def as_bytes(text: str) -> bytes:
    """Return the bytes of a command's text; bytes that are no UTF-8 stand in it as lone surrogates."""
    return text.encode("utf-8", "surrogateescape")


def content_type_of(headers: tuple[Field, ...]) -> str:
    """Return the media type that the headers name, in lower case, without its parameters."""
    value = next((field.value for field in headers if field.name.lower() == "content-type" and field.enabled), "")
    return value.partition(";")[0].strip().lower()


def kind_of(content_type: str, otherwise: BodyKind) -> BodyKind:
    """Return how a body of this media type is edited."""
    if content_type == "application/json" or content_type.endswith("+json"):
        return BodyKind.JSON
    if content_type in ("application/xml", "text/xml") or content_type.endswith("+xml"):
        return BodyKind.XML
    if content_type == "application/x-www-form-urlencoded":
        return BodyKind.FORM
    return BodyKind.TEXT if content_type.startswith("text/") else otherwise


def text_body(kind: BodyKind, text: str, losses: list[str], *, has_variables: bool) -> ComposedBody:
    """Return a body of this text; its own `{{…}}` stay text, unless shell variables became such."""
    own_braces = any(True for _ in placeholders(text)) and not has_variables
    if own_braces:
        losses.append("The {{…}} in the body are sent as they stand; say so otherwise to make them variables.")
    return ComposedBody(kind, Body(as_bytes(text)), literal=own_braces)


def file_body(kind: BodyKind, name: str, losses: list[str]) -> ComposedBody:
    """Return a body that is a file's bytes; the file is only named, nobody has looked at it."""
    losses.append(f"The body is the file {name}, which was not read.")
    return ComposedBody(kind, Body(path=name))
