"""Reads the body of a request as it comes: into memory, and from a size on into a file of the spool."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from aiohttp import web

from workbench.engine.send_failures import seconds_text
from workbench.engine.wire import Incoming
from workbench.model.capture import Fault
from workbench.model.message import Body
from workbench.storage.spool import INLINE_LIMIT_BYTES, SpoolFile


class BodyReader:
    """Reads one body into memory, and from `INLINE_LIMIT_BYTES` on into a file."""

    def __init__(self, spool: Path, threads: Executor, limit_bytes: int, timeout_s: float) -> None:
        self._spool = spool
        self._threads = threads
        self._limit_bytes = limit_bytes
        self._timeout_s = timeout_s
        self._buffer = bytearray()
        self._size = 0
        self._file: SpoolFile | None = None

    async def read(self, request: web.BaseRequest, incoming: Incoming, too_large: Callable[[str], str]) -> Body:
        """Return the body; what is wrong with it is noted in `incoming`. OSError where the file cannot be written."""
        content = request.content
        try:
            while not content.at_eof():
                self._buffer += await self._read_some(content, incoming)
                if self._size + len(self._buffer) > self._limit_bytes:
                    incoming.fail(Fault.TOO_LARGE, too_large("more bytes than announced"))
                    break
                if len(self._buffer) > INLINE_LIMIT_BYTES:
                    await self._spill()
        except TimeoutError:
            incoming.fail(Fault.TIMED_OUT, f"The body stood still for {seconds_text(self._timeout_s)}.")
        except (web.RequestPayloadError, ConnectionError, asyncio.IncompleteReadError):
            incoming.fail(Fault.ABORTED, self._aborted(incoming))
        except BaseException:
            self._discard()
            raise
        return await self._finish()

    async def _read_some(self, content: Any, incoming: Incoming) -> bytes:
        if incoming.completed_at_us:  # All of it is here: no clock needed.
            return await content.readany()
        async with asyncio.timeout(self._timeout_s):
            return await content.readany()

    def _aborted(self, incoming: Incoming) -> str:
        received = self._size + len(self._buffer)
        announced = f" of {incoming.content_length:,}" if incoming.content_length else ""
        return f"The sender closed the connection after {received:,}{announced} bytes of the body."

    async def _spill(self) -> None:
        try:
            if self._file is None:
                self._file = SpoolFile(self._spool)
            await self._in_thread(self._file.write, self._buffer)
        except OSError:
            self._discard()
            raise
        self._size += len(self._buffer)
        self._buffer = bytearray()

    async def _in_thread(self, call: Callable[..., object], *arguments: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    async def _finish(self) -> Body:
        if self._file is None:
            return Body(bytes(self._buffer))
        await self._spill()
        try:
            await self._in_thread(self._file.finish)
        except OSError:
            self._discard()
            raise
        return Body(path=str(self._file.path), file_size=self._size)

    def _discard(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.discard()
