"""Bodies too large for the database: written to files as they arrive, made durable before their row is.

A file belongs to the row that names it. One that no row names (the process was killed in between) is swept when a
listener starts, once nobody can still be writing it.
"""

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from workbench.storage.durable_file import sync_folder

INLINE_LIMIT_BYTES = 1024 * 1024
"""Bodies up to this size live in the database."""

_STALE_AFTER_US = 24 * 3600 * 1_000_000


class SpoolFile:
    """A file being written; ends with `finish` or `discard`. Its methods block: call them off the loop."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(8)}.body"
        self.size = 0
        self._file: BinaryIO = open(self.path, "xb", buffering=0)  # noqa: SIM115 - closed by finish or discard

    def write(self, data: bytes | bytearray) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.size += len(data)

    def finish(self) -> None:
        """Make the file and its name durable."""
        os.fsync(self._file.fileno())
        self._file.close()
        sync_folder(self.path.parent)

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def spool_bytes(folder: Path, content: bytes) -> str:
    """Keep these bytes in a new durable file; return its name."""
    file = SpoolFile(folder)
    try:
        file.write(content)
        file.finish()
    except BaseException:
        file.discard()
        raise
    return file.path.name


def sweep(folder: Path, named: Iterable[str], now_us: int) -> int:
    """Delete files that no row names and nobody has touched for a day; return how many."""
    keep = set(named)
    swept = 0
    for file in folder.glob("*.body"):
        with contextlib.suppress(FileNotFoundError):
            if file.name not in keep and now_us - file.stat().st_mtime_ns // 1000 > _STALE_AFTER_US:
                file.unlink()
                swept += 1
    return swept
