"""What there is to say about an answer, as rows: timing, cookies, redirects, certificate, sizes. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.model.delivery import Attempt, Delivery, Follows, Security, Timings
from workbench.model.message import Headers, readable
from workbench.ui.words import duration_words, size_words

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of an attempt; `start_us` counts from its beginning."""

    name: str
    start_us: int
    taken_us: int


def phases(timings: Timings, *, is_secure: bool) -> list[Phase]:
    """Return what is known of an attempt's phases, in order, each where the one before ended."""
    connecting = "Connect, with TLS" if is_secure and timings.tls_us is None else "Connect"
    named = (
        ("DNS", timings.resolve_us),
        (connecting, timings.connect_us),
        ("TLS", timings.tls_us),
        ("Send", timings.send_us),
        ("Wait", timings.wait_us),
        ("Receive", timings.receive_us),
    )
    found: list[Phase] = []
    start = 0
    for name, taken in named:
        if taken is not None:
            found.append(Phase(name, start, taken))
            start += taken
    return found


def status_facts(delivery: Delivery) -> str:
    """Return time, size and protocol as one line."""
    attempt = delivery.last
    words = [duration_words(delivery.duration_us)]
    if attempt.response is not None:
        size = attempt.response.body.size
        decoded = attempt.sizes.decoded_body
        words.append(size_words(size) if decoded in (0, size) else f"{size_words(decoded)} from {size_words(size)}")
    if attempt.protocol:
        words.append(attempt.protocol)
    if attempt.security is not None and not attempt.security.verified:
        words.append("certificate not checked")
    hops = sum(each.follows is Follows.REDIRECT for each in delivery.chain)
    if hops:
        words.append(f"{hops} redirect{'s' if hops > 1 else ''}")
    return "   ".join(words)


def size_rows(attempt: Attempt) -> list[Pair]:
    """Return the bytes of each part of an exchange."""
    sizes = attempt.sizes
    rows = [("Request head", sizes.request_head), ("Request body", sizes.request_body)]
    if attempt.response is not None:
        rows += [("Answer head", sizes.response_head), ("Answer body", sizes.response_body)]
        if sizes.decoded_body != sizes.response_body:
            rows.append(("Answer body, decompressed", sizes.decoded_body))
        if sizes.received is not None:
            rows.append(("Received in all", sizes.received))
    told = [(name, f"{size:,} B" if size >= 1000 else f"{size} B") for name, size in rows]
    return [*told, ("Carried by", attempt.engine)] if attempt.engine else told


def cookie_rows(headers: Headers) -> list[tuple[str, str, str]]:
    """Return name, value and attributes of each cookie that the answer sets."""
    return [_cookie(readable(value)) for name, value in headers if name.lower() == "set-cookie"]


def _cookie(line: str) -> tuple[str, str, str]:
    pair, _, attributes = line.partition(";")
    name, _, value = pair.partition("=")
    return name.strip(), value.strip(), attributes.strip()


def redirect_rows(delivery: Delivery) -> list[Pair]:
    """Return what was answered at each stop on the way, the last one too; none where there was one stop only."""
    chain = delivery.chain
    if len(chain) < 2:
        return []
    return [(_outcome(attempt), f"{attempt.request.method} {attempt.url or delivery.url}") for attempt in chain]


def _outcome(attempt: Attempt) -> str:
    if attempt.response is None:
        return attempt.failure.kind if attempt.failure else ""
    return f"{attempt.response.status} {attempt.response.reason}".strip()


def certificate_rows(security: Security) -> Iterator[Pair]:
    """Yield what is known of the TLS connection and the target's certificate."""
    yield "TLS", f"{security.version}, {security.cipher}"
    yield "Trusted", "yes" if security.verified else "was not checked"
    certificate = security.certificate
    if certificate is None:
        return
    yield "Issued to", certificate.subject
    yield "Issued by", certificate.issuer
    yield "Valid from", _day(certificate.not_before_us)
    yield "Valid until", _day(certificate.not_after_us)
    yield "For", ", ".join(certificate.names)
    yield "Serial number", certificate.serial
    yield "SHA-256", certificate.sha256


def _day(moment_us: int) -> str:
    return datetime.fromtimestamp(moment_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
