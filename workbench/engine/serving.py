"""The listener process: the store, the captures and the socket, opened and closed in order.

This is what `workbench listen` runs, headless or under the window. It alone writes captures.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from workbench.engine.answering import Answering
from workbench.engine.capturing import CaptureService
from workbench.engine.change_log import ChangeLog
from workbench.engine.configuration import Configuration
from workbench.engine.forward_history import ForwardHistory
from workbench.engine.forwarding import Forwarding
from workbench.engine.indexing import Indexing
from workbench.engine.judging import Judging
from workbench.engine.listener import Listener, ListenOptions
from workbench.engine.lookup_loop import LOOKUP_THREADS, LookupLoop
from workbench.engine.reading import Reading
from workbench.engine.retaining import Retaining
from workbench.engine.rules import Rules
from workbench.engine.tunnels.probes import Probes
from workbench.model.capture import Ledger
from workbench.model.clock import SystemClock
from workbench.model.endpoint import Forward
from workbench.model.errors import HomeInUseError, WorkbenchError
from workbench.providers.pack import Provider
from workbench.storage.captures import CaptureReader
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryReader, DeliveryWrites
from workbench.storage.endpoints import add_secret, endpoint_path, read_endpoint
from workbench.storage.forwards import ForwardReader
from workbench.storage.home_lock import HomeLock
from workbench.storage.migrations import CAPTURES, HISTORY
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key
from workbench.storage.secrets import Secrets
from workbench.storage.spool import sweep

T = TypeVar("T")
OWN_TRIES, OWN_AGAIN_S = 30, 0.05

MOST_FILES = 65_536
"""Open files of the process, one a connection."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A listener that listens, with the captures it makes."""

    listener: Listener
    captures: CaptureService
    reading: Reading[CaptureReader]
    judging: Judging
    configuration: Configuration
    forwarding: Forwarding
    ledger: Ledger
    """The account at the start."""


@asynccontextmanager
async def serving(
    paths: Paths, options: ListenOptions, *, answer_status: int = 200, forwards: tuple[Forward, ...] = ()
) -> AsyncGenerator[Serving]:
    """Open the store and listen; StorageError or ListenError says why not. Leaving drains and closes.

    Status and forwards are for all endpoints, beside what their files say.
    """
    paths.ensure()
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        call_soon = asyncio.get_running_loop().call_soon_threadsafe
        lock = await _own(paths)
        stack.callback(lock.release)
        database = Database(paths.captures, CAPTURES, call_soon, check=True)
        stack.push_async_callback(asyncio.to_thread, database.close)
        reading = _reading(stack, paths, "captures")
        configuration = Configuration(paths, forwards)
        answering = Answering(
            await configuration.load(),
            answer_status=answer_status,
            keep_secret=lambda name, provider, secret: _keep_secret(configuration, name, provider, secret),
        )
        captures = CaptureService(database, clock, answering)
        stack.push_async_callback(captures.close)
        forwarding = _forwarding(stack, paths, database, reading, clock)
        forwarding.use(configuration.rules)
        captures.forwarding = forwarding
        listener = Listener(captures, paths.spool, clock, options)
        listener.probes = Probes(await asyncio.to_thread(probe_key, paths), clock)
        forwarding.is_own = listener.is_own
        await forwarding.recall()
        await listener.start()
        stack.push_async_callback(listener.stop)
        lock.say(listener.url)
        listener.moved.subscribe(lock.say)
        _log_changes(stack, ChangeLog(database, clock), listener, captures, configuration)
        if paths.spool.exists():
            await asyncio.to_thread(_sweep, paths, clock.now_us())
        judging = Judging(database, _reading(stack, paths, "judge"), configuration.rules)
        for behind in (
            judging,
            Indexing(paths),
            Retaining(paths, database, _reading(stack, paths, "retention"), clock),
        ):
            _run_behind(stack, behind, captures)

        async def use(rules: Rules, judge_anew: bool) -> None:
            await asyncio.to_thread(lambda: rules.packs.all)
            answering.use(rules)
            forwarding.use(rules)
            if judge_anew:
                await judging.judge_anew(rules)

        configuration.use = use
        stack.push_async_callback(configuration.close)
        forwarding.start()
        ledger = await reading.run(CaptureReader.ledger)
        yield Serving(listener, captures, reading, judging, configuration, forwarding, ledger)


class _Behind(Protocol):
    """What works behind the captures, in the time that they leave."""

    def arrived(self, number: int, /) -> None: ...
    def start(self) -> None: ...
    async def close(self) -> None: ...


def _run_behind(stack: AsyncExitStack, behind: _Behind, captures: CaptureService) -> None:
    captures.stored.subscribe(behind.arrived)
    stack.push_async_callback(behind.close)
    behind.start()


def _log_changes(
    stack: AsyncExitStack,
    changes: ChangeLog,
    listener: Listener,
    captures: CaptureService,
    configuration: Configuration,
) -> None:
    """Let the log know of what was refused or changed, and of where we listen."""
    changes.listens(listener.url)
    stack.callback(changes.stopped)
    listener.moved.subscribe(changes.listens)
    configuration.changed.subscribe(changes.changed)
    configuration.problems.subscribe(changes.problems)
    captures.refused.subscribe(changes.refused)


async def _own(paths: Paths) -> HomeLock:
    """Make a home ours; a listener that is just stopping is waited for. HomeInUseError, StorageError."""
    for _ in range(OWN_TRIES):
        try:
            return HomeLock.take(paths)
        except HomeInUseError:
            await asyncio.sleep(OWN_AGAIN_S)
    return HomeLock.take(paths)


def _reading(stack: AsyncExitStack, paths: Paths, name: str) -> Reading[CaptureReader]:
    reading = Reading(lambda: CaptureReader(paths.captures, paths.spool), name)
    stack.push_async_callback(asyncio.to_thread, reading.close)
    return reading


def _forwarding(
    stack: AsyncExitStack, paths: Paths, database: Database, reading: Reading[CaptureReader], clock: SystemClock
) -> Forwarding:
    call_soon = asyncio.get_running_loop().call_soon_threadsafe
    history = ForwardHistory(lambda: Database(paths.history, HISTORY, call_soon), DeliveryWrites(paths.spool))
    stack.push_async_callback(history.close)
    forwards = Reading(lambda: ForwardReader(paths.captures), "forwards")
    stack.push_async_callback(asyncio.to_thread, forwards.close)
    forwarding = Forwarding(database, history, reading, forwards, clock)
    stack.push_async_callback(forwarding.close)
    return forwarding


def _keep_secret(configuration: Configuration, name: str, provider: Provider, secret: str) -> str:
    """Keep a secret that a provider gave in a handshake; return what became of it, in words.

    Only where the user said that the endpoint is this provider's and has no secret yet: anyone can send a handshake,
    and a secret that is taken from anyone proves nothing.
    """
    endpoint = configuration.rules.endpoints.get(name)
    if endpoint is None or endpoint.provider != provider.id:
        return f"Its secret was not kept: {name} is not an endpoint of {provider.name}."
    if endpoint.secrets:
        return f"Its secret was not kept: {name} has one already."
    secret_name = f"{provider.id}/{name}"
    try:
        # The file may have changed since it was read: it decides, and keeps everything but the secret.
        written = read_endpoint(endpoint_path(configuration.paths, name))
        if written.provider != provider.id or written.secrets:
            return f"Its secret was not kept: the file of {name} says otherwise by now."
        secrets = Secrets(configuration.paths, configuration.passphrase)
        if secrets.store.get(secret_name) is not None:
            return f"Its secret was not kept: there is a secret {secret_name} already."
        secrets.put(secret_name, secret)
        add_secret(configuration.paths, name, f"keyring:{secret_name}")
    except WorkbenchError as error:
        return f"Its secret could not be kept ({error.message}); it stands in this capture."
    return f"Its secret is kept as {secret_name}."


def _sweep(paths: Paths, now_us: int) -> None:
    """Delete bodies that a killed process left behind and no row names."""
    captures = CaptureReader(paths.captures, paths.spool)
    history = DeliveryReader(paths.history, paths.spool)
    try:
        sweep(paths.spool, {*captures.spool_files(), *history.spool_files()}, now_us)
    finally:
        captures.close()
        history.close()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a program's main coroutine on the fastest loop there is: uvloop where it is installed.

    Names are looked up in threads that do nothing else, and in many: a slow name server holds up only who asks it.
    """
    _allow_files()
    os.environ.setdefault("UV_THREADPOOL_SIZE", str(LOOKUP_THREADS))  # uvloop uses these for looking up alone.
    try:
        import uvloop
    except ImportError:
        with asyncio.Runner(loop_factory=LookupLoop) as runner:
            return runner.run(main)
    return uvloop.run(main)


def _allow_files() -> None:
    """Let as many files be open as the system permits: each connection is one, and by default 256 on macOS are."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
