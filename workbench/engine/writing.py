"""From the writer thread back to a loop: a write as a future."""

import asyncio
from typing import Any

from workbench.model.errors import WorkbenchError
from workbench.storage.database import BatchWrite, Database


def submit(database: Database, batch_write: BatchWrite, item: Any) -> asyncio.Future[Any]:
    """Queue one item; the future has its result once it is durable, or raises StorageError."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def done(result: Any, error: WorkbenchError | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    database.submit(batch_write, item, done)
    return future
