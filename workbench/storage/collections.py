"""Collections: folders of plain files that people keep in git and open in other programs.

    webhooks/
        opencollection.yml      name; a valid OpenCollection 1.0 collection, which Bruno opens
        .gitattributes          keeps git from converting line ends where they count
        stripe/
            folder.yml          the folder's name and place, and what it gives to its requests
            invoice-paid.yml    one request
            invoice-paid.hook.yaml    what OpenCollection has no words for: signing, trust, proxy
        environments/local.yml  variables to switch between; no value of a secret
        bodies/stripe/...       bodies that YAML cannot hold to the byte
        .local/trash/           what was deleted, until it is emptied

Plain calls on plain files; many at once belong in a thread. What other programs wrote beside what we know stays as
it is. Every kind of file goes the same way: `collection_document` reads it to text with its lines, `opencollection*`,
`hook_document` and `environment_words` to the plain form of what is ours, `request_words` to a request; back it goes
by `collection_patching`, and `collection_writing` tries whether the new text says what it should and nothing else.

    collection_reading, collection_saving     one request
    collection_defaults, environments         what it inherits, and the values it is filled in with
    collection_listing                        the tree, and searching it
    collection_editing, collection_trash      names, places, copies; deleting and taking that back
    whole_collections, collection_conflicts   import and export; two sides that changed one request
"""

from pathlib import Path

from workbench.model.errors import CollectionError
from workbench.storage.collection_files import BODIES, COLLECTION_FILE, new_path
from workbench.storage.collection_listing import matching, read_tree
from workbench.storage.collection_patching import new_text
from workbench.storage.collection_reading import NO_FILE, Fingerprint, fingerprint, read_request, unsent_parts
from workbench.storage.collection_saving import save_request
from workbench.storage.durable_file import write_whole

__all__ = [
    "NO_FILE",
    "Fingerprint",
    "create_collection",
    "fingerprint",
    "matching",
    "new_request_path",
    "read_request",
    "read_tree",
    "save_request",
    "unsent_parts",
]

_GIT_FILES = {
    ".gitattributes": ("*.yml text eol=lf", "*.hook.yaml text eol=lf", "bodies/** -text"),
    ".gitignore": (".local/", "*.secret", ".*.tmp"),
}


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
    ignored = {"bruno": {"ignore": ["node_modules", ".git", ".local", BODIES]}}
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
