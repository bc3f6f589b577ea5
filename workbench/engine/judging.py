"""Finds out whose captures are and whether their signatures are right, after they are durable.

A webhook never waits for this. It runs in a thread of its own, a few captures at a time, and while more arrive it
takes a fiftieth of the time, so that a burst is stored as fast as without it (measured in the benchmark). What
was judged is remembered in the store: after a crash, or when secrets change, it goes on from there.
"""

import asyncio
import logging
import time

from workbench.engine.events import Event
from workbench.engine.reading import Reading
from workbench.engine.rules import BODY_LIMIT_BYTES, Rules, find_provider, subject_of
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.endpoint import Endpoint
from workbench.model.errors import StorageError
from workbench.model.message import Request
from workbench.model.signature import Detection, Verdict, Verification
from workbench.providers.verification import verify
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.judgements import Judgement, restart_judging, write_judgements

log = logging.getLogger(__name__)

BATCH = 32
SHARE_WHILE_BUSY = 0.02
BUSY_WITHIN_S = 0.05
"""Arrivals this close together count as a burst."""


def judge(rules: Rules, number: int, endpoint_name: str, arrived_us: int, request: Request) -> Judgement:
    """Return what can be said of one capture; never raises for what came in."""
    endpoint = rules.endpoint(endpoint_name)
    if request.body.size > BODY_LIMIT_BYTES:
        return _judge_large(rules, number, endpoint, request)
    try:
        body = request.body.read()
    except OSError:
        return Judgement(number, Detection(), None)
    subject = subject_of(request, endpoint, body)
    provider, detection = find_provider(rules, endpoint, subject)
    if provider is None:
        return Judgement(number, detection, None)
    verification = verify(provider, subject, rules.secrets_of(endpoint), arrived_us, rules.context(endpoint))
    return Judgement(number, detection, verification)


def _judge_large(rules: Rules, number: int, endpoint: Endpoint, request: Request) -> Judgement:
    provider, detection = find_provider(rules, endpoint, subject_of(request, endpoint, b""))
    if provider is None:
        return Judgement(number, detection, None)
    reason = (
        f"The body has {request.body.size / 1_000_000:,.0f} MB, too much to check on arrival."
        f" Check it with: workbench verify --capture {number}"
    )
    return Judgement(number, detection, Verification(Verdict.NO_SECRET, reason, provider.id))


class Judging:
    """The judge of one store. `start` it on the loop, `close` it before the store."""

    def __init__(self, database: Database, reading: Reading[CaptureReader], rules: Rules) -> None:
        self._database = database
        self._reading = reading
        self._rules = rules
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._last_arrival = 0.0
        self._closing = False
        self._tasks = TaskSet()
        self._task: asyncio.Task[None] | None = None
        self.up_to = 0
        self.judged: Event[int] = Event()
        """The number up to which captures are judged, after each batch."""

    def start(self) -> None:
        """Begin with what is not yet judged."""
        self._news.set()
        self._task = self._tasks.start(self._run(), "judge captures")

    def arrived(self, _number: int) -> None:
        """Note that a capture is durable."""
        self._last_arrival = time.monotonic()
        self._idle.clear()
        self._news.set()

    async def judge_anew(self, rules: Rules) -> None:
        """Judge everything again, by these rules."""
        self._rules = rules
        await submit(self._database, restart_judging, 0)
        self._idle.clear()
        self._news.set()

    async def drained(self) -> None:
        """Return when everything that is stored is judged."""
        if self._task is not None and not self._task.done():
            waiting = asyncio.ensure_future(self._idle.wait())
            await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()

    async def close(self) -> None:
        """Stop after the batch under way; what is left is judged at the next start."""
        self._closing = True
        self._news.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._closing:
            await self._news.wait()
            self._news.clear()
            try:
                while not self._closing and await self._judge_some():
                    pass
            except StorageError as error:
                log.warning("captures could not be judged: %s", error.message)
                await asyncio.sleep(1)
            self._idle.set()

    async def _judge_some(self) -> bool:
        """Judge a batch; return whether there was any."""
        began = time.monotonic()
        rules = self._rules
        found = await self._reading.run(lambda reader: _judge_batch(reader, rules))
        if not found:
            return False
        if self._rules is rules:
            await submit(self._database, write_judgements, (found[-1].number, found))
            self.up_to = found[-1].number
            self.judged.emit(self.up_to)
        now = time.monotonic()
        if now - self._last_arrival < BUSY_WITHIN_S and len(found) == BATCH and not self._closing:
            await asyncio.sleep((now - began) * (1 / SHARE_WHILE_BUSY - 1))
        return True


def _judge_batch(reader: CaptureReader, rules: Rules) -> list[Judgement]:
    found: list[Judgement] = []
    for number, endpoint, arrived_us, request in reader.unjudged(BATCH):
        try:
            found.append(judge(rules, number, endpoint, arrived_us, request))
        except Exception:
            # A bug of ours: the capture is kept all the same, and the ones after it are judged.
            log.exception("capture %d could not be judged", number)
            found.append(Judgement(number, Detection(), None))
    return found
