"""Measures the program against what limits it, in one run, side by side: compare ratios, not absolute numbers.

    python packaging/bench.py capture     durable captures a second against an aiohttp handler that stores nothing,
                                          headless and with the window open; the window's own smoothness; a stalled
                                          window
    python packaging/bench.py verify      what detecting and verifying a 2 KB webhook costs, and what it costs a
                                          listener that is flooded with signed ones
    python packaging/bench.py collections three thousand saved requests: listed, read, shown, and the window's memory
    python packaging/bench.py start       first paint against a bare PySide6 window, and the command line's start

Run it with the project's Python (`.venv/bin/python`). All traffic stays on the loopback and ends by itself.
"""

import argparse
import asyncio
import hmac
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

BODY = b'{"id":"evt_1","type":"invoice.paid","data":"' + b"x" * 2000 + b'"}'
HEAD = (
    b"POST /hooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n"
    % len(BODY)
    + b"".join(b"X-Provider-Header-%d: some value %d\r\n" % (number, number) for number in range(11))
    + b"\r\n"
)
SECRET = "benchmark"
SIGNED_HEAD = HEAD[:-2] + (
    b"X-GitHub-Event: push\r\nX-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\n"
    b"X-Hub-Signature-256: sha256=%s\r\n\r\n" % hmac.new(SECRET.encode(), BODY, "sha256").hexdigest().encode()
)
REQUESTS = {"plain": HEAD + BODY, "signed": SIGNED_HEAD + BODY}
START_TIMEOUT_S = 30


# The load: a process of its own, so that it has a core of its own.


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is complete; answers are small and come whole."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._sent_at = 0.0
        self._received = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        if self._load.rate is None:
            self.send(time.perf_counter())

    def send(self, due: float) -> None:
        self._sent_at = due
        self.transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if b"\r\n\r\n" not in self._received:
            return
        status = self._received[9:12]
        self._received = b""
        self._load.answered(self, status == b"200", time.perf_counter() - self._sent_at)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._load.lost(self)


class _Load:
    """So many connections for so long: as fast as answers come, or at a steady rate."""

    def __init__(self, seconds: float, count: int | None, rate: float | None, request: bytes) -> None:
        self.seconds, self.count, self.rate, self.request = seconds, count, rate, request
        self.latencies: list[float] = []
        self.failed = 0
        self.sent = 0
        self.idle: asyncio.Queue[_Connection] = asyncio.Queue()
        self.finished = asyncio.Event()
        self.deadline = 0.0

    def answered(self, connection: _Connection, good: bool, latency: float) -> None:
        self.latencies.append(latency)
        self.failed += not good
        if self.rate is not None:
            self.idle.put_nowait(connection)
        elif self._more():
            self.sent += 1
            connection.send(time.perf_counter())
        self._check_finished()

    def lost(self, connection: _Connection) -> None:
        if not self.finished.is_set():
            self.failed += 1

    def _more(self) -> bool:
        return self.sent < self.count if self.count is not None else time.perf_counter() < self.deadline

    def _check_finished(self) -> None:
        if len(self.latencies) >= self.sent and not self._more():
            self.finished.set()

    async def run(self, port: int, connections: int) -> dict[str, float]:
        loop = asyncio.get_running_loop()
        self.deadline = time.perf_counter() + self.seconds
        started = time.perf_counter()
        if self.rate is None:
            self.sent = connections
        pairs = [
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port) for _ in range(connections)
        ]
        if self.rate is not None:
            for _, protocol in pairs:
                self.idle.put_nowait(protocol)
            await asyncio.wait_for(self._pace(started), self.seconds * 4)
        await asyncio.wait_for(self.finished.wait(), self.seconds * 4 + 60)
        elapsed = time.perf_counter() - started
        for transport, _ in pairs:
            transport.close()
        return self._figures(elapsed)

    async def _pace(self, started: float) -> None:
        """Send each request when it is due; it counts from then, also where no connection was free."""
        assert self.rate is not None
        number = 0
        while (due := started + number / self.rate) < self.deadline:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self.sent += 1
            connection = await self.idle.get()
            connection.send(due)
            number += 1
        # The last one is due a little before the deadline, and its answer may be here before it too.
        self.deadline = 0.0
        self._check_finished()

    def _figures(self, elapsed: float) -> dict[str, float]:
        ordered = sorted(self.latencies)
        return {
            "answered": len(ordered),
            "failed": self.failed,
            "per_second": len(ordered) / elapsed,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
            "max_ms": ordered[-1] * 1000,
        }


def _run_loop(main: Any) -> Any:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)


def load(arguments: argparse.Namespace) -> None:
    """The load's own process: prints its figures as JSON."""

    async def main() -> dict[str, float]:
        request = REQUESTS[arguments.kind]
        made = _Load(arguments.seconds, arguments.count, arguments.rate, request)
        return await made.run(arguments.port, arguments.connections)

    print(json.dumps(_run_loop(main())))


# What is loaded.


def plain(arguments: argparse.Namespace) -> None:
    """The yardstick: an aiohttp handler that reads the body and keeps nothing."""
    from aiohttp import web

    async def handler(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response()

    async def main() -> None:
        if arguments.low_level:
            server: Any = web.Server(handler, access_log=None)
        else:
            application = web.Application()
            application.router.add_route("*", "/{path:.*}", handler)
            runner = web.AppRunner(application, access_log=None)
            await runner.setup()
            server = runner.server
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(main())


def window(arguments: argparse.Namespace) -> None:
    """The program's own window, watched: gaps of a precise 10 ms timer; stalled on purpose with `--stall`."""
    from workbench.ui import app

    def watch(application: Any, main_window: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        gaps: list[float] = []
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

        def stall() -> None:
            until = time.perf_counter() + 1.0
            while time.perf_counter() < until:
                pass

        timer = QTimer(application)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start(10)
        if arguments.stall:
            stalls = QTimer(application)
            stalls.timeout.connect(stall)
            stalls.start(2000)

        def command(line: str) -> None:
            if line == "mark":
                gaps.clear()
            elif line == "gaps":
                print(json.dumps({"gaps_ms": [gap * 1000 for gap in gaps]}), flush=True)
            elif line == "quit":
                main_window.close()

        def announce(port: int) -> None:
            print(json.dumps({"port": port}), flush=True)

        _LineReader(application, command)
        main_window.listening.connect(announce)

    sys.exit(app.main([f"--home={arguments.home}"], watch, port=0))


def _LineReader(application: Any, command: Any) -> None:
    import threading

    from PySide6.QtCore import QObject, Signal

    class Lines(QObject):
        line = Signal(str)

    lines = Lines(application)
    lines.line.connect(command)

    def read() -> None:
        for line in sys.stdin:
            lines.line.emit(line.strip())
        lines.line.emit("quit")

    threading.Thread(target=read, daemon=True).start()


class Started:
    """A process under load that printed its port."""

    def __init__(self, words: list[str]) -> None:
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.read()["port"])

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"{self.process.args} ended before it said anything")

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _without_a_screen() -> None:
    """The window is measured all the same, drawn into memory."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _me(*words: str) -> list[str]:
    return [sys.executable, __file__, *words]


def _loaded(
    port: int,
    *,
    connections: int,
    seconds: float,
    count: int | None = None,
    rate: float | None = None,
    kind: str = "plain",
) -> dict[str, float]:
    words = _me("load", f"--port={port}", f"--connections={connections}", f"--seconds={seconds}", f"--kind={kind}")
    words += [f"--count={count}"] if count else []
    words += [f"--rate={rate}"] if rate else []
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


@contextmanager
def _home() -> Generator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIR")) as home:
        yield home


def _measure(words: list[str], options: dict[str, Any]) -> dict[str, float]:
    started = Started(words)
    try:
        return _loaded(started.port, **options)
    finally:
        started.stop()


def _listen(home: str) -> list[str]:
    return [sys.executable, "-m", "workbench", "listen", "--json", "--control", f"--home={home}", "--port=0"]


def capture(arguments: argparse.Namespace) -> None:
    """Durable captures a second, side by side."""
    options = {"connections": arguments.connections, "seconds": arguments.seconds}
    rates: dict[str, list[float]] = {}
    figures: dict[str, dict[str, float]] = {}
    for _ in range(arguments.rounds):
        with _home() as headless_home, _home() as window_home:
            runs = {
                "aiohttp handler, body read, nothing kept": _me("plain"),
                "the same on aiohttp's low-level server": _me("plain", "--low-level"),
                "workbench listen, durable": _listen(headless_home),
                "workbench with its window open, durable": _me("window", f"--home={window_home}"),
            }
            for name, words in runs.items():
                figures[name] = _measure(words, options)
                rates.setdefault(name, []).append(figures[name]["per_second"])
    yardstick = statistics.median(rates["aiohttp handler, body read, nothing kept"])
    print(f"{'':44}{'per s':>9}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}")
    for name, values in rates.items():
        rate, last = statistics.median(values), figures[name]
        print(
            f"{name:44}{rate:9,.0f}{rate / yardstick:8.2f}{last['p50_ms']:9.1f}{last['p99_ms']:9.1f}"
            f"{last['failed']:8.0f}"
        )
    _burst(arguments.burst)
    _stalled()


def verify(arguments: argparse.Namespace) -> None:
    """What knowing the providers costs: for one webhook, and for a listener under load."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    _verify_one()
    options = {"connections": 64, "seconds": arguments.seconds}
    rates: dict[str, list[float]] = {"plain": [], "signed": []}
    for _ in range(arguments.rounds):
        for kind, values in rates.items():
            with _home() as home:
                endpoint = Path(home, "workspace", "endpoints", "catch-all.yml")
                endpoint.parent.mkdir(parents=True)
                endpoint.write_text("secrets:\n  - env:BENCH_SECRET\n")
                os.environ["BENCH_SECRET"] = SECRET
                values.append(_measure(_listen(home), {**options, "kind": kind})["per_second"])
    plain, signed = (statistics.median(values) for values in rates.values())
    print(f"\nnobody's webhooks {plain:,.0f}/s, signed ones, verified {signed:,.0f}/s: ratio {signed / plain:.2f}")


def _verify_one() -> None:
    from workbench.model.message import Head
    from workbench.model.signature import Secret
    from workbench.providers.checking import NOW_US, as_subject, key_pair, sign_request
    from workbench.providers.subject import Subject
    from workbench.providers.verification import verify as verify_signature
    from workbench.storage.packs import load_packs
    from workbench.storage.paths import Paths

    with _home() as home:
        packs = load_packs(Paths(Path(home), Path(home)))
        detector = packs.detector
    for name in ("github", "stripe", "slack", "shopify", "standard-webhooks", "twilio", "discord"):
        provider = packs.require(name)
        scheme = provider.schemes[0]
        private, public = key_pair(scheme)
        made = sign_request(provider, scheme, _request(name), private)
        url, secrets = as_subject(made).url, [Secret("key", public)]

        raw, body = made.head.raw, made.body.content
        fresh = partial(lambda raw, body, url: Subject.of_head(Head(raw), body, url), raw, body, url)
        verified = _micro(
            partial(
                lambda fresh, *rest: verify_signature(rest[0], fresh(), *rest[1:]), fresh, provider, secrets, NOW_US
            )
        )
        detected = _micro(partial(lambda fresh: detector.detect(fresh()), fresh))
        print(f"{name:20} verify {verified:6.1f} us, detect with event {detected:6.1f} us, 2 KB body")


def _request(name: str) -> Any:
    from workbench.model.message import Body, Head, Request

    body = b"Body=" + b"x" * 2000 if name == "twilio" else BODY
    head = HEAD.replace(b"application/json", b"application/x-www-form-urlencoded") if name == "twilio" else HEAD
    return Request(Head(head), Body(body))


def _micro(call: Any) -> float:
    """Return microseconds a call, the best of several runs."""
    import timeit

    return min(timeit.repeat(call, number=500, repeat=7)) / 500 * 1e6


def _burst(count: int) -> None:
    """Many requests with the window open: none lost, and the window stays smooth."""
    with _home() as home:
        started = Started(_me("window", f"--home={home}"))
        time.sleep(1.5)
        started.tell("mark")
        figures = _loaded(started.port, connections=64, seconds=120, count=count)
        started.tell("gaps")
        gaps = sorted(started.read()["gaps_ms"])
        started.tell("quit")
        started.stop()
        stored = subprocess.run(
            [sys.executable, "-m", "workbench", "captures", "list", "--limit=1", "--json", f"--home={home}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        number = json.loads(stored)["number"]
    print(
        f"\n{count:,} requests with the window open: {figures['per_second']:,.0f}/s, lost {count - number},"
        f" failed {figures['failed']:.0f};\nthe window's 10 ms timer: p50 {gaps[len(gaps) // 2]:.1f} ms,"
        f" p99 {gaps[int(len(gaps) * 0.99)]:.1f} ms, max {gaps[-1]:.1f} ms"
    )


def _stalled() -> None:
    with _home() as home:
        figures = _measure(_me("window", f"--home={home}", "--stall"), {"connections": 64, "seconds": 8, "rate": 500})
    print(
        f"\nthe window stalled 1 s in every 2, 500 requests/s: {figures['per_second']:,.0f}/s answered,"
        f" p50 {figures['p50_ms']:.1f} ms, p99 {figures['p99_ms']:.1f} ms, max {figures['max_ms']:.1f} ms"
    )


def _collections(arguments: argparse.Namespace) -> None:
    from bench_collections import collections

    collections(arguments.rounds)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    add = commands.add_parser("capture", help="durable captures a second")
    add.add_argument("--connections", type=int, default=64)
    add.add_argument("--seconds", type=float, default=4)
    add.add_argument("--rounds", type=int, default=3)
    add.add_argument("--burst", type=int, default=100_000)
    add.set_defaults(run=capture)
    add = commands.add_parser("verify", help="what verifying costs")
    add.add_argument("--rounds", type=int, default=3)
    add.add_argument("--seconds", type=float, default=4.0)
    add.set_defaults(run=verify)
    add = commands.add_parser("collections", help="three thousand saved requests")
    add.add_argument("--rounds", type=int, default=5)
    add.set_defaults(run=_collections)
    add = commands.add_parser("start", help="how long starting takes")
    add.add_argument("--rounds", type=int, default=9)
    add.set_defaults(run=start)
    _add_own_processes(commands)
    return parser.parse_args()


def _add_own_processes(commands: Any) -> None:
    """The processes that a measurement starts; not for people."""
    add = commands.add_parser("load")
    add.add_argument("--port", type=int, required=True)
    add.add_argument("--connections", type=int, required=True)
    add.add_argument("--seconds", type=float, required=True)
    add.add_argument("--count", type=int)
    add.add_argument("--rate", type=float)
    add.add_argument("--kind", choices=REQUESTS, default="plain")
    add.set_defaults(run=load)
    add = commands.add_parser("plain")
    add.add_argument("--low-level", action="store_true")
    add.set_defaults(run=plain)
    add = commands.add_parser("window")
    add.add_argument("--home", required=True)
    add.add_argument("--stall", action="store_true")
    add.set_defaults(run=window)


BARE = """
import time
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

class Bare(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.perf_counter(), flush=True)
        self.close()

application = QApplication([])
bare = Bare()
bare.setCentralWidget(QTableView())
bare.resize(1280, 800)
bare.show()
application.exec()
"""
OURS = """
import sys
import time
from workbench.ui.app import main

def watch(application, window):
    window.{signal}.connect(lambda *_: (print(time.perf_counter(), flush=True), window.close()))

main(sys.argv[1:], watch, port=0)
"""


BARE_PAINT = "bare PySide6 window, first paint"
PRINT_THEIR_MOMENT = (BARE_PAINT, *(f"workbench, {what}" for what in ("first paint", "furnished", "listening")))


def start(arguments: argparse.Namespace) -> None:
    """First paint and command line, alternating; the first round leaves everything compiled and is not counted."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # An installed program is compiled.
    times: dict[str, list[float]] = {}
    for round_number in range(arguments.rounds + 1):
        with _home() as home:
            runs = {
                BARE_PAINT: [sys.executable, "-c", BARE],
                "workbench, first paint": [
                    *(sys.executable, "-c", OURS.format(signal="first_painted"), f"--home={home}")
                ],
                "workbench, furnished": [*(sys.executable, "-c", OURS.format(signal="furnished"), f"--home={home}")],
                "workbench, listening": [*(sys.executable, "-c", OURS.format(signal="listening"), f"--home={home}")],
                "workbench --version": [sys.executable, "-m", "workbench", "--version"],
                "workbench captures list": [sys.executable, "-m", "workbench", f"--home={home}", "captures", "list"],
            }
            http = Path(sys.executable).with_name("http")
            if http.exists():
                runs["http --version (HTTPie)"] = [str(http), "--version"]
            for name, words in runs.items():
                began = time.perf_counter()
                done = subprocess.run(words, check=True, capture_output=True, text=True)
                elapsed = time.perf_counter() - began
                if name in PRINT_THEIR_MOMENT:
                    elapsed = float(done.stdout.split()[0]) - began
                if round_number:
                    times.setdefault(name, []).append(elapsed * 1000)
    bare = statistics.median(times[BARE_PAINT])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:40}{median:8.0f} ms{median / bare:8.2f}  (min {min(values):.0f}, max {max(values):.0f})")


if __name__ == "__main__":
    parsed = _words()
    _without_a_screen()
    parsed.run(parsed)
