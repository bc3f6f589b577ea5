"""`workbench replay`: send captures again, to the byte."""

import argparse

from workbench.cli.console import Console
from workbench.cli.outcome import exit_code, report
from workbench.cli.selection import chosen, existing
from workbench.engine.serving import run
from workbench.engine.signing import CannotSign, ReplaySigner, Signing
from workbench.engine.workbench import open_workbench
from workbench.formats.capture_json import delivery_json
from workbench.model.capture import Capture
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError
from workbench.model.signature import SignMode
from workbench.storage.paths import Paths
from workbench.storage.settings import load_settings, save_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `replay`."""
    add = parser.add_argument
    add("numbers", nargs="*", metavar="N", help="captures such as 12, #12 or 3-9")
    add("--query", help="a filter line instead of numbers")
    add(
        "--to",
        metavar="URL",
        help="where to; without a path the captured one is used (default: this command's last target)",
    )
    add("--keep-host", action="store_true", help="leave the Host header as it was captured")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="give up after (default: %(default)s)")
    add("--fail", action="store_true", help="exit with 1 where an answer is not 2xx")
    add(
        "--sign",
        choices=[mode.value for mode in SignMode],
        default="keep",
        help="keep the signature, make a fresh one, or a wrong one on purpose (default: %(default)s)",
    )
    add("--secret", metavar="REF", help="the secret to sign with (default: the endpoint's)")
    add("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run_replay)


def run_replay(arguments: argparse.Namespace, console: Console) -> int:
    """Replay the chosen captures in order."""
    if bool(arguments.numbers) == bool(arguments.query):
        raise UsageError("Say which captures: numbers, or --query.", "For example: workbench replay 12 --to URL")
    paths = Paths.of_home(arguments.home)
    target = arguments.to or load_settings(paths.settings)[0].command_line_target
    if not target:
        raise UsageError("There is no target to replay to yet.", "Name one with --to URL.")
    deliveries = run(_replay(arguments, console, paths, target))
    if not deliveries:
        raise UsageError("None of these captures can be replayed.", "See what came with: workbench captures list")
    if arguments.to and any(delivery.status is not None for delivery in deliveries):
        save_settings(paths.settings, {"command_line_target": target})
    return exit_code(deliveries, fail=arguments.fail)


async def _replay(arguments: argparse.Namespace, console: Console, paths: Paths, target: str) -> list[Delivery]:
    words = arguments.numbers or [arguments.query]
    done: list[Delivery] = []
    mode = SignMode(arguments.sign)
    signer = None if mode is SignMode.KEEP else ReplaySigner(paths, mode, arguments.secret)
    async with open_workbench(paths) as workbench:
        numbers = await workbench.captures.run(lambda reader: chosen(reader, words))
        if not numbers:
            raise UsageError("No capture matches.", "See them with: workbench captures list")
        for number in numbers:
            capture = await workbench.captures.run(lambda reader, number=number: existing(reader, number))
            try:
                delivery = await workbench.deliveries.replay(
                    capture,
                    target,
                    keep_host=arguments.keep_host,
                    signing=_signing(signer, capture),
                    timeout_s=arguments.timeout,
                )
            except UsageError as error:
                if len(numbers) == 1:
                    raise
                console.note(f"#{number} was passed over: {error.message}")
                continue
            if capture.fault is not None and not arguments.json:
                console.note(
                    f"#{number} did not arrive whole, and is sent as far as it came. {capture.fault_message}"
                )
            done.append(delivery)
            if arguments.json:
                console.json(delivery_json(delivery))
            else:
                report(delivery, console)
    return done


def _signing(signer: ReplaySigner | None, capture: Capture) -> Signing | None:
    """Return how to sign a capture; None where its signature is kept."""
    if signer is None:
        return None
    try:
        return signer.signing_for(capture)
    except CannotSign as error:
        hint = f"{error.hint} Here: --secret REF gives one, --sign keep signs nothing."
        raise CannotSign(error.message, hint) from error
