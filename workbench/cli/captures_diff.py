"""`workbench captures diff A B`: what differs between two captures, deliveries or answers."""

import argparse
from contextlib import closing

from workbench.cli.console import Console
from workbench.cli.selection import existing, numbers_of
from workbench.model.errors import StorageError, UsageError
from workbench.model.message import Request, Response
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

DIFFERENT = 1
"""The exit code where something differs, as `diff` has it."""
_HINT = "Write 12 for a capture, delivery:5 for what was sent, answer:5 for what came back."


def add_diff_arguments(add: argparse.ArgumentParser) -> None:
    """Describe the words of `captures diff`."""
    what = "12 for a capture, delivery:5 for what a delivery sent, answer:5 for what came back"
    add.add_argument("before", metavar="A", help=what)
    add.add_argument("after", metavar="B", help="the same")
    add.add_argument("--json", action="store_true", help="the differences as one JSON object")
    add.set_defaults(run=run_diff)


def run_diff(arguments: argparse.Namespace, console: Console) -> int:
    """Compare two messages; 0 where nothing differs, 1 where something does."""
    from workbench.engine.comparing_messages import compare_messages, comparison_text

    paths = Paths.of_home(arguments.home)
    paths.ensure()
    names = (arguments.before, arguments.after)
    one, other = (_message(paths, name) for name in names)
    if isinstance(one, Request) is not isinstance(other, Request):
        raise UsageError("A request and an answer have nothing to compare.", _HINT)
    try:
        found = compare_messages(one, other)
    except FileNotFoundError as error:
        raise StorageError(
            f"A body is missing: {error.filename} is not there.", "Restore the spool folder from a backup."
        ) from error
    if arguments.json:
        from dataclasses import asdict

        console.json({"before": names[0], "after": names[1], "same": found.is_same, **asdict(found)})
    else:
        from workbench.cli.render import harmless

        for line in comparison_text(found, *names).split("\n"):
            console.line(harmless(line))
    return 0 if found.is_same else DIFFERENT


def _message(paths: Paths, name: str) -> Request | Response:
    kind, colon, number = name.rpartition(":")
    numbers = numbers_of([number])
    if numbers is None or len(numbers) != 1 or (colon and kind not in ("delivery", "answer", "capture")):
        raise UsageError(f"{name!r} names nothing that can be compared.", _HINT)
    if kind not in ("delivery", "answer"):
        with closing(CaptureReader(paths.captures, paths.spool)) as reader:
            return existing(reader, numbers[0]).request
    return _delivered(paths, kind, numbers[0])


def _delivered(paths: Paths, kind: str, number: int) -> Request | Response:
    from workbench.storage.deliveries import DeliveryReader

    with closing(DeliveryReader(paths.history, paths.spool)) as reader:
        delivery = reader.get(number)
    if delivery is None:
        raise UsageError(f"There is no delivery {number}.", "See them with: workbench replay --help")
    if kind == "delivery":
        from workbench.model.masking import masked_request

        return masked_request(delivery.last.request, delivery.last.secret_ranges)
    if delivery.last.response is None:
        raise UsageError(f"Delivery {number} got no answer.", _HINT)
    return delivery.last.response
