"""What people compose and keep: saved requests in folders of a collection.

A saved request is what a person typed, not what goes on the wire: `engine.delivering` makes the wire form.
"""

from dataclasses import dataclass
from enum import StrEnum

from workbench.model.message import EMPTY_BODY, Body


class BodyKind(StrEnum):
    """How a composed body is made into bytes, and its Content-Type where no header says otherwise."""

    NONE = "none"
    JSON = "json"
    XML = "xml"
    TEXT = "text"
    FORM = "form-urlencoded"
    BYTES = "bytes"
    """Exact bytes that nobody edited, or a file's."""


CONTENT_TYPES = {
    BodyKind.JSON: "application/json",
    BodyKind.XML: "application/xml",
    BodyKind.TEXT: "text/plain; charset=utf-8",
    BodyKind.FORM: "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table: header, query parameter; a disabled row is kept and not sent."""

    name: str
    value: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ComposedBody:
    """A body as composed: always the exact bytes that will be sent, whatever its kind."""

    kind: BodyKind = BodyKind.NONE
    content: Body = EMPTY_BODY


NO_BODY = ComposedBody()


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request as a person composes and keeps it.

    `url` holds the whole URL with its query, exactly as typed; `disabled_params` are query rows that are kept but
    not part of it.
    """

    name: str = ""
    method: str = "GET"
    url: str = ""
    headers: tuple[Field, ...] = ()
    disabled_params: tuple[Field, ...] = ()
    body: ComposedBody = NO_BODY


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """A saved request's place in a collection, as the tree shows it without reading the whole file."""

    name: str
    method: str
    path: str
    """The request's file, absolute."""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A folder with what it holds, in order."""

    name: str
    path: str
    folders: tuple["FolderEntry", ...] = ()
    requests: tuple[RequestEntry, ...] = ()
    problems: tuple[str, ...] = ()
    """A sentence for each file that could not be read; the file is left as it is."""
