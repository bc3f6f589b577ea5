"""Hoppscotch: collections and environments as its app exports them; `<<name>>` are variables."""

import re
from typing import Any

from workbench.formats.interchange.bodies import content_type_of, file_part, form_body, headers_for, text_body
from workbench.formats.interchange.documents import Plain, flag, load_json, mapping, rows, text, title
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.formats.interchange.queries import read_method, with_query
from workbench.formats.interchange.scripts import lose_script, read_tests
from workbench.formats.interchange.variable_names import POSTMAN_DYNAMIC, variable_name
from workbench.model.authentication import CLIENT_CREDENTIALS, CODE, INHERITED, NO_AUTH, PASSWORD, Auth, AuthKind
from workbench.model.collection import (
    NO_BODY,
    BodyKind,
    CollectionTree,
    ComposedBody,
    Defaults,
    Field,
    Part,
    SavedRequest,
)
from workbench.model.errors import FormatError
from workbench.model.variables import Environment, Variable

_VARIABLE = re.compile(r"<<([^<>\n]+)>>")
_FLOWS = {"AUTHORIZATION_CODE": CODE, "CLIENT_CREDENTIALS": CLIENT_CREDENTIALS, "PASSWORD": PASSWORD}
_OLD_AUTH = {"Basic Auth": "basic", "Bearer Token": "bearer", "OAuth 2.0": "bearer", "None": "none"}


def is_hoppscotch(document: Plain) -> bool:
    """Return whether a document is a collection or an environment of Hoppscotch."""
    collection = isinstance(document.get("folders"), list) and isinstance(document.get("requests"), list)
    environment = isinstance(document.get("variables"), list) and "name" in document and "items" not in document
    return (collection and "name" in document) or environment


def read_hoppscotch(raw: bytes, read: Beside = nothing_beside) -> Imported:
    """Return one collection, several side by side, or environments."""
    del read
    value = load_json(raw)
    listed = rows(value) or [mapping(value)]
    if not all(is_hoppscotch(each) for each in listed):
        raise FormatError(
            "This is no Hoppscotch export: a name, folders or requests are missing.", "Export it again."
        )
    losses = Losses()
    environments = tuple(_environment(each, losses) for each in listed if "folders" not in each)
    trees = [_folder(each, losses) for each in listed if "folders" in each]
    if len(trees) == 1 and not environments:
        return Imported(trees[0], losses.all())
    name = environments[0].name if len(environments) == 1 and not trees else "Hoppscotch"
    return Imported(CollectionTree(name, tuple(trees), environments=environments), losses.all())


def _environment(document: Plain, losses: Losses) -> Environment:
    name = title(document.get("name"), "Environment")
    return Environment(name, _variables(document["variables"], losses.at(name)))


def _variables(value: Any, losses: Losses) -> tuple[Variable, ...]:
    found: list[Variable] = []
    for row in rows(value):
        name = variable_name(text(row.get("key")), losses)
        held = text(row.get("currentValue")) or text(row.get("initialValue", row.get("value")))
        if name:
            found.append(
                Variable(name, _words(held, losses), row.get("active") is not False, flag(row.get("secret")))
            )
    return tuple(found)


def _words(value: Any, losses: Losses) -> str:
    def translated(match: re.Match[str]) -> str:
        plain = match[1].strip()
        if plain in POSTMAN_DYNAMIC:
            return "{{" + plain + "}}"
        if plain.startswith("$"):
            losses.add(f"The dynamic value {match[0]} is not known here: it is kept as it is written.")
            return match[0]
        return "{{" + variable_name(plain, losses) + "}}"

    return _VARIABLE.sub(translated, text(value))


def _folder(document: Plain, losses: Losses) -> CollectionTree:
    name = title(document.get("name"), "Hoppscotch collection")
    place = losses.at(name)
    for key, when in (("preRequestScript", "before"), ("testScript", "after")):
        lose_script(text(document.get(key)), f"A script that runs {when} each request in it", place)
    defaults = Defaults(
        headers=_rows(document.get("headers"), place),
        auth=_auth(mapping(document.get("auth")), place),
        variables=_variables(document.get("variables"), place),
        docs=text(document.get("description")),
    )
    requests = tuple(_request(each, place) for each in rows(document.get("requests")))
    return CollectionTree(
        name, tuple(_folder(each, place) for each in rows(document.get("folders"))), requests, defaults
    )


def _rows(value: Any, losses: Losses) -> tuple[Field, ...]:
    described = [text(row.get("key")) for row in rows(value) if text(row.get("description")).strip()]
    if described:
        losses.add(f"Descriptions of rows are not kept: {', '.join(described)}.")
    return tuple(
        Field(_words(row.get("key"), losses), _words(row.get("value"), losses), row.get("active") is not False)
        for row in rows(value)
        if text(row.get("key"))
    )


def _request(document: Plain, losses: Losses) -> SavedRequest:
    address = _words(document.get("endpoint", text(document.get("url")) + text(document.get("path"))), losses)
    name = title(document.get("name"), address or "Request")
    place = losses.at_request(name)
    params = _rows(document.get("params"), place)
    headers = _rows(document.get("headers"), place)
    body = _body(document, headers, place)
    lose_script(text(document.get("preRequestScript")), "A script that runs before the request", place)
    asked = read_tests(text(document.get("testScript")), place)
    if answers := mapping(document.get("responses")):
        place.add(f"Saved answers are not carried over: {len(answers)}.")
    auth = document.get("auth")
    return SavedRequest(
        name=name,
        method=read_method(document.get("method"), place),
        url=with_query(address, params),
        headers=headers_for(body, headers),
        disabled_params=tuple(row for row in params if not row.enabled),
        body=body,
        auth=_auth(mapping(auth), place) if isinstance(auth, dict) else _old_auth(document, place),
        variables=_variables(document.get("requestVariables"), place),
        assertions=tuple(asked.assertions),
        takings=tuple(asked.takings),
        docs=text(document.get("description")),
    )


def _body(document: Plain, headers: tuple[Field, ...], losses: Losses) -> ComposedBody:
    held = document.get("body")
    body = mapping(held) if isinstance(held, dict) else {"contentType": document.get("contentType"), "body": held}
    content_type, content = text(body.get("contentType")), body.get("body")
    if content_type == "multipart/form-data" and isinstance(content, list):
        parts: list[Part] = []
        for row in rows(content):
            name, enabled = _words(row.get("key"), losses), row.get("active") is not False
            kind = text(row.get("contentType"))
            if flag(row.get("isFile")):
                parts.append(file_part(name, [], losses, kind, enabled))
            else:
                parts.append(Part(name, _words(row.get("value"), losses), content_type=kind, enabled=enabled))
        return ComposedBody(BodyKind.MULTIPART, parts=tuple(parts))
    if content_type == "application/x-www-form-urlencoded" and isinstance(content, str):
        pairs = [line.partition(":") for line in content.splitlines() if line.strip()]
        listed = [
            Field(name.strip().removeprefix("#").strip(), _words(value.strip(), losses), not name.startswith("#"))
            for name, _, value in pairs
        ]
        return form_body(listed)
    if not isinstance(content, str) or not content:
        return NO_BODY
    return text_body(_words(content, losses), content_type_of(headers) or content_type)


def _old_auth(document: Plain, losses: Losses) -> Auth:
    """Return authentication of the first versions, which named its kind in `auth` and the rest beside it."""
    kind = _OLD_AUTH.get(text(document.get("auth")), "none")
    return _auth(
        {
            "authType": kind,
            "username": document.get("httpUser"),
            "password": document.get("httpPassword"),
            "token": document.get("bearerToken"),
        },
        losses,
    )


def _auth(auth: Plain, losses: Losses) -> Auth:
    kind = text(auth.get("authType"))
    if kind in ("", "inherit"):
        return INHERITED
    if auth.get("authActive") is False:
        losses.add(f"The {kind} authentication is switched off: the request goes out without it.")
        return NO_AUTH
    held = {name: _words(value, losses) for name, value in auth.items() if isinstance(value, str)}
    place = "query" if held.get("addTo") == "QUERY_PARAMS" else "header"
    match kind:
        case "none":
            return NO_AUTH
        case "basic" | "digest":
            return _made(AuthKind(kind), username=held.get("username"), password=held.get("password"))
        case "bearer":
            return _made(AuthKind.BEARER, token=held.get("token"))
        case "api-key":
            return _made(AuthKind.API_KEY, key=held.get("key"), value=held.get("value"), placement=place)
        case "aws-signature":
            return _made(
                AuthKind.AWS_V4,
                access_key_id=held.get("accessKey"),
                secret_access_key=held.get("secretKey"),
                session_token=held.get("serviceToken"),
                service=held.get("serviceName"),
                region=held.get("region"),
            )
        case "jwt":
            return _made(
                AuthKind.JWT,
                algorithm=held.get("algorithm"),
                secret=held.get("secret") or held.get("privateKey"),
                secret_encoding="base64" if auth.get("isSecretBase64Encoded") is True else "text",
                claims=held.get("payload"),
                header_fields=held.get("jwtHeaders"),
                prefix=held.get("headerPrefix", "").strip(),
            )
        case "oauth-2":
            return _oauth2(mapping(auth.get("grantTypeInfo")), losses)
        case _:
            losses.add(f"Authentication of the kind “{kind}” is not offered: the request goes out without it.")
            return NO_AUTH


def _oauth2(info: Plain, losses: Losses) -> Auth:
    flow = _FLOWS.get(text(info.get("grantType")))
    if flow is None:
        losses.add(
            f"The OAuth 2 flow “{text(info.get('grantType'))}” is not offered: the request goes out without it."
        )
        return NO_AUTH
    if text(info.get("token")):
        losses.add("The OAuth 2 token that was fetched before is not kept: a new one is fetched.")
    pkce = text(info.get("codeVerifierMethod")) if info.get("isPKCE") is True else "none"
    return _made(
        AuthKind.OAUTH2,
        flow=flow,
        access_token_url=_words(info.get("tokenEndpoint", info.get("authEndpoint")), losses),
        authorization_url=_words(info.get("authEndpoint"), losses) if flow == CODE else "",
        client_id=_words(info.get("clientID"), losses),
        client_secret=_words(info.get("clientSecret"), losses),
        username=_words(info.get("username"), losses),
        password=_words(info.get("password"), losses),
        pkce=(pkce or "S256") if flow == CODE else "",
        scope=_words(info.get("scopes"), losses),
    )


def _made(kind: AuthKind, **values: str | None) -> Auth:
    return Auth(kind, tuple((name, value) for name, value in values.items() if value))
