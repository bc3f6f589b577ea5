"""Senders that remember what was acknowledged to them, and what of it is on disk afterwards."""

import asyncio
import hashlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass, field

from fakes import read_answer

from workbench.model.capture import Ledger
from workbench.model.query import CaptureQuery
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths


async def start_listener(paths: Paths, *words: str) -> tuple[Process, int]:
    """Start `workbench listen` with a home; return the process and its port."""
    command = ["-m", "workbench", "listen", "--json", "--control", f"--home={paths.data}", "--port=0", *words]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return process, json.loads(await process.stdout.readline())["port"]


async def killed(process: Process) -> None:
    """Kill -9 and wait for the end."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


@dataclass
class Acknowledged:
    """What was answered 2xx: each target with the digest of its body. Counts too what was answered otherwise."""

    digests: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    _next: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def name(self) -> str:
        self._next += 1
        return f"/{self._next}"

    def note(self, answer: bytes, target: str, digest: str) -> None:
        if answer.startswith(b"HTTP/1.1 2"):
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            self.digests[target] = digest
        else:
            assert answer.startswith(b"HTTP/1.1 503 "), answer
            self.refused += 1
        self._changed.set()

    async def until(self, count: int) -> None:
        """Return once that many are acknowledged."""
        async with asyncio.timeout(30):
            while len(self.digests) < count:
                self._changed.clear()
                await self._changed.wait()


async def post(port: int, body: bytes, acknowledged: Acknowledged, count: int = 1_000_000) -> None:
    """Post one webhook after the other on one connection, until it is cut or `count` are answered."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    try:
        for _ in range(count):
            target = acknowledged.name()
            own = target.encode() + body
            head = b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (target.encode(), len(own))
            writer.write(head + own)
            answer = await read_answer(reader)
            if not answer:
                return
            acknowledged.note(answer, target, hashlib.sha256(own).hexdigest())
            if b"\r\nConnection: close\r\n" in answer:
                return
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


@dataclass(frozen=True)
class Stored:
    """What is on disk: each target with the digest of its body; bodies are read to the byte."""

    digests: dict[str, str]
    numbers: list[int]
    ledger: Ledger


def stored(paths: Paths) -> Stored:
    """Read everything that is stored."""
    reader = CaptureReader(paths.captures, paths.spool)
    try:
        numbers = list(reader.numbers(CaptureQuery()))
        digests: dict[str, str] = {}
        for number in numbers:
            capture = reader.get(number)
            assert capture is not None
            digests[capture.request.target] = hashlib.sha256(capture.request.body.read()).hexdigest()
        return Stored(digests, numbers, reader.ledger())
    finally:
        reader.close()


def lost(acknowledged: Acknowledged, found: Stored) -> int:
    """Return how many were acknowledged and are not there, or not to the byte."""
    return sum(found.digests.get(target) != digest for target, digest in acknowledged.digests.items())
