"""Senders that mean harm by size, number or slowness: bounded, on record, and others are served meanwhile."""

import asyncio
import gzip
import resource
import time
import zlib
from contextlib import suppress

import pytest
from fakes import Catcher, read_answer
from torture.senders import Acknowledged, killed, lost, post, start_listener, stored
from torture.test_malformed_requests import resident_mib
from torture_figures import Account

from workbench.engine import listener, wire
from workbench.engine.listener import ListenOptions
from workbench.model.capture import Fault
from workbench.storage.paths import Paths

POST = b"POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
IDLE = 1_000
PATIENCE_S = 10
"""Far above what is measured: a machine may have other work."""


async def served_in(port: int) -> float:
    """Return how many seconds a well-behaved sender waits for its 200."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST)
    assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
    writer.close()
    return time.monotonic() - began


async def test_idle_connections(paths: Paths, account: Account) -> None:
    figure = account.figure(f"{IDLE:,} idle connections")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * IDLE)), hard))  # We hold the other ends.
    process, port = await start_listener(paths)
    before = resident_mib(process.pid)
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IDLE)]
    figure.tried(IDLE)
    took = await served_in(port)
    figure.note(f"others wait {took * 1000:.0f} ms, {resident_mib(process.pid) - before:+.0f} MiB")
    assert took < PATIENCE_S
    for _, writer in connections:
        writer.close()
    figure.survived(IDLE)
    await killed(process)


async def test_connection_that_never_says_anything(
    catcher: Catcher, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "KEEPALIVE_TIMEOUT_S", 0.2)
    figure = account.figure("connections that never say anything")
    figure.tried(50)
    opened = [await asyncio.open_connection("127.0.0.1", catcher.listener.port) for _ in range(50)]
    async with asyncio.timeout(20):
        assert set(await asyncio.gather(*(reader.read() for reader, _ in opened))) == {b""}
    for _, writer in opened:
        writer.close()
    figure.survived(50)


async def test_more_connections_than_files_may_be_open(paths: Paths, account: Account) -> None:
    """Who comes too late is turned away; the store goes on, and all are served once the others are gone."""
    figure, acknowledged = account.figure("more connections than files may be open"), Acknowledged()
    process, port = await start_listener(paths)
    await post(port, b"before", acknowledged, 1)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (128, 128))
    opened = await asyncio.gather(
        *(asyncio.open_connection("127.0.0.1", port) for _ in range(300)), return_exceptions=True
    )
    figure.tried(300)
    for each in opened:
        if not isinstance(each, BaseException):
            each[1].close()
    async with asyncio.timeout(20):
        while len(acknowledged.digests) < 4:
            await post(port, b"x" * 1_500_000, acknowledged, 3)
    assert lost(acknowledged, await asyncio.to_thread(stored, paths)) == 0
    figure.survived(300)
    await killed(process)


async def test_listener_may_open_as_many_files_as_the_system_lets_it(paths: Paths) -> None:
    """256 on macOS and 1,024 on Linux are soon used up by idle senders; the system's own limit is far higher."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, before[1]))
    try:
        process, _ = await start_listener(paths)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0] >= 4096
    await killed(process)


HEADS = {
    "one-header-of-10-MiB": b"X: " + b"x" * 10_000_000,
    "a-million-headers": b"a: b\r\n" * 1_000_000,
    "a-line-without-end": b"x" * 10_000_000,
    "white-space": b"X:" + b" \t" * 5_000_000,
    "half-a-line-break": b"X: y\r" * 1_000_000,
}


@pytest.mark.parametrize("name", HEADS)
async def test_head_without_end(catcher: Catcher, account: Account, name: str) -> None:
    figure = account.figure("heads without end")
    figure.tried()
    _, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    with suppress(ConnectionError):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n" + HEADS[name])
        await asyncio.wait_for(writer.drain(), 20)
    await catcher.wait_for(1)
    capture = catcher.get(1)
    assert capture.fault in (Fault.TOO_LARGE, Fault.MALFORMED)
    assert len(capture.request.head.raw) < 2 * wire.HEAD_LIMIT_BYTES
    writer.close()
    assert await served_in(catcher.listener.port) < PATIENCE_S
    figure.survived()


async def test_head_that_drips(catcher: Catcher, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow-loris: each byte is in time, the head never; the time for the whole head decides."""
    monkeypatch.setattr(wire, "HEAD_TIMEOUT_S", 0.3)
    figure = account.figure("heads that drip (slow-loris)")

    async def drip() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
        writer.write(b"GET / HTTP/1.1\r\n")
        # Its head alone: what is written after the end may reset the connection.
        answer = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n"))
        while not answer.done():
            with suppress(ConnectionError):
                writer.write(b"X-a: b\r\n")
                await writer.drain()
            await asyncio.wait({answer}, timeout=0.05)
        writer.close()
        return answer.result()

    figure.tried(50)
    drips = [asyncio.ensure_future(drip()) for _ in range(50)]
    assert await served_in(catcher.listener.port) < PATIENCE_S
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*drips)
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
    await catcher.wait_for(51)
    figure.survived(50)


class TestSlowBodies:
    @pytest.fixture
    def listen_options(self) -> ListenOptions:
        return ListenOptions(port=0, body_timeout_s=0.2)

    async def test_body_that_stops(self, catcher: Catcher, account: Account) -> None:
        figure = account.figure("bodies that stand still")
        figure.tried(50)
        announced = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"
        answers = await asyncio.gather(*(catcher.exchange(announced) for _ in range(50)))
        assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
        figure.survived(50)


async def test_many_chunks_of_one_byte(paths: Paths, account: Account) -> None:
    figure = account.figure("a body of 60,000 chunks of a byte")
    figure.tried()
    process, port = await start_listener(paths)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    sending = asyncio.ensure_future(send_slices(writer, b"1\r\nx\r\n" * 60_000 + b"0\r\n\r\n"))
    waits = [await served_in(port) for _ in range(3)]
    assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
    await sending
    writer.close()
    assert max(waits) < PATIENCE_S
    figure.note(f"others wait {max(waits) * 1000:.0f} ms")
    figure.survived()
    await killed(process)


async def send_slices(writer: asyncio.StreamWriter, data: bytes) -> None:
    for start in range(0, len(data), 65536):
        writer.write(data[start : start + 65536])
        await writer.drain()


def bombs() -> dict[str, bytes]:
    """Return a few kilobytes each that stand for gigabytes."""
    deflater = zlib.compressobj(9, wbits=31)
    once = b"".join(deflater.compress(b"\0" * 10_000_000) for _ in range(8)) + deflater.flush()
    return {"gzip": once, "gzip, gzip": gzip.compress(once, 9), "deflate": zlib.compress(b"\0" * 50_000_000, 9)}


async def test_decompression_bombs(paths: Paths, account: Account) -> None:
    """Kept as they came; nobody unpacks them for the store, the judges or the search."""
    figure = account.figure("decompression bombs")
    process, port = await start_listener(paths)
    await served_in(port)
    before = resident_mib(process.pid)
    for coding, body in bombs().items():
        figure.tried()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /stripe HTTP/1.1\r\nHost: a\r\nStripe-Signature: t=1,v1=0\r\nContent-Encoding: {coding}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
        writer.close()
        figure.survived()
    waits = [await served_in(port) for _ in range(5)]
    grown = resident_mib(process.pid) - before
    figure.note(f"{grown:+.0f} MiB, others wait {max(waits) * 1000:.0f} ms")
    assert grown < 200
    await killed(process)
