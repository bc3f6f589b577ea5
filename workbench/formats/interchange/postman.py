"""Postman: collections 2.0 and 2.1, environments and globals, as its app and its API export them.

Source: the published schemas of both versions. The two differ in how they write authentication and a URL; both forms
are read wherever they stand. Scripts are looked at, never run.
"""

from collections.abc import Mapping
from typing import Any

from workbench.formats.interchange.auth_words import POSTMAN, read_auth
from workbench.formats.interchange.bodies import (
    content_type_of,
    file_body,
    file_part,
    form_body,
    headers_for,
    text_body,
)
from workbench.formats.interchange.documents import (
    Plain,
    flag,
    load_json,
    mapping,
    number,
    rows,
    sequence,
    text,
    title,
)
from workbench.formats.interchange.examples import read_postman_examples
from workbench.formats.interchange.imported import Beside, Imported, Losses, nothing_beside
from workbench.formats.interchange.postman_urls import read_url
from workbench.formats.interchange.queries import read_method
from workbench.formats.interchange.scripts import Asked, lose_script, read_tests
from workbench.formats.interchange.variable_names import postman_words, translated, variable_name
from workbench.model.authentication import INHERITED, Auth, AuthKind
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
from workbench.model.message import Body
from workbench.model.send_settings import INHERITED_SETTINGS, SendSettings
from workbench.model.variables import Environment, Variable

_LANGUAGES = {
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "javascript": "text/javascript",
}
_LANGUAGE_TYPES = {"html": "text/html", "javascript": "application/javascript"}
_KNOWN_ITEM = {
    "id",
    "_postman_id",
    "_postman_isSubFolder",
    "uid",
    "name",
    "description",
    "request",
    "response",
    "event",
    "item",
    "auth",
    "variable",
    "protocolProfileBehavior",
}

_KNOWN_REQUEST = {
    *("url", "method", "header", "body", "auth", "description", "proxy", "certificate"),
    *("name", "id", "uid", "_postman_id"),
}


def read_postman(raw: bytes, read: Beside = nothing_beside) -> Imported:
    """Return a collection, an environment or globals; FormatError where the file is none of them."""
    value = load_json(raw)
    document = mapping(value)
    document = mapping(document.get("collection")) or mapping(document.get("environment")) or document
    if isinstance(document.get("values"), list) and "item" not in document:
        return _environment_alone(document)
    if "requests" in document and "item" not in document:
        raise FormatError(
            "This is a Postman collection of version 1, which is not read.",
            "Export it from Postman as Collection v2.1.",
        )
    if not isinstance(document.get("info"), dict) or not isinstance(document.get("item"), list):
        raise FormatError(
            "This is no Postman collection: it has no “info” with a name or no list “item”.",
            "Export it from Postman as Collection v2.1.",
        )
    losses = Losses()
    name = title(mapping(document["info"]).get("name"), "Postman collection")
    tree = _folder(name, document, losses.at(name), read)
    return Imported(tree, losses.all())


def _environment_alone(document: Plain) -> Imported:
    losses = Losses()
    is_globals = document.get("_postman_variable_scope") == "globals"
    name = title(document.get("name"), "Globals" if is_globals else "Environment")
    if is_globals:
        losses.at(name).add("Global variables become an environment: choose it, or copy them into yours.")
    variables = read_variables(document["values"], losses.at(name))
    environment = Environment(name, variables)
    return Imported(CollectionTree(name, environments=(environment,)), losses.all())


def read_variables(value: Any, losses: Losses) -> tuple[Variable, ...]:
    """Return variables of a list, or of the mapping that old collections have."""
    listed = (
        rows(value)
        if isinstance(value, list)
        else [{"key": key, "value": held} for key, held in mapping(value).items()]
    )
    found: list[Variable] = []
    for row in listed:
        name = variable_name(text(row.get("key", row.get("id"))), losses)
        if not name:
            continue
        off = flag(row.get("disabled")) or row.get("enabled") is False
        found.append(Variable(name, _text(row.get("value"), losses), not off, row.get("type") == "secret"))
    return tuple(found)


def _text(value: Any, losses: Losses) -> str:
    return translated(text(value), losses, postman_words)


def _folder(name: str, item: Plain, losses: Losses, read: Beside) -> CollectionTree:
    items: list[CollectionTree | SavedRequest] = []
    for child in sequence(item.get("item")):
        if not isinstance(child, dict):
            losses.add("An item is neither a request nor a folder: it is left out.")
            continue
        inner = mapping(child)
        if isinstance(inner.get("item"), list):
            inner_name = title(inner.get("name"), "Folder")
            items.append(_folder(inner_name, inner, losses.at(inner_name), read))
        elif isinstance(inner.get("request"), dict | str):
            items.append(_request(inner, losses, read))
        else:
            losses.add(f"“{title(inner.get('name'), 'An item')}” has no request: it is left out.")
    _lose_events(item, losses)
    defaults = Defaults(
        auth=_auth(item.get("auth"), losses),
        variables=read_variables(item.get("variable"), losses),
        settings=_settings(item, losses),
        docs=_docs(item.get("description", mapping(item.get("info")).get("description"))),
    )
    return CollectionTree.of(name, items, defaults)


def _lose_events(item: Plain, losses: Losses) -> None:
    for event in rows(item.get("event")):
        when = "before" if event.get("listen") == "prerequest" else "after"
        lose_script(_script(event), f"A script that runs {when} each request in it", losses)


def _docs(value: Any) -> str:
    return text(mapping(value).get("content")) if isinstance(value, dict) else text(value)


def _script(event: Plain) -> str:
    script = event.get("script")
    held = mapping(script).get("exec", "") if isinstance(script, dict) else script
    return "\n".join(map(text, sequence(held))) if isinstance(held, list) else text(held)


def _request(item: Plain, losses: Losses, read: Beside) -> SavedRequest:
    described = item["request"]
    if not isinstance(described, dict):
        described = {"url": described, "method": "GET"}
    request = mapping(described)
    url, disabled, path = read_url(request.get("url"))
    name = title(item.get("name"), title(url, "Request"))
    place = losses.at_request(name)
    headers = _headers(request.get("header"), place)
    body, headers = _body(mapping(request.get("body")), headers, place, read)
    asked = _asked(item, place)
    _lose_rest(item, request, place)
    return SavedRequest(
        name=name,
        method=read_method(request.get("method"), place),
        url=_text(url, place),
        headers=headers_for(body, headers),
        disabled_params=tuple(Field(row.name, _text(row.value, place), enabled=False) for row in disabled),
        body=body,
        path_params=tuple(Field(row.name, _text(row.value, place)) for row in path),
        auth=_auth(request.get("auth", item.get("auth")), place),
        settings=_settings(item, place, mapping(request.get("proxy"))),
        variables=read_variables(item.get("variable"), place),
        assertions=tuple(asked.assertions),
        takings=tuple(asked.takings),
        docs=_docs(request.get("description", item.get("description"))),
        examples=read_postman_examples(item.get("response"), place),
    )


def _headers(value: Any, losses: Losses) -> tuple[Field, ...]:
    """Return headers of a list; old exports have them as one text, a line each."""
    if isinstance(value, str):
        lines = [line.partition(":") for line in value.splitlines() if line.strip()]
        return tuple(Field(name.strip(), _text(rest.strip(), losses)) for name, _, rest in lines)
    _lose_descriptions(value, "headers", losses)
    named = [row for row in rows(value) if text(row.get("key"))]
    return tuple(
        Field(_text(row["key"], losses), _text(row.get("value"), losses), not flag(row.get("disabled")))
        for row in named
    )


def _lose_descriptions(value: Any, what: str, losses: Losses) -> None:
    described = [text(row.get("key")) for row in rows(value) if _docs(row.get("description")).strip()]
    if described:
        losses.add(f"Descriptions of {what} are not kept: {', '.join(described)}.")


def _body(
    body: Plain, headers: tuple[Field, ...], losses: Losses, read: Beside
) -> tuple[ComposedBody, tuple[Field, ...]]:
    mode = text(body.get("mode"))
    held: Any = body.get(mode)
    if flag(body.get("disabled")):
        losses.add("The body is switched off, and is left out.")
        return NO_BODY, headers
    match mode:
        case "":
            return NO_BODY, headers
        case "raw":
            return _raw_body(text(held), mapping(mapping(body.get("options")).get("raw")), headers, losses)
        case "urlencoded":
            return form_body(_form_rows(held, losses)), headers
        case "formdata":
            _lose_descriptions(held, "form parts", losses)
            parts = tuple(_part(row, losses) for row in rows(held))
            return ComposedBody(BodyKind.MULTIPART, parts=parts), headers
        case "graphql":
            return _graphql_body(held, losses), headers
        case "file":
            return _file_body(mapping(held), headers, losses, read), headers
        case _:
            losses.add(f"A body of the mode “{mode}” is not known: it is left out.")
            return NO_BODY, headers


def _raw_body(
    content: str, options: Plain, headers: tuple[Field, ...], losses: Losses
) -> tuple[ComposedBody, tuple[Field, ...]]:
    if not content:
        return NO_BODY, headers
    language = text(options.get("language"))
    typed = content_type_of(headers)
    body = text_body(_text(content, losses), typed or _LANGUAGES.get(language, ""))
    if not typed and language in _LANGUAGE_TYPES:
        # Postman adds what our kinds have no word for.
        headers = (*headers, Field("Content-Type", _LANGUAGE_TYPES[language]))
    return body, headers


def _form_rows(held: Any, losses: Losses) -> list[Field]:
    if isinstance(held, str):
        pairs = [pair.partition("=") for pair in held.split("&") if pair]
        return [Field(name, _text(value, losses)) for name, _, value in pairs]
    _lose_descriptions(held, "form rows", losses)
    return [
        Field(_text(row.get("key"), losses), _text(row.get("value"), losses), not flag(row.get("disabled")))
        for row in rows(held)
    ]


def _part(row: Plain, losses: Losses) -> Part:
    name, content_type = _text(row.get("key"), losses), text(row.get("contentType"))
    enabled = not flag(row.get("disabled"))
    if row.get("type") == "file" or ("src" in row and "value" not in row):
        source = row.get("src")
        files = [text(path) for path in sequence(source)] if isinstance(source, list) else [text(source)]
        if row.get("fileName"):
            losses.add(f"The part {name} is sent under its file's own name, not as {text(row['fileName'])}.")
        return file_part(name, files, losses, content_type, enabled)
    return Part(name, _text(row.get("value"), losses), content_type=content_type, enabled=enabled)


def _graphql_body(held: Any, losses: Losses) -> ComposedBody:
    query = _text(mapping(held).get("query"), losses)
    variables = _text(mapping(held).get("variables"), losses)
    if mapping(held).get("operationName"):
        losses.add(f"The GraphQL operation is not chosen by name: {text(mapping(held)['operationName'])}.")
    return ComposedBody(BodyKind.GRAPHQL, Body(query.encode()), graphql_variables=variables)


def _file_body(held: Plain, headers: tuple[Field, ...], losses: Losses, read: Beside) -> ComposedBody:
    if "content" in held and not held.get("src"):
        return text_body(text(held["content"]), content_type_of(headers), BodyKind.BYTES)
    return file_body(text(held.get("src")), read, losses, content_type_of(headers))


def _asked(item: Plain, losses: Losses) -> Asked:
    asked = Asked()
    for event in rows(item.get("event")):
        if event.get("listen") == "test":
            found = read_tests(_script(event), losses)
            asked.assertions += found.assertions
            asked.takings += found.takings
        else:
            lose_script(_script(event), "A script that runs before the request", losses)
    return asked


def _auth(value: Any, losses: Losses) -> Auth:
    """Return authentication: absent and null inherit, `noauth` is none."""
    auth = mapping(value)
    kind = text(auth.get("type"))
    if not kind:
        return INHERITED
    values = _auth_values(auth.get(kind))
    if kind == "jwt" and not values.get("secret") and values.get("privateKey"):
        values["secret"] = values.pop("privateKey")
    if kind == "oauth2":
        values.setdefault("grant_type", "authorization_code")
    if values.get("addTokenTo") in ("queryParams", "queryParam"):
        losses.add(f"The {kind} token goes out in the Authorization header, not in the query.")
    if kind == "oauth2" and values.get("accessToken"):
        if not values.get("accessTokenUrl"):
            return Auth(AuthKind.BEARER, (("token", translated(values["accessToken"], losses, postman_words)),))
        losses.add("The OAuth 2 token that was fetched before is not kept: a new one is fetched.")
    values = {name: translated(held, losses, postman_words) for name, held in values.items()}
    if values.get("headerPrefix"):
        values["headerPrefix"] = values["headerPrefix"].strip()
    return read_auth(POSTMAN, kind, values, losses)


def _auth_values(held: Any) -> dict[str, str]:
    if isinstance(held, list):
        return {text(row.get("key")): text(row.get("value")) for row in rows(held)}
    values: Mapping[str, Any] = mapping(held)
    return {name: text(value) for name, value in values.items()}


_BEHAVIOURS = {
    "followRedirects",
    "maxRedirects",
    "strictSSL",
    "disableCookies",
    "protocolVersion",
    "disableBodyPruning",
}


def _settings(item: Plain, losses: Losses, proxy: Plain | None = None) -> SendSettings:
    behaviour = mapping(item.get("protocolProfileBehavior"))
    others = [name for name in behaviour if name not in _BEHAVIOURS]
    if others:
        losses.add(f"These settings are not offered: {', '.join(others)}.")
    redirects = number(behaviour.get("maxRedirects"))
    version = text(behaviour.get("protocolVersion"))
    settings = SendSettings(
        follow_redirects=_choice(behaviour.get("followRedirects")),
        max_redirects=int(redirects) if redirects is not None and redirects >= 0 else None,
        verify=_choice(behaviour.get("strictSSL")),
        cookies=False if behaviour.get("disableCookies") is True else None,
        http2={"http2": True, "http1": False}.get(version),
        proxy=_proxy(proxy or {}),
    )
    return INHERITED_SETTINGS if settings == INHERITED_SETTINGS else settings


def _choice(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _proxy(proxy: Plain) -> str:
    host = text(proxy.get("host"))
    if not host or flag(proxy.get("disabled")):
        return ""
    return f"http://{host}:{text(proxy.get('port')) or '8080'}"


def _lose_rest(item: Plain, request: Plain, losses: Losses) -> None:
    if mapping(request.get("certificate")):
        losses.add("The client certificate is not in the export: choose it in the request's settings.")
    _lose_descriptions(mapping(request.get("url")).get("query"), "query rows", losses)
    _lose_descriptions(mapping(request.get("url")).get("variable"), "path parameters", losses)
    body = mapping(request.get("body"))
    unsent = [name for name in body if name not in ("mode", "options", "disabled", body.get("mode")) and body[name]]
    if unsent:
        losses.add(f"Bodies that were not chosen are left out: {', '.join(unsent)}.")
    others = [name for name in item if name not in _KNOWN_ITEM]
    others += [name for name in request if name not in _KNOWN_REQUEST and request[name]]
    if others:
        losses.add(f"These parts are not known: {', '.join(others)}.")
