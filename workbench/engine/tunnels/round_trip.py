"""Sends hard requests through a public address to our own listener, and compares what arrived to the byte.

The listener answers each with the very bytes it got, and captures none. What changed is named, and with it the
providers whose signatures cover it.
"""

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

from workbench.engine.composing import Target, parse_target
from workbench.engine.routes import DIRECT, Route
from workbench.engine.sender import HttpSender
from workbench.engine.tunnels.launched import Launched, LaunchError
from workbench.engine.tunnels.probes import Probe, Probes
from workbench.engine.tunnels.relay import MARK
from workbench.engine.tunnels.trust import trusted
from workbench.model.clock import Clock
from workbench.model.errors import WorkbenchError
from workbench.model.message import Body, Head, Headers, Request
from workbench.model.round_trip import Aspect, BrokenSignature, RoundTrip, Trip, differences
from workbench.model.signature import Covers
from workbench.model.tunnel import Tunnel, TunnelKind
from workbench.providers.pack import Provider, Scheme

TIMEOUT_S = 20.0

_JSON = '{"a": 1.0,  "b":"\\u00e9 é \\/",\r\n\t"big": 12345678901234567890, "c" : [ ], "a": 1e2}\n'.encode()
_ODD = (("X-Odd-CASE", "  two  words "), ("X-Repeated", "one"), ("x-repeated", "two"), ("X-Empty", ""))


def cases(providers: Sequence[Provider], *, only_json: bool) -> list[tuple[str, Headers, bytes, str]]:
    """Return what is sent: a title, headers, a body and a query."""
    json_type = ("Content-Type", "application/json")
    names = sorted({name for provider in providers for name in signature_headers(provider)})
    marked = (("JSON with odd spacing", Headers((json_type, *_ODD)), _JSON, ""),)
    signed = Headers((json_type, *((name, f"sent-{number}") for number, name in enumerate(names))))
    headers_case = ("headers that providers sign with", signed, b'{"signed":true}', "")
    if only_json:
        return [*marked, headers_case, ("form", _typed("application/x-www-form-urlencoded"), b"a=1&b=%20+", "")]
    return [
        *marked,
        headers_case,
        ("form", _typed("application/x-www-form-urlencoded"), b"a=1&b=%20+&c=%c3%A9&a=", ""),
        ("every byte", _typed("application/octet-stream"), bytes(range(256)), ""),
        ("no body", _typed(""), b"", ""),
        ("query as typed", _typed("text/plain"), b"x", "?a=b%20c+d&empty=&e=%c3%a9&f=/..;g&a=2"),
        ("compressed", Headers((json_type, ("Content-Encoding", "gzip"))), gzip.compress(_JSON, mtime=0), ""),
        ("256 KiB", _typed("application/json"), b'"' + b"0123456789abcdef" * 16384 + b'"', ""),
    ]


def _typed(content_type: str) -> Headers:
    return Headers((("Content-Type", content_type),) if content_type else ())


async def round_trip(
    tunnel: Tunnel,
    url: str,
    probes: Probes,
    clock: Clock,
    providers: Sequence[Provider],
    launched: Launched | None = None,
) -> RoundTrip:
    """Return what the way through `url` does; a relay must be `launched`. Cancelling is all that raises."""
    relayed = tunnel.kind is TunnelKind.RELAY
    target, trips, sender = parse_target(url), list[Trip](), HttpSender(clock)
    for title, headers, body, query in cases(providers, only_json=relayed):
        probe = probes.make("echo")
        if relayed and launched is not None:
            trips.append(await _relayed(title, headers, _marked(body, probe), launched))
            continue
        sent = _request(target, probe, headers, body, query)
        try:
            route = Route(tls=trusted(tunnel)) if tunnel.authority else DIRECT
            arrived = await _arrived(sender, target, sent, probe, route)
        except WorkbenchError as error:
            trips.append(Trip(title, failure=error.message))
            continue
        trips.append(Trip(title, differences(sent, arrived)))
    return RoundTrip(url, tuple(trips), tuple(broken_signatures(providers, trips)))


def _request(target: Target, probe: Probe, headers: Headers, body: bytes, query: str) -> Request:
    start = f"POST {target.path.rstrip('/')}{probe.path}{query} HTTP/1.1"
    length = ("Content-Length", str(len(body)))
    return Request(Head.build(start, Headers((("Host", target.authority), *headers, length))), Body(body))


async def _arrived(sender: HttpSender, target: Target, sent: Request, probe: Probe, route: Route) -> Request:
    """Return the request as the listener got it; LaunchError says why that is not known."""
    attempt = await sender.attempt(target, sent, TIMEOUT_S, route)
    if attempt.failure is not None:
        raise LaunchError(attempt.failure.message)
    assert attempt.response is not None
    try:
        said = json.loads(attempt.response.body.read())
        if said["proof"] != probe.answer:
            raise ValueError("it is not ours")
        return Request(Head(base64.b64decode(said["head"])), Body(base64.b64decode(said["body"])))
    except (ValueError, KeyError, TypeError) as error:
        status = attempt.response.status
        raise LaunchError(f"{target.authority} answered {status}, but not from our listener.") from error


def _marked(body: bytes, probe: Probe) -> bytes:
    """Return a JSON object with our mark as its last member; another body as it is."""
    if not body.rstrip().endswith(b"}"):
        return body
    return body.rstrip()[:-1] + f', "{MARK}":"{probe.token}"}}\n'.encode()


async def _relayed(title: str, headers: Headers, body: bytes, launched: Launched) -> Trip:
    length = ("Content-Length", str(len(body)))
    sent = Request(Head.build("POST / HTTP/1.1", Headers((*headers, length))), Body(body))
    try:
        arrived = await launched.carry(sent)
    except LaunchError as error:
        return Trip(title, failure=error.message)
    return Trip(title, differences(sent, arrived)) if arrived else Trip(title, failure="The relay carried nothing.")


def broken_signatures(providers: Iterable[Provider], trips: Iterable[Trip]) -> list[BrokenSignature]:
    """Return the providers whose signatures do not verify after these changes, each with the first reason."""
    trips = list(trips)
    bodies = [trip.title for trip in trips if any(item.aspect is Aspect.BODY for item in trip.differences)]
    targets = any(item.aspect is Aspect.TARGET for trip in trips for item in trip.differences)
    lost = {
        item.name
        for trip in trips
        for item in trip.differences
        if item.aspect in (Aspect.HEADER_LOST, Aspect.HEADER_CHANGED)
    }
    found: list[BrokenSignature] = []
    for provider in providers:
        reason = _reason(provider, bodies, targets, lost)
        if reason:
            found.append(BrokenSignature(provider.id, provider.name, reason))
    return found


def _reason(provider: Provider, bodies: list[str], targets: bool, lost: set[str]) -> str:
    schemes = [scheme for scheme in provider.schemes if not scheme.deprecated] or list(provider.schemes)
    if bodies and any(scheme.covers is not Covers.NONE for scheme in schemes):
        return f"It signs the body, which was changed ({', '.join(bodies)})."
    if targets and any(scheme.signs_url for scheme in schemes):
        return "It signs the address, which was changed."
    gone = sorted(name for name in signature_headers(provider) if name.lower() in lost)
    return f"Its header {gone[0]} was lost or changed." if gone else ""


def signature_headers(provider: Provider) -> list[str]:
    """Return the headers that checking a provider's signatures needs, without those that every request has."""
    found: list[str] = []
    for scheme in provider.schemes:
        found += _headers_of(scheme)
    usual = ("content-type", "host", "authorization", "date", "content-length", "user-agent")
    return list(dict.fromkeys(name for name in found if name.lower() not in usual))


def _headers_of(scheme: Scheme) -> list[str]:
    selectors = [scheme.message_id, scheme.timestamp.source if scheme.timestamp else None]
    named = [cast("Any", item).name for item in selectors if item is not None and item.source == "header"]
    return [*([scheme.place.header] if scheme.place.header else []), *named]
