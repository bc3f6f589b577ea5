"""Cloudflare's quick tunnel: `cloudflared tunnel --url`, no account.

Its metrics server answers `/quicktunnel` with the hostname and `/ready` with 200 once a connection to the edge is
there; its log on standard error is JSON with `--output json` (cloudflared's own source: `metrics`, `logger`).
"""

import asyncio
import json
import re
import socket

import aiohttp

from workbench.engine.tunnels.agent import Agent
from workbench.engine.tunnels.finding import program_of
from workbench.engine.tunnels.launched import AgentTunnel, LaunchError, Launching, agent_tunnel
from workbench.engine.tunnels.ngrok import log_entry
from workbench.model.tunnel import Tunnel

ASK_EVERY_S = 0.1
_CAUSES = (
    ("no such host|lookup .* failed|server misbehaving", "Cloudflare's name was not found.", "Check your network."),
    ("429|Too Many Requests|rate limit", "Cloudflare gives no more quick tunnels for now.", "Wait some minutes."),
    (
        "quick Tunnels? .*config|config.ya?ml",
        "A configuration file of cloudflared is in the way of a quick tunnel.",
        "Move ~/.cloudflared/config.yml aside.",
    ),
    (
        "address already in use",
        "The port for cloudflared's own metrics was taken in between.",
        "It is tried again with another one.",
    ),
)


async def launch_cloudflared(tunnel: Tunnel, launching: Launching) -> AgentTunnel:
    """Start the agent and wait until Cloudflare's edge leads to it; LaunchError."""
    metrics = f"127.0.0.1:{_free_port()}"
    command = [program_of(tunnel), "tunnel", "--no-autoupdate", "--output", "json", "--metrics", metrics]
    agent = await Agent.start([*command, "--url", launching.local.url], launching.tell)

    async def find_url(agent: Agent, said: list[str]) -> str:
        reading = asyncio.ensure_future(_read(agent, said))
        asking = asyncio.ensure_future(_ready_url(f"http://{metrics}"))
        try:
            await asyncio.wait({reading, asking}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else ""
        finally:
            reading.cancel()
            asking.cancel()

    return await agent_tunnel(agent, find_url, explain_cloudflared, "cloudflared")


def _free_port() -> int:
    """Return a port that is free now; should it be taken before the agent has it, another start finds another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _read(agent: Agent, said: list[str]) -> None:
    async for line in agent.lines():
        said.append(line)


async def _ready_url(metrics: str) -> str:
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        while True:
            try:
                async with session.get(f"{metrics}/quicktunnel") as answer:
                    hostname = json.loads(await answer.text())["hostname"] if answer.status == 200 else ""
                async with session.get(f"{metrics}/ready") as answer:
                    is_ready = answer.status == 200
                if hostname and is_ready:
                    return hostname if "://" in hostname else f"https://{hostname}"
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
                pass  # The metrics server is not there yet.
            await asyncio.sleep(ASK_EVERY_S)


def explain_cloudflared(code: int, said: list[str]) -> LaunchError:
    """Return why the agent ended, in words."""
    entries = [entry for entry in map(log_entry, said) if entry.get("level") in ("error", "fatal")]
    errors = [str(entry.get("error") or entry.get("message")) for entry in entries]
    plain = [line for line in said if not line.startswith("{")]
    text = "\n".join([*errors, *plain])
    for pattern, message, hint in _CAUSES:
        if re.search(pattern, text, re.IGNORECASE):
            return LaunchError(f"cloudflared ended with code {code}. {message}", hint)
    last = (errors or plain)[-1:]
    return LaunchError(f"cloudflared ended with code {code}{f': {last[0]}' if last else ''}".rstrip(".") + ".")
