"""Collections, folders and requests by name: `COLLECTION/FOLDER/REQUEST` of the workspace, or a path."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.model.collection import FolderEntry
from workbench.model.errors import CollectionError, UsageError
from workbench.storage.collection_files import COLLECTION_FILE
from workbench.storage.paths import Paths

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A folder or a request of a collection, and what it is called."""

    name: str
    """`Collection/folder/request`, as titles are written."""
    stems: str
    """The same by the names of files and folders."""
    path: Path

    def is_called(self, words: str) -> bool:
        """Return whether these words name it; the collection's own name may be left out."""
        known = {self.name.casefold(), self.stems.casefold()}
        return words in known | {name.partition("/")[2] for name in known}


def find_saved(paths: Paths, words: str) -> Path:
    """Return the file of a saved request; UsageError says what there is instead."""
    file = Path(words).expanduser()
    if file.is_file() or file.suffix in (".yml", ".yaml"):
        return file
    return _one(words, list(named_requests(paths)), "saved request", paths)


def find_folder(paths: Paths, words: str) -> Path:
    """Return a collection's folder, or one in it; UsageError says what there is instead."""
    folder = Path(words).expanduser()
    if folder.is_dir():
        return folder
    return _one(words, list(named_folders(paths)), "folder", paths)


def find_collection(paths: Paths, words: str) -> Path:
    """Return a collection's folder by its name or path; UsageError says what there is instead."""
    folder = Path(words).expanduser()
    if (folder / COLLECTION_FILE).is_file():
        return folder
    return _one(words, [each for each in named_folders(paths) if "/" not in each.stems], "collection", paths)


def _one(words: str, known: list[Named], what: str, paths: Paths) -> Path:
    wanted = words.strip("/").casefold()
    whole = [each for each in known if wanted in (each.name.casefold(), each.stems.casefold())]
    found = whole or [each for each in known if each.is_called(wanted)]
    if len(found) == 1:
        return found[0].path
    if found:
        files = ", ".join(str(each.path) for each in found[:_SHOWN])
        raise UsageError(f"{words!r} names more than one {what}.", f"Name the path: {files}")
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    hint = f"There are: {', '.join(each.name for each in known[:_SHOWN])}{more}."
    raise UsageError(
        f"There is no {what} {words!r}.",
        hint if known else f"Name a path, or put collections into {paths.workspace}.",
    )


def collections(paths: Paths) -> Iterator[Path]:
    """Yield the folders of the workspace's collections."""
    return (file.parent for file in sorted(paths.workspace.glob(f"*/{COLLECTION_FILE}")))


def environment_root(paths: Paths, environment: str) -> Path:
    """Return the one collection of the workspace that has an environment of that name; UsageError."""
    from workbench.storage.environments import list_environments

    known = {root: [each.name for each in list_environments(root)[0]] for root in collections(paths)}
    found = [root for root, names in known.items() if environment in names]
    if len(found) == 1:
        return found[0]
    if found:
        folders = ", ".join(str(root) for root in found)
        raise UsageError(f"Several collections have an environment {environment!r}.", f"They are: {folders}.")
    names = ", ".join(sorted({name for each in known.values() for name in each})) or "none yet"
    raise UsageError(f"There is no environment {environment!r}.", f"There are: {names}.")


def named_requests(paths: Paths) -> Iterator[Named]:
    """Yield the requests of all collections; a collection that cannot be read has none."""
    for tree, name in _trees(paths):
        for folder, above in _folders(tree, name):
            for request in folder.requests:
                path = Path(request.path)
                yield Named(f"{above.name}/{request.name}", f"{above.stems}/{path.stem}", path)


def named_folders(paths: Paths) -> Iterator[Named]:
    """Yield all collections and the folders in them."""
    return (named for tree, name in _trees(paths) for _, named in _folders(tree, name))


def _trees(paths: Paths) -> Iterator[tuple[FolderEntry, Named]]:
    from workbench.storage.collections import read_tree

    for folder in collections(paths):
        try:
            tree = read_tree(folder)
        except CollectionError:
            continue
        yield tree, Named(tree.name or folder.name, folder.name, folder)


def _folders(folder: FolderEntry, named: Named) -> Iterator[tuple[FolderEntry, Named]]:
    yield folder, named
    for inner in folder.folders:
        path = Path(inner.path)
        yield from _folders(inner, Named(f"{named.name}/{inner.name}", f"{named.stems}/{path.name}", path))


def saved_file(arguments: argparse.Namespace, paths: Paths) -> Path | None:
    """Return the file that `--saved` names, None where a request is typed; UsageError where both are said."""
    if not arguments.saved:
        return None
    if arguments.words or arguments.data or arguments.raw:
        raise UsageError("A saved request is sent as it is.", "Leave out METHOD, URL, items and --data.")
    return find_saved(paths, arguments.saved)
