"""Sample events as requests to compose: the provider's headers and body, the user's URL."""

from dataclasses import replace

from workbench.model.clock import SystemClock
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Body, readable
from workbench.providers.pack import Provider, Sample
from workbench.providers.samples import sample_headers
from workbench.storage.packs import Packs


def find_sample(provider: Provider, event: str) -> Sample:
    """Return a provider's sample by event or file name, its first for an empty name; UsageError lists what it has."""
    found = [sample for sample in provider.samples if event in ("", sample.event, sample.file)]
    if not found:
        names = ", ".join(sample.event for sample in provider.samples)
        hint = f"It has: {names}." if names else "It has no samples yet."
        raise UsageError(f"{provider.name} has no sample {event!r}.", hint)
    return found[0]


def sample_request(packs: Packs, provider: Provider, event: str, onto: SavedRequest) -> SavedRequest:
    """Return `onto` with a sample's method, headers and body; headers that it has itself win."""
    sample = find_sample(provider, event)
    body = packs.sample_body(provider, sample)
    taken = {header.name.lower() for header in onto.headers}
    headers = [
        Field(name, readable(value))
        for name, value in sample_headers(sample, body, SystemClock().now_us())
        if name.lower() not in taken
    ]
    url = onto.url
    if sample.query:
        url += ("&" if "?" in url else "?") + sample.query
    return replace(
        onto,
        name=sample.title or f"{provider.name} {sample.event}",
        method=sample.method,
        url=url,
        headers=(*headers, *onto.headers),
        body=ComposedBody(_kind(sample), Body(body)),
    )


def _kind(sample: Sample) -> BodyKind:
    if "json" in sample.content_type:
        return BodyKind.JSON
    return BodyKind.FORM if "urlencoded" in sample.content_type else BodyKind.TEXT
