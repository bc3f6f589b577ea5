"""Reading from a database without holding up a loop: one thread, one connection, calls in order."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """A reader that can be closed."""

    def close(self) -> None: ...


R = TypeVar("R", bound=Closable)
T = TypeVar("T")


class Reading(Generic[R]):
    """A thread that owns a reader; it is opened at the first call, in that thread."""

    def __init__(self, open_reader: Callable[[], R], name: str) -> None:
        self._open_reader = open_reader
        self._reader: R | None = None
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"reader {name}")

    async def run(self, read: Callable[[R], T]) -> T:
        """Call `read` with the reader and return what it returns; errors are StorageError."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._call, read)

    def _call(self, read: Callable[[R], T]) -> T:
        if self._reader is None:
            self._reader = self._open_reader()
        return read(self._reader)

    def close(self) -> None:
        """Wait for the call under way and close the reader."""
        self._executor.submit(self._close_reader)
        self._executor.shutdown()

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
