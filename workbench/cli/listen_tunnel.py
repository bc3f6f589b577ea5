"""`workbench listen --tunnel NAME`: a tunnel that lives as long as the listener, in the same process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from workbench.cli.console import Console
from workbench.engine.serving import Serving
from workbench.storage.paths import Paths


@asynccontextmanager
async def tunnelled(
    name: str | None, paths: Paths, served: Serving, console: Console, *, as_json: bool
) -> AsyncGenerator[None]:
    """Run the named tunnel beside the listener, none for None; asked to stop, the listener stays. UsageError."""
    if name is None:
        yield
        return
    from workbench.cli.tunnel_lines import TunnelLines
    from workbench.engine.tunnels.opening import local_of, open_tunnel
    from workbench.storage.tunnels import find_tunnel

    tunnel = await asyncio.to_thread(find_tunnel, paths, name)
    stop = asyncio.Event()
    async with open_tunnel(paths, tunnel, local_of(served.listener.url), stop, follows=True) as service:
        TunnelLines(console, service, as_json=as_json, with_output=False)
        yield
