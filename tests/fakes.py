"""Stand-ins and makers that tests of several folders share."""

import asyncio
from dataclasses import dataclass

from workbench.engine.capturing import CaptureService
from workbench.engine.listener import Listener
from workbench.model.capture import Capture
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.paths import Paths


@dataclass
class Catcher:
    """A running listener and what it stored."""

    listener: Listener
    captures: CaptureService
    database: Database
    paths: Paths

    async def exchange(self, *pieces: bytes, half_close: bool = False) -> bytes:
        """Send raw bytes on one connection, a piece at a time; return everything that came back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.listener.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if half_close:
            writer.write_eof()
        answer = await read_answer(reader)
        writer.close()
        return answer

    def get(self, number: int) -> Capture:
        reader = CaptureReader(self.paths.captures, self.paths.spool)
        try:
            capture = reader.get(number)
            assert capture is not None, f"capture {number} is not there"
            return capture
        finally:
            reader.close()

    async def wait_for(self, count: int) -> None:
        """Return once that many captures are durable."""
        reader = CaptureReader(self.paths.captures, self.paths.spool)
        try:
            for _ in range(1000):
                if reader.ledger().kept >= count:
                    return
                await asyncio.sleep(0.01)
            raise AssertionError(f"{reader.ledger()} after ten seconds, not {count}")
        finally:
            reader.close()


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """Read one response: its head, and as much body as Content-Length says."""
    async with asyncio.timeout(20):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = await reader.readline()
            head += line
            if not line:
                return head
            if head == b"HTTP/1.1 100 Continue\r\n\r\n":
                head = b""
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        return head + await reader.readexactly(length)


class RawTarget:
    """A socket server that keeps every byte it is sent and answers with fixed bytes, or never (None)."""

    def __init__(self, answer: bytes | None = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") -> None:
        self.answer = answer
        self.connected = asyncio.Event()
        self.asked = asyncio.Event()
        """A request has begun; who only looks whether we are there sends none."""
        self._writers: list[asyncio.StreamWriter] = []
        self.received: list[bytes] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "RawTarget":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 26)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.connected.set()
        first = await reader.read(1)
        if not first:
            writer.close()  # Somebody looked whether we are there.
            return
        self.asked.set()
        position = len(self.received)
        self.received.append(b"")
        head = first + await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        if b"\r\ntransfer-encoding: chunked\r\n" in lower:
            body = await reader.readuntil(b"\r\n0\r\n\r\n") if b"trailer:" not in lower else await _to_end(reader)
        else:
            lengths = [line for line in lower.split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(lengths[0][15:]) if lengths else 0)
        self.received[position] = head + body
        if self.answer is None:
            return
        writer.write(self.answer)
        await writer.drain()
        writer.close()


async def _to_end(reader: asyncio.StreamReader) -> bytes:
    """Read a chunked body with trailers: up to the empty line after the last chunk."""
    body = await reader.readuntil(b"\r\n0")
    return body + await reader.readuntil(b"\r\n\r\n")
