"""Which tunnels can be started here, and how to get the programs that the others need. Nothing is downloaded."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.engine.tunnels.launched import LaunchError
from workbench.model.tunnel import Tunnel, TunnelKind

_PROGRAMS = {TunnelKind.NGROK: "ngrok", TunnelKind.CLOUDFLARED: "cloudflared", TunnelKind.SSH: "ssh"}

_INSTALL = {
    ("ngrok", "linux"): "Install it as https://ngrok.com/download says (apt, snap or a single file).",
    ("ngrok", "darwin"): "Install it: brew install ngrok",
    ("ngrok", "win32"): "Install it: winget install ngrok.ngrok",
    ("cloudflared", "linux"): "Install the package of https://github.com/cloudflare/cloudflared/releases.",
    ("cloudflared", "darwin"): "Install it: brew install cloudflared",
    ("cloudflared", "win32"): "Install it: winget install Cloudflare.cloudflared",
    ("ssh", "linux"): "Install it: apt install openssh-client, or your distribution's package.",
    ("ssh", "darwin"): "It is part of macOS; check your PATH.",
    ("ssh", "win32"): "Add the optional feature OpenSSH Client in Windows' settings.",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a tunnel can be started here."""

    program: str
    """Its path; `built in` where no program is needed, empty where it was not found."""
    install: str = ""
    """How to get the program, where it was not found."""

    @property
    def is_there(self) -> bool:
        return bool(self.program)


def find_program(tunnel: Tunnel) -> Found:
    """Return whether what a tunnel needs is here, and how to get it. Blocks for some file lookups."""
    name = _PROGRAMS.get(tunnel.kind)
    if name is None:
        return Found("built in")
    if tunnel.program:
        chosen = Path(tunnel.program).expanduser()
        path = shutil.which(str(chosen))
        return (
            Found(path)
            if path
            else Found("", f"{chosen} is no program that can be started; mend `program` of {tunnel.name}.")
        )
    path = shutil.which(name)
    return Found(path) if path else Found("", _INSTALL.get((name, sys.platform), f"Install {name}."))


def program_of(tunnel: Tunnel) -> str:
    """Return the path of a tunnel's program; LaunchError says how to get it."""
    found = find_program(tunnel)
    if not found.is_there:
        raise LaunchError(f"{_PROGRAMS[tunnel.kind]} was not found on this machine.", found.install, final=True)
    return found.program
