"""Tries a pack: each of its schemes signs a request, verifies it, and must refuse it with another body."""

from functools import cache
from typing import Any

from workbench.model.errors import UsageError
from workbench.model.message import Body, Head, Headers, Request
from workbench.model.signature import Covers, Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.pack import Kind, Provider, Scheme
from workbench.providers.signing import apply, sign
from workbench.providers.subject import Subject
from workbench.providers.verification import check, present_schemes

URL = "https://example.com/hooks/check?key=value"
NOW_US = 1_790_000_000_000_000
SETTINGS = Context({"webhook_id": "8PT597110X687430LKGECATA", "audience": URL})


def check_schemes(provider: Provider) -> list[str]:
    """Return a sentence for each scheme that does not sign what it verifies."""
    problems: list[str] = []
    for scheme in provider.schemes:
        try:
            problem = _try(provider, scheme)
        except UsageError as error:
            problem = error.message
        if problem:
            problems.append(f"[[scheme]] {scheme.id}: {problem}")
    return problems


def _try(provider: Provider, scheme: Scheme) -> str:
    private, public = key_pair(scheme)
    request = example(scheme)
    signed = sign_request(provider, scheme, request, private)
    subject = as_subject(signed)
    present = [item for item in present_schemes(provider, subject) if item[0] is scheme]
    if not present:
        return "the signature it makes is not found where it should be"
    outcome = check(scheme, present[0][1], subject, [Secret("key", public)], NOW_US, SETTINGS)
    if outcome.verdict is not Verdict.VALID:
        return f"it does not verify what it signs: {outcome.reason}"
    if scheme.covers is not Covers.BODY:
        return ""
    other = as_subject(Request(signed.head, Body(signed.body.content.replace(b"Acme", b"Acmf"))))
    outcome = check(scheme, present[0][1], other, [Secret("key", public)], NOW_US, SETTINGS)
    return "it accepts a changed body" if outcome.verdict is Verdict.VALID else ""


def sign_request(provider: Provider, scheme: Scheme, request: Request, secret: str) -> Request:
    """Return the request signed, as of a fixed time."""
    changes = sign(provider, scheme, as_subject(request), secret, NOW_US, context=SETTINGS)
    return apply(request, changes)


def as_subject(request: Request) -> Subject:
    """Return a request as signatures see it, called at `https://example.com`."""
    return Subject.of_head(request.head, request.body.content, f"https://example.com{request.target}")


def example(scheme: Scheme) -> Request:
    """Return a request that holds all that this scheme signs: fields of the body and headers too."""
    headers = [("Host", "example.com"), *[(s.name, value) for s, value in scheme.when if s.source == "header"]]
    if any(name.lower() == "content-type" and "form" in value for name, value in headers):
        body = b"payload=%7B%22name%22%3A%22Acme%22%7D"
    elif scheme.code == "twilio" or (scheme.signed and "sorted_form" in scheme.signed.places):
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        body = b"From=%2B15005550006&Name=Acme"
    else:
        body = _json_body(scheme)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    if scheme.signed is not None:
        wanted = {place[7:] for place in scheme.signed.places if place.startswith("header:")}
        headers += [(name, "x") for name in sorted(wanted) if not any(key.lower() == name for key, _ in headers)]
    headers.append(("Content-Length", str(len(body))))
    return Request(Head.build("POST /hooks/check?key=value HTTP/1.1", Headers(tuple(headers))), Body(body))


def _json_body(scheme: Scheme) -> bytes:
    import json

    if scheme.code == "adyen":
        item = {"pspReference": "1", "merchantReference": "Acme", "amount": {"value": 1, "currency": "EUR"}}
        tree = {"notificationItems": [{"NotificationRequestItem": {**item, "additionalData": {"hmacSignature": ""}}}]}
        return json.dumps(tree).encode()
    tree: dict[str, Any] = {"name": "Acme"}
    if scheme.code == "aws-sns":
        tree |= {"Type": "Notification", "MessageId": "1", "TopicArn": "arn", "Message": "Hello", "Timestamp": "now"}
        tree |= {"SignatureVersion": "2", "Signature": ""}
        tree["SigningCertURL"] = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem"
        return json.dumps(tree).encode()
    paths = [scheme.place.body] if scheme.place.body else []
    if scheme.timestamp and scheme.timestamp.source.source == "body":
        paths.append(scheme.timestamp.source.path)
    if scheme.signed is not None:
        paths += [tuple(place[5:].split(".")) for place in scheme.signed.places if place.startswith("body:")]
    for path in paths:
        _grow(tree, path)
    return json.dumps(tree).encode()


def _grow(tree: Any, path: tuple[str, ...]) -> None:
    """Put an empty text at a path; digits make lists, each with one item."""
    here: Any = tree
    for name, following in zip(path, (*path[1:], ""), strict=True):
        new: Any = "" if not following else ([{}] if following.isdecimal() else {})
        if name.isdecimal():
            here = here[0]
            continue
        here = here.setdefault(name, new)


@cache
def key_pair(scheme: Scheme) -> tuple[str, str]:
    """Return a key that signs and the one that verifies, for trying; the same where they are one secret."""
    if scheme.kind is Kind.ED25519:
        return _ed25519_pair(scheme.key_form)
    if scheme.kind is Kind.ECDSA_P256 or (scheme.jwt and scheme.jwt.algorithms[0].startswith("ES")):
        return _pem_pair("ec")
    if scheme.kind is Kind.RSA or scheme.code in ("aws-sns", "paypal"):
        return _pem_pair("rsa")
    if scheme.jwt and not scheme.jwt.algorithms[0].startswith("HS"):
        return _pem_pair("rsa")
    secret = {
        "hex": "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
        "base64": "c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMsIG9yIHNv",
        "whsec": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }.get(scheme.key_form, "user:a secret of at least thirty-two bytes")
    return secret, secret


def _ed25519_pair(form: str) -> tuple[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from workbench.providers.encodings import encode

    key = Ed25519PrivateKey.generate()
    encoding = "hex" if form == "ed25519-hex" else "base64"
    private, public = encode(key.private_bytes_raw(), encoding), encode(key.public_key().public_bytes_raw(), encoding)
    return (f"whsk_{private}", f"whpk_{public}") if form == "whpk" else (private, public)


def _pem_pair(kind: str) -> tuple[str, str]:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return private, public
