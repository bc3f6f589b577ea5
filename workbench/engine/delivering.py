"""Sending and replaying: builds the exact request, follows where it leads, and keeps what came of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.engine.authenticating import Authenticator
from workbench.engine.body_sink import BodySink
from workbench.engine.checking_answers import Answer, Taken, check, take
from workbench.engine.cookies import CookieStore
from workbench.engine.dynamic_values import Sources
from workbench.engine.events import Event
from workbench.engine.exchanging import Exchange
from workbench.engine.hidden_errors import hiding
from workbench.engine.oauth import OAuthTokens
from workbench.engine.preparing import Prepared, SigningOf, prepare
from workbench.engine.reading import Reading
from workbench.engine.replaying import replay_request
from workbench.engine.routes import DIRECT
from workbench.engine.signing import Signing, signed
from workbench.engine.tasks import TaskSet
from workbench.engine.writing import submit
from workbench.model.authentication import NO_AUTH
from workbench.model.capture import Capture
from workbench.model.checks import CheckResult
from workbench.model.clock import Clock
from workbench.model.collection import Defaults, SavedRequest
from workbench.model.delivery import Attempt, Delivery, DeliveryKind
from workbench.model.errors import WorkbenchError
from workbench.model.masking import masked_sentence, masked_text
from workbench.model.send_settings import USUAL_SETTINGS
from workbench.model.variables import Known, Scopes
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryReader, DeliveryWrites

DEFAULT_TIMEOUT_S = USUAL_SETTINGS.timeout_s


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery, and what was asked of its answer."""

    delivery: Delivery
    checks: tuple[CheckResult, ...] = ()
    taken: tuple[Taken, ...] = ()
    used: tuple[Known, ...] = ()
    """The variables that were used, values worked out."""


class DeliveryService:
    """Sends requests and stores every attempt, also one that was cancelled."""

    def __init__(
        self,
        database: Database,
        spool: Path,
        clock: Clock,
        *,
        cookies: CookieStore | None = None,
        history: Reading[DeliveryReader] | None = None,
        is_trusted: Callable[[Path], bool] = lambda _: False,
    ) -> None:
        """`is_trusted` says whether a collection's folder may read files of this machine; it may block."""
        self._database = database
        self._spool = spool
        self._writes = DeliveryWrites(spool)
        self._clock = clock
        self._history = history
        self._is_trusted = is_trusted
        self._tasks = TaskSet()
        self._add = self._writes.add  # One object: neighbours in the queue are known by it.
        self.cookies = cookies
        self.tokens = OAuthTokens(clock)
        """OAuth 2 tokens; whoever has a browser sets `open_browser`."""
        self._authenticator = Authenticator(self.tokens)
        self.finished: Event[Delivery] = Event()
        """A delivery that is stored now."""

    async def send(
        self,
        saved: SavedRequest,
        *,
        scopes: Scopes | None = None,
        inherited: Sequence[Defaults] = (),
        signing: Signing | SigningOf | None = None,
        sources: Sources | None = None,
        timeout_s: float | None = None,
        capture_number: int | None = None,
    ) -> Delivery:
        """Send a composed request, signed last where that is asked for; return the stored delivery.

        `inherited` is what its folders give, nearest first; without `scopes` its texts are not read for variables.
        `signing` may be a function that makes one of the request's own choice: `Signatures.signing_of`. A
        `timeout_s` counts before the settings' own; 0 waits without end. UsageError where it makes no request.
        """
        sent = await self.send_and_check(
            saved,
            scopes=scopes,
            inherited=inherited,
            signing=signing,
            sources=sources,
            timeout_s=timeout_s,
            capture_number=capture_number,
        )
        return sent.delivery

    async def send_and_check(
        self,
        saved: SavedRequest,
        *,
        scopes: Scopes | None = None,
        inherited: Sequence[Defaults] = (),
        signing: Signing | SigningOf | None = None,
        sources: Sources | None = None,
        timeout_s: float | None = None,
        capture_number: int | None = None,
        sink: BodySink | None = None,
    ) -> Sent:
        """Send as `send` does, and return what came of the request's assertions and takings, too.

        A `sink` takes the answer's body as it comes, of any size: the history has its head and its size. It is not
        asked where assertions or takings read the body. Its errors are raised.
        """
        prepared = await self.prepare(saved, scopes=scopes, inherited=inherited, signing=signing, sources=sources)
        if timeout_s is not None:
            prepared = replace(prepared, settings=replace(prepared.settings, timeout_s=timeout_s))
        url = masked_text(prepared.target.url + prepared.target.path, prepared.secrets)
        delivery = Delivery(DeliveryKind.SEND, url, self._clock.now_us(), (), capture_number, saved.name)
        reads = prepared.saved.assertions or prepared.saved.takings
        stored = await self._deliver(delivery, prepared, None if reads else sink)
        checks, taken = await asyncio.to_thread(_looked_at, prepared.saved, stored.last)
        told = tuple(replace(each, problem=masked_sentence(each.problem, prepared.secrets)) for each in taken)
        return Sent(stored, _masked(checks, prepared.secrets), told, prepared.used)

    async def prepare(
        self,
        saved: SavedRequest,
        *,
        scopes: Scopes | None = None,
        inherited: Sequence[Defaults] = (),
        signing: Signing | SigningOf | None = None,
        sources: Sources | None = None,
    ) -> Prepared:
        """Return the exact request that `send` would send now, and send nothing but what a token needs.

        Of `sources.folder`, a collection that is not trusted here, nothing reaches out to other files, nor to answers
        in the history: those of a request of the same name may be anybody's.
        """
        given = sources or Sources(self._clock)
        if given.folder is not None and not await asyncio.to_thread(self._is_trusted, given.folder):
            given = replace(given, contained=True)
        elif given.answer_of is None:
            given = replace(given, answer_of=self.newest_answer)
        return await prepare(
            saved,
            self._authenticator,
            given,
            scopes=scopes,
            inherited=inherited,
            signing=signing,
            cookies=self.cookies,
            spool=self._spool,
        )

    async def newest_answer(self, name: str) -> Attempt | None:
        """Return the newest answer in the history to the saved request of that name, None where there is none."""
        if self._history is None:
            return None
        delivery = await self._history.run(lambda reader: reader.newest_answered(name))
        return delivery.last if delivery is not None else None

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

        UsageError where that cannot be. See `replaying`. Redirects are not followed.
        """
        target, request = replay_request(capture, url, keep_host=keep_host)
        if signing is not None:
            request = signed(request, target.url, signing, self._clock.now_us())
        settings = replace(USUAL_SETTINGS, timeout_s=timeout_s or 0)
        secrets = frozenset({signing.secret} - {""}) if signing is not None else frozenset[str]()
        prepared = Prepared(SavedRequest(), target, request, settings, DIRECT, NO_AUTH, secrets=secrets)
        delivery = Delivery(
            DeliveryKind.REPLAY,
            target.url + request.target,
            self._clock.now_us(),
            (),
            capture_number=capture.number,
        )
        return await self._deliver(delivery, prepared)

    async def _deliver(self, delivery: Delivery, prepared: Prepared, sink: BodySink | None = None) -> Delivery:
        exchange = Exchange(prepared, self._clock, self.cookies, sink)
        try:
            with hiding(prepared.secrets):
                await exchange.run()
        except asyncio.CancelledError:
            self._tasks.start(self._store_cancelled(delivery, exchange), "store a cancelled delivery")
            raise
        except WorkbenchError:
            if exchange.attempts:
                await self._store(replace(delivery, attempts=tuple(exchange.attempts)))
            raise
        return await self._store(replace(delivery, attempts=tuple(exchange.attempts)))

    async def _store_cancelled(self, delivery: Delivery, exchange: Exchange) -> None:
        """Store what was under way; all of its body is searched for secrets, so that is a thread's work."""
        cancelled = await asyncio.to_thread(exchange.cancelled)
        await self._store(replace(delivery, attempts=(*exchange.attempts, cancelled)))

    async def _store(self, delivery: Delivery) -> Delivery:
        stored = replace(delivery, number=await submit(self._database, self._add, delivery))
        self.finished.emit(stored)
        return stored

    async def close(self) -> None:
        """Finish storing what was cancelled."""
        await self._tasks.finish(timeout_s=5)


def _masked(checks: tuple[CheckResult, ...], secrets: frozenset[str]) -> tuple[CheckResult, ...]:
    """Return results that may be shown: what was expected may have been a secret's value."""
    if not secrets:
        return checks
    return tuple(
        replace(
            result,
            assertion=replace(result.assertion, value=masked_text(result.assertion.value, secrets)),
            message=masked_sentence(result.message, secrets),
            found=result.found and masked_text(result.found, secrets),
        )
        for result in checks
    )


def _looked_at(saved: SavedRequest, attempt: Attempt) -> tuple[tuple[CheckResult, ...], tuple[Taken, ...]]:
    """Return what came of assertions and takings; where no answer came no assertion holds."""
    if not saved.assertions and not saved.takings:
        return (), ()
    if attempt.response is None or attempt.failure is not None:
        reason = attempt.failure.message if attempt.failure else "No answer came."
        failed = tuple(CheckResult(each, False, reason) for each in saved.assertions if each.enabled)
        return failed, tuple(Taken(each, None, reason) for each in saved.takings if each.enabled)
    answer = Answer.of(attempt)
    return check(answer, saved.assertions), take(answer, saved.takings)
