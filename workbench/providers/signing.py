"""Signs as the provider would: the pack's table run the other way, last of all, over the bytes that go out."""

import secrets as random
import uuid
from collections.abc import Sequence
from dataclasses import replace

from workbench.model.errors import UsageError
from workbench.model.message import Body, Head, Headers, Request, wire_text
from workbench.model.signature import SignMode
from workbench.providers.context import PLAIN, Context
from workbench.providers.encodings import encode
from workbench.providers.keys import BadKey, ed25519_private, load_private
from workbench.providers.pack import Kind, Provider, Scheme, SignaturePlace, TimestampRule
from workbench.providers.received import read_signature, write_signature
from workbench.providers.selectors import Selector
from workbench.providers.signed_text import Filling, Missing
from workbench.providers.signing_changes import Changes
from workbench.providers.splice import with_values
from workbench.providers.subject import Subject, path_of
from workbench.providers.verification import hash_algorithm, symmetric_signature

STALE_BY_S = 3600
"""How much older than what is allowed a signature is that is stale on purpose."""


def choose_scheme(provider: Provider, subject: Subject | None = None, wanted: str = "") -> Scheme:
    """Return the scheme to sign with: the one asked for, else the one in the request, else the pack's first."""
    if not provider.schemes:
        raise UsageError(f"{provider.name} does not sign its requests, so there is nothing to sign with.")
    if wanted:
        scheme = provider.scheme(wanted)
        if scheme is None:
            names = ", ".join(scheme.id for scheme in provider.schemes)
            raise UsageError(f"{provider.name} has no scheme {wanted!r}.", f"It has: {names}.")
        return scheme
    if subject is not None:
        for scheme in provider.schemes:
            whole = all(selector.text(subject) == value for selector, value in scheme.when)
            if whole and read_signature(scheme, subject) is not None:
                return scheme
    return provider.schemes[0]


def sign(
    provider: Provider,
    scheme: Scheme,
    subject: Subject,
    secret: str,
    at_us: int,
    mode: SignMode = SignMode.FRESH,
    context: Context = PLAIN,
) -> Changes:
    """Return what signing changes; UsageError says why it cannot be signed.

    `keep` changes nothing; `missing` takes the signature away; `wrong-key` signs with another key of the same form;
    `stale` signs as of a time that is too old; `tampered` signs a body that is not the one sent.
    """
    if mode is SignMode.KEEP:
        return Changes()
    if mode is SignMode.MISSING:
        return _without(scheme.place, subject)
    if mode is SignMode.STALE:
        at_us -= _stale_by_s(provider, scheme) * 1_000_000
    signed = _tampered(scheme, subject) if mode is SignMode.TAMPERED else subject
    key = wrong_key(scheme, secret) if mode is SignMode.WRONG_KEY else secret
    try:
        changes = _sign(scheme, signed, key, at_us, context)
    except BadKey as error:
        raise UsageError(f"The secret cannot sign for {provider.name}: {error}") from error
    except Missing as missing:
        raise UsageError(
            f"{provider.name} signs {missing}, and the request does not have it.",
            "Start from a sample of this provider, or add it.",
        ) from missing
    if mode is SignMode.TAMPERED:
        return replace(changes, body=subject.body if changes.body is None else changes.body + b" ")
    return changes


def _stale_by_s(provider: Provider, scheme: Scheme) -> int:
    tolerance = scheme.timestamp.tolerance_s if scheme.timestamp else None
    if scheme.jwt is not None:
        tolerance = scheme.jwt.max_age_s or 300
    if tolerance is None:
        raise UsageError(
            f"{provider.name} does not check how old a signature is, so none can be stale.",
            "Choose another way: tampered, missing or wrong-key.",
        )
    return tolerance + STALE_BY_S


def _tampered(scheme: Scheme, subject: Subject) -> Subject:
    """Return the request with another body: what is signed is then not what is sent."""
    if scheme.kind.sends_the_secret:
        raise UsageError("A token does not depend on the body, so it cannot be made to look tampered with.")
    return Subject(subject.method, subject.target, subject.headers, subject.body + b" ", subject.url)


def wrong_key(scheme: Scheme, secret: str) -> str:
    """Return a key of the same form that is not this one."""
    if scheme.kind is Kind.BASIC:
        return f"{secret.partition(':')[0]}:not-the-password"
    if scheme.kind is Kind.ED25519:
        raw = random.token_bytes(32)
        return raw.hex() if scheme.key_form == "ed25519-hex" else f"whsk_{encode(raw, 'base64')}"
    if scheme.key_form in ("hex", "base64", "whsec"):
        prefix = "whsec_" if scheme.key_form == "whsec" else ""
        return prefix + encode(random.token_bytes(32), "hex" if scheme.key_form == "hex" else "base64")
    if "PRIVATE KEY" in secret or scheme.kind in (Kind.ECDSA_P256, Kind.RSA):
        return _other_private_key(secret)
    return f"not-{secret}"


def _other_private_key(secret: str) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    try:
        key = load_private(secret)
    except BadKey as error:
        raise UsageError(f"The secret cannot sign: {error}") from error
    if isinstance(key, rsa.RSAPrivateKey):
        other = rsa.generate_private_key(65537, key.key_size)
    else:
        other = ec.generate_private_key(ec.SECP256R1())
    return other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _without(place: SignaturePlace, subject: Subject) -> Changes:
    if place.header:
        return Changes(((place.header, None),))
    if place.headers:
        prefix = place.headers.lower()
        names = [name for name, _ in subject.headers if name.lower().startswith(prefix)]
        return Changes(tuple((name, None) for name in names))
    if place.query:
        return Changes(target=_without_parameter(subject.target, place.query))
    return Changes(body=with_values(subject.body, {place.body: None}))


def _without_parameter(target: str, name: str) -> str:
    path, mark, query = target.partition("?")
    kept = [item for item in query.split("&") if item.partition("=")[0] != name]
    return f"{path}?{'&'.join(kept)}" if mark and kept else path


def _sign(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    match scheme.kind:
        case Kind.TOKEN:
            return _placed(scheme, subject, secret, {})
        case Kind.BASIC:
            credentials = encode(secret.encode("utf-8", "surrogateescape"), "base64")
            return Changes(((scheme.place.header, f"Basic {credentials}"),))
        case Kind.JWT:
            from workbench.providers.schemes.jwt import sign_jwt

            return sign_jwt(scheme, subject, secret, at_us, context)
        case Kind.CODE:
            from workbench.providers.schemes import coded

            return coded(scheme.code).sign(scheme, subject, secret, at_us, context)
        case _:
            return _sign_text(scheme, subject, secret, at_us)


def _sign_text(scheme: Scheme, subject: Subject, secret: str, at_us: int) -> Changes:
    prepared = _Prepared(subject)
    members: dict[str, str] = {}
    rule = scheme.timestamp
    timestamp = ""
    if rule is not None:
        timestamp = time_text(rule, at_us)
        prepared.put(rule.source, timestamp, members, as_number=True)
    message_id = ""
    if scheme.message_id is not None:
        message_id = scheme.message_id.text(subject) or f"msg_{uuid.uuid4().hex}"
        prepared.put(scheme.message_id, message_id, members)
    for selector, value in scheme.when:
        prepared.put(selector, value, members)
    filling = Filling(timestamp, message_id, b"", members)
    signature = encode(_signature(scheme, prepared.subject, filling, secret), scheme.place.encoding)
    placed = _placed(scheme, prepared.subject, signature, members)
    body = placed.body if placed.body is not None else prepared.changed_body
    return Changes((*prepared.headers, *placed.headers), placed.target or prepared.target, body)


class _Prepared:
    """A request as it will be once time and id are in it."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.headers: tuple[tuple[str, str], ...] = ()
        self.target: str | None = None
        self.changed_body: bytes | None = None

    def put(self, selector: Selector, value: str, members: dict[str, str], *, as_number: bool = False) -> None:
        match selector.source:
            case "signature":
                members[selector.name] = value
                return
            case "header":
                name = _known_name(self.subject, selector.name)
                self.headers += ((name, value),)
                headers = _with_headers(self.subject.headers, ((name, value),))
                self._become(headers=headers)
            case "query":
                from workbench.providers.schemes.twilio import with_parameter

                self.target = with_parameter(self.subject.target, selector.name, value)
                self._become(target=self.target)
            case _:
                number = as_number and isinstance(selector.value(self.subject), int)
                written = int(value) if number and value.isdecimal() else value
                self.changed_body = with_values(self.subject.body, {selector.path: written})
                self._become(body=self.changed_body)

    def _become(self, headers: Headers | None = None, target: str | None = None, body: bytes | None = None) -> None:
        old = self.subject
        self.subject = Subject(
            old.method,
            old.target if target is None else target,
            old.headers if headers is None else headers,
            old.body if body is None else body,
            old.url if target is None else _moved(old.url, target),
        )


def _moved(url: str, target: str) -> str:
    return url[: len(url) - len(path_of(url))] + target if path_of(url) in url else url


def _known_name(subject: Subject, lower_name: str) -> str:
    """Return the header's name as the request writes it, else in the usual case."""
    written = next((name for name, _ in subject.headers if name.lower() == lower_name), None)
    return written or "-".join(word.capitalize() for word in lower_name.split("-"))


def _with_headers(headers: Headers, changes: Sequence[tuple[str, str | None]]) -> Headers:
    """Return headers with these set in place of those of the same name, else at the end; None takes one away."""
    pairs = list(headers.pairs)
    for name, value in changes:
        places = [index for index, (key, _) in enumerate(pairs) if key.lower() == name.lower()]
        if value is None:
            pairs = [pair for index, pair in enumerate(pairs) if index not in places]
        elif places:
            pairs[places[0]] = (pairs[places[0]][0], value)
            pairs = [pair for index, pair in enumerate(pairs) if index not in places[1:]]
        else:
            pairs.append((name, value))
    return Headers(tuple(pairs))


def time_text(rule: TimestampRule, at_us: int) -> str:
    """Return a time as the provider writes it."""
    if rule.unit == "iso":
        import datetime

        moment = datetime.datetime.fromtimestamp(at_us / 1_000_000, datetime.UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    return str(at_us // (1_000_000 if rule.unit == "seconds" else 1000))


def _signature(scheme: Scheme, subject: Subject, filling: Filling, secret: str) -> bytes:
    if scheme.kind in (Kind.HMAC, Kind.DIGEST):
        return symmetric_signature(scheme, subject, filling, secret)
    assert scheme.signed is not None
    text = scheme.signed.fill(subject, filling)
    if scheme.kind is Kind.ED25519:
        return ed25519_private(secret, scheme.key_form).sign(text)
    return _sign_with(load_private(secret), scheme, text)


def _sign_with(key: object, scheme: Scheme, text: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec

    if scheme.kind is Kind.ECDSA_P256:
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadKey("a private elliptic curve key is needed.")
        return key.sign(text, ec.ECDSA(hash_algorithm(scheme.hash)))
    from workbench.providers.schemes.certificates import sign_rsa

    return sign_rsa(key, text, scheme.hash)


def _placed(scheme: Scheme, subject: Subject, signature: str, members: dict[str, str]) -> Changes:
    place = scheme.place
    text = write_signature(place, signature, members)
    if place.header:
        return Changes(((place.header, wire_text(text)),))
    if place.headers:
        return Changes(((f"{place.headers}1", text),))
    if place.query:
        from urllib.parse import quote

        from workbench.providers.schemes.twilio import with_parameter

        return Changes(target=with_parameter(subject.target, place.query, quote(text, safe="")))
    return Changes(body=with_values(subject.body, {place.body: text}))


def apply(request: Request, changes: Changes) -> Request:
    """Return the request with the changes of signing; every other byte stays. A new body gets its length."""
    headers = changes.headers
    body, framing = request.body, request.framing
    if changes.body is not None:
        body, framing = Body(changes.body), None
        headers = (*headers, ("Transfer-Encoding", None), ("Content-Length", str(len(changes.body))))
    raw = request.head.raw
    if changes.target is not None:
        start, rest = raw.split(b"\r\n", 1)
        method, version = start.split(b" ", 1)[0], start.rsplit(b" ", 1)[1]
        raw = b"%s %s %s\r\n%s" % (method, changes.target.encode("latin-1", "replace"), version, rest)
    for name, value in headers:
        raw = _with_line(raw, name, value)
    return Request(Head(raw), body, framing)


def _with_line(raw: bytes, name: str, value: str | None) -> bytes:
    """Return a head with one header set where it stands, else at the end; None takes all of that name away."""
    wanted = name.lower().encode("latin-1")
    start, *lines = raw.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept: list[bytes] = []
    written = value is None
    inside = False
    for line in lines:
        if inside and line[:1] in (b" ", b"\t"):
            continue  # A folded line belongs to the header that is replaced.
        inside = line.partition(b":")[0].strip().lower() == wanted
        if not inside:
            kept.append(line)
        elif not written:
            kept.append(b"%s: %s" % (line.partition(b":")[0], (value or "").encode("latin-1", "replace")))
            written = True
    if not written:
        kept.append(b"%s: %s" % (name.encode("latin-1"), (value or "").encode("latin-1", "replace")))
    return b"\r\n".join([start, *kept, b"", b""])
