"""Collections: folders of plain files that people keep in git and open in other programs.

    webhooks/
        opencollection.yml      name; a valid OpenCollection 1.0 collection, which Bruno opens
        .gitattributes          keeps git from converting line ends where they count
        stripe/
            folder.yml          the folder's name and place
            invoice-paid.yml    one request
        bodies/stripe/...       bodies that YAML cannot hold to the byte

Plain calls on plain files; many at once belong in a thread. What other programs wrote beside what we know stays as
it is. Reading one request and saving it: `storage.collection_reading`, `storage.collection_saving`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.model.collection import FolderEntry, RequestEntry
from workbench.model.errors import CollectionError
from workbench.storage.collection_document import parse
from workbench.storage.collection_files import (
    BODIES,
    COLLECTION_FILE,
    FOLDER_FILE,
    new_path,
    read_file,
)
from workbench.storage.collection_patching import new_text
from workbench.storage.collection_reading import NO_FILE, Fingerprint, fingerprint, read_request, unsent_parts
from workbench.storage.collection_saving import save_request
from workbench.storage.durable_file import write_whole
from workbench.storage.opencollection import Title, folder_title, request_title

__all__ = [
    "NO_FILE",
    "Fingerprint",
    "create_collection",
    "fingerprint",
    "new_request_path",
    "read_request",
    "read_tree",
    "save_request",
    "unsent_parts",
]

_GIT_FILES = {
    ".gitattributes": ("*.yml text eol=lf", "bodies/** -text"),
    ".gitignore": (".local/", "*.secret", ".*.tmp"),
}
_NOT_FOLDERS = {BODIES, "environments", "node_modules"}


def create_collection(path: Path, name: str) -> None:
    """Make a folder, new or there already, a collection without requests.

    CollectionError when it is a collection already. Lines that git's files have already stay.
    """
    if (path / COLLECTION_FILE).exists():
        raise CollectionError(f"{path} is a collection already.", "Open it, or choose another folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
        for file_name, lines in _GIT_FILES.items():
            _add_lines(path / file_name, lines)
        write_whole(path / COLLECTION_FILE, [_collection_text(name)])
    except OSError as error:
        raise CollectionError(f"The collection could not be created: {error}.", "Choose another folder.") from error


def _collection_text(name: str) -> bytes:
    # Bruno shows `bodies` as a folder unless it is told; what it ignores by itself must then be named too.
    ignored = {"bruno": {"ignore": ["node_modules", ".git", BODIES]}}
    return new_text({"opencollection": "1.0.0", "info": {"name": name}, "extensions": ignored})


def _add_lines(file: Path, lines: tuple[str, ...]) -> None:
    there = file.read_text(encoding="utf-8") if file.exists() else ""
    missing = [line for line in lines if line not in there.splitlines()]
    if missing:
        start = there if not there or there.endswith("\n") else there + "\n"
        write_whole(file, [(start + "".join(f"{line}\n" for line in missing)).encode()])


def new_request_path(folder: Path, name: str) -> Path:
    """Return the file for a new request: readable, and free in any case on any platform; nothing is created."""
    try:
        return new_path(folder, name)
    except OSError as error:
        raise CollectionError(f"The folder {folder} cannot be read: {error}.") from error


def read_tree(path: Path) -> FolderEntry:
    """Return a collection's folders and requests in order; CollectionError when the folder is no collection.

    A file that cannot be read becomes a sentence in its folder's `problems` and stops nothing. Links are not
    followed; `.yaml` files, hidden ones and `bodies` are no requests. 3,000 requests take some 0.7 s.
    """
    path = path.absolute()
    if not (path / COLLECTION_FILE).is_file():
        raise CollectionError(
            f"{path} is no collection: it has no {COLLECTION_FILE}.", "Choose the folder that has one."
        )
    return _read_folder(path, COLLECTION_FILE).entry


@dataclass(frozen=True, slots=True)
class _Folder:
    title: Title
    entry: FolderEntry


def _read_folder(path: Path, title_file: str) -> _Folder:
    problems: list[str] = []
    title = _folder_title(path, title_file, problems)
    folders: list[_Folder] = []
    requests: list[tuple[Title, RequestEntry]] = []
    for entry in _entries(path, problems):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _NOT_FOLDERS:
                folders.append(_read_folder(path / entry.name, FOLDER_FILE))
        elif entry.name.endswith(".yml") and entry.name not in (COLLECTION_FILE, FOLDER_FILE):
            requests += _read_entry(path / entry.name, problems)
    folders.sort(key=lambda folder: _place(folder.title))
    requests.sort(key=lambda request: _place(request[0]))
    return _Folder(
        title,
        FolderEntry(
            name=title.name,
            path=str(path),
            folders=tuple(folder.entry for folder in folders),
            requests=tuple(request for _, request in requests),
            problems=tuple(problems),
        ),
    )


def _place(title: Title) -> tuple[bool, float, str, str]:
    return title.order is None, title.order or 0.0, title.name.casefold(), title.name


def _entries(path: Path, problems: list[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
    except OSError as error:
        problems.append(f"The folder {path.name} cannot be read: {error.strerror}.")
        return []


def _folder_title(path: Path, title_file: str, problems: list[str]) -> Title:
    file = path / title_file
    if not file.exists():
        return Title(path.name, "", None)
    try:
        return folder_title(parse(read_file(file), file.name), path.name)
    except CollectionError as error:
        problems.append(error.message)
        return Title(path.name, "", None)


def _read_entry(file: Path, problems: list[str]) -> list[tuple[Title, RequestEntry]]:
    try:
        title = request_title(parse(read_file(file), file.name), file.stem)
    except CollectionError as error:
        problems.append(error.message)
        return []
    return [(title, RequestEntry(title.name, title.method, str(file)))]
