"""Security schemes of OpenAPI as our authentication: each credential becomes a secret variable of the collection."""

from dataclasses import dataclass, field
from typing import Any

from workbench.formats.interchange.documents import Plain, mapping, sequence, text
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.openapi_references import References
from workbench.formats.interchange.variable_names import variable_name
from workbench.model.authentication import CLIENT_CREDENTIALS, CODE, INHERITED, NO_AUTH, PASSWORD, Auth, AuthKind
from workbench.model.collection import Field
from workbench.model.variables import Variable


@dataclass(slots=True)
class Secured:
    """What a security requirement adds to a request."""

    auth: Auth = INHERITED
    headers: list[Field] = field(default_factory=list[Field])
    query: list[Field] = field(default_factory=list[Field])


class Security:
    """The schemes of one document, and the variables that they need so far."""

    def __init__(self, schemes: Any, references: References) -> None:
        self._schemes = {name: references.resolved(scheme) for name, scheme in mapping(schemes).items()}
        self.variables: dict[str, Variable] = {}

    def secured(self, requirements: Any, losses: Losses) -> Secured:
        """Return what a list of requirements asks: one of them is taken, all of its schemes are."""
        if not isinstance(requirements, list):
            return Secured()
        choices = [mapping(each) for each in sequence(requirements)]
        if not choices or not choices[0]:
            return Secured(NO_AUTH)
        offered = next((each for each in choices if self._is_offered(each)), choices[0])
        others = [" and ".join(each) for each in choices if each is not offered and each]
        if others:
            losses.add(f"Of several ways to authenticate one is taken; left out: {', '.join(others)}.")
        made = Secured(NO_AUTH)
        for name, scopes in offered.items():
            self._add(made, name, [text(scope) for scope in sequence(scopes)], losses)
        return made

    def _is_offered(self, requirement: Plain) -> bool:
        return all(self._auth(name, [], Losses()) is not None for name in requirement)

    def _add(self, made: Secured, name: str, scopes: list[str], losses: Losses) -> None:
        scheme = self._schemes.get(name, {})
        place, key = text(scheme.get("in")), text(scheme.get("name"))
        auth = self._auth(name, scopes, losses)
        if auth is None:
            losses.add(f"The security scheme “{name}” ({_described(scheme)}) is not offered: it is left out.")
        elif made.auth is NO_AUTH and not (auth.kind is AuthKind.API_KEY and place == "cookie"):
            made.auth = auth
        elif auth.kind is AuthKind.API_KEY:
            value = auth.get("value")
            if place == "query":
                made.query.append(Field(key, value))
            else:
                made.headers.append(Field("Cookie", f"{key}={value}") if place == "cookie" else Field(key, value))
        else:
            losses.add(f"A second security scheme beside the first cannot be sent: {name}.")

    def _auth(self, name: str, scopes: list[str], losses: Losses) -> Auth | None:
        scheme = self._schemes.get(name, {})
        match text(scheme.get("type")), text(scheme.get("scheme")).lower():
            case "http", ("basic" | "digest") as kind:
                values = (("username", self._variable("username")), ("password", self._variable("password")))
                return Auth(AuthKind.BASIC if kind == "basic" else AuthKind.DIGEST, values)
            case "http", "bearer":
                return Auth(AuthKind.BEARER, (("token", self._variable("bearerToken")),))
            case "apiKey", _:
                value = self._variable(variable_name(name, losses) or "apiKey")
                place = "query" if scheme.get("in") == "query" else "header"
                return Auth(
                    AuthKind.API_KEY, (("key", text(scheme.get("name"))), ("value", value), ("placement", place))
                )
            case "oauth2", _:
                return self._oauth2(mapping(scheme.get("flows")), scopes) or self._token(name, losses)
            case "openIdConnect", _:
                return self._token(name, losses)
            case _:
                return None

    def _token(self, name: str, losses: Losses) -> Auth:
        losses.add(f"The token of the security scheme “{name}” is not fetched: put one into bearerToken.")
        return Auth(AuthKind.BEARER, (("token", self._variable("bearerToken")),))

    def _oauth2(self, flows: Plain, scopes: list[str]) -> Auth | None:
        for word, flow in (
            ("clientCredentials", CLIENT_CREDENTIALS),
            ("authorizationCode", CODE),
            ("password", PASSWORD),
        ):
            if not isinstance(flows.get(word), dict):
                continue
            held = mapping(flows[word])
            values = {
                "flow": flow,
                "access_token_url": text(held.get("tokenUrl")),
                "authorization_url": text(held.get("authorizationUrl")),
                "client_id": self._variable("clientId", secret=False),
                "client_secret": self._variable("clientSecret"),
                "scope": " ".join(scopes or mapping(held.get("scopes"))),
            }
            if flow == PASSWORD:
                values |= {"username": self._variable("username"), "password": self._variable("password")}
            return Auth(AuthKind.OAUTH2, tuple((name, value) for name, value in values.items() if value))
        return None

    def _variable(self, name: str, *, secret: bool = True) -> str:
        secret = secret and name != "username"
        self.variables.setdefault(name, Variable(name, secret=secret))
        return "{{" + name + "}}"


def _described(scheme: Plain) -> str:
    kind = text(scheme.get("type")) or "which is not described"
    return f"{kind} {text(scheme.get('scheme'))}".strip()
