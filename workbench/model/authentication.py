"""How a request says who sends it: the kinds of authentication, and the fields each of them has.

One table serves everything that handles them alike: the form in the window, the words of the command line, the
collection's files, what is masked. How each kind makes its header is `engine.authenticating`'s to know.
"""

from dataclasses import dataclass
from enum import StrEnum


class AuthKind(StrEnum):
    """The kinds; the values are OpenCollection's words where it has one."""

    INHERIT = "inherit"
    """As the folder above says, at last the collection."""
    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    API_KEY = "apikey"
    DIGEST = "digest"
    OAUTH2 = "oauth2"
    AWS_V4 = "awsv4"
    JWT = "jwt"


@dataclass(frozen=True, slots=True)
class Auth:
    """A kind and what is filled in, by the names of `AUTH_FIELDS`; values may hold `{{variables}}`."""

    kind: AuthKind = AuthKind.INHERIT
    values: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return a field's value, or what it is when nothing is filled in."""
        filled = dict(self.values).get(name, "")
        return filled or next((field.default for field in AUTH_FIELDS[self.kind] if field.name == name), "")


INHERITED = Auth()
NO_AUTH = Auth(AuthKind.NONE)


@dataclass(frozen=True, slots=True)
class AuthField:
    """One thing to fill in."""

    name: str
    label: str
    secret: bool = False
    """It is masked on screen, and a plain value in a collection's file is warned about."""
    choices: tuple[str, ...] = ()
    """The only values it can have; empty where it is free text."""
    default: str = ""
    only_for: tuple[str, tuple[str, ...]] = ("", ())
    """Another field, and the values of it for which this one counts; always, where that is empty."""

    def counts_for(self, auth: Auth) -> bool:
        """Return whether this field has a meaning beside what else is filled in."""
        name, values = self.only_for
        return not name or auth.get(name) in values


CLIENT_CREDENTIALS, PASSWORD, CODE = "client_credentials", "password", "authorization_code"
_BY_CODE = ("flow", (CODE,))
_BY_PASSWORD = ("flow", (PASSWORD,))

AUTH_FIELDS: dict[AuthKind, tuple[AuthField, ...]] = {
    AuthKind.INHERIT: (),
    AuthKind.NONE: (),
    AuthKind.BASIC: (AuthField("username", "User name"), AuthField("password", "Password", secret=True)),
    AuthKind.BEARER: (
        AuthField("token", "Token", secret=True),
        AuthField("prefix", "Prefix", default="Bearer"),
    ),
    AuthKind.API_KEY: (
        AuthField("key", "Name", default="X-API-Key"),
        AuthField("value", "Value", secret=True),
        AuthField("placement", "Placed in", choices=("header", "query"), default="header"),
    ),
    AuthKind.DIGEST: (AuthField("username", "User name"), AuthField("password", "Password", secret=True)),
    AuthKind.OAUTH2: (
        AuthField("flow", "Flow", choices=(CLIENT_CREDENTIALS, CODE, PASSWORD), default=CLIENT_CREDENTIALS),
        AuthField("access_token_url", "Token URL"),
        AuthField("authorization_url", "Authorization URL", only_for=_BY_CODE),
        AuthField("callback_url", "Callback URL", only_for=_BY_CODE),
        AuthField("client_id", "Client ID"),
        AuthField("client_secret", "Client secret", secret=True),
        AuthField("client_placement", "Client sent in", choices=("header", "body"), default="header"),
        AuthField("username", "User name", only_for=_BY_PASSWORD),
        AuthField("password", "Password", secret=True, only_for=_BY_PASSWORD),
        AuthField("pkce", "PKCE", choices=("S256", "plain", "none"), default="S256", only_for=_BY_CODE),
        AuthField("scope", "Scope"),
        AuthField("audience", "Audience"),
        AuthField("prefix", "Header prefix", default="Bearer"),
    ),
    AuthKind.AWS_V4: (
        AuthField("access_key_id", "Access key ID"),
        AuthField("secret_access_key", "Secret access key", secret=True),
        AuthField("session_token", "Session token", secret=True),
        AuthField("service", "Service", default="execute-api"),
        AuthField("region", "Region", default="us-east-1"),
    ),
    AuthKind.JWT: (
        AuthField(
            "algorithm",
            "Algorithm",
            choices=("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA"),
            default="HS256",
        ),
        AuthField("secret", "Secret or private key", secret=True),
        AuthField("secret_encoding", "Secret is", choices=("text", "base64"), default="text"),
        AuthField("claims", "Claims (JSON)", default="{}"),
        AuthField("header_fields", "Header fields (JSON)", default="{}"),
        AuthField("lifetime_s", "Lifetime in seconds", default="300"),
        AuthField("prefix", "Header prefix", default="Bearer"),
    ),
}
