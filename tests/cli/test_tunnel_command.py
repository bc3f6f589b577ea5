"""`workbench tunnel` and `doctor` as a shell runs them."""

import asyncio
import json
import signal
from pathlib import Path

from program import Program
from tunnel_agents import write_agent

from workbench.storage.endpoints import load_endpoints
from workbench.storage.paths import Paths
from workbench.storage.tunnels import tunnels_file


def write_tunnel(paths: Paths, folder: Path) -> None:
    program = write_agent(folder, "ngrok")
    tunnels_file(paths).write_text(f'# ours\n[ngrok]\nprogram = "{program}"\nprobe_every_s = 1\n')


async def line_with(stream: asyncio.StreamReader, *words: str) -> dict[str, dict[str, str]]:
    async with asyncio.timeout(20):
        while line := await stream.readline():
            if all(word in line.decode() for word in words):
                return json.loads(line)
    raise AssertionError(f"no line with {words}")


async def test_a_tunnel_beside_a_listener_is_seen_checked_and_stopped_by_others(
    workbench: Program, paths: Paths, tmp_path: Path
) -> None:
    write_tunnel(paths, tmp_path)
    assert (await workbench("endpoints", "add", "sms", "--path", "/sms")).code == 0
    listening = await workbench.start("listen", "--port=0", "--tunnel=ngrok", "--json")
    assert listening.stdout is not None
    up = (await line_with(listening.stdout, '"proof":"proven"'))["tunnel"]
    assert up["url"].startswith("http://127.0.0.1:")
    status = await workbench("tunnel", "status", "--json")
    assert status.code == 0
    assert status.objects[0]["url"] == up["url"]
    again = await workbench("tunnel", "start", "ngrok")
    assert (again.code, "running already" in again.err) == (2, True)
    stopped = await workbench("tunnel", "stop", "ngrok")
    assert (stopped.code, stopped.err) == (0, "Stopped: ngrok.\n")
    assert (await workbench("tunnel", "status")).code == 1
    assert list((paths.data / "state" / "tunnels").iterdir()) == []
    found = load_endpoints(paths).get("sms")
    assert found is not None
    assert found.public_url == up["url"]
    listening.send_signal(signal.SIGTERM)
    assert await listening.wait() == 0


async def test_start_follows_the_listener_of_the_home_and_ends_with_its_input(
    workbench: Program, paths: Paths, tmp_path: Path
) -> None:
    write_tunnel(paths, tmp_path)
    alone = await workbench("tunnel", "start", "ngrok")
    assert (alone.code, "lead nowhere" in alone.err) == (2, True)
    listening = await workbench.start("listen", "--port=0", "--json")
    assert listening.stdout is not None
    await line_with(listening.stdout, "listening")
    assert (await workbench("tunnel", "start", "ngrok", "--once")).code == 0
    tunnel = await workbench.start("tunnel", "start", "ngrok", "--json", "--control")
    assert tunnel.stdout is not None
    assert tunnel.stdin is not None
    await line_with(tunnel.stdout, '"proof":"proven"')
    listening.send_signal(signal.SIGKILL)
    await listening.wait()
    broken = await line_with(tunnel.stdout, '"proof":"broken"')
    assert broken["tunnel"]["broken"] == "listener"
    tunnel.stdin.close()
    async with asyncio.timeout(10):
        assert await tunnel.wait() == 0
    assert list((paths.data / "state" / "tunnels").iterdir()) == []


async def test_tunnels_are_listed_written_down_and_forgotten(workbench: Program, paths: Paths) -> None:
    listed = await workbench("tunnel", "list", "--json")
    names = [item["name"] for item in listed.objects]
    assert names == ["ngrok", "cloudflared", "localtunnel", "localhost.run", "serveo", "pinggy", "smee"]
    assert [item["exact"] for item in listed.objects][-1] is False
    assert (await workbench("tunnel", "set", "mine", "kind=ssh", "host=me@example.com", "port=2222")).code == 0
    assert 'host = "me@example.com"' in tunnels_file(paths).read_text()
    for wrong in (["kind=ssh"], ["kind=ssh", "host=-oProxyCommand=x"], ["kind=x"], ["url=ftp://x"], ["nothing=1"]):
        said = await workbench("tunnel", "set", "mine2", *wrong)
        assert (said.code, said.err.startswith("workbench: ")) == (2, True)
    bare = await workbench("tunnel", "set", "ngrok", "token=2abcSECRET")
    assert (bare.code, "SECRET" in bare.err) == (2, False)
    assert (await workbench("tunnel", "remove", "mine")).code == 0
    assert "mine" not in tunnels_file(paths).read_text()
    assert (await workbench("tunnel", "start", "nobody")).code == 2


async def test_the_doctor_tells_what_a_receiver_accepts(workbench: Program, paths: Paths) -> None:
    workbench.environment = {**workbench.environment, "HOOK_SECRET": "whsec_test"}
    folder = paths.workspace / "endpoints"
    folder.mkdir(parents=True)
    (folder / "strict.yml").write_text(
        "path: /strict\nprovider: stripe\nsecrets: [env:HOOK_SECRET]\nguards: {signature: true}\n"
    )
    listening = await workbench.start("listen", "--port=0", "--json")
    assert listening.stdout is not None
    url = (await line_with(listening.stdout, "listening"))["listening"]
    words = ("--provider", "stripe", "--secret", "env:HOOK_SECRET", "--json")
    strict = await workbench("doctor", f"{url}/strict", *words)
    outcomes = {item["check"]: item["outcome"] for item in strict.objects[:-1]}
    signatures = {name: outcome for name, outcome in outcomes.items() if name.startswith("signature")}
    assert set(signatures.values()) == {"good"}
    assert len(signatures) == 5
    open_to_all = await workbench("doctor", f"{url}/open", *words)
    assert (open_to_all.code, open_to_all.objects[-1]["bad"]) == (1, 4)
    listening.send_signal(signal.SIGTERM)
    await listening.wait()
    gone = await workbench("doctor", f"{url}/strict")
    assert (gone.code, "Nothing listens" in gone.text) == (3, True)
    unknown = await workbench("doctor", "https://nobody.invalid/x", "--json")
    assert (unknown.code, unknown.objects[1]["check"], unknown.objects[1]["outcome"]) == (3, "name", "bad")
    assert (await workbench("doctor", url, "--provider", "stripe")).code == 2
