"""OpenAPI 3.0 to 3.2 and Swagger 2.0, written after the specifications."""

import json
from typing import Any

import pytest

from workbench.formats.interchange.imported import Imported
from workbench.formats.interchange.importing import import_bytes
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import BodyKind, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.variables import Variable


def sentences(imported: Imported) -> str:
    return "\n".join(f"{loss.where}: {loss.what}" for loss in imported.losses)


def api(**parts: Any) -> Imported:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://x.example"}],
    }
    return import_bytes(json.dumps(document | parts).encode())


def posted(content: dict[str, Any], **parts: Any) -> SavedRequest:
    operation = {"requestBody": {"content": content}}
    return api(paths={"/a": {"post": operation}}, **parts).tree.requests[0]


def test_webhooks_become_requests_to_the_receiver() -> None:
    text = """
openapi: 3.1.0
info: {title: Shop}
webhooks:
  order.paid:
    post:
      summary: Sent when an order is paid
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                id: {type: string, format: uuid}
                total: {type: number, example: 12.50}
                items: {type: array, items: {type: object, properties: {sku: {type: string}}}}
                secret: {type: string, readOnly: true}
"""
    imported = import_bytes(text.encode())
    folder = imported.tree.folders[0]
    request = folder.requests[0]
    assert (folder.name, request.name, request.method, request.url) == (
        "Webhooks",
        "order.paid",
        "POST",
        "{{webhookUrl}}",
    )
    assert request.body.kind is BodyKind.JSON
    assert b'"total": 12.50' in request.body.content.content
    assert json.loads(request.body.content.content) == {
        "id": "00000000-0000-4000-8000-000000000000",
        "total": 12.5,
        "items": [{"sku": "string"}],
    }
    assert "Sent when an order is paid" in request.docs
    assert Variable("webhookUrl", "http://localhost:3000") in imported.tree.defaults.variables


def test_parameters_stand_where_they_are_sent() -> None:
    parameters = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "example": 7}},
        {"name": "q", "in": "query", "required": True, "example": "a b"},
        {"name": "tags", "in": "query", "required": True, "schema": {"type": "array", "items": {"enum": ["x"]}}},
        {"name": "f", "in": "query", "style": "deepObject", "schema": {"properties": {"a": {"const": 1}}}},
        {"name": "X-H", "in": "header", "required": True, "schema": {"type": "string", "default": "h"}},
        {"name": "c", "in": "cookie", "required": True, "schema": {"default": "1"}},
        {"name": "Authorization", "in": "header", "required": True},
    ]
    request = api(paths={"/a/{id}/b.{ext}": {"get": {"parameters": parameters}}}).tree.requests[0]
    assert request.url == "{{baseUrl}}/a/:id/b.{{ext}}?q=a%20b&tags=x"
    assert request.path_params == (Field("id", "7"),)
    assert request.variables == (Variable("ext", ""),)
    assert request.disabled_params == (Field("f[a]", "1", enabled=False),)
    assert request.headers == (Field("X-H", "h"), Field("Cookie", "c=1"))


def test_example_text_goes_over_to_the_byte() -> None:
    text = '{"n": 1.0,\n "id": 12345678901234567890}'
    body = posted({"application/json": {"example": text}}).body
    assert body.content.content == text.encode()


def test_forms_parts_and_other_types() -> None:
    schema = {"type": "object", "properties": {"a": {"default": "1 2"}, "f": {"type": "string", "format": "binary"}}}
    assert posted({"application/x-www-form-urlencoded": {"schema": schema}}).body.content.content == b"a=1+2&f=string"
    assert posted({"multipart/form-data": {"schema": schema}}).body.parts == (
        Part("a", "1 2"),
        Part("f", is_file=True),
    )
    typed = posted({"application/vnd.api+json": {"example": {"a": 1}}})
    assert typed.headers == (Field("Content-Type", "application/vnd.api+json"),)


def test_security_schemes_become_secret_variables() -> None:
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "app": {"type": "apiKey", "in": "query", "name": "app"},
        "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://t", "scopes": {"a": ""}}}},
        "mutual": {"type": "mutualTLS"},
    }
    paths = {
        "/a": {"get": {"security": [{"key": [], "app": []}]}},
        "/b": {"get": {"security": [{"mutual": []}]}},
        "/c": {"get": {"security": []}},
        "/d": {"get": {}},
    }
    imported = api(paths=paths, components={"securitySchemes": schemes}, security=[{"oauth": ["a"]}])
    both, mutual, none, inherited = imported.tree.requests
    assert both.auth == Auth(AuthKind.API_KEY, (("key", "X-Key"), ("value", "{{key}}"), ("placement", "header")))
    assert both.url == "{{baseUrl}}/a?app={{app}}"
    assert mutual.auth.kind is none.auth.kind is AuthKind.NONE
    assert inherited.auth.kind is AuthKind.INHERIT
    assert imported.tree.defaults.auth.get("access_token_url") == "https://t"
    assert Variable("key", secret=True) in imported.tree.defaults.variables
    assert "mutualTLS" in sentences(imported)


def test_schema_that_holds_itself_is_sampled_once() -> None:
    node = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Node"}}}
    made = posted(
        {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}},
        components={"schemas": {"Node": node}},
    )
    assert json.loads(made.body.content.content) == {"v": 0}


def test_wide_schemas_are_cut_and_said() -> None:
    schemas = {
        f"S{level}": {"properties": {f"p{at}": {"$ref": f"#/components/schemas/S{level + 1}"} for at in range(30)}}
        for level in range(10)
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
    imported = api(paths={"/a": {"post": {"requestBody": {"content": content}}}}, components={"schemas": schemas})
    assert "more than 5000 values" in sentences(imported)


def test_references_are_followed_beside_the_document_and_never_fetched() -> None:
    files = {
        "parts/pay.yaml": b"post: {requestBody: {content: {application/json: {schema: {$ref: ../s.yaml#/Pay}}}}}\n",
        "s.yaml": b"Pay: {properties: {a: {const: 1}}}\n",
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "x"},
        "paths": {
            "/pay": {"$ref": "./parts/pay.yaml"},
            "/far": {"$ref": "https://evil.example/x.yaml"},
            "/out": {"$ref": "../../etc/passwd"},
            "/loop": {"$ref": "#/paths/~1loop"},
        },
    }
    imported = import_bytes(json.dumps(document).encode(), read=files.get)
    assert [json.loads(request.body.content.content) for request in imported.tree.requests] == [{"a": 1}]
    for part in ("evil.example", "passwd", "circle"):
        assert part in sentences(imported)


def test_swagger_2_is_brought_into_the_same_form() -> None:
    document = {
        "swagger": "2.0",
        "info": {"title": "Old"},
        "host": "x.example",
        "basePath": "/v1",
        "schemes": ["https"],
        "securityDefinitions": {"b": {"type": "basic"}},
        "paths": {
            "/a": {
                "post": {
                    "security": [{"b": []}],
                    "parameters": [{"in": "body", "name": "b", "schema": {"properties": {"a": {"type": "string"}}}}],
                }
            }
        },
    }
    tree = import_bytes(json.dumps(document).encode()).tree
    assert tree.defaults.variables[0] == Variable("baseUrl", "https://x.example/v1")
    assert tree.requests[0].auth.kind is AuthKind.BASIC
    assert json.loads(tree.requests[0].body.content.content) == {"a": "string"}


def test_unknown_version_is_refused() -> None:
    with pytest.raises(FormatError, match=r"OpenAPI 4\.0"):
        import_bytes(b'{"openapi": "4.0"}')
