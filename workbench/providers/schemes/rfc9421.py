"""HTTP Message Signatures (RFC 9421), with the body through Content-Digest (RFC 9530).

The library `http-message-signatures` parses, builds the signature base and verifies; here the clock is handed in and
the algorithm is chosen: by the setting `algorithm`, else by the key. A PEM key is never taken for a shared secret. A
raw secret (base64) of 32 bytes may be either, and then the length of the signature tells; `algorithm` pins it.
"""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, cast

from workbench.model.clock import LATEST_S
from workbench.model.message import Headers
from workbench.model.signature import Covers, Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.encodings import decode
from workbench.providers.keys import BadKey, load_pem
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Missing, Part
from workbench.providers.signing_changes import Changes
from workbench.providers.subject import Subject

COMPONENTS = ("@method", "@target-uri", "content-type", "content-digest")
KEY_ID = "workbench"


class _Fields:
    """Headers as the library reads and writes them: repeated names stay apart."""

    def __init__(self, headers: Headers) -> None:
        self._pairs = list(headers.pairs)

    def items(self) -> list[tuple[str, str]]:
        return self._pairs

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._pairs])

    def __contains__(self, name: str) -> bool:
        return any(key.lower() == name.lower() for key, _ in self._pairs)

    def __getitem__(self, name: str) -> str:
        return ", ".join(value for key, value in self._pairs if key.lower() == name.lower())

    def __setitem__(self, name: str, value: str) -> None:
        self.__delitem__(name)
        self._pairs.append((name, value))

    def __delitem__(self, name: str) -> None:
        self._pairs = [pair for pair in self._pairs if pair[0].lower() != name.lower()]


class _Message:
    def __init__(self, subject: Subject) -> None:
        self.method = subject.method
        self.url = subject.url
        self.headers = _Fields(subject.headers)


class _Keys:
    def __init__(self, key: Any) -> None:
        self._key = key

    def resolve_public_key(self, _key_id: str) -> Any:
        return self._key

    def resolve_private_key(self, _key_id: str) -> Any:
        return self._key


def _algorithms() -> dict[str, Any]:
    from http_message_signatures import algorithms

    names = ("HMAC_SHA256", "ED25519", "ECDSA_P256_SHA256", "RSA_PSS_SHA512", "RSA_V1_5_SHA256")
    found: list[Any] = [getattr(algorithms, name) for name in names]
    return {algorithm.algorithm_id: algorithm for algorithm in found}


def _verifier(name: str, key: Any) -> Any:
    from http_message_signatures.signatures import HTTPMessageVerifier

    class Verifier(HTTPMessageVerifier):
        """Leaves the time to us: a capture is judged as of its arrival."""

        def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
            return

    return Verifier(signature_algorithm=_algorithms()[name], key_resolver=cast("Any", _Keys(key)))


def check(
    scheme: Scheme,
    received: Received,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context,
) -> Outcome:
    """Return what comes of checking; see `CodedScheme`."""
    if subject.header("signature-input") is None:
        return Outcome(
            Verdict.INVALID, "Part of what is signed is missing: the header signature-input.", had_key=True
        )
    try:
        label, parameters, size = _selected(subject)
    except Missing as missing:
        return Outcome(Verdict.MALFORMED, f"Signature or Signature-Input cannot be read: {missing}.")
    if not secrets:
        return Outcome(Verdict.NO_SECRET, "There is a signature, and no secret to check it with.")
    refused: list[str] = []
    for secret in secrets:
        try:
            keys = _keys(secret.value, parameters.get("alg"), size, context, private=False)
        except BadKey as error:
            refused.append(f"{secret.name}: {error}")
            continue
        for name, key in keys:
            covered = _verified(name, key, subject, label)
            if covered is not None:
                return _judge(secret, parameters, covered, subject, at_us, scheme)
    if len(refused) == len(secrets):
        return Outcome(Verdict.INVALID, f"No secret can be the key. {refused[0]}")
    from workbench.providers.verification import mismatch

    return mismatch(secrets)


def _selected(subject: Subject) -> tuple[str, dict[str, Any], int]:
    """Return label, parameters and length of the first signature; Missing where nothing can be read."""
    from http_message_signatures.exceptions import HTTPMessageSignaturesException

    handler = _verifier("hmac-sha256", b"")
    try:
        inputs = handler._parse_signature_dictionary(subject.header("signature-input"))
        signatures = handler._parse_signature_dictionary(subject.header("signature"))
        label = next(name for name in inputs if name in signatures)
        return label, dict(inputs[label].params), len(signatures[label].value)
    except HTTPMessageSignaturesException as error:
        raise Missing(str(error)) from error
    except StopIteration as error:
        raise Missing("no label is in both") from error
    except Exception as error:  # The structured-field parser raises its own kinds for hostile text.
        raise Missing("they are no structured fields") from error


def _keys(secret: str, said: Any, size: int, context: Context, *, private: bool) -> list[tuple[str, Any]]:
    wanted = context.settings.get("algorithm") or said
    if wanted is not None and wanted not in _algorithms():
        raise BadKey(f"The algorithm {str(wanted)[:40]!r} is not known.")
    found = _pem_keys(secret, private=private) if "-----BEGIN" in secret else _raw_keys(secret, size, private=private)
    fitting = [(name, key) for name, key in found if wanted in (None, name)]
    if not fitting:
        raise BadKey(f"The secret is no key for {wanted}.")
    return fitting


def _pem_keys(secret: str, *, private: bool) -> list[tuple[str, Any]]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    key = load_pem(secret.strip())
    if not private and hasattr(key, "public_key"):
        key = key.public_key()
    match key:
        case ed25519.Ed25519PublicKey() | ed25519.Ed25519PrivateKey():
            return [("ed25519", key)]
        case ec.EllipticCurvePublicKey() | ec.EllipticCurvePrivateKey():
            return [("ecdsa-p256-sha256", key)]
        case rsa.RSAPublicKey() | rsa.RSAPrivateKey():
            return [("rsa-pss-sha512", key), ("rsa-v1_5-sha256", key)]
        case _:
            raise BadKey("The key is of a kind that RFC 9421 does not use.")


def _raw_keys(secret: str, size: int, *, private: bool) -> list[tuple[str, Any]]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    text = secret.strip()
    raw = decode(text, "base64")
    if raw is not None and len(raw) == 32 and size == 64:
        make = Ed25519PrivateKey.from_private_bytes if private else Ed25519PublicKey.from_public_bytes
        return [("ed25519", make(raw))]
    return [("hmac-sha256", raw if raw is not None and len(raw) >= 16 else secret.encode("utf-8", "surrogateescape"))]


def _verified(name: str, key: Any, subject: Subject, label: str) -> dict[str, str] | None:
    """Return what the signature covers, or None where it does not fit."""
    from http_message_signatures.exceptions import HTTPMessageSignaturesException

    verifier = _verifier(name, key)
    verifier.allow_label_only_selection = True
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = verifier.verify(_Message(subject), max_age=None, expect_label=label)
        return results[0].covered_components
    except (HTTPMessageSignaturesException, ValueError, TypeError, KeyError):
        return None


def _judge(
    secret: Secret, parameters: dict[str, Any], covered: dict[str, str], subject: Subject, at_us: int, scheme: Scheme
) -> Outcome:
    """Return what comes of checking; see `CodedScheme`."""
    from http_message_signatures.digests import ContentDigest
    from http_message_signatures.exceptions import HTTPMessageSignaturesException

    from workbench.providers.verification import duration, in_time

    created = parameters.get("created")
    signed_at_us = created * 1_000_000 if isinstance(created, int) and 0 <= created <= LATEST_S else None
    has_digest = any(name.startswith('"content-digest"') for name in covered)
    if has_digest:
        try:
            ContentDigest.verify_components(covered, subject.body)
        except HTTPMessageSignaturesException:
            reason = "The signature fits, but the body is not the one that Content-Digest stands for."
            return Outcome(Verdict.INVALID, reason, signed_at_us=signed_at_us, had_key=True)
    expires = parameters.get("expires")
    matched = Outcome.match(secret, signed_at_us)
    covers = Covers.BODY if has_digest or not subject.body else Covers.FIELDS
    outcome = Outcome(matched.verdict, matched.reason, matched.matched_secret, signed_at_us, covers)
    if isinstance(expires, int) and at_us / 1_000_000 > expires:
        late = duration(at_us / 1_000_000 - expires)
        return outcome.as_stale(f"The signature is right and ran out {late} ago.")
    return in_time(scheme, outcome, at_us)


def sign(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    """Return Content-Digest, Signature-Input and Signature; an old digest is replaced by the body's own."""
    from http_message_signatures.exceptions import HTTPMessageSignaturesException
    from http_message_signatures.signatures import HTTPMessageSigner

    size = 64 if context.settings.get("algorithm") == "ed25519" else 32
    name, key = _keys(secret, None, size, context, private=True)[0]
    message = _Message(subject)
    for header in ("Content-Digest", "Signature-Input", "Signature"):
        del message.headers[header]
    present = [item for item in COMPONENTS if item.startswith("@") or item in message.headers]
    signer: Any = HTTPMessageSigner(signature_algorithm=_algorithms()[name], key_resolver=cast("Any", _Keys(key)))
    try:
        signer.sign(
            message,
            key_id=context.settings.get("key_id", KEY_ID),
            created=datetime.datetime.fromtimestamp(at_us // 1_000_000, datetime.UTC),
            covered_component_ids=tuple(present),
            label=context.settings.get("label", "sig1"),
            body=subject.body,
        )
    except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
        raise Missing(f"what RFC 9421 needs ({error})") from error
    return Changes(
        tuple((name, message.headers[name]) for name in ("Content-Digest", "Signature-Input", "Signature"))
    )


def parts(scheme: Scheme, subject: Subject, context: Context) -> list[Part]:
    """Return what is signed, part by part; see `CodedScheme`."""
    from http_message_signatures.exceptions import HTTPMessageSignaturesException

    label, _, _ = _selected(subject)
    handler = _verifier("hmac-sha256", b"")
    inputs = handler._parse_signature_dictionary(subject.header("signature-input"))
    try:
        _, _, elements = handler._build_signature_base(
            _Message(subject), covered_component_ids=list(inputs[label]), signature_params=inputs[label].params
        )
    except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
        raise Missing(str(error)) from error
    found: list[Part] = []
    for name, value in elements.items():
        source = name.strip('"')
        found += [
            Part("text", f"{name}: ".encode()),
            Part(f"component {source}", value.encode()),
            Part("text", b"\n"),
        ]
    return found[:-1]
