"""`workbench captures`: list, show, delete and pin what was caught; export and import."""

import argparse
from collections.abc import Generator
from contextlib import closing, contextmanager

from workbench.cli import capture_listing
from workbench.cli.capture_marks import add_arguments as add_marks
from workbench.cli.capture_pruning import add_arguments as add_pruning
from workbench.cli.capture_transfer_words import add_transfers
from workbench.cli.captures_diff import add_diff_arguments
from workbench.cli.console import Console
from workbench.cli.filter_help import filter_help
from workbench.cli.home import add_home
from workbench.cli.selection import chosen, counted, existing, numbers_of
from workbench.model.capture import Capture
from workbench.model.errors import UsageError
from workbench.model.message import Request, readable
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

PARTS = ("summary", "request", "headers", "body", "raw", "answer", "forwards")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `captures`."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("list", help="list captures, oldest first")
    add.add_argument("query", nargs="*", help="words that must occur, -word that must not")
    add.add_argument("--limit", type=_positive, default=50, help="the newest so many (default: %(default)s)")
    add.add_argument("--json", action="store_true", help="one JSON object a line")
    capture_listing.add_list_arguments(add)
    add.epilog = filter_help()
    add.formatter_class = argparse.RawDescriptionHelpFormatter
    add.set_defaults(run=run_list, takes_filter=True)
    add = actions.add_parser("show", help="show one capture, or exactly one part of it")
    add.add_argument("number")
    add.add_argument("--part", choices=PARTS, help="body and raw write exactly those bytes and nothing else")
    add.add_argument("--json", action="store_true", help="all of it as one JSON object")
    add.add_argument("--view", metavar="VIEW", help="only the body, in one of its views, such as protobuf or hex")
    add.set_defaults(run=run_show)
    add_transfers(actions)
    add_diff_arguments(actions.add_parser("diff", help="say what differs between two captures or deliveries"))
    add = actions.add_parser("delete", help="delete captures")
    add.add_argument("query", nargs="*", help="numbers such as 3 or 3-9, or a filter line")
    add.add_argument("--yes", action="store_true", help="really do it")
    add.add_argument("--pinned", action="store_true", help="pinned ones too, which are kept otherwise")
    add.set_defaults(run=run_delete, takes_filter=True)
    for name, pinned in (("pin", True), ("unpin", False)):
        add = actions.add_parser(name, help=f"{name} captures")
        add.add_argument("numbers", nargs="+")
        add.set_defaults(run=run_pin, pinned=pinned)
    add = actions.add_parser("confirm", help="confirm the subscription that a capture asks for (Amazon SNS)")
    add.add_argument("number")
    add.add_argument("--yes", action="store_true", help="call the address without asking")
    add.add_argument("--json", action="store_true", help="the delivery as one JSON object")
    add.set_defaults(run=run_confirm)
    add_marks(actions)
    add_pruning(actions.add_parser("prune", help="delete captures that are too old, too many or too large"))
    for action in actions.choices.values():
        add_home(action)


def run_confirm(arguments: argparse.Namespace, console: Console) -> int:
    """Confirm what a capture asks for."""
    from workbench.cli.confirming import run_confirm as run

    return run(arguments, console)


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of captures")
    return min(int(text), 2**62)


@contextmanager
def _reader(arguments: argparse.Namespace) -> Generator[CaptureReader]:
    paths = Paths.of_home(arguments.home)
    paths.ensure()
    with closing(CaptureReader(paths.captures, paths.spool)) as reader:
        yield reader


def run_list(arguments: argparse.Namespace, console: Console) -> int:
    """List captures, the newest or in the order asked for."""
    with _reader(arguments) as reader:
        return capture_listing.run_list(reader, arguments, console)


def run_show(arguments: argparse.Namespace, console: Console) -> int:
    """Show one capture, or write exactly one part of it."""
    numbers = numbers_of([arguments.number])
    if numbers is None or len(numbers) != 1:
        raise UsageError(f"{arguments.number!r} is not the number of a capture.", "Use one such as 12 or #12.")
    with _reader(arguments) as reader:
        capture = existing(reader, numbers[0])
    if arguments.view is not None:
        from workbench.cli.body_views import show_view

        show_view(capture, arguments.view, console)
        return 0
    _show(capture, arguments, console)
    return 0


def _show(capture: Capture, arguments: argparse.Namespace, console: Console) -> None:
    request = capture.request
    match arguments.part:
        case "body":
            console.bytes(request.body.chunks())
        case "raw":
            console.bytes(request.wire_chunks())
        case _ if arguments.json:
            from workbench.formats.capture_json import capture_json

            console.json(capture_json(capture))
        case "headers":
            for name, value in request.headers:
                console.line(f"{name}: {readable(value)}")
        case "answer":
            console.bytes([capture.answer.head.raw, *capture.answer.body.chunks()])
        case "forwards":
            _show_forwards(capture, arguments, console)
        case "summary":
            _show_summary(capture, console)
        case part:
            if part is None:
                _show_summary(capture, console)
                _show_forwards(capture, arguments, console)
            _show_request(request, console)


def _show_summary(capture: Capture, console: Console) -> None:
    from workbench.cli.render import capture_line, local_time

    console.line(capture_line(capture, colours=console.colours))
    console.line(
        f"        received {local_time(capture.received_at_us)} from {capture.peer.address}:{capture.peer.port},"
        f" endpoint {capture.endpoint}"
    )


def _show_forwards(capture: Capture, arguments: argparse.Namespace, console: Console) -> None:
    """Show what became of a capture at each target, and where targets differ."""
    from workbench.cli.render import forward_line
    from workbench.engine.comparing import compare_forwards
    from workbench.storage.deliveries import DeliveryReader
    from workbench.storage.forwards import ForwardReader

    paths = Paths.of_home(arguments.home)
    with closing(ForwardReader(paths.captures)) as reader:
        forwards = reader.of_capture(capture.number)
    for forward in forwards:
        console.line(f"        {forward_line(forward, colours=console.colours)}")
    if len(forwards) > 1:
        with closing(DeliveryReader(paths.history, paths.spool)) as history:
            console.line(f"        {compare_forwards(forwards, history.get)}")


def _show_request(request: Request, console: Console) -> None:
    from workbench.cli.render import body_text, head_text

    console.line()
    console.line(head_text(request.head, colours=console.colours))
    if request.body.size:
        console.line()
        encoding = request.headers.get("content-encoding")
        content = request.body.read()
        console.line(body_text(content, request.head.content_type, encoding, colours=console.colours))


def run_export(arguments: argparse.Namespace, console: Console) -> int:
    """Write captures in another program's format."""
    from workbench.cli.capture_files import run_export as run

    return run(arguments, console)


def run_import(arguments: argparse.Namespace, console: Console) -> int:
    """Bring captures in from a file."""
    from workbench.cli.capture_files import run_import as run

    return run(arguments, console)


def run_delete(arguments: argparse.Namespace, console: Console) -> int:
    """Delete captures; without --yes only say how many."""
    if not arguments.query:
        raise UsageError("Say which captures: numbers, or words that occur in them.", "For example: delete 3-9")
    with _reader(arguments) as reader:
        numbers = chosen(reader, arguments.query)
        kept: set[int] = set() if arguments.pinned else reader.pinned(numbers)
    numbers = [number for number in numbers if number not in kept]
    if kept:
        console.note(f"{counted(kept)} pinned and kept; --pinned deletes them too.")
    if not arguments.yes:
        raise UsageError(f"This would delete {counted(numbers)}.", "Add --yes to do it.")
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    async def delete() -> int:
        async with open_workbench(Paths.of_home(arguments.home)) as workbench:
            return await workbench.delete_captures(numbers)

    deleted = run(delete())
    console.note(f"{deleted:,} capture{'' if deleted == 1 else 's'} deleted.")
    return 0


def run_pin(arguments: argparse.Namespace, console: Console) -> int:
    """Pin captures, or take their pins off."""
    numbers = numbers_of(arguments.numbers)
    if numbers is None:
        raise UsageError(f"{' '.join(arguments.numbers)!r} does not name captures by number.", "Use 12 or 12-15.")
    with _reader(arguments) as reader:
        there = [existing(reader, number).number for number in numbers]
    from workbench.engine.serving import run
    from workbench.engine.workbench import open_workbench

    async def pin() -> None:
        async with open_workbench(Paths.of_home(arguments.home)) as workbench:
            for number in there:
                await workbench.set_pinned(number, arguments.pinned)

    run(pin())
    console.note(f"{counted(there)} {'pinned' if arguments.pinned else 'unpinned'}.")
    return 0
