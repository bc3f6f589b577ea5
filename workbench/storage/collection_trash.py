"""Deleting so that it can be undone: into `.local/trash/N` of the collection, which git and the tree leave out.

A deleted file keeps its path below the collection there, so that the folder alone says where everything was.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from workbench.model.errors import CollectionError
from workbench.storage.collection_files import (
    BODIES,
    COLLECTION_FILE,
    FOLDER_FILE,
    collection_root,
    failing_as,
    inside,
    texts,
)
from workbench.storage.collection_reading import body_path, read_stored
from workbench.storage.durable_file import sync_folder, write_whole
from workbench.storage.hook_document import hook_path
from workbench.storage.own_writes import removed, wrote

TRASH = Path(".local") / "trash"


@dataclass(frozen=True, slots=True)
class Deleted:
    """Something that lies in the trash: its folder there, and where it was."""

    folder: Path
    path: Path


def delete(path: Path) -> Deleted:
    """Move a request, a folder or an environment into the trash with all that belongs to it; CollectionError."""
    path = path.absolute()
    if path.name in (COLLECTION_FILE, FOLDER_FILE) or (path / COLLECTION_FILE).exists():
        raise CollectionError(f"{path.name} is a collection.", "Close it; its folder is yours to remove.")
    if not path.exists() and not path.is_symlink():
        raise CollectionError(f"{path} is no longer there.", "Reload the collection.")
    root = collection_root(path)
    with failing_as(f"{path.name} could not be deleted"):
        bin_folder = _new_bin(root)
        # First the thing itself: a crash then leaves bodies that nothing names, never a request without its body.
        for each in [path, *_belongings(path, root)]:
            _move(each, bin_folder / each.relative_to(root))
    return Deleted(bin_folder, path)


def _new_bin(root: Path) -> Path:
    trash = root / TRASH
    if trash.is_symlink() or trash.parent.is_symlink():
        raise CollectionError(f"{trash} is a link, and links are not followed.", "Remove it.")
    trash.mkdir(parents=True, exist_ok=True)
    if not (trash.parent / ".gitignore").exists():
        write_whole(trash.parent / ".gitignore", [b"*\n"])
    number = 1 + max((int(entry.name) for entry in trash.iterdir() if entry.name.isdigit()), default=0)
    while True:
        try:
            (trash / str(number)).mkdir()
        except FileExistsError:
            number += 1
        else:
            return trash / str(number)


def _belongings(path: Path, root: Path) -> list[Path]:
    """Return the hook file and the bodies that no request names once `path` is gone."""
    files = list(path.rglob("*.yml")) if path.is_dir() and not path.is_symlink() else [path]
    found = [hook_path(path)] if not path.is_dir() and hook_path(path).exists() else []
    bodies = {body: file for file in files if (body := _body(file, root))}
    others = texts(root, besides=path) if bodies else b""
    for body, file in bodies.items():
        if body.encode() not in others:
            found.append(inside(root, body, file.name))
    return found


def _body(file: Path, root: Path) -> str:
    """Return the path of a request's body below `bodies`; empty where it has none, or cannot be read."""
    try:
        body = body_path(read_stored(file, root).file.plain)
    except CollectionError:
        return ""
    return body if body.startswith(f"{BODIES}/") else ""


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    files = [path] if not path.is_dir() or path.is_symlink() else [each for each in path.rglob("*") if each.is_file()]
    os.rename(path, target)
    removed(path)
    for file in files:
        removed(file)
        wrote(target / file.relative_to(path))
    sync_folder(path.parent)


def undo_delete(deleted: Deleted) -> Path:
    """Put what was deleted back where it was; CollectionError where that is taken, and all stays in the trash."""
    root = deleted.folder.parents[len(TRASH.parts)]
    files = [file for file in sorted(deleted.folder.rglob("*")) if file.is_file() or file.is_symlink()]
    if not files and not any(deleted.folder.rglob("*")):
        raise CollectionError(f"{deleted.path.name} is no longer in the trash.")
    for file in files:
        if os.path.lexists(root / file.relative_to(deleted.folder)):
            raise CollectionError(
                f"{deleted.path.name} cannot be put back: something is there.", "Rename or move that away first."
            )
    with failing_as(f"{deleted.path.name} could not be put back"):
        for folder in sorted(each for each in deleted.folder.rglob("*") if each.is_dir() and not each.is_symlink()):
            (root / folder.relative_to(deleted.folder)).mkdir(parents=True, exist_ok=True)
        # The request comes last: its body is there when it is.
        for file in sorted(files, key=lambda file: file.is_relative_to(deleted.folder / BODIES), reverse=True):
            _move(file, root / file.relative_to(deleted.folder))
        shutil.rmtree(deleted.folder)
    return deleted.path


def empty_trash(root: Path) -> None:
    """Remove for good what was deleted; CollectionError."""
    trash = root.absolute() / TRASH
    with failing_as("The trash could not be emptied"):
        if trash.is_dir() and not trash.is_symlink() and not trash.parent.is_symlink():
            shutil.rmtree(trash)
