"""Bruno's three forms and Insomnia's exports, written after their grammar and schemas."""

import json

import pytest

from workbench.formats.interchange.bru_language import parse_bru
from workbench.formats.interchange.imported import Imported
from workbench.formats.interchange.importing import import_bytes, import_folder
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, Field, Part
from workbench.model.errors import FormatError
from workbench.model.variables import Environment, Variable

BRU = """meta {
  name: Pay
  type: http
  seq: 2
  tags: [
    money
    slow
  ]
}

post {
  url: https://shop.example/:id?a=1
  body: json
  auth: bearer
}

params:query {
  a: 1
  ~"b:c": off
}

params:path {
  id: 7
}

headers {
  "X key": {braces}
  ~X-Off: 1
}

auth:bearer {
  token: {{token}}
}

body:json {
  {
    "n": 1.0,
    "nested": {
      "x": "}"
    }
  }
}

body:xml {
  <a/>
}

vars:pre-request {
  day: 2020-01-01
}

vars:post-response {
  id: res.body.order.id
  code: res.body.items.map(i => i.id)
}

assert {
  res.status: eq 201
  res.body.ok: isDefined
  res.body.name: plain text
}

script:pre-request {
  sign();
}

settings {
  timeout: 2500
  followRedirects: false
}
"""


def sentences(imported: Imported) -> str:
    return "\n".join(f"{loss.where}: {loss.what}" for loss in imported.losses)


def test_bru_request_means_what_bruno_sends() -> None:
    imported = import_bytes(BRU.encode(), "pay.bru")
    request = imported.tree.requests[0]
    assert (request.name, request.method, request.url) == ("Pay", "POST", "https://shop.example/:id?a=1")
    assert request.tags == ("money", "slow")
    assert request.headers == (Field("X key", "{braces}"), Field("X-Off", "1", enabled=False))
    assert request.disabled_params == (Field("b:c", "off", enabled=False),)
    assert request.path_params == (Field("id", "7"),)
    assert request.auth == Auth(AuthKind.BEARER, (("token", "{{token}}"),))
    assert request.body.content.content == b'{\n  "n": 1.0,\n  "nested": {\n    "x": "}"\n  }\n}'
    assert request.variables == (Variable("day", "2020-01-01"),)
    assert request.takings == (Taking("id", "res.body.order.id"),)
    assert request.assertions == (
        Assertion("res.status", "eq", "201"),
        Assertion("res.body.ok", "isDefined"),
        Assertion("res.body.name", "eq", "plain text"),
    )
    assert (request.settings.timeout_s, request.settings.follow_redirects) == (2.5, False)
    for part in ("sign()", "res.body.items.map", "xml"):
        assert part in sentences(imported)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a {\n  k: '''\n    one\n      two\n  '''\n}\n", "one\n  two"),
        ('a {\n  k: "quoted: value"\n}\n', '"quoted: value"'),
        ("a {\r\n  k:   spaced  \r\n}\r\n", "spaced"),
        ("a {\n  @description('x')\n  k: v\n}", "v"),
    ],
)
def test_bru_values(text: str, value: str) -> None:
    assert parse_bru(text)[0].value("k") == value


@pytest.mark.parametrize(
    ("text", "line"), [("get {\n  url: x\n", 1), ("nonsense\n", 1), ("\nget {\n  no colon\n}\n", 3)]
)
def test_broken_bru_names_its_line(text: str, line: int) -> None:
    with pytest.raises(FormatError, match=f"Line {line}: "):
        import_bytes(text.encode(), "x.bru")


def test_bru_folder_keeps_order_defaults_environments_and_goes_on_after_a_broken_file() -> None:
    files = {
        "bruno.json": b'{"version": "1", "name": "Shop", "type": "collection"}',
        "collection.bru": b"headers {\n  X-All: 1\n}\nauth {\n  mode: basic\n}\nauth:basic {\n  username: u\n}\n",
        "environments/Live.bru": b"vars {\n  host: http://x\n  ~off: 1\n}\nvars:secret [\n  token,\n  key\n]\n",
        "z/folder.bru": b"meta {\n  name: First\n  seq: 1\n}\n",
        "z/b.bru": b"meta {\n  name: B\n  seq: 1\n}\nget {\n  url: http://b\n  auth: inherit\n}\n",
        "z/a.bru": b"meta {\n  name: A\n  seq: 2\n}\nget {\n  url: http://a\n  body: file\n}\n"
        b"body:file {\n  file: @file(../a.json)\n}\n",
        "broken.bru": b"get {\n",
        "up.bru": b"meta {\n  name: Up\n}\npost {\n  url: http://u\n  body: file\n}\n"
        b"body:file {\n  file: @file(d/x.json)\n}\n",
    }
    beside = {**files, "d/x.json": b'{"exact": 1.0}\r\n'}
    imported = import_folder(files, "shop", read=beside.get)
    tree = imported.tree
    assert tree.name == "Shop"
    assert [(folder.name, [request.name for request in folder.requests]) for folder in tree.folders] == [
        ("First", ["B", "A"])
    ]
    assert tree.folders[0].requests[0].auth.kind is AuthKind.INHERIT
    assert tree.defaults.auth == Auth(AuthKind.BASIC, (("username", "u"),))
    assert tree.requests[0].body.content.content == b'{"exact": 1.0}\r\n'
    assert tree.environments == (
        Environment(
            "Live",
            (
                Variable("host", "http://x"),
                Variable("off", "1", enabled=False),
                Variable("token", secret=True),
                Variable("key", secret=True),
            ),
        ),
    )
    assert "broken.bru: The file cannot be read" in sentences(imported)
    assert "../a.json" in sentences(imported)


def test_opencollection_bundle() -> None:
    text = """
opencollection: "1.0.0"
info: {name: Shop}
config:
  environments:
    - name: Live
      extends: Base
      variables:
        - {name: host, value: http://x}
        - {name: n, value: {type: number, data: "1.0"}}
        - {secret: true, name: token}
request:
  auth:
    {type: oauth2, flow: client_credentials, accessTokenUrl: http://t, credentials: {clientId: i, placement: body}}
items:
  - info: {name: Second, type: http, seq: 2}
    http:
      method: POST
      url: http://x/a
      auth: inherit
      body:
        - {title: one, body: {type: json, data: "{}"}}
        - {title: two, selected: true, body: {type: text, data: "no\\n"}}
    runtime:
      scripts: [{type: before-request, code: go()}]
      actions:
        - type: set-variable
          selector: {expression: res.body.id, method: jsonq}
          variable: {name: id, scope: collection}
  - info: {name: First, type: graphql, seq: 1}
    graphql: {url: http://x/g, body: {query: "{ a }", variables: "{}"}}
  - info: {name: Rpc, type: grpc, seq: 3}
    grpc: {url: x}
"""
    imported = import_bytes(text.encode(), "bundle.yml")
    tree = imported.tree
    assert [request.name for request in tree.requests] == ["First", "Second"]
    assert tree.requests[0].method == "POST"
    assert tree.requests[0].auth.kind is AuthKind.NONE
    assert tree.requests[1].body.content.content == b"no\n"
    assert tree.requests[1].takings == (Taking("id", "res.body.id", "collection"),)
    assert tree.defaults.auth == Auth(
        AuthKind.OAUTH2,
        (
            ("flow", "client_credentials"),
            ("access_token_url", "http://t"),
            ("client_id", "i"),
            ("client_placement", "body"),
        ),
    )
    live = tree.environments[0]
    assert live.extends == "Base"
    assert live.variables == (Variable("host", "http://x"), Variable("n", "1.0"), Variable("token", secret=True))
    for part in ("go()", "one", "gRPC"):
        assert part in sentences(imported)


def test_insomnia_4_puts_its_flat_list_into_folders() -> None:
    resources = [
        {"_id": "wrk", "_type": "workspace", "name": "Shop"},
        {
            "_id": "env",
            "_type": "environment",
            "parentId": "wrk",
            "name": "Base",
            "data": {"host": "http://x", "a": {"b": 1.50}},
        },
        {"_id": "sub", "_type": "environment", "parentId": "env", "name": "Live", "data": {"list": [1, 2]}},
        {"_id": "fld", "_type": "request_group", "parentId": "wrk", "name": "F", "environment": {"x": "1"}},
        {
            "_id": "req",
            "_type": "request",
            "parentId": "fld",
            "name": "R",
            "method": "POST",
            "url": "{{ _.host }}/{{ _['odd-name'] }}",
            "parameters": [{"name": "q", "value": "a b"}, {"name": "off", "value": "1", "disabled": True}],
            "body": {"mimeType": "application/json", "text": '{"id": "{% uuid \'v4\' %}", "n": 1.0}'},
            "headers": [{"name": "X", "value": "{% hash 'md5', 'hex', 'x' %}"}, {"name": "", "value": ""}],
            "authentication": {"type": "iam", "accessKeyId": "a", "secretAccessKey": "b"},
            "settingFollowRedirects": "off",
        },
        {"_id": "ws", "_type": "websocket_request", "parentId": "wrk", "name": "W", "url": "ws://x"},
    ]
    raw = (
        json.dumps({"_type": "export", "__export_format": 4, "resources": resources})
        .replace("1.5}", "1.50}")
        .encode()
    )
    imported = import_bytes(raw)
    tree = imported.tree
    request = tree.folders[0].requests[0]
    assert tree.defaults.variables == (Variable("host", "http://x"), Variable("a.b", "1.50"))
    assert tree.folders[0].defaults.variables == (Variable("x", "1"),)
    assert tree.environments[0].name == "Live"
    assert request.url == "{{host}}/{{odd-name}}?q=a%20b"
    assert request.disabled_params == (Field("off", "1", enabled=False),)
    assert request.body.content.content == b'{"id": "{{$uuid}}", "n": 1.0}'
    assert request.auth == Auth(AuthKind.AWS_V4, (("access_key_id", "a"), ("secret_access_key", "b")))
    assert request.settings.follow_redirects is False
    assert "{% hash" in sentences(imported)
    assert "WebSocket" in sentences(imported)


def test_insomnia_5_keeps_exact_texts_of_yaml() -> None:
    text = """
type: collection.insomnia.rest/5.0
name: Shop
collection:
  - name: G
    method: POST
    url: http://x
    body:
      mimeType: application/graphql
      text: '{"query":"{ a }","variables":{"n": 1.0, "m":2}}'
    meta: {id: req_1, sortKey: 2}
  - name: Form
    method: POST
    url: http://x
    body:
      mimeType: multipart/form-data
      params:
        - {name: a, value: "no"}
        - {name: f, type: file, fileName: a.png, disabled: true}
    headers: [{name: Content-Type, value: multipart/form-data}]
    meta: {id: req_2, sortKey: 1}
environments:
  data: {version: 1.10}
"""
    tree = import_bytes(text.encode(), "x.yaml").tree
    form, graphql = tree.requests
    assert form.body.parts == (Part("a", "no"), Part("f", is_file=True, files=("a.png",), enabled=False))
    assert form.headers == ()
    assert (graphql.body.kind, graphql.body.graphql_variables) == (BodyKind.GRAPHQL, '{"n": 1.0, "m":2}')
    assert tree.defaults.variables == (Variable("version", "1.10"),)
