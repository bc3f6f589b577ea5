"""Deletes captures that have outlived their limits, in slices between webhooks, and says in the log what it did."""

import asyncio
import logging

from workbench.engine.reading import Reading
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.clock import Clock
from workbench.model.errors import WorkbenchError
from workbench.model.log_entry import LogEntry, LogKind
from workbench.storage.captures import CaptureReader, Deleted, delete_captures
from workbench.storage.database import Database
from workbench.storage.log import add_log_entries
from workbench.storage.paths import Paths
from workbench.storage.retention import VACUUM_PAGES, Expired, expired, give_back, retention_of
from workbench.storage.settings import load_settings

log = logging.getLogger(__name__)

SLICE = 200
"""Captures deleted in one transaction: one that webhooks wait for as for any other group."""

LOOK_EVERY_S = 60.0
REST_SHARE = 4
"""It rests this many times as long as a slice took, and more while many arrive."""

BUSY_PER_S = 2000


class Retaining:
    """The retention of one home. `start` it on the loop; `close` it before the store."""

    def __init__(self, paths: Paths, database: Database, reading: Reading[CaptureReader], clock: Clock) -> None:
        self._paths = paths
        self._database = database
        self._reading = reading
        self._clock = clock
        self._arrived = 0
        self._tasks = TaskSet()

    def start(self) -> None:
        """Look at once, and then every minute; the settings are read anew each time."""
        self._tasks.start(self._run(), "keep within the limits")

    def arrived(self, _number: int) -> None:
        """Note that a capture is durable."""
        self._arrived += 1

    async def close(self) -> None:
        """Stop after the slice under way."""
        await self._tasks.finish(timeout_s=0)

    async def _run(self) -> None:
        while True:
            try:
                await self.prune()
            except WorkbenchError as error:
                log.warning("captures could not be kept within their limits: %s", error.message)
            await asyncio.sleep(LOOK_EVERY_S)

    async def prune(self) -> int:
        """Delete what is over the limits; return how many captures went."""
        settings, _ = await asyncio.to_thread(load_settings, self._paths.settings)
        retention = retention_of(settings)
        if retention.keeps_all:
            return 0
        now_us = self._clock.now_us()
        found = await self._reading.run(lambda reader: expired(reader, retention, now_us))
        deleted = 0
        try:
            for start in range(0, len(found.numbers), SLICE):
                began, before = self._now()
                deleted += await self._delete(list(found.numbers[start : start + SLICE]))
                if start + SLICE < len(found.numbers):
                    await self._rest(began, before)
        finally:
            if deleted:
                entry = LogEntry(self._clock.now_us(), LogKind.PRUNED, "", pruned_words(found, deleted))
                self._database.submit(add_log_entries, entry, _said)
        while deleted:
            began, before = self._now()
            if not await submit(self._database, give_back, VACUUM_PAGES):
                break
            await self._rest(began, before)
        return deleted

    async def _delete(self, numbers: list[int]) -> int:
        gone: Deleted = await submit(self._database, delete_captures, numbers)
        for name in gone.spool_files:
            await asyncio.to_thread((self._paths.spool / name).unlink, missing_ok=True)
        return gone.count

    def _now(self) -> tuple[float, int]:
        """Return when a slice begins, and how many captures had come by then."""
        return asyncio.get_running_loop().time(), self._arrived

    async def _rest(self, began: float, before: int) -> None:
        """Leave the store to others for a while, the longer the more arrive."""
        took = asyncio.get_running_loop().time() - began
        rest = took * REST_SHARE
        if self._arrived - before > BUSY_PER_S * took:
            rest = max(0.25, 2 * rest)
        await asyncio.sleep(rest)


def pruned_words(found: Expired, deleted: int) -> str:
    """Return what was deleted and why, as a sentence."""
    why = ", ".join(f"{count:,} {reason}" for reason, count in found.reasons.items())
    return f"{deleted:,} captures deleted: {why}. Pinned, tagged and noted ones are kept."


def _said(_result: object, error: WorkbenchError | None) -> None:
    if error is not None:
        log.warning("the log was not written: %s", error.message)
