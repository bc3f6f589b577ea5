"""How each kind of authentication makes a request say who sends it.

Basic, bearer, API key, JWT and OAuth 2 add a header (or a query parameter) before the request is composed; AWS
Signature 4 signs the head and body that are composed; digest answers a challenge and lives in `engine.digest`. A
header of the same name that a person typed wins, switched off or on. A webhook's signature comes after all of this.
"""

import asyncio
import base64
import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from workbench.engine.composing import Target
from workbench.engine.head_changes import with_header
from workbench.engine.oauth import OAuthTokens
from workbench.engine.routes import DIRECT, Route
from workbench.model.authentication import AUTH_FIELDS, NO_AUTH, Auth, AuthKind
from workbench.model.clock import as_datetime
from workbench.model.collection import Defaults, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.message import Request, wire_text

HMAC_ALGORITHMS = ("HS256", "HS384", "HS512")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an authentication adds to a request before it is composed."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What of it is to be masked: the values filled in, and what was made of them."""


def effective_auth(saved: SavedRequest, inherited: Iterable[Defaults]) -> Auth:
    """Return the authentication that counts: the request's own, else of the nearest folder that has one."""
    for auth in (saved.auth, *(defaults.auth for defaults in inherited)):
        if auth.kind is not AuthKind.INHERIT:
            return auth
    return NO_AUTH


def auth_secrets(auth: Auth) -> frozenset[str]:
    """Return the values of an authentication's secret fields."""
    return frozenset(auth.get(each.name) for each in AUTH_FIELDS[auth.kind] if each.secret) - {""}


class Authenticator:
    """Makes credentials; keeps OAuth tokens in memory while it lives."""

    def __init__(self, tokens: OAuthTokens) -> None:
        self.tokens = tokens

    async def credentials(self, auth: Auth, now_us: int, route: Route = DIRECT) -> Credentials:
        """Return what to add for an authentication whose values are filled in.

        UsageError where something is missing or cannot be used; DeliveryError where a token cannot be had.
        """
        match auth.kind:
            case AuthKind.BASIC:
                return _basic(auth)
            case AuthKind.BEARER:
                return _bearer(auth, _required(auth, "token"), auth.get("prefix"))
            case AuthKind.API_KEY:
                return _api_key(auth)
            case AuthKind.JWT:
                token = await asyncio.to_thread(json_web_token, auth, now_us)
                return _bearer(auth, token, auth.get("prefix"))
            case AuthKind.OAUTH2:
                return _bearer(auth, await self.tokens.token(auth, route), auth.get("prefix"))
            case _:
                return Credentials(secrets=auth_secrets(auth))


def _required(auth: Auth, name: str) -> str:
    value = auth.get(name)
    if not value.strip():
        label = next(each.label for each in AUTH_FIELDS[auth.kind] if each.name == name)
        raise UsageError(f"The authentication has no {label.lower()}.", "Fill it in, or choose no authentication.")
    return value


def _basic(auth: Auth) -> Credentials:
    name, password = auth.get("username"), auth.get("password")
    if ":" in name:
        raise UsageError("A user name with a colon cannot be sent with basic authentication (RFC 7617, 2).")
    encoded = base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
    return Credentials((("Authorization", f"Basic {encoded}"),), secrets=auth_secrets(auth) | {encoded})


def _bearer(auth: Auth, token: str, prefix: str) -> Credentials:
    return Credentials((("Authorization", f"{prefix} {token}".strip()),), secrets=auth_secrets(auth) | {token})


def _api_key(auth: Auth) -> Credentials:
    pair = (_required(auth, "key"), auth.get("value"))
    if auth.get("placement") == "query":
        return Credentials(query=(pair,), secrets=auth_secrets(auth))
    return Credentials((pair,), secrets=auth_secrets(auth))


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return a URL with pairs added to the end of its query; what is there stays as it was typed."""
    added = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    if not added:
        return url
    before, mark, fragment = url.partition("#")
    joint = "" if before.endswith(("?", "&")) else "&" if "?" in before else "?"
    return before + joint + added + mark + fragment


# JSON Web Tokens (RFC 7519)


def json_web_token(auth: Auth, now_us: int) -> str:
    """Return a token signed now; `iat` and, with a lifetime, `exp` are added unless the claims have them."""
    import jwt

    # How long a key is, is its receiver's rule; a warning would go to standard error, with this file's name.
    warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
    now_s = now_us // 1_000_000
    claims = {"iat": now_s, **_lifetime(auth, now_s), **_json_object(auth, "claims")}
    try:
        return jwt.encode(
            claims, _jwt_key(auth), algorithm=auth.get("algorithm"), headers=_json_object(auth, "header_fields")
        )
    except (jwt.PyJWTError, NotImplementedError, ValueError, TypeError) as error:  # PyJWT's for unknown algorithms.
        raise UsageError(
            f"No token can be signed with {auth.get('algorithm')} and this key.",
            "HS algorithms need a text or base64 secret, the others a PEM private key of their kind.",
        ) from error


def _lifetime(auth: Auth, now_s: int) -> dict[str, int]:
    text = auth.get("lifetime_s").strip()
    if not text.isdigit():
        raise UsageError(f"{text!r} is no lifetime in whole seconds.", "Write 300, or 0 for a token without end.")
    return {"exp": now_s + int(text)} if int(text) else {}


def _json_object(auth: Auth, name: str) -> dict[str, Any]:
    label = next(each.label for each in AUTH_FIELDS[auth.kind] if each.name == name)
    try:
        found = json.loads(auth.get(name) or "{}")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{label} of the token cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise UsageError(f"{label} of the token must be an object.", 'For example {"sub": "me"}.')
    return cast("dict[str, Any]", found)


def _jwt_key(auth: Auth) -> str | bytes:
    secret = _required(auth, "secret")
    if auth.get("secret_encoding") != "base64" or auth.get("algorithm") not in HMAC_ALGORITHMS:
        return secret
    try:
        return base64.b64decode(secret.strip() + "=" * (-len(secret.strip()) % 4), altchars=b"-_", validate=True)
    except ValueError:
        try:
            return base64.b64decode(secret.strip(), validate=True)
        except ValueError as error:
            raise UsageError("The secret of the token is not base64.") from error


# AWS Signature Version 4


def aws_signed(auth: Auth, target: Target, request: Request, now_us: int) -> Request:
    """Return the request signed for AWS over the bytes that it has; reads the body.

    botocore does the signing; `Host`, `Content-Type` and the `X-Amz-` headers are covered.
    """
    from botocore.auth import S3SigV4Auth, SigV4Auth  # pyright: ignore[reportMissingTypeStubs]
    from botocore.awsrequest import AWSRequest  # pyright: ignore[reportMissingTypeStubs]
    from botocore.credentials import Credentials as Keys  # pyright: ignore[reportMissingTypeStubs]

    token = auth.get("session_token") or None
    keys = Keys(_required(auth, "access_key_id"), _required(auth, "secret_access_key"), token)
    kind = S3SigV4Auth if auth.get("service") == "s3" else SigV4Auth
    signer: Any = kind(keys, auth.get("service"), auth.get("region"))
    timestamp = as_datetime(now_us).strftime("%Y%m%dT%H%M%SZ")
    head = with_header(request.head, "X-Amz-Date", timestamp)
    if token:
        head = with_header(head, "X-Amz-Security-Token", wire_text(token))
    covered: Any = AWSRequest(request.method, target.url + request.target, data=request.body.read())
    if auth.get("service") == "s3":
        head = with_header(head, "X-Amz-Content-SHA256", signer.payload(covered))
    for name, value in head.headers:
        if name.lower() in ("host", "content-type", "content-md5") or name.lower().startswith("x-amz-"):
            covered.headers[name] = value
    covered.context["timestamp"] = timestamp
    signature = signer.signature(signer.string_to_sign(covered, signer.canonical_request(covered)), covered)
    names = signer.signed_headers(signer.headers_to_sign(covered))
    value = f"AWS4-HMAC-SHA256 Credential={signer.scope(covered)}, SignedHeaders={names}, Signature={signature}"
    return Request(with_header(head, "Authorization", wire_text(value)), request.body, request.framing)
