"""Saved requests by name: `COLLECTION/FOLDER/REQUEST` in the workspace's collections, or a file's path."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.model.collection import FolderEntry
from workbench.model.errors import UsageError
from workbench.storage.paths import Paths

COLLECTION_FILE = "opencollection.yml"
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request's file and how it is called."""

    name: str
    """`Collection/folder/request`, as titles are written."""
    path: Path
    stems: str
    """The same by the names of files and folders."""


def find_saved(paths: Paths, words: str) -> Path:
    """Return the file of a saved request; UsageError says what there is instead."""
    file = Path(words).expanduser()
    if file.is_file() or file.suffix in (".yml", ".yaml"):
        return file
    wanted = words.strip("/").casefold()
    known = list(named_requests(paths))
    found = [each for each in known if wanted in (each.name.casefold(), each.stems.casefold())]
    # Where one collection has it, the collection's name may be left out.
    found = found or [each for each in known if wanted in (_within(each.name), _within(each.stems))]
    if len(found) == 1:
        return found[0].path
    if found:
        files = ", ".join(str(each.path) for each in found[:_SHOWN])
        raise UsageError(f"{words!r} names {len(found)} requests.", f"Name the file: {files}")
    raise UsageError(f"There is no saved request {words!r}.", _hint(known, paths))


def _within(name: str) -> str:
    return name.partition("/")[2].casefold()


def _hint(known: list[NamedRequest], paths: Paths) -> str:
    if not known:
        return f"Name a file, or a request of a collection in {paths.workspace}."
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"There are: {', '.join(each.name for each in known[:_SHOWN])}{more}."


def named_requests(paths: Paths) -> Iterator[NamedRequest]:
    """Yield the requests of all collections in the workspace; a collection that cannot be read has none."""
    from workbench.model.errors import CollectionError
    from workbench.storage.collections import read_tree

    for file in sorted(paths.workspace.glob(f"*/{COLLECTION_FILE}")):
        try:
            tree = read_tree(file.parent)
        except CollectionError:
            continue
        yield from _requests(tree, tree.name or file.parent.name, file.parent.name)


def _requests(folder: FolderEntry, name: str, stems: str) -> Iterator[NamedRequest]:
    for request in folder.requests:
        path = Path(request.path)
        yield NamedRequest(f"{name}/{request.name}", path, f"{stems}/{path.stem}")
    for inner in folder.folders:
        yield from _requests(inner, f"{name}/{inner.name}", f"{stems}/{Path(inner.path).name}")


def collection_of(file: Path) -> Path | None:
    """Return the folder of the collection a request's file lies in, None where it lies in none."""
    return next((folder for folder in file.absolute().parents if (folder / COLLECTION_FILE).is_file()), None)
