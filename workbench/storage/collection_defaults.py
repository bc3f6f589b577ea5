"""What a folder or a collection gives to all requests in it: `request` of its folder.yml or opencollection.yml.

Settings that OpenCollection has no words for stand in `folder.hook.yaml` and `opencollection.hook.yaml`.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.model.authentication import INHERITED
from workbench.model.collection import Defaults
from workbench.model.errors import ChangedOutside, CollectionError
from workbench.model.variables import ScopeKind
from workbench.storage.collection_document import Plain, StoredFile, parse
from workbench.storage.collection_files import COLLECTION_FILE, FOLDER_FILE, collection_root, digest, read_file
from workbench.storage.collection_reading import NO_FILE, Fingerprint
from workbench.storage.collection_writing import DEFAULTS, hook_text, text_of, write_hook
from workbench.storage.durable_file import write_whole
from workbench.storage.hook_document import hook_path, hook_words, read_hook, settings_with
from workbench.storage.opencollection import plain_defaults, present
from workbench.storage.opencollection_auth import INHERIT, auth_of, auth_words, normal_auth
from workbench.storage.opencollection_bodies import field_of, row_of
from workbench.storage.opencollection_runtime import settings_of, settings_words
from workbench.storage.request_words import normal_variables, secret_names, variable_rows, variables_of

_EMPTY: Plain = {"info": {}, "request": {"settings": {"http": {}}}}


@dataclass(frozen=True, slots=True)
class Inherited:
    """What one level above a request gives."""

    kind: ScopeKind
    """COLLECTION or FOLDER."""
    name: str
    defaults: Defaults
    folder: Path


@dataclass(frozen=True, slots=True)
class _Stored:
    file: StoredFile | None
    hook: StoredFile
    name: str
    defaults: Defaults

    @property
    def plain(self) -> Plain:
        return self.file.plain if self.file else _EMPTY


def defaults_file(folder: Path) -> Path:
    """Return the file that says what a folder or a collection is called and gives; it may not exist."""
    collection = folder / COLLECTION_FILE
    return collection if collection.exists() else folder / FOLDER_FILE


def read_defaults(folder: Path) -> Defaults:
    """Return what a folder or a collection gives; CollectionError for a file that cannot be read."""
    return _read(folder.absolute()).defaults


def defaults_fingerprint(folder: Path) -> Fingerprint:
    """Return what tells whether a folder's own files changed."""
    file = defaults_file(folder.absolute())
    if not file.exists() and not hook_path(file).exists():
        return NO_FILE
    return Fingerprint(f"{digest(file)}:{digest(hook_path(file))}")


def resolution(file: Path) -> tuple[Inherited, ...]:
    """Return what a request's file inherits, from its collection down to its folder; CollectionError.

    A file outside any collection inherits what its own folder gives.
    """
    file = file.absolute()
    root = collection_root(file)
    folders = [folder for folder in reversed(file.parents) if folder.is_relative_to(root)]
    levels: list[Inherited] = []
    for folder in folders:
        stored = _read(folder)
        kind = ScopeKind.COLLECTION if folder == root else ScopeKind.FOLDER
        levels.append(Inherited(kind, stored.name, stored.defaults, folder))
    return tuple(levels)


def _read(folder: Path) -> _Stored:
    file = defaults_file(folder)
    hook = read_hook(file)
    stored = None
    if file.exists() or file.is_symlink():
        raw = read_file(file)
        document = parse(raw, file.name)
        stored = StoredFile(raw, document, plain_defaults(document))
    plain = stored.plain if stored else _EMPTY
    return _Stored(stored, hook, plain["info"].get("name") or folder.name, _defaults(plain, hook.plain))


def _defaults(plain: Plain, hook: Plain) -> Defaults:
    request = plain["request"]
    docs = plain.get("docs", "")
    return Defaults(
        headers=tuple(field_of(row) for row in request.get("headers", [])),
        auth=auth_of(request.get("auth"), hook["auth"], INHERITED),
        variables=variables_of(request.get("variables", []), hook),
        settings=settings_with(settings_of(request["settings"]["http"]), hook),
        docs=docs if isinstance(docs, str) else docs["content"],
    )


def save_defaults(folder: Path, defaults: Defaults, *, expected: Fingerprint | None = None) -> Fingerprint:
    """Write what a folder or a collection gives and return the new fingerprint; no change writes nothing.

    With `expected`, ChangedOutside is raised when the files are no longer what that fingerprint was taken of.
    """
    folder = folder.absolute()
    return _save(folder, None, defaults, expected)


def save_folder_name(folder: Path, name: str) -> Fingerprint:
    """Write the name of a folder or a collection into its file; the folder itself keeps its own."""
    return _save(folder.absolute(), name, None, None)


def create_folder_file(folder: Path, name: str, order: float | None = None) -> None:
    """Write a new folder.yml; what it gives is as the collection says. CollectionError, OSError."""
    words: Plain = {"info": {"name": name, "type": "folder"}, "request": {"auth": INHERIT}}
    text = text_of(DEFAULTS, words, None, order)
    if text is None:
        raise CollectionError(f"{name!r} is no name for a folder.", "Choose another.")
    write_whole(folder / FOLDER_FILE, [text])


def _save(folder: Path, name: str | None, defaults: Defaults | None, expected: Fingerprint | None) -> Fingerprint:
    file = defaults_file(folder)
    if expected is not None and defaults_fingerprint(folder) != expected:
        raise ChangedOutside(f"{file} was changed by another program since it was opened.", "Open it again.")
    stored = _read(folder)
    wanted = stored.defaults if defaults is None else _normal(defaults)
    if wanted == stored.defaults and name in (None, stored.name):
        return defaults_fingerprint(folder)
    plain, hook = _wanted(file, stored, name, wanted)
    text, hook_bytes = text_of(DEFAULTS, plain, stored.file), hook_text(stored.hook, hook)
    if text is None or hook_bytes is None:
        raise CollectionError(
            f"{file.name} cannot be saved without changing what else is written in it.",
            "Make this change in a text editor.",
        )
    try:
        with ExitStack() as undo:
            write_hook(undo, file, stored.hook, hook_bytes)
            if stored.file is None or stored.file.raw != text:
                write_whole(file, [text])
    except OSError as error:
        raise CollectionError(f"{file} could not be saved: {error}.", "The former file is as it was.") from error
    return defaults_fingerprint(folder)


def _normal(defaults: Defaults) -> Defaults:
    return replace(defaults, auth=normal_auth(defaults.auth), variables=normal_variables(defaults.variables))


def _wanted(file: Path, stored: _Stored, name: str | None, defaults: Defaults) -> tuple[Plain, Plain]:
    before = stored.defaults
    info, request = dict(stored.plain["info"]), dict(stored.plain["request"])
    is_collection = file.name == COLLECTION_FILE
    if stored.file is None:
        info |= {"name": stored.name, "type": "folder"}
    if name is not None:
        info["name"] = name
    if defaults.headers != before.headers:
        request["headers"] = [row_of(entry) for entry in defaults.headers]
    auth_beside: Plain = stored.hook.plain["auth"]
    if defaults.auth != before.auth or stored.file is None:
        auth, auth_beside = auth_words(defaults.auth, request.get("auth"), of_request=False)
        request["auth"] = None if is_collection and auth == INHERIT else auth
    if defaults.variables != before.variables:
        request["variables"] = variable_rows(defaults.variables, request.get("variables", []))
    if defaults.settings != before.settings:
        request["settings"] = {"http": settings_words(defaults.settings, request["settings"]["http"])}
    docs = stored.plain.get("docs")
    if defaults.docs != before.docs:
        docs = {"content": defaults.docs} if isinstance(docs, dict) and defaults.docs else defaults.docs or None
    plain: Plain = {"info": info, "request": present(request), **present({"docs": docs})}
    secrets = secret_names(defaults.variables)
    return plain, hook_words(auth=auth_beside, settings=defaults.settings, secret_variables=secrets)
