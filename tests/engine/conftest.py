"""The whole listener process in this one: files of endpoints, store, socket, forwards."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from fakes import RawTarget, read_answer

from workbench.engine.listener import ListenOptions
from workbench.engine.serving import Serving, serving
from workbench.model.capture import Capture
from workbench.model.delivery import StoredForward
from workbench.storage.captures import CaptureReader
from workbench.storage.forwards import ForwardReader
from workbench.storage.paths import Paths

__all__ = ["RawTarget"]


@dataclass
class Served:
    """A listener that works by the files of a home."""

    serving: Serving
    paths: Paths

    @property
    def port(self) -> int:
        return self.serving.listener.port

    async def exchange(self, raw: bytes) -> bytes:
        """Send one request and return the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        answer = await read_answer(reader)
        writer.close()
        return answer

    async def everything(self, raw: bytes) -> bytes:
        """Send one request and return all that comes until the connection ends; a reset is shown as such."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        came = b""
        try:
            async with asyncio.timeout(20):
                while piece := await reader.read(65536):
                    came += piece
        except ConnectionResetError:
            came += b"<reset>"
        writer.close()
        return came

    def get(self, number: int) -> Capture:
        reader = CaptureReader(self.paths.captures, self.paths.spool)
        try:
            capture = reader.get(number)
            assert capture is not None
            return capture
        finally:
            reader.close()

    def forwards(self, number: int) -> list[StoredForward]:
        reader = ForwardReader(self.paths.captures)
        try:
            return reader.of_capture(number)
        finally:
            reader.close()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that the listener does on its own."""
        for _ in range(2000):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not happen within twenty seconds")


def write_endpoint(paths: Paths, name: str, text: str) -> None:
    path = paths.workspace / "endpoints" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@asynccontextmanager
async def _served(paths: Paths, **endpoints: str) -> AsyncIterator[Served]:
    for name, text in endpoints.items():
        write_endpoint(paths, name.replace("_", "-"), text)
    async with serving(paths, ListenOptions(port=0)) as running:
        running.configuration.watch()
        yield Served(running, paths)


@pytest.fixture
def served(paths: Paths) -> Callable[..., AbstractAsyncContextManager[Served]]:
    """Start a listener with these endpoints: `async with served(billing="path: /billing/*")`."""
    return partial(_served, paths)


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: hooks.example.com", *headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def header_of(answer: bytes, name: str) -> str | None:
    match = re.search(
        rb"\r\n" + name.encode() + rb":[ \t]*([^\r]*)\r\n", answer.partition(b"\r\n\r\n")[0] + b"\r\n", re.I
    )
    return match[1].decode() if match else None


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]
