"""The load: a process of its own, so that it has a core of its own. All traffic stays on the loopback."""

import argparse
import asyncio
import hmac
import json
import time
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


def run(arguments: argparse.Namespace) -> None:
    """Send, and print the figures as one JSON object."""

    async def main() -> dict[str, float]:
        request = REQUESTS[arguments.kind]
        made = _Load(arguments.seconds, arguments.count, arguments.rate, request)
        return await made.run(arguments.port, arguments.connections)

    print(json.dumps(_run_loop(main())))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what is sent where."""
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--count", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--kind", choices=REQUESTS, default="plain")
