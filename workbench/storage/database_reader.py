"""A connection that only reads: one thread's at a time, with errors that a person can act on."""

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path

from workbench.storage.database import Schema, open_connection, storage_error


class DatabaseReader:
    """What readers of a database share. Errors are StorageError. Whoever opens one closes it."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self._path = path
        self._connection = open_connection(path, schema)
        self._connection.execute("PRAGMA query_only = 1")

    def close(self) -> None:
        self._connection.close()

    def interrupt(self) -> None:
        """Stop the query that is running, from any thread; it raises StorageError."""
        self._connection.interrupt()

    @contextlib.contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise storage_error(error, self._path) from error
