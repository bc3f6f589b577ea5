"""Requests and folders written at another place of their collection, with their hook files and bodies.

What is moved is written at its new place before it is removed at the old one: a crash leaves two of it, never none.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from workbench.model.errors import CollectionError
from workbench.storage.collection_defaults import save_folder_name
from workbench.storage.collection_files import (
    BODIES,
    FOLDER_FILE,
    collection_root,
    failing_as,
    inside,
    new_folder_path,
    read_file,
    remove_file,
    texts,
)
from workbench.storage.collection_reading import body_path, read_stored
from workbench.storage.collection_saving import sidecar_path
from workbench.storage.collection_writing import REQUEST, text_of
from workbench.storage.durable_file import sync_folder, write_whole
from workbench.storage.hook_document import hook_path
from workbench.storage.opencollection_bodies import with_file
from workbench.storage.own_writes import removed, wrote
from workbench.storage.request_words import kind_of


@dataclass(frozen=True, slots=True)
class Own:
    """A request's own body: its file, and where that goes, from the collection's folder; empty where it has none."""

    body: str = ""
    new_body: str = ""


def move_request(file: Path, target: Path, *, name: str | None = None) -> Path:
    """Put a request at another place of its collection, with another name where one is given; CollectionError."""
    if target == file:
        text = _text(file, name, Own())
        with failing_as(f"{file.name} could not be renamed"):
            if text != read_file(file):
                write_whole(file, [text])
        return file
    own = copy_request(file, target, name)
    with failing_as(f"{file.name} was copied to {target}, but could not be removed"):
        _remove_request(file, own.body)
    return target


def copy_request(file: Path, target: Path, name: str | None) -> Own:
    """Write a request at another place of its collection, with its body's own file and its hook file."""
    root = collection_root(file)
    own = _own(file, target, root, texts(root, besides=file))
    text = _text(file, name, own)
    with failing_as(f"{target.name} could not be written"):
        if own.body:
            _copy_file(inside(root, own.body, file.name), inside(root, own.new_body, target.name))
        if hook_path(file).exists():
            write_whole(hook_path(target), [read_file(hook_path(file))])
        write_whole(target, [text])
    return own


def _copy_file(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as stream:
        write_whole(target, iter(lambda: stream.read(1024 * 1024), b""))


def _own(file: Path, target: Path, root: Path, others: bytes) -> Own:
    """Return a request's body's file if it is its own: if what `others` say does not name it."""
    stored = read_stored(file, root)
    path = body_path(stored.file.plain)
    if not path.startswith(f"{BODIES}/") or path.encode() in others:
        return Own()
    return Own(path, sidecar_path(target, stored.request.body.kind, ""))


def _text(file: Path, name: str | None, own: Own) -> bytes:
    """Return a request's file with another name, and its body's file under another path."""
    stored = read_stored(file, collection_root(file)).file
    kind = kind_of(stored.plain)
    wanted = {**stored.plain, "info": dict(stored.plain["info"]), kind: dict(stored.plain[kind])}
    if name is not None:
        wanted["info"]["name"] = name
    if own.new_body:
        body = wanted[kind]["body"]
        row = next(row for row in body["data"] if row["filePath"] == own.body)
        wanted[kind]["body"] = with_file(body, own.new_body, row["contentType"])
    text = stored.raw if wanted == stored.plain else text_of(REQUEST, wanted, stored)
    if text is None:
        raise CollectionError(
            f"{file.name} cannot be changed without changing what else is written in it.",
            "Make this change in a text editor.",
        )
    return text


def _remove_request(file: Path, body: str) -> None:
    remove_file(file)
    if hook_path(file).exists():
        remove_file(hook_path(file))
    if body:
        remove_file(inside(collection_root(file), body, file.name))


def move_folder(folder: Path, target: Path) -> Path:
    """Move a folder, and its requests' bodies; until all requests name them anew, the former ones stay."""
    root = collection_root(folder)
    moves = _copy_bodies(folder, target, root)
    before = [path for path in folder.rglob("*") if path.is_file()]
    with failing_as(f"The folder {folder.name} could not be moved"):
        folder.rename(target)
        removed(folder)
        for path in before:
            removed(path)
            wrote(target / path.relative_to(folder))
        sync_folder(target.parent)
        sync_folder(folder.parent)
        _name_bodies(moves)
        for own in moves.values():
            remove_file(inside(root, own.body, folder.name))
    return target


def copy_folder(folder: Path, name: str) -> Path:
    """Copy a folder beside itself under another name, with copies of its requests' bodies; CollectionError."""
    target = new_folder_path(folder.parent, name)
    root = collection_root(folder)
    moves = _copy_bodies(folder, target, root)
    with failing_as(f"The folder {folder.name} could not be copied"):
        try:
            shutil.copytree(folder, target, symlinks=True)
            for path in target.rglob("*"):
                wrote(path)
            _name_bodies(moves)
            save_folder_name(target, name)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
    return target


def _copy_bodies(folder: Path, target: Path, root: Path) -> dict[Path, Own]:
    """Copy the bodies of a folder's requests to where they belong once it lies elsewhere.

    Requests that cannot be read keep the bodies that they have.
    """
    moves: dict[Path, Own] = {}
    outside = texts(root, besides=folder)
    files = [file for file in folder.rglob("*.yml") if file.name != FOLDER_FILE and not file.is_symlink()]
    inside_folder = {file: read_file(file) for file in files}
    for file in files:
        new_file = target / file.relative_to(folder)
        try:
            own = _own(file, new_file, root, outside)
            if any(own.body.encode() in text for other, text in inside_folder.items() if own.body and other != file):
                continue
        except CollectionError:
            continue
        if own.body:
            with failing_as(f"The body of {file.name} could not be copied"):
                _copy_file(inside(root, own.body, file.name), inside(root, own.new_body, file.name))
            moves[new_file] = own
    return moves


def _name_bodies(moves: dict[Path, Own]) -> None:
    for file, own in moves.items():
        write_whole(file, [_text(file, None, own)])
