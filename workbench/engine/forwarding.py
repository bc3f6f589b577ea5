"""Sends captures on to the user's own programs: exact bytes, to one target or several, again where it failed.

What is to be forwarded is stored with the capture; how far it came, after each attempt. What is unfinished when the
program stops goes on at the next start. A target that is slow holds up its own forwards only.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.engine.answering import Decision
from workbench.engine.answers import plain_response
from workbench.engine.composing import parse_target
from workbench.engine.events import Event
from workbench.engine.reading import Reading
from workbench.engine.replaying import forward_request
from workbench.engine.sender import HttpSender
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.clock import Clock
from workbench.model.delivery import (
    Attempt,
    Delivery,
    DeliveryKind,
    FailureKind,
    ForwardState,
    StoredForward,
)
from workbench.model.endpoint import Endpoint, Forward
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import Body, Head, Headers, Request, Response
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryWrites
from workbench.storage.forwards import ForwardReader, update_forwards

log = logging.getLogger(__name__)

AT_ONCE_PER_TARGET = 8
RETRY_AFTER_S = (1, 5, 30, 120, 600)
"""How long to wait before the second attempt, the third and so on; the last one from there on."""

TRIED_AGAIN = {408, 425, 429, *range(500, 600)}
LOOK_EVERY_S = 5.0
LOOK_AGAIN_S = 15.0
"""How long a target that could be reached is believed to be there, unless a forward says otherwise."""

LOOK_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a target can be reached, and why not."""

    url: str
    is_up: bool
    at_us: int
    """When that was seen."""
    reason: str = ""


class History:
    """The history of what was sent, opened when there is something to add: catching must not depend on it."""

    def __init__(self, open_database: Callable[[], Database], writes: DeliveryWrites) -> None:
        self._open_database = open_database
        self._add = writes.add
        self._database: Database | None = None
        self._opening = asyncio.Lock()

    async def add(self, delivery: Delivery) -> Delivery:
        """Store a delivery and return it with its number; StorageError."""
        async with self._opening:
            if self._database is None:
                self._database = await asyncio.to_thread(self._open_database)
        return replace(delivery, number=await submit(self._database, self._add, delivery))

    async def close(self) -> None:
        if self._database is not None:
            await asyncio.to_thread(self._database.close)


class Forwarding:
    """All forwards of one listener. `start` it after the store is open, `close` it before."""

    def __init__(
        self,
        captures: Database,
        history: History,
        reading: Reading[CaptureReader],
        forwards: Reading[ForwardReader],
        clock: Clock,
    ) -> None:
        self._captures = captures
        self._history = history
        self._reading = reading
        self._forwards = forwards
        self._clock = clock
        self._sender = HttpSender(clock)
        self._tasks = TaskSet()
        self._looking = TaskSet()
        self._closing = asyncio.Event()
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE_PER_TARGET))
        self._endpoints: dict[str, Endpoint] = {}
        self.health: dict[str, Health] = {}
        """The targets that were looked at, by address."""
        self.health_changed: Event[Health] = Event()
        self.finished: Event[StoredForward] = Event()
        """A forward that was delivered, failed or skipped."""

    def use(self, endpoints: Sequence[Endpoint]) -> None:
        """Forward as these endpoints say from now on."""
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        targets = {forward.url for endpoint in endpoints for forward in endpoint.forwards}
        self.health = {url: health for url, health in self.health.items() if url in targets}

    async def start(self) -> None:
        """Go on with what is unfinished, and look after the targets."""
        for stored in await self._forwards.run(ForwardReader.pending):
            self._tasks.start(self._resume(stored), "forward what was not finished")
        self._looking.start(self._look_after_targets(), "look after targets")

    async def close(self) -> None:
        """Give what is under way a moment; what is not finished goes on at the next start."""
        self._closing.set()
        await self._looking.finish(timeout_s=0)
        await self._tasks.finish(timeout_s=1)

    async def take(
        self, number: int, request: Request, decision: Decision, event_of: Callable[[], str]
    ) -> tuple[Response, str] | None:
        """Forward a capture that is durable; return the answer to relay and why, None where ours stands."""
        stored = await self._forwards.run(lambda reader: reader.of_capture(number))
        event = ""
        if any(forward.events for forward in decision.forwards):
            event = await asyncio.to_thread(event_of)
        relaying: asyncio.Task[Delivery | None] | None = None
        for item, forward in zip(stored, decision.forwards, strict=False):
            if not forward.takes(event):
                self._tasks.start(self._skip(item, event), "note a skipped forward")
                continue
            one = replace(forward, attempts=1) if forward.relay else forward
            task = self._tasks.start(self._forward(item, one, request), f"forward to {forward.url}")
            if forward.relay and relaying is None:
                relaying = task
        if relaying is None:
            return None
        return self._relayed(await asyncio.shield(relaying))

    def _relayed(self, delivery: Delivery | None) -> tuple[Response, str]:
        second = self._clock.now_us() // 1_000_000
        if delivery is None:
            reason = "The target's address cannot be used."
            return plain_response(502, f"{reason}\n", second), reason
        answer, failure = delivery.last.response, delivery.last.failure
        if answer is not None:
            return _relayable(answer), f"Relayed from {delivery.url}."
        assert failure is not None
        status = 504 if failure.kind is FailureKind.TIMED_OUT else 502
        return plain_response(status, f"{failure.message}\n", second), f"Not relayed: {failure.message}"

    async def _skip(self, item: StoredForward, event: str) -> None:
        kind = f"Events {event} are" if event else "Requests without a known event are"
        await self._note(replace(item, state=ForwardState.SKIPPED, message=f"{kind} not for this target."))

    async def _resume(self, item: StoredForward) -> None:
        """Go on with a forward of an earlier run, as far as the endpoint still asks for it."""
        capture = await self._reading.run(lambda reader: reader.get(item.capture_number))
        if capture is None:
            return
        endpoint = self._endpoints.get(capture.endpoint)
        forward = next((one for one in endpoint.forwards if one.url == item.url), None) if endpoint else None
        if forward is None or forward.relay:
            why = "The endpoint no longer forwards there." if forward is None else "The listener stopped meanwhile."
            await self._note(replace(item, state=ForwardState.FAILED, message=why))
            return
        if await self._is_time(item):
            await self._forward(item, forward, capture.request)

    async def _forward(self, item: StoredForward, forward: Forward, request: Request) -> Delivery | None:
        """Try until it is delivered or was tried often enough; return the delivery as it was stored."""
        try:
            target, directed = forward_request(request, forward.url)
        except UsageError as error:
            await self._note(replace(item, state=ForwardState.FAILED, message=error.message))
            return None
        url = target.url + directed.target
        delivery = Delivery(DeliveryKind.FORWARD, url, self._clock.now_us(), (), capture_number=item.capture_number)
        while True:
            async with self._slots[forward.url]:
                attempt = await self._sender.attempt(target, directed, forward.timeout_s)
            delivery = replace(delivery, attempts=(*delivery.attempts, attempt))
            self._saw(forward.url, attempt)
            item = _after(item, attempt, forward, self._clock.now_us())
            if item.state is not ForwardState.PENDING:
                break
            await self._note(item)
            if not await self._is_time(item):
                return None
        stored = await self._store(delivery)
        await self._note(replace(item, delivery_number=stored.number or None))
        return stored

    async def _is_time(self, item: StoredForward) -> bool:
        """Wait for the next attempt; False where the listener stops before."""
        wait_s = max(0.0, (item.next_at_us - self._clock.now_us()) / 1_000_000)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._closing.wait()
        return not self._closing.is_set()

    async def _store(self, delivery: Delivery) -> Delivery:
        try:
            return await self._history.add(delivery)
        except WorkbenchError as error:
            log.warning("a forward was not stored in the history: %s", error.message)
            return delivery

    async def _note(self, item: StoredForward) -> None:
        try:
            await submit(self._captures, update_forwards, item)
        except WorkbenchError as error:
            log.warning("the state of a forward was not stored: %s", error.message)
        if item.state is not ForwardState.PENDING:
            self.finished.emit(item)

    def _saw(self, url: str, attempt: Attempt) -> None:
        failure = attempt.failure
        down = failure is not None and failure.kind in _UNREACHABLE
        self._set_health(url, failure.message if failure is not None and down else "")

    def _set_health(self, url: str, reason: str) -> None:
        """Note that a target was reached, or why not."""
        before = self.health.get(url)
        health = self.health[url] = Health(url, not reason, self._clock.now_us(), reason)
        if (before is None and not health.is_up) or (before is not None and before.is_up != health.is_up):
            self.health_changed.emit(health)

    async def _look_after_targets(self) -> None:
        """See whether targets can be reached before an event needs them: a connection, without a request."""
        while True:
            targets = {forward.url for endpoint in self._endpoints.values() for forward in endpoint.forwards}
            await asyncio.gather(*(self._look_at(url) for url in sorted(targets) if self._is_doubtful(url)))
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_doubtful(self, url: str) -> bool:
        health = self.health.get(url)
        return health is None or not health.is_up or self._clock.now_us() - health.at_us > LOOK_AGAIN_S * 1_000_000

    async def _look_at(self, url: str) -> None:
        try:
            target = parse_target(url)
            host, port = target.address
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                _, writer = await asyncio.open_connection(host, port)
            writer.close()
        except (OSError, TimeoutError, UsageError) as error:
            self._set_health(url, _unreachable(url, error))
        else:
            self._set_health(url, "")


_UNREACHABLE = (FailureKind.REFUSED, FailureKind.NOT_FOUND, FailureKind.NETWORK, FailureKind.TLS)


def _unreachable(url: str, error: Exception) -> str:
    match error:
        case ConnectionRefusedError():
            return f"Nothing is listening at {url}. Start your server, or check the port."
        case TimeoutError():
            return f"{url} does not accept a connection."
        case UsageError():
            return error.message
        case _:
            return f"{url} cannot be reached: {getattr(error, 'strerror', None) or error}."


def _after(item: StoredForward, attempt: Attempt, forward: Forward, now_us: int) -> StoredForward:
    """Return a forward as it stands after one more attempt."""
    tried = replace(
        item,
        attempts=item.attempts + 1,
        status=attempt.response.status if attempt.response else None,
        duration_us=attempt.timings.total_us,
    )
    if tried.status is not None and 200 <= tried.status < 300:
        return replace(tried, state=ForwardState.DELIVERED, message="")
    said = attempt.failure.message if attempt.failure else f"The target answered {tried.status}."
    if tried.attempts >= forward.attempts or (tried.status is not None and tried.status not in TRIED_AGAIN):
        return replace(tried, state=ForwardState.FAILED, message=said)
    wait_s = RETRY_AFTER_S[min(tried.attempts, len(RETRY_AFTER_S)) - 1]
    return replace(tried, message=said, next_at_us=now_us + wait_s * 1_000_000)


_CONNECTION_HEADERS = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
}


def _relayable(answer: Response) -> Response:
    """Return a target's answer for the sender: as it was, but for what was said to our connection alone."""
    pairs = [(name, value) for name, value in answer.headers if name.lower() not in _CONNECTION_HEADERS]
    if answer.status not in (204, 304) and not any(name.lower() == "content-length" for name, _ in pairs):
        pairs.append(("Content-Length", str(answer.body.size)))
    start = f"HTTP/1.1 {answer.status} {answer.reason}"
    return Response(Head.build(start, Headers(tuple(pairs))), Body(answer.body.content))
