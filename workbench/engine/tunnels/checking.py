"""The closed loop as a face asks for it: packs and key read, a relay's channel opened where one is needed."""

import asyncio
from dataclasses import replace

from workbench.engine.tunnels.launched import Launching
from workbench.engine.tunnels.launching import launch
from workbench.engine.tunnels.opening import listener_of
from workbench.engine.tunnels.probes import Probes
from workbench.engine.tunnels.round_trip import round_trip
from workbench.model.clock import Clock
from workbench.model.round_trip import RoundTrip
from workbench.model.tunnel import Tunnel, TunnelKind
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.storage.probe_key import probe_key


async def check_tunnel(paths: Paths, tunnel: Tunnel, url: str, clock: Clock) -> RoundTrip:
    """Send hard requests through a tunnel that is up at `url`; LaunchError where its channel cannot be read."""
    probes = Probes(await asyncio.to_thread(probe_key, paths), clock)
    providers = await asyncio.to_thread(lambda: load_packs(paths).all)
    if tunnel.kind is not TunnelKind.RELAY:
        return await round_trip(tunnel, url, probes, clock, providers)
    launching = Launching(listener_of(paths), lambda _: None, is_ours=probes.is_ours)
    channel = await launch(replace(tunnel, url=url), launching)
    try:
        return await round_trip(tunnel, url, probes, clock, providers, channel)
    finally:
        await channel.close()
