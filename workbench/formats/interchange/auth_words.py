"""Authentication in other programs' words: one table for each, which reads and writes.

A field that a table does not know is reported when it holds something. Flags and look of a form are not told.
Sources: the Postman collection schema 2.1 and its app's exports; Insomnia's v5 schema; the OpenCollection 1.0 schema;
Bruno's grammar. OpenCollection nests what belongs to OAuth 2; `opencollection` flattens it before it asks here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.formats.interchange.imported import Losses
from workbench.model.authentication import AUTH_FIELDS, CLIENT_CREDENTIALS, CODE, PASSWORD, Auth, AuthKind

_PLACEHOLDER = re.compile(r"\{\{[^{}\n]*\}\}")


@dataclass(frozen=True, slots=True)
class AuthWords:
    """One kind of authentication as another program names it."""

    word: str
    kind: AuthKind
    fields: Mapping[str, str]
    """Their names to ours."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """By our field: their values to ours, where they differ; the first of two that mean ours is written."""
    silent: frozenset[str] = frozenset()
    """Their fields that say nothing of what is sent."""


_USER: Mapping[str, str] = {"username": "username", "password": "password"}
_PLACES = {"header": "header", "query": "query", "queryparams": "query"}
_INSOMNIA_PLACES = {"header": "header", "queryParams": "query"}

_POSTMAN_OAUTH2 = AuthWords(
    "oauth2",
    AuthKind.OAUTH2,
    {
        "grant_type": "flow",
        "accessTokenUrl": "access_token_url",
        "authUrl": "authorization_url",
        "redirect_uri": "callback_url",
        "clientId": "client_id",
        "clientSecret": "client_secret",
        "client_authentication": "client_placement",
        "username": "username",
        "password": "password",
        "challengeAlgorithm": "pkce",
        "scope": "scope",
        "audience": "audience",
        "headerPrefix": "prefix",
    },
    {
        "flow": {
            "authorization_code": CODE,
            "authorization_code_with_pkce": CODE,
            "client_credentials": CLIENT_CREDENTIALS,
            "password_credentials": PASSWORD,
        },
        "client_placement": {"header": "header", "body": "body"},
        "pkce": {"S256": "S256", "plain": "plain", "none": "none"},
    },
    frozenset({"tokenName", "state", "useBrowser", "tokenType", "addTokenTo", "accessToken"}),
)

POSTMAN = (
    AuthWords("noauth", AuthKind.NONE, {}),
    AuthWords("basic", AuthKind.BASIC, _USER, silent=frozenset({"showPassword", "saveHelperData", "id"})),
    AuthWords("bearer", AuthKind.BEARER, {"token": "token"}),
    AuthWords(
        "apikey", AuthKind.API_KEY, {"key": "key", "value": "value", "in": "placement"}, {"placement": _PLACES}
    ),
    AuthWords(
        "digest",
        AuthKind.DIGEST,
        _USER,
        # What the server's challenge says anew each time.
        silent=frozenset(
            {"realm", "nonce", "algorithm", "qop", "nonceCount", "clientNonce", "opaque", "disableRetryRequest"}
        ),
    ),
    _POSTMAN_OAUTH2,
    AuthWords(
        "awsv4",
        AuthKind.AWS_V4,
        {
            "accessKey": "access_key_id",
            "secretKey": "secret_access_key",
            "sessionToken": "session_token",
            "service": "service",
            "region": "region",
        },
        silent=frozenset({"saveHelper", "auto", "time", "id", "saveToRequest", "serviceName"}),
    ),
    AuthWords(
        "jwt",
        AuthKind.JWT,
        {
            "algorithm": "algorithm",
            "secret": "secret",
            "isSecretBase64Encoded": "secret_encoding",
            "payload": "claims",
            "headers": "header_fields",
            "headerPrefix": "prefix",
        },
        {"secret_encoding": {"true": "base64", "false": "text"}},
        frozenset({"addTokenTo", "queryParamKey", "header", "tokenPrefix"}),
    ),
)

INSOMNIA = (
    AuthWords("none", AuthKind.NONE, {}),
    AuthWords("basic", AuthKind.BASIC, _USER, silent=frozenset({"disabled", "useISO88591"})),
    AuthWords("bearer", AuthKind.BEARER, {"token": "token", "prefix": "prefix"}, silent=frozenset({"disabled"})),
    AuthWords(
        "apikey",
        AuthKind.API_KEY,
        {"key": "key", "value": "value", "addTo": "placement"},
        {"placement": _INSOMNIA_PLACES},
        frozenset({"disabled"}),
    ),
    AuthWords("digest", AuthKind.DIGEST, _USER, silent=frozenset({"disabled"})),
    AuthWords(
        "iam",
        AuthKind.AWS_V4,
        {
            "accessKeyId": "access_key_id",
            "secretAccessKey": "secret_access_key",
            "sessionToken": "session_token",
            "service": "service",
            "region": "region",
        },
        silent=frozenset({"disabled"}),
    ),
    AuthWords(
        "oauth2",
        AuthKind.OAUTH2,
        {
            "grantType": "flow",
            "accessTokenUrl": "access_token_url",
            "authorizationUrl": "authorization_url",
            "redirectUrl": "callback_url",
            "clientId": "client_id",
            "clientSecret": "client_secret",
            "credentialsInBody": "client_placement",
            "username": "username",
            "password": "password",
            "pkceMethod": "pkce",
            "scope": "scope",
            "audience": "audience",
            "tokenPrefix": "prefix",
        },
        {
            "flow": {"authorization_code": CODE, "client_credentials": CLIENT_CREDENTIALS, "password": PASSWORD},
            "client_placement": {"false": "header", "true": "body"},
            "pkce": {"S256": "S256", "plain": "plain", "none": "none"},
        },
        frozenset({"disabled", "usePkce", "responseType", "state", "useDefaultBrowser", "defaultBrowser"}),
    ),
)

_BRUNO_OAUTH2 = {
    "accessTokenUrl": "access_token_url",
    "authorizationUrl": "authorization_url",
    "callbackUrl": "callback_url",
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "credentialsPlacement": "client_placement",
    "username": "username",
    "password": "password",
    "scope": "scope",
    "tokenHeaderPrefix": "prefix",
}
_BRUNO_AWS = {
    "accessKeyId": "access_key_id",
    "secretAccessKey": "secret_access_key",
    "sessionToken": "session_token",
    "service": "service",
    "region": "region",
}
_BRUNO_VALUES = {
    "flow": {"client_credentials": CLIENT_CREDENTIALS, "password": PASSWORD, "authorization_code": CODE},
    "client_placement": {"basic_auth_header": "header", "body": "body"},
    "pkce": {"S256": "S256", "plain": "plain", "false": "none", "none": "none", "true": "S256"},
}
_BRUNO_SILENT = frozenset(
    {"type", "mode", "autoFetchToken", "autoRefreshToken", "credentialsId", "state", "tokenSource", "tokenPlacement"}
)

OPENCOLLECTION = (
    AuthWords("none", AuthKind.NONE, {}),
    AuthWords("inherit", AuthKind.INHERIT, {}),
    AuthWords("basic", AuthKind.BASIC, _USER, silent=frozenset({"type"})),
    AuthWords("bearer", AuthKind.BEARER, {"token": "token"}, silent=frozenset({"type"})),
    AuthWords(
        "apikey",
        AuthKind.API_KEY,
        {"key": "key", "value": "value", "placement": "placement"},
        {"placement": _PLACES},
        frozenset({"type"}),
    ),
    AuthWords("digest", AuthKind.DIGEST, _USER, silent=frozenset({"type"})),
    AuthWords("awsv4", AuthKind.AWS_V4, _BRUNO_AWS, silent=frozenset({"type"})),
    AuthWords(
        "oauth2", AuthKind.OAUTH2, {"flow": "flow", **_BRUNO_OAUTH2, "pkce": "pkce"}, _BRUNO_VALUES, _BRUNO_SILENT
    ),
)
BRUNO = tuple(
    AuthWords(
        words.word,
        words.kind,
        {"grantType" if name == "flow" else name: ours for name, ours in words.fields.items()},
        words.values,
        words.silent,
    )
    for words in OPENCOLLECTION
)
"""Bruno's JSON exports; `.bru` has the same words in snake case."""


def read_auth(table: Iterable[AuthWords], word: str, values: Mapping[str, str], losses: Losses) -> Auth:
    """Return authentication of another program; a kind that we do not have becomes none and is reported."""
    words = next((each for each in table if each.word == word.lower()), None)
    if words is None:
        losses.add(f"Authentication of the kind “{word}” is not offered: the request goes out without it.")
        return Auth(AuthKind.NONE)
    filled: dict[str, str] = {}
    others: list[str] = []
    for name, value in values.items():
        ours = words.fields.get(name)
        if ours is None:
            others += [name] if value not in ("", "false") and name not in words.silent else []
        elif value:
            filled |= _read_value(words, name, ours, value, losses)
            if ours == "flow" and "flow" not in filled:
                return Auth(AuthKind.NONE)
    if others:
        losses.add(f"The {word} authentication loses what it says of {', '.join(others)}.")
    order = [each.name for each in AUTH_FIELDS[words.kind]]
    return Auth(words.kind, tuple((name, filled[name]) for name in order if name in filled))


def _read_value(words: AuthWords, name: str, ours: str, value: str, losses: Losses) -> dict[str, str]:
    known = words.values.get(ours)
    choices = next((each.choices for each in AUTH_FIELDS[words.kind] if each.name == ours), ())
    if _PLACEHOLDER.search(value) or (known is None and (not choices or value in choices)):
        return {ours: value}
    if known is not None and value in known:
        return {ours: known[value]}
    losses.add(f"The {words.word} authentication has the {name} “{value}”, which is not offered.")
    return {}


def write_auth(
    table: Iterable[AuthWords], auth: Auth, losses: Losses, *, with_secrets: bool
) -> tuple[str, dict[str, str]] | None:
    """Return another program's word and fields; None, reported, for a kind that it has not.

    Defaults are written out where something is filled in. A literal secret goes only where it was asked for.
    """
    words = next((each for each in table if each.kind is auth.kind), None)
    if words is None:
        losses.add(f"Authentication of the kind “{auth.kind}” does not exist in this format: it is left out.")
        return None
    theirs = {ours: name for name, ours in reversed(list(words.fields.items()))}
    written: dict[str, str] = {}
    for each in AUTH_FIELDS[auth.kind]:
        value = auth.get(each.name)
        if not value or not each.counts_for(auth):
            continue
        if each.name not in theirs:
            if value != each.default:
                losses.add(f"The {auth.kind} authentication loses its {each.label.lower()}.")
            continue
        if each.secret:
            value = public_text(value, each.label.lower(), losses, with_secrets=with_secrets)
        back = {ours: name for name, ours in reversed(list(words.values.get(each.name, {}).items()))}
        written[theirs[each.name]] = back.get(value, value)
    return words.word, written


def public_text(value: str, what: str, losses: Losses, *, with_secrets: bool) -> str:
    """Return a secret that may be exported: variables as they stand, a literal one only where it was asked for."""
    if with_secrets or not _PLACEHOLDER.sub("", value).strip():
        return value
    losses.add(f"A literal secret is left out; --with-secrets writes it: {what}.")
    return ""


_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key"}


def public_header(name: str, value: str, losses: Losses, *, with_secrets: bool) -> str:
    """Return a header's value that may be exported; of `Bearer abc` only `Bearer ` is."""
    if name.lower() not in _SECRET_HEADERS:
        return value
    scheme, space, rest = value.partition(" ")
    if not space or "{{" in scheme or name.lower() not in ("authorization", "proxy-authorization"):
        return public_text(value, f"the header {name}", losses, with_secrets=with_secrets)
    return scheme + space + public_text(rest, f"the header {name}", losses, with_secrets=with_secrets)
