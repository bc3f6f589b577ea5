"""Amazon SNS: some fields of the JSON envelope, signed with RSA by a certificate of Amazon's.

Source: npm sns-validator 0.3.5 (AWS) and docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. The
certificate's address comes with the request, so its host is checked before anything else; the certificate is never
fetched from here. A PEM certificate or key may stand in as the secret.
"""

import base64
import re
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from workbench.model.signature import Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.encodings import decode
from workbench.providers.keys import load_private
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Missing, Part
from workbench.providers.signing_changes import Changes
from workbench.providers.splice import with_values
from workbench.providers.subject import Subject

NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
OPTIONAL = ("Subject",)

_HOST = re.compile(r"sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?")


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
    version = str(_tree(subject).get("SignatureVersion"))
    if version not in ("1", "2"):
        return Outcome(Verdict.MALFORMED, f"SignatureVersion is {version[:20]!r}; 1 and 2 are known.")
    address = str(_tree(subject).get("SigningCertURL") or _tree(subject).get("SigningCertUrl") or "")
    refused = refuse_address(address)
    if refused:
        return Outcome(Verdict.INVALID, refused, had_key=True)
    try:
        text = b"".join(part.content for part in parts(scheme, subject, context))
    except Missing as missing:
        return Outcome(Verdict.INVALID, f"Part of what is signed is missing: {missing}.", had_key=True)
    return check_rsa(signature, text, _hash(version), address, secrets, context)


def sign(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    """Return the body with its signature put in."""
    from workbench.providers.schemes.certificates import sign_rsa

    version = str(_tree(subject).get("SignatureVersion") or "1")
    text = b"".join(part.content for part in parts(scheme, subject, context))
    signature = sign_rsa(load_private(secret), text, _hash(version))
    body = with_values(subject.body, {("Signature",): base64.b64encode(signature).decode("ascii")})
    return Changes(body=body)


def parts(scheme: Scheme, subject: Subject, context: Context) -> list[Part]:
    """Return what is signed, part by part; see `CodedScheme`."""
    tree = _tree(subject)
    fields = NOTIFICATION if tree.get("Type") == "Notification" else CONFIRMATION
    found: list[Part] = []
    for name in fields:
        value = tree.get(name)
        if value is None and name in OPTIONAL:
            continue
        if not isinstance(value, str):
            raise Missing(f"{name} in the body")
        found += [Part("text", f"{name}\n".encode()), Part(f"body:{name}", value.encode("utf-8", "surrogatepass"))]
        found.append(Part("text", b"\n"))
    return found


def refuse_address(address: str) -> str:
    """Return why a certificate's address is not trusted, or nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc) or not parts.path.endswith(".pem"):
        return f"The certificate's address {address[:200]!r} is not Amazon's, so its key proves nothing."
    return ""


def _hash(version: str) -> str:
    return "sha1" if version == "1" else "sha256"


def _tree(subject: Subject) -> dict[str, Any]:
    tree = subject.tree
    return cast("dict[str, Any]", tree) if isinstance(tree, dict) else {}
