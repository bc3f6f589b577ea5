"""Guards of an endpoint, made ready once: who may send, how often and what."""

import base64
import binascii
import hmac
import ipaddress
import json
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.model.endpoint import NO_GUARDS, Guards
from workbench.model.errors import UsageError
from workbench.model.message import Request
from workbench.model.signature import Verdict, Verification

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request does not pass, and what it is told."""

    guard: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Guarding:
    """The guards of one endpoint. `secrets` holds values by reference; a reference that is missing lets none pass."""

    guards: Guards
    secrets: Mapping[str, str] = field(repr=False)
    allow: tuple[Network, ...]
    deny: tuple[Network, ...]
    validator: Any = None
    _recent: deque[float] = field(default_factory=deque[float])

    @classmethod
    def of(cls, guards: Guards, secrets: Mapping[str, str], workspace: Path) -> "Guarding":
        """Make guards ready; UsageError where the schema cannot be used."""
        validator = _validator(workspace / guards.schema) if guards.schema else None
        return cls(guards, secrets, _networks(guards.allow), _networks(guards.deny), validator)

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
        return self._refuse_address(address) or self._refuse_credentials(request) or self._refuse_rate(now_s)

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
        if self.validator is None:
            return None
        try:
            value = json.loads(request.body.read())
        except (ValueError, RecursionError) as error:
            return Refused("schema", 400, f"The body is no JSON: {error}.")
        errors = sorted(self.validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
        if not errors:
            return None
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return Refused("schema", 422, f"{first.json_path}: {first.message[:300]}{more}.")

    def refuse_signature(self, verification: Verification | None) -> Refused | None:
        """Check the verdict, where a valid signature is asked for."""
        if not self.guards.signature or (verification is not None and verification.verdict is Verdict.VALID):
            return None
        reason = "It is no known provider's." if verification is None else verification.reason
        return Refused("signature", 401, reason)

    def _refuse_address(self, address: str) -> Refused | None:
        if not self.allow and not self.deny:
            return None
        try:
            sender = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return Refused("address", 403, f"The sender's address {address!r} is not known.")
        # An IPv4 sender may be written as one of IPv6, on either side.
        if isinstance(sender, ipaddress.IPv4Address):
            forms = [sender, ipaddress.IPv6Address(f"::ffff:{sender}")]
        else:
            forms = [sender] if sender.ipv4_mapped is None else [sender, sender.ipv4_mapped]

        def among(networks: tuple[Network, ...]) -> bool:
            return any(form in network for form in forms for network in networks if form.version == network.version)

        if among(self.deny):
            return Refused("address", 403, f"{address} is in a denied network.")
        if self.allow and not among(self.allow):
            return Refused("address", 403, f"{address} is in no allowed network.")
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
        reason = f"More than {guards.requests} requests in {guards.per_s:g} seconds."
        return Refused("rate", 429, reason, (("Retry-After", str(wait)),))


def _unfit(what: str, was_sent: bool) -> str:
    return f"{what} {'is wrong' if was_sent else 'is missing'}."


def _basic(given: str) -> bytes | None:
    try:
        return base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def _validator(path: Path) -> Any:
    """Return what checks a body. References to other files or addresses are not followed: nothing is fetched."""
    from jsonschema import Draft202012Validator, SchemaError
    from referencing import Registry

    try:
        schema = json.loads(path.read_bytes())
        Draft202012Validator.check_schema(schema)
    except OSError as error:
        raise UsageError(f"The JSON Schema {path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise UsageError(f"The JSON Schema {path} is no JSON: {error}.") from error
    except SchemaError as error:
        raise UsageError(f"The JSON Schema {path} is wrong at {error.json_path}: {error.message}.") from error
    return Draft202012Validator(schema, registry=Registry())
