"""`workbench captures confirm`: the call that a subscription's confirmation asks for, after a yes."""

import argparse
import sys
from contextlib import closing

from workbench.cli.console import Console
from workbench.cli.outcome import exit_code
from workbench.cli.selection import existing, numbers_of
from workbench.engine.confirming import confirm, confirmation_of
from workbench.engine.rules import Rules
from workbench.engine.serving import run
from workbench.engine.workbench import open_workbench
from workbench.formats.capture_json import delivery_json
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths


def run_confirm(arguments: argparse.Namespace, console: Console) -> int:
    """Say what is to be called, ask, call, and say what came of it."""
    paths = Paths.of_home(arguments.home)
    numbers = numbers_of([arguments.number])
    if numbers is None or len(numbers) != 1:
        raise UsageError(f"{arguments.number!r} is not the number of a capture.", "Use one such as 12 or #12.")
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        capture = existing(reader, numbers[0])
    confirmation = confirmation_of(Rules.load(paths), capture)
    console.note(f"{confirmation.provider.name} asks to confirm a subscription by calling\n  {confirmation.url}")
    console.note(f"The signature of the request: {capture.verification or 'not checked yet'}.")
    if not arguments.yes and not _agreed():
        console.note("Nothing was called.")
        return 1

    async def call() -> Delivery:
        async with open_workbench(paths) as workbench:
            return await confirm(workbench, capture, confirmation)

    delivery = run(call())
    if arguments.json:
        console.json(delivery_json(delivery))
    else:
        failure = delivery.last.failure
        console.line(failure.message if failure else f"{confirmation.host} answered {delivery.status}.")
    return exit_code([delivery], fail=True)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Confirming calls out, so it needs a yes.", "Add --yes.")
    return input("Call it? [y/N] ").strip().lower() in ("y", "yes")
