"""Sends captures on to the user's own programs: exact bytes, to one target or several, again where it failed.

What is to be forwarded is stored with the capture; how far it came, after each attempt. What is unfinished when the
program stops goes on at the next start. What waits is held as numbers alone and read when its turn comes, so that
memory does not grow with it; a target that is slow holds up its own forwards only.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

from workbench.engine.answering import Decision
from workbench.engine.answers import plain_response
from workbench.engine.composing import Target
from workbench.engine.events import Event
from workbench.engine.forward_history import ForwardHistory
from workbench.engine.forward_lane import Fresh, Job, Lane, Relay
from workbench.engine.forward_progress import after_attempt, relayable
from workbench.engine.reading import Reading
from workbench.engine.replaying import forward_request
from workbench.engine.rules import Rules, event_of
from workbench.engine.send_failures import seconds_text
from workbench.engine.sender import HttpSender
from workbench.engine.target_health import TargetHealth
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.capture import Capture
from workbench.model.clock import Clock
from workbench.model.delivery import FailureKind, ForwardState, StoredForward
from workbench.model.endpoint import Endpoint, Forward
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.message import Request, Response
from workbench.providers.subject import BODY_PARSE_LIMIT_BYTES
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.forwards import ForwardReader, PendingForward, update_forwards

log = logging.getLogger(__name__)

UNREADABLE_AGAIN_S = 5.0
"""When a forward is looked at again that could not be read from the store."""


class Forwarding:
    """All forwards of one listener. `recall` before anything arrives, then `start`; `close` before the store."""

    def __init__(
        self,
        captures: Database,
        history: ForwardHistory,
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
        self._lanes: dict[str, Lane] = {}
        self._recalled: list[PendingForward] = []
        self._missed: list[int] = []
        self._rules: Rules | None = None
        self.is_own: Callable[[str, int], bool] = lambda host, port: False
        """Whether a host and port are where we listen ourselves."""
        self.targets = TargetHealth(clock)
        self.finished: Event[StoredForward] = Event()
        """A forward that was delivered, failed or skipped."""

    def use(self, rules: Rules) -> None:
        """Forward as these rules' endpoints say from now on."""
        self._rules = rules
        self.targets.use(forward.url for endpoint in rules.endpoints.all for forward in endpoint.forwards)

    async def recall(self) -> None:
        """Note what is unfinished: what arrives from now on is `take`n, and only that."""
        self._recalled = await self._forwards.run(ForwardReader.pending)

    def start(self) -> None:
        """Go on with what is unfinished, and look after the targets."""
        for item in self._recalled:
            self._lane(item.url).put(Job(item.id, item.url, is_recalled=True), item.next_at_us)
        self._recalled = []
        self.targets.start()

    async def close(self) -> None:
        """Give what is under way a moment; what is not finished goes on at the next start."""
        for lane in self._lanes.values():
            lane.close()
        await self.targets.close()
        await self._tasks.finish(timeout_s=1)

    def _lane(self, url: str) -> Lane:
        lane = self._lanes.get(url)
        if lane is None:
            lane = self._lanes[url] = Lane(self._work, self._tasks, self._clock, url)
        return lane

    async def take(
        self, number: int, request: Request, decision: Decision, event_of: Callable[[], str]
    ) -> tuple[Response, str] | None:
        """Forward a capture that is durable; return the answer to relay and why, None where ours stands.

        StorageError where its forwards cannot be read now: they go out when they can, and nothing is relayed.
        """
        try:
            stored = await self._forwards.run(lambda reader: reader.of_capture(number))
        except WorkbenchError:
            self._look_later(number)
            raise
        event = ""
        if any(forward.events for forward in decision.forwards):
            event = await asyncio.to_thread(event_of)
        relay: tuple[StoredForward, Forward, Relay] | None = None
        for item, forward in zip(stored, decision.forwards, strict=False):
            if not _is_for(forward, event, request):
                self._skip(item, event)
                continue
            lane, job = self._lane(forward.url), Job(item.id, forward.url)
            if forward.relay and relay is None:
                job.relay = Relay()
                relay = item, forward, job.relay
            if lane.is_free:
                job.fresh = Fresh(item, forward, request)
            lane.put(job)
        return None if relay is None else await self._answer_of(*relay)

    def _look_later(self, number: int) -> None:
        """Look again after captures whose forwards could not be read: one task, however many there are."""
        self._missed.append(number)
        if len(self._missed) == 1:
            self._tasks.start(self._look_again(), "forward what could not be read")

    async def _look_again(self) -> None:
        while self._missed:
            await asyncio.sleep(UNREADABLE_AGAIN_S)
            with contextlib.suppress(WorkbenchError):
                while self._missed:
                    number = self._missed[-1]
                    stored = await self._forwards.run(lambda reader, number=number: reader.of_capture(number))
                    self._missed.remove(number)
                    for item in stored:
                        self._lane(item.url).put(Job(item.id, item.url, is_recalled=True))

    async def _answer_of(self, item: StoredForward, forward: Forward, relay: Relay) -> tuple[Response, str]:
        """Wait for a target's answer; a target that is busy for too long has none."""
        try:
            async with asyncio.timeout(forward.timeout_s):
                await relay.begun.wait()
        except TimeoutError:
            relay.is_withdrawn = True
            busy = f"{forward.url} was busy with other requests for {seconds_text(forward.timeout_s)}."
            self._note_soon(replace(item, state=ForwardState.FAILED, message=busy))
            return self._not_relayed(busy, 504)
        outcome = await relay.done
        if isinstance(outcome, str):
            return self._not_relayed(outcome, 502)
        if outcome.response is not None:
            return relayable(outcome.response), f"Relayed from {forward.url}."
        assert outcome.failure is not None
        status = 504 if outcome.failure.kind is FailureKind.TIMED_OUT else 502
        return self._not_relayed(outcome.failure.message, status)

    def _not_relayed(self, why: str, status: int) -> tuple[Response, str]:
        return plain_response(status, f"{why}\n", self._clock.now_us() // 1_000_000), f"Not relayed: {why}"

    async def _work(self, job: Job) -> None:
        """Make one attempt of a job, and put it back where it is to be tried again."""
        fresh, job.fresh = job.fresh, None
        try:
            known = fresh or await self._read(job)
            if known is not None:
                await self._attempt(job, known)
        except WorkbenchError as error:
            log.warning("a forward could not be read: %s", error.message)
            if job.relay is None:
                self._lane(job.url).put(job, self._clock.now_us() + round(UNREADABLE_AGAIN_S * 1_000_000))
        except Exception:
            log.exception("a forward failed")  # A bug of ours: it stays unfinished, for the next start.
        finally:
            if job.relay is not None:
                job.relay.finish("The target's answer did not come.")

    async def _read(self, job: Job) -> Fresh | None:
        """Return what an attempt needs, from the store; None where there is nothing more to do."""
        item = await self._forwards.run(lambda reader: reader.get(job.id))
        if item is None or item.state is not ForwardState.PENDING:
            return None
        capture = await self._reading.run(lambda reader: reader.get(item.capture_number))
        if capture is None:
            return None
        endpoint = self._rules.endpoints.get(capture.endpoint) if self._rules is not None else None
        forward = next((one for one in endpoint.forwards if one.url == item.url), None) if endpoint else None
        if endpoint is None or forward is None:
            await self._fail(item, job, "The endpoint no longer forwards there.")
            return None
        if job.is_recalled and not item.attempts and not await self._is_meant(item, forward, endpoint, capture):
            return None
        return Fresh(item, forward, capture.request)

    async def _is_meant(self, item: StoredForward, forward: Forward, endpoint: Endpoint, capture: Capture) -> bool:
        """Decide what the run before had no time to: whether an event is for its target. Note it where it is not."""
        event, rules = capture.event, self._rules
        if not event and rules is not None and any(one.events for one in endpoint.forwards):
            event = await asyncio.to_thread(event_of, rules, endpoint, capture.request)
        if not _is_for(forward, event, capture.request):
            self._skip(item, event)
            return False
        relaying = (one for one in endpoint.forwards if one.relay and _is_for(one, event, capture.request))
        if forward is next(relaying, None):
            await self._note(replace(item, state=ForwardState.FAILED, message="The listener stopped meanwhile."))
            return False
        return True

    async def _attempt(self, job: Job, known: Fresh) -> None:
        item, forward = known.item, known.forward
        try:
            target, directed = forward_request(known.request, forward.url)
        except UsageError as error:
            await self._fail(item, job, error.message)
            return
        if self._goes_in_circles(target, known.request):
            await self._fail(item, job, f"{forward.url} leads back to this listener, so it was not forwarded there.")
            return
        attempt = await self._sender.attempt(target, directed, forward.timeout_s)
        if job.relay is not None:
            job.relay.finish(attempt)
            forward = replace(forward, attempts=1)
        self.targets.saw(forward.url, attempt)
        number = await self._history.add(item, target.url + directed.target, attempt)
        item = after_attempt(replace(item, delivery_number=number), attempt, forward, self._clock.now_us())
        await self._note(item)
        if item.state is ForwardState.PENDING:
            self._lane(forward.url).put(Job(item.id, forward.url), item.next_at_us)

    def _goes_in_circles(self, target: Target, request: Request) -> bool:
        """Return whether a target is this listener: by its port, or by the name that its sender called us by."""
        called = {request.headers.get(name).strip().lower() for name in ("host", "x-forwarded-host")}
        return self.is_own(*target.address) or target.authority.lower() in called

    def _skip(self, item: StoredForward, event: str) -> None:
        kind = f"Events {event} are" if event else "Requests without a known event are"
        self._note_soon(replace(item, state=ForwardState.SKIPPED, message=f"{kind} not for this target."))

    async def _fail(self, item: StoredForward, job: Job, why: str) -> None:
        if job.relay is not None:
            job.relay.finish(why)
        await self._note(replace(item, state=ForwardState.FAILED, message=why))

    def _note_soon(self, item: StoredForward) -> None:
        self._tasks.start(self._note(item), "note how far a forward came")

    async def _note(self, item: StoredForward) -> None:
        try:
            await submit(self._captures, update_forwards, item)
        except WorkbenchError as error:
            log.warning("the state of a forward was not stored: %s", error.message)
        if item.state is not ForwardState.PENDING:
            self.finished.emit(item)


def _is_for(forward: Forward, event: str, request: Request) -> bool:
    """Return whether a target gets an event. One too large to be looked at goes to all: better twice than never."""
    return forward.takes(event) or (not event and request.body.size > BODY_PARSE_LIMIT_BYTES)
