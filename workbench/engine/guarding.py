"""Guards of an endpoint, made ready once: who may send, how often and what."""

import base64
import binascii
import hmac
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.engine.body_schema import BodySchema
from workbench.engine.sender_address import Network, UnknownSender, find_sender, networks
from workbench.model.endpoint import NO_GUARDS, PROVIDER, Guards
from workbench.model.errors import UsageError
from workbench.model.message import Request
from workbench.model.signature import Verdict, Verification
from workbench.providers.pack import Provider

SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request does not pass, and what it is told."""

    guard: str
    status: int
    reason: str
    """For the user, on record."""
    headers: tuple[tuple[str, str], ...] = ()
    told: str = ""
    """What the sender is told, where the reason says more than strangers should know."""


@dataclass(slots=True)
class Guarding:
    """The guards of one endpoint. `secrets` holds values by reference; a reference that is missing lets none pass."""

    guards: Guards
    secrets: Mapping[str, str] = field(repr=False)
    allow: tuple[Network, ...]
    deny: tuple[Network, ...]
    trusted: tuple[Network, ...] = ()
    validator: BodySchema | None = None
    _recent: deque[float] = field(default_factory=deque[float])

    @classmethod
    def of(
        cls, guards: Guards, secrets: Mapping[str, str], workspace: Path, provider: Provider | None = None
    ) -> "Guarding":
        """Make guards ready; UsageError where the schema or the provider's networks cannot be used. Blocks."""
        allow = tuple(text for text in guards.allow if text != PROVIDER)
        if PROVIDER in guards.allow:
            allow += _addresses_of(provider)
        validator = BodySchema.read(workspace, guards.schema) if guards.schema else None
        return cls(
            guards, secrets, networks(allow), networks(guards.deny), networks(guards.trusted_proxies), validator
        )

    @property
    def guards_something(self) -> bool:
        return self.guards != NO_GUARDS

    def going_on_from(self, old: "Guarding") -> "Guarding":
        """Return these guards with the rate that others have counted so far, where the rate is the same."""
        if (self.guards.requests, self.guards.per_s) == (old.guards.requests, old.guards.per_s):
            self._recent = old._recent
        return self

    def refuse_sender(self, address: str, request: Request, now_s: float) -> Refused | None:
        """Check what also a handshake must pass: where from, with which credentials, how often."""
        # Before credentials, so that they cannot be guessed any faster than that.
        refused = self._refuse_address(address, request) or self._refuse_rate(now_s)
        return refused or self._refuse_credentials(request)

    def refuse_kind(self, request: Request) -> Refused | None:
        """Check method, content type and size."""
        guards = self.guards
        if guards.methods and request.method.upper() not in guards.methods:
            allowed = ", ".join(guards.methods)
            return Refused("method", 405, f"{request.method} is not among {allowed}.", (("Allow", allowed),))
        kind = request.head.content_type.partition(";")[0].strip().lower()
        if guards.content_types and kind not in guards.content_types:
            said = f"The content type {kind}" if kind else "A request without a content type"
            return Refused("content-type", 415, f"{said} is not among {', '.join(guards.content_types)}.")
        limit = guards.body_limit_bytes
        if limit is not None and request.body.size > limit:
            return Refused("body-limit", 413, f"The body of {request.body.size:,} bytes is over {limit:,}.")
        return None

    def refuse_body(self, request: Request) -> Refused | None:
        """Check the body against the JSON Schema. Blocks."""
        fault = self.validator.fault_of(request.body) if self.validator is not None else None
        return None if fault is None else Refused("schema", *fault)

    def refuse_signature(self, verification: Verification | None) -> Refused | None:
        """Check the verdict, where a valid signature is asked for."""
        if not self.guards.signature or (verification is not None and verification.verdict is Verdict.VALID):
            return None
        reason = "It is no known provider's." if verification is None else verification.reason
        return unsigned(reason)

    def _refuse_address(self, address: str, request: Request) -> Refused | None:
        if not self.allow and not self.deny:
            return None
        try:
            sender = find_sender(address, request.headers, self.trusted)
        except UnknownSender as error:
            return Refused("address", 403, str(error), told="It is not known from where this comes.")
        told = f"{sender.address} may not send here."
        if sender.is_among(self.deny):
            return Refused("address", 403, f"{sender.described} is in a denied network.", told=told)
        if self.allow and not sender.is_among(self.allow):
            return Refused("address", 403, f"{sender.described} is in no allowed network.", told=told)
        return None

    def _refuse_credentials(self, request: Request) -> Refused | None:
        guards = self.guards
        authorization = request.headers.get("authorization") or ""
        scheme, _, given = authorization.partition(" ")
        if guards.basic:
            sent = _basic(given) if scheme.lower() == "basic" else None
            if not self._is(sent, guards.basic):
                challenge = (("WWW-Authenticate", 'Basic realm="webhooks", charset="UTF-8"'),)
                return Refused("basic", 401, _unfit("The user and password", sent is not None), challenge)
        if guards.bearer:
            sent = given.strip().encode("latin-1") if scheme.lower() == "bearer" else None
            if not self._is(sent, guards.bearer):
                challenge = (("WWW-Authenticate", 'Bearer realm="webhooks"'),)
                return Refused("bearer", 401, _unfit("The bearer token", sent is not None), challenge)
        name, reference = guards.header
        if name:
            values = request.headers.all(name)
            if not self._is(values[0].encode("latin-1") if values else None, reference):
                return Refused("header", 401, _unfit(f"The header {name}", bool(values)))
        return None

    def _is(self, sent: bytes | None, reference: str) -> bool:
        wanted = self.secrets.get(reference)
        if sent is None or wanted is None:
            return False
        return hmac.compare_digest(sent, wanted.encode("utf-8", "surrogateescape"))

    def _refuse_rate(self, now_s: float) -> Refused | None:
        guards, recent = self.guards, self._recent
        if not guards.requests:
            return None
        while recent and recent[0] <= now_s - guards.per_s:
            recent.popleft()
        if len(recent) < guards.requests:
            recent.append(now_s)
            return None
        wait = max(1, math.ceil(recent[0] + guards.per_s - now_s))
        reason = f"More than {guards.requests} requests in {guards.per_s:g} s."
        return Refused("rate", 429, reason, (("Retry-After", str(wait)),))


def unsigned(reason: str) -> Refused:
    """Return the refusal of a request whose signature is not as it must be."""
    return Refused(SIGNATURE, 401, reason, told="The signature is missing or does not fit.")


def _unfit(what: str, was_sent: bool) -> str:
    return f"{what} {'is wrong' if was_sent else 'is missing'}."


def _basic(given: str) -> bytes | None:
    try:
        return base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _addresses_of(provider: Provider | None) -> tuple[str, ...]:
    if provider is None:
        raise UsageError("allow: [provider] needs a provider.", "Say whose webhooks come here, as provider: stripe.")
    if not provider.source_addresses:
        page = provider.source_addresses_page
        raise UsageError(
            f"The pack of {provider.name} has no list of the addresses that it sends from.",
            f"See {page} and write them under allow." if page else "Write networks under allow, or check signatures.",
        )
    return provider.source_addresses
