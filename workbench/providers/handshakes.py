"""Requests by which a provider makes sure that an address is its user's, and the answer it wants to hear."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from workbench.model.signature import Secret, Verdict, Verification
from workbench.providers.pack import Handshake, Provider
from workbench.providers.selectors import Selector
from workbench.providers.subject import Subject

SCHEME = "handshake"

_BREAK = re.compile(r"[\r\n\0]")
_PLACE = re.compile(r"\{(?:(\w+)\()?([a-z]+:[^{}()]+)\)?\}")


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer a handshake asks for."""

    status: int
    content_type: str
    body: str
    headers: tuple[tuple[str, str], ...] = ()


def find_handshake(provider: Provider, subject: Subject) -> Handshake | None:
    """Return the handshake that this request is, or None."""
    return next((item for item in provider.handshakes if is_handshake(item, subject)), None)


def is_handshake(handshake: Handshake, subject: Subject) -> bool:
    """Return whether all of a handshake's conditions hold."""
    if handshake.method and handshake.method != subject.method:
        return False
    if not all(_holds(subject.header(name), wanted) for name, wanted in handshake.headers):
        return False
    if not all(_holds(subject.query.get(name), wanted) for name, wanted in handshake.query):
        return False
    return all(_holds(selector.text(subject), wanted) for selector, wanted in handshake.body)


def _holds(value: str | None, wanted: str | None) -> bool:
    return value is not None and (wanted is None or value == wanted)


def verify_handshake(
    provider: Provider, handshake: Handshake, subject: Subject, secrets: Sequence[Secret]
) -> Verification:
    """Return the verdict on a handshake that carries no signature, or a token instead; valid only by its token."""
    said = f"This is the handshake {handshake.name} of {provider.name}"
    if handshake.token is None:
        return Verification(Verdict.UNSIGNED, f"{said}; it carries no signature.", provider.id, SCHEME)
    fitting = [secret for secret in secrets if secret.provider in ("", provider.id)]
    if not fitting:
        return Verification(Verdict.NO_SECRET, f"{said}; its token needs a secret.", provider.id, SCHEME)
    sent = (handshake.token.text(subject) or "").encode("utf-8", "surrogatepass")
    for secret in fitting:
        if hmac.compare_digest(sent, secret.value.encode("utf-8", "surrogateescape")):
            reason = f"{said}, and its token is the secret {secret.name}."
            return Verification(Verdict.VALID, reason, provider.id, SCHEME, secret.name)
    reason = f"{said}, but its token {handshake.token.name} is none of the secrets."
    return Verification(Verdict.INVALID, reason, provider.id, SCHEME)


def reply_to(handshake: Handshake, subject: Subject, secret: str = "") -> Reply:
    """Return the answer with its places filled in; `secret` is the key of computed ones."""
    reply = handshake.reply
    fill = _filler(subject, secret)
    filled = [(name, fill(value)) for name, value in reply.get("headers", {}).items()]
    # A header whose place the request leaves empty was not asked for; one with a line break would be two.
    headers = tuple((name, value) for name, value in filled if value and not _BREAK.search(value))
    if "json" in reply:
        body = json.dumps(_filled(reply["json"], fill), ensure_ascii=False, separators=(",", ":"))
        return Reply(reply.get("status", 200), reply.get("content_type", "application/json"), body, headers)
    return Reply(reply.get("status", 200), reply.get("content_type", ""), fill(reply.get("body", "")), headers)


def _filled(value: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {name: _filled(item, fill) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_filled(item, fill) for item in cast("list[Any]", value)]
    return value


def _filler(subject: Subject, secret: str) -> Callable[[str], str]:
    key = secret.encode("utf-8", "surrogateescape")

    def place(match: re.Match[str]) -> str:
        text = Selector.parse(match[2]).text(subject) or ""
        content = text.encode("utf-8", "surrogatepass")
        match match[1]:
            case "hmac_sha256_hex":
                return hmac.digest(key, content, "sha256").hex()
            case "hmac_sha256_base64":
                return base64.b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
            case "sha256_hex":
                return hashlib.sha256(content).hexdigest()
            case _:
                return text

    return lambda text: _PLACE.sub(place, text)
