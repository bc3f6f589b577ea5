"""What people compose and keep: saved requests in folders of a collection.

A saved request is what a person typed, not what goes on the wire: `engine.delivering` makes the wire form.
"""

from dataclasses import dataclass
from enum import StrEnum

from workbench.model.authentication import INHERITED, Auth
from workbench.model.checks import Assertion, Taking
from workbench.model.examples import Example
from workbench.model.message import EMPTY_BODY, Body
from workbench.model.send_settings import INHERITED_SETTINGS, SendSettings
from workbench.model.signature import NOT_SIGNED, SigningChoice
from workbench.model.variables import Environment, Variable


class BodyKind(StrEnum):
    """How a composed body is made into bytes, and its Content-Type where no header says otherwise."""

    NONE = "none"
    JSON = "json"
    XML = "xml"
    TEXT = "text"
    FORM = "form-urlencoded"
    MULTIPART = "multipart-form"
    """Made of `parts` when it is sent; what `content` holds does not count."""
    GRAPHQL = "graphql"
    """`content` is the query; it goes out as JSON with `graphql_variables`."""
    BYTES = "bytes"
    """Exact bytes that nobody edited, or a file's."""


CONTENT_TYPES = {
    BodyKind.JSON: "application/json",
    BodyKind.XML: "application/xml",
    BodyKind.TEXT: "text/plain; charset=utf-8",
    BodyKind.FORM: "application/x-www-form-urlencoded",
    BodyKind.GRAPHQL: "application/json",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table: header, query or path parameter; a disabled row is kept and not sent."""

    name: str
    value: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart form: a text, or files by their paths (absolute, or from the collection's folder)."""

    name: str
    value: str = ""
    is_file: bool = False
    files: tuple[str, ...] = ()
    """What a file part sends, one part each; none while no file was chosen."""
    content_type: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ComposedBody:
    """A body as composed. All kinds but multipart and GraphQL hold the exact bytes that will be sent."""

    kind: BodyKind = BodyKind.NONE
    content: Body = EMPTY_BODY
    parts: tuple[Part, ...] = ()
    graphql_variables: str = ""
    """A JSON object as text; empty for none."""
    literal: bool = False
    """`{{…}}` in it is sent as it stands: bytes that were captured, or that a user wants so."""
    disabled_fields: tuple[Field, ...] = ()
    """Rows of a form that are kept, and are no part of `content`."""


NO_BODY = ComposedBody()


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request as a person composes and keeps it.

    `url` holds the whole URL with its query, exactly as typed; `disabled_params` are query rows that are kept but
    not part of it. `path_params` fill the `:name` segments of the path. Every text may hold `{{variables}}`.
    """

    name: str = ""
    method: str = "GET"
    url: str = ""
    headers: tuple[Field, ...] = ()
    disabled_params: tuple[Field, ...] = ()
    body: ComposedBody = NO_BODY
    path_params: tuple[Field, ...] = ()
    auth: Auth = INHERITED
    settings: SendSettings = INHERITED_SETTINGS
    variables: tuple[Variable, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    takings: tuple[Taking, ...] = ()
    signing: SigningChoice = NOT_SIGNED
    docs: str = ""
    """Markdown."""
    tags: tuple[str, ...] = ()
    literal: bool = False
    """`{{…}}` in method, URL, parameters and headers is sent as it stands, and folders add no headers: it was
    captured, or sent before. The body says that for itself."""
    examples: tuple[Example, ...] = ()
    """Answers that were kept, to show what comes back."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a folder or a collection gives to all requests in it; nearer folders count first."""

    headers: tuple[Field, ...] = ()
    auth: Auth = INHERITED
    variables: tuple[Variable, ...] = ()
    settings: SendSettings = INHERITED_SETTINGS
    docs: str = ""


@dataclass(frozen=True, slots=True)
class CollectionTree:
    """A whole collection, or a folder of one, without files: what importers make and exporters take."""

    name: str
    folders: tuple["CollectionTree", ...] = ()
    requests: tuple[SavedRequest, ...] = ()
    defaults: Defaults = Defaults()
    environments: tuple[Environment, ...] = ()
    """Of a collection only; a folder has none."""


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """A saved request's place in a collection, as the tree shows it without reading the whole file."""

    name: str
    method: str
    path: str
    """The request's file, absolute."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A folder with what it holds, in order."""

    name: str
    path: str
    folders: tuple["FolderEntry", ...] = ()
    requests: tuple[RequestEntry, ...] = ()
    problems: tuple[str, ...] = ()
    """A sentence for each file that could not be read; the file is left as it is."""
