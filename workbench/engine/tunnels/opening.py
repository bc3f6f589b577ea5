"""A tunnel as a face opens it: by name, on the board for others to see, its address filled into endpoints."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from workbench.engine.tasks import TaskSet
from workbench.engine.tunnels.launched import Local
from workbench.engine.tunnels.probes import Probes
from workbench.engine.tunnels.service import TunnelService
from workbench.model.clock import SystemClock
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.tunnel import Tunnel, TunnelState, TunnelStatus
from workbench.model.tunnel_json import status_json
from workbench.storage.home_lock import listening_at
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key
from workbench.storage.public_urls import fill_public_urls
from workbench.storage.secrets import Secrets
from workbench.storage.tunnel_board import BoardEntry, TunnelBoard

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25


def local_of(url: str) -> Local:
    """Return where a listener's address leads; UsageError where it is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname and parts.port:
            return Local(parts.hostname, parts.port)
    except ValueError:
        pass
    raise UsageError(f"{url!r} is no address of a listener.", "Write it like http://127.0.0.1:8080.")


def listener_of(paths: Paths) -> Local:
    """Return where the home's listener is; UsageError where none runs."""
    address = listening_at(paths)
    if not address:
        raise UsageError(
            "No listener works with this home, so a tunnel would lead nowhere.",
            "Start one: workbench listen, or both at once: workbench listen --tunnel NAME",
        )
    return local_of(address)


@asynccontextmanager
async def open_tunnel(
    paths: Paths,
    tunnel: Tunnel,
    local: Local,
    stop: asyncio.Event,
    *,
    follows: bool = False,
    passphrase: str | None = None,
) -> AsyncGenerator[TunnelService]:
    """Run a tunnel while the context lasts; UsageError where another process runs it.

    Asked on the board to stop, the tunnel ends and sets `stop`. With `follows` it leads to wherever the home's
    listener is.
    """
    paths.ensure()
    clock = SystemClock()
    entry = await asyncio.to_thread(TunnelBoard(paths).take, tunnel.name)
    tasks = TaskSet()
    ends = asyncio.Event()
    try:
        probes = Probes(await asyncio.to_thread(probe_key, paths), clock)
        service = TunnelService(tunnel, local, probes, clock, lambda: _token(paths, tunnel, passphrase))
        filling = _Filling(paths, tunnel, tasks)
        service.changed.subscribe(lambda status: entry.publish(status_json(status)))
        service.changed.subscribe(filling.look)
        life = tasks.start(service.run(ends), f"run the tunnel {tunnel.name}")
        orders = tasks.start(_orders(paths, service, entry, follows=follows), "watch for orders to a tunnel")
        tasks.start(_end_when_asked(orders, life, entry, ends, stop), "end a tunnel when that is asked for")
        yield service
        ends.set()
        await life
    finally:
        await tasks.finish(timeout_s=0)
        await asyncio.to_thread(entry.release)


async def _orders(paths: Paths, service: TunnelService, entry: BoardEntry, *, follows: bool) -> None:
    """Return when the tunnel is asked to stop; until then lead it to the listener."""
    while not entry.is_asked_to_stop:
        if follows and (address := listening_at(paths)):
            service.lead_to(local_of(address))
        await asyncio.sleep(LOOK_EVERY_S)


async def _end_when_asked(
    orders: "asyncio.Task[None]",
    life: "asyncio.Task[None]",
    entry: BoardEntry,
    ends: asyncio.Event,
    stop: asyncio.Event,
) -> None:
    await orders
    ends.set()
    await life
    await asyncio.to_thread(entry.release)
    stop.set()


def _token(paths: Paths, tunnel: Tunnel, passphrase: str | None) -> str:
    return Secrets(paths, passphrase).resolve(tunnel.token).value if tunnel.token else ""


class _Filling:
    """Writes each new public address into the endpoints."""

    def __init__(self, paths: Paths, tunnel: Tunnel, tasks: TaskSet) -> None:
        self._paths = paths
        self._tunnel = tunnel
        self._tasks = tasks
        self._filled = ""

    def look(self, status: TunnelStatus) -> None:
        if status.state is TunnelState.UP and status.url != self._filled and self._tunnel.is_exact:
            self._filled = status.url
            self._tasks.start(self._fill(status.url), "fill in the public address")

    async def _fill(self, url: str) -> None:
        try:
            await asyncio.to_thread(fill_public_urls, self._paths, url)
        except WorkbenchError as error:
            log.warning("the public address could not be filled in: %s", error.message)
