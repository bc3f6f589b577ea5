"""Everything opened: the one object that a face is given. It opens what is asked for, and closes it in order."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine.reading import Reading
from workbench.engine.writing import submit
from workbench.model.capture import ImportedCapture
from workbench.model.clock import Clock, SystemClock
from workbench.model.log_entry import LogEntry, LogKind
from workbench.storage.annotations import Tagging, note_text, set_notes, set_tags
from workbench.storage.captures import (
    DELETE_SLICE,
    UNSEEN,
    CaptureReader,
    Deleted,
    delete_captures,
    mark_all_seen,
    mark_seen,
    set_pinned,
)
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryReader
from workbench.storage.drafts import StoredDraft, delete_drafts, save_drafts
from workbench.storage.forwards import ForwardReader
from workbench.storage.log import add_log_entries
from workbench.storage.migrations import CAPTURES, HISTORY
from workbench.storage.paths import Paths
from workbench.storage.retention import VACUUM_PAGES, give_back
from workbench.storage.trusted_collections import is_trusted

if TYPE_CHECKING:
    from workbench.engine.delivering import DeliveryService
    from workbench.engine.signatures import Signatures


class Workbench:
    """The stores and services of one home. Made by `open_workbench`, which also closes it."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self.paths = paths
        self.clock = clock
        self._databases: list[Database] = []

    @cached_property
    def captures(self) -> Reading[CaptureReader]:
        """Reads captures; writes of this process go through the methods below."""
        return Reading(lambda: CaptureReader(self.paths.captures, self.paths.spool), "captures")

    @cached_property
    def forwards(self) -> Reading[ForwardReader]:
        """Reads what was forwarded, and what is to be."""
        return Reading(lambda: ForwardReader(self.paths.captures), "forwards")

    @cached_property
    def history(self) -> Reading[DeliveryReader]:
        """Reads what was sent."""
        return Reading(lambda: DeliveryReader(self.paths.history, self.paths.spool), "history")

    @cached_property
    def deliveries(self) -> "DeliveryService":
        """Sends and replays. Loads the HTTP client, which takes 0.2 s the first time."""
        from workbench.engine.cookies import CookieStore
        from workbench.engine.delivering import DeliveryService

        return DeliveryService(
            self._history_database,
            self.paths.spool,
            self.clock,
            cookies=CookieStore(self.paths.cookies),
            history=self.history,
            is_trusted=partial(is_trusted, self.paths),
        )

    @cached_property
    def signatures(self) -> "Signatures":
        """Explains and makes signatures; blocks, see there."""
        from workbench.engine.signatures import Signatures

        return Signatures(self.paths, self.clock)

    @cached_property
    def _captures_database(self) -> Database:
        return self._open(self.paths.captures, CAPTURES)

    @cached_property
    def _history_database(self) -> Database:
        return self._open(self.paths.history, HISTORY)

    def _open(self, path: Path, schema: Any) -> Database:
        database = Database(path, schema, asyncio.get_running_loop().call_soon_threadsafe)
        self._databases.append(database)
        return database

    async def delete_captures(self, numbers: Sequence[int]) -> int:
        """Delete captures and their files; return how many. A webhook never waits for more than a slice."""
        deleted = 0
        for start in range(0, len(numbers), DELETE_SLICE):
            part = list(numbers[start : start + DELETE_SLICE])
            gone: Deleted = await submit(self._captures_database, delete_captures, part)
            for name in gone.spool_files:
                (self.paths.spool / name).unlink(missing_ok=True)
            deleted += gone.count
        return deleted

    async def add_captures(self, captures: Sequence[ImportedCapture]) -> list[int]:
        """Store captures out of a file in one transaction; return their numbers."""
        from workbench.storage.capture_import import add_imported

        return await submit(self._captures_database, add_imported, captures)

    async def mark_seen(self, number: int) -> None:
        """Take the unread mark off a capture."""
        await submit(self._captures_database, mark_seen, number)

    async def set_pinned(self, number: int, pinned: bool) -> None:
        """Pin a capture, or take its pin off."""
        await submit(self._captures_database, set_pinned, (number, pinned))

    async def mark_all_seen(self) -> None:
        """Take the unread mark off all captures that are there now. A webhook never waits for more than a slice."""
        numbers = await self.captures.run(lambda reader: list(reader.select(UNSEEN)))
        for start in range(0, len(numbers), DELETE_SLICE):
            await submit(
                self._captures_database, mark_all_seen, [row[0] for row in numbers[start : start + DELETE_SLICE]]
            )

    async def set_tags(self, tagging: Tagging) -> None:
        """Put tags on a capture and take others off."""
        await submit(self._captures_database, set_tags, tagging)

    async def set_note(self, number: int, text: str) -> None:
        """Note something of a capture; an empty text takes the note away."""
        await submit(self._captures_database, set_notes, (number, note_text(text)))

    async def prune(self, numbers: Sequence[int], words: str) -> None:
        """Delete captures that have outlived their limits, note it in the log, give their room back to the disk."""
        await self.delete_captures(numbers)
        entry = LogEntry(self.clock.now_us(), LogKind.PRUNED, "", words)
        await submit(self._captures_database, add_log_entries, entry)
        while await submit(self._captures_database, give_back, VACUUM_PAGES):
            pass

    async def save_draft(self, draft: StoredDraft) -> None:
        """Keep a composer tab; durable when this returns."""
        await submit(self._history_database, save_drafts, draft)

    async def delete_draft(self, identity: str) -> None:
        """Forget a composer tab."""
        await submit(self._history_database, delete_drafts, identity)

    async def close(self) -> None:
        """Finish what is under way, then close the stores."""
        if "deliveries" in self.__dict__:
            await self.deliveries.close()
        for name in ("captures", "forwards", "history"):
            if name in self.__dict__:
                await asyncio.to_thread(self.__dict__[name].close)
        for database in self._databases:
            await asyncio.to_thread(database.close)


@asynccontextmanager
async def open_workbench(paths: Paths, clock: Clock | None = None) -> AsyncGenerator[Workbench]:
    """Open a home and close it again; StorageError where the home cannot be used."""
    paths.ensure()
    workbench = Workbench(paths, clock or SystemClock())
    try:
        yield workbench
    finally:
        await workbench.close()
