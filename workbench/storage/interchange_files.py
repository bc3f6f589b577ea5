"""Disk for imports: one file with what lies beside it, or a folder; nothing outside it, nothing without a bound.

What is imported comes from anywhere: links are not followed, devices and pipes are not opened, sizes are asked before
anything is read.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.formats.interchange.bodies import is_inside
from workbench.formats.interchange.imported import LIMIT_BYTES, Beside, nothing_beside
from workbench.model.errors import FormatError

FILES_LIMIT = 20_000
DEPTH_LIMIT = 40

_TEXTS = (".bru", ".yml", ".yaml", ".json", ".http", ".rest", ".har")
_NOT_ENTERED = {"node_modules", "__pycache__"}


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What a user chose to import: `raw` of a file, or `files` of a folder by their paths in it."""

    name: str
    raw: bytes | None = field(default=None, repr=False)
    files: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    read: Beside = field(default=nothing_beside, repr=False)
    """Gives files beside it; of all of them together no more than the limit."""


def open_import(path: Path, limit: int = LIMIT_BYTES) -> ImportSource:
    """Return what is to be imported; FormatError where it is not there, too large, or no file.

    A bruno.json stands for its folder, and so does the opencollection.yml of one.
    """
    try:
        if path.is_dir():
            return _folder(path, limit)
        raw = _content(path, limit)
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}.", "Choose another file.") from error
    if path.name == "bruno.json" or (path.name == "opencollection.yml" and b"bundled: true" not in raw):
        return _folder(path.absolute().parent, limit)
    return ImportSource(path.name, raw, read=_Beside(path.absolute().parent, limit).read)


def _content(path: Path, limit: int) -> bytes:
    """Return a regular file's bytes; its size is asked before it is opened, and again while it is read."""
    described = path.stat()
    if not stat.S_ISREG(described.st_mode):
        raise FormatError(f"{path} is no file.", "Choose a file or a folder.")
    if described.st_size > limit:
        raise _too_large(path.name, limit)
    with path.open("rb") as file:
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise _too_large(path.name, limit)
    return raw


def _too_large(name: str, limit: int) -> FormatError:
    return FormatError(
        f"{name} holds more than {limit // 1024 // 1024} MiB, which is not read.",
        "Export a part of it, or allow more with --limit MIB.",
    )


def _folder(path: Path, limit: int) -> ImportSource:
    beside = _Beside(path.absolute(), limit)
    files: dict[str, bytes] = {}
    for entry in _entries(path, path.absolute(), 0):
        name = Path(entry.path).relative_to(path.absolute()).as_posix()
        if len(files) >= FILES_LIMIT:
            raise FormatError(
                f"{path.name} holds more than {FILES_LIMIT} files.", "Choose the collection's own folder."
            )
        raw = beside.read(name)
        if raw is None:
            raise _too_large(path.name, limit)
        files[name] = raw
    return ImportSource(path.absolute().name, files=files, read=beside.read)


def _entries(top: Path, folder: Path, depth: int) -> Iterator[os.DirEntry[str]]:
    """Yield the files of a folder that may be imported, in order; links, hidden ones, deep ones are passed over."""
    if depth > DEPTH_LIMIT:
        raise FormatError(f"{top.name} nests more than {DEPTH_LIMIT} folders.", "Choose the collection's own folder.")
    with os.scandir(folder) as entries:
        found = sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _NOT_ENTERED:
                yield from _entries(top, Path(entry.path), depth + 1)
        elif entry.is_file(follow_symlinks=False) and entry.name.lower().endswith(_TEXTS):
            yield entry


class _Beside:
    """Reads files below a folder, all of them together up to a limit."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._root = folder.resolve()
        self._left = limit

    def read(self, name: str) -> bytes | None:
        """Return a file by its path in the folder; None where there is none, or it may not be read."""
        if not name or "\0" in name or not is_inside(name):
            return None
        path = self._folder / name
        try:
            if not path.resolve().is_relative_to(self._root) or not stat.S_ISREG(path.lstat().st_mode):
                return None
            raw = _content(path, self._left)
        except (OSError, FormatError):
            return None
        self._left -= len(raw)
        return raw
