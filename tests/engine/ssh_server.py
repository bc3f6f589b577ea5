"""A real OpenSSH server on loopback, with keys of its own: for tests of `ssh -R`."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

from workbench.model.tunnel import Tunnel, TunnelKind

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


def free_port() -> int:
    """A port that nobody has; servers that cannot say which one they took are told one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class SshServer:
    """A server that accepts one key, and the configuration by which ssh knows it."""

    folder: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def config(self) -> Path:
        return self.folder / "ssh_config"

    def tunnel(self, name: str = "server", **fields: object) -> Tunnel:
        chosen: dict[str, object] = {"port": self.port, "config": str(self.config), "host": f"{getuser()}@127.0.0.1"}
        chosen["probe_every_s"] = 1.0
        return Tunnel(name, TunnelKind.SSH, **{**chosen, **fields})  # type: ignore[arg-type]

    async def start(self) -> None:
        assert SSHD is not None
        command = [SSHD, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        self.process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, start_new_session=True
        )
        assert self.process.stderr is not None
        async with asyncio.timeout(10):
            while line := await self.process.stderr.readline():
                if b"Server listening" in line:
                    return
        raise AssertionError("the ssh server did not start")

    async def stop(self) -> None:
        """Stop the server and its sessions."""
        if self.process is not None and self.process.returncode is None:
            sessions = self.sessions()  # Once their parent is gone they are nobody's children.
            self.process.kill()
            for pid in sessions:
                os.kill(pid, 9)
            await self.process.wait()

    def kill_sessions(self, number: int = 9) -> None:
        for pid in self.sessions():
            os.kill(pid, number)

    def sessions(self) -> list[int]:
        """Processes that the server started: they have its process as an ancestor."""
        assert self.process is not None
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(stat.parent.name)] = int(words[1])
        found, level = [], {self.process.pid}
        while level:
            level = {pid for pid, parent in parents.items() if parent in level}
            found += sorted(level)
        return found


def _make_keys(folder: Path) -> None:
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")


@asynccontextmanager
async def ssh_server(folder: Path) -> AsyncIterator[SshServer]:
    """Start a server; its keys and files are in `folder`."""
    await asyncio.to_thread(_make_keys, folder)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server = SshServer(folder, free_port())
    host_key = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{server.port} {host_key}\n")
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {server.port}\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'authorized'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin yes\nAllowTcpForwarding remote\nGatewayPorts no\n"
    )
    server.config.write_text(
        f"IdentityFile {folder / 'user'}\nIdentitiesOnly yes\nUserKnownHostsFile {folder / 'known'}\n"
        "GlobalKnownHostsFile /dev/null\nStrictHostKeyChecking yes\n"
    )
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
