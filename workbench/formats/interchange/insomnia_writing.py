"""Collections for Insomnia (v5 YAML). Ids are made of places in the tree: the same tree is the same file."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from workbench.formats.interchange.auth_words import INSOMNIA, write_auth
from workbench.formats.interchange.bodies import form_rows
from workbench.formats.interchange.documents import Plain
from workbench.formats.interchange.examples import lose_examples
from workbench.formats.interchange.exported import (
    Exported,
    Options,
    body_text,
    dynamic_name,
    in_words,
    lose_literal_head,
    lose_signing,
    plain_name,
    public_headers,
    public_variables,
)
from workbench.formats.interchange.imported import Losses
from workbench.formats.interchange.postman_scripts import test_script
from workbench.formats.interchange.variable_names import POSTMAN_DYNAMIC
from workbench.formats.interchange.yaml_writing import yaml_bytes
from workbench.model.authentication import CODE, Auth, AuthKind
from workbench.model.collection import CONTENT_TYPES, BodyKind, CollectionTree, Field, Part, SavedRequest
from workbench.model.template import Placeholder
from workbench.model.variables import Variable

_DYNAMIC = {
    "$uuid": "{% uuid 'v4' %}",
    "$guid": "{% uuid 'v4' %}",
    "$timestamp": "{% now 'unix', '' %}",
    "$timestampMs": "{% now 'millis', '' %}",
    "$isoTimestamp": "{% now 'iso-8601', '' %}",
}


def write_insomnia(tree: CollectionTree, options: Options) -> Exported:
    """Return a collection with its environments in one file."""
    losses = Losses()
    place = losses.at(tree.name)
    writer = _Writer(options)
    if tree.defaults.headers or tree.defaults.auth.kind not in (AuthKind.INHERIT, AuthKind.NONE):
        place.add("What the collection gives to all requests stands in a folder, since Insomnia has no other place.")
        inner = replace(tree, defaults=replace(tree.defaults, variables=()), environments=())
        children = [writer.folder(inner, "0", place)]
    else:
        children = writer.children(tree, "", place)
    document: Plain = {
        "type": "collection.insomnia.rest/5.0",
        "name": tree.name,
        "meta": {"id": _id("wrk", tree.name), "description": tree.defaults.docs},
        "collection": children,
        "environments": _environments(tree, place),
    }
    return Exported(yaml_bytes(document), losses.all())


def _id(prefix: str, place: str) -> str:
    return f"{prefix}_{hashlib.sha256(place.encode()).hexdigest()[:32]}"


def _environments(tree: CollectionTree, losses: Losses) -> Plain:
    shown = public_variables(tree.defaults.variables, losses)
    below: list[Plain] = []
    for environment in tree.environments:
        place = losses.at(environment.name)
        if environment.extends:
            place.add(f"That it extends {environment.extends} is left out.")
        data = _data(public_variables(environment.variables, place), place)
        below.append({"name": environment.name, "meta": {"id": _id("env", environment.name)}, "data": data})
    return {
        "name": "Base Environment",
        "meta": {"id": _id("env", "")},
        "data": _data(shown, losses),
        "subEnvironments": below,
    }


def _data(variables: tuple[Variable, ...], losses: Losses) -> Plain:
    off = [variable.name for variable in variables if not variable.enabled]
    if off:
        losses.add(f"Switched-off variables are left out: {', '.join(off)}.")
    return {variable.name: _text(variable.value, losses) for variable in variables if variable.enabled}


def _words(found: Placeholder) -> str | None:
    name = plain_name(found)
    if name is not None:
        return "{{ _." + name + " }}" if name.isidentifier() else "{{ _['" + name + "'] }}"
    name = dynamic_name(found)
    if name in _DYNAMIC:
        return _DYNAMIC[name]
    return "{% faker '" + name[1:] + "' %}" if name in POSTMAN_DYNAMIC else None


def _text(text: str, losses: Losses) -> str:
    return in_words(text, losses, _words)


class _Writer:
    """Writes folders and requests."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def folder(self, tree: CollectionTree, place: str, losses: Losses) -> Plain:
        defaults = tree.defaults
        described: Plain = {
            "name": tree.name,
            "meta": {"id": _id("fld", place), "sortKey": _sort_key(place), "description": defaults.docs},
            "children": self.children(tree, place, losses),
        }
        if defaults.headers:
            described["headers"] = self._rows(public_headers(defaults.headers, losses, self._options), losses)
        if (auth := self._auth(defaults.auth, losses)) is not None:
            described["authentication"] = auth
        if defaults.variables:
            described["environment"] = _data(public_variables(defaults.variables, losses), losses)
        return described

    def children(self, tree: CollectionTree, place: str, losses: Losses) -> list[Plain]:
        """Return folders and requests in order."""
        return [
            self.folder(item, f"{place}/{at}", losses.at(item.name))
            if isinstance(item, CollectionTree)
            else self._request(item, f"{place}/{at}", losses.at(item.name))
            for at, item in enumerate(tree.items)
        ]

    def _request(self, request: SavedRequest, place: str, losses: Losses) -> Plain:
        lose_literal_head(request, losses)
        described: Plain = {
            "url": _text(request.url, losses),
            "name": request.name,
            "meta": {"id": _id("req", place), "sortKey": _sort_key(place), "description": request.docs},
            "method": request.method,
        }
        body = self._body(request, losses)
        headers = public_headers(request.headers, losses, self._options)
        if body is not None:
            described["body"] = body
            usual = CONTENT_TYPES.get(request.body.kind, "") or (
                "multipart/form-data" if request.body.kind is BodyKind.MULTIPART else ""
            )
            typed = any(row.name.lower() == "content-type" for row in headers)
            headers = headers if typed or not usual else (*headers, Field("Content-Type", usual))
        described["headers"] = self._rows(headers, losses)
        if request.disabled_params:
            described["parameters"] = self._rows(request.disabled_params, losses)
        if request.path_params:
            described["pathParameters"] = [
                {"name": row.name, "value": _text(row.value, losses)} for row in request.path_params
            ]
        if (auth := self._auth(request.auth, losses)) is not None:
            described["authentication"] = auth
        if lines := test_script(request, losses):
            described["scripts"] = {"afterResponse": "\n".join(lines).replace("pm.", "insomnia.")}
        described["settings"] = self._settings(request, losses)
        lose_signing(request, losses)
        if request.variables:
            names = ", ".join(variable.name for variable in request.variables)
            losses.add(f"Variables of a request do not exist in Insomnia: {names}.")
        if request.tags:
            losses.add(f"Tags are left out: {', '.join(request.tags)}.")
        lose_examples(request, losses)
        return described

    def _rows(self, rows: tuple[Field, ...], losses: Losses) -> list[Plain]:
        return [
            {"name": _text(row.name, losses), "value": _text(row.value, losses), "disabled": not row.enabled}
            for row in rows
        ]

    def _auth(self, auth: Auth, losses: Losses) -> Plain | None:
        if auth.kind is AuthKind.INHERIT:
            return None
        written = write_auth(INSOMNIA, auth, losses, with_secrets=self._options.with_secrets)
        if written is None:
            return None
        word, values = written
        described: Plain = {"type": word, **{name: _text(value, losses) for name, value in values.items()}}
        if word == "oauth2":
            described["credentialsInBody"] = auth.get("client_placement") == "body"
            if auth.get("flow") == CODE:
                described["usePkce"] = auth.get("pkce") != "none"
                if not described["usePkce"]:
                    described.pop("pkceMethod", None)
        return described

    def _body(self, request: SavedRequest, losses: Losses) -> Plain | None:
        body = request.body
        match body.kind:
            case BodyKind.NONE:
                return None
            case BodyKind.MULTIPART:
                return {"mimeType": "multipart/form-data", "params": [_part(part, losses) for part in body.parts]}
            case BodyKind.FORM if (rows := form_rows(body.content.read())) is not None:
                return {
                    "mimeType": "application/x-www-form-urlencoded",
                    "params": self._rows((*rows, *body.disabled_fields), losses),
                }
            case BodyKind.GRAPHQL:
                return self._graphql(request, losses)
            case _:
                content = body_text(request, losses)
                if content is None:
                    return None
                text = content if body.literal else _text(content, losses)
                return {"mimeType": _mime_type(request), "text": text}

    def _graphql(self, request: SavedRequest, losses: Losses) -> Plain:
        sent: dict[str, Any] = {"query": _text(body_text(request, losses) or "", losses)}
        text = json.dumps(sent, ensure_ascii=False)
        if request.body.graphql_variables.strip():
            variables = _text(request.body.graphql_variables, losses).strip()
            text = f'{text[:-1]}, "variables": {variables}}}'
        return {"mimeType": "application/graphql", "text": text}

    def _settings(self, request: SavedRequest, losses: Losses) -> Plain:
        settings = request.settings
        follow = {True: "on", False: "off", None: "global"}[settings.follow_redirects]
        cookies = settings.cookies is not False
        others = {
            "time-out": settings.timeout_s is not None,
            "redirect limit": settings.max_redirects is not None,
            "trust": settings.verify is not None or bool(settings.ca_file or settings.certificate_file),
            "proxy": bool(settings.proxy),
            "HTTP/2": settings.http2 is not None,
            "compression": bool(settings.compress),
            "response limit": settings.response_limit_bytes is not None,
        }
        if lost := [name for name, there in others.items() if there]:
            losses.add(f"Settings are left out: {', '.join(lost)}.")
        return {
            "renderRequestBody": not request.body.literal,
            "encodeUrl": False,
            "followRedirects": follow,
            "cookies": {"send": cookies, "store": cookies},
            "rebuildPath": True,
        }


def _mime_type(request: SavedRequest) -> str:
    typed = next((row.value for row in request.headers if row.enabled and row.name.lower() == "content-type"), "")
    return (typed or CONTENT_TYPES.get(request.body.kind, "text/plain")).partition(";")[0].strip()


def _sort_key(place: str) -> int:
    """Insomnia lists by ascending key."""
    return int(place.rpartition("/")[2])


def _part(part: Part, losses: Losses) -> Plain:
    row: Plain = {"name": _text(part.name, losses), "disabled": not part.enabled}
    if not part.is_file:
        if part.content_type:
            losses.add(f"The content type of the part {part.name} is left out.")
        return row | {"value": _text(part.value, losses)}
    if len(part.files) > 1:
        losses.add(f"The part {part.name} sends one file in Insomnia: {', '.join(part.files[1:])} is left out.")
    return row | {"type": "file", "fileName": part.files[0] if part.files else ""}
