"""What Insomnia's v4 and v5 exports write alike: a request's parts, authentication, environments.

Source: the JSON schema of v5 that Insomnia publishes; v4 differs in names only (`insomnia` gives both the same form).
"""

from collections.abc import Callable
from typing import Any

from workbench.formats.interchange.auth_words import INSOMNIA, read_auth
from workbench.formats.interchange.bodies import (
    content_type_of,
    file_body,
    file_part,
    form_body,
    headers_for,
    text_body,
)
from workbench.formats.interchange.documents import Plain, flag, load_json, mapping, member_text, rows, text
from workbench.formats.interchange.imported import Beside, Losses
from workbench.formats.interchange.insomnia_words import insomnia_text
from workbench.formats.interchange.queries import read_method, with_query
from workbench.formats.interchange.scripts import lose_script, read_tests
from workbench.formats.interchange.variable_names import variable_name
from workbench.model.authentication import INHERITED, NO_AUTH, Auth
from workbench.model.collection import NO_BODY, BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Variable

_REDIRECTS = {"on": True, "off": False}

_KNOWN = {
    *("name", "url", "method", "meta", "body", "parameters", "headers", "authentication"),
    *("scripts", "settings", "pathParameters"),
}


def request_of(item: Plain, name: str, losses: Losses, read: Beside) -> SavedRequest:
    """Return a request of v5's form."""
    settings = mapping(item.get("settings"))
    others = [name for name in item if name not in _KNOWN and item[name]]
    if others:
        losses.add(f"These parts are not known: {', '.join(others)}.")
    headers = tuple(header_rows(item.get("headers"), losses))
    parameters = _rows(item.get("parameters"), losses)
    encode = settings.get("encodeUrl") is not False
    scripts = mapping(item.get("scripts"))
    lose_script(text(scripts.get("preRequest")), "A script that runs before the request", losses)
    asked = read_tests(text(scripts.get("afterResponse")), losses)
    body = _body(mapping(item.get("body")), headers, settings, losses, read)
    return SavedRequest(
        name=name,
        method=read_method(item.get("method"), losses),
        url=with_query(insomnia_text(text(item.get("url")), losses), parameters, encode=encode),
        headers=headers_for(body, headers),
        disabled_params=tuple(row for row in parameters if not row.enabled),
        body=body,
        path_params=tuple(_rows(item.get("pathParameters"), losses)),
        auth=auth_of(item.get("authentication"), losses),
        settings=_settings(settings),
        assertions=tuple(asked.assertions),
        takings=tuple(asked.takings),
        docs=text(mapping(item.get("meta")).get("description")),
    )


def header_rows(value: Any, losses: Losses) -> list[Field]:
    """Return headers; a row without name and value is a form's empty last line."""
    return [row for row in _rows(value, losses) if row.name or row.value]


def _rows(value: Any, losses: Losses) -> list[Field]:
    listed = rows(value)
    described = [text(row.get("name")) for row in listed if text(row.get("description")).strip()]
    if described:
        losses.add(f"Descriptions of rows are not kept: {', '.join(described)}.")
    return [
        Field(
            insomnia_text(text(row.get("name")), losses),
            insomnia_text(text(row.get("value")), losses),
            not flag(row.get("disabled")),
        )
        for row in listed
    ]


def _settings(settings: Plain) -> SendSettings:
    sent = mapping(settings.get("cookies")).get("send")
    return SendSettings(
        follow_redirects=_REDIRECTS.get(text(settings.get("followRedirects"))),
        cookies=False if sent is False else None,
    )


def _body(body: Plain, headers: tuple[Field, ...], settings: Plain, losses: Losses, read: Beside) -> ComposedBody:
    mime_type = text(body.get("mimeType"))
    essence = mime_type.partition(";")[0].strip().lower()
    content = text(body.get("text"))
    render: Callable[[str, Losses], str] = insomnia_text
    literal = settings.get("renderRequestBody") is False and "{{" in content
    if literal:
        render = _as_it_is
    if essence == "multipart/form-data":
        return ComposedBody(BodyKind.MULTIPART, parts=tuple(_part(row, losses) for row in rows(body.get("params"))))
    if essence == "application/x-www-form-urlencoded" and not content:
        return form_body(_rows(body.get("params"), losses))
    if essence == "application/graphql":
        return _graphql(content, losses)
    if body.get("fileName"):
        return file_body(text(body["fileName"]), read, losses, content_type_of(headers) or mime_type)
    if not content:
        return NO_BODY
    made = text_body(render(content, losses), mime_type or content_type_of(headers))
    return ComposedBody(made.kind, made.content, literal=literal)


def _as_it_is(content: str, losses: Losses) -> str:
    del losses
    return content


def _part(row: Plain, losses: Losses) -> Part:
    name = insomnia_text(text(row.get("name")), losses)
    enabled = not flag(row.get("disabled"))
    if row.get("type") == "file" or row.get("fileName"):
        return file_part(name, [text(row.get("fileName"))], losses, enabled=enabled)
    multiline = text(row.get("multiline"))
    content_type = multiline if "/" in multiline else ""
    return Part(name, insomnia_text(text(row.get("value")), losses), content_type=content_type, enabled=enabled)


def _graphql(content: str, losses: Losses) -> ComposedBody:
    """Insomnia keeps a GraphQL body as the JSON that it sends."""
    try:
        sent = mapping(load_json(content.encode())) if content.strip() else {}
    except FormatError:
        losses.add("The GraphQL body is not JSON: it is kept as a JSON body.")
        return text_body(content, "application/json")
    variables = sent.get("variables")
    shown = text(variables) if isinstance(variables, str) else member_text(content, "variables") if variables else ""
    if sent.get("operationName"):
        losses.add(f"The GraphQL operation is not chosen by name: {text(sent['operationName'])}.")
    query = insomnia_text(text(sent.get("query")), losses)
    return ComposedBody(BodyKind.GRAPHQL, Body(query.encode()), graphql_variables=insomnia_text(shown, losses))


def auth_of(value: Any, losses: Losses) -> Auth:
    """Return authentication; an empty one inherits."""
    auth = mapping(value)
    kind = text(auth.get("type"))
    if not kind:
        return INHERITED
    if flag(auth.get("disabled")):
        losses.add(f"The {kind} authentication is switched off: the request goes out without it.")
        return NO_AUTH
    values = {name: insomnia_text(text(held), losses) for name, held in auth.items() if name != "type"}
    if kind == "oauth2":
        values = _oauth2(values, losses)
    return read_auth(INSOMNIA, kind, values, losses)


_TOKENS = ("accessToken", "refreshToken", "code")


def _oauth2(values: dict[str, str], losses: Losses) -> dict[str, str]:
    if any(values.get(name) for name in _TOKENS):
        losses.add("The OAuth 2 token that was fetched before is not kept: a new one is fetched.")
    kept = {name: value for name, value in values.items() if name not in _TOKENS}
    if kept.get("grantType") == "authorization_code" and kept.get("usePkce", "false") != "true":
        kept["pkceMethod"] = "none"
    return kept


def variables_of(value: Any, losses: Losses) -> tuple[Variable, ...]:
    """Return an environment's data as variables: what is nested is called `a.b`, a list is JSON."""
    return tuple(_flattened("", mapping(value), losses))


def _flattened(prefix: str, data: Plain, losses: Losses) -> list[Variable]:
    found: list[Variable] = []
    for key, value in data.items():
        if isinstance(value, dict) and value:
            found += _flattened(f"{prefix}{key}.", mapping(value), losses)
        else:
            name = variable_name(f"{prefix}{key}", losses)
            found += [Variable(name, insomnia_text(text(value), losses))] if name else []
    return found
