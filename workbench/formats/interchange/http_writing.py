"""Collections as a `.http` file for JetBrains' editors; VS Code's REST Client reads all of it but the scripts."""

import json
import re

from workbench.formats.interchange.auth_words import public_text
from workbench.formats.interchange.documents import Plain
from workbench.formats.interchange.exported import (
    SECRET_VARIABLE,
    Exported,
    HmacRecipe,
    Options,
    body_text,
    dynamic_name,
    flattened,
    in_words,
    lose_literal_head,
    lose_rows,
    plain_name,
    public_headers,
    public_variables,
    recipe_for,
    with_path_params,
)
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.postman_scripts import template_expression
from workbench.formats.interchange.queries import query_encoded, with_query
from workbench.model.authentication import AuthKind
from workbench.model.collection import CONTENT_TYPES, BodyKind, CollectionTree, Field, Part, SavedRequest
from workbench.model.template import Placeholder
from workbench.model.variables import Variable

_BOUNDARY = "WorkbenchBoundary"
_DYNAMIC = {
    "$uuid": "$random.uuid",
    "$guid": "$random.uuid",
    "$timestamp": "$timestamp",
    "$isoTimestamp": "$isoTimestamp",
    "$randomInt": "$randomInt",
    "$randomEmail": "$random.email",
}
_TIMES = {
    "seconds": "Math.floor(Date.now() / 1000).toString()",
    "milliseconds": "Date.now().toString()",
    "iso": "new Date().toISOString()",
}
_KEYS = {
    "text": ".withTextSecret(secret)",
    "hex": ".withHexSecret(secret)",
    "base64": ".withBase64Secret(secret)",
    "whsec": ".withBase64Secret(secret.replace(/^whsec_/, ''))",
}


def write_http(tree: CollectionTree, options: Options) -> Exported:
    """Return all requests in one file, what folders give them written out."""
    losses = Losses()
    place = losses.at(tree.name)
    found = list(flattened(tree, losses))
    variables = {variable.name: variable for request, _ in found for variable in request.variables}
    if tree.environments:
        names = ", ".join(environment.name for environment in tree.environments)
        place.add(f"Environments stand in a file http-client.env.json of their own: {names} are left out.")
    lines = [f"# {_line(tree.name)}", "", *_variables(tuple(variables.values()), place)]
    for request, request_place in found:
        lines += _request(request, request_place, options)
    return Exported("\n".join(lines).encode(), losses.all())


def _line(text: str) -> str:
    """Return text on one line: what is written as one must not become two."""
    return " ".join(text.split())


def _variables(variables: tuple[Variable, ...], losses: Losses) -> list[str]:
    lines: list[str] = []
    for variable in public_variables(variables, losses):
        if variable.secret:
            continue  # An empty one here would hide the value of http-client.private.env.json.
        if "\n" in variable.value:
            losses.add(f"The variable {variable.name} has several lines: it is left out.")
        elif variable.enabled:
            lines.append(f"@{variable.name} = {_text(variable.value, losses)}")
    return [*lines, ""] if lines else []


def _words(found: Placeholder) -> str | None:
    name = plain_name(found) or _DYNAMIC.get(dynamic_name(found) or "")
    if found.source.name == "$randomInt" and len(found.source.arguments) == 2:
        low, high = found.source.arguments
        name = f"$random.integer({low}, {int(high) + 1})" if re.fullmatch(r"-?\d{1,15}", high) else None
    return "{{" + name + "}}" if name else None


def _text(text: str, losses: Losses) -> str:
    return in_words(text, losses, _words)


def _request(request: SavedRequest, losses: Losses, options: Options) -> list[str]:
    lose_rows(request, losses)
    recipe = recipe_for(request, losses, options)
    lose_literal_head(request, losses)
    lines = [f"### {_line(request.name)}"]
    lines += [f"# {line}" for line in request.docs.splitlines()]
    lines += _tags(request, losses)
    lines += _script(recipe) if recipe else []
    headers, url = _headers(request, losses, options)
    if recipe:
        headers += _signing_headers(recipe)
    body = _body(request, headers, losses)
    version = " HTTP/2" if request.settings.http2 else ""
    lines.append(_line(f"{request.method} {_text(url, losses)}{version}"))
    lines += [_line(f"{_text(row.name, losses)}: {_text(row.value, losses)}") for row in headers]
    return [*lines, "", *body, ""] if body else [*lines, ""]


def _tags(request: SavedRequest, losses: Losses) -> list[str]:
    settings = request.settings
    others = {
        "trust": settings.verify is not None or bool(settings.ca_file or settings.certificate_file),
        "redirect limit": settings.max_redirects is not None,
        "proxy": bool(settings.proxy),
        "compression": bool(settings.compress),
        "response limit": settings.response_limit_bytes is not None,
    }
    if lost := [name for name, there in others.items() if there]:
        losses.add(f"Settings are left out: {', '.join(lost)}.")
    lines = ["# @no-redirect"] if settings.follow_redirects is False else []
    lines += ["# @no-cookie-jar"] if settings.cookies is False else []
    return lines + ([f"# @timeout {round(settings.timeout_s * 1000)} ms"] if settings.timeout_s else [])


def _script(recipe: HmacRecipe) -> list[str]:
    """Return a script that signs the body as it is sent, its variables filled in."""
    lines = [
        "< {%",
        f"    // Signs as {_line(recipe.provider)} does, with the secret in the variable {SECRET_VARIABLE}.",
        f"    const secret = request.environment.get({json.dumps(SECRET_VARIABLE)}) || '';",
        "    const body = request.body.tryGetSubstituted();",
    ]
    if recipe.timestamp_unit:
        lines.append(f"    const timestamp = {_TIMES[recipe.timestamp_unit]};")
    if recipe.id_header:
        lines.append("    const id = 'msg_' + Math.random().toString(36).slice(2);")
    signed = " + ".join(piece[1:-1] if piece[:1] == "{" else json.dumps(piece) for piece in recipe.pieces)
    digest = "toHex()" if recipe.encoding == "hex" else "toBase64()"
    lines += [
        f"    const signature = crypto.hmac.{recipe.algorithm}(){_KEYS[recipe.key_form]}",
        f"        .updateWithText({signed}).digest().{digest};",
        f"    request.variables.set('signing_value', {template_expression(recipe.value)});",
    ]
    lines += ["    request.variables.set('signing_time', timestamp);"] if recipe.timestamp_header else []
    lines += ["    request.variables.set('signing_id', id);"] if recipe.id_header else []
    return [*lines, "%}"]


def _signing_headers(recipe: HmacRecipe) -> list[Field]:
    headers = [Field(recipe.header, "{{signing_value}}")]
    headers += [Field(recipe.timestamp_header, "{{signing_time}}")] if recipe.timestamp_header else []
    headers += [Field(recipe.id_header, "{{signing_id}}")] if recipe.id_header else []
    return headers + [Field(name, value) for name, value in recipe.headers]


def _headers(request: SavedRequest, losses: Losses, options: Options) -> tuple[list[Field], str]:
    """Return headers with what authentication adds, and the URL, which an API key may be a part of."""
    headers = [row for row in public_headers(request.headers, losses, options) if row.enabled]
    url = with_path_params(request)
    auth = request.auth

    def secret(name: str) -> str:
        return public_text(auth.get(name), name.replace("_", " "), losses, with_secrets=options.with_secrets)

    match auth.kind:
        case AuthKind.NONE | AuthKind.INHERIT:
            pass
        case AuthKind.BASIC | AuthKind.DIGEST:
            scheme = auth.kind.value.capitalize()
            headers.append(Field("Authorization", f"{scheme} {auth.get('username')} {secret('password')}".rstrip()))
        case AuthKind.BEARER:
            headers.append(Field("Authorization", f"{auth.get('prefix')} {secret('token')}".rstrip()))
        case AuthKind.API_KEY if auth.get("placement") == "query":
            url = with_query(url, [Field(auth.get("key"), query_encoded(secret("value")))], encode=False)
        case AuthKind.API_KEY:
            headers.append(Field(auth.get("key"), secret("value")))
        case _:
            losses.add(f"The {auth.kind} authentication is left out: set it up in an environment file.")
    return headers, url


def _body(request: SavedRequest, headers: list[Field], losses: Losses) -> list[str]:
    """Return the body's lines; what `.http` files would take for something else is reported."""
    body = request.body
    if body.kind is BodyKind.NONE:
        return []
    if body.kind is BodyKind.MULTIPART:
        headers.append(Field("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}"))
        return _parts(body.parts, losses)
    typed = any(row.name.lower() == "content-type" for row in headers)
    if not typed and body.kind in CONTENT_TYPES:
        headers.append(Field("Content-Type", CONTENT_TYPES[body.kind]))
    content = body_text(request, losses)
    if content is None:
        return []
    if body.kind is BodyKind.GRAPHQL:
        content = _graphql(content, body.graphql_variables)
    if re.search(r"(?m)^(?:###|> |>>|<> |< )", content) or "\r" in content or content != content.strip():
        losses.add("The body has line ends or lines that a .http file cannot hold: it is not sent to the byte.")
    if body.literal and "{{" in content:
        losses.add("Double braces in the body are text; a .http file takes them for variables.")
    return (content if body.literal else _text(content, losses)).split("\n")


def _graphql(query: str, variables: str) -> str:
    sent: Plain = {"query": query}
    text = json.dumps(sent, ensure_ascii=False)
    return f'{text[:-1]}, "variables": {variables.strip()}}}' if variables.strip() else text


def _parts(parts: tuple[Part, ...], losses: Losses) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if not part.enabled:
            losses.add(f"The part {part.name} is switched off: it is left out.")
            continue
        for file in part.files if part.is_file else ("",):
            name = f'form-data; name="{_text(part.name, losses)}"'
            name += f'; filename="{file.replace(chr(92), "/").rpartition("/")[2]}"' if part.is_file else ""
            lines += [f"--{_BOUNDARY}", f"Content-Disposition: {name}"]
            lines += [f"Content-Type: {part.content_type}"] if part.content_type else []
            lines += ["", f"< {file}" if part.is_file else _text(part.value, losses)]
    return [*lines, f"--{_BOUNDARY}--"]
