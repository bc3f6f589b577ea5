"""Sample events as requests: the places in their headers filled in, the body left as it is."""

import datetime
import re
import uuid
from collections.abc import Callable

from workbench.model.message import Headers
from workbench.providers.pack import Sample
from workbench.providers.selectors import Selector
from workbench.providers.subject import Subject

_PLACE = re.compile(r"\{([^{}]+)\}")


def sample_headers(sample: Sample, body: bytes, now_us: int) -> Headers:
    """Return a sample's headers as of now, in the order they are sent; no header of a signature is among them."""
    bare = Subject(sample.method, "/", Headers((("Content-Type", sample.content_type),)), body)

    def place(match: re.Match[str]) -> str:
        simple: dict[str, Callable[[], str]] = {
            "event": lambda: sample.event,
            "uuid": lambda: str(uuid.uuid4()),
            "now": lambda: str(now_us // 1_000_000),
            "now_ms": lambda: str(now_us // 1000),
            "now_iso": lambda: _iso(now_us),
        }
        if match[1] in simple:
            return simple[match[1]]()
        try:
            return Selector.parse(match[1]).text(bare) or ""
        except ValueError:
            return match[0]

    return Headers(tuple((name, _PLACE.sub(place, value)) for name, value in sample.headers))


def filled_subject(sample: Sample, body: bytes, now_us: int = 1_700_000_000_000_000, url: str = "") -> Subject:
    """Return a sample as a request that came in."""
    target = f"/{f'?{sample.query}' if sample.query else ''}"
    return Subject(sample.method, target, sample_headers(sample, body, now_us), body, url)


def _iso(instant_us: int) -> str:
    moment = datetime.datetime.fromtimestamp(instant_us / 1_000_000, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
