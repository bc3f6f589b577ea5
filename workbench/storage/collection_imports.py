"""Where an import goes: a collection that is there takes it in, or gives its place to it; secrets go to the store.

What a collection had is never written over: a collection that gives its place lies in `.replaced` beside it, and an
environment gives its place only where that was asked for.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workbench.model.collection import CollectionTree, FolderEntry
from workbench.model.errors import CollectionError, WorkbenchError
from workbench.model.variables import Environment
from workbench.storage.collection_files import COLLECTION_FILE, failing_as, new_folder_path
from workbench.storage.collection_listing import read_tree
from workbench.storage.environment_secrets import keep_folder_secrets, keep_secrets, own_prefix
from workbench.storage.environments import list_environments, save_environment
from workbench.storage.secrets import Secrets
from workbench.storage.whole_collections import add_tree, save_tree

_REPLACED = ".replaced"


def add_to_collection(root: Path, tree: CollectionTree, *, over: bool = False) -> Path:
    """Put a tree's requests into a new folder of a collection, and its environments beside the collection's.

    Return that folder, or the collection's where the tree has environments alone. CollectionError, and then nothing
    was written, for an environment of a name that is there already; with `over` it gives its place.
    """
    root = root.absolute()
    known = {each.name: each for each in list_environments(root)[0]}
    twice = [each.name for each in tree.environments if each.name in known]
    if twice and not over:
        raise CollectionError(
            f"The collection has an environment of this name already: {', '.join(twice)}.",
            "Put the imported one in its place with --replace.",
        )
    bare = replace(tree, environments=())
    folder = root if bare == CollectionTree(tree.name) else add_tree(root, bare)
    for environment in tree.environments:
        former = known.get(environment.name)
        save_environment(root, replace(environment, path=former.path if former else ""))
    return folder


def with_free_names(root: Path, tree: CollectionTree) -> CollectionTree:
    """Return a tree whose environments have names that none of a collection has: a taken one gets a number."""
    taken = {each.name.casefold() for each in list_environments(root.absolute())[0]}
    free: list[Environment] = []
    for environment in tree.environments:
        name, number = environment.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{environment.name} {number}"
        taken.add(name.casefold())
        free.append(replace(environment, name=name))
    return replace(tree, environments=tuple(free))


def replace_collection(root: Path, tree: CollectionTree) -> Path:
    """Write a tree in the place of a collection, and return where that one lies now; CollectionError.

    A checkout of git is refused: its history is not for us to part from its files.
    """
    root = root.absolute()
    if not (root / COLLECTION_FILE).is_file():
        raise CollectionError(f"{root} is no collection.", "Only a collection gives its place to an import.")
    if (root / ".git").exists():
        raise CollectionError(f"{root} is a git repository.", "Import beside it, and copy what you want.")
    with failing_as(f"The collection could not be put aside: {root}"):
        aside = root.parent / _REPLACED
        aside.mkdir(exist_ok=True)
        kept = new_folder_path(aside, root.name)
        os.rename(root, kept)
    try:
        save_tree(root, tree)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        os.rename(kept, root)
        raise
    return kept


def keep_imported_secrets(
    secrets: Secrets, root: Path, folder: Path, tree: CollectionTree
) -> tuple[tuple[str, str], ...]:
    """Put the values of a written tree's secrets into the store: of environments, and of `folder` and those below.

    Return where, and a sentence, for those that could not be kept.
    """
    lost: list[tuple[str, str]] = []
    for environment in tree.environments:
        try:
            keep_secrets(secrets, environment, own_prefix(secrets, root, environment.name))
        except WorkbenchError as error:
            names = [each.name for each in environment.variables if each.secret and each.value]
            lost.append((f"{tree.name} / {environment.name}", _unkept(names, error)))
    if folder == root and not (tree.items or tree.defaults.variables):
        return tuple(lost)
    for where, entry, inner in _folders(_entry_of(root, folder), tree, tree.name):
        names = [each.name for each in inner.defaults.variables if each.secret and each.value]
        try:
            keep_folder_secrets(secrets, root, Path(entry.path), inner.defaults.variables)
        except WorkbenchError as error:
            lost.append((where, _unkept(names, error)))
    return tuple(lost)


def _unkept(names: list[str], error: WorkbenchError) -> str:
    return f"Values of secrets could not be kept: {', '.join(names)}. {error.message}"


def _entry_of(root: Path, folder: Path) -> FolderEntry:
    entry = read_tree(root)
    while entry.path != str(folder.absolute()):
        entry = next(child for child in entry.folders if folder.absolute().is_relative_to(child.path))
    return entry


def _folders(
    entry: FolderEntry, tree: CollectionTree, where: str
) -> Iterator[tuple[str, FolderEntry, CollectionTree]]:
    """Yield the folders of a tree with what was written of them: both stand in the same order."""
    yield where, entry, tree
    for child, inner in zip(entry.folders, tree.folders, strict=True):
        yield from _folders(child, inner, f"{where} / {inner.name}")
