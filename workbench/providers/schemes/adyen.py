"""Adyen's standard notifications: eight fields of every item, each item with its own signature.

Source: Adyen-python 16.0.0 `hmac_validation`: fields joined with `:`, a missing one is empty, nothing is escaped; the
key is hex. Unlike that SDK every item of a batch is checked, not the first alone.
"""

import base64
import hmac
from collections.abc import Sequence
from typing import Any, cast

from workbench.model.signature import Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.encodings import decode
from workbench.providers.keys import BadKey, symmetric_key
from workbench.providers.outcome import Outcome
from workbench.providers.pack import Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Missing, Part
from workbench.providers.signing_changes import Changes
from workbench.providers.splice import with_values
from workbench.providers.subject import Subject, text_of, value_at

FIELDS = (
    ("pspReference",),
    ("originalReference",),
    ("merchantAccountCode",),
    ("merchantReference",),
    ("amount", "value"),
    ("amount", "currency"),
    ("eventCode",),
    ("success",),
)
ITEM = "NotificationRequestItem"
SIGNATURE = ("additionalData", "hmacSignature")


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

    if not secrets:
        return no_secret()
    refused = ""
    for secret in secrets:
        try:
            key = symmetric_key(secret.value, scheme.key_form)
        except BadKey as error:
            refused = refused or f"{secret.name}: {error}"
            continue
        wrong = [number for number, item in enumerate(_items(subject), 1) if not _fits(item, key)]
        if not wrong:
            return Outcome.match(secret)
        if len(wrong) < len(_items(subject)):
            return Outcome(
                Verdict.INVALID, f"The signature of item {wrong[0]} of the batch does not fit.", had_key=True
            )
    if refused and len(secrets) == 1:
        return Outcome(Verdict.INVALID, f"No secret can be the key. {refused}")
    return mismatch(secrets)


def sign(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    """Return the body with each item's signature put in."""
    key = symmetric_key(secret, scheme.key_form)
    items = _items(subject)
    if not items:
        raise Missing("notificationItems in the body")
    values = {
        ("notificationItems", str(number), ITEM, *SIGNATURE): _signature(item, key)
        for number, item in enumerate(items)
    }
    return Changes(body=with_values(subject.body, values))


def parts(scheme: Scheme, subject: Subject, context: Context) -> list[Part]:
    """Return what is signed, part by part; see `CodedScheme`."""
    items = _items(subject)
    if not items:
        raise Missing("notificationItems in the body")
    found: list[Part] = []
    for path in FIELDS:
        found += [Part(f"body:{'.'.join(path)}", _field(items[0], path)), Part("text", b":")]
    return found[:-1]


def _items(subject: Subject) -> list[Any]:
    items = value_at(subject.tree, ("notificationItems",))
    if not isinstance(items, list):
        return []
    return [value_at(item, (ITEM,)) for item in cast("list[Any]", items)]


def _field(item: Any, path: tuple[str, ...]) -> bytes:
    return (text_of(value_at(item, path)) or "").encode("utf-8", "surrogatepass")


def _signature(item: Any, key: bytes) -> str:
    text = b":".join(_field(item, path) for path in FIELDS)
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode("ascii")


def _fits(item: Any, key: bytes) -> bool:
    sent = decode(text_of(value_at(item, SIGNATURE)) or "", "base64")
    return sent is not None and hmac.compare_digest(base64.b64decode(_signature(item, key)), sent)
