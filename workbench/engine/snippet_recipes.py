"""A pack's scheme as a recipe that a program in any language can follow, for sending and for receiving.

A request is signed once here with a made-up key and time; where what was made up appears, the program puts its own.
So the program does what `providers.signing` does, without a second reading of packs.
"""

from collections.abc import Sequence
from urllib.parse import quote

from workbench.formats.snippets.plan import merged
from workbench.formats.snippets.recipe import Making, Piece, SigningRecipe, Template, Value, VerifyingRecipe
from workbench.model.message import Request
from workbench.providers.encodings import encode
from workbench.providers.keys import symmetric_key
from workbench.providers.pack import Kind, Provider, Scheme
from workbench.providers.received import read_signature
from workbench.providers.signed_text import Filling
from workbench.providers.signing import apply, sign, time_text
from workbench.providers.subject import Subject

_SAMPLE_S = 1_790_000_000
_SAMPLE_SECRETS = {
    "text": "q7ZxW2mK9vT4bN6yR1sL8dF3gH5jP0cQ",
    "hex": "7c1f0a9b3e5d2846a1b7c3d9e5f20814",
    "base64": "cTdaeFcybUs5dlQ0Yk42eVIxc0w4ZEYz",
    "whsec": "whsec_cTdaeFcybUs5dlQ0Yk42eVIxc0w4ZEYz",
}
_MAKINGS = {
    Kind.HMAC: Making.HMAC,
    Kind.DIGEST: Making.DIGEST,
    Kind.TOKEN: Making.SECRET,
    Kind.BASIC: Making.SECRET,
}


def secret_variable(provider: Provider) -> str:
    """Return the environment variable that programs read a provider's secret from."""
    return f"{provider.id.upper().replace('-', '_')}_WEBHOOK_SECRET"


def signing_recipe(provider: Provider, scheme: Scheme, request: Request, public_url: str) -> SigningRecipe:
    """Return how a program signs this request; UsageError where it lacks a part that is signed.

    `public_url` is the address with path and query that the receiver believes to be its own.
    """
    said = (provider.name, scheme.id, secret_variable(provider))
    problem = _problem(provider, scheme)
    if problem:
        return SigningRecipe(*said, problem=problem)
    subject = Subject.of_head(request.head, request.body.read(), public_url)
    secret = _SAMPLE_SECRETS[scheme.key_form]
    at_us = _unseen_time(scheme, request, subject.body)
    changes = sign(provider, scheme, subject, secret, at_us)
    signed = apply(request, changes)
    url = f"{public_url.removesuffix(request.target)}{signed.target}" if changes.target else public_url
    after = Subject.of_head(signed.head, signed.body.read(), url)
    made = _made_up(scheme, subject, after, secret, at_us)
    body = None if changes.body is None else _template(changes.body, made)
    text = _signed_text(scheme, after, made, secret)
    if Value.SIGNATURE in (body or ()) and Value.BODY in text:
        why = f"{provider.name} signs the body that holds the signature, which the program cannot do."
        return SigningRecipe(*said, problem=why)
    return SigningRecipe(
        *said,
        making=_MAKINGS[scheme.kind],
        hash=scheme.hash,
        key_form=scheme.key_form,
        encoding=scheme.place.encoding,
        time_unit=scheme.timestamp.unit if scheme.timestamp else "",
        makes_id=any(value is Value.MESSAGE_ID for _, value in made),
        signed=text,
        headers=tuple(
            (name, _template(value.encode("latin-1", "replace"), made))
            for name, value in changes.headers
            if value is not None and name != "Content-Length"
        ),
        target=None if changes.target is None else _template(changes.target.encode("latin-1", "replace"), made),
        body=body,
    )


def _problem(provider: Provider, scheme: Scheme) -> str:
    """Return why a program cannot follow this scheme, or an empty text."""
    start = f"{provider.name} ({scheme.id})"
    match scheme.kind:
        case Kind.JWT:
            return f"{start} sends a JSON Web Token, which needs a library: the program does not deal with it."
        case Kind.CODE:
            return f"{start} has rules of its own, which the program does not follow."
        case kind if kind.is_asymmetric:
            return f"{start} signs with a private key, which the program does not deal with."
        case _ if scheme.key_form not in _SAMPLE_SECRETS:
            return f"{start} uses a key that the program cannot read."
        case _:
            return ""


def _unseen_time(scheme: Scheme, request: Request, body: bytes) -> int:
    """Return a time whose text is nowhere in the request, so that it is found again where signing puts it."""
    for number in range(1000):
        at_us = (_SAMPLE_S + number * 7919) * 1_000_000
        written = time_text(scheme.timestamp, at_us).encode() if scheme.timestamp else b""
        if not written or (written not in request.head.raw and written not in body):
            return at_us
    raise AssertionError("a request that holds a thousand times")


def _made_up(scheme: Scheme, before: Subject, after: Subject, secret: str, at_us: int) -> list[tuple[bytes, Value]]:
    """Return what was made up for signing, as it appears in the signed request, and what it stands for."""
    if scheme.kind is Kind.BASIC:
        return [(encode(secret.encode(), "base64").encode(), Value.SECRET_BASE64)]
    if scheme.kind is Kind.TOKEN:
        place = scheme.place
        value = Value.SECRET_QUOTED if place.query else Value.SECRET_JSON if place.body else Value.SECRET
        return [(secret.encode(), value)]
    found: list[tuple[bytes, Value]] = []
    received = read_signature(scheme, after)
    signature = next((text for text in received.candidates), "") if received else ""
    quoted = quote(signature, safe="")
    if scheme.place.query and quoted != signature:
        found.append((quoted.encode(), Value.SIGNATURE_QUOTED))
    else:
        found.append((signature.encode(), Value.SIGNATURE))
    if scheme.timestamp is not None:
        found.append((time_text(scheme.timestamp, at_us).encode(), Value.TIMESTAMP))
    if scheme.message_id is not None and not scheme.message_id.text(before):
        found.append(((scheme.message_id.text(after) or "").encode(), Value.MESSAGE_ID))
    return [(text, value) for text, value in found if text]


def _template(content: bytes, made: Sequence[tuple[bytes, Value]]) -> Template:
    pieces: list[Piece] = [content]
    for text, value in made:
        pieces = [part for piece in pieces for part in _split(piece, text, value)]
    return merged(tuple(pieces))


def _split(piece: Piece, text: bytes, value: Value) -> list[Piece]:
    if not isinstance(piece, bytes):
        return [piece]
    found: list[Piece] = []
    for place, part in enumerate(piece.split(text)):
        found += [value, part] if place else [part]
    return found


def _signed_text(scheme: Scheme, after: Subject, made: Sequence[tuple[bytes, Value]], secret: str) -> Template:
    if scheme.signed is None or scheme.kind not in (Kind.HMAC, Kind.DIGEST):
        return ()
    received = read_signature(scheme, after)
    members = received.members if received else None
    timestamp = next((text.decode() for text, value in made if value is Value.TIMESTAMP), "")
    message_id = scheme.message_id.text(after) or "" if scheme.message_id else ""
    filling = Filling(timestamp, message_id, symmetric_key(secret, scheme.key_form), members)
    pieces: list[Piece] = []
    for part in scheme.signed.parts(after, filling):
        if part.source == "body":
            pieces.append(Value.BODY)
        elif part.source == "secret":
            pieces.append(Value.SECRET)
        else:
            pieces += _template(part.content, made)
    return merged(tuple(pieces))


def verifying_recipe(provider: Provider, scheme: Scheme) -> VerifyingRecipe:
    """Return how a receiver verifies what this scheme signs."""
    said = (provider.name, scheme.id, secret_variable(provider))
    problem = _problem(provider, scheme)
    if problem:
        return VerifyingRecipe(*said, problem=problem)
    place, time = scheme.place, scheme.timestamp
    if place.headers:
        source = f"headers:{place.headers.lower()}"
    elif place.header:
        source = f"header:{place.header.lower()}"
    else:
        source = f"query:{place.query}" if place.query else f"body:{'.'.join(place.body)}"
    return VerifyingRecipe(
        *said,
        making=_MAKINGS[scheme.kind],
        is_basic=scheme.kind is Kind.BASIC,
        hash=scheme.hash,
        key_form=scheme.key_form,
        encoding=place.encoding,
        source=source,
        prefix=place.prefix,
        pairs=place.pairs,
        list=place.list,
        pick=place.pick,
        conditions=tuple((str(selector), value) for selector, value in scheme.when),
        message_id=str(scheme.message_id) if scheme.message_id else "",
        time=str(time.source) if time else "",
        time_unit=time.unit if time else "",
        tolerance_s=time.tolerance_s if time else None,
        accepts_future=time.accepts_future if time else False,
        signed=tuple(
            piece if isinstance(piece, bytes) else str(piece)
            for piece in (scheme.signed.pieces if scheme.signed else ())
        ),
    )
