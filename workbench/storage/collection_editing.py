"""Changing a collection's tree: folders made, things renamed, moved and copied; what belongs to them follows.

A place among neighbours is a number between theirs, so that one move is one line in one file.
"""

from pathlib import Path

from workbench.model.errors import CollectionError
from workbench.storage.collection_defaults import create_folder_file, defaults_file, save_folder_name
from workbench.storage.collection_files import (
    FOLDER_FILE,
    collection_root,
    failing_as,
    folded,
    names_in,
    new_folder_path,
    new_path,
)
from workbench.storage.collection_listing import Placed, children_of, next_number
from workbench.storage.collection_moving import copy_folder, copy_request, move_folder, move_request
from workbench.storage.collection_order import Seat, seat, write_order
from workbench.storage.durable_file import sync_folder


def create_folder(parent: Path, name: str) -> Path:
    """Make a folder in a collection or in one of its folders, and return it; CollectionError."""
    parent = parent.absolute()
    folder = _free_folder(parent, name)
    place = next_number(parent)
    with failing_as(f"The folder {name} could not be created"):
        folder.mkdir()
        create_folder_file(folder, name or folder.name, order=place)
        sync_folder(parent)
    return folder


def _free_folder(parent: Path, name: str) -> Path:
    with failing_as(f"The folder {parent} cannot be read"):
        return new_folder_path(parent, name)


def rename_collection(root: Path, name: str) -> None:
    """Write a collection's new name; its folder, which is the user's checkout, and its secrets keep their own."""
    save_folder_name(root.absolute(), name)


def rename_folder(folder: Path, name: str) -> Path:
    """Give a folder another name, in its file and on disk, and return where it is now."""
    folder = folder.absolute()
    save_folder_name(folder, name)
    target = new_folder_path(folder.parent, name, besides=folder.name)
    return folder if target == folder else move_folder(folder, target)


def rename_request(file: Path, name: str) -> Path:
    """Give a request another name, in its file and on disk, and return where it is now."""
    file = file.absolute()
    with failing_as(f"The folder {file.parent} cannot be read"):
        target = new_path(file.parent, name, besides=file.name)
    return move_request(file, target, name=name)


def move_into(path: Path, folder: Path) -> Path:
    """Put a request or a folder into a folder of the same collection, and return where it is now.

    It stands last there, or where its name puts it if its new neighbours have no order of their own. CollectionError
    for a folder into itself, for another collection, and for what cannot be read.
    """
    path, folder = path.absolute(), folder.absolute()
    _check_move(path, folder)
    if path.parent == folder:
        return path
    neighbours = _neighbours(path, folder)
    ordered = any(child.title.order is not None for child in neighbours)
    return _moved(path, folder, seat(neighbours, None) if ordered else Seat(None))


def move_before(path: Path, folder: Path, before: Path | None) -> Path:
    """Put a request or a folder before another in `folder`, or behind all, and return where it is now.

    Where each kind has an order of its own, `before` is one of its kind.

    Errors are those of `move_into`.
    """
    path, folder = path.absolute(), folder.absolute()
    _check_move(path, folder)
    before = before.absolute() if before else None
    if path.parent == folder and _follower(path) == before:
        return path
    return _moved(path, folder, seat(_neighbours(path, folder), before))


def _in_its_order(path: Path, folder: Path) -> tuple[Placed, ...]:
    """Return what a folder holds; of one kind alone where each has an order of its own."""
    children = children_of(folder)
    if not children.are_apart:
        return children.items
    return children.folders if path.is_dir() else children.requests


def _neighbours(path: Path, folder: Path) -> list[Placed]:
    return [child for child in _in_its_order(path, folder) if child.path != path]


def _follower(path: Path) -> Path | None:
    paths = [child.path for child in _in_its_order(path, path.parent)]
    return paths[paths.index(path) + 1] if path in paths[:-1] else None


def _moved(path: Path, folder: Path, order: Seat) -> Path:
    for child, number in order.others:
        write_order(_title_file(child), number)
    target = path if folder == path.parent else _free(folder, path.name)
    write_order(_title_file(path), order.own)
    if target == path:
        return path
    return move_folder(path, target) if path.is_dir() else move_request(path, target)


def _title_file(path: Path) -> Path:
    return path if path.suffix == ".yml" and not path.is_dir() else defaults_file(path)


def _check_move(path: Path, folder: Path) -> None:
    if not folder.is_dir() or not path.exists():
        gone = path if folder.is_dir() else folder
        raise CollectionError(f"{gone} is no longer there.", "Reload the collection.")
    if path.is_dir() and folder.is_relative_to(path):
        raise CollectionError(f"The folder {path.name} cannot be put into itself.")
    root = collection_root(path)
    if collection_root(folder / FOLDER_FILE) != root:
        raise CollectionError(
            f"{path.name} cannot be moved into another collection.", "Open it and save it there, then delete it here."
        )
    if path.is_symlink() or folder.resolve() != root.resolve() / folder.relative_to(root):
        raise CollectionError(f"{folder.name} is a link, and links are not followed.", "Choose a folder itself.")


def _free(folder: Path, name: str) -> Path:
    """Return where something of that file name can lie in a folder: under it, or with a number."""
    stem, dot, suffix = name.rpartition(".") if name.endswith(".yml") else (name, "", "")
    taken = names_in(folder)
    names = (name if number == 1 else f"{stem}-{number}{dot}{suffix}" for number in range(1, len(taken) + 2))
    return folder / next(each for each in names if folded(each) not in taken)


def duplicate(path: Path) -> Path:
    """Make a copy of a request or a folder right behind it, and return it; its bodies are copied too."""
    path = path.absolute()
    itself = next((child for child in _in_its_order(path, path.parent) if child.path == path), None)
    if itself is None:
        raise CollectionError(f"{path.name} cannot be copied: it cannot be read.", "Mend it in a text editor.")
    name = f"{itself.title.name} copy"
    follower = _follower(path)
    if path.is_dir():
        copy = copy_folder(path, name)
    else:
        copy = new_path(path.parent, name)
        copy_request(path, copy, name)
    return (
        copy
        if itself.title.order is None
        else _moved(copy, path.parent, seat(_neighbours(copy, path.parent), follower))
    )
