"""Keeps the words of bodies findable, after the captures are durable and in the time that nobody else needs."""

import asyncio
import logging
import time

from workbench.engine.reading import Reading
from workbench.engine.tasks import TaskSet
from workbench.model.errors import StorageError
from workbench.storage.paths import Paths
from workbench.storage.search_index import IndexWriter

log = logging.getLogger(__name__)

BURST_PER_S = 2000
"""While more than this many arrive in a second nothing is indexed: a search reads the newest bodies itself."""

SHARE_WHILE_BUSY = 0.25
"""The part of the time that indexing takes while fewer arrive."""

LOOK_EVERY_S = 0.25
TRY_AGAIN_S = 30.0


class Indexing:
    """The indexer of one home. `start` it on the loop; `close` it before the store."""

    def __init__(self, paths: Paths) -> None:
        self._writing = Reading(lambda: IndexWriter(paths.captures, paths.spool, paths.search_index), "index")
        self._news = asyncio.Event()
        self._arrived = 0
        self._tasks = TaskSet()

    def start(self) -> None:
        """Begin with what is not indexed yet."""
        self._news.set()
        self._tasks.start(self._run(), "index bodies")

    def arrived(self, _number: int) -> None:
        """Note that a capture is durable."""
        self._arrived += 1
        self._news.set()

    async def close(self) -> None:
        """Stop after the batch under way; what is left is indexed at the next start."""
        await self._tasks.finish(timeout_s=0)
        await asyncio.to_thread(self._writing.close)

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._burst_over()
            try:
                while await self._index_some():
                    pass
            except StorageError as error:
                log.warning("bodies could not be indexed: %s", error.message)
                await asyncio.sleep(TRY_AGAIN_S)
                self._news.set()

    async def _index_some(self) -> bool:
        began, before = time.monotonic(), self._arrived
        count = await self._writing.run(IndexWriter.index_some)
        took = time.monotonic() - began
        if self._arrived - before > BURST_PER_S * took:
            await self._burst_over()
        elif self._arrived != before:
            await asyncio.sleep(took * (1 / SHARE_WHILE_BUSY - 1))
        return count > 0

    async def _burst_over(self) -> None:
        """Return once captures come slowly enough, or not at all."""
        while True:
            before = self._arrived
            await asyncio.sleep(LOOK_EVERY_S)
            if self._arrived - before <= BURST_PER_S * LOOK_EVERY_S:
                return
