"""What the tree does with files, one function each. They block: call them in a thread."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from workbench.model.collection import SavedRequest
from workbench.model.errors import CollectionError
from workbench.storage.collection_files import FOLDER_FILE, collection_root
from workbench.storage.collection_patching import new_text
from workbench.storage.collections import fingerprint, new_request_path, read_request, save_request
from workbench.storage.durable_file import write_whole


@dataclass(frozen=True, slots=True)
class Removed:
    """What was deleted, and where it waits to be brought back."""

    name: str
    path: Path
    aside: Path


def add_request(folder: Path, request: SavedRequest) -> Path:
    """Write a new request into a folder and return its file."""
    file = new_request_path(folder, request.name)
    save_request(file, request)
    return file


def add_folder(parent: Path, name: str) -> Path:
    """Make a folder in a folder and return it."""
    path = new_request_path(parent, name).with_suffix("")
    try:
        path.mkdir()
        _write_title(path, name)
    except OSError as error:
        raise CollectionError(f"The folder {name} could not be made: {error.strerror or error}.") from error
    return path


def rename(path: Path, name: str) -> None:
    """Give a request or folder another name; its file stays where it is."""
    if path.is_dir():
        _write_title(path, name)
        return
    known = fingerprint(path)
    save_request(path, replace(read_request(path), name=name), expected=known)


def duplicate(path: Path) -> Path:
    """Copy a request or folder beside itself and return the copy."""
    if path.is_dir():
        copy = new_request_path(path.parent, f"{path.name} copy").with_suffix("")
        shutil.copytree(path, copy)
        _write_title(copy, f"{path.name} copy")
        return copy
    request = read_request(path)
    return add_request(path.parent, replace(request, name=f"{request.name} copy"))


def move(path: Path, folder: Path, before: str) -> Path:
    """Put a request or folder into a folder, before a neighbour or at the end; return where it is now."""
    if path.parent == folder:
        return path
    target = new_request_path(folder, path.stem)
    if path.is_dir():
        target = target.with_suffix("")
    shutil.move(path, target)
    return target


def remove(path: Path, name: str) -> Removed:
    """Put a request or folder aside, so that it can be brought back."""
    aside = collection_root(path) / ".local" / "removed" / token_hex(6) / path.name
    try:
        aside.parent.mkdir(parents=True)
        shutil.move(path, aside)
    except OSError as error:
        raise CollectionError(f"{name} could not be deleted: {error.strerror or error}.") from error
    return Removed(name, path, aside)


def bring_back(removed: Removed) -> Path:
    """Put back what was deleted, under its former path where that is free."""
    path = removed.path
    if path.exists():
        path = new_request_path(path.parent, path.stem)
    shutil.move(removed.aside, path)
    return path


async def changes_in(folders: list[Path]) -> AsyncIterator[set[Path]]:
    """Yield the files that change in these folders, a set for each moment; ends with its task."""
    from watchfiles import awatch

    async for changes in awatch(*folders, debounce=300, step=50, rust_timeout=1000):
        yield {Path(path) for _, path in changes}


def _write_title(folder: Path, name: str) -> None:
    file = folder / FOLDER_FILE
    write_whole(file, [new_text({"info": {"name": name, "type": "folder"}})])
