"""`ssh -R`: to one's own server, or to a service that speaks it.

Keys, agents, jump hosts and known hosts are ssh's own affair and stay as they are configured; what it asks a person
for, it is not asked here (`BatchMode`). A server whose host key is not known is never trusted by us.
"""

import re
from urllib.parse import urlsplit

from workbench.engine.tunnels.agent import Agent
from workbench.engine.tunnels.finding import program_of
from workbench.engine.tunnels.launched import AgentTunnel, LaunchError, Launching, agent_tunnel
from workbench.model.tunnel import Tunnel

_ALLOCATED = re.compile(r"Allocated port (\d+) for remote forward")
_FORWARDED = re.compile(r"^debug1: remote forward success for: listen ")
_OPTIONS = (
    "BatchMode=yes",
    "ExitOnForwardFailure=yes",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=2",
    "ConnectTimeout=8",
    # A connection of the user's that is shared would take our forward with it, or keep it.
    "ControlMaster=no",
    "ControlPath=none",
    "PermitLocalCommand=no",
)

_CAUSES: tuple[tuple[str, str, str, bool], ...] = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "The host key of {host} is not the one that ssh knows: somebody may be in between.",
        "If the server was made anew, remove the old key with: ssh-keygen -R {host}",
        True,
    ),
    (
        r"Host key verification failed|No \S+ host key is known",
        "The host key of {host} is not known to ssh.",
        "Connect once by hand, compare the fingerprint and accept it: ssh {words}",
        True,
    ),
    (
        r"Permission denied",
        "{host} did not accept any of your keys.",
        "Check the user's name, and that a key without passphrase or an agent is there: ssh {words}",
        True,
    ),
    (
        r"Bad configuration option|bad configuration|Can't open user config file",
        "ssh's configuration cannot be used: {line}",
        "",
        True,
    ),
    (r"Could not resolve hostname", "The server {host} was not found.", "Check its name and your network.", False),
    (r"Connection refused", "{host} refuses ssh connections.", "Check the server's port.", False),
    (
        r"remote port forwarding failed for listen port",
        "{host} does not let us listen there: {line}",
        "The port is taken, maybe by a session that is still ending, or AllowTcpForwarding is off.",
        False,
    ),
    (
        r"Connection timed out|Operation timed out|No route to host|Network is unreachable",
        "{host} cannot be reached.",
        "Check your network.",
        False,
    ),
    (r"Timeout, server .* not responding", "{host} does not answer any more.", "", False),
    (
        r"closed by remote host|Connection reset|Broken pipe|Connection closed",
        "{host} closed the connection.",
        "",
        False,
    ),
)


async def launch_ssh(tunnel: Tunnel, launching: Launching) -> AgentTunnel:
    """Start ssh and wait for the address; LaunchError."""
    program = program_of(tunnel)
    agent = await Agent.start(ssh_command(program, tunnel, launching), lambda line: _told(line, launching))

    async def find_url(agent: Agent, said: list[str]) -> str:
        async for line in agent.lines():
            if not line.startswith("debug1:"):
                said.append(line)
            if url := url_in(line, tunnel):
                return url
        return ""

    return await agent_tunnel(agent, find_url, lambda code, said: explain_ssh(tunnel, code, said), "ssh")


def ssh_command(program: str, tunnel: Tunnel, launching: Launching) -> list[str]:
    """Return the words that start the tunnel."""
    command = [program, "-T"]
    if tunnel.config:
        command += ["-F", tunnel.config]
    if tunnel.port:
        command += ["-p", str(tunnel.port)]
    for option in _OPTIONS:
        command += ["-o", option]
    # Of a fixed port ssh says nothing unless it is asked to say everything.
    says_all = tunnel.remote_port and not tunnel.url_pattern
    command += ["-o", f"LogLevel={'DEBUG1' if says_all else 'INFO'}"]
    if not tunnel.url_pattern:
        command.append("-N")
    local = launching.local
    host = f"[{local.host}]" if ":" in local.host else local.host
    return [
        *command,
        "-R",
        f"{tunnel.remote_port}:{host}:{local.port}",
        tunnel.host,
        *(("--", *tunnel.words) if tunnel.words else ()),
    ]


def url_in(line: str, tunnel: Tunnel) -> str:
    """Return the public address that a line of ssh's output names; empty where it names none."""
    if tunnel.url_pattern:
        match = re.search(tunnel.url_pattern, line)
        if match is None:
            return ""
        return match[1] if "://" in match[1] else f"https://{match[1]}"
    if allocated := _ALLOCATED.search(line):
        return tunnel.url or _server_url(tunnel, int(allocated[1]))
    if _FORWARDED.search(line):
        return tunnel.url or _server_url(tunnel, tunnel.remote_port)
    return ""


def _server_url(tunnel: Tunnel, port: int) -> str:
    host = tunnel.host.rpartition("@")[2]
    if host.startswith("ssh://"):
        host = urlsplit(host).hostname or host
    return f"http://{host}:{port}"


def _told(line: str, launching: Launching) -> None:
    if not line.startswith("debug1:"):
        launching.tell(line)


def explain_ssh(tunnel: Tunnel, code: int, said: list[str]) -> LaunchError:
    """Return why ssh ended, in words."""
    host = tunnel.host.rpartition("@")[2]
    words = " ".join((*(("-p", str(tunnel.port)) if tunnel.port else ()), tunnel.host))
    output = "\n".join(said)
    for pattern, message, hint, final in _CAUSES:
        match = re.search(pattern, output)
        if match:
            line = next(line for line in said if match[0] in line)
            filled = {"host": host, "words": words, "line": line.rstrip(".") + "."}
            return LaunchError(message.format(**filled), hint.format(**filled) or None, final=final)
    last = f": {said[-1].rstrip('.')}" if said else ""
    return LaunchError(f"ssh to {host} ended with code {code}{last}.")
