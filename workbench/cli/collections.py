"""`workbench collections`: bring collections of other programs in, take ours out, find what is broken, trust one."""

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.cli.console import Console
from workbench.cli.home import add_home
from workbench.cli.render import printable
from workbench.formats.interchange.exporting import FORMATS as EXPORT_FORMATS
from workbench.formats.interchange.imported import Loss
from workbench.formats.interchange.importing import FORMATS as IMPORT_FORMATS
from workbench.model.collection import CollectionTree, FolderEntry
from workbench.model.errors import CollectionError, FormatError, UsageError
from workbench.storage.paths import Paths

_PLACES_SHOWN = 5
_PROBLEM = re.compile(r"(?P<file>.+?), line (?P<line>\d+): (?P<what>.*)\Z", re.DOTALL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `collections`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("import", help="make a collection of another program's file or folder")
    add.add_argument("path", metavar="FILE|DIR", help="an export, a folder, or a text of commands")
    add.add_argument(
        "--into",
        metavar="COLLECTION|DIR",
        help="a collection, by name or folder, that takes it in: requests as a new folder, environments beside its "
        "own; or a new folder (default: in the workspace, by its name)",
    )
    add.add_argument(
        "--replace",
        action="store_true",
        help="in the place of the collection of its name, which is kept in .replaced; with --into a collection, "
        "environments in the place of those of their names",
    )
    add.add_argument("--format", choices=sorted(IMPORT_FORMATS), metavar="NAME", help=", ".join(IMPORT_FORMATS))
    add.add_argument("--limit", type=_mebibytes, metavar="MIB", default=32, help="refuse more (default: %(default)s)")
    add.add_argument("--json", action="store_true", help="the whole report as one JSON object")
    add.set_defaults(run=run_import)
    add = actions.add_parser("export", help="write a collection for another program")
    add.add_argument("path", metavar="DIR", help="a collection's folder")
    add.add_argument("--format", choices=sorted(EXPORT_FORMATS), metavar="NAME", required=True)
    add.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
    add.add_argument("--environment", metavar="NAME", help="the one that postman-environment writes")
    add.add_argument("--with-secrets", action="store_true", help="literal passwords and tokens of requests, too")
    add.add_argument("--force", action="store_true", help="replace the file if it exists")
    add.add_argument("--json", action="store_true", help="the report on standard error as one JSON object")
    add.set_defaults(run=run_export)
    add = actions.add_parser("check", help="read every file of a collection, and say what is wrong in which line")
    add.add_argument("path", metavar="DIR", help="a collection's folder")
    add.add_argument("--json", action="store_true", help="one JSON object a problem")
    add.set_defaults(run=run_check)
    add = actions.add_parser("moved", help="say where a collection lies now, so that its secrets are found again")
    add.add_argument("former", metavar="FORMER", help="where its folder was")
    add.add_argument("now", metavar="DIR", help="where its folder is")
    add.set_defaults(run=run_moved)
    add = actions.add_parser("trust", help="let its requests read this machine's files and environment")
    add.add_argument("path", metavar="DIR", help="a collection's folder outside the workspace")
    add.add_argument("--forget", action="store_true", help="trust it no longer")
    add.set_defaults(run=run_trust)
    for action in actions.choices.values():
        add_home(action)


def _mebibytes(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no size from 1 to 1024 MiB")
    return int(text)


def run_import(arguments: argparse.Namespace, console: Console) -> int:
    """Read what was chosen, write it as a collection, and report what was lost on the way."""
    from workbench.cli.placing_imports import place_import
    from workbench.formats.interchange.importing import import_bytes, import_folder
    from workbench.storage.interchange_files import open_import

    source = open_import(Path(arguments.path), arguments.limit * 1024 * 1024)
    if source.raw is None:
        if arguments.format:
            raise UsageError("--format says what a file is, and this is a folder.", "Leave it out, or choose a file.")
        imported = import_folder(source.files, source.name, read=source.read)
    else:
        imported = import_bytes(source.raw, source.name, format_name=arguments.format or "", read=source.read)
    tree = imported.tree
    paths = Paths.of_home(arguments.home)
    placed = place_import(tree, paths, arguments.into, over=arguments.replace)
    losses = (*imported.losses, *placed.losses)
    requests, folders = _counted(tree)
    if arguments.json:
        counts = {"requests": requests, "folders": folders, "environments": len(tree.environments)}
        path = str(placed.folder.absolute())
        console.json({"path": path, "name": tree.name, **counts, "losses": _loss_rows(losses)})
    else:
        console.line(
            f"{printable(tree.name)}: {_count(requests, 'request')}, {_count(folders, 'folder')},"
            f" {_count(len(tree.environments), 'environment')} in {placed.folder}"
        )
    for note in placed.notes:
        console.note(f"workbench: {note}")
    if not arguments.json:
        _report(losses, console)
    return 0


def _folders(tree: CollectionTree, where: str) -> Iterator[tuple[str, CollectionTree]]:
    yield where, tree
    for folder in tree.folders:
        yield from _folders(folder, f"{where} / {folder.name}")


def _counted(tree: CollectionTree) -> tuple[int, int]:
    all_folders = [folder for _, folder in _folders(tree, "")]
    return sum(len(folder.requests) for folder in all_folders), len(all_folders) - 1


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _loss_rows(losses: Sequence[Loss]) -> list[dict[str, str]]:
    return [{"where": loss.where, "what": loss.what} for loss in losses]


def _report(losses: Sequence[Loss], console: Console) -> None:
    """Say each kind of loss once, the most frequent first, with where and what it was in the first places."""
    kinds: dict[str, list[str]] = {}
    for loss in losses:
        kind, colon, detail = loss.what.partition(": ")
        kinds.setdefault(kind + colon.rstrip(), []).append(f"{loss.where}: {detail}" if detail else loss.where)
    if not kinds:
        console.note("Nothing was lost.")
        return
    console.note(f"Not carried over, or otherwise than it was ({_count(len(losses), 'place')}):")
    for kind, places in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
        times = f" ({len(places)} times)" if len(places) > 1 else ""
        console.note(f"  {printable(kind)}{times}")
        for place in places[:_PLACES_SHOWN]:
            console.note(f"      {printable(place)}")
        if len(places) > _PLACES_SHOWN:
            console.note(f"      and {len(places) - _PLACES_SHOWN} more: --json shows all")


def run_export(arguments: argparse.Namespace, console: Console) -> int:
    """Write a collection in another program's format; the report goes to standard error."""
    from workbench.formats.interchange.exported import Options
    from workbench.formats.interchange.exporting import export
    from workbench.storage.packs import load_packs
    from workbench.storage.signing_recipes import recipes
    from workbench.storage.whole_collections import load_tree

    output = Path(arguments.output) if arguments.output else None
    if output is not None and output.exists() and not arguments.force:
        raise UsageError(f"{output} exists already.", "Choose another name, or replace it with --force.")
    tree = load_tree(Path(arguments.path))
    recipe_of = recipes(load_packs(Paths.of_home(arguments.home)).get)
    options = Options(arguments.with_secrets, arguments.environment or "", recipe_of)
    exported = export(tree, arguments.format, options)
    if output is None:
        console.bytes([exported.content])
    else:
        _write(output, exported.content)
        console.line(f"{printable(tree.name)} is written to {output}.")
    if arguments.json:
        import json

        console.note(json.dumps({"losses": _loss_rows(exported.losses)}, ensure_ascii=False))
    else:
        _report(exported.losses, console)
    return 0


def _write(output: Path, content: bytes) -> None:
    try:
        output.write_bytes(content)
    except OSError as error:
        raise FormatError(
            f"{output} cannot be written: {error.strerror or error}.", "Choose another place."
        ) from error


def run_moved(arguments: argparse.Namespace, console: Console) -> int:
    """Give the secrets of a collection that was moved to where it lies now."""
    from workbench.storage.collection_identities import Identities

    former, now = Path(arguments.former).absolute(), Path(arguments.now).absolute()
    Identities(Paths.of_home(arguments.home)).move(former, now)
    console.line(f"The secrets that were kept for {former} belong to {now} now.")
    return 0


def run_check(arguments: argparse.Namespace, console: Console) -> int:
    """Print each problem as `file:line: sentence`; 1 where there is one."""
    from workbench.storage.collections import read_tree

    root = Path(arguments.path).absolute()
    problems = sorted(set(_problems(root, read_tree(root))))
    for file, line, what in problems:
        if arguments.json:
            console.json({"file": file, "line": line, "problem": what})
        else:
            console.line(f"{printable(file)}:{line}: {printable(what)}")
    if not problems and not arguments.json:
        console.line("Every file can be read.")
    return 1 if problems else 0


def run_trust(arguments: argparse.Namespace, console: Console) -> int:
    """Remember that a collection is trusted on this machine, or that it is no longer."""
    from workbench.storage.trusted_collections import distrust, trust

    root, paths = Path(arguments.path).absolute(), Paths.of_home(arguments.home)
    if arguments.forget:
        distrust(paths, root)
        console.line(f"{printable(str(root))} is not trusted any more.")
    else:
        trust(paths, root)
        console.line(f"Requests of {printable(str(root))} may read files and the environment of this machine.")
    return 0


def _problems(root: Path, folder: FolderEntry) -> Iterator[tuple[str, int, str]]:
    from workbench.storage.collections import read_request
    from workbench.storage.environments import list_environments

    here = os.path.relpath(folder.path, root)
    if Path(folder.path) == root:
        for problem in list_environments(root)[1]:
            yield _problem(problem, "environments")
    for problem in folder.problems:
        yield _problem(problem, here)
    for entry in folder.requests:
        try:
            read_request(Path(entry.path))
        except CollectionError as error:
            yield _problem(error.message, os.path.relpath(Path(entry.path).parent, root), Path(entry.path).name)
    for child in folder.folders:
        yield from _problems(root, child)


def _problem(message: str, folder: str, file: str = "") -> tuple[str, int, str]:
    """Return file, line and sentence of a problem; a sentence that names no line is about the first."""
    match = _PROBLEM.match(message)
    name = match["file"] if match else file or "."
    path = os.path.normpath(os.path.join(folder, name))
    what = match["what"] if match else message
    return path, int(match["line"]) if match else 1, what[:1].upper() + what[1:]
