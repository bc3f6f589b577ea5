"""Collections as a script of curl commands for bash; variables are the shell's, to be set before it runs."""

import base64
import json
import re

from workbench.formats.curl import quoted
from workbench.formats.interchange.auth_words import public_text
from workbench.formats.interchange.exported import (
    Exported,
    Options,
    dynamic_name,
    flattened,
    lose_rows,
    lose_signing,
    plain_name,
    public_headers,
    public_variables,
    with_path_params,
)
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.queries import query_encoded, with_query
from workbench.model.authentication import AuthKind
from workbench.model.collection import CONTENT_TYPES, BodyKind, CollectionTree, ComposedBody, Field, SavedRequest
from workbench.model.message import wire_text
from workbench.model.template import placeholders
from workbench.model.variables import Variable

_DYNAMIC = {
    "$uuid": "$(uuidgen)",
    "$guid": "$(uuidgen)",
    "$timestamp": "$(date +%s)",
    "$isoTimestamp": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
    "$randomInt": "$((RANDOM % 1001))",
}


def write_curl(tree: CollectionTree, options: Options) -> Exported:
    """Return a script with a command a request, in order."""
    losses = Losses()
    place = losses.at(tree.name)
    found = list(flattened(tree, losses))
    variables = {variable.name: variable for request, _ in found for variable in request.variables}
    if tree.environments:
        names = ", ".join(environment.name for environment in tree.environments)
        place.add(f"Environments are left out: {names}. Set their variables before the script runs.")
    lines = ["#!/usr/bin/env bash", f"# {_line(tree.name)}", "", *_variables(tuple(variables.values()), place)]
    for request, request_place in found:
        lines += [f"# {_line(request.name)}", _command(request, request_place, options), ""]
    return Exported("\n".join(lines).encode(), losses.all())


def _line(text: str) -> str:
    return " ".join(text.split())


def _variables(variables: tuple[Variable, ...], losses: Losses) -> list[str]:
    """Return a line a variable; one that is set already counts."""
    lines: list[str] = []
    for variable in public_variables(variables, losses):
        if variable.enabled:
            name = _shell_name(variable.name)
            lines.append(f'[ -n "${{{name}+set}}" ] || {name}={_word(variable.value, losses)}')
    return [*lines, ""] if lines else []


def _shell_name(name: str) -> str:
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def _word(text: str, losses: Losses) -> str:
    """Return a shell word: what is fixed in quotes, variables in double ones."""
    parts: list[str] = []
    end = 0
    for found in placeholders(text):
        name = plain_name(found)
        expression = f"${{{_shell_name(name)}}}" if name else _DYNAMIC.get(dynamic_name(found) or "")
        if expression is None:
            losses.add(f"{text[found.start : found.end]} means nothing there: it is kept as it is written.")
            continue
        parts += [_fixed(text[end : found.start]), f'"{expression}"']
        end = found.end
    return "".join([*parts, _fixed(text[end:])]) or "''"


def _literal_word(text: str, _: Losses) -> str:
    """Return a shell word of text in which `{{` is no variable's."""
    return _fixed(text) or "''"


def _fixed(text: str) -> str:
    return quoted(wire_text(text)) if text else ""


def _command(request: SavedRequest, losses: Losses, options: Options) -> str:
    lose_rows(request, losses)
    lose_signing(request, losses)
    word = _literal_word if request.literal else _word
    pieces = ["curl --globoff --path-as-is", *_settings(request, losses)]
    method = request.method
    if method == "HEAD":
        pieces.append("--head")
    elif method != ("GET" if request.body.kind is BodyKind.NONE else "POST"):
        pieces.append(f"--request {word(method, losses)}")
    url = with_path_params(request)
    auth, url = _auth(request, url, losses, options)
    headers = [row for row in public_headers(request.headers, losses, options) if row.enabled]
    before, body = _body(request.body, headers, losses)
    pieces += [
        f"--header {word(f'{row.name}: {row.value}' if row.value else f'{row.name};', losses)}" for row in headers
    ]
    pieces += [*auth, *body]
    pieces.append(f"--url {word(url, losses)}")
    return before + " \\\n  ".join(pieces)


def _settings(request: SavedRequest, losses: Losses) -> list[str]:
    settings = request.settings
    pieces: list[str] = []
    if settings.follow_redirects:
        pieces.append("--location")
        pieces += [f"--max-redirs {settings.max_redirects}"] if settings.max_redirects is not None else []
    pieces += ["--insecure"] if settings.verify is False else []
    pieces += ["--http2"] if settings.http2 else []
    pieces += [f"--max-time {settings.timeout_s:g}"] if settings.timeout_s else []
    named = {
        "--cacert": settings.ca_file,
        "--cert": settings.certificate_file,
        "--key": settings.key_file,
        "--proxy": "" if settings.proxy == "none" else settings.proxy,
    }
    if settings.compress:
        losses.add(f"The body is not compressed as {settings.compress}.")
    return pieces + [f"{option} {_word(value, losses)}" for option, value in named.items() if value]


def _auth(request: SavedRequest, url: str, losses: Losses, options: Options) -> tuple[list[str], str]:
    auth = request.auth

    def secret(name: str) -> str:
        return public_text(auth.get(name), name.replace("_", " "), losses, with_secrets=options.with_secrets)

    match auth.kind:
        case AuthKind.NONE | AuthKind.INHERIT:
            return [], url
        case AuthKind.BASIC | AuthKind.DIGEST:
            word = _word(f"{auth.get('username')}:{secret('password')}", losses)
            return [f"--{auth.kind.value} --user {word}"], url
        case AuthKind.BEARER:
            value = f"Authorization: {auth.get('prefix')} {secret('token')}"
            return [f"--header {_word(value, losses)}"], url
        case AuthKind.API_KEY if auth.get("placement") == "query":
            return [], with_query(url, [Field(auth.get("key"), query_encoded(secret("value")))], encode=False)
        case AuthKind.API_KEY:
            value = f"{auth.get('key')}: {secret('value')}"
            return [f"--header {_word(value, losses)}"], url
        case AuthKind.AWS_V4:
            scope = f"aws:amz:{auth.get('region')}:{auth.get('service')}"
            user = f"{auth.get('access_key_id')}:{secret('secret_access_key')}"
            pieces = [f"--aws-sigv4 {_word(scope, losses)} --user {_word(user, losses)}"]
            if token := secret("session_token"):
                pieces.append(f"--header {_word(f'X-Amz-Security-Token: {token}', losses)}")
            return pieces, url
        case _:
            losses.add(f"The {auth.kind} authentication is left out: curl fetches and makes no tokens.")
            return [], url


def _body(body: ComposedBody, headers: list[Field], losses: Losses) -> tuple[str, list[str]]:
    """Return what stands before the command and the options of its body; a missing Content-Type is added."""
    if body.kind is BodyKind.NONE:
        return "", []
    if body.kind is BodyKind.MULTIPART:
        return "", _parts(body, losses)
    typed = any(row.name.lower() == "content-type" for row in headers)
    if not typed:
        # Without this curl says that the body is a form.
        headers.append(Field("Content-Type", CONTENT_TYPES.get(body.kind, "")))
    content = body.content.read()
    if body.kind is BodyKind.GRAPHQL:
        content = _graphql(content, body.graphql_variables)
    if b"\0" in content:
        return f"printf %s {base64.b64encode(content).decode('ascii')} | base64 -d | ", ["--data-binary @-"]
    try:
        word = _fixed_bytes(content) if body.literal else _word(content.decode(), losses)
    except UnicodeDecodeError:
        word = _fixed_bytes(content)
    return "", [f"--data-raw {word}"]


def _fixed_bytes(content: bytes) -> str:
    return quoted(content.decode("latin-1")) or "''"


def _graphql(query: bytes, variables: str) -> bytes:
    text = json.dumps({"query": query.decode("utf-8", "replace")}, ensure_ascii=False)
    return (f'{text[:-1]}, "variables": {variables.strip()}}}' if variables.strip() else text).encode()


def _parts(body: ComposedBody, losses: Losses) -> list[str]:
    pieces: list[str] = []
    for part in body.parts:
        if not part.enabled:
            losses.add(f"The part {part.name} is switched off: it is left out.")
            continue
        suffix = f";type={part.content_type}" if part.content_type else ""
        if part.is_file:
            values = [f'{part.name}=@"{_escaped(file)}"{suffix}' for file in part.files]
            pieces += [f"--form {_word(value, losses)}" for value in values]
        elif suffix:
            value = f'{part.name}="{_escaped(part.value)}"{suffix}'
            pieces.append(f"--form {_word(value, losses)}")
        else:
            value = f"{part.name}={part.value}"
            pieces.append(f"--form-string {_word(value, losses)}")
    return pieces


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
