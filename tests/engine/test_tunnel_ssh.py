"""A tunnel through a real OpenSSH server on loopback: up, proven, broken in each way, and back again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from ssh_server import SSHD, SshServer, free_port, ssh_server

from workbench.engine.listener import ListenOptions
from workbench.engine.serving import Serving, serving
from workbench.engine.tunnels.launched import Local
from workbench.engine.tunnels.probes import Probes
from workbench.engine.tunnels.service import TunnelService
from workbench.model.clock import SystemClock
from workbench.model.tunnel import Part, ProofState, Tunnel, TunnelState, TunnelStatus
from workbench.storage.captures import CaptureReader
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key

pytestmark = pytest.mark.skipif(SSHD is None, reason="no OpenSSH server here; CI installs it")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SshServer]:
    (tmp_path / "ssh").mkdir()
    async with ssh_server(tmp_path / "ssh") as server:
        yield server


@asynccontextmanager
async def running(paths: Paths, tunnel: Tunnel, port: int) -> AsyncIterator["Followed"]:
    clock = SystemClock()
    service = TunnelService(tunnel, Local("127.0.0.1", port), Probes(probe_key(paths), clock), clock)
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


async def test_it_comes_up_is_proven_and_probes_are_no_captures(paths: Paths, server: SshServer) -> None:
    async with listening(paths) as served, running(paths, server.tunnel(), served.listener.port) as tunnel:
        status = await tunnel.until(works)
        assert status.url.startswith("http://127.0.0.1:")
        assert status.proof.round_trip_us
        reader, writer = await asyncio.open_connection("127.0.0.1", int(status.url.rpartition(":")[2]))
        writer.write(b"POST /stripe HTTP/1.1\r\nHost: hooks\r\nContent-Length: 2\r\n\r\n{}")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        assert captured(paths) == 1
    assert not server.sessions()


async def test_each_part_that_breaks_is_named_and_comes_back(paths: Paths, server: SshServer) -> None:
    remote = free_port()
    tunnel = server.tunnel(remote_port=remote)
    async with listening(paths) as served:
        port = served.listener.port
        async with running(paths, tunnel, port) as followed:
            assert (await followed.until(works)).url == f"http://127.0.0.1:{remote}"
            await served.listener.stop()
            assert "does not answer" in (await followed.until(is_broken(Part.LISTENER))).proof.reason
            await served.listener.move(port)
            await followed.until(works)
            server.kill_sessions()
            assert (await followed.until(lambda status: status.state is TunnelState.WAITING)).reason
            await followed.until(works)
            await server.stop()
            await followed.until(lambda status: "refuses ssh connections" in status.reason)
            await server.start()
            await followed.until(works, within_s=10)


async def test_packets_that_vanish_are_noticed(paths: Paths, server: SshServer) -> None:
    async with listening(paths) as served, running(paths, server.tunnel(), served.listener.port) as tunnel:
        await tunnel.until(works)
        frozen = server.sessions()
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        status = await tunnel.until(is_broken(Part.TUNNEL))
        assert "within 2.5 seconds" in status.proof.reason
        assert status.proof.at_us is not None
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        await tunnel.until(works)


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        (lambda folder: (folder / "known").write_text(""), "is not known to ssh", "compare the fingerprint"),
        (lambda folder: (folder / "authorized").write_text(""), "did not accept any of your keys", "key"),
    ],
    ids=["unknown host key", "no key"],
)
async def test_what_a_person_must_mend_is_said_and_not_tried_again(
    paths: Paths, server: SshServer, change: Callable[[Path], object], said: str, hint: str
) -> None:
    change(server.folder)
    async with running(paths, server.tunnel(), 9) as tunnel:
        status = await tunnel.until(lambda status: status.state is TunnelState.FAILED)
        assert said in status.reason
        assert hint in status.hint
        assert status.starts == 1
