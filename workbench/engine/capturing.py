"""From an arrived request to a stored capture and its answer: nothing is answered 2xx before it is durable."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from workbench.engine.events import Event
from workbench.engine.tasks import TaskSet
from workbench.model.capture import Arrival, Fault, Peer
from workbench.model.clock import Clock
from workbench.model.endpoint import CATCH_ALL, Endpoint, match_endpoint
from workbench.model.errors import WorkbenchError
from workbench.model.message import Body, Head, Headers, Request, Response
from workbench.storage.captures import add_captures, mark_answered
from workbench.storage.database import Database

log = logging.getLogger(__name__)

ANSWERED_EVERY_S = 0.1
"""How long the times of answers are gathered before they are written: they are not worth a commit each."""

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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was answered 503 because it could not be stored; `count` is how many so far."""

    error: WorkbenchError
    count: int


class CaptureService:
    """Stores what arrives and says what to answer."""

    def __init__(self, database: Database, clock: Clock, *, answer_status: int = 200) -> None:
        self._database = database
        self._clock = clock
        self._answer_status = answer_status
        self._tasks = TaskSet()
        self._usual_second = -1
        self._usual_answer = plain_response(answer_status, "", 0)
        self._answered: list[tuple[int, int]] = []
        self._answered_timer: asyncio.TimerHandle | None = None
        self.endpoints: tuple[Endpoint, ...] = ()
        """Where requests belong; may be replaced at any time."""
        self.refused_count = 0
        self.stored: Event[int] = Event()
        """The number of a capture that is now durable."""
        self.refused: Event[Refusal] = Event()

    async def receive(self, received: Received) -> Answered:
        """Store a request with the answer chosen for it; return once both are durable.

        If the store refuses, the answer is 503 and nothing was stored.
        """
        return await self._store(received, self._choose_answer(received))

    def receive_soon(self, received: Received, done: Callable[[Answered], None]) -> None:
        """As `receive`, told by a call: a task and a future less for each of thousands a second."""
        self._store_soon(received, self._choose_answer(received), done)

    async def _store(self, received: Received, response: Response) -> Answered:
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._store_soon(received, response, lambda answered: future.done() or future.set_result(answered))
        return await future

    def _store_soon(self, received: Received, response: Response, done: Callable[[Answered], object]) -> None:
        def stored(number: int, error: WorkbenchError | None) -> None:
            if error is None:
                self.stored.emit(number)
                done(Answered(response, number))
            else:
                done(Answered(self.refuse(error), None))

        self._database.submit(add_captures, self._arrival(received, response), stored)

    def refuse(self, error: WorkbenchError) -> Response:
        """Count and announce a request that could not be kept; return the 503 to send."""
        self.refused_count += 1
        log.warning("a request was refused: %s", error.message)
        self.refused.emit(Refusal(error, self.refused_count))
        text = "The capture could not be stored, so it was not accepted. Please try again later.\n"
        return plain_response(503, text, self._clock.now_us() // 1_000_000, (("Retry-After", "5"),))

    def receive_unanswered(self, received: Received, *, connected: bool) -> Response:
        """Store a request in the background; return the answer, which is written at once if `connected`."""
        response = self._choose_answer(received)
        answered_at_us = self._clock.now_us()

        async def store() -> None:
            stored = await self._store(received, response)
            if connected and stored.number is not None:
                self._note_answered(stored.number, answered_at_us)

        self._tasks.start(store(), "store a request that was not answered")
        return response

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

    def _choose_answer(self, received: Received) -> Response:
        second = received.completed_at_us // 1_000_000
        if received.fault is not None:
            status = FAULT_STATUS[received.fault]
            return plain_response(status, f"{received.fault_message}\n", second, (("Connection", "close"),))
        # Made once a second: a burst is answered thousands of times with the same bytes.
        if second != self._usual_second:
            self._usual_second = second
            self._usual_answer = plain_response(self._answer_status, "", second)
        return self._usual_answer

    def _arrival(self, received: Received, response: Response) -> Arrival:
        endpoints = self.endpoints
        name = match_endpoint(endpoints, received.request.target).name if len(endpoints) > 1 else CATCH_ALL
        return _arrival(received, response, name)

    def _write_answered(self) -> None:
        batch, self._answered = self._answered, []
        self._answered_timer = None
        self._database.submit(mark_answered, batch, _log_failure)


def _log_failure(_result: object, error: WorkbenchError | None) -> None:
    if error is not None:
        log.warning("times of answers were not stored: %s", error.message)


def _arrival(received: Received, response: Response, endpoint: str) -> Arrival:
    return Arrival(
        request=received.request,
        answer=response,
        peer=received.peer,
        endpoint=endpoint,
        received_at_us=received.received_at_us,
        completed_at_us=received.completed_at_us,
        fault=received.fault,
        fault_message=received.fault_message,
    )


def plain_response(status: int, text: str, second: int, extra: tuple[tuple[str, str], ...] = ()) -> Response:
    """Return a response of plain text with every header it will have on the wire, that second's `Date` too."""
    body = Body(text.encode())
    return Response(_plain_head(status, body.size, second, extra), body)


def _plain_head(status: int, size: int, second: int, extra: tuple[tuple[str, str], ...]) -> Head:
    pairs = [] if status in (204, 304) else [("Content-Length", str(size))]
    if size:
        pairs.append(("Content-Type", "text/plain; charset=utf-8"))
    pairs += [("Date", formatdate(second, usegmt=True)), ("Server", "Webhook-Workbench"), *extra]
    return Head.build(f"HTTP/1.1 {status} {_reason(status)}", Headers(tuple(pairs)))


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
