"""The way in: bytes of a file, or the files of a folder, to a collection with a sentence for all that it lacks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath

from workbench.formats.interchange.bodies import file_body, file_part
from workbench.formats.interchange.disarming import disarmed
from workbench.formats.interchange.imported import (
    REQUESTS_LIMIT,
    Beside,
    Imported,
    Losses,
    nothing_beside,
    too_many_requests,
)
from workbench.model.collection import CollectionTree, ComposedBody, Defaults, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.variables import Environment

FORMATS = {
    "postman": "Postman collections 2.0 and 2.1, environments, globals",
    "insomnia": "Insomnia v1 to v5",
    "opencollection": "OpenCollection, what Bruno writes as YAML",
    "bruno": "Bruno's .bru files and JSON exports",
    "openapi": "OpenAPI 3.0 to 3.2 with webhooks, Swagger 2.0",
    "har": "HTTP archives",
    "http": ".http and .rest files of JetBrains and VS Code",
    "hoppscotch": "Hoppscotch collections and environments",
    "curl": "curl commands",
}
"""What is read, by the names of `--format`."""

_SUFFIXES = (".json", ".yaml", ".yml", ".http", ".rest", ".bru", ".har")


def import_bytes(
    raw: bytes, file_name: str = "", *, format_name: str = "", read: Beside = nothing_beside
) -> Imported:
    """Return a file as a collection; `read` gives the files beside it that it names.

    FormatError where the file is not what it claims to be, or its format cannot be told.
    """
    from workbench.formats.interchange.detection import detect

    chosen = format_name or detect(raw, file_name)
    try:
        return _checked(_reader(chosen, file_name)(raw, read))
    except RecursionError as error:
        raise FormatError("The file is nested too deeply.", "No client writes such files.") from error


def _checked(imported: Imported) -> Imported:
    if _counted(imported.tree) > REQUESTS_LIMIT:
        raise too_many_requests()
    losses = Losses()
    losses.add_all(imported.losses)
    return Imported(disarmed(imported.tree, losses), losses.all())


def _counted(tree: CollectionTree) -> int:
    """Return how many requests a tree has; a folder's files are counted each alone while they are read."""
    return len(tree.requests) + sum(_counted(folder) for folder in tree.folders)


def _reader(format_name: str, file_name: str) -> Callable[[bytes, Beside], Imported]:
    if format_name not in FORMATS:
        raise FormatError(f"{format_name!r} is no format that is read.", f"Choose one of: {', '.join(FORMATS)}.")
    stem = PurePosixPath(file_name.replace("\\", "/")).stem
    if format_name == "curl":
        return lambda raw, _: _curl(raw, stem or "curl")
    if format_name == "http":
        from workbench.formats.interchange.http_file import read_http_file

        return lambda raw, read: read_http_file(raw, read, stem or "Requests")
    if format_name == "bruno":
        from workbench.formats.interchange.bruno import read_bruno

        return lambda raw, read: read_bruno(raw, read, stem or "Environment")
    return getattr(import_module(f"workbench.formats.interchange.{format_name}"), f"read_{format_name}")


def _curl(raw: bytes, name: str) -> Imported:
    """Return the requests of pasted commands, read by `formats.pasted`."""
    from workbench.formats.interchange.documents import decoded
    from workbench.formats.pasted.detecting import parse_pasted

    pasted = parse_pasted(decoded(raw))
    if not pasted:
        raise FormatError("There is no curl command in this file.", "Choose another file, or another --format.")
    losses = Losses()
    requests: list[SavedRequest] = []
    for each in pasted:
        title = each.request.name or f"{each.request.method} {each.request.url}"[:120]
        place = losses.at(title)
        for sentence in each.losses:
            if not sentence.startswith("The body is the file "):  # `_without_files` says that of an import.
                place.add(sentence)
        requests.append(replace(each.request, name=title, body=_without_files(each.request.body, place)))
    return Imported(CollectionTree(name, requests=tuple(requests)), losses.all())


def _without_files(body: ComposedBody, losses: Losses) -> ComposedBody:
    """Return a command's body without what it reads of a machine: somebody else wrote the command."""
    parts = tuple(
        file_part(part.name, part.files, losses, part.content_type, part.enabled) if part.is_file else part
        for part in body.parts
    )
    if body.content.path is not None:
        return file_body(body.content.path, nothing_beside, losses)
    return replace(body, parts=parts)


def import_folder(files: Mapping[str, bytes], name: str, *, read: Beside = nothing_beside) -> Imported:
    """Return a folder's files as one collection: another program's, or each file that can be read as a folder.

    `read` gives files that are bodies. FormatError where no file can be read.
    """
    try:
        return _checked(_folder(files, name, read))
    except RecursionError as error:
        raise FormatError("The folder is nested too deeply.", "No client writes such files.") from error


def _folder(files: Mapping[str, bytes], name: str, read: Beside) -> Imported:
    if "opencollection.yml" in files:
        from workbench.formats.interchange.opencollection import read_opencollection_folder

        return read_opencollection_folder(files, name, read)
    if "bruno.json" in files:
        from workbench.formats.interchange.bruno import read_bru_folder

        return read_bru_folder(files, name, read)
    return _single_files(files, name)


def _single_files(files: Mapping[str, bytes], name: str) -> Imported:
    losses = Losses()
    folders: list[CollectionTree] = []
    environments: dict[str, Environment] = {}
    count = 0
    for path in sorted(files):
        if not path.endswith(_SUFFIXES) or PurePosixPath(path).name.startswith("http-client."):
            continue
        place = losses.at(path)
        try:
            imported = import_bytes(files[path], path, read=_beside(files, path))
        except FormatError as error:
            place.add(f"The file is left out. {error.message}")
            continue
        place.add_all(imported.losses)
        tree = imported.tree
        environments |= {environment.name: environment for environment in tree.environments}
        if tree.requests or tree.folders or tree.defaults != Defaults():
            folders.append(replace(tree, environments=()))
            count += _counted(tree)
        if count > REQUESTS_LIMIT:
            raise too_many_requests()
    if not folders and not environments:
        raise FormatError(f"The folder {name} has no file that can be read.", "Choose the collection's own folder.")
    return Imported(CollectionTree(name, tuple(folders), environments=tuple(environments.values())), losses.all())


def _beside(files: Mapping[str, bytes], path: str) -> Beside:
    parent = PurePosixPath(path).parent
    return lambda name: files.get((parent / name).as_posix())
