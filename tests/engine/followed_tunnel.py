"""A running tunnel as tests look at it, and the listener that it leads to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from workbench.engine.listener import ListenOptions
from workbench.engine.serving import Serving, serving
from workbench.engine.tunnels.launched import Local
from workbench.engine.tunnels.probes import Probes
from workbench.engine.tunnels.service import TunnelService
from workbench.model.clock import SystemClock
from workbench.model.tunnel import Part, ProofState, Tunnel, TunnelStatus
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key


@asynccontextmanager
async def running(paths: Paths, tunnel: Tunnel, port: int, token: str = "") -> AsyncIterator["Followed"]:
    clock = SystemClock()
    service = TunnelService(tunnel, Local("127.0.0.1", port), Probes(probe_key(paths), clock), clock, lambda: token)
    followed = Followed(service)
    stop = asyncio.Event()
    life = asyncio.ensure_future(service.run(stop))
    try:
        yield followed
    finally:
        stop.set()
        await life


class Followed:
    """A running tunnel, and how it stood so far."""

    def __init__(self, service: TunnelService) -> None:
        self.service = service
        self.statuses: list[TunnelStatus] = []
        self._news = asyncio.Event()
        service.changed.subscribe(self._on_change)

    def _on_change(self, status: TunnelStatus) -> None:
        self.statuses.append(status)
        self._news.set()

    async def until(self, wanted: Callable[[TunnelStatus], bool], within_s: float = 5.0) -> TunnelStatus:
        """Return the first status from now on that is wanted; five seconds is what was promised."""
        try:
            async with asyncio.timeout(within_s):
                while not wanted(self.service.status):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"after {within_s} s it is {self.service.status}") from None
        return self.service.status


def works(status: TunnelStatus) -> bool:
    return status.is_working


def is_broken(part: Part) -> Callable[[TunnelStatus], bool]:
    return lambda status: status.proof.state is ProofState.BROKEN and status.proof.part is part


@asynccontextmanager
async def listening(paths: Paths, port: int = 0) -> AsyncIterator[Serving]:
    async with serving(paths, ListenOptions(port=port)) as served:
        yield served


def captured(paths: Paths) -> int:
    reader = CaptureReader(paths.captures, paths.spool)
    try:
        return reader.ledger().kept
    finally:
        reader.close()
