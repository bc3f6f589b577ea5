"""PayPal: transmission id, time, webhook id and the body's CRC-32, signed with RSA by a certificate of PayPal's.

Source: developer.paypal.com/api/rest/webhooks/rest (as summed up by hookdeck/webhook-skills). The webhook id is a
setting, `webhook_id`. CRC-32 is easily forged, so the signature hardly protects the body.
"""

import base64
import datetime
import uuid
import zlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from workbench.model.signature import Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.detection import parse_time
from workbench.providers.encodings import decode
from workbench.providers.keys import load_private
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Missing, Part
from workbench.providers.signing_changes import Changes
from workbench.providers.subject import Subject

ALGORITHM = "SHA256withRSA"


def check(
    scheme: Scheme,
    received: Received,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context,
) -> Outcome:
    """Return what comes of checking; see `CodedScheme`."""
    from workbench.providers.schemes.certificates import check_rsa

    signature = decode(received.candidates[0], "base64")
    if signature is None:
        return Outcome(Verdict.MALFORMED, f"The {scheme.place.described} is not base64.")
    algorithm = subject.header("paypal-auth-algo") or ALGORITHM
    if algorithm != ALGORITHM:
        return Outcome(
            Verdict.INVALID, f"PAYPAL-AUTH-ALGO is {algorithm[:40]!r}; only {ALGORITHM} counts.", had_key=True
        )
    address = subject.header("paypal-cert-url") or ""
    refused = refuse_address(address)
    if refused:
        return Outcome(Verdict.INVALID, refused, had_key=True)
    try:
        text = b"".join(part.content for part in parts(scheme, subject, context))
    except Missing as missing:
        if "webhook_id" in str(missing):
            return Outcome(Verdict.NO_SECRET, "PayPal signs the webhook's id: say it with --set webhook_id=ID.")
        return Outcome(Verdict.INVALID, f"Part of what is signed is missing: {missing}.", had_key=True)
    outcome = check_rsa(signature, text, "sha256", address, secrets, context)
    moment = parse_time(subject.header("paypal-transmission-time") or "")
    return (
        outcome if outcome.verdict is not Verdict.VALID else Outcome.match(Secret(outcome.matched_secret, ""), moment)
    )


def sign(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    """Return PayPal's headers with a new transmission id and time."""
    from workbench.providers.schemes.certificates import sign_rsa

    moment = datetime.datetime.fromtimestamp(at_us // 1_000_000, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    identity = subject.header("paypal-transmission-id") or str(uuid.uuid4())
    address = (
        subject.header("paypal-cert-url") or "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-workbench"
    )
    text = b"|".join(
        [identity.encode("latin-1", "replace"), moment.encode(), _webhook_id(context), _checksum(subject.body)]
    )
    signature = base64.b64encode(sign_rsa(load_private(secret), text, "sha256")).decode("ascii")
    return Changes(
        (
            ("PAYPAL-TRANSMISSION-ID", identity),
            ("PAYPAL-TRANSMISSION-TIME", moment),
            ("PAYPAL-AUTH-ALGO", ALGORITHM),
            ("PAYPAL-CERT-URL", address),
            (scheme.place.header, signature),
        )
    )


def parts(scheme: Scheme, subject: Subject, context: Context) -> list[Part]:
    """Return what is signed, part by part; see `CodedScheme`."""
    identity = _header(subject, "paypal-transmission-id")
    moment = _header(subject, "paypal-transmission-time")
    bar = Part("text", b"|")
    return [
        Part("header:paypal-transmission-id", identity),
        bar,
        Part("header:paypal-transmission-time", moment),
        bar,
        Part("setting:webhook_id", _webhook_id(context)),
        bar,
        Part("body", _checksum(subject.body)),
    ]


def refuse_address(address: str) -> str:
    """Return why a certificate's address is not trusted, or nothing."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme != "https" or "@" in parts.netloc or not (host == "paypal.com" or host.endswith(".paypal.com")):
        return f"The certificate's address {address[:200]!r} is not PayPal's, so its key proves nothing."
    return ""


def _header(subject: Subject, name: str) -> bytes:
    value = subject.header(name)
    if value is None:
        raise Missing(f"the header {name}")
    return value.encode("latin-1", "replace")


def _webhook_id(context: Context) -> bytes:
    value = context.settings.get("webhook_id")
    if not value:
        raise Missing("the setting webhook_id")
    return value.encode()


def _checksum(body: bytes) -> bytes:
    return b"%d" % zlib.crc32(body)
