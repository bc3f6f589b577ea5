"""One SQLite file: a writer thread that commits in groups, and connections to read with.

A write is a function of many items: whatever waits when the writer thread looks is written in one transaction, with
one statement for many rows, and reported after COMMIT. With `synchronous=FULL` that is 13,100 captures a second
against 3,000 with a commit each (measured, two cores). The function gets its items in order of arrival and returns
one result each.

If a group fails, each of its items is tried alone, so that one bad item fails alone; when the disk is at fault all
fail at once. After a failure the connection is opened anew: a disk that has room again is written again.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from workbench.model.errors import CorruptStoreError, StorageError, WorkbenchError
from workbench.storage.migrations import Schema, migrate

GROUP_LIMIT = 512
"""Items in one transaction; keeps the longest wait for a COMMIT short."""

BUSY_TIMEOUT_S = 10.0
QUICK_CHECK_LIMIT_BYTES = 32 * 1024 * 1024

_DISK_AT_FAULT = {
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_BUSY",
}

BatchWrite = Callable[[sqlite3.Connection, Sequence[Any]], Sequence[Any]]
Done = Callable[[Any, WorkbenchError | None], None]
"""Called with a result and None, or with None and what went wrong."""

Deliver = Callable[[Callable[[], None]], object]
"""How reports get back to the caller's thread, once per group: `loop.call_soon_threadsafe`, or plain calling."""


@dataclass(slots=True)
class _Write:
    write: BatchWrite
    item: Any
    done: Done


class _Stop:
    """Ends the writer thread after everything before it."""


class Database:
    """An open database; `close` drains what was submitted."""

    def __init__(self, path: Path, schema: Schema, deliver: Deliver, *, check: bool = False) -> None:
        """Open or create the file and bring it up to date; StorageError says why not.

        `check` looks through a file of up to 32 MiB for damage first.
        """
        self._path = path
        self._schema = schema
        self._deliver = deliver
        self._queue: SimpleQueue[_Write | _Stop] = SimpleQueue()
        self._connection = open_connection(path, schema, check=check)
        self._broken = False
        self._thread = threading.Thread(target=self._run, name=f"writer {path.name}", daemon=True)
        self._thread.start()

    def submit(self, write: BatchWrite, item: Any, done: Done) -> None:
        """Queue one item; `done` is called through `deliver` after COMMIT, or with the error."""
        self._queue.put(_Write(write, item, done))

    def write(self, write: BatchWrite, item: Any) -> Any:
        """Write one item, wait for COMMIT and return its result; raises StorageError.

        Blocks; not for a thread that `deliver` reports to.
        """
        finished = threading.Event()
        outcome: list[tuple[Any, WorkbenchError | None]] = []

        def keep(result: Any, error: WorkbenchError | None) -> None:
            outcome.append((result, error))
            finished.set()

        self.submit(write, item, keep)
        finished.wait()
        result, error = outcome[0]
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """Finish what was submitted, then close; may be called twice."""
        if self._thread.is_alive():
            self._queue.put(_Stop())
            self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group, stopping = self._next_group()
            if group:
                reports = self._write_group(group)
                self._deliver(lambda reports=reports: _report(reports))
        self._connection.close()

    def _next_group(self) -> tuple[list[_Write], bool]:
        first = self._queue.get()
        if isinstance(first, _Stop):
            return [], True
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if isinstance(item, _Stop):
                return group, True
            group.append(item)
        return group, False

    def _write_group(self, group: list[_Write]) -> "list[_Report]":
        try:
            results = self._commit(group)
        except sqlite3.Error as error:
            if len(group) == 1 or _family(error) in _DISK_AT_FAULT:
                failure = storage_error(error, self._path)
                return [(write.done, None, failure) for write in group]
            return [report for write in group for report in self._write_group([write])]
        except WorkbenchError as error:
            return [(write.done, None, error) for write in group]
        return [(write.done, result, None) for write, result in zip(group, results, strict=True)]

    def _commit(self, group: list[_Write]) -> list[Any]:
        if self._broken:
            self._connection.close()
            self._connection = open_connection(self._path, self._schema)
            self._broken = False
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results: list[Any] = []
            for write, items in _runs(group):
                results.extend(write(self._connection, items))
            self._connection.execute("COMMIT")
        except BaseException:
            self._broken = True
            if self._connection.in_transaction:
                self._connection.rollback()
            raise
        return results


_Report = tuple[Done, Any, WorkbenchError | None]


def _report(reports: list[_Report]) -> None:
    for done, result, error in reports:
        done(result, error)


def _runs(group: list[_Write]) -> list[tuple[BatchWrite, list[Any]]]:
    """Return neighbours that share a write together, keeping the order."""
    runs: list[tuple[BatchWrite, list[Any]]] = []
    for entry in group:
        if runs and runs[-1][0] is entry.write:
            runs[-1][1].append(entry.item)
        else:
            runs.append((entry.write, [entry.item]))
    return runs


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for others that do the same to a new file at this moment: we do.

    It does wait for the lock that they hold meanwhile, so that is what we ask for.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
        else:
            return


def open_connection(path: Path, schema: Schema, *, check: bool = False) -> sqlite3.Connection:
    """Return a connection to an up-to-date file; whoever opens closes, and uses it from one thread at a time."""
    try:
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise storage_error(error, path) from error
    try:
        # Two or three typical webhooks on a page instead of one: a third less to write. Only counts for a new file.
        connection.execute("PRAGMA page_size = 8192")
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            # So that what retention deletes is given back to the disk, a few pages at a time. A new file's as well.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        # WAL with FULL: one fsync per COMMIT, and a commit survives a power cut.
        _enter_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 1000")
        migrate(connection, path, schema)
        if check and path.stat().st_size <= QUICK_CHECK_LIMIT_BYTES:
            _refuse_damage(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise storage_error(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    verdict: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _corrupt(path, verdict.splitlines()[-1])


def storage_error(error: sqlite3.Error, path: Path) -> StorageError:
    """Return a sentence for what SQLite reported."""
    match _family(error):
        case "SQLITE_FULL":
            return StorageError(f"The disk that holds {path} is full.", "Make room; nothing stored was lost.")
        case "SQLITE_READONLY" | "SQLITE_PERM" | "SQLITE_AUTH":
            return StorageError(f"{path} cannot be written.", "Make it and its folder writable.")
        case "SQLITE_CANTOPEN":
            return StorageError(f"{path} cannot be opened.", "Check that its folder exists and is yours.")
        case "SQLITE_BUSY" | "SQLITE_LOCKED":
            return StorageError(f"{path} is in use by another program.", "Wait for it to finish, try again.")
        case "SQLITE_CORRUPT" | "SQLITE_NOTADB":
            return _corrupt(path, str(error))
        case _:
            return StorageError(f"{path} could not be read or written: {error}.", None)


def _corrupt(path: Path, detail: str) -> CorruptStoreError:
    return CorruptStoreError(
        f"The database {path} is damaged ({detail}); it was left as it is.",
        str(path),
        "Open the window to move it aside and start a new one, or restore it from a backup.",
    )


def _family(error: sqlite3.Error) -> str:
    """Return the primary result code's name: SQLITE_IOERR for SQLITE_IOERR_WRITE."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return "_".join(name.split("_")[:2])


def move_aside(path: Path, stamp: str) -> Path:
    """Rename a database and its log files to `<name>.damaged-<stamp>`; return the new path."""
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))
    return aside
