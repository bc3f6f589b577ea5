"""Tokens (JWT). The algorithm is one of the pack's, never the token's choice; a claim may hold the body's hash.

PyJWT reads and verifies. Keys are a shared secret, PEM (key or certificate), a JSON key or key set, or what was
fetched before from an allowed host.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from typing import Any, cast

from workbench.model.clock import LATEST_S
from workbench.model.signature import Covers, Secret, Verdict
from workbench.providers.context import Context
from workbench.providers.keys import BadKey, load_private, load_public
from workbench.providers.outcome import Outcome
from workbench.providers.pack import JwtRule, Scheme
from workbench.providers.received import Received
from workbench.providers.signed_text import Part
from workbench.providers.signing_changes import Changes
from workbench.providers.subject import Subject

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v1/certs"


def check_jwt(
    scheme: Scheme,
    received: Received,
    subject: Subject,
    secrets: Sequence[Secret],
    at_us: int,
    context: Context,
) -> Outcome:
    """Return what comes of checking a token."""
    import jwt

    rule = scheme.jwt
    assert rule is not None
    token = received.candidates[0].removeprefix("Bearer ").strip()
    if not _TOKEN.fullmatch(token):
        return Outcome(Verdict.MALFORMED, f"The {scheme.place.described} holds no token of three parts.")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        return Outcome(Verdict.MALFORMED, f"The token's first part cannot be read: {error}.")
    algorithm = str(header.get("alg"))
    if algorithm not in rule.algorithms:
        reason = f"The token says its algorithm is {algorithm[:20]!r}; only {', '.join(rule.algorithms)} counts here."
        return Outcome(Verdict.INVALID, reason, had_key=True)
    keys = [*secrets, *_kept_keys(rule, header, context)] if not secrets else list(secrets)
    if not keys:
        reason = "There is a token, and no key to check it with."
        return Outcome(Verdict.NO_SECRET, reason)
    return _try_keys(token, header, rule, keys, subject, at_us, context)


def _kept_keys(rule: JwtRule, header: dict[str, Any], context: Context) -> list[Secret]:
    if "www.googleapis.com" in rule.key_hosts:
        text = context.keys(GOOGLE_KEYS)
        return [Secret(f"the keys at {GOOGLE_KEYS}", text)] if text else []
    text = context.keys(f"key:{header.get('kid', '')}")
    return [Secret("the key that was fetched", text)] if text else []


def _try_keys(
    token: str,
    header: dict[str, Any],
    rule: JwtRule,
    keys: Sequence[Secret],
    subject: Subject,
    at_us: int,
    context: Context,
) -> Outcome:
    import jwt

    refused = ""
    usable = False
    for secret in keys:
        try:
            key = _key(secret.value, header)
            # Time and audience are judged below, as of the capture's arrival.
            claims = _decoded(token, key, str(header["alg"]))
        except jwt.InvalidSignatureError:
            usable = True
        except (BadKey, jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            refused = refused or f"{secret.name}: {error if isinstance(error, BadKey) else _said(error)}"
        else:
            return _judge(claims, rule, secret, subject, at_us, context)
    if not usable:
        return Outcome(Verdict.INVALID, f"No secret can be the key. {refused}")
    return Outcome(Verdict.INVALID, "The token was not signed with any of these keys.", had_key=True)


def _decoded(token: str, key: Any, algorithm: str) -> dict[str, Any]:
    """Return the claims of a token that this key signed; a short secret is the provider's business, not ours."""
    import warnings

    import jwt

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwt.decode(token, key, algorithms=[algorithm], options=_SIGNATURE_ONLY)


_SIGNATURE_ONLY: Any = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
    "enforce_minimum_key_length": False,
}


def _said(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text if text.endswith(".") else f"{text}."


def _key(secret: str, header: dict[str, Any]) -> Any:
    algorithm = str(header["alg"])
    text = secret.strip()
    if text.startswith("{"):
        return _json_key(text, header)
    if algorithm.startswith("HS"):
        if "-----BEGIN" in text:
            # Key confusion: a public key, known to everyone, must never be taken for a shared secret.
            raise BadKey("A public key is no shared secret.")
        return secret.encode("utf-8", "surrogateescape")
    key = load_public(secret)
    expected = {"R": "RSAPublicKey", "P": "RSAPublicKey", "E": "PublicKey"}[algorithm[:1]]
    if expected not in type(key).__name__:
        raise BadKey(f"The key does not fit the algorithm {algorithm}.")
    return key


def _json_key(text: str, header: dict[str, Any]) -> Any:
    import jwt

    try:
        data = cast("dict[str, Any]", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise BadKey("The key begins like JSON and cannot be read as such.") from error
    identity = str(header.get("kid", ""))
    if "keys" in data:
        found = [key for key in data["keys"] if not identity or key.get("kid") == identity]
        if not found:
            raise BadKey(f"The key set has no key {identity[:60]!r}.")
        data = found[0]
    if "kty" not in data:
        # Google's form: a certificate for each key id.
        if identity not in data:
            raise BadKey(f"There is no key {identity[:60]!r}.")
        return load_public(str(data[identity]))
    if data.get("kty") == "oct" and not str(header["alg"]).startswith("HS"):
        raise BadKey("The key is a shared secret and the algorithm needs a public key.")
    return jwt.PyJWK(data, algorithm=str(header["alg"])).key


def _judge(
    claims: dict[str, Any], rule: JwtRule, secret: Secret, subject: Subject, at_us: int, context: Context
) -> Outcome:
    from workbench.providers.verification import duration

    issued = _seconds(claims.get("iat"))
    signed_at_us = None if issued is None else issued * 1_000_000
    right = Outcome.match(secret, signed_at_us)

    def wrong(reason: str) -> Outcome:
        return Outcome(Verdict.INVALID, reason, signed_at_us=signed_at_us, had_key=True)

    if rule.issuers and claims.get("iss") not in rule.issuers:
        return wrong(f"The token's issuer is {str(claims.get('iss'))[:100]!r}; {' or '.join(rule.issuers)} counts.")
    audience = _audience(rule, subject, context)
    said = claims.get("aud")
    if audience and audience not in (cast("list[Any]", said) if isinstance(said, list) else [said]):
        return wrong(f"The token is meant for {_shown(said)}, not for {audience!r}.")
    if rule.needs_email and not (claims.get("email") and claims.get("email_verified")):
        return wrong("The token names no verified email address.")
    if rule.body_sha256_claim:
        actual = hashlib.sha256(subject.body).hexdigest()
        claimed = str(claims.get(rule.body_sha256_claim))
        if not hmac.compare_digest(actual.encode(), claimed.encode("utf-8", "replace")):
            return wrong(f"The body is not the one the token stands for: its SHA-256 is {actual}.")
    now = at_us / 1_000_000
    expires = _seconds(claims.get("exp"))
    if expires is not None and now >= expires:
        return right.as_stale(f"The signature is right and the token ran out {duration(now - expires)} ago.")
    begins = _seconds(claims.get("nbf"))
    if begins is not None and now < begins:
        return right.as_stale(f"The signature is right and the token counts only in {duration(begins - now)}.")
    if rule.max_age_s is not None:
        if issued is None:
            return wrong("The token does not say when it was issued (iat).")
        if abs(now - issued) > rule.max_age_s:
            off = duration(abs(now - issued))
            return right.as_stale(f"The signature is right and {off} off; {duration(rule.max_age_s)} are allowed.")
    return right


def _shown(value: Any) -> str:
    return repr(str(value)[:200])


def _audience(rule: JwtRule, subject: Subject, context: Context) -> str:
    chosen = context.settings.get("audience")
    if chosen:
        return chosen
    if rule.audience == "url":
        return subject.url if subject.url_is_known else ""
    return rule.audience


def _seconds(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 <= value <= LATEST_S else None


def sign_jwt(scheme: Scheme, subject: Subject, secret: str, at_us: int, context: Context) -> Changes:
    """Return the header with a new token; claims that the request's old token had are kept where they still hold."""
    import jwt

    rule = scheme.jwt
    assert rule is not None
    now = at_us // 1_000_000
    claims: dict[str, Any] = {"iat": now, "exp": now + (rule.max_age_s or 300)}
    if rule.issuers:
        claims["iss"] = rule.issuers[-1]
    audience = context.settings.get("audience") or (subject.url if rule.audience == "url" else rule.audience)
    if audience:
        claims["aud"] = audience
    if rule.needs_email:
        claims |= {"email": context.settings.get("email", "sender@example.com"), "email_verified": True}
    if rule.body_sha256_claim:
        claims[rule.body_sha256_claim] = hashlib.sha256(subject.body).hexdigest()
    algorithm = rule.algorithms[0]
    try:
        key: Any = secret if algorithm.startswith("HS") else load_private(secret)
        token = jwt.encode(
            claims, key, algorithm=algorithm, headers={"kid": context.settings.get("key_id", "workbench")}
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadKey(f"The secret cannot sign a token: {_said(error)}") from error
    return Changes(((scheme.place.header, f"{scheme.place.prefix}{token}"),))


def token_parts(token: str) -> list[Part]:
    """Return what is signed in a token: its first two parts."""
    head, _, rest = token.partition(".")
    return [Part("token header", head.encode()), Part("text", b"."), Part("claims", rest.partition(".")[0].encode())]


def claims_cover(rule: JwtRule) -> Covers:
    """Return what a token of this rule protects."""
    return Covers.BODY if rule.body_sha256_claim else Covers.NONE
