"""Twilio: the URL, then the form's fields sorted; a JSON body through its SHA-256 in the URL.

Source: twilio.com/docs/usage/webhooks/webhooks-security and twilio-python 9.13.0 `request_validator.py`: the URL is
tried with and without its port; a repeated field gives each distinct value once, sorted. Newer accounts may send
`X-Twilio-Webhooks-Signature-Settings: key=…,algorithm=HMAC_SHA256`.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from workbench.model.signature import Covers, Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.encodings import decode
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Part
from workbench.providers.signing_changes import Changes
from workbench.providers.subject import Subject

BODY_HASH = "bodySHA256"
SETTINGS = "x-twilio-webhooks-signature-settings"


def check(
    scheme: Scheme,
    received: Received,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context,
) -> Outcome:
    """Return what comes of checking; see `CodedScheme`."""
    from workbench.providers.verification import mismatch, no_secret

    signature = decode(received.candidates[0], "base64")
    if signature is None:
        return Outcome(Verdict.MALFORMED, f"The {scheme.place.described} is not base64.")
    claimed = subject.query.get(BODY_HASH)
    if claimed is not None:
        actual = hashlib.sha256(subject.body).hexdigest()
        if not hmac.compare_digest(actual.encode(), claimed.lower().encode("utf-8", "replace")):
            reason = f"The body is not the one that {BODY_HASH} in the URL stands for: its SHA-256 is {actual}."
            return Outcome(Verdict.INVALID, reason, had_key=True)
    if not secrets:
        return no_secret()
    hash_name = _hash(subject)
    fields = _fields(subject)
    for secret in secrets:
        key = secret.value.encode("utf-8", "surrogateescape")
        for url in url_variants(subject.url):
            expected = hmac.digest(key, url.encode("utf-8", "surrogatepass") + fields, hash_name)
            if hmac.compare_digest(expected, signature):
                outcome = Outcome.match(secret)
                covered = bool(fields) or claimed is not None or not subject.body
                return (
                    outcome if covered else Outcome(outcome.verdict, outcome.reason, secret.name, covers=Covers.NONE)
                )
    return mismatch(secrets)


def sign(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    """Return the signature's header, and for a body that is no form the URL with the body's hash."""
    target = None
    if subject.body and not subject.is_form:
        digest = hashlib.sha256(subject.body).hexdigest()
        target = with_parameter(subject.target, BODY_HASH, digest)
        url = with_parameter(subject.url, BODY_HASH, digest)
    else:
        url = subject.url
    text = url.encode("utf-8", "surrogatepass") + _fields(subject)
    signature = hmac.digest(secret.encode("utf-8", "surrogateescape"), text, _hash(subject))
    value = base64.b64encode(signature).decode("ascii")
    return Changes(((scheme.place.header, value),), target)


def parts(scheme: Scheme, subject: Subject, context: Context) -> list[Part]:
    """Return what is signed, part by part; see `CodedScheme`."""
    fields = [Part("sorted_form", _fields(subject))] if subject.form else []
    return [Part("url", subject.url.encode("utf-8", "surrogatepass")), *fields]


def signature_of(subject: Subject, secret: str, text: bytes) -> bytes:
    """Return the signature of a text, with the hash that the request asks for."""
    return hmac.digest(secret.encode("utf-8", "surrogateescape"), text, _hash(subject))


def _hash(subject: Subject) -> str:
    return "sha256" if "HMAC_SHA256" in (subject.header(SETTINGS) or "").upper() else "sha1"


def _fields(subject: Subject) -> bytes:
    values: dict[str, set[str]] = {}
    for name, value in subject.form:
        values.setdefault(name, set()).add(value)
    text = "".join(f"{name}{value}" for name in sorted(values) for value in sorted(values[name]))
    return text.encode("utf-8", "surrogatepass")


def url_variants(url: str) -> list[str]:
    """Return the URL as it is, without its port, and with the port of its scheme."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return [url]
    host = parts.netloc
    if port is not None:
        bare = host[: host.rindex(":")]
        return [url, url.replace(host, bare, 1)]
    standard = {"https": 443, "http": 80}.get(parts.scheme.lower())
    return [url] if standard is None or not host else [url, url.replace(host, f"{host}:{standard}", 1)]


def with_parameter(url: str, name: str, value: str) -> str:
    """Return a URL with a query parameter set: in its place where it is there, else at the end."""
    address, mark, query = url.partition("?")
    kept = [item for item in query.split("&") if item and item.partition("=")[0] != name] if mark else []
    return f"{address}?{'&'.join([*kept, f'{name}={value}'])}"
