"""What people compose and keep: saved requests in folders of a collection.

A saved request is what a person typed, not what goes on the wire: `engine.delivering` makes the wire form.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

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
    requests_before: tuple[int, ...] = ()
    """How many of the requests stand before each folder; none where all folders come first."""

    @classmethod
    def of(
        cls, name: str, items: Iterable["CollectionTree | SavedRequest"], defaults: Defaults = Defaults()
    ) -> "CollectionTree":
        """Return a folder with its folders and requests in one order."""
        listed = tuple(items)
        folders = tuple(item for item in listed if isinstance(item, CollectionTree))
        requests = tuple(item for item in listed if isinstance(item, SavedRequest))
        before = requests_before([isinstance(item, CollectionTree) for item in listed])
        return cls(name, folders, requests, defaults, requests_before=before)

    @property
    def items(self) -> tuple["CollectionTree | SavedRequest", ...]:
        """Folders and requests in the order of the collection."""
        return in_one_order(self.folders, self.requests, self.requests_before)


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
    requests_before: tuple[int, ...] = ()
    """How many of the requests stand before each folder; none where all folders come first."""

    @property
    def items(self) -> tuple["FolderEntry | RequestEntry", ...]:
        """Folders and requests in the order of the collection."""
        return in_one_order(self.folders, self.requests, self.requests_before)


_Folder = TypeVar("_Folder")
_Request = TypeVar("_Request")
_Item = TypeVar("_Item")


def requests_before(folder_marks: Sequence[bool]) -> tuple[int, ...]:
    """Return how many requests stand before each folder of a list of both; nothing where all folders come first."""
    counts: list[int] = []
    requests = 0
    for is_folder in folder_marks:
        if is_folder:
            counts.append(requests)
        else:
            requests += 1
    return tuple(counts) if any(counts) else ()


def in_one_order(
    folders: Sequence[_Folder], requests: Sequence[_Request], before: Sequence[int]
) -> tuple[_Folder | _Request, ...]:
    """Return folders and requests as one list, by what `requests_before` said of it."""
    items: list[_Folder | _Request] = []
    taken = 0
    for number, folder in enumerate(folders):
        upto = before[number] if number < len(before) else taken
        items += requests[taken:upto]
        taken = max(taken, upto)
        items.append(folder)
    return (*items, *requests[taken:])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a folder or a request says that it stands among its neighbours."""

    is_folder: bool
    number: float | None
    """`seq` of OpenCollection and Bruno; None where none is said."""
    name: str = ""
    """What orders those without a number, and those with the same."""


def counted_apart(places: Sequence[Place]) -> bool:
    """Return whether folders and requests do not stand in one order: see `by_place`."""
    of_folders = [place.number for place in places if place.is_folder]
    of_requests = {place.number for place in places if not place.is_folder}
    return None in of_folders or not of_requests.isdisjoint(of_folders)


def by_place(items: Iterable[_Item], place_of: Callable[[_Item], Place]) -> list[_Item]:
    """Return neighbours in order: by their numbers, then by their names.

    Folders and requests stand in one order where every folder has a number and no request has the same. Bruno counts
    each kind apart, from 1, and shows folders first; so they are where that is to be seen.
    """
    placed = [(place_of(item), item) for item in items]
    apart = counted_apart([place for place, _ in placed])

    def key(pair: tuple[Place, _Item]) -> tuple[bool, bool, float, str, str]:
        place = pair[0]
        number = place.number
        later = apart and not place.is_folder
        return later, number is None, number or 0.0, place.name.casefold(), place.name

    return [item for _, item in sorted(placed, key=key)]
