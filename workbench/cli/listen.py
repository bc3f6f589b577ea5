"""`workbench listen`: the listener process, for people, for programs, and for the window.

With `--json` the first line is `{"listening": URL}`, then one line a capture, each after it is durable. With
`--control` the lines for captures become `{"stored": N, ...}` at most thirty times a second, and standard input is a
line of orders: `{"port": 9000}`, `{"https": 8443}`, `{"stop": true}`; its end means stop, so that no listener
outlives its window.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.cli.console import Console
from workbench.cli.listen_control import failure_json, run_controlled
from workbench.cli.listen_tunnel import tunnelled
from workbench.cli.signals import stop_on_signals
from workbench.engine.capturing import AWAITED, Refusal, ToConfirm
from workbench.engine.composing import parse_target
from workbench.engine.listener import ListenOptions
from workbench.engine.serving import Serving, run, serving
from workbench.engine.target_health import Health
from workbench.formats.capture_json import capture_json
from workbench.model.capture import Capture
from workbench.model.clock import SystemClock, as_datetime
from workbench.model.delivery import StoredForward
from workbench.model.endpoint import Forward
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader
from workbench.storage.certificates import CertificateFiles, local_certificate
from workbench.storage.paths import Paths
from workbench.storage.settings import load_settings

RELAYED_WITHIN_S = 3.0
"""How long after its forwards a capture may wait for its answer; then that could not be stored, and never comes."""

SHOWN_BODY_LIMIT_BYTES = 1024 * 1024
_UNITS = {"": 1, "b": 1, "k": 2**10, "kib": 2**10, "m": 2**20, "mib": 2**20, "g": 2**30, "gib": 2**30}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the words of `listen`."""
    add = parser.add_argument
    add("--host", help="address to listen on (default: that of the settings, or 127.0.0.1, this machine alone)")
    add("--port", type=int, help="port; 0 takes any free one (default: that of the settings, or 8080)")
    add("--answer", type=int, metavar="STATUS", help="status to answer with (default: that of the settings, or 200)")
    add(
        "--forward",
        action="append",
        default=[],
        metavar="URL",
        help="send every capture on, to the byte; may be repeated",
    )
    add("--https-port", type=int, metavar="PORT", help="listen for https too, with a certificate of this home's own")
    add("--cert", metavar="FILE", help="PEM certificate for https instead of our own, with its chain")
    add("--key", metavar="FILE", help="PEM key of --cert")
    add("--relay", action="store_true", help="answer with what the first --forward answers")
    add("--body-limit", type=size, metavar="SIZE", help="largest body, such as 500M (default: the settings' or 100M)")
    add("--tunnel", metavar="NAME", help="start this tunnel too, and say how it stands: workbench tunnel list")
    add("--count", type=_positive_count, metavar="N", help="stop after N captures")
    add("--for", type=_positive_seconds, dest="seconds", metavar="SECONDS", help="stop after this time")
    add("--json", action="store_true", help="one JSON object a line: the address, then each capture")
    add("--control", action="store_true", help="take orders on standard input; its end means stop")
    parser.set_defaults(run=run_listen)


def size(text: str) -> int:
    """Read a number of bytes: 1048576, 500M, 2GiB."""
    digits = text.rstrip("bBkKmMgGiI")
    unit = _UNITS.get(text[len(digits) :].lower())
    if unit is None or not digits.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it like 500M or 2GiB")
    return int(digits) * unit


def _positive_count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of captures; write it like 10")
    return int(text)


def _positive_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time in seconds; write it like 30 or 0.5")
    return seconds


def run_listen(arguments: argparse.Namespace, console: Console) -> int:
    """Listen until told to stop."""
    _fill_in(arguments, console)
    if not 200 <= arguments.answer <= 599:
        raise UsageError(f"{arguments.answer} is not a status to answer with.", "Use 200 to 599.")
    for port in (arguments.port, arguments.https_port):
        if not 0 <= port <= 65535:
            raise UsageError(f"{port} is not a port.", "Ports go from 0 to 65535.")
    if arguments.cert and not arguments.secure:
        raise UsageError("--cert is for https.", "Say --https-port too.")
    try:
        return run(_listen(arguments, console))
    except WorkbenchError as error:
        if arguments.control:
            console.json({"failed": failure_json(error)})
        raise


def _fill_in(arguments: argparse.Namespace, console: Console) -> None:
    """Take from the settings what no word says; a setting that makes no sense is said and passed over."""
    settings, problems = load_settings(Paths.of_home(arguments.home).settings)
    for problem in problems:
        console.note(f"workbench: {problem}")
    arguments.secure = arguments.https_port is not None or settings.https_port > 0
    if arguments.cert is None and arguments.key is None:
        arguments.cert, arguments.key = settings.certificate or None, settings.key or None
    for name, value in {
        "https_port": settings.https_port,
        "host": settings.host,
        "port": settings.port,
        "answer": settings.answer_status,
        "body_limit": settings.body_limit_bytes,
    }.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)


async def _listen(arguments: argparse.Namespace, console: Console) -> int:
    options = ListenOptions(arguments.host, arguments.port, arguments.body_limit)
    if arguments.secure and not arguments.control:  # The window hears of https apart: http shall not fail with it.
        certificate = await asyncio.to_thread(_certificate, arguments)
        options = replace(options, https_port=arguments.https_port, certificate=certificate)
    stop = asyncio.Event()
    paths, forwards = Paths.of_home(arguments.home), _forwards(arguments)
    async with serving(paths, options, answer_status=arguments.answer, forwards=forwards) as served:
        stop_on_signals(stop)
        if arguments.control:
            await run_controlled(served, console, stop, partial(_secured, arguments))
        else:
            authority = options.certificate.authority if options.certificate else None
            async with tunnelled(arguments.tunnel, paths, served, console, as_json=arguments.json):
                await _Followed(served, console, arguments, stop, authority).run()
    return 0


def _secured(arguments: argparse.Namespace, port: int | None) -> tuple[int, CertificateFiles | None]:
    """Return what https is listened for with: on a port, or on that of the words and settings. Blocks."""
    wanted: int = arguments.https_port if port is None else port
    is_wanted = arguments.secure if port is None else port > 0
    return wanted, _certificate(arguments) if is_wanted else None


def _certificate(arguments: argparse.Namespace) -> CertificateFiles:
    if arguments.cert is None and arguments.key is None:
        now = as_datetime(SystemClock().now_us())
        return local_certificate(Paths.of_home(arguments.home), now, arguments.host)
    if arguments.cert is None or arguments.key is None:
        raise UsageError(
            "A certificate of your own needs its key too.", "Say both, as --cert and --key or in settings."
        )
    return CertificateFiles(Path(arguments.cert), Path(arguments.key))


def _forwards(arguments: argparse.Namespace) -> tuple[Forward, ...]:
    urls = [parse_target(url) for url in arguments.forward]
    if any(target.user is not None for target in urls):
        raise UsageError(
            "A password in --forward would stand in process lists and in the history.",
            "Leave it out: requests are forwarded with the headers they came with.",
        )
    return tuple(
        Forward(target.url + target.path, relay=arguments.relay and number == 0) for number, target in enumerate(urls)
    )


class _Followed:
    """Listening for people or programs: a line for each capture, in order, after it is durable."""

    def __init__(
        self,
        served: Serving,
        console: Console,
        arguments: argparse.Namespace,
        stop: asyncio.Event,
        authority: Path | None,
    ) -> None:
        self._served = served
        self._console = console
        self._as_json: bool = arguments.json
        self._authority = authority
        self._count: int | None = arguments.count
        self._seconds: float | None = arguments.seconds
        self._stop = stop
        self._last = served.ledger.last_number
        self._news = asyncio.Event()
        self._shown = 0
        self._awaited: set[int] = set()
        """Captures whose answer is still to come from a target: those after them are shown all the same."""
        self._forwarded: dict[int, float] = {}
        """Those of them whose forwards are finished, with the loop's time of that."""

    async def run(self) -> None:
        self._greet()
        self._served.judging.judged.subscribe(lambda _: self._news.set())
        self._served.captures.relayed.subscribe(lambda _: self._news.set())
        self._served.forwarding.finished.subscribe(self._note_finished)
        self._served.configuration.problems.subscribe(self._say_problems)
        self._served.captures.refused.subscribe(self._refused)
        self._served.captures.to_confirm.subscribe(self._say_to_confirm)
        self._served.forwarding.targets.changed.subscribe(self._say_health)
        self._served.configuration.watch()
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            async with asyncio.timeout(self._seconds):
                while not self._stop.is_set() and self._shown != self._count:
                    news = asyncio.ensure_future(self._news.wait())
                    await asyncio.wait({news, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    news.cancel()
                    self._news.clear()
                    await self._show_new()
        except TimeoutError:
            pass
        stopping.cancel()
        await self._served.listener.stop()
        await self._served.judging.drained()
        await self._show_new(is_last=True)
        if not self._as_json:
            self._console.note(f"Stopped. {self._shown} captured, {self._served.captures.refused_count} refused.")

    def _greet(self) -> None:
        url = self._served.listener.url
        if self._as_json:
            https = self._served.listener.https_url
            self._console.json({"listening": url, **({"https": https} if https else {})})
            return
        self._console.note(f"Listening on {url}  (Ctrl+C stops)")
        if https := self._served.listener.https_url:
            self._console.note(f"     and on {https}")
            if self._authority:
                self._console.note(
                    f"     clients trust it by {self._authority} (curl --cacert); no system list was changed"
                )
        if not url.startswith(("http://127.", "http://[::1]", "http://localhost")):
            self._console.note("Anyone who reaches this address can send to it.")

    async def _show_new(self, *, is_last: bool = False) -> None:
        """Show what is new, oldest first, as far as it is answered, and no more than was asked for."""
        await self._show_awaited(is_last=is_last)
        while self._shown != self._count:
            limit = 100 if self._count is None else min(100, self._count - self._shown)
            up_to = self._served.judging.up_to
            page = await self._served.reading.run(partial(_page, after=self._last, up_to=up_to, limit=limit))
            if not page:
                return
            self._last = page[-1].number
            awaited = set[int]() if is_last else {item.number for item in page if item.answer_reason == AWAITED}
            self._awaited |= awaited
            await self._show_those([capture for capture in page if capture.number not in awaited])

    async def _show_awaited(self, *, is_last: bool) -> None:
        """Show captures whose answers are there by now, or will not come."""
        if not self._awaited:
            return
        numbers = sorted(self._awaited)
        captures = await self._served.reading.run(lambda reader: [reader.get(number) for number in numbers])
        there = [capture for capture in captures if capture is not None]
        late = asyncio.get_running_loop().time() - RELAYED_WITHIN_S
        never = {number for number, finished in self._forwarded.items() if finished <= late}
        ended = [item for item in there if is_last or item.answer_reason != AWAITED or item.number in never]
        self._awaited = {item.number for item in there} - {item.number for item in ended}
        self._forwarded = {number: at for number, at in self._forwarded.items() if self._is_to_be_shown(number)}
        await self._show_those(ended[: None if self._count is None else self._count - self._shown])

    def _is_to_be_shown(self, number: int) -> bool:
        return number in self._awaited or number > self._last

    def _note_finished(self, forward: StoredForward) -> None:
        if self._is_to_be_shown(forward.capture_number):
            loop = asyncio.get_running_loop()
            self._forwarded[forward.capture_number] = loop.time()
            loop.call_later(RELAYED_WITHIN_S, self._news.set)

    async def _show_those(self, captures: list[Capture]) -> None:
        # Not on the loop: whoever reads us may stall, and a webhook must not wait for that.
        await asyncio.to_thread(self._show, captures)
        self._shown += len(captures)

    def _show(self, captures: list[Capture]) -> None:
        if self._as_json:
            for capture in captures:
                self._console.json(capture_json(capture, body_limit=SHOWN_BODY_LIMIT_BYTES))
            return
        from workbench.cli.render import capture_line

        for capture in captures:
            self._console.line(capture_line(capture, colours=self._console.colours))

    def _say_problems(self, problems: Sequence[str]) -> None:
        for problem in problems:
            self._console.note(f"workbench: {problem}")

    def _say_health(self, health: Health) -> None:
        said = "The target can be reached" if health.is_up else "The target cannot be reached"
        self._console.note(f"workbench: {said}: {health.url if health.is_up else health.reason}")

    def _say_to_confirm(self, asked: ToConfirm) -> None:
        number = asked.number
        self._console.note(f"workbench: #{number}: {asked.reason} To confirm: workbench captures confirm {number}")

    def _refused(self, refusal: Refusal) -> None:
        self._console.note(f"Refused with 503 ({refusal.count} so far): {refusal.error.message}")


def _page(reader: CaptureReader, *, after: int, up_to: int, limit: int) -> list[Capture]:
    numbers: list[int] = []
    for number in reader.numbers(CaptureQuery(), after=after, before=up_to + 1):
        numbers.append(number)
        if len(numbers) == limit:
            break
    captures = [reader.get(number) for number in numbers]
    return [capture for capture in captures if capture is not None]
