"""Authentication in OpenCollection's words, and what has to be said beside them.

OpenCollection knows no JWT, no prefix of a bearer token, and no way to say that a folder sends nothing: such things
stand in the hook file's `auth` (`storage.hook_document`), by the names of `AUTH_FIELDS`. What it knows and we do not
(NTLM, WSSE, OAuth 1, tokens in the query) stays in the file as it is.

An absent `auth` is none for a request and `inherit` for a folder: so reads Bruno's command line (`mergeAuth` of
packages/bruno-cli); its window takes a folder's absent one for none, hence `inherit` is written where it is meant.
"""

from typing import Any, cast

from workbench.model.authentication import (
    AUTH_FIELDS,
    CLIENT_CREDENTIALS,
    CODE,
    INHERITED,
    NO_AUTH,
    PASSWORD,
    Auth,
    AuthKind,
)
from workbench.storage.collection_document import Mapping, Plain, Scalar, text_rows

INHERIT = "inherit"

_Path = tuple[str, ...]
_PATHS: dict[AuthKind, dict[str, _Path]] = {
    AuthKind.BASIC: {"username": ("username",), "password": ("password",)},
    AuthKind.BEARER: {"token": ("token",)},
    AuthKind.API_KEY: {"key": ("key",), "value": ("value",), "placement": ("placement",)},
    AuthKind.DIGEST: {"username": ("username",), "password": ("password",)},
    AuthKind.AWS_V4: {
        "access_key_id": ("accessKeyId",),
        "secret_access_key": ("secretAccessKey",),
        "session_token": ("sessionToken",),
        "service": ("service",),
        "region": ("region",),
    },
    AuthKind.OAUTH2: {
        "flow": ("flow",),
        "authorization_url": ("authorizationUrl",),
        "access_token_url": ("accessTokenUrl",),
        "callback_url": ("callbackUrl",),
        "client_id": ("credentials", "clientId"),
        "client_secret": ("credentials", "clientSecret"),
        "client_placement": ("credentials", "placement"),
        "username": ("resourceOwner", "username"),
        "password": ("resourceOwner", "password"),
        "scope": ("scope",),
        "pkce": ("pkce", "method"),
        "prefix": ("tokenConfig", "placement", "header"),
    },
}
_THEIR_VALUES = {
    "flow": {CLIENT_CREDENTIALS: CLIENT_CREDENTIALS, CODE: CODE, PASSWORD: "resource_owner_password_credentials"},
    "client_placement": {"header": "basic_auth_header", "body": "body"},
}
_OUR_VALUES = {name: {theirs: ours for ours, theirs in table.items()} for name, table in _THEIR_VALUES.items()}
_PARAMETERS: _Path = ("additionalParameters", "accessTokenRequest")
_QUERY: _Path = ("tokenConfig", "placement", "query")
_AUDIENCE = "audience"


def plain_auth(holder: Mapping) -> Any:
    """Return the plain form of `auth`: None, `inherit`, or a mapping; of a kind that is not ours its type alone."""
    node = holder.pairs.get("auth")
    if isinstance(node, Scalar) or node is None:
        return node.text if node else None
    auth = holder.mapping("auth")
    assert auth is not None
    plain: Plain = {"type": auth.text("type") or ""}
    for path in _paths(_kind(auth)).values():
        _put(plain, path, _text_at(auth, path))
    if _kind(auth) is AuthKind.OAUTH2:
        _put(plain, _QUERY, _text_at(auth, _QUERY))
        if (pkce := auth.mapping("pkce")) and pkce.flag("disabled"):
            _put(plain, ("pkce", "disabled"), True)
        if parameters := auth.mapping(_PARAMETERS[0]):
            rows = text_rows(parameters.rows(_PARAMETERS[1]), ("name", "value", "placement"))
            _put(plain, _PARAMETERS, rows or None)
    return plain


def _kind(auth: Mapping) -> AuthKind | None:
    """Return our word for the kind in a file, None where we have none."""
    try:
        kind = AuthKind(auth.text("type") or "")
    except ValueError:
        return None
    if kind is AuthKind.OAUTH2 and auth.text("flow") not in _OUR_VALUES["flow"]:
        return None
    return kind if kind in _PATHS else None


def _paths(kind: AuthKind | None) -> dict[str, _Path]:
    return _PATHS[kind] if kind else {"flow": ("flow",)}


def _text_at(mapping: Mapping, path: _Path) -> str | None:
    for step in path[:-1]:
        inner = mapping.mapping(step)
        if inner is None:
            return None
        mapping = inner
    return mapping.text(path[-1])


def _put(plain: Plain, path: _Path, value: Any) -> None:
    if value is None:
        return
    for step in path[:-1]:
        plain = plain.setdefault(step, {})
    plain[path[-1]] = value


def _at(plain: Plain, path: _Path) -> Any:
    value: Any = plain
    for step in path:
        value = cast("Plain", value).get(step) if isinstance(value, dict) else None
    return value


def is_foreign(plain: Any) -> bool:
    """Return whether a file's authentication is of a kind that we do not send."""
    return isinstance(plain, dict) and _kind_of_plain(cast("Plain", plain)) is None


def _kind_of_plain(plain: Plain) -> AuthKind | None:
    known = plain["type"] in {str(kind) for kind in _PATHS}
    if not known or (plain["type"] == AuthKind.OAUTH2 and plain.get("flow") not in _OUR_VALUES["flow"]):
        return None
    return AuthKind(plain["type"])


def auth_of(plain: Any, beside: dict[str, str], absent: Auth) -> Auth:
    """Return what a file and its hook file's `auth` say together; `absent` is what silence means there.

    A kind in the hook file counts only where the file says nothing: another program may have chosen one since.
    """
    if plain == INHERIT:
        return INHERITED
    if not isinstance(plain, dict):
        kind = _known_kind(beside.get("kind", ""))
        return normal_auth(Auth(kind, tuple(beside.items()))) if kind else absent
    words = cast("Plain", plain)
    kind = _kind_of_plain(words)
    if kind is None:
        return NO_AUTH
    values = {name: str(_at(words, path) or "") for name, path in _PATHS[kind].items()}
    for name, table in _OUR_VALUES.items():
        if name in values:
            values[name] = table.get(values[name], values[name])
    if kind is AuthKind.OAUTH2:
        values["pkce"] = "none" if _at(words, ("pkce", "disabled")) else values["pkce"]
        values[_AUDIENCE] = next((row.get("value", "") for row in _audience_rows(words)), "")
    return normal_auth(Auth(kind, tuple({**beside, **{name: text for name, text in values.items() if text}}.items())))


def _known_kind(word: str) -> AuthKind | None:
    return AuthKind(word) if word in set(AuthKind) else None


def _audience_rows(plain: Plain) -> list[Plain]:
    rows: list[Plain] = _at(plain, _PARAMETERS) or []
    return [row for row in rows if row.get("name") == _AUDIENCE]


def normal_auth(auth: Auth) -> Auth:
    """Return the same without what says nothing: empty values, values that are the default, names of other kinds."""
    filled = dict(auth.values)
    fields = AUTH_FIELDS[auth.kind]
    names = [field.name for field in fields if filled.get(field.name, "") not in ("", field.default)]
    return Auth(auth.kind, tuple((name, filled[name]) for name in names))


def literal_secrets(auth: Auth) -> tuple[str, ...]:
    """Return the labels of secret fields that are typed out, and so would stand in a file for all who see it."""
    secrets = [field for field in AUTH_FIELDS[auth.kind] if field.secret and auth.get(field.name)]
    return tuple(field.label for field in secrets if "{{" not in auth.get(field.name))


def auth_words(auth: Auth, former: Any, *, of_request: bool) -> tuple[Any, dict[str, str]]:
    """Return the plain form, and what the hook file's `auth` must say beside it.

    `former` is the plain form of the file as it is: what it says and we cannot is kept.
    """
    auth = normal_auth(auth)
    if auth.kind is AuthKind.INHERIT:
        return INHERIT, {}
    if auth.kind is AuthKind.NONE:
        return None, {} if of_request else {"kind": str(auth.kind)}
    paths = _PATHS.get(auth.kind)
    if paths is None:
        return None, {"kind": str(auth.kind), **dict(auth.values)}
    words: Plain = {"type": str(auth.kind)}
    kept: Plain = cast("Plain", former) if isinstance(former, dict) and not is_foreign(former) else {}
    said = [field.name for field in AUTH_FIELDS[auth.kind] if field.name in paths and field.counts_for(auth)]
    if _at(kept, _QUERY) is not None:
        _put(words, _QUERY, _at(kept, _QUERY))
        said = [name for name in said if name != "prefix"]
    for name in paths:
        if name in said and (text := auth.get(name)):
            _put(words, paths[name], _THEIR_VALUES.get(name, {}).get(text, text))
    if auth.kind is AuthKind.OAUTH2:
        said.append(_AUDIENCE)
        _put_pkce(words, auth)
        _put(words, _PARAMETERS, _with_audience(auth.get(_AUDIENCE), kept) or None)
    return words, {name: text for name, text in auth.values if name not in said}


def _put_pkce(words: Plain, auth: Auth) -> None:
    if "pkce" in words and auth.get("pkce") == "none":
        words["pkce"] = {"disabled": True}


def _with_audience(audience: str, former: Plain) -> list[Plain]:
    """Return the parameters of a token request; those that are not ours stay."""
    rows: list[Plain] = list(_at(former, _PARAMETERS) or [])
    mine: list[Plain] = [{"name": _AUDIENCE, "value": audience, "placement": "body"}] if audience else []
    at = next((number for number, row in enumerate(rows) if row.get("name") == _AUDIENCE), len(rows))
    return [*rows[:at], *mine, *(row for row in rows[at:] if row.get("name") != _AUDIENCE)]
