"""`captures tag`, `note`, `saved`: what people add to captures, and the searches they keep."""

import argparse
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any

from workbench.cli.capture_listing import numbers_only
from workbench.cli.console import Console
from workbench.cli.selection import counted, existing, numbers_of
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError
from workbench.model.query import CaptureQuery
from workbench.storage.annotations import Tagging, note_text, tag_names
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

Actions = Any
"""argparse's own class for subcommands is private."""


def add_arguments(actions: Actions) -> None:
    """Describe the words of these commands."""
    for name, what in (("tag", "put tags on captures"), ("untag", "take tags off captures")):
        add = actions.add_parser(name, help=what)
        add.add_argument("numbers", help="numbers such as 12 or 12-15,20")
        add.add_argument("tags", nargs="+", help="words such as to-fix")
        add.set_defaults(run=run_tag, removes=name == "untag")
    add = actions.add_parser("note", help="note something of a capture, or show what was noted")
    add.add_argument("number", help="the number of the capture")
    add.add_argument("text", nargs="?", help="the note; an empty one takes it away")
    add.set_defaults(run=run_note)
    add = actions.add_parser("saved", help="list, add or remove saved searches")
    add.add_argument("what", nargs="?", choices=("list", "add", "remove"), default="list", help="(default: list)")
    add.add_argument("name", nargs="?", help="the name of the search")
    add.add_argument("query", nargs="*", help="the filter line")
    add.add_argument("--json", action="store_true", help="one JSON object a line")
    add.set_defaults(run=run_saved, takes_filter=True)


def _there(arguments: argparse.Namespace, text: str) -> list[int]:
    paths = Paths.of_home(arguments.home)
    paths.ensure()
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        return [existing(reader, number).number for number in numbers_only([text], numbers_of([text]))]


def _write(arguments: argparse.Namespace, work: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    async def write() -> None:
        async with open_workbench(Paths.of_home(arguments.home)) as workbench:
            await work(workbench)

    run(write())


def run_tag(arguments: argparse.Namespace, console: Console) -> int:
    """Put tags on captures, or take them off."""
    names = tag_names(" ".join(arguments.tags))
    numbers = _there(arguments, arguments.numbers)
    add, remove = ((), names) if arguments.removes else (names, ())

    async def tag(workbench: Any) -> None:
        for number in numbers:
            await workbench.set_tags(Tagging(number, add, remove))

    _write(arguments, tag)
    console.note(f"{counted(numbers)} {'untagged' if arguments.removes else 'tagged'}: {', '.join(names)}.")
    return 0


def run_note(arguments: argparse.Namespace, console: Console) -> int:
    """Note something of one capture; without a text show its note."""
    (number,) = numbers if len(numbers := _there(arguments, arguments.number)) == 1 else (0,)
    if not number:
        raise UsageError("A note is of one capture.", "Name it by its number.")
    if arguments.text is None:
        paths = Paths.of_home(arguments.home)
        with closing(CaptureReader(paths.captures, paths.spool)) as reader:
            note = reader.summaries([number])[0].note
        console.line(note) if note else console.note(f"Nothing is noted of capture {number}.")
        return 0
    text = note_text(arguments.text)

    async def note_it(workbench: Any) -> None:
        await workbench.set_note(number, text)

    _write(arguments, note_it)
    console.note(f"Noted of capture {number}." if text else f"The note of capture {number} is taken away.")
    return 0


def run_saved(arguments: argparse.Namespace, console: Console) -> int:
    """List saved searches, keep one, or forget one."""
    from workbench.storage.saved_searches import delete_search, save_search, saved_searches

    paths = Paths.of_home(arguments.home)
    if arguments.what == "list":
        for name, line in saved_searches(paths).items():
            if arguments.json:
                console.json({"name": name, "filter": line})
            else:
                console.line(f"{name}: {line}")
        return 0
    if not arguments.name:
        raise UsageError("Say the name of the saved search.", f"workbench captures saved {arguments.what} NAME …")
    if arguments.what == "remove":
        delete_search(paths, arguments.name)
        console.note(f"{arguments.name} is no longer saved.")
        return 0
    line = " ".join(arguments.query)
    CaptureQuery.parse(line, SystemClock().now_us())
    save_search(paths, arguments.name, line)
    console.note(f"Saved as {arguments.name}: workbench captures list --saved {arguments.name!r}")
    return 0
