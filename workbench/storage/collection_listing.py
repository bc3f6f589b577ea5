"""A collection's folders and requests in order, without reading more of each file than the tree shows.

A request's file is read up to its method and URL, which stand before headers, body and scripts in every file that we
or Bruno write; a file in another order is read to its end. What is wrong further below is said when it is opened.
"""

import os
from dataclasses import dataclass
from math import floor
from pathlib import Path

from workbench.model.collection import FolderEntry, Place, RequestEntry, by_place, counted_apart, requests_before
from workbench.model.errors import CollectionError
from workbench.storage.collection_document import Mapping, Sequence, parse
from workbench.storage.collection_files import BODIES, COLLECTION_FILE, ENVIRONMENTS, FOLDER_FILE, read_file
from workbench.storage.opencollection import GRAPHQL, HTTP, Title, folder_title, request_title

_NOT_FOLDERS = {BODIES, ENVIRONMENTS, "node_modules"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A folder or a request with its place among its neighbours."""

    title: Title
    path: Path
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Children:
    """What one folder holds, in order."""

    items: tuple[Placed, ...]
    problems: tuple[str, ...]
    """A sentence for each file that could not be read."""

    @property
    def are_apart(self) -> bool:
        """Whether folders have an order of their own, and requests another."""
        return counted_apart([_place(item) for item in self.items])

    @property
    def last_number(self) -> float | None:
        """The highest number; 0 where nothing is there, None where names make the order."""
        return max(
            (item.title.order for item in self.items if item.title.order is not None),
            default=None if self.items else 0.0,
        )

    @property
    def folders(self) -> tuple[Placed, ...]:
        """The folders alone."""
        return tuple(item for item in self.items if item.is_folder)

    @property
    def requests(self) -> tuple[Placed, ...]:
        """The requests alone."""
        return tuple(item for item in self.items if not item.is_folder)


def read_tree(path: Path) -> FolderEntry:
    """Return a collection's folders and requests in order; CollectionError when the folder is no collection.

    A file that cannot be read becomes a sentence in its folder's `problems` and stops nothing. Links are not
    followed; `.yaml` files, hidden ones, `bodies` and `environments` are no requests.
    """
    path = path.absolute()
    if not (path / COLLECTION_FILE).is_file():
        raise CollectionError(
            f"{path} is no collection: it has no {COLLECTION_FILE}.", "Choose the folder that has one."
        )
    return _folder_entry(path, *_title(path, COLLECTION_FILE))


def _folder_entry(path: Path, title: Title, problems: tuple[str, ...]) -> FolderEntry:
    children = children_of(path)
    return FolderEntry(
        name=title.name,
        path=str(path),
        folders=tuple(_folder_entry(child.path, *_title(child.path, FOLDER_FILE)) for child in children.folders),
        requests=tuple(
            RequestEntry(child.title.name, child.title.method, str(child.path), child.title.url)
            for child in children.requests
        ),
        problems=(*problems, *children.problems),
        requests_before=requests_before([child.is_folder for child in children.items]),
    )


def children_of(folder: Path) -> Children:
    """Return what a folder holds, in order; what it holds further below is not read."""
    problems: list[str] = []
    items: list[Placed] = []
    for entry in _entries(folder, problems):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _NOT_FOLDERS:
                path = folder / entry.name
                items.append(Placed(_title(path, FOLDER_FILE)[0], path, is_folder=True))
        elif entry.name.endswith(".yml") and entry.name not in (COLLECTION_FILE, FOLDER_FILE):
            try:
                items.append(Placed(_request_title(entry), folder / entry.name))
            except CollectionError as error:
                problems.append(error.message)
    return Children(tuple(by_place(items, _place)), tuple(problems))


def next_number(folder: Path) -> float | None:
    """Return the number, a whole one, that puts something new last in a folder; None where names make the order."""
    last = children_of(folder).last_number
    return None if last is None else floor(last) + 1


def _place(placed: Placed) -> Place:
    return Place(placed.is_folder, placed.title.order, placed.title.name)


def _entries(path: Path, problems: list[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
    except OSError as error:
        problems.append(f"The folder {path.name} cannot be read: {error.strerror}.")
        return []


def _title(path: Path, title_file: str) -> tuple[Title, tuple[str, ...]]:
    """Return a folder's title, and what is wrong with the file that says it."""
    file = path / title_file
    if not file.exists():
        return Title(path.name, "", None), ()
    try:
        return folder_title(parse(read_file(file), file.name), path.name), ()
    except CollectionError as error:
        return Title(path.name, "", None), (error.message,)


def _request_title(entry: os.DirEntry[str]) -> Title:
    if entry.is_symlink():
        raise CollectionError(f"{entry.name} is a link, and links are not followed.")
    try:
        with open(entry.path, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        raise CollectionError(f"{entry.path} cannot be read: {error.strerror or error}.") from error
    return request_title(parse(raw, entry.name, _title_is_known), entry.name.removesuffix(".yml"))


def _title_is_known(open_parts: list[Sequence | Mapping]) -> bool:
    """Tell whether `info` is complete and the part that follows it has said method and URL."""
    if len(open_parts) != 2:
        return False
    root, part = open_parts
    return (
        isinstance(root, Mapping)
        and isinstance(part, Mapping)
        and "method" in part.pairs
        and "url" in part.pairs
        and "info" in root.pairs
        and any(part is root.pairs.get(kind) for kind in (HTTP, GRAPHQL))
    )


def collection_name(root: Path) -> str:
    """Return what a collection is called; its folder's name where its file does not say."""
    return _title(root.absolute(), COLLECTION_FILE)[0].name


def matching(tree: FolderEntry, words: str) -> tuple[RequestEntry, ...]:
    """Return the requests whose name, method, URL or folder hold every word, in the order of the tree."""
    wanted = words.casefold().split()
    return tuple(_matching(tree, wanted, ""))


def _matching(folder: FolderEntry, words: list[str], above: str) -> list[RequestEntry]:
    found: list[RequestEntry] = []
    for request in folder.items:
        if isinstance(request, FolderEntry):
            found += _matching(request, words, f"{above} {request.name}")
            continue
        text = f"{above} {request.name} {request.method} {request.url}".casefold()
        if all(word in text for word in words):
            found.append(request)
    return found
