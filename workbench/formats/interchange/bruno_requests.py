"""Requests and folders in the form of Bruno's JSON; `.bru` files and OpenCollection items are brought into it.

Bruno keeps a URL with its query and lists the same rows once more beside the switched-off ones; of several bodies the
one that is chosen is sent.
"""

import re
from typing import Any

from workbench.formats.interchange.auth_words import BRUNO, read_auth
from workbench.formats.interchange.bodies import (
    content_type_of,
    file_body,
    file_part,
    form_body,
    headers_for,
    text_body,
)
from workbench.formats.interchange.documents import Plain, mapping, number, rows, sequence, text, title
from workbench.formats.interchange.examples import read_bruno_examples
from workbench.formats.interchange.imported import Beside, Losses
from workbench.formats.interchange.queries import query_encoded, query_rows, read_method, with_query
from workbench.formats.interchange.scripts import Asked, lose_script, read_tests
from workbench.formats.interchange.variable_names import postman_words, translated, variable_name
from workbench.model.authentication import INHERITED, Auth
from workbench.model.checks import UNARY, Assertion, Operator, Taking
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Defaults, Field, Part, SavedRequest
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Environment, Variable

_TEXT_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "text": "text/plain",
    "sparql": "application/sparql-query",
}
_MODES = {"form-urlencoded": "formUrlEncoded", "multipart-form": "multipartForm", "form": "formUrlEncoded"}
_HTTP_TYPES = {"", "http", "http-request", "graphql", "graphql-request"}
_ANSWER_PATH = re.compile(r"""\$?res(?:\.(?:body|headers|status|statusText|responseTime)|\[)[\w.\-\[\]"'$]*\Z""")
_KNOWN_SETTINGS = {"timeout", "followRedirects", "maxRedirects", "encodeUrl"}
_NO_SETTING = ("", "false", "inherit", "0")
_UNARY = {operator.value for operator in UNARY}
_OPERATORS = {operator.value for operator in Operator}
_OTHER_KINDS = {
    "grpc": "gRPC",
    "ws": "WebSocket",
    "websocket": "WebSocket",
    "app": "app",
    "js": "script",
    "script": "script",
}


def is_request(item: Plain) -> bool:
    """Return whether an item is a request that can be sent here."""
    return text(item.get("type")) in _HTTP_TYPES


def lose_item(item: Plain, losses: Losses) -> None:
    """Report an item of another kind."""
    kind = text(item.get("type")).removesuffix("-request")
    losses.add(
        f"“{title(item.get('name'), 'An item')}” is a {_OTHER_KINDS.get(kind, kind)} item, which is not offered."
    )


def request_of(item: Plain, losses: Losses, read: Beside) -> SavedRequest:
    """Return a request; losses are kept under its name."""
    request = mapping(item.get("request"))
    name = title(item.get("name"), title(request.get("url"), "Request"))
    place = losses.at_request(name)
    headers = tuple(_rows(request.get("headers"), "headers", place))
    params = rows(request.get("params"))
    query = _rows([row for row in params if row.get("type") != "path"], "query rows", place)
    path = _rows([row for row in params if row.get("type") == "path"], "path parameters", place)
    asked = _asked(request, place)
    _lose_rest(item, request, place)
    body = _body(mapping(request.get("body")), headers, place, read)
    return SavedRequest(
        name=name,
        method=read_method(request.get("method"), place),
        url=_with_missing(_words(request.get("url"), place), query),
        headers=headers_for(body, headers),
        disabled_params=tuple(row for row in query if not row.enabled),
        body=body,
        path_params=tuple(path),
        auth=auth_of(request.get("auth"), place),
        settings=_settings(mapping(item.get("settings"))),
        variables=variables_of(mapping(request.get("vars")).get("req"), place),
        assertions=tuple(asked.assertions),
        takings=tuple(asked.takings),
        docs=text(request.get("docs")),
        examples=read_bruno_examples(item.get("examples"), place),
        tags=tuple(text(tag) for tag in sequence(item.get("tags"))),
    )


def defaults_of(root: Plain, losses: Losses) -> Defaults:
    """Return what a folder or collection gives to its requests."""
    request = mapping(root.get("request"))
    script = mapping(request.get("script"))
    lose_script(text(script.get("req")), "A script that runs before each request in it", losses)
    lose_script(text(script.get("res")), "A script that runs after each request in it", losses)
    lose_script(text(request.get("tests")), "A test of each request in it", losses)
    if taken := rows(mapping(request.get("vars")).get("res")):
        names = ", ".join(text(row.get("name")) for row in taken)
        losses.add(f"Values that every request in it takes from its answer are not carried over: {names}.")
    return Defaults(
        headers=tuple(_rows(request.get("headers"), "headers", losses)),
        auth=auth_of(request.get("auth"), losses),
        variables=variables_of(mapping(request.get("vars")).get("req"), losses),
        settings=_settings(mapping(request.get("settings"))),
        docs=text(root.get("docs")),
    )


def environment_of(document: Plain, name: str, losses: Losses) -> Environment:
    """Return an environment; a secret has no value in Bruno's files."""
    place = losses.at(name)
    return Environment(name, variables_of(document.get("variables"), place), text(document.get("extends")))


def variables_of(value: Any, losses: Losses) -> tuple[Variable, ...]:
    """Return variables of Bruno's rows."""
    found: list[Variable] = []
    described: list[str] = []
    for row in rows(value):
        name = variable_name(text(row.get("name")), losses)
        if not name:
            continue
        described += [name] if text(row.get("description")).strip() else []
        secret = row.get("secret") is True
        found.append(Variable(name, _words(row.get("value"), losses), row.get("enabled") is not False, secret))
    if described:
        losses.add(f"Descriptions of variables are not kept: {', '.join(described)}.")
    return tuple(found)


def _words(value: Any, losses: Losses) -> str:
    return translated(text(value), losses, postman_words)


def _rows(value: Any, what: str, losses: Losses) -> list[Field]:
    listed = rows(value)
    described = [text(row.get("name")) for row in listed if text(row.get("description")).strip()]
    if described:
        losses.add(f"Descriptions of {what} are not kept: {', '.join(described)}.")
    return [
        Field(_words(row.get("name"), losses), _words(row.get("value"), losses), row.get("enabled") is not False)
        for row in listed
    ]


def _with_missing(url: str, query: list[Field]) -> str:
    """Return the URL with the enabled rows that its query does not have already."""
    there = {(row.name, row.value) for row in query_rows(url)}
    encoded = {(row.name, row.value): (query_encoded(row.name), query_encoded(row.value)) for row in query}
    return with_query(
        url, [row for pair, row in zip(encoded, query, strict=False) if not {pair, encoded[pair]} & there]
    )


def auth_of(value: Any, losses: Losses) -> Auth:
    """Return authentication; none said inherits."""
    auth = mapping(value)
    mode = text(auth.get("mode"))
    if not mode:
        return INHERITED
    if auth.get("additional"):
        losses.add("Additional parameters of OAuth 2 requests are not carried over.")
    values = {name: _words(held, losses) for name, held in mapping(auth.get(mode)).items() if held is not None}
    if mode == "oauth2":
        values = _oauth2(values, losses)
    return read_auth(BRUNO, mode, values, losses)


def _oauth2(values: dict[str, str], losses: Losses) -> dict[str, str]:
    if values.pop("tokenQueryKey", "") and values.get("tokenPlacement") in ("url", "query"):
        losses.add("The OAuth 2 token goes out in the Authorization header, not in the query.")
    values.setdefault("credentialsPlacement", "body")  # Bruno's default, ours is the header.
    if values.get("grantType") != "authorization_code":
        values.pop("pkce", None)
    return {name: held for name, held in values.items() if name != "additionalParameters"}


def _body(body: Plain, headers: tuple[Field, ...], losses: Losses, read: Beside) -> ComposedBody:
    mode = _MODES.get(text(body.get("mode")), text(body.get("mode")))
    others = [name for name, held in body.items() if name not in ("mode", mode) and held and held != {"query": ""}]
    if others:
        losses.add(f"Bodies that were not chosen are left out: {', '.join(others)}.")
    held: Any = body.get(mode)
    match mode:
        case "" | "none":
            return NO_BODY
        case "json" | "xml" | "text" | "sparql":
            return _text_body(_words(held, losses), mode, headers)
        case "formUrlEncoded":
            return form_body(_rows(held, "form rows", losses))
        case "multipartForm":
            return ComposedBody(BodyKind.MULTIPART, parts=tuple(_part(row, losses) for row in rows(held)))
        case "graphql":
            query = _words(mapping(held).get("query"), losses)
            variables = _words(mapping(held).get("variables"), losses)
            return ComposedBody(BodyKind.GRAPHQL, Body(query.encode()), graphql_variables=variables)
        case "file":
            return _file_body(rows(held), headers, losses, read)
        case _:
            losses.add(f"A body of the kind “{mode}” is not known: it is left out.")
            return NO_BODY


def _text_body(content: str, mode: str, headers: tuple[Field, ...]) -> ComposedBody:
    if not content:
        return NO_BODY
    made = text_body(content, content_type_of(headers) or _TEXT_TYPES[mode])
    # What the body is called counts over a header that says nothing we compose.
    return ComposedBody(BodyKind(mode), made.content) if mode != "sparql" else made


def _part(row: Plain, losses: Losses) -> Part:
    name = _words(row.get("name"), losses)
    enabled = row.get("enabled") is not False
    held: Any = row.get("value")
    content_type = text(row.get("contentType"))
    if text(row.get("description")).strip():
        losses.add(f"Descriptions of form parts are not kept: {name}.")
    if row.get("type") == "file":
        files = [text(path) for path in sequence(held)] if isinstance(held, list) else [text(held)]
        return file_part(name, files, losses, content_type, enabled)
    value = "".join(map(text, sequence(held))) if isinstance(held, list) else text(held)
    return Part(name, _words(value, losses), content_type=content_type, enabled=enabled)


def _file_body(files: list[Plain], headers: tuple[Field, ...], losses: Losses, read: Beside) -> ComposedBody:
    chosen = next((row for row in files if row.get("selected") is True), None)
    others = [text(row.get("filePath")) for row in files if row is not chosen]
    if others:
        losses.add(f"Files that were not chosen as the body are left out: {', '.join(others)}.")
    if chosen is None:
        return ComposedBody(BodyKind.BYTES)
    return file_body(
        text(chosen.get("filePath")), read, losses, content_type_of(headers) or text(chosen.get("contentType"))
    )


def _settings(settings: Plain) -> SendSettings:
    timeout, redirects = number(settings.get("timeout")), number(settings.get("maxRedirects"))
    follow = {"true": True, "false": False}.get(text(settings.get("followRedirects")))
    return SendSettings(
        timeout_s=timeout / 1000 if timeout is not None and timeout >= 0 else None,
        follow_redirects=follow,
        max_redirects=int(redirects) if redirects is not None and redirects >= 0 else None,
    )


def _asked(request: Plain, losses: Losses) -> Asked:
    script = mapping(request.get("script"))
    lose_script(text(script.get("req")), "A script that runs before the request", losses)
    asked = read_tests(text(script.get("res")), losses)
    tests = read_tests(text(request.get("tests")), losses, "A test")
    asked.assertions += tests.assertions
    asked.takings += tests.takings
    stated = [_assertion(row) for row in rows(request.get("assertions"))]
    taken = [_taking(row, losses) for row in rows(mapping(request.get("vars")).get("res"))]
    return Asked([*stated, *asked.assertions], [*(each for each in taken if each), *asked.takings])


def _assertion(row: Plain) -> Assertion:
    """Return an assertion; Bruno writes operator and value as one text, and equality may go unsaid."""
    value = text(row.get("value")).strip()
    word, _, rest = value.partition(" ")
    operator = text(row.get("operator"))
    if operator:
        rest = value
    elif word in _OPERATORS and (rest.strip() or word in _UNARY):
        operator = word
    else:
        operator, rest = Operator.EQUALS.value, value
    expression = re.sub(r"\A\$res\b", "res", text(row.get("name") or row.get("expression")).strip())
    return Assertion(expression, operator, rest.strip(), row.get("enabled") is not False)


def _taking(row: Plain, losses: Losses) -> Taking | None:
    name, expression = variable_name(text(row.get("name")), losses), text(row.get("value")).strip()
    if not name:
        return None
    if not _ANSWER_PATH.match(expression):
        losses.add(f"{name} is taken from the answer by code, which is not run: {expression}")
        return None
    scope = text(row.get("scope")) or "runtime"
    if scope not in ("runtime", "environment", "collection"):
        losses.add(f"{name} was kept for the {scope} alone; it is kept for the run.")
        scope = "runtime"
    return Taking(name, expression.removeprefix("$"), scope, row.get("enabled") is not False)


def _lose_rest(item: Plain, request: Plain, losses: Losses) -> None:
    settings = mapping(item.get("settings"))
    others = [name for name in settings if name not in _KNOWN_SETTINGS and text(settings[name]) not in _NO_SETTING]
    if others:
        losses.add(f"Settings that are not offered: {', '.join(others)}.")
    for name in sequence(request.get("unknown")):
        losses.add(f"The block “{text(name)}” is not known: it is left out.")
