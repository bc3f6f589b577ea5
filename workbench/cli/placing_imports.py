"""Where `collections import` puts what it read: a new folder, a collection that is there, or one's place."""

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from workbench.cli.collection_names import collections, find_collection
from workbench.formats.interchange.imported import Loss
from workbench.model.collection import CollectionTree
from workbench.model.errors import UsageError
from workbench.storage.collection_files import COLLECTION_FILE, new_folder_path
from workbench.storage.collection_identities import Identities
from workbench.storage.collection_imports import add_to_collection, keep_imported_secrets, replace_collection
from workbench.storage.collection_listing import collection_name
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets
from workbench.storage.whole_collections import save_tree


@dataclass(frozen=True, slots=True)
class PlacedImport:
    """Where an import lies now, what of it could not be kept, and what its user may want to know."""

    folder: Path
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]


def place_import(tree: CollectionTree, paths: Paths, into: str | None, *, over: bool) -> PlacedImport:
    """Write a tree; UsageError, CollectionError, and then nothing was written.

    `into` names a collection of the workspace, the folder of one, or a folder that is new or empty.
    """
    secrets = Secrets(paths)
    # A list of collections that cannot be read is said before anything is written.
    Identities(paths).known(paths.workspace)
    if into and (root := _collection(paths, into)) is not None:
        if tree.items and collection_name(root).casefold() == tree.name.casefold():
            return _in_its_place(tree, root, secrets, over=over)
        folder = add_to_collection(root, tree, over=over)
        return PlacedImport(folder, _kept(secrets, root, folder, tree), ())
    same = [] if into else _of_its_name(paths, tree.name)
    if over:
        if len(same) != 1:
            what = "More than one collection is" if same else "No collection of the workspace is"
            raise UsageError(f"{what} called {tree.name!r}.", "Leave out --replace, or say --into.")
        return _in_its_place(tree, same[0], secrets, over=True)
    target = Path(into) if into else _new_folder(paths.workspace, tree.name)
    save_tree(target, tree)
    Identities(paths).renew(target)
    return PlacedImport(target, _kept(secrets, target, target, tree), (*_twice(same), *_alone(tree, paths, target)))


def _in_its_place(tree: CollectionTree, root: Path, secrets: Secrets, *, over: bool) -> PlacedImport:
    if not over:
        raise UsageError(f"{root} is the collection {tree.name!r} already.", "Put the import in its place: --replace")
    kept = replace_collection(root, tree)
    Identities(secrets.paths).renew(root)
    return PlacedImport(root, _kept(secrets, root, root, tree), (f"The former collection lies in {kept}.",))


def _collection(paths: Paths, into: str) -> Path | None:
    """Return the collection that is meant; None for a folder that is to be made."""
    if (Path(into).expanduser() / COLLECTION_FILE).is_file():
        return Path(into).expanduser()
    if "/" in into or "\\" in into or Path(into).exists():
        return None
    named = {collection_name(root).casefold() for root in collections(paths)}
    stems = {root.name.casefold() for root in collections(paths)}
    return find_collection(paths, into) if into.casefold() in named | stems else None


def _of_its_name(paths: Paths, name: str) -> list[Path]:
    return [root for root in collections(paths) if collection_name(root).casefold() == name.casefold()]


def _new_folder(workspace: Path, name: str) -> Path:
    workspace.mkdir(parents=True, exist_ok=True)
    return new_folder_path(workspace, name)


def _kept(secrets: Secrets, root: Path, folder: Path, tree: CollectionTree) -> tuple[Loss, ...]:
    return tuple(Loss(where, what) for where, what in keep_imported_secrets(secrets, root, folder, tree))


def _twice(same: list[Path]) -> tuple[str, ...]:
    if not same:
        return ()
    places = ", ".join(str(root) for root in same)
    return (
        f"There was a collection of this name already, in {places}, and it is still there."
        " --replace puts an import in its place, --into COLLECTION adds to one.",
    )


def _alone(tree: CollectionTree, paths: Paths, target: Path) -> tuple[str, ...]:
    """Return what to say of environments that came alone: requests see those of their own collection."""
    if tree.items or not tree.environments:
        return ()
    others = [root for root in collections(paths) if root.resolve() != target.resolve()]
    name = quote(collection_name(others[0])) if len(others) == 1 else "COLLECTION"
    return (f"It is a collection of its own, with no requests. Put it into another with --into {name}.",)
