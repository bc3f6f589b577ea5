"""Files of a collection as files: found, read, told apart, replaced whole or not at all."""

import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath

from workbench.model.errors import CollectionError
from workbench.storage.durable_file import sync_folder
from workbench.storage.own_writes import removed, wrote

COLLECTION_FILE = "opencollection.yml"
FOLDER_FILE = "folder.yml"
BODIES = "bodies"
ENVIRONMENTS = "environments"
HOOK_SUFFIX = ".hook.yaml"

_SLUG_CHARACTERS = 60
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
_NOT_FOLDERS = {BODIES, ENVIRONMENTS, "node_modules"}
_RESERVED = {f"{name}.yml" for name in ("opencollection", "folder", *_DEVICES)}


def collection_root(file: Path) -> Path:
    """Return the folder of the collection that a file belongs to: the nearest with an opencollection.yml."""
    return next((folder for folder in file.parents if (folder / COLLECTION_FILE).exists()), file.parent)


def read_file(file: Path) -> bytes:
    """Return a request's or folder's file; CollectionError for a link, which may lead out of the collection."""
    if file.is_symlink():
        raise CollectionError(f"{file.name} is a link, and links are not followed.", "Put the file itself there.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise CollectionError(f"{file} cannot be read: {error.strerror or error}.") from error


def inside(root: Path, path: str, file_name: str) -> Path:
    """Return where a path in a collection's file leads; CollectionError when that is outside the collection."""
    parts = PureWindowsPath(path)
    target = root.joinpath(*parts.parts)
    if parts.anchor or ".." in parts.parts or not target.resolve().is_relative_to(root.resolve()):
        raise CollectionError(
            f"{file_name} names the file {path}, which is outside the collection.",
            f"Copy that file into {root} and name it from there.",
        )
    return target


def new_path(folder: Path, name: str, besides: str = "", there: set[str] | None = None) -> Path:
    """Return a file for a request of that name that does not exist yet in any case, on any platform.

    `besides` is the name of a file that does not count as taken; `there` are the `names_in` the folder, if known.
    """
    known = names_in(folder) if there is None else there
    return folder / f"{_free_stem(_slug(name, 'request'), '.yml', known, besides)}.yml"


def new_folder_path(folder: Path, name: str, besides: str = "", there: set[str] | None = None) -> Path:
    """Return a path for a folder of that name, as `new_path` for a request."""
    return folder / _free_stem(_slug(name, "folder"), "", names_in(folder) if there is None else there, besides)


def names_in(folder: Path) -> set[str]:
    """Return the names that are taken in a folder, as `folded` has them.

    A hook file that was left behind takes its request's name: it would belong to a new one.
    """
    return {folded(entry.name.replace(HOOK_SUFFIX, ".yml")) for entry in folder.iterdir()}


def _free_stem(slug: str, suffix: str, there: set[str], besides: str) -> str:
    reserved = _RESERVED if suffix else _DEVICES | _NOT_FOLDERS
    stem, number = slug, 1
    while (name := folded(f"{stem}{suffix}")) in reserved or (name in there and name != folded(besides)):
        number += 1
        stem = f"{slug}-{number}"
    # A name that differs in case alone is the same file on some platforms.
    return besides.removesuffix(suffix) if folded(f"{stem}{suffix}") == folded(besides) else stem


def _slug(name: str, nameless: str) -> str:
    """Letters and digits of any script in lower case, all else as single dashes."""
    plain = unicodedata.normalize("NFKC", name).lower()
    words = re.sub(r"[\W_]+", "-", plain).strip("-")
    return words[:_SLUG_CHARACTERS].strip("-") or nameless


def is_device(stem: str) -> bool:
    """Return whether Windows takes a file of that name for a device."""
    return stem.partition(".")[0].strip().casefold() in _DEVICES


def folded(name: str) -> str:
    """Return a file's name as platforms compare it that know neither case nor composed characters."""
    return unicodedata.normalize("NFC", name).casefold()


def texts(root: Path, besides: Path) -> bytes:
    """Return what all requests of a collection's folder say but those that are, or are in, `besides`."""
    found: list[bytes] = []
    for parent, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name[0] != "."]
        for file in (Path(parent, name) for name in files if name.endswith(".yml")):
            if not file.is_symlink() and not file.is_relative_to(besides):
                found.append(file.read_bytes())
    return b"\n".join(found)


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, empty where there is none."""
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def failing_as(what: str) -> Generator[None]:
    """Turn an OSError of the block into a CollectionError that begins so."""
    try:
        yield
    except OSError as error:
        raise CollectionError(f"{what}: {error.strerror or error}.") from error


def remove_file(file: Path) -> None:
    """Remove a file, if it is there, so that it stays removed after a power cut."""
    file.unlink(missing_ok=True)
    removed(file)
    sync_folder(file.parent)


@contextmanager
def put_back_on_error(file: Path) -> Generator[None]:
    """Let the block replace a file; when the block fails, the former file, or none, is there as before."""
    kept = file.with_name(f".{secrets.token_hex(8)}.tmp") if file.exists() else None
    if kept:
        shutil.copy2(file, kept)
    try:
        yield
    except BaseException:
        if kept:
            os.replace(kept, file)
            wrote(file)
        else:
            remove_file(file)
        raise
    if kept:
        kept.unlink(missing_ok=True)
