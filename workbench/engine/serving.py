"""The listener process: the store, the captures and the socket, opened and closed in order.

This is what `workbench listen` runs, headless or under the window. It alone writes captures.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.engine.capturing import CaptureService
from workbench.engine.judging import Judging
from workbench.engine.listener import Listener, ListenOptions
from workbench.engine.reading import Reading
from workbench.model.capture import Ledger
from workbench.model.clock import SystemClock
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryReader
from workbench.storage.endpoints import load_endpoints
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths
from workbench.storage.spool import sweep

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Serving:
    """A listener that listens, with the captures it makes."""

    listener: Listener
    captures: CaptureService
    reading: Reading[CaptureReader]
    judging: Judging
    ledger: Ledger
    """The account at the start."""


@asynccontextmanager
async def serving(paths: Paths, options: ListenOptions, *, answer_status: int = 200) -> AsyncGenerator[Serving]:
    """Open the store and listen; StorageError or ListenError says why not. Leaving drains and closes."""
    paths.ensure()
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        loop = asyncio.get_running_loop()
        database = Database(paths.captures, CAPTURES, loop.call_soon_threadsafe, check=True)
        stack.push_async_callback(asyncio.to_thread, database.close)
        reading = Reading(lambda: CaptureReader(paths.captures, paths.spool), "captures")
        stack.push_async_callback(asyncio.to_thread, reading.close)
        captures = CaptureService(database, clock, answer_status=answer_status)
        captures.endpoints = (await asyncio.to_thread(load_endpoints, paths)).all
        stack.push_async_callback(captures.close)
        listener = Listener(captures, paths.spool, clock, options)
        await listener.start()
        stack.push_async_callback(listener.stop)
        if paths.spool.exists():
            await asyncio.to_thread(_sweep, paths, clock.now_us())
        judging_reader = Reading(lambda: CaptureReader(paths.captures, paths.spool), "judge")
        stack.push_async_callback(asyncio.to_thread, judging_reader.close)
        judging = Judging(database, judging_reader, paths)
        captures.stored.subscribe(judging.arrived)
        stack.push_async_callback(judging.close)
        judging.start()
        yield Serving(listener, captures, reading, judging, await reading.run(CaptureReader.ledger))


def _sweep(paths: Paths, now_us: int) -> None:
    """Delete bodies that a killed process left behind and no row names."""
    captures = CaptureReader(paths.captures, paths.spool)
    history = DeliveryReader(paths.history, paths.spool)
    try:
        sweep(paths.spool, {*captures.spool_files(), *history.spool_files()}, now_us)
    finally:
        captures.close()
        history.close()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a program's main coroutine on the fastest loop there is: uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)
