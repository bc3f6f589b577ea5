"""From an arrived request to a stored capture and its answer: nothing is answered 2xx before it is durable."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from workbench.engine.answering import Answering, Decision
from workbench.engine.answers import AT_ONCE, NO_ANSWER, Sending, plain_response
from workbench.engine.events import Event
from workbench.engine.forwarding import Forwarding
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.capture import Arrival, Fault, Peer
from workbench.model.clock import Clock
from workbench.model.endpoint import CATCH_ALL
from workbench.model.errors import WorkbenchError
from workbench.model.message import Request, Response
from workbench.storage.captures import RelayedAnswer, add_captures, mark_answered, set_answers
from workbench.storage.database import Database

log = logging.getLogger(__name__)

ANSWERED_EVERY_S = 0.1
"""How long the times of answers are gathered before they are written: they are not worth a commit each."""

AWAITED = "The target's answer is awaited."
"""The reason on record until a relayed answer is there."""

FAULT_STATUS = {
    Fault.MALFORMED: 400,
    Fault.ABORTED: 400,
    Fault.TIMED_OUT: 408,
    Fault.TOO_LARGE: 413,
}


@dataclass(slots=True)
class Received:
    """A request as the listener read it, before anything was decided about it.

    Not frozen, like `Answered` and `Arrival`: a frozen one takes three times as long to make, for every webhook.
    """

    request: Request
    peer: Peer
    received_at_us: int
    completed_at_us: int
    fault: Fault | None = None
    fault_message: str = ""


@dataclass(slots=True)
class Answered:
    """What goes back to the sender; `number` is None where the capture could not be stored."""

    response: Response
    number: int | None
    sending: Sending = AT_ONCE


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was answered 503 because it could not be stored; `count` is how many so far."""

    error: WorkbenchError
    count: int


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A capture that asks to be confirmed, and what it says in words."""

    number: int
    reason: str


class CaptureService:
    """Stores what arrives and says what to answer."""

    def __init__(self, database: Database, clock: Clock, answering: Answering) -> None:
        self._database = database
        self._clock = clock
        self._answering = answering
        self._tasks = TaskSet()
        self._answered: list[tuple[int, int]] = []
        self._answered_timer: asyncio.TimerHandle | None = None
        self.forwarding: Forwarding | None = None
        """Takes on what is to be forwarded; without it nothing is."""
        self.refused_count = 0
        self.stored: Event[int] = Event()
        """The number of a capture that is now durable."""
        self.relayed: Event[int] = Event()
        """The number of a capture whose answer came from a target, and is durable now too."""
        self.refused: Event[Refusal] = Event()
        self.to_confirm: Event[ToConfirm] = Event()
        """A stored capture that asks for a call which only the user may allow."""

    async def receive(self, received: Received) -> Answered:
        """Store a request with the answer chosen for it; return once both are durable.

        If the store refuses, the answer is 503 and nothing was stored.
        """
        decision = self._decide_at_once(received) or await self._decide(received)
        if not decision.forwards or self.forwarding is None:
            return await self._store(received, decision)
        relays = any(forward.relay for forward in decision.forwards)
        kept = replace(decision, response=NO_ANSWER, reason=AWAITED) if relays else decision
        answered = await self._store(received, kept)
        if answered.number is None:
            return answered
        return await self._forwarded(answered.number, received, decision, self.forwarding)

    def receive_soon(self, received: Received, done: Callable[[Answered], None]) -> None:
        """As `receive`, told by a call: a task and a future less for each of thousands a second."""
        decision = self._decide_at_once(received)
        if decision is not None and not decision.forwards:
            self._store_soon(received, decision, done)
            return

        async def receive() -> None:
            try:
                answered = await self.receive(received)
            except Exception:  # A bug of ours; the sender must not hang for it.
                log.exception("a request could not be answered")
                answered = Answered(self._failed(received).response, None)
            done(answered)

        self._tasks.start(receive(), "answer a request")

    def _decide_at_once(self, received: Received) -> Decision | None:
        second = received.completed_at_us // 1_000_000
        try:
            if received.fault is None:
                return self._answering.decide_at_once(received.request, second)
            endpoint = self._answering.endpoint_name(received.request)
        except Exception:
            # A bug of ours: the capture is kept all the same, and the sender may try again.
            log.exception("no answer could be chosen")
            return self._failed(received)
        status = FAULT_STATUS[received.fault]
        response = plain_response(status, f"{received.fault_message}\n", second, (("Connection", "close"),))
        return Decision(response, endpoint)

    async def _decide(self, received: Received) -> Decision:
        second = received.completed_at_us // 1_000_000
        address = received.peer.address
        try:
            return await self._answering.decide(received.request, address, received.received_at_us, second)
        except Exception:
            log.exception("no answer could be chosen")
            return self._failed(received)

    def _failed(self, received: Received) -> Decision:
        text = "The answer could not be chosen. Please try again later.\n"
        response = plain_response(500, text, received.completed_at_us // 1_000_000)
        try:
            endpoint = self._answering.endpoint_name(received.request)
        except Exception:
            endpoint = CATCH_ALL
        return Decision(response, endpoint, "An error of the listener; see its log.")

    async def _forwarded(
        self, number: int, received: Received, decision: Decision, forwarding: Forwarding
    ) -> Answered:
        """Hand a stored request to its targets; return the first one's answer where that is to be relayed."""
        relays = any(forward.relay for forward in decision.forwards)
        event_of = partial(self._answering.event_of, received.request)
        try:
            relayed = await forwarding.take(number, received.request, decision, event_of)
        except Exception as error:
            # The capture is kept with its forwards, which go on at the next start.
            log.exception("capture %d could not be handed to its targets", number)
            relayed = self._not_relayed(received, error) if relays else None
            if relayed is None:
                return Answered(decision.response, number, decision.sending)
        if relayed is None:
            if not relays:
                return Answered(decision.response, number, decision.sending)
            relayed = decision.response, decision.reason  # The event is not for the target that would have answered.
        try:
            await submit(self._database, set_answers, RelayedAnswer(number, *relayed))
        except WorkbenchError as error:
            return Answered(self.refuse(error), None)
        self.relayed.emit(number)
        return Answered(relayed[0], number, decision.sending)

    def _not_relayed(self, received: Received, error: Exception) -> tuple[Response, str]:
        text = "The target could not be asked. Please try again later.\n"
        said = error.message if isinstance(error, WorkbenchError) else "An error of the listener; see its log."
        return plain_response(502, text, received.completed_at_us // 1_000_000), f"Not relayed: {said}"

    async def _store(self, received: Received, decision: Decision) -> Answered:
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._store_soon(received, decision, lambda answered: future.done() or future.set_result(answered))
        return await future

    def _store_soon(self, received: Received, decision: Decision, done: Callable[[Answered], object]) -> None:
        def stored(number: int, error: WorkbenchError | None) -> None:
            if error is None:
                self.stored.emit(number)
                if decision.is_to_confirm:
                    self.to_confirm.emit(ToConfirm(number, decision.reason))
                done(Answered(decision.response, number, decision.sending))
            else:
                done(Answered(self.refuse(error), None))

        self._database.submit(add_captures, _arrival(received, decision), stored)

    def refuse(self, error: WorkbenchError) -> Response:
        """Count and announce a request that could not be kept; return the 503 to send."""
        self.refused_count += 1
        log.warning("a request was refused: %s", error.message)
        self.refused.emit(Refusal(error, self.refused_count))
        text = "The capture could not be stored, so it was not accepted. Please try again later.\n"
        return plain_response(503, text, self._clock.now_us() // 1_000_000, (("Retry-After", "5"),))

    def receive_unanswered(self, received: Received, *, connected: bool) -> Response:
        """Store a request in the background; return the answer, which is written at once if `connected`."""
        decision = self._decide_at_once(received)
        assert decision is not None, "only what went wrong is not answered"
        answered_at_us = self._clock.now_us()

        async def store() -> None:
            stored = await self._store(received, decision)
            if connected and stored.number is not None:
                self._note_answered(stored.number, answered_at_us)

        self._tasks.start(store(), "store a request that was not answered")
        return decision.response

    def answered(self, number: int) -> None:
        """Note that the answer to this capture was written just now."""
        self._note_answered(number, self._clock.now_us())

    def _note_answered(self, number: int, answered_at_us: int) -> None:
        self._answered.append((number, answered_at_us))
        if self._answered_timer is None:
            loop = asyncio.get_running_loop()
            self._answered_timer = loop.call_later(ANSWERED_EVERY_S, self._write_answered)

    async def close(self) -> None:
        """Finish what is under way."""
        await self._tasks.finish(timeout_s=5)
        if self._answered_timer is not None:
            self._answered_timer.cancel()
            self._write_answered()

    def _write_answered(self) -> None:
        batch, self._answered = self._answered, []
        self._answered_timer = None
        self._database.submit(mark_answered, batch, _log_failure)


def _log_failure(_result: object, error: WorkbenchError | None) -> None:
    if error is not None:
        log.warning("times of answers were not stored: %s", error.message)


def _arrival(received: Received, decision: Decision) -> Arrival:
    return Arrival(
        received.request,
        decision.response,
        received.peer,
        decision.endpoint,
        received.received_at_us,
        received.completed_at_us,
        received.fault,
        received.fault_message,
        decision.reason,
        decision.guard,
        tuple(forward.url for forward in decision.forwards) if decision.forwards else (),
    )
