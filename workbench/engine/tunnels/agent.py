"""A foreign program that makes a tunnel: on a leash, its output read line by line, secrets masked in it."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from workbench.engine.tasks import TaskSet
from workbench.engine.tunnels import leash

LINE_LIMIT = 4096
STOP_TIMEOUT_S = 5.0

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f\x7f]")

Tell = Callable[[str], object]
"""Is told each line of output, clean of terminal codes and secrets."""


class Agent:
    """One running program. `lines` may be read by one reader; `stop` it, always."""

    def __init__(self, process: asyncio.subprocess.Process, tell: Tell, secrets: Sequence[str]) -> None:
        self._process = process
        self._tell = tell
        self._secrets = [secret for secret in secrets if secret]
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._tasks = TaskSet()
        self._reading = self._tasks.start(self._read(), "read an agent's output")

    @classmethod
    async def start(
        cls, command: Sequence[str], tell: Tell, *, secrets: Sequence[str] = (), variables: Mapping[str, str] = {}
    ) -> "Agent":
        """Start a program; where it cannot be, it ends at once with code 127 and says why."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", leash.__file__),
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **variables},
            start_new_session=True,
        )
        return cls(process, tell, secrets)

    async def lines(self) -> AsyncIterator[str]:
        """Yield each line of output, until it ends."""
        while (line := await self._lines.get()) is not None:
            yield line
        self._lines.put_nowait(None)

    async def ended(self) -> int:
        """Return the exit code once the program has ended and all its output was read."""
        await asyncio.shield(self._reading)
        return await self._process.wait()

    async def stop(self) -> None:
        """End the program and all that it started; returns when it is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self._tasks.finish(timeout_s=1)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while piece := await self._process.stdout.read(16 * 1024):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                self._say(line)
            if len(rest) > LINE_LIMIT:
                self._say(rest)
                rest = b""
        if rest:
            self._say(rest)
        self._lines.put_nowait(None)

    def _say(self, raw: bytes) -> None:
        line = _ANSI.sub("", raw[:LINE_LIMIT].decode("utf-8", "replace")).rstrip()
        for secret in self._secrets:
            line = line.replace(secret, "••••")
        if line:
            self._tell(line)
            self._lines.put_nowait(line)
