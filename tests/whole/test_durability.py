"""Kill the listener in the middle of a burst: what was acknowledged is there."""

import asyncio
import json
import random
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process

from workbench.model.capture import Ledger
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths

CONNECTIONS = 64
ROUNDS = 20


async def start_listener(paths: Paths) -> tuple[Process, int]:
    words = ["-m", "workbench", "listen", "--json", "--control", f"--home={paths.data}", "--port=0"]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return process, json.loads(await process.stdout.readline())["port"]


class Enough:
    """Says when so many were acknowledged."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.reached = asyncio.Event()


async def post_until_cut(port: int, connection: int, acknowledged: set[str], enough: Enough) -> None:
    """Post one webhook after the other; note each that was answered 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for count in range(100_000):
            name = f"{port}-{connection}-{count}"
            body = f'{{"id":"{name}"}}'.encode()
            writer.write(
                b"POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (name.encode(), len(body)) + body
            )
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
            acknowledged.add(f"/{name}")
            if len(acknowledged) >= enough.count:
                enough.reached.set()
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


def stored(paths: Paths) -> tuple[set[str], Ledger, list[int]]:
    reader = CaptureReader(paths.captures, paths.spool)
    try:
        numbers = list(reader.numbers(CaptureQuery()))
        targets = {
            summary.target
            for start in range(0, len(numbers), 500)
            for summary in reader.summaries(numbers[start : start + 500])
        }
        return targets, reader.ledger(), numbers
    finally:
        reader.close()


async def test_kill_in_a_burst_loses_nothing_that_was_acknowledged(paths: Paths) -> None:
    acknowledged: set[str] = set()
    chance = random.Random(7)
    for _ in range(ROUNDS):
        process, port = await start_listener(paths)
        enough = Enough(len(acknowledged) + chance.randrange(1, 600))
        posts = [
            asyncio.ensure_future(post_until_cut(port, number, acknowledged, enough)) for number in range(CONNECTIONS)
        ]
        async with asyncio.timeout(30):
            await enough.reached.wait()
        process.kill()
        await process.wait()
        await asyncio.gather(*posts)
    targets, ledger, numbers = await asyncio.to_thread(stored, paths)
    assert acknowledged - targets == set()
    assert numbers == list(range(1, ledger.last_number + 1))
    assert ledger.lost == 0
    connection = sqlite3.connect(paths.captures)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
