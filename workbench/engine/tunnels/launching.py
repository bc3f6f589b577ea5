"""Chooses how a tunnel is launched."""

from workbench.engine.tunnels.launched import Launched, LaunchError, Launching
from workbench.model.message import Request
from workbench.model.tunnel import Tunnel, TunnelKind


class OwnUrl:
    """An address that somebody else leads to us: it has no end that we would see."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    async def ended(self) -> LaunchError:
        import asyncio

        return await asyncio.get_running_loop().create_future()

    async def close(self) -> None:
        return None

    async def carry(self, request: Request) -> Request | None:
        return None


async def launch(tunnel: Tunnel, launching: Launching) -> Launched:
    """Start a tunnel and return it once it is up; LaunchError says why not, and then nothing of it is left."""
    match tunnel.kind:
        case TunnelKind.NGROK:
            from workbench.engine.tunnels.ngrok import launch_ngrok

            return await launch_ngrok(tunnel, launching)
        case TunnelKind.CLOUDFLARED:
            from workbench.engine.tunnels.cloudflared import launch_cloudflared

            return await launch_cloudflared(tunnel, launching)
        case TunnelKind.SSH:
            from workbench.engine.tunnels.ssh import launch_ssh

            return await launch_ssh(tunnel, launching)
        case TunnelKind.LOCALTUNNEL:
            from workbench.engine.tunnels.localtunnel import launch_localtunnel

            return await launch_localtunnel(tunnel, launching)
        case TunnelKind.RELAY:
            from workbench.engine.tunnels.relay import launch_relay

            return await launch_relay(tunnel, launching)
        case TunnelKind.OWN_URL:
            return OwnUrl(tunnel.url)
