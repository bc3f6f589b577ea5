"""A whole collection at once: written from what an importer made, and read for what an exporter takes.

Written is the native form: a folder that is a valid OpenCollection, each request in a file of its own. A tree is
written beside its place and then put there in one step, so that a failure or a crash leaves nothing half there.
"""

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workbench.model.collection import BodyKind, CollectionTree, Defaults, FolderEntry, Part, SavedRequest
from workbench.model.errors import CollectionError
from workbench.storage.collection_defaults import create_folder_file, read_defaults, save_defaults
from workbench.storage.collection_files import (
    COLLECTION_FILE,
    collection_root,
    failing_as,
    folded,
    names_in,
    new_folder_path,
    new_path,
)
from workbench.storage.collection_listing import read_tree
from workbench.storage.collection_reading import read_request
from workbench.storage.collection_saving import save_request
from workbench.storage.collections import create_collection
from workbench.storage.durable_file import sync_folder
from workbench.storage.environments import list_environments, save_environment
from workbench.storage.own_writes import wrote

_UNFINISHED = ".unfinished"
MAX_FOLDERS = 64
"""How deep folders may lie in one another: paths have an end on every platform."""


def save_tree(path: Path, tree: CollectionTree) -> None:
    """Write a collection into a folder that is new or empty; CollectionError, and then nothing was written.

    Everything keeps its order. Values of secret variables are not written: give them to
    `environment_secrets.keep_secrets` first. Relative paths of a form's files count from the collection's folder.
    """
    path = path.absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CollectionError(f"{path} is not empty.", "Choose a new folder.")
    with failing_as(f"The collection could not be written to {path}"):
        # A folder deeper than a workspace's collections: what a crash leaves there is not taken for one.
        unfinished = path.parent / _UNFINISHED
        beside = unfinished / secrets.token_hex(8)
        beside.mkdir(parents=True)
        try:
            create_collection(beside, tree.name or path.name)
            _save_contents(beside, _with_absolute_files(tree, beside, path), depth=0)
            for environment in tree.environments:
                save_environment(beside, replace(environment, path=""))
            with suppress(FileNotFoundError):
                path.rmdir()
            os.rename(beside, path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
            with suppress(OSError):
                unfinished.rmdir()
        sync_folder(path.parent)
    for file in path.rglob("*"):
        wrote(file)


def add_tree(folder: Path, tree: CollectionTree) -> Path:
    """Write a tree as a new folder of a collection, behind those that are there, and return that folder.

    CollectionError, and then nothing was written. Environments of the tree are not: they belong to collections.
    """
    folder = folder.absolute()
    root = collection_root(folder / COLLECTION_FILE)
    with failing_as(f"The folder {tree.name} could not be written"):
        target = new_folder_path(folder, tree.name)
        target.mkdir()
        try:
            create_folder_file(target, tree.name or target.name)
            _save_contents(target, _with_absolute_files(tree, root, root), depth=0)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
    return target


def _save_contents(folder: Path, tree: CollectionTree, depth: int) -> None:
    if depth > MAX_FOLDERS:
        raise CollectionError(f"More than {MAX_FOLDERS} folders lie in one another.")
    if tree.defaults != Defaults():
        save_defaults(folder, tree.defaults)
    there = names_in(folder)
    for number, item in enumerate(tree.items, 1):
        if isinstance(item, CollectionTree):
            target = new_folder_path(folder, item.name, there=there)
            there.add(folded(target.name))
            target.mkdir()
            create_folder_file(target, item.name or target.name, order=number)
            _save_contents(target, item, depth + 1)
        else:
            file = new_path(folder, item.name, there=there)
            there.add(folded(file.name))
            save_request(file, item, order=number)


def _with_absolute_files(tree: CollectionTree, beside: Path, path: Path) -> CollectionTree:
    """Return the tree with paths into the collection's future folder as such into the one it is written in."""

    def moved(file: str) -> str:
        return str(beside / Path(file).relative_to(path)) if Path(file).is_relative_to(path) else file

    return _with_files(tree, moved)


def load_tree(path: Path) -> CollectionTree:
    """Return a whole collection; CollectionError for the first file that cannot be read.

    Files of a form that lie in the collection are named from its folder. Secrets have no values.
    """
    path = path.absolute()
    tree = _load_folder(read_tree(path))
    environments, problems = list_environments(path)
    if problems:
        raise CollectionError(problems[0], "Mend it in a text editor, or move it away.")

    def named(file: str) -> str:
        return Path(file).relative_to(path).as_posix() if Path(file).is_relative_to(path) else file

    return replace(
        _with_files(tree, named),
        environments=tuple(replace(environment, path="") for environment in environments),
    )


def _load_folder(entry: FolderEntry) -> CollectionTree:
    if entry.problems:
        raise CollectionError(entry.problems[0], "Mend it in a text editor, or move it away.")
    return CollectionTree(
        name=entry.name,
        folders=tuple(_load_folder(child) for child in entry.folders),
        requests=tuple(read_request(Path(request.path)) for request in entry.requests),
        defaults=read_defaults(Path(entry.path)),
        requests_before=entry.requests_before,
    )


def _with_files(tree: CollectionTree, named: Callable[[str], str]) -> CollectionTree:
    """Return the tree with other names of the files that its forms send."""

    def of_part(part: Part) -> Part:
        return replace(part, files=tuple(named(file) for file in part.files))

    def of_request(request: SavedRequest) -> SavedRequest:
        if request.body.kind is not BodyKind.MULTIPART:
            return request
        return replace(request, body=replace(request.body, parts=tuple(of_part(part) for part in request.body.parts)))

    return replace(
        tree,
        folders=tuple(_with_files(child, named) for child in tree.folders),
        requests=tuple(of_request(request) for request in tree.requests),
    )
