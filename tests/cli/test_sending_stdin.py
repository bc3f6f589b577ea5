"""Standard input as a body: taken when it is given, never waited for when nobody writes."""

import asyncio
import os
import sys
import time

from fakes import RawTarget
from program import ENVIRONMENT, TIMEOUT_S, Program


async def test_piped_bytes_are_the_body(workbench: Program) -> None:
    content = b'{"name": "John"}\r\n\x00\xff{{x}}'
    async with RawTarget() as target:
        ran = await workbench("send", "PATCH", target.url, "X-API-Token:123", stdin=content)
        bare = await workbench("send", target.url, stdin=content)
    assert (ran.code, bare.code) == (0, 0)
    head, _, body = target.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PATCH / HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/json" in head
    assert body == content
    assert target.received[1].startswith(b"POST / HTTP/1.1\r\n")


async def test_input_that_ends_without_a_byte_is_no_body(workbench: Program) -> None:
    async with RawTarget() as target:
        process = await workbench.start("send", target.url, stdin=asyncio.subprocess.DEVNULL)
        await process.communicate()
    assert process.returncode == 0
    assert target.received[0].startswith(b"GET / HTTP/1.1\r\n")


async def test_closed_input_is_no_body(workbench: Program) -> None:
    async with RawTarget() as target:
        words = [sys.executable, "-m", "workbench", f"--home={workbench.home}", "send", target.url]
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", 'exec "$@" <&-', "sh", *words, stdout=asyncio.subprocess.PIPE, env=ENVIRONMENT
        )
        async with asyncio.timeout(TIMEOUT_S):
            out, _ = await process.communicate()
    assert (process.returncode, out) == (0, b"ok")
    assert target.received[0].startswith(b"GET / HTTP/1.1\r\n")


async def test_two_bodies_are_refused(workbench: Program) -> None:
    async with RawTarget() as target:
        ran = await workbench("send", target.url, "more=data", stdin=b"data")
        ignored = await workbench("send", "--ignore-stdin", target.url, "more=data", stdin=b"data")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("workbench: There are two bodies: one on standard input, and one in the words.")
    assert ignored.code == 0
    assert len(target.received) == 1
    assert target.received[0].endswith(b'\r\n\r\n{"more": "data"}')


async def test_pipe_that_nobody_writes_to_does_not_hang(workbench: Program) -> None:
    """A supervisor's open pipe: HTTPie waits there for ever."""
    reading, writing = os.pipe()
    try:
        async with RawTarget() as target:
            began = time.monotonic()
            process = await workbench.start("send", target.url, "a=b", stdin=reading)
            async with asyncio.timeout(TIMEOUT_S):
                await process.communicate()
            assert (process.returncode, len(target.received)) == (0, 1)
            process = await workbench.start("send", "GET", target.url, stdin=reading)
            async with asyncio.timeout(TIMEOUT_S):
                await process.communicate()
            assert (process.returncode, len(target.received)) == (0, 2)
            process = await workbench.start("send", target.url, "--timeout=0.3", stdin=reading)
            async with asyncio.timeout(TIMEOUT_S):
                _, err = await process.communicate()
            assert time.monotonic() - began < 20
    finally:
        os.close(reading)
        os.close(writing)
    assert process.returncode == 2
    assert err.startswith(b"workbench: Standard input is open, and nothing came on it.\n")
    assert len(target.received) == 2
