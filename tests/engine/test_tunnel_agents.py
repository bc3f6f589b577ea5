"""ngrok and cloudflared by stand-ins that speak their documented API and output; what is left behind: nothing."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from followed_tunnel import captured, listening, running, works
from tunnel_agents import write_agent

from workbench.model.tunnel import Part, Tunnel, TunnelKind, TunnelState
from workbench.storage.paths import Paths


def agent(folder: Path, kind: TunnelKind) -> Tunnel:
    return Tunnel(str(kind), kind, program=str(write_agent(folder, str(kind))))


def processes_of(folder: Path) -> list[int]:
    """Processes whose command names a file of this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
            state = path.with_name("stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(folder).encode() in words and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize(
    ("kind", "mode"), [(TunnelKind.NGROK, "ok"), (TunnelKind.NGROK, "api"), (TunnelKind.CLOUDFLARED, "ok")]
)
async def test_an_agent_comes_up_and_is_proven(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: TunnelKind, mode: str
) -> None:
    monkeypatch.setenv("FAKE_MODE", mode)
    async with listening(paths) as served, running(paths, agent(tmp_path, kind), served.listener.port) as tunnel:
        status = await tunnel.until(works)
        assert status.url.startswith("http://127.0.0.1:")
        assert captured(paths) == 0
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "mode", "state", "said", "hint"),
    [
        (TunnelKind.NGROK, "fail", TunnelState.FAILED, "ERR_NGROK_4018", "workbench secrets set"),
        (TunnelKind.NGROK, "busy", TunnelState.WAITING, "ERR_NGROK_334", "another agent"),
        (TunnelKind.CLOUDFLARED, "fail", TunnelState.WAITING, "name was not found", "network"),
        (TunnelKind.CLOUDFLARED, "limit", TunnelState.WAITING, "no more quick tunnels", "Wait"),
    ],
)
async def test_why_an_agent_does_not_come_up_is_said(
    paths: Paths,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: TunnelKind,
    mode: str,
    state: TunnelState,
    said: str,
    hint: str,
) -> None:
    monkeypatch.setenv("FAKE_MODE", mode)
    async with running(paths, agent(tmp_path, kind), 9) as tunnel:
        status = await tunnel.until(lambda status: status.state is state)
        assert said in status.reason
        assert hint in status.hint


async def test_a_program_that_is_not_there_is_said_with_how_to_get_it(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    async with running(paths, Tunnel("ngrok", TunnelKind.NGROK), 9) as tunnel:
        status = await tunnel.until(lambda status: status.state is TunnelState.FAILED)
        assert "not found" in status.reason
        assert "ngrok" in status.hint


async def test_an_agent_that_ends_is_started_again(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "dies")
    tunnel = agent(tmp_path, TunnelKind.NGROK)
    async with listening(paths) as served, running(paths, tunnel, served.listener.port) as followed:
        await followed.until(works)
        status = await followed.until(lambda status: status.state is TunnelState.WAITING)
        assert (status.reason, status.proof.part) == ("ngrok ended with code 3.", Part.TUNNEL)
        monkeypatch.setenv("FAKE_MODE", "ok")
        assert (await followed.until(works)).starts == 2


async def test_the_token_is_in_no_command_line_and_no_output(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "token")
    said: list[str] = []
    tunnel = agent(tmp_path, TunnelKind.NGROK)
    async with (
        listening(paths) as served,
        running(paths, tunnel, served.listener.port, token="2abcSECRETtoken") as followed,
    ):
        followed.service.said.subscribe(said.append)
        await followed.until(works)
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_of(tmp_path)]
        assert commands
        assert not any(b"SECRET" in command for command in commands)
    assert "the token is ••••" in said


async def test_fifty_starts_and_stops_leave_nothing(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "ok")
    from workbench.engine.tunnels.agent import Agent

    descriptors = len(os.listdir("/proc/self/fd"))
    for number in range(50):
        said: list[str] = []
        mode = ["--late", "--early"][number % 2]
        script = tmp_path / "agent.py"
        script.write_text("import time; print('up', flush=True); time.sleep(60)")
        started = await Agent.start([sys.executable, "-I", "-S", str(script), mode], said.append)
        if mode == "--late":
            async for line in started.lines():
                assert line == "up"
                break
        await started.stop()
    await asyncio.sleep(0)
    assert processes_of(tmp_path) == []
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("victim", ["ours", "leash"])
def test_no_program_outlives_us_however_we_end(tmp_path: Path, victim: str) -> None:
    program = tmp_path / "agent.py"
    program.write_text("import os, time; print(os.getpid(), os.getppid(), flush=True); time.sleep(60)")
    script = (
        "import asyncio, sys\nfrom workbench.engine.tunnels.agent import Agent\n"
        "async def main():\n"
        f"    agent = await Agent.start([sys.executable, {str(program)!r}], lambda line: print(line, flush=True))\n"
        "    await asyncio.Event().wait()\nasyncio.run(main())"
    )
    ours = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert ours.stdout is not None
    pid, leash = map(int, ours.stdout.readline().split())
    os.kill(ours.pid if victim == "ours" else leash, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # It may be gone by now.
        descriptor = os.pidfd_open(pid)
        assert select.select([descriptor], [], [], 5)[0], "the program is still there"
        os.close(descriptor)
    ours.kill()
    ours.wait()
    ours.stdout.close()
