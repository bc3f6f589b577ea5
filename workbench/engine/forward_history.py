"""Every attempt to forward, kept in the history as it is made, so that no restart forgets one."""

import asyncio
import logging
from collections.abc import Callable

from workbench.engine.writing import submit
from workbench.model.delivery import Attempt, Delivery, DeliveryKind, StoredForward
from workbench.model.errors import WorkbenchError
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryWrites

log = logging.getLogger(__name__)


class ForwardHistory:
    """The history of what was sent, opened when there is something to add: catching must not depend on it."""

    def __init__(self, open_database: Callable[[], Database], writes: DeliveryWrites) -> None:
        self._open_database = open_database
        self._writes = writes
        self._database: Database | None = None
        self._opening = asyncio.Lock()

    async def add(self, item: StoredForward, url: str, attempt: Attempt) -> int | None:
        """Keep an attempt with those before it; return their delivery's number, None where it cannot be kept."""
        try:
            async with self._opening:
                if self._database is None:
                    self._database = await asyncio.to_thread(self._open_database)
            if item.delivery_number is not None:
                await submit(self._database, self._writes.add_attempt, (item.delivery_number, attempt))
                return item.delivery_number
            number = item.capture_number
            made = Delivery(DeliveryKind.FORWARD, url, attempt.started_at_us, (attempt,), capture_number=number)
            return await submit(self._database, self._writes.add, made)
        except WorkbenchError as error:
            log.warning("a forward was not stored in the history: %s", error.message)
            return item.delivery_number

    async def close(self) -> None:
        """Close the history, where it was opened."""
        if self._database is not None:
            await asyncio.to_thread(self._database.close)
