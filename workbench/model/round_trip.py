"""What a way through a tunnel or proxy does to requests: sent and arrived, compared to the byte."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.model.message import Headers, Request


class Aspect(StrEnum):
    """What of a request is not as it was sent."""

    METHOD = "method"
    TARGET = "target"
    BODY = "body"
    HEADER_CHANGED = "header changed"
    HEADER_LOST = "header lost"
    HEADER_JOINED = "header joined"
    """Repeated lines became one with commas, which HTTP allows."""
    HEADER_ADDED = "header added"
    HEADER_CASE = "header written otherwise"
    HEADER_ORDER = "header order"


HARMLESS = (Aspect.HEADER_JOINED, Aspect.HEADER_ADDED, Aspect.HEADER_CASE, Aspect.HEADER_ORDER)
"""What HTTP lets anyone on the way do, and no signature of a known provider depends on."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that arrived otherwise than it was sent; `name` is a header's, in lower case."""

    aspect: Aspect
    name: str = ""
    sent: str = ""
    arrived: str = ""

    @property
    def is_harmless(self) -> bool:
        return self.aspect in HARMLESS


@dataclass(frozen=True, slots=True)
class Trip:
    """One request sent through and what became of it; `failure` says why nothing arrived."""

    title: str
    differences: tuple[Difference, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class BrokenSignature:
    """A provider whose signatures do not verify after this way, and why."""

    provider: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """All requests of one check."""

    url: str
    trips: tuple[Trip, ...]
    broken: tuple[BrokenSignature, ...]

    @property
    def is_exact(self) -> bool:
        """True where nothing that a signature or a receiver could depend on was changed."""
        whole = all(not trip.failure for trip in self.trips)
        return whole and all(item.is_harmless for trip in self.trips for item in trip.differences)


def differences(sent: Request, arrived: Request) -> tuple[Difference, ...]:
    """Return everything in which an arrived request is not the sent one, the weightiest first."""
    found: list[Difference] = []
    if sent.method != arrived.method:
        found.append(Difference(Aspect.METHOD, "", sent.method, arrived.method))
    if sent.target != arrived.target:
        found.append(Difference(Aspect.TARGET, "", sent.target, arrived.target))
    before, after = sent.body.read(), arrived.body.read()
    if before != after:
        found.append(Difference(Aspect.BODY, "", *_first_difference(before, after)))
    return (*found, *_header_differences(sent.headers, arrived.headers))


def _first_difference(before: bytes, after: bytes) -> tuple[str, str]:
    """Return what stands where two bodies part, with lengths."""
    limit = min(len(before), len(after))
    at = next((index for index in range(limit) if before[index] != after[index]), limit)
    start = max(0, at - 8)

    def shown(body: bytes) -> str:
        piece = body[start : at + 24].decode("utf-8", "backslashreplace")
        return f"{len(body):,} bytes, at {at:,}: {piece!r}"

    return shown(before), shown(after)


def _header_differences(sent: Headers, arrived: Headers) -> list[Difference]:
    found: list[Difference] = []
    names = list(dict.fromkeys(name.lower() for name, _ in (*sent, *arrived)))
    for name in names:
        before, after = sent.all(name), arrived.all(name)
        if before and not after:
            found.append(Difference(Aspect.HEADER_LOST, name, ", ".join(before)))
        elif after and not before:
            found.append(Difference(Aspect.HEADER_ADDED, name, "", ", ".join(after)))
        elif before != after and [", ".join(before)] == after:
            found.append(Difference(Aspect.HEADER_JOINED, name, " | ".join(before), after[0]))
        elif before != after:
            found.append(Difference(Aspect.HEADER_CHANGED, name, " | ".join(before), " | ".join(after)))
        elif _written(sent, name) != _written(arrived, name):
            found.append(
                Difference(Aspect.HEADER_CASE, name, *(" ".join(_written(h, name)) for h in (sent, arrived)))
            )
    kept = [name.lower() for name, _ in arrived if sent.all(name)]
    order = [name.lower() for name, _ in sent if arrived.all(name)]
    if kept != order and sorted(kept) == sorted(order):
        found.append(Difference(Aspect.HEADER_ORDER, "", " ".join(order), " ".join(kept)))
    weight = list(Aspect)
    return sorted(found, key=lambda item: weight.index(item.aspect))


def _written(headers: Headers, name: str) -> list[str]:
    return [key for key, _ in headers if key.lower() == name]
