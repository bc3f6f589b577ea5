"""The doctor as a face asks for it: provider, sample and secret read from the home."""

import asyncio
import ssl

from workbench.engine.receiver_doctor import Event, ReceiverDoctor
from workbench.engine.routes import DIRECT, Route
from workbench.engine.sampling import find_sample
from workbench.engine.signing import Signing
from workbench.model.clock import Clock
from workbench.model.errors import UsageError
from workbench.model.message import Headers
from workbench.providers.samples import sample_headers
from workbench.storage.packs import load_packs
from workbench.storage.paths import Paths
from workbench.storage.secrets import Secrets


async def open_doctor(
    paths: Paths,
    url: str,
    clock: Clock,
    *,
    provider: str = "",
    secret: str = "",
    event: str = "",
    public_url: str = "",
    authority: str = "",
    secrets: Secrets | None = None,
) -> ReceiverDoctor:
    """Return who examines the address; UsageError, SecretError. Without a provider no signatures are tried."""

    def read() -> Event | None:
        if not provider:
            return None
        packs = load_packs(paths)
        found = packs.require(provider)
        sample = find_sample(found, event)
        body = packs.sample_body(found, sample)
        value = (secrets or Secrets(paths)).resolve(secret).value
        headers = Headers(tuple(sample_headers(sample, body, clock.now_us())))
        return Event(Signing(found, value, public_url=public_url), sample.method, headers, body)

    route = Route(tls=await asyncio.to_thread(_context, authority)) if authority else DIRECT
    return ReceiverDoctor(url, clock, await asyncio.to_thread(read), route)


def _context(authority: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(authority)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"The authority {authority} cannot be used: {error}.", "It must be a PEM file.") from error
    return context
