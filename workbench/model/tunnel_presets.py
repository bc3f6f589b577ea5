"""The tunnels that are there without writing anything down.

How each is driven: the agents' own documentation (ngrok agent v3, cloudflared), the services' pages (localhost.run,
serveo.net, pinggy.io, localtunnel, smee.io). How often a service is probed follows what it allows: ngrok's free plan
counts 20,000 requests a month, and a relay's channel is shown to others.
"""

from workbench.model.tunnel import Tunnel, TunnelKind

PRESETS = (
    Tunnel("ngrok", TunnelKind.NGROK, "ngrok's agent; needs a free account and its token", probe_every_s=120.0),
    Tunnel("cloudflared", TunnelKind.CLOUDFLARED, "Cloudflare's quick tunnel; no account", probe_every_s=4.0),
    Tunnel(
        "localtunnel",
        TunnelKind.LOCALTUNNEL,
        "localtunnel; nothing to install, its public server is often overloaded",
        server="https://localtunnel.me",
        probe_every_s=4.0,
    ),
    Tunnel(
        "localhost.run",
        TunnelKind.SSH,
        "ssh to localhost.run; no account, the name changes",
        host="nokey@localhost.run",
        remote_port=80,
        words=("--output", "json"),
        url_pattern=r'(?:"address":\s*"|tunneled with tls termination, )((?:https://)?[\w.-]+)',
        probe_every_s=4.0,
    ),
    Tunnel(
        "serveo",
        TunnelKind.SSH,
        "ssh to serveo.net; no account",
        host="serveo.net",
        remote_port=80,
        url_pattern=r"Forwarding HTTP traffic from (https?://\S+)",
        probe_every_s=4.0,
    ),
    Tunnel(
        "pinggy",
        TunnelKind.SSH,
        "ssh to pinggy.io; no account for an hour at a time",
        host="free.pinggy.io",
        port=443,
        url_pattern=r"(https://[\w.-]+\.pinggy[\w-]*\.\w+)",
        probe_every_s=4.0,
    ),
    Tunnel(
        "smee",
        TunnelKind.RELAY,
        "a relay channel of smee.io; bodies are written anew, so signatures do not verify",
        server="https://smee.io",
        probe_every_s=60.0,
    ),
)
