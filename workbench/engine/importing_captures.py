"""Captures out of a file into the store, beside a listener that goes on listening.

All of the file is looked through before anything is stored. Where the storing is stopped (Cancelled, a full disk),
what was stored is deleted again, so that a file is imported whole or not at all; its numbers are not given again.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from workbench.engine.workbench import Workbench
from workbench.model.capture import ImportedCapture
from workbench.model.errors import WorkbenchError
from workbench.model.progress import Progress
from workbench.storage.capture_import import check_file, discard, opened, slices

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of a file: how many captures, and the first and last number they were given; 0 for none."""

    count: int
    first: int = 0
    last: int = 0

    def sentence(self) -> str:
        """Say it to people."""
        if not self.count:
            return "The file holds no capture; nothing was imported."
        if self.count == 1:
            return f"1 capture imported: #{self.first}."
        return f"{self.count:,} captures imported: #{self.first} to #{self.last}."


async def import_captures(workbench: Workbench, path: Path, progress: Progress) -> ImportedFile:
    """Import a file; FormatError, UsageError, StorageError or Cancelled leave the store as it was."""
    with opened(path) as file:
        return await import_open_file(workbench, file, progress)


async def import_open_file(workbench: Workbench, file: BinaryIO, progress: Progress) -> ImportedFile:
    """As `import_captures`, from a file that can be read twice."""
    total = await _to_its_end(asyncio.to_thread(check_file, file, progress), progress)
    progress.begin("imported", total)
    parts = slices(file, workbench.paths.spool, progress)
    ranges: list[range] = []
    try:
        while part := await _to_its_end(asyncio.to_thread(_next, parts), progress):
            await _to_its_end(_store(workbench, part, ranges), progress)
    except BaseException as error:
        await _taken_back(workbench, ranges, error)
        raise
    finally:
        await asyncio.to_thread(parts.close)
    if not ranges:
        return ImportedFile(0)
    return ImportedFile(sum(map(len, ranges)), ranges[0].start, ranges[-1].stop - 1)


async def _to_its_end(work: Coroutine[Any, Any, T], progress: Progress) -> T:
    """Return what comes of some work; a cancelled caller waits for it too, since a thread cannot be left behind."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        progress.cancel()
        await asyncio.wait([task])
        raise


def _next(parts: Iterator[list[ImportedCapture]]) -> list[ImportedCapture] | None:
    return next(parts, None)


async def _store(workbench: Workbench, part: list[ImportedCapture], ranges: list[range]) -> None:
    try:
        numbers = await workbench.add_captures(part)
    except WorkbenchError:
        await asyncio.to_thread(discard, part)
        raise
    ranges.append(range(numbers[0], numbers[-1] + 1))


async def _taken_back(workbench: Workbench, ranges: list[range], error: BaseException) -> None:
    """Delete what was stored; where that cannot be done the error says what is left."""
    left = list(ranges)
    try:
        while left:
            await workbench.delete_captures(left[-1])
            left.pop()
    except WorkbenchError:
        if isinstance(error, WorkbenchError):
            kept = sum(map(len, left))
            error.message += (
                f" {kept:,} captures had been imported by then: #{left[0].start} to #{left[-1].stop - 1}."
            )
        return
    if ranges and isinstance(error, WorkbenchError):
        error.hint = "Nothing was imported: what had been stored was taken out again."
