"""Swagger 2.0 brought into the form of OpenAPI 3.0, as far as requests need it."""

from typing import Any

from workbench.formats.interchange.documents import Plain, mapping, sequence, text

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_FLOWS = {
    "accessCode": "authorizationCode",
    "application": "clientCredentials",
    "password": "password",
    "implicit": "implicit",
}
_SCHEMA_KEYS = ("type", "format", "items", "default", "enum", "minimum", "maximum", "collectionFormat", "example")


def as_openapi(document: Plain) -> Plain:
    """Return the document with servers, request bodies and security schemes where OpenAPI 3 has them."""
    components: Plain = {
        "securitySchemes": {
            name: _scheme(mapping(each)) for name, each in mapping(document.get("securityDefinitions")).items()
        }
    }
    paths = {path: _path(mapping(item), document) for path, item in mapping(document.get("paths")).items()}
    kept = {
        key: document[key]
        for key in ("info", "tags", "security", "definitions", "parameters", "responses")
        if key in document
    }
    return {**kept, "openapi": "3.0.0", "servers": _servers(document), "paths": paths, "components": components}


def _servers(document: Plain) -> list[Plain]:
    host, base = text(document.get("host")), text(document.get("basePath"))
    schemes = [text(scheme) for scheme in sequence(document.get("schemes"))] or ["https"]
    return [{"url": f"{scheme}://{host}{base}"} for scheme in schemes] if host else [{"url": base or "/"}]


def _path(item: Plain, document: Plain) -> Plain:
    shared = [_resolved(each, document) for each in sequence(item.get("parameters"))]
    changed: Plain = {key: value for key, value in item.items() if key not in (*_METHODS, "parameters")}
    for method in _METHODS:
        if isinstance(item.get(method), dict):
            changed[method] = _operation(mapping(item[method]), shared, document)
    return changed


def _resolved(parameter: Any, document: Plain) -> Plain:
    """Return a parameter; a body parameter may stand among the shared ones by reference."""
    found = mapping(parameter)
    name = text(found.get("$ref")).removeprefix("#/parameters/")
    return mapping(mapping(document.get("parameters")).get(name)) if name else found


def _operation(operation: Plain, shared: list[Plain], document: Plain) -> Plain:
    own = [_resolved(each, document) for each in sequence(operation.get("parameters"))]
    named = {(text(each.get("in")), text(each.get("name"))): each for each in (*shared, *own)}
    consumes = [text(each) for each in sequence(operation.get("consumes", document.get("consumes")))]
    changed = {key: value for key, value in operation.items() if key not in ("parameters", "responses")}
    plain = [each for each in named.values() if each.get("in") not in ("body", "formData")]
    changed["parameters"] = [{**each, "schema": _schema(each)} for each in plain]
    body = next((each for each in named.values() if each.get("in") == "body"), None)
    form = [each for each in named.values() if each.get("in") == "formData"]
    if body is not None:
        types = consumes or ["application/json"]
        changed["requestBody"] = {"content": {each: {"schema": body.get("schema")} for each in types}}
    elif form:
        changed["requestBody"] = {"content": {_form_type(form, consumes): {"schema": _form_schema(form)}}}
    return changed


def _schema(parameter: Plain) -> Plain:
    return {key: parameter[key] for key in _SCHEMA_KEYS if key in parameter}


def _form_type(form: list[Plain], consumes: list[str]) -> str:
    if any(each.get("type") == "file" for each in form) or "multipart/form-data" in consumes:
        return "multipart/form-data"
    return "application/x-www-form-urlencoded"


def _form_schema(form: list[Plain]) -> Plain:
    properties = {text(each.get("name")): _schema(each) for each in form}
    return {"type": "object", "properties": properties}


def _scheme(scheme: Plain) -> Plain:
    match text(scheme.get("type")):
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "oauth2":
            flow = _FLOWS.get(text(scheme.get("flow")), "implicit")
            return {"type": "oauth2", "flows": {flow: scheme}}
        case _:
            return scheme
