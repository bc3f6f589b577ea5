"""`workbench environments`: the sets of values that requests of a collection are sent with."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.cli.collection_names import collections, find_collection
from workbench.cli.console import Console
from workbench.cli.home import add_home
from workbench.cli.render import printable
from workbench.model.errors import UsageError
from workbench.model.variables import Environment, Variable
from workbench.storage.collection_listing import collection_name
from workbench.storage.environments import extended, globals_file, list_environments, read_globals
from workbench.storage.paths import Paths

SECRET = "••••••••"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `environments`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("list", help="list the environments of all collections, or of one")
    add.add_argument("collection", nargs="?", metavar="COLLECTION", help="a collection's name or folder")
    add.add_argument("--json", action="store_true", help="one JSON object a line")
    add.set_defaults(run=run_list)
    add = actions.add_parser(
        "show", help="show the values of an environment, with those it extends; secrets stay hidden"
    )
    add.add_argument("name", help="an environment's name, or globals for what all collections see")
    add.add_argument("--collection", metavar="COLLECTION", help="whose, where several have one of that name")
    add.add_argument("--json", action="store_true", help="as one JSON object")
    add.set_defaults(run=run_show)
    for action in actions.choices.values():
        add_home(action)


def run_list(arguments: argparse.Namespace, console: Console) -> int:
    """List environments, one a line."""
    paths = Paths.of_home(arguments.home)
    for root, environment in _environments(paths, arguments.collection, console):
        if arguments.json:
            console.json(environment_json(root, environment))
            continue
        count = len(environment.variables)
        about = f"{count} variable{'' if count == 1 else 's'}"
        about += f", extends {printable(environment.extends)}" if environment.extends else ""
        console.line(f"{printable(collection_name(root)):24} {printable(environment.name):24} {about}")
    return 0


def _environments(paths: Paths, collection: str | None, console: Console) -> Iterator[tuple[Path, Environment]]:
    roots = [find_collection(paths, collection)] if collection else list(collections(paths))
    for root in roots:
        found, problems = list_environments(root)
        for problem in problems:
            console.note(f"workbench: {problem}")
        yield from ((root, environment) for environment in found)


def run_show(arguments: argparse.Namespace, console: Console) -> int:
    """Show one environment with what it extends, nearest values last."""
    paths = Paths.of_home(arguments.home)
    if arguments.name == "globals" and not arguments.collection and globals_file(paths.workspace).exists():
        root, chain = paths.workspace, (read_globals(paths.workspace),)
    else:
        root, environment = _one(paths, arguments, console)
        chain, problems = extended(root, environment)
        for problem in problems:
            console.note(f"workbench: {problem}")
    if arguments.json:
        console.json(
            environment_json(root, chain[-1]) | {"extended": [environment_json(root, e) for e in chain[:-1]]}
        )
        return 0
    console.note(chain[-1].path)
    nearest = {variable.name: (variable, each) for each in chain for variable in each.variables if variable.enabled}
    for name in sorted(nearest, key=str.casefold):
        variable, source = nearest[name]
        origin = "" if source is chain[-1] else f"   (from {printable(source.name)})"
        console.line(f"{printable(name)} = {_shown(variable)}{origin}")
    return 0


def _one(paths: Paths, arguments: argparse.Namespace, console: Console) -> tuple[Path, Environment]:
    known = list(_environments(paths, arguments.collection, console))
    found = [(root, each) for root, each in known if each.name.casefold() == arguments.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(collection_name(root) for root, _ in found)
        raise UsageError(f"Several collections have an environment {arguments.name!r}: {names}.", "Add --collection.")
    names = ", ".join(dict.fromkeys(each.name for _, each in known)) or "none yet"
    raise UsageError(f"There is no environment {arguments.name!r}.", f"There are: {names}.")


def _shown(variable: Variable) -> str:
    return SECRET if variable.secret else printable(variable.value)


def environment_json(root: Path, environment: Environment) -> dict[str, Any]:
    """Return an environment for JSON; a secret has no value there."""
    return {
        "collection": collection_name(root),
        "name": environment.name,
        "path": environment.path,
        "extends": environment.extends or None,
        "variables": [
            {
                "name": variable.name,
                "value": None if variable.secret else variable.value,
                "secret": variable.secret,
                "enabled": variable.enabled,
            }
            for variable in environment.variables
        ],
    }
