"""Collections for Postman (format 2.1), and one environment."""

import json
import re
from typing import Any

from workbench.formats.interchange.auth_words import POSTMAN, write_auth
from workbench.formats.interchange.bodies import content_type_of, form_rows
from workbench.formats.interchange.documents import Plain
from workbench.formats.interchange.examples import postman_examples
from workbench.formats.interchange.exported import (
    Exported,
    Options,
    body_text,
    dynamic_name,
    in_words,
    lose_literal_head,
    plain_name,
    public_headers,
    public_variables,
    recipe_for,
)
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.postman_scripts import signing_script, test_script
from workbench.formats.interchange.variable_names import POSTMAN_DYNAMIC
from workbench.model.authentication import CODE, Auth, AuthKind
from workbench.model.collection import CONTENT_TYPES, BodyKind, CollectionTree, Field, Part, SavedRequest
from workbench.model.errors import UsageError
from workbench.model.send_settings import SendSettings
from workbench.model.template import Placeholder
from workbench.model.variables import Environment, Variable

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

_LANGUAGES = {BodyKind.JSON: "json", BodyKind.XML: "xml", BodyKind.TEXT: "text"}
_ADDRESS = re.compile(r"(?:(?P<protocol>[A-Za-z][\w+.\-]*)://)?(?P<rest>[^?#]*)")
_DOTS = re.compile(r"\.(?![^{]*\}\})")


def write_postman(tree: CollectionTree, options: Options) -> Exported:
    """Return a collection; environments go into files of their own, see `write_postman_environment`."""
    losses = Losses()
    place = losses.at(tree.name)
    if tree.environments:
        names = ", ".join(environment.name for environment in tree.environments)
        place.add(
            f"Environments are files of their own in Postman: --format postman-environment writes one of {names}."
        )
    folder = _folder(tree, place, options)
    folder.pop("name")
    info = {"name": tree.name, "schema": SCHEMA}
    if tree.defaults.docs:
        info["description"] = tree.defaults.docs
    folder.pop("description", None)
    return Exported(_json({"info": info, **folder}), losses.all())


def write_postman_environment(tree: CollectionTree, options: Options) -> Exported:
    """Return one environment; UsageError where none of that name is there, or the choice is not clear."""
    losses = Losses()
    environment = _chosen(tree, options.environment)
    variables = public_variables(environment.variables, losses.at(environment.name))
    rows = [_variable(each, losses.at(environment.name)) | {"enabled": each.enabled} for each in variables]
    for row, each in zip(rows, variables, strict=True):
        row.pop("disabled", None)
        row["type"] = "secret" if each.secret else "default"
    document = {"name": environment.name, "values": rows, "_postman_variable_scope": "environment"}
    return Exported(_json(document), losses.all())


def _chosen(tree: CollectionTree, name: str) -> Environment:
    names = ", ".join(each.name for each in tree.environments)
    found = [each for each in tree.environments if not name or each.name == name]
    if len(found) == 1:
        return found[0]
    if not tree.environments:
        raise UsageError(f"{tree.name} has no environment.", "Make one first.")
    what = f"{tree.name} has no environment {name!r}." if name else f"{tree.name} has several environments."
    raise UsageError(what, f"Say which with --environment: {names}.")


def _json(document: Plain) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _words(found: Placeholder) -> str | None:
    name = plain_name(found)
    if name is not None:
        return "{{" + name + "}}"
    name = dynamic_name(found)
    if name == "$uuid":
        return "{{$guid}}"
    if found.source.name == "$randomInt" and found.source.arguments in (("0", "1000"),):
        return "{{$randomInt}}"
    return "{{" + name + "}}" if name in POSTMAN_DYNAMIC else None


def _text(text: str, losses: Losses) -> str:
    return in_words(text, losses, _words)


def _folder(tree: CollectionTree, losses: Losses, options: Options) -> Plain:
    items = [
        _folder(item, losses.at(item.name), options)
        if isinstance(item, CollectionTree)
        else _request(item, losses.at(item.name), options)
        for item in tree.items
    ]
    described: Plain = {"name": tree.name, "item": items}
    if tree.defaults.docs:
        described["description"] = tree.defaults.docs
    if tree.defaults.headers:
        names = ", ".join(row.name for row in tree.defaults.headers)
        losses.add(f"Headers of a folder do not exist in Postman; add them to its requests: {names}.")
    if (auth := _auth(tree.defaults.auth, losses, options)) is not None:
        described["auth"] = auth
    if tree.defaults.variables:
        described["variable"] = [
            _variable(each, losses) for each in public_variables(tree.defaults.variables, losses)
        ]
    if behaviour := _behaviour(tree.defaults.settings, losses):
        described["protocolProfileBehavior"] = behaviour
    return described


def _variable(variable: Variable, losses: Losses) -> Plain:
    row: Plain = {"key": variable.name, "value": _text(variable.value, losses)}
    if variable.secret:
        row["type"] = "secret"
    return row if variable.enabled else row | {"disabled": True}


def _auth(auth: Auth, losses: Losses, options: Options) -> Plain | None:
    if auth.kind is AuthKind.INHERIT:
        return None
    written = write_auth(POSTMAN, auth, losses, with_secrets=options.with_secrets)
    if written is None:
        return None
    word, values = written
    if word == "oauth2" and auth.get("flow") == CODE and auth.get("pkce") != "none":
        values["grant_type"] = "authorization_code_with_pkce"
    if word == "apikey":
        values.setdefault("in", "header")
    rows = [{"key": key, "value": _text(value, losses), "type": "string"} for key, value in values.items()]
    return {"type": word, **({word: rows} if word != "noauth" else {})}


def _request(request: SavedRequest, losses: Losses, options: Options) -> Plain:
    lose_literal_head(request, losses)
    headers = [*public_headers(request.headers, losses, options)]
    described: Plain = {"method": request.method, "header": [_row(row, losses) for row in headers]}
    body = _body(request, losses)
    if body is not None:
        described["body"] = body
        typed = content_type_of(request.headers)
        usual = CONTENT_TYPES.get(request.body.kind, "")
        if not typed and usual and body["mode"] == "raw":
            described["header"].append({"key": "Content-Type", "value": usual})
    described["url"] = _url(request, losses)
    if (auth := _auth(request.auth, losses, options)) is not None:
        described["auth"] = auth
    if request.docs:
        described["description"] = request.docs
    examples = postman_examples(request, described, losses, with_secrets=options.with_secrets)
    item: Plain = {"name": request.name, "request": described, "response": examples}
    if request.variables:
        item["variable"] = [_variable(each, losses) for each in public_variables(request.variables, losses)]
    if events := _events(request, losses, options):
        item["event"] = events
    if behaviour := _behaviour(request.settings, losses):
        item["protocolProfileBehavior"] = behaviour
    if request.tags:
        losses.add(f"Tags are left out: {', '.join(request.tags)}.")
    return item


def _row(row: Field, losses: Losses) -> Plain:
    made: Plain = {"key": _text(row.name, losses), "value": _text(row.value, losses)}
    return made if row.enabled else made | {"disabled": True}


def _events(request: SavedRequest, losses: Losses, options: Options) -> list[Plain]:
    recipe = recipe_for(request, losses, options)
    scripts = [("prerequest", signing_script(recipe) if recipe else []), ("test", test_script(request, losses))]
    return [
        {"listen": listen, "script": {"type": "text/javascript", "exec": lines}} for listen, lines in scripts if lines
    ]


def _url(request: SavedRequest, losses: Losses) -> Plain | str:
    """Return a URL as text and in parts; Postman's own library looks at the parts alone."""
    raw = _text(request.url, losses)
    match = _ADDRESS.match(raw)
    assert match is not None  # It matches any text.
    host, slash, path = match["rest"].partition("/")
    url: Plain = {"raw": raw}
    if match["protocol"]:
        url["protocol"] = match["protocol"]
    user, at, host = host.rpartition("@")
    if at:
        name, _, password = user.partition(":")
        url["auth"] = {"user": name, "password": password}
    bare, colon, port = host.rpartition(":")
    if colon and re.fullmatch(r"\d+|\{\{[^{}]+\}\}", port) and not host.endswith("]"):
        host, url["port"] = bare, port
    url["host"] = [host] if host.startswith("[") else _DOTS.split(host)
    if slash:
        url["path"] = path.split("/")
    query = _query(raw)
    query += [{"key": row.name, "value": row.value, "disabled": True} for row in request.disabled_params]
    if query:
        url["query"] = query
    if "#" in raw:
        url["hash"] = raw.partition("#")[2]
    if request.path_params:
        url["variable"] = [{"key": row.name, "value": _text(row.value, losses)} for row in request.path_params]
    return url


def _query(url: str) -> list[Plain]:
    """Return the query's rows; one without `=` has no value, which is other than an empty one."""
    query = url.partition("#")[0].partition("?")[2]
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return [{"key": name, "value": value if mark else None} for name, mark, value in pairs]


def _body(request: SavedRequest, losses: Losses) -> Plain | None:
    body = request.body
    if body.kind is BodyKind.NONE:
        return None
    if body.literal and b"{{" in body.content.read():
        losses.add("Double braces in the body are text; Postman takes them for variables.")
    match body.kind:
        case BodyKind.MULTIPART:
            return {"mode": "formdata", "formdata": [_part(part, losses) for part in body.parts]}
        case BodyKind.GRAPHQL:
            query = _text(body_text(request, losses) or "", losses)
            return {
                "mode": "graphql",
                "graphql": {"query": query, "variables": _text(body.graphql_variables, losses)},
            }
        case BodyKind.FORM if (rows := form_rows(body.content.read())) is not None:
            return {"mode": "urlencoded", "urlencoded": [_row(row, losses) for row in (*rows, *body.disabled_fields)]}
        case _:
            content = body_text(request, losses)
            return None if content is None else _raw(body.kind, _text(content, losses))


def _raw(kind: BodyKind, content: str) -> Plain:
    raw: Plain = {"mode": "raw", "raw": content}
    return raw | ({"options": {"raw": {"language": _LANGUAGES[kind]}}} if kind in _LANGUAGES else {})


def _part(part: Part, losses: Losses) -> Plain:
    row: Plain = {"key": _text(part.name, losses), "type": "file" if part.is_file else "text"}
    if part.is_file:
        row["src"] = list(part.files)
    else:
        row["value"] = _text(part.value, losses)
    if part.content_type:
        row["contentType"] = part.content_type
    return row if part.enabled else row | {"disabled": True}


def _behaviour(settings: SendSettings, losses: Losses) -> dict[str, Any]:
    behaviour: dict[str, Any] = {
        "followRedirects": settings.follow_redirects,
        "maxRedirects": settings.max_redirects,
        "strictSSL": settings.verify,
        "disableCookies": True if settings.cookies is False else None,
        "protocolVersion": {True: "http2", False: "http1", None: None}[settings.http2],
    }
    others = {
        "time-out": settings.timeout_s is not None,
        "proxy": bool(settings.proxy),
        "certificates": bool(settings.ca_file or settings.certificate_file),
        "compression": bool(settings.compress),
        "response limit": settings.response_limit_bytes is not None,
    }
    if lost := [name for name, there in others.items() if there]:
        losses.add(f"Settings are left out: {', '.join(lost)}.")
    return {name: value for name, value in behaviour.items() if value is not None}
