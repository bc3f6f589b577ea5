"""Handshakes that are confirmed by calling an address which the request names: Amazon SNS.

Anyone can send such a request, so its address counts only with https and a host of the provider's, and it is called
when the user says so, never before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.providers.handshakes import find_handshake
from workbench.providers.pack import Handshake, Provider
from workbench.providers.subject import Subject


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the user is asked to agree to."""

    provider: Provider
    name: str
    url: str
    host: str


def find_confirmation(providers: Iterable[Provider], subject: Subject) -> Confirmation | None:
    """Return what a request asks to confirm, None where it asks for nothing that may be called."""
    for provider in providers:
        handshake = find_handshake(provider, subject)
        if handshake is not None and handshake.confirm is not None and (url := confirming_url(handshake, subject)):
            return Confirmation(provider, handshake.name, url, urlsplit(url).hostname or "")
    return None


def confirming_url(handshake: Handshake, subject: Subject) -> str:
    """Return the address to call; empty where there is none, or where it is not the provider's."""
    url = (handshake.confirm.text(subject) or "") if handshake.confirm is not None else ""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    plain = parts.scheme == "https" and port in (None, 443) and parts.username is None and "\\" not in url
    readable = url.isascii() and url.isprintable()
    return url if plain and readable and any(_is_host(host, each) for each in handshake.confirm_hosts) else ""


def _is_host(host: str, pattern: str) -> bool:
    """Return whether a host fits; `*` is one label, since Amazon's customers name hosts of several below its own."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[a-z0-9-]{3,}"), host) is not None
