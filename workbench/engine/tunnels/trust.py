"""Whom a tunnel's public address is trusted by: the system's authorities, and one of the user's own."""

import ssl

from workbench.engine.tunnels.launched import LaunchError
from workbench.model.tunnel import Tunnel


def trusted(tunnel: Tunnel) -> ssl.SSLContext | bool:
    """Return what TLS is checked with; LaunchError where the authority's file cannot be used. Blocks for its file."""
    if not tunnel.authority:
        return True
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(tunnel.authority)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LaunchError(
            f"The authority {tunnel.authority} cannot be used: {reason}.", "It must be a PEM file.", final=True
        ) from error
    return context
