"""ngrok's agent (v3): its JSON log says how it gets on, its local API names the public address.

`starting web service` gives the API's address, `started tunnel` the URL; `lvl` `eror` and `crit` carry `err` with an
ERR_NGROK number (ngrok's error reference). The token goes by `NGROK_AUTHTOKEN`, or is in ngrok's own configuration.
"""

import asyncio
import json
import re
from typing import Any, cast

import aiohttp

from workbench.engine.tunnels.agent import Agent
from workbench.engine.tunnels.finding import program_of
from workbench.engine.tunnels.launched import AgentTunnel, LaunchError, Launching, agent_tunnel
from workbench.model.tunnel import Tunnel

API_EVERY_S = 0.2
_CODE = re.compile(r"ERR_NGROK_(\d+)")
_TOKEN_HINT = "Save it with: workbench secrets set ngrok, then: workbench tunnel set ngrok token=keyring:ngrok"
_HINTS = {
    "4018": f"An account's token is needed; it stands on ngrok's dashboard. {_TOKEN_HINT}",
    "105": f"The token is none of ngrok's. {_TOKEN_HINT}",
    "107": f"The token is not valid any more. {_TOKEN_HINT}",
    "108": "The account allows one agent at a time: stop the other one, also on other machines.",
    "334": "The address is in use by another agent of the account: stop that one, or take another address.",
    "121": "The agent is too old for the service: ngrok update",
    "3200": "The address is offline; start the tunnel again.",
}
_FINAL = {"4018", "105", "107", "121"}


async def launch_ngrok(tunnel: Tunnel, launching: Launching) -> AgentTunnel:
    """Start the agent and wait for the address; LaunchError."""
    command = [program_of(tunnel), "http", launching.local.url.removeprefix("http://")]
    command += ["--log", "stdout", "--log-format", "json"]
    if tunnel.url:
        command += ["--url", tunnel.url]
    variables = {"NGROK_AUTHTOKEN": launching.token} if launching.token else {}
    agent = await Agent.start(command, launching.tell, secrets=[launching.token], variables=variables)
    return await agent_tunnel(agent, _find_url, explain_ngrok, "ngrok")


async def _find_url(agent: Agent, said: list[str]) -> str:
    """Return the address by the log, or by the agent's API where that is sooner."""
    asking: asyncio.Task[str] | None = None
    reading = asyncio.ensure_future(_url_in_log(agent, said))
    try:
        while not reading.done():
            if asking is None and (api := api_in(said)):
                asking = asyncio.ensure_future(_url_of_api(api))
            waited = {reading} if asking is None else {reading, asking}
            await asyncio.wait(waited, timeout=API_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            if asking is not None and asking.done():
                return asking.result()
        return reading.result()
    finally:
        reading.cancel()
        if asking is not None:
            asking.cancel()


async def _url_in_log(agent: Agent, said: list[str]) -> str:
    async for line in agent.lines():
        said.append(line)
        entry = log_entry(line)
        if entry.get("msg") == "started tunnel" and isinstance(entry.get("url"), str):
            return entry["url"]
    return ""


async def _url_of_api(api: str) -> str:
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        while True:
            try:
                async with session.get(f"{api}/api/tunnels") as answer:
                    found: list[dict[str, Any]] = json.loads(await answer.text())["tunnels"]
                    urls = [str(item["public_url"]) for item in found]
                    if urls:
                        return next((url for url in urls if url.startswith("https:")), urls[0])
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, AttributeError):
                pass  # It is not ready, or says what we do not know; the log tells the rest.
            await asyncio.sleep(API_EVERY_S)


def api_in(said: list[str]) -> str:
    """Return the local API's address, once the agent has said it."""
    for entry in map(log_entry, said):
        if entry.get("msg") == "starting web service" and isinstance(entry.get("addr"), str):
            return f"http://{entry['addr']}"
    return ""


def log_entry(line: str) -> dict[str, Any]:
    """Return a line of a JSON log; an empty one where it is something else."""
    try:
        entry: Any = json.loads(line) if line.startswith("{") else {}
    except ValueError:
        return {}
    return cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}


def explain_ngrok(code: int, said: list[str]) -> LaunchError:
    """Return why the agent ended, in words."""
    entries = [entry for entry in map(log_entry, said) if entry.get("lvl") in ("eror", "crit") and entry.get("err")]
    errors = [str(entry["err"]) for entry in entries]
    plain = [line for line in said if not line.startswith("{")]
    text = "\n".join([*errors, *plain])
    number = match[1] if (match := _CODE.search(text)) else ""
    words = next((line.strip() for line in (errors or plain) for line in line.splitlines() if line.strip()), "")
    reason = f": {words.removeprefix('ERROR:').strip().rstrip('.')}" if words else ""
    named = f" (ERR_NGROK_{number})" if number and number not in reason else ""
    return LaunchError(f"ngrok ended with code {code}{reason}{named}.", _HINTS.get(number), final=number in _FINAL)
