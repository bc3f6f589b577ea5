"""Sending and replaying: builds the exact request, tries it, and keeps what came of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

from workbench.engine.composing import Target, compose
from workbench.engine.events import Event
from workbench.engine.replaying import replay_request
from workbench.engine.sender import HttpSender
from workbench.engine.signing import Signing, signed
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.capture import Capture
from workbench.model.clock import Clock
from workbench.model.collection import SavedRequest
from workbench.model.delivery import Attempt, Delivery, DeliveryKind, Failure, FailureKind, Timings
from workbench.model.message import Request
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryWrites

DEFAULT_TIMEOUT_S = 30.0


class DeliveryService:
    """Sends requests and stores every attempt, also one that was cancelled."""

    def __init__(self, database: Database, spool: Path, clock: Clock) -> None:
        self._database = database
        self._writes = DeliveryWrites(spool)
        self._clock = clock
        self._sender = HttpSender(clock)
        self._tasks = TaskSet()
        self._add = self._writes.add  # One object: neighbours in the queue are known by it.
        self.finished: Event[Delivery] = Event()
        """A delivery that is stored now."""

    async def send(
        self,
        saved: SavedRequest,
        *,
        signing: Signing | None = None,
        timeout_s: float | None = DEFAULT_TIMEOUT_S,
        capture_number: int | None = None,
    ) -> Delivery:
        """Send a composed request, signed last where that is asked for; UsageError where it makes no request.

        Returns the stored delivery, which is kept with the capture that it answers to, if that is named.
        """
        target, request = compose(saved)
        if signing is not None:
            request = signed(request, target.url, signing, self._clock.now_us())
        url, now_us = target.url + target.path, self._clock.now_us()
        delivery = Delivery(DeliveryKind.SEND, url, now_us, (), capture_number, saved.name)
        return await self._deliver(delivery, target, request, timeout_s)

    async def replay(
        self,
        capture: Capture,
        url: str,
        *,
        keep_host: bool = False,
        signing: Signing | None = None,
        timeout_s: float | None = DEFAULT_TIMEOUT_S,
    ) -> Delivery:
        """Send a captured request again, byte for byte but for a new signature where that is asked for.

        UsageError where that cannot be. See `replaying`.
        """
        target, request = replay_request(capture, url, keep_host=keep_host)
        if signing is not None:
            request = signed(request, target.url, signing, self._clock.now_us())
        delivery = Delivery(
            DeliveryKind.REPLAY,
            target.url + request.target,
            self._clock.now_us(),
            (),
            capture_number=capture.number,
        )
        return await self._deliver(delivery, target, request, timeout_s)

    async def _deliver(
        self, delivery: Delivery, target: Target, request: Request, timeout_s: float | None
    ) -> Delivery:
        try:
            attempt = await self._sender.attempt(target, request, timeout_s)
        except asyncio.CancelledError:
            cancelled = _cancelled(request, delivery.created_at_us, self._clock.now_us())
            self._tasks.start(self._store(replace(delivery, attempts=(cancelled,))), "store a cancelled delivery")
            raise
        return await self._store(replace(delivery, attempts=(attempt,)))

    async def _store(self, delivery: Delivery) -> Delivery:
        stored = replace(delivery, number=await submit(self._database, self._add, delivery))
        self.finished.emit(stored)
        return stored

    async def close(self) -> None:
        """Finish storing what was cancelled."""
        await self._tasks.finish(timeout_s=5)


def _cancelled(request: Request, started_at_us: int, now_us: int) -> Attempt:
    failure = Failure(FailureKind.CANCELLED, "Cancelled before an answer came.")
    return Attempt(request, started_at_us, Timings(total_us=max(0, now_us - started_at_us)), failure=failure)
