"""Whether the targets of forwards can be reached: seen before an event needs them, without a request."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from workbench.engine.composing import parse_target
from workbench.engine.events import Event
from workbench.engine.tasks import TaskSet
from workbench.model.clock import Clock
from workbench.model.delivery import Attempt, FailureKind
from workbench.model.errors import UsageError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
LOOK_AGAIN_S = 15.0
"""How long a target that could be reached is believed to be there, unless a forward says otherwise."""

LOOK_TIMEOUT_S = 2.0
_UNREACHABLE = (FailureKind.REFUSED, FailureKind.NOT_FOUND, FailureKind.NETWORK, FailureKind.TLS)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a target can be reached, and why not."""

    url: str
    is_up: bool
    at_us: int
    """When that was seen."""
    reason: str = ""


class TargetHealth:
    """The health of all targets. `start` to look after them, `close` to stop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._targets: set[str] = set()
        self._tasks = TaskSet()
        self.known: dict[str, Health] = {}
        """The targets that were looked at, by address."""
        self.changed: Event[Health] = Event()

    def use(self, targets: Iterable[str]) -> None:
        """Look after these targets from now on."""
        self._targets = set(targets)
        self.known = {url: health for url, health in self.known.items() if url in self._targets}

    def start(self) -> None:
        """Begin to look."""
        self._tasks.start(self._look_after_all(), "look after targets")

    async def close(self) -> None:
        """Look no more."""
        await self._tasks.finish(timeout_s=0)

    def saw(self, url: str, attempt: Attempt) -> None:
        """Note what an attempt to forward has shown."""
        failure = attempt.failure
        down = failure is not None and failure.kind in _UNREACHABLE
        self._note(url, failure.message if failure is not None and down else "")

    def _note(self, url: str, reason: str) -> None:
        if url not in self._targets:
            return
        before = self.known.get(url)
        health = self.known[url] = Health(url, not reason, self._clock.now_us(), reason)
        if (before is None and not health.is_up) or (before is not None and before.is_up != health.is_up):
            self.changed.emit(health)

    async def _look_after_all(self) -> None:
        while True:
            await asyncio.gather(*(self._look_at(url) for url in sorted(self._targets) if self._is_doubtful(url)))
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_doubtful(self, url: str) -> bool:
        health = self.known.get(url)
        return health is None or not health.is_up or self._clock.now_us() - health.at_us > LOOK_AGAIN_S * 1_000_000

    async def _look_at(self, url: str) -> None:
        try:
            await _connect(url)
        except Exception as error:  # Whatever one address does, the others are looked after.
            self._note(url, _unreachable(url, error))
        else:
            self._note(url, "")


async def _connect(url: str) -> None:
    """Open a connection and close it, with TLS where the target has it: a port that only accepts is not enough."""
    target = parse_target(url)
    host, port = target.address
    tls = await asyncio.to_thread(_tls_context) if target.url.startswith("https:") else None
    async with asyncio.timeout(LOOK_TIMEOUT_S):
        _, writer = await asyncio.open_connection(host, port, ssl=tls)
    writer.close()


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _unreachable(url: str, error: Exception) -> str:
    match error:
        case ConnectionRefusedError():
            return f"Nothing is listening at {url}. Start your server, or check the port."
        case TimeoutError():
            return f"{url} does not accept a connection."
        case UsageError():
            return error.message
        case ssl.SSLCertVerificationError():
            return f"No trusted TLS connection to {url}: {error.verify_message.rstrip('.')}."
        case ssl.SSLError():
            return f"No TLS connection to {url}: {(error.reason or str(error)).replace('_', ' ').lower()}."
        case socket.gaierror() | UnicodeError():
            return f"The host of {url} was not found. Check its name and your network."
        case OSError():
            return f"{url} cannot be reached: {error.strerror or error}."
        case _:
            log.error("looking after %s failed", url, exc_info=error)
            return f"{url} cannot be reached: {error}."
