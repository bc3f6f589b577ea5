"""Finds out whose captures are and whether their signatures are right, after they are durable.

A webhook never waits for this. It runs in a thread of its own, a few captures at a time, and while more arrive it
takes a fiftieth of the time, so that a burst is stored as fast as without it (measured in the benchmark). What
was judged is remembered in the store: after a crash, or when secrets change, it goes on from there.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.engine.events import Event
from workbench.engine.reading import Reading
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.capture import Capture
from workbench.model.endpoint import CATCH_ALL, Endpoint
from workbench.model.errors import StorageError, WorkbenchError
from workbench.model.message import Request
from workbench.model.signature import Detection, Secret, Verdict, Verification
from workbench.providers.context import Context
from workbench.providers.detection import describe
from workbench.providers.pack import Provider
from workbench.providers.subject import Subject
from workbench.providers.verification import verify
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.endpoints import Endpoints, load_endpoints
from workbench.storage.fetched_keys import kept_key
from workbench.storage.judgements import Judgement, restart_judging, write_judgements
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets

log = logging.getLogger(__name__)

BATCH = 32
SHARE_WHILE_BUSY = 0.02
BUSY_WITHIN_S = 0.05
"""Arrivals this close together count as a burst."""

BODY_LIMIT_BYTES = 16 * 1024 * 1024
"""A larger body is not verified on its own: it would take memory that the listener promised not to take."""


@dataclass(slots=True)
class Rules:
    """Packs, endpoints and the secrets they name, as they were last read; `problems` are sentences."""

    paths: Paths
    packs: Packs
    endpoints: Endpoints
    secrets: dict[str, list[Secret]] = field(default_factory=dict[str, list[Secret]], repr=False)
    problems: list[str] = field(default_factory=list[str])

    @classmethod
    def load(cls, paths: Paths, secrets: Secrets | None = None) -> "Rules":
        """Read everything; a secret that cannot be had is left out and said."""
        rules = cls(paths, load_packs(paths), load_endpoints(paths))
        rules.problems += [*rules.packs.problems, *rules.endpoints.problems]
        store = secrets or Secrets(paths)
        for endpoint in rules.endpoints.all:
            rules.secrets[endpoint.name] = _resolved(endpoint, store, rules.problems)
        return rules

    def endpoint(self, name: str) -> Endpoint:
        return self.endpoints.get(name) or self.endpoints.get(CATCH_ALL) or Endpoint(CATCH_ALL)

    def context(self, endpoint: Endpoint) -> Context:
        """Return an endpoint's settings, and the keys that were fetched before."""
        return Context(dict(endpoint.settings), lambda url: kept_key(self.paths, url))

    def secrets_of(self, endpoint: Endpoint) -> list[Secret]:
        return self.secrets.get(endpoint.name, [])


def _resolved(endpoint: Endpoint, store: Secrets, problems: list[str]) -> list[Secret]:
    found: list[Secret] = []
    for use in endpoint.secrets:
        try:
            found.append(store.resolve(use.reference, use.provider or endpoint.provider))
        except WorkbenchError as error:
            problems.append(f"Endpoint {endpoint.name}: {error.message}")
    return found


def subject_of(request: Request, endpoint: Endpoint, body: bytes) -> Subject:
    """Return a captured request as signatures see it."""
    return Subject.of_head(request.head, body, endpoint.public_url)


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


def find_provider(rules: Rules, endpoint: Endpoint, subject: Subject) -> tuple[Provider | None, Detection]:
    """Return whose request it is: the endpoint's provider, else what the request looks like."""
    if endpoint.provider:
        provider = rules.packs.get(endpoint.provider)
        if provider is not None:
            return provider, describe(provider, subject)
    return rules.packs.detector.detect(subject)


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

    def __init__(self, database: Database, reading: Reading[CaptureReader], paths: Paths) -> None:
        self._database = database
        self._reading = reading
        self.paths = paths
        self._rules: Rules | None = None
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._last_arrival = 0.0
        self._closing = False
        self._tasks = TaskSet()
        self._task: asyncio.Task[None] | None = None
        self.up_to = 0
        self.passphrase: str | None = None
        """Of the secrets' file, where the system has no keyring."""
        self.judged: Event[int] = Event()
        """The number up to which captures are judged, after each batch."""
        self.problems: Event[Sequence[str]] = Event()
        """Sentences about packs, endpoints and secrets that could not be used, after each reading of them."""

    def start(self) -> None:
        """Begin with what is not yet judged."""
        self._news.set()
        self._task = self._tasks.start(self._run(), "judge captures")

    def arrived(self, _number: int) -> None:
        """Note that a capture is durable."""
        self._last_arrival = time.monotonic()
        self._idle.clear()
        self._news.set()

    async def reload(self) -> None:
        """Read packs, endpoints and secrets anew and judge everything again."""
        self._rules = None
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

    def _load(self) -> Rules:
        return Rules.load(self.paths, Secrets(self.paths, self.passphrase))

    async def _judge_some(self) -> bool:
        """Judge a batch; return whether there was any."""
        began = time.monotonic()
        rules = self._rules
        if rules is None:
            rules = self._rules = await asyncio.to_thread(self._load)
            self.problems.emit(tuple(rules.problems))
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


def judged_capture(rules: Rules, capture: Capture) -> tuple[Provider | None, Subject, Endpoint, Context]:
    """Return what explaining a capture's signature needs."""
    endpoint = rules.endpoint(capture.endpoint)
    subject = subject_of(capture.request, endpoint, capture.request.body.read())
    provider, _ = find_provider(rules, endpoint, subject)
    return provider, subject, endpoint, rules.context(endpoint)
