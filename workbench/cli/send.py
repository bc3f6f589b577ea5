"""`workbench send`: compose a request in HTTPie's words and send it exactly so."""

import argparse
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.collection_names import saved_file
from workbench.cli.console import Console
from workbench.cli.outcome import exit_code
from workbench.cli.render import printable
from workbench.cli.sending.authentication import read_auth
from workbench.cli.sending.dispatch import Order, made, send
from workbench.cli.sending.progress import ticking
from workbench.cli.sending.signing import read_signing
from workbench.cli.sending.travelling import read_settings
from workbench.cli.sending.words import add_words
from workbench.cli.variable_words import read_variables
from workbench.model.authentication import Auth
from workbench.model.collection import Field, SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError
from workbench.model.signature import NOT_SIGNED
from workbench.storage.paths import Paths

if TYPE_CHECKING:
    from workbench.cli.sending.sessions import Session
    from workbench.engine.delivering import Sent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `send`."""
    add_words(parser)
    parser.set_defaults(run=run_send, parser=parser)


def run_send(arguments: argparse.Namespace, console: Console) -> int:
    """Compose and send one request."""
    if arguments.headers and not (arguments.words or arguments.saved):
        # `-h` alone is what people type who look for help.
        console.out.write(arguments.parser.format_help())
        return 0
    _check(arguments)
    paths = Paths.of_home(arguments.home)
    loud = _loud(arguments, console)
    composed = _composed(arguments, paths, loud.note)
    order = composed.order
    session = _opened(arguments, paths, order.saved.url)
    if session is not None:
        order = replace(order, saved=session.applied(order.saved, composed.typed))
    if arguments.offline:
        from workbench.cli.sending.output import write_offline

        write_offline(made(order, paths, loud.note), arguments, loud)
        _keep(session, arguments, composed, console.note)
        return 0
    from workbench.cli.sending.output import sink_for, write_answer

    sink = sink_for(order.saved, arguments, loud)
    with sink or nullcontext():
        with ticking(loud, "Downloading…") if arguments.download else nullcontext():
            sent = send(order, paths, loud.note, sink)
        _keep(session, arguments, composed, console.note, sent.delivery)
        whole = write_answer(sent, sink, arguments, loud)
    return _ended(sent, arguments, console, is_whole=whole)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse words that contradict each other; UsageError."""
    if arguments.resume and not (arguments.download and arguments.output):
        raise UsageError("--continue goes on with a file, and none is named.", "Write -d -c -o FILE.")
    if arguments.download and (arguments.offline or arguments.json):
        other = "--offline" if arguments.offline else "--json"
        raise UsageError(f"--download and {other} exclude each other.", "Leave out one of them.")
    if arguments.session and arguments.session_read_only:
        raise UsageError("There are two sessions.", "Use --session or --session-read-only.")


def _loud(arguments: argparse.Namespace, console: Console) -> Console:
    """Return the console that `--quiet` leaves: errors still go to the real one."""
    if not arguments.quiet:
        return console
    from workbench.cli.sending.output import silent

    return silent()


@dataclass(frozen=True, slots=True)
class _Composed:
    """The request with the parts of it that a session keeps: what was typed."""

    order: Order
    typed: tuple[Field, ...]
    auth: Auth | None


def _composed(arguments: argparse.Namespace, paths: Paths, warn: Callable[[str], None]) -> _Composed:
    if arguments.sample:
        arguments.sign = arguments.sign or (arguments.secret and arguments.sample.partition("/")[0])
    file = saved_file(arguments, paths)
    if file is not None:
        from workbench.storage.collections import read_request

        saved, typed = read_request(file), ()
    else:
        from workbench.cli.sending.composing import composed

        saved, typed = composed(arguments, warn)
    if arguments.sample:
        saved = _with_sample(saved, arguments, paths)
    auth = read_auth(arguments, paths, saved.url)
    signing = read_signing(arguments)
    saved = replace(
        saved,
        auth=auth or saved.auth,
        signing=saved.signing if signing == NOT_SIGNED else signing,
        settings=read_settings(arguments, saved).over(saved.settings),
    )
    if arguments.resume:
        from workbench.cli.sending.downloads import resumed

        saved = resumed(saved, Path(arguments.output).expanduser())
    variables = read_variables(arguments.variables)
    order = Order(saved, file, arguments.environment or "", variables, may_ask=not arguments.ignore_stdin)
    return _Composed(order, typed, auth)


def _with_sample(saved: SavedRequest, arguments: argparse.Namespace, paths: Paths) -> SavedRequest:
    """Return the request with a sample's body and headers; what was typed wins."""
    from workbench.engine.sampling import sample_request
    from workbench.storage.packs import load_packs

    name, _, event = arguments.sample.partition("/")
    packs = load_packs(paths)
    return sample_request(packs, packs.require(name), event, saved)


def _opened(arguments: argparse.Namespace, paths: Paths, url: str) -> "Session | None":
    name = arguments.session or arguments.session_read_only
    if not name:
        return None
    from workbench.cli.sending.sessions import Session

    return Session.open(paths, name, url)


def _keep(
    session: "Session | None",
    arguments: argparse.Namespace,
    composed: _Composed,
    note: Callable[[str], None],
    delivery: Delivery | None = None,
) -> None:
    """Write the session, unless it is only to be read and there is one."""
    if session is None or (arguments.session_read_only and not session.is_new):
        return
    if delivery is not None:
        session.learn(delivery)
    reference, plain = arguments.auth_secret, arguments.session_plain
    for said in session.save(composed.typed, composed.auth, plain=plain, reference=reference):
        note(f"workbench: {said}")


def _ended(sent: "Sent", arguments: argparse.Namespace, console: Console, *, is_whole: bool) -> int:
    """Return the exit code; say what went wrong where nobody would see it."""
    delivery, failed = sent.delivery, [check for check in sent.checks if not check.passed]
    failure = delivery.last.failure
    for check in failed if arguments.quiet < 2 and not arguments.json else ():
        console.note(f"workbench: {printable(check.message)}")
    if failure is not None and arguments.quiet < 2 and not arguments.json:
        console.note(f"workbench: {failure.message}")
    fail = arguments.fail or arguments.download
    code = exit_code([delivery], fail=fail)
    response = delivery.last.response
    if code == 1 and response is not None and not arguments.json and arguments.quiet < 2 and not console.is_terminal:
        console.note(f"workbench: HTTP {printable(response.head.start_line.partition(' ')[2])}")
    return code or (0 if is_whole and not failed else 1)
