"""Requests of our own that the listener answers and does not capture.

A probe's path holds the second, a nonce and a MAC over both with the home's key; the answer is a MAC over the path's
token that only a listener of this home can make. Whatever does not verify is a webhook like any other, so nobody can
hide one by giving it this path. `probe` proves the way; `echo` tells, byte for byte, what arrived.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from workbench.model.clock import Clock
from workbench.model.message import Head

PREFIX = "/.webhook-workbench/"
PREFIX_BYTES = PREFIX.encode()
FRESH_S = 60
"""How old a probe may be: a copy of one is of no use for long."""

PURPOSES = ("probe", "echo")
ECHO_LIMIT_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to our listener: its path, and the only right answer."""

    path: str
    token: str
    answer: str


class Probes:
    """Makes probes and answers them; both ends have the home's key."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def make(self, purpose: str = "probe") -> Probe:
        """Return a new probe, `probe` or `echo`."""
        stamp = f"{self._clock.now_us() // 1_000_000}.{secrets.token_hex(16)}"
        token = f"{stamp}.{self._mac('ask', purpose, stamp)}"
        return Probe(f"{PREFIX}{purpose}/{token}", token, self._mac("answer", purpose, token))

    def answer(self, head: Head, body: bytes) -> str | None:
        """Return what to answer to a request, None where it is no fresh probe of ours."""
        purpose, _, token = head.target.partition(PREFIX)[2].partition("?")[0].partition("/")
        if purpose not in PURPOSES or not self._is_fresh(purpose, token):
            return None
        proof = self._mac("answer", purpose, token)
        return proof if purpose == "probe" else _arrived(proof, head, body)

    def is_ours(self, token: str) -> bool:
        """Return whether a token is of a fresh probe of this home, of either purpose."""
        return any(self._is_fresh(purpose, token) for purpose in PURPOSES)

    def _is_fresh(self, purpose: str, token: str) -> bool:
        second, _, rest = token.partition(".")
        nonce, _, mac = rest.partition(".")
        if not (second.isascii() and second.isdigit() and len(second) < 16 and token.isascii()):
            return False
        if not hmac.compare_digest(mac, self._mac("ask", purpose, f"{second}.{nonce}")):
            return False
        return abs(self._clock.now_us() // 1_000_000 - int(second)) <= FRESH_S

    def _mac(self, *words: str) -> str:
        return hmac.new(self._key, "\0".join(words).encode("latin-1"), hashlib.sha256).hexdigest()


def _arrived(proof: str, head: Head, body: bytes) -> str:
    encoded = {name: base64.b64encode(value).decode() for name, value in (("head", head.raw), ("body", body))}
    return json.dumps({"proof": proof, **encoded})
