"""The program as a shell runs it: words in, streams and an exit code out."""

import asyncio
import io
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

TIMEOUT_S = 30
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "TZ": "UTC"}


@dataclass(frozen=True)
class Ran:
    """What one run left."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON lines of standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


class Program:
    """`workbench` with a home of its own."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.environment = ENVIRONMENT

    async def start(self, *words: str, stdin: int | None = None) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workbench", f"--home={self.home}", *words,
            stdin=PIPE if stdin is None else stdin, stdout=PIPE, stderr=PIPE, env=self.environment, limit=1 << 26,
        )  # fmt: skip

    async def __call__(self, *words: str, stdin: bytes = b"") -> Ran:
        process = await self.start(*words)
        async with asyncio.timeout(TIMEOUT_S):
            out, err = await process.communicate(stdin)
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        return Ran(process.returncode, out, err.decode())


class Inside:
    """The same words run in this process, in a thread: without a start of Python for each of many small cases.

    Standard input is what the tests have: nothing.
    """

    def __init__(self, home: str) -> None:
        self.home = home

    async def __call__(self, *words: str) -> Ran:
        from workbench.cli.console import Console
        from workbench.cli.main import main

        content = io.BytesIO()
        out, err = io.TextIOWrapper(content, encoding="utf-8", newline=""), io.StringIO()
        code = await asyncio.to_thread(main, [f"--home={self.home}", *words], Console(out, err))
        out.flush()
        return Ran(code, content.getvalue(), err.getvalue())


class Listening:
    """A `workbench listen` that runs."""

    def __init__(self, process: Process, first: dict[str, Any]) -> None:
        self.process = process
        self.url: str = first["listening"]
        self.port = int(self.url.rpartition(":")[2])

    async def next(self) -> dict[str, Any]:
        """Read the next JSON line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(TIMEOUT_S):
            line = await self.process.stdout.readline()
        assert line, "the listener has ended"
        return json.loads(line)

    async def until(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Read on to the line that is wanted."""
        while not wanted(said := await self.next()):
            continue
        return said

    def order(self, **order: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    async def ended(self) -> Ran:
        """Wait for the end; return what was said after the lines already read."""
        async with asyncio.timeout(TIMEOUT_S):
            out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return Ran(self.process.returncode, out, err.decode())


@asynccontextmanager
async def listening(workbench: Program, *words: str) -> AsyncIterator[Listening]:
    process = await workbench.start("listen", "--json", "--port=0", *words)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            first = await process.stdout.readline()
        assert first, (await process.communicate())[1].decode()
        yield Listening(process, json.loads(first))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
