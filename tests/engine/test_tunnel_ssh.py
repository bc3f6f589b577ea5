"""A tunnel through a real OpenSSH server on loopback: up, proven, broken in each way, and back again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from followed_tunnel import captured, is_broken, listening, running, works
from ssh_server import SSHD, SshServer, free_port, ssh_server

from workbench.engine.tunnels import proving
from workbench.model.tunnel import Part, TunnelState
from workbench.storage.paths import Paths

pytestmark = pytest.mark.skipif(SSHD is None, reason="no OpenSSH server here; CI installs it")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SshServer]:
    (tmp_path / "ssh").mkdir()
    async with ssh_server(tmp_path / "ssh") as server:
        yield server


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


async def test_packets_that_vanish_are_noticed(
    paths: Paths, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "PROBE_TIMEOUT_S", 1.0)  # Of the five seconds promised it is 2.5.
    async with listening(paths) as served, running(paths, server.tunnel(), served.listener.port) as tunnel:
        await tunnel.until(works)
        frozen = server.sessions()
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        status = await tunnel.until(is_broken(Part.TUNNEL))
        assert "within 1 second" in status.proof.reason
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
