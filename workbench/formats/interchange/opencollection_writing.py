"""Collections as one OpenCollection file (`bundled: true`), which Bruno and others read."""

from typing import Any

from workbench.formats.interchange.auth_words import OPENCOLLECTION, write_auth
from workbench.formats.interchange.bodies import form_rows
from workbench.formats.interchange.documents import Plain
from workbench.formats.interchange.examples import lose_examples, opencollection_examples
from workbench.formats.interchange.exported import (
    Exported,
    Options,
    body_text,
    lose_literal_head,
    lose_signing,
    public_headers,
    public_variables,
)
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.opencollection import settings_of
from workbench.formats.interchange.queries import query_rows
from workbench.formats.interchange.yaml_writing import yaml_bytes
from workbench.model.authentication import CODE, PASSWORD, Auth, AuthKind
from workbench.model.collection import BodyKind, CollectionTree, Defaults, Field, Part, SavedRequest
from workbench.model.send_settings import SendSettings
from workbench.model.variables import Variable

_RAW = {BodyKind.JSON: "json", BodyKind.XML: "xml", BodyKind.TEXT: "text"}


def write_opencollection(tree: CollectionTree, options: Options) -> Exported:
    """Return a collection with its folders, requests and environments."""
    losses = Losses()
    place = losses.at(tree.name)
    document: Plain = {"opencollection": "1.0.0", "info": {"name": tree.name}}
    if tree.environments:
        environments = [
            _present(
                {
                    "name": each.name,
                    "variables": _variables(each.variables, place.at(each.name)),
                    "extends": each.extends or None,
                }
            )
            for each in tree.environments
        ]
        document["config"] = {"environments": environments}
    document |= _defaults(tree.defaults, place, options)
    document["items"] = _items(tree, place, options)
    document["bundled"] = True
    return Exported(yaml_bytes(document), losses.all())


def _present(document: Plain) -> Plain:
    return {key: value for key, value in document.items() if value is not None and value != [] and value != {}}


def _items(tree: CollectionTree, losses: Losses, options: Options) -> list[Plain]:
    items: list[Plain] = []
    for number, item in enumerate(tree.items, 1):
        place = losses.at(item.name)
        if isinstance(item, CollectionTree):
            info = {"name": item.name, "type": "folder", "seq": number}
            given = _defaults(item.defaults, place, options)
            items.append({"info": info, **given, "items": _items(item, place, options)})
        else:
            items.append(_request(item, number, place, options))
    return items


def _defaults(defaults: Defaults, losses: Losses, options: Options) -> Plain:
    given = _present(
        {
            "headers": _rows(public_headers(defaults.headers, losses, options)),
            "auth": _auth(defaults.auth, losses, options),
            "variables": _variables(defaults.variables, losses, may_be_secret=False),
            "settings": _settings(defaults.settings, losses),
        }
    )
    return _present({"request": given, "docs": defaults.docs or None})


def _rows(rows: tuple[Field, ...]) -> list[Plain]:
    return [_row(row) for row in rows]


def _row(row: Field) -> Plain:
    made: Plain = {"name": row.name, "value": row.value}
    return made if row.enabled else made | {"disabled": True}


def _variables(variables: tuple[Variable, ...], losses: Losses, *, may_be_secret: bool = True) -> list[Plain]:
    """Return variables; a secret has a name and no value, and outside an environment no mark either."""
    made: list[Plain] = []
    for variable in public_variables(variables, losses):
        row: Plain = {"secret": True, "name": variable.name}
        if not (variable.secret and may_be_secret):
            row = {"name": variable.name, "value": variable.value}
        made.append(row if variable.enabled else row | {"disabled": True})
    return made


def _auth(auth: Auth, losses: Losses, options: Options) -> Any:
    if auth.kind in (AuthKind.INHERIT, AuthKind.NONE):
        return None
    written = write_auth(OPENCOLLECTION, auth, losses, with_secrets=options.with_secrets)
    if written is None:
        return None
    word, values = written
    return {"type": word, **(_nested_oauth2(auth, values) if word == "oauth2" else values)}


def _nested_oauth2(auth: Auth, values: dict[str, str]) -> Plain:
    nested: Plain = {name: values[name] for name in ("flow", "accessTokenUrl", "scope") if name in values}
    nested["credentials"] = _present(
        {
            "clientId": values.get("clientId"),
            "clientSecret": values.get("clientSecret"),
            "placement": values.get("credentialsPlacement"),
        }
    )
    if auth.get("flow") == CODE:
        nested |= {name: values[name] for name in ("authorizationUrl", "callbackUrl") if name in values}
        method = auth.get("pkce")
        nested["pkce"] = {"disabled": True} if method == "none" else {"method": method}
    if auth.get("flow") == PASSWORD:
        nested["resourceOwner"] = _present({name: values.get(name) for name in ("username", "password")})
    nested["tokenConfig"] = {"placement": {"header": values.get("tokenHeaderPrefix", "Bearer")}}
    return nested


def _request(request: SavedRequest, place: int, losses: Losses, options: Options) -> Plain:
    lose_literal_head(request, losses)
    is_graphql = request.body.kind is BodyKind.GRAPHQL
    kind = "graphql" if is_graphql else "http"
    info = _present({"name": request.name, "type": kind, "seq": place, "tags": list(request.tags)})
    params = [_row(row) | {"type": "query"} for row in (*query_rows(request.url), *request.disabled_params)]
    params += [_row(row) | {"type": "path"} for row in request.path_params]
    described = _present(
        {
            "method": request.method,
            "url": request.url,
            "headers": _rows(public_headers(request.headers, losses, options)),
            "params": params,
            "body": _body(request, losses),
            "auth": "inherit" if request.auth.kind is AuthKind.INHERIT else _auth(request.auth, losses, options),
        }
    )
    lose_signing(request, losses)
    item: Plain = {"info": info, kind: described}
    runtime = _present(
        {
            "variables": _variables(request.variables, losses, may_be_secret=False),
            "assertions": [_assertion(request, at) for at in range(len(request.assertions))],
            "actions": [_action(request, at) for at in range(len(request.takings))],
        }
    )
    if is_graphql:
        lose_examples(request, losses)
    return item | _present(
        {
            "runtime": runtime,
            "settings": _settings(request.settings, losses),
            "examples": []
            if is_graphql
            else opencollection_examples(request, losses, with_secrets=options.with_secrets),
            "docs": request.docs or None,
        }
    )


_EXPRESSIONS = {"status": "res.status", "time": "res.responseTime", "body": "res.body", "reason": "res.statusText"}


def _expression(expression: str) -> str:
    """Return an expression in Bruno's words, where it has them."""
    if expression.startswith("$"):
        return "res.body" + expression[1:]
    if expression.startswith("header."):
        return f"res.headers['{expression.removeprefix('header.').lower()}']"
    return _EXPRESSIONS.get(expression, expression)


def _assertion(request: SavedRequest, at: int) -> Plain:
    assertion = request.assertions[at]
    row: Plain = {"expression": _expression(assertion.expression), "operator": str(assertion.operator)}
    row |= {"value": assertion.value} if assertion.value else {}
    return row if assertion.enabled else row | {"disabled": True}


def _action(request: SavedRequest, at: int) -> Plain:
    taking = request.takings[at]
    row: Plain = {
        "type": "set-variable",
        "phase": "after-response",
        "selector": {"expression": _expression(taking.expression), "method": "jsonq"},
        "variable": {"name": taking.name, "scope": taking.scope},
    }
    return row if taking.enabled else row | {"disabled": True}


def _body(request: SavedRequest, losses: Losses) -> Plain | None:
    body = request.body
    if body.literal and b"{{" in body.content.read():
        losses.add("Double braces in the body are text; other programs take them for variables.")
    match body.kind:
        case BodyKind.NONE:
            return None
        case BodyKind.MULTIPART:
            return {"type": "multipart-form", "data": [_part(part) for part in body.parts]}
        case BodyKind.FORM if (rows := form_rows(body.content.read())) is not None:
            return {"type": "form-urlencoded", "data": _rows((*rows, *body.disabled_fields))}
        case BodyKind.GRAPHQL:
            query = body_text(request, losses) or ""
            return _present({"query": query, "variables": body.graphql_variables or None})
        case _:
            content = body_text(request, losses)
            return None if content is None else {"type": _RAW.get(body.kind, "text"), "data": content}


def _part(part: Part) -> Plain:
    value: Any = list(part.files) if part.is_file else part.value
    row: Plain = {"name": part.name, "type": "file" if part.is_file else "text", "value": value}
    row |= {"contentType": part.content_type} if part.content_type else {}
    return row if part.enabled else row | {"disabled": True}


def _settings(settings: SendSettings, losses: Losses) -> Plain:
    others = {
        "trust": settings.verify is not None or bool(settings.ca_file or settings.certificate_file),
        "proxy": bool(settings.proxy),
        "HTTP/2": settings.http2 is not None,
        "cookies": settings.cookies is not None,
        "compression": bool(settings.compress),
        "response limit": settings.response_limit_bytes is not None,
    }
    if lost := [name for name, there in others.items() if there]:
        losses.add(f"Settings are left out: {', '.join(lost)}.")
    return settings_of(settings)
