"""Postman's exports, written after its published schemas 2.0 and 2.1."""

import json
from typing import Any

import pytest

from workbench.formats.interchange.imported import Imported
from workbench.formats.interchange.importing import import_bytes
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, Field, Part, SavedRequest
from workbench.model.errors import FormatError
from workbench.model.variables import Environment, Variable

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(*items: dict[str, Any], **more: Any) -> Imported:
    document = {"info": {"name": "Shop", "schema": SCHEMA}, "item": list(items), **more}
    return import_bytes(json.dumps(document).encode())


def request(**described: Any) -> SavedRequest:
    item = {"name": "Pay", "request": {"method": "POST", "url": "https://shop.example/pay", **described}}
    return collection(item).tree.requests[0]


def sentences(imported: Imported) -> str:
    return "\n".join(f"{loss.where}: {loss.what}" for loss in imported.losses)


def test_url_keeps_what_was_typed_and_sets_switched_off_rows_apart() -> None:
    url = {
        "raw": "{{base}}/users/:id?a=1&b",
        "host": ["{{base}}"],
        "path": ["users", ":id"],
        "query": [
            {"key": "a", "value": "1"},
            {"key": "b", "value": None},
            {"key": "off", "value": "2", "disabled": True},
        ],
        "variable": [{"key": "id", "value": "7"}],
    }
    made = request(url=url)
    assert made.url == "{{base}}/users/:id?a=1&b"
    assert made.disabled_params == (Field("off", "2", enabled=False),)
    assert made.path_params == (Field("id", "7"),)


def test_url_without_its_text_is_put_together_from_its_parts() -> None:
    url = {"protocol": "https", "host": ["api", "example", "com"], "port": "8443", "path": ["v1", "x"], "hash": "top"}
    assert request(url=url).url == "https://api.example.com:8443/v1/x#top"


def test_json_body_goes_over_to_the_byte() -> None:
    raw = '{"n": 1.0,  "big": 12345678901234567890123, "e": "\\u00e9",\r\n\t"same": 1, "same": 2}'
    body = request(body={"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}).body
    assert (body.kind, body.content.content) == (BodyKind.JSON, raw.encode())


def test_form_is_encoded_and_its_variables_are_not() -> None:
    rows = [{"key": "a b", "value": "é&{{x}}"}, {"key": "off", "value": "1", "disabled": True}]
    imported = collection(
        {"name": "f", "request": {"method": "POST", "body": {"mode": "urlencoded", "urlencoded": rows}}}
    )
    body = imported.tree.requests[0].body
    assert body.content.content == b"a+b=%C3%A9%26{{x}}"
    assert body.disabled_fields == (Field("off", "1", enabled=False),)


def test_file_outside_the_collection_is_kept_switched_off() -> None:
    rows = [
        {"key": "inside", "type": "file", "src": ["a.png", "b.png"]},
        {"key": "outside", "type": "file", "src": "/home/me/.ssh/id_ed25519"},
        {"key": "up", "type": "file", "src": "../../secret"},
        {"key": "text", "type": "text", "value": "v", "contentType": "text/csv"},
    ]
    parts = request(body={"mode": "formdata", "formdata": rows}).body.parts
    assert parts == (
        Part("inside", is_file=True, files=("a.png", "b.png")),
        Part("outside", is_file=True, files=("/home/me/.ssh/id_ed25519",), enabled=False),
        Part("up", is_file=True, enabled=False),
        Part("text", "v", content_type="text/csv"),
    )


def test_graphql_keeps_query_and_variables_apart() -> None:
    body = request(body={"mode": "graphql", "graphql": {"query": "{ a }", "variables": '{"n": 1.50}'}}).body
    assert (body.kind, body.content.content, body.graphql_variables) == (BodyKind.GRAPHQL, b"{ a }", '{"n": 1.50}')


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"type": "noauth"}, Auth(AuthKind.NONE)),
        (None, Auth(AuthKind.INHERIT)),
        (
            {"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "p"}]},
            Auth(AuthKind.BASIC, (("username", "u"), ("password", "p"))),
        ),
        ({"type": "bearer", "bearer": {"token": "{{t}}"}}, Auth(AuthKind.BEARER, (("token", "{{t}}"),))),
        (
            {"type": "apikey", "apikey": {"key": "k", "value": "v", "in": "query"}},
            Auth(AuthKind.API_KEY, (("key", "k"), ("value", "v"), ("placement", "query"))),
        ),
        (
            {
                "type": "jwt",
                "jwt": {"algorithm": "HS512", "secret": "s", "isSecretBase64Encoded": True, "payload": "{}"},
            },
            Auth(
                AuthKind.JWT,
                (("algorithm", "HS512"), ("secret", "s"), ("secret_encoding", "base64"), ("claims", "{}")),
            ),
        ),
        (
            {"type": "awsv4", "awsv4": {"accessKey": "a", "secretKey": "b", "region": "eu-west-1", "service": "s3"}},
            Auth(
                AuthKind.AWS_V4,
                (("access_key_id", "a"), ("secret_access_key", "b"), ("service", "s3"), ("region", "eu-west-1")),
            ),
        ),
    ],
)
def test_authentication_of_both_versions(described: Any, expected: Auth) -> None:
    assert request(auth=described).auth == expected


def test_authentication_that_we_lack_becomes_none_and_is_said() -> None:
    imported = collection({"name": "x", "request": {"url": "http://x", "auth": {"type": "hawk", "hawk": []}}})
    assert imported.tree.requests[0].auth.kind is AuthKind.NONE
    assert "“hawk” is not offered" in sentences(imported)


def test_simple_tests_become_lines_and_code_is_reported() -> None:
    script = [
        "// a comment",
        'pm.test("ok", function () { pm.response.to.have.status(201); });',
        "const data = pm.response.json();",
        'pm.environment.set("id", data.order["id"]);',
        'pm.collectionVariables.set("first", pm.response.json().items[0].name)',
        'if (data.x) { pm.environment.set("y", data.y) }',
    ]
    imported = collection(
        {"name": "x", "request": "http://x", "event": [{"listen": "test", "script": {"exec": script}}]}
    )
    made = imported.tree.requests[0]
    assert made.assertions == (Assertion("status", "eq", "201"),)
    assert made.takings == (
        Taking("id", '$.order["id"]', "environment"),
        Taking("first", "$.items[0].name", "collection"),
    )
    assert "if (data.x)" in sentences(imported)
    assert len(imported.losses) == 1


def test_half_of_a_test_is_not_carried_over() -> None:
    script = ['pm.test("both", () => { pm.response.to.have.status(200); pm.expect(1).to.eql(2); });']
    imported = collection(
        {"name": "x", "request": "http://x", "event": [{"listen": "test", "script": {"exec": script}}]}
    )
    assert imported.tree.requests[0].assertions == ()
    assert len(imported.losses) == 1


def test_everything_that_is_not_carried_over_is_said() -> None:
    item = {
        "name": "x",
        "request": {
            "url": "http://x",
            "header": [{"key": "A", "value": "{{$randomAbc}}", "description": "why"}],
            "certificate": {"name": "c"},
            "body": {"mode": "unknown"},
        },
        "response": [{"name": "saved"}],
        "event": [{"listen": "prerequest", "script": {"exec": "sign();"}}],
        "protocolProfileBehavior": {"followRedirects": False, "tlsPreferServerCiphers": True},
    }
    imported = collection(item, event=[{"listen": "test", "script": {"exec": ["all();"]}}])
    said = sentences(imported)
    for part in (
        "sign()",
        "all()",
        "example",
        "certificate",
        "unknown",
        "tlsPreferServerCiphers",
        "$randomAbc",
        "Descriptions",
    ):
        assert part in said
    assert imported.tree.requests[0].settings.follow_redirects is False


def test_variable_names_that_cannot_stand_in_braces_are_changed_everywhere() -> None:
    imported = collection(
        {"name": "x", "request": {"url": "{{base url}}/x"}}, variable=[{"key": "base url", "value": "http://x"}]
    )
    assert imported.tree.requests[0].url == "{{base_url}}/x"
    assert imported.tree.defaults.variables == (Variable("base_url", "http://x"),)


def test_environment_keeps_what_is_secret_and_switched_off() -> None:
    values = [
        {"key": "host", "value": "http://x", "enabled": True},
        {"key": "token", "value": "s3cret", "type": "secret", "enabled": True},
        {"key": "old", "value": "1", "enabled": False},
    ]
    raw = json.dumps({"name": "Live", "values": values, "_postman_variable_scope": "environment"}).encode()
    assert import_bytes(raw).tree.environments == (
        Environment(
            "Live",
            (
                Variable("host", "http://x"),
                Variable("token", "s3cret", secret=True),
                Variable("old", "1", enabled=False),
            ),
        ),
    )


@pytest.mark.parametrize(
    "document",
    [
        {"id": "1", "name": "old", "order": [], "requests": []},
        {"info": {"name": "x", "schema": SCHEMA}},
        {"item": []},
    ],
)
def test_what_is_no_collection_is_refused_with_a_sentence(document: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="Postman collection"):
        import_bytes(json.dumps(document).encode(), format_name="postman")


def test_parts_that_nobody_knows_are_named() -> None:
    described = {"url": "http://x", "data": {"mode": "raw"}, "body": {"mode": "raw", "raw": "a", "urlencoded": [{}]}}
    said = sentences(collection({"name": "x", "request": described, "futureThing": 1}))
    assert "not known: futureThing, data" in said
    assert "not chosen are left out: urlencoded" in said
