"""From an arrived request to a stored capture and its answer: nothing is answered 2xx before it is durable."""

import asyncio
import logging
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from workbench.engine.events import Event
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.capture import Arrival, Fault, Peer
from workbench.model.clock import Clock
from workbench.model.errors import StorageError, WorkbenchError
from workbench.model.message import Body, Head, Headers, Request, Response
from workbench.storage.captures import add_captures, mark_answered
from workbench.storage.database import Database

log = logging.getLogger(__name__)

CATCH_ALL = "catch-all"
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
        self._answered: list[tuple[int, int]] = []
        self._answered_timer: asyncio.TimerHandle | None = None
        self.refused_count = 0
        self.stored: Event[int] = Event()
        """The number of a capture that is now durable."""
        self.refused: Event[Refusal] = Event()

    async def receive(self, received: Received) -> Answered:
        """Store a request with the answer chosen for it; return once both are durable.

        If the store refuses, the answer is 503 and nothing was stored.
        """
        return await self._store(received, self._choose_answer(received))

    async def _store(self, received: Received, response: Response) -> Answered:
        try:
            number: int = await submit(self._database, add_captures, _arrival(received, response))
        except StorageError as error:
            return Answered(self.refuse(error), None)
        self.stored.emit(number)
        return Answered(response, number)

    def refuse(self, error: WorkbenchError) -> Response:
        """Count and announce a request that could not be kept; return the 503 to send."""
        self.refused_count += 1
        log.warning("a request was refused: %s", error.message)
        self.refused.emit(Refusal(error, self.refused_count))
        text = "The capture could not be stored, so it was not accepted. Please try again later.\n"
        return plain_response(503, text, self._clock, (("Retry-After", "5"),))

    def receive_unanswered(self, received: Received) -> Response:
        """Store a request in the background; return the answer that is put on record."""
        response = self._choose_answer(received)
        self._tasks.start(self._store(received, response), "store a request that was not answered")
        return response

    def answered(self, number: int) -> None:
        """Note that the answer to this capture was written just now."""
        self._answered.append((number, self._clock.now_us()))
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
        if received.fault is not None:
            status = FAULT_STATUS[received.fault]
            return plain_response(status, f"{received.fault_message}\n", self._clock, (("Connection", "close"),))
        return plain_response(self._answer_status, "", self._clock)

    def _write_answered(self) -> None:
        batch, self._answered = self._answered, []
        self._answered_timer = None
        self._database.submit(mark_answered, batch, _log_failure)


def _log_failure(_result: object, error: WorkbenchError | None) -> None:
    if error is not None:
        log.warning("times of answers were not stored: %s", error.message)


def _arrival(received: Received, response: Response) -> Arrival:
    return Arrival(
        request=received.request,
        answer=response,
        peer=received.peer,
        endpoint=CATCH_ALL,
        received_at_us=received.received_at_us,
        completed_at_us=received.completed_at_us,
        fault=received.fault,
        fault_message=received.fault_message,
    )


_heads: dict[tuple[int, int, int, tuple[tuple[str, str], ...]], Head] = {}


def plain_response(status: int, text: str, clock: Clock, extra: tuple[tuple[str, str], ...] = ()) -> Response:
    """Return a response of plain text with every header it will have on the wire, `Date` among them.

    Its heads are kept for the second that they are good for: a burst asks for the same one thousands of times.
    """
    body = Body(text.encode())
    second = clock.now_us() // 1_000_000
    key = (second, status, body.size, extra)
    head = _heads.get(key)
    if head is None:
        if len(_heads) > 64:
            _heads.clear()
        head = _heads[key] = _plain_head(status, body.size, second, extra)
    return Response(head, body)


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
