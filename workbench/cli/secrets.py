"""`workbench secrets`: named secrets in the keyring; values come in unseen and never go out."""

import argparse
import sys

from workbench.cli.console import Console
from workbench.cli.home import add_home
from workbench.model.errors import UsageError
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `secrets`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("set", help="keep a secret; its value is asked for, or read from standard input")
    add.add_argument("name", help="such as stripe/live; refer to it as keyring:stripe/live")
    add.set_defaults(run=run_set)
    add = actions.add_parser("list", help="list the names")
    add.add_argument("--json", action="store_true", help="one JSON object a line")
    add.set_defaults(run=run_list)
    add = actions.add_parser("remove", help="forget a secret")
    add.add_argument("name")
    add.set_defaults(run=run_remove)
    for action in actions.choices.values():
        add_home(action)


def run_set(arguments: argparse.Namespace, console: Console) -> int:
    """Keep one secret."""
    paths = Paths.of_home(arguments.home)
    paths.ensure()
    secrets = Secrets(paths)
    secrets.put(arguments.name, _value())
    console.note(f"Kept in {secrets.place}. Refer to it as keyring:{arguments.name}")
    return 0


def _value() -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("Value (not shown): ")
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")


def run_list(arguments: argparse.Namespace, console: Console) -> int:
    """List the names of secrets."""
    secrets = Secrets(Paths.of_home(arguments.home))
    names = secrets.store.names()
    for name in names:
        if arguments.json:
            console.json({"name": name, "reference": f"keyring:{name}"})
        else:
            console.line(name)
    if not names and not arguments.json:
        console.note("No secret is kept yet. Keep one with: workbench secrets set NAME")
    return 0


def run_remove(arguments: argparse.Namespace, console: Console) -> int:
    """Forget one secret."""
    if not Secrets(Paths.of_home(arguments.home)).store.remove(arguments.name):
        raise UsageError(f"There is no secret {arguments.name!r}.", "See them with: workbench secrets list")
    console.note(f"Forgot {arguments.name}.")
    return 0
