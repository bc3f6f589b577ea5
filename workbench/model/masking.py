"""Secrets in a request that was sent: found once, and hidden wherever the request is shown or exported.

The history keeps a request exactly as it went out, or nobody could look into it; what of it is secret is kept beside
it as ranges of bytes, never as text. Whoever shows or exports a request shows `masked_request`, unless a person asks
to see the secrets.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import quote, quote_plus

from workbench.model.message import KEPT_IN_TARGET, Body, Head, Request

MASK = b"********"
"""Of one length for all, so that it tells nothing."""

SHORTEST_SECRET = 3
"""Shorter texts are not looked for: masking every `a` of a request would hide the request and tell the secret."""

RANGES_LIMIT = 10_000
"""Where secrets stand at more places, all from the last of these on is taken for secret."""

Ranges = tuple[tuple[int, int], ...]


def secret_ranges(request: Request, secrets: Iterable[str]) -> Ranges:
    """Return where secrets stand in a request, in any of the ways they are quoted.

    Reads a body that is a file, to its end: long ones are not for an event loop.
    """
    forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
    if not forms:
        return ()
    ranges: Ranges = ()
    for found in _in_pieces(chain([request.head.raw], request.body.chunks()), forms):
        ranges = joined((*ranges, *found)) if found else ranges
        if len(ranges) >= RANGES_LIMIT:
            last = ranges[RANGES_LIMIT - 1][0], len(request.head.raw) + request.body.size
            return (*ranges[: RANGES_LIMIT - 1], last)
    return ranges


def _in_pieces(pieces: Iterable[bytes], forms: set[bytes]) -> Iterator[Ranges]:
    """Yield where secrets stand in each of the pieces of one content, and across the border to the one before."""
    kept = max(len(form) for form in forms) - 1
    window, position = b"", 0
    for piece in pieces:
        tail = window[-kept:]
        position += len(window) - len(tail)
        window = tail + piece
        yield tuple((position + start, position + end) for start, end in _found(window, forms))


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield raw
    for quoted in (quote(raw, safe=""), quote(raw), quote(raw, safe=KEPT_IN_TARGET), quote_plus(raw)):
        yield quoted.encode("ascii")
    for only_ascii in (False, True):
        yield json.dumps(secret, ensure_ascii=only_ascii)[1:-1].encode("utf-8", "surrogatepass")


def _found(content: bytes, forms: Iterable[bytes]) -> Ranges:
    hits: list[tuple[int, int]] = []
    for form in forms:
        start = content.find(form)
        while start >= 0:
            hits.append((start, start + len(form)))
            start = content.find(form, start + len(form))
    return joined(hits)


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges in order, those that touch made one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return tuple(made)


def masked_head(head: Head, ranges: Ranges) -> Head:
    """Return a head with its secrets hidden."""
    return Head(_masked(head.raw, _within(ranges, 0, len(head.raw))))


def masked_request(request: Request, ranges: Ranges) -> Request:
    """Return a request to show or export, its secrets hidden; the same one where it has none.

    Its lengths are no longer true, so it is not to be sent; its framing is left out.
    """
    if not ranges:
        return request
    start = len(request.head.raw)
    in_body = _within(ranges, start, start + request.body.size)
    body = Body(_masked(request.body.read(), in_body)) if in_body else request.body
    return Request(masked_head(request.head, ranges), body)


def masked_text(text: str, secrets: Iterable[str]) -> str:
    """Return a text, such as a URL, with secrets hidden in any of the ways they are quoted."""
    forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
    raw = text.encode("utf-8", "surrogatepass")
    return _masked(raw, _found(raw, forms)).decode("utf-8", "replace") if forms else text


def masked_sentence(sentence: str, secrets: Iterable[str]) -> str:
    """Return a sentence for people with secrets hidden, also where it quotes them trimmed or in small letters."""
    said = {text for secret in secrets for text in (secret, secret.strip(), secret.lower())}
    return masked_text(sentence, said | {repr(text)[1:-1] for text in said})


def _within(ranges: Ranges, start: int, end: int) -> Ranges:
    """Return the parts of ranges that lie in `[start, end)`, counted from there."""
    return tuple(
        (max(low, start) - start, min(high, end) - start) for low, high in ranges if low < end and high > start
    )


def _masked(content: bytes, ranges: Ranges) -> bytes:
    parts: list[bytes] = []
    position = 0
    for start, end in ranges:
        parts += (content[position:start], MASK)
        position = end
    return b"".join([*parts, content[position:]])
