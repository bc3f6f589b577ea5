"""All that a request says besides its bytes: in OpenCollection's words, and in the hook file beside it."""

import difflib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench.model.authentication import AUTH_FIELDS, INHERITED, NO_AUTH, Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.errors import CollectionError
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings
from workbench.model.signature import SigningChoice, SignMode
from workbench.model.variables import Variable
from workbench.storage.collections import create_collection, fingerprint, read_request, save_request
from workbench.storage.opencollection_auth import literal_secrets

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "resources/schemas/opencollection-1.0.0.json").read_text("utf-8"))


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "webhooks"
    create_collection(path, "Webhooks")
    return path


@pytest.fixture
def file(collection: Path) -> Path:
    return collection / "paid.yml"


def valid(file: Path) -> dict[str, object]:
    document = yaml.safe_load(file.read_text("utf-8"))
    name = "GraphQLRequest" if document["info"]["type"] == "graphql" else "HttpRequest"
    jsonschema.Draft7Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}).validate(document)
    return document


def hook(file: Path) -> str:
    path = file.with_name(f"{file.stem}.hook.yaml")
    return path.read_text("utf-8") if path.exists() else ""


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


FULL = SavedRequest(
    name="Invoice paid",
    method="POST",
    url="https://{{host}}/:version/hooks/:id?a=1",
    headers=(Field("X-A", "1"),),
    disabled_params=(Field("debug", "1", enabled=False),),
    body=ComposedBody(BodyKind.JSON, Body(b'{"a": "{{literal}}"}'), literal=True),
    path_params=(Field("version", "v1"), Field("id", "{{id}}", enabled=False)),
    auth=Auth(AuthKind.BEARER, (("token", "{{token}}"), ("prefix", "Token"))),
    settings=SendSettings(
        timeout_s=2.5,
        follow_redirects=True,
        max_redirects=0,
        verify=False,
        ca_file="/etc/ca.pem",
        proxy="socks5h://127.0.0.1:1080",
        http2=True,
        cookies=False,
        compress="gzip",
        response_limit_bytes=1048576,
    ),
    variables=(Variable("id", "7"), Variable("off", "no", enabled=False), Variable("key", secret=True)),
    assertions=(
        Assertion("status", "eq", "200"),
        Assertion("$.ok", "isTruthy"),
        Assertion("body", "is like", "a\nb", enabled=False),
    ),
    takings=(Taking("token", "$.access.token"), Taking("id", "res.body.id", "environment", enabled=False)),
    signing=SigningChoice(
        "stripe",
        "v1",
        "keyring:stripe/live",
        SignMode.STALE,
        "https://example.test/hooks",
        (("tolerance", "300"), ("webhook_id", "0x1F")),
    ),
    docs="# Paid\n\nSent when *paid*.  \n\n    End",
    tags=("billing", "no", "2026-11-23"),
)


def test_everything_survives(file: Path) -> None:
    save_request(file, FULL)
    valid(file)
    assert read_request(file) == FULL
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_request(file) == FULL


def test_the_two_files_are_laid_out_for_people(file: Path) -> None:
    save_request(file, FULL)
    assert (
        file.read_text("utf-8").split("  body:")[1]
        == """
    type: json
    data: |-
      {"a": "{{literal}}"}
  auth:
    type: bearer
    token: '{{token}}'

runtime:
  variables:
    - name: id
      value: '7'
    - name: 'off'
      value: 'no'
      disabled: true
    - name: key
      value: ''
  assertions:
    - expression: status
      operator: eq
      value: '200'
    - expression: $.ok
      operator: isTruthy
    - expression: body
      operator: is like
      value: |-
        a
        b
      disabled: true
  actions:
    - type: set-variable
      phase: after-response
      selector:
        expression: $.access.token
        method: jsonq
      variable:
        name: token
        scope: runtime
    - type: set-variable
      phase: after-response
      selector:
        expression: res.body.id
        method: jsonq
      variable:
        name: id
        scope: environment
      disabled: true

settings:
  timeout: 2500
  followRedirects: true
  maxRedirects: 0

docs: |-
  # Paid

  Sent when *paid*.  

      End
"""
    )
    assert (
        hook(file)
        == """\
signing:
  provider: stripe
  scheme: v1
  secret: keyring:stripe/live
  mode: stale
  public_url: https://example.test/hooks
  settings:
    tolerance: '300'
    webhook_id: '0x1F'
auth:
  prefix: Token
settings:
  verify: false
  ca_file: /etc/ca.pem
  proxy: socks5h://127.0.0.1:1080
  http2: true
  cookies: false
  compress: gzip
  response_limit_bytes: 1048576
secret_variables:
  - key
body:
  literal: true
"""
    )


OAUTH = (
    ("access_token_url", "https://a.test/token"),
    ("client_id", "me"),
    ("client_secret", "{{secret}}"),
    ("scope", "a b"),
    ("audience", "https://api.test"),
)


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(INHERITED, id="inherit"),
        pytest.param(NO_AUTH, id="none"),
        pytest.param(Auth(AuthKind.BASIC, (("username", "me"), ("password", "{{p}}"))), id="basic"),
        pytest.param(Auth(AuthKind.BASIC), id="basic, nothing filled in"),
        pytest.param(Auth(AuthKind.BEARER, (("token", "t"),)), id="bearer"),
        pytest.param(Auth(AuthKind.API_KEY, (("key", "K"), ("value", "v"), ("placement", "query"))), id="apikey"),
        pytest.param(Auth(AuthKind.DIGEST, (("username", "me"), ("password", "p"))), id="digest"),
        pytest.param(
            Auth(AuthKind.AWS_V4, (("access_key_id", "a"), ("secret_access_key", "s"), ("region", "eu-west-1"))),
            id="awsv4",
        ),
        pytest.param(Auth(AuthKind.OAUTH2, OAUTH), id="oauth2, client credentials"),
        pytest.param(
            Auth(
                AuthKind.OAUTH2,
                (
                    ("flow", "authorization_code"),
                    ("access_token_url", "https://a.test/token"),
                    ("authorization_url", "https://a.test/authorize"),
                    ("callback_url", "http://127.0.0.1/callback"),
                    ("client_placement", "body"),
                    ("pkce", "plain"),
                    ("prefix", "Token"),
                ),
            ),
            id="oauth2, code",
        ),
        pytest.param(
            Auth(AuthKind.OAUTH2, (("flow", "authorization_code"), ("pkce", "none"))), id="oauth2, code, no PKCE"
        ),
        pytest.param(
            Auth(AuthKind.OAUTH2, (("flow", "password"), ("username", "me"), ("password", "p"))),
            id="oauth2, password",
        ),
        pytest.param(
            Auth(AuthKind.OAUTH2, (("client_id", "me"), ("username", "kept"), ("pkce", "plain"))),
            id="oauth2, with what another flow has",
        ),
        pytest.param(
            Auth(
                AuthKind.JWT, (("algorithm", "ES256"), ("secret", "-----BEGIN\nKEY-----\n"), ("claims", '{"a": 1}'))
            ),
            id="jwt",
        ),
        pytest.param(Auth(AuthKind.JWT), id="jwt, nothing filled in"),
    ],
)
def test_every_kind_of_authentication_survives(file: Path, auth: Auth) -> None:
    request = SavedRequest(name="A", auth=auth)
    save_request(file, request)
    valid(file)
    assert read_request(file) == request
    before = file.read_bytes(), hook(file)
    save_request(file, read_request(file))
    assert (file.read_bytes(), hook(file)) == before


@pytest.mark.parametrize("kind", AuthKind)
def test_any_kind_can_become_any_other(collection: Path, kind: AuthKind) -> None:
    for number, other in enumerate(AuthKind):
        file = collection / f"{number}.yml"
        for which in (kind, other):
            fields = [field for field in AUTH_FIELDS[which] if not field.choices]
            auth = Auth(which, tuple((field.name, f"a {field.name}") for field in fields))
            save_request(file, SavedRequest(name="A", auth=auth))
            valid(file)
            assert read_request(file).auth == auth


def test_the_words_of_openCollection_are_those_of_bruno(file: Path) -> None:
    save_request(file, SavedRequest(name="A", auth=Auth(AuthKind.OAUTH2, OAUTH)))
    http = valid(file)["http"]
    assert isinstance(http, dict)
    assert http["auth"] == {
        "type": "oauth2",
        "flow": "client_credentials",
        "accessTokenUrl": "https://a.test/token",
        "credentials": {"clientId": "me", "clientSecret": "{{secret}}", "placement": "basic_auth_header"},
        "scope": "a b",
        "tokenConfig": {"placement": {"header": "Bearer"}},
        "additionalParameters": {
            "accessTokenRequest": [{"name": "audience", "value": "https://api.test", "placement": "body"}]
        },
    }
    assert hook(file) == ""


THEIRS = """\
info:
  name: A
  type: http
  seq: 3
http:
  method: GET
  url: https://example.test/:id
  params:
    - name: id
      value: "7"
      type: path
      description: the number
  auth:
    type: oauth2
    flow: client_credentials
    accessTokenUrl: https://a.test/token
    refreshTokenUrl: https://a.test/refresh  # Bruno's
    credentials:
      clientId: me
    additionalParameters:
      accessTokenRequest:
        - name: resource
          value: r
          placement: query
    tokenConfig:
      id: mine
      placement:
        query: access_token
    settings:
      autoFetchToken: true
runtime:
  variables:
    - name: count
      value:
        type: number
        data: "5"
    - name: host
      value:
        - title: local
          value: http://localhost
        - title: live
          selected: true
          value: https://live.test
      description: where to
  scripts:
    - type: tests
      code: |
        test()
  assertions:
    - expression: res.status
      operator: eq
      value: "200"
      description: good
  actions:
    - type: set-variable
      phase: before-request
      selector: {expression: a, method: jsonq}
      variable: {name: before, scope: request}
    - type: set-variable
      phase: after-response
      selector: {expression: res.body.id, method: jsonq}
      variable: {name: id, scope: runtime}
settings:
  encodeUrl: true
  timeout: inherit
  followRedirects: true
  maxRedirects: 5
examples: []
"""


def test_what_bruno_says_is_understood(file: Path) -> None:
    file.write_text(THEIRS)
    request = read_request(file)
    assert request.path_params == (Field("id", "7"),)
    assert dict(request.auth.values) == {"access_token_url": "https://a.test/token", "client_id": "me"}
    assert request.variables == (Variable("count", "5"), Variable("host", "https://live.test"))
    assert request.takings == (Taking("id", "res.body.id"),)
    assert request.settings == SendSettings(follow_redirects=True, max_redirects=5)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param(
            {"path_params": (Field("id", "8"),)}, ['-      value: "7"', '+      value: "8"'], id="path parameter"
        ),
        pytest.param(
            {"variables": (Variable("count", "6"), Variable("host", "https://live.test"))},
            ['-        data: "5"', '+        data: "6"'],
            id="a variable with a type",
        ),
        pytest.param(
            {"variables": (Variable("count", "5"), Variable("host", "https://new.test"))},
            ["-          value: https://live.test", "+          value: https://new.test"],
            id="one of a choice",
        ),
        pytest.param(
            {"assertions": (Assertion("res.status", "eq", "201"),)},
            ['-      value: "200"', '+      value: "201"'],
            id="an assertion",
        ),
        pytest.param(
            {"settings": SendSettings(timeout_s=0.5, follow_redirects=True, max_redirects=5)},
            ["-  timeout: inherit", "+  timeout: 500"],
            id="a time-out",
        ),
        pytest.param(
            {"takings": (Taking("id", "res.body.number"),)},
            [
                "-      selector: {expression: res.body.id, method: jsonq}",
                "+      selector: {expression: res.body.number, method: jsonq}",
            ],
            id="an action",
        ),
        pytest.param({"tags": ("a",)}, ["+  tags:", "+    - a"], id="the first tag"),
        pytest.param({"docs": "Read me."}, ["+docs: Read me."], id="docs"),
        pytest.param(
            {"auth": Auth(AuthKind.OAUTH2, (("access_token_url", "https://b.test"), ("client_id", "me")))},
            [
                "-    accessTokenUrl: https://a.test/token",
                "+    accessTokenUrl: https://b.test",
                "+      placement: basic_auth_header",
            ],
            id="a field of the authentication",
        ),
    ],
)
def test_a_change_shows_only_its_own_lines(file: Path, changes: dict[str, object], lines: list[str]) -> None:
    file.write_text(THEIRS)
    request = replace(read_request(file), **changes)  # pyright: ignore[reportArgumentType]
    save_request(file, request)
    assert changed_lines(THEIRS, file.read_text()) == lines
    assert read_request(file) == request
    assert hook(file) == ""
    valid(file)


def test_secrets_that_are_typed_out_are_named() -> None:
    values = (("client_id", "me"), ("client_secret", "typed"), ("password", "{{p}}"))
    assert literal_secrets(Auth(AuthKind.OAUTH2, values)) == ("Client secret",)


def test_an_unknown_kind_of_authentication_stays_until_another_is_chosen(file: Path) -> None:
    text = "info:\n  name: A\n  type: http\nhttp:\n  auth:\n    type: ntlm\n    domain: d\n"
    file.write_text(text)
    request = read_request(file)
    assert request.auth == NO_AUTH
    save_request(file, replace(request, url="https://a.test"))
    assert changed_lines(text, file.read_text()) == ["+  url: https://a.test"]
    save_request(file, replace(request, auth=Auth(AuthKind.BEARER, (("token", "t"),))))
    assert "ntlm" not in file.read_text()
    assert "domain" not in file.read_text()


def test_a_multipart_form_names_files_from_the_collection(collection: Path, tmp_path: Path) -> None:
    file = collection / "stripe" / "paid.yml"
    file.parent.mkdir()
    (collection / "fixtures").mkdir()
    inside, outside = collection / "fixtures" / "a.png", tmp_path / "b.png"
    parts = (
        Part("text", "a\r\nb", content_type="text/plain"),
        Part("files", is_file=True, files=(str(inside), str(outside))),
        Part("relative", is_file=True, files=("fixtures/a.png",), enabled=False),
        Part("none", is_file=True),
        Part("empty"),
    )
    save_request(file, SavedRequest(name="A", body=ComposedBody(BodyKind.MULTIPART, parts=parts)))
    http = valid(file)["http"]
    assert isinstance(http, dict)
    assert http["body"] == {
        "type": "multipart-form",
        "data": [
            {"name": "text", "type": "text", "value": "a\r\nb", "contentType": "text/plain"},
            {"name": "files", "type": "file", "value": ["fixtures/a.png", str(outside)]},
            {"name": "relative", "type": "file", "value": ["fixtures/a.png"], "disabled": True},
            {"name": "none", "type": "file", "value": []},
            {"name": "empty", "type": "text", "value": ""},
        ],
    }
    read = read_request(file)
    assert read.body.parts == (*parts[:2], replace(parts[2], files=(str(inside),)), *parts[3:])
    before = file.read_text()
    changed = (*read.body.parts[:4], replace(read.body.parts[4], value="x"))
    save_request(file, replace(read, body=replace(read.body, parts=changed)))
    assert changed_lines(before, file.read_text()) == ["-        value: ''", "+        value: 'x'"]


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", "..\\secret", "link"])
def test_a_part_may_not_climb_out_of_the_collection(collection: Path, tmp_path: Path, file: Path, path: str) -> None:
    (tmp_path / "secret").write_text("secret")
    (collection / "link").symlink_to(tmp_path / "secret")
    body = ComposedBody(BodyKind.MULTIPART, parts=(Part("a", is_file=True, files=(path,)),))
    with pytest.raises(CollectionError, match="outside the collection"):
        save_request(file, SavedRequest(name="A", body=body))
    rows = json.dumps([{"name": "a", "type": "file", "value": [path]}])
    file.write_text(f"info: {{type: http}}\nhttp:\n  body:\n    type: multipart-form\n    data: {rows}\n")
    with pytest.raises(CollectionError, match="outside the collection"):
        read_request(file)


QUERY = "query Q($id: ID!) {\n  item(id: $id) { name }\n}\n"


@pytest.mark.parametrize("query", [QUERY, "", "{a}", "a\r\nb", " \n", "\ta\n\n\n", "a\u2028b\n"])
@pytest.mark.parametrize("variables", ["", '{\n  "id": 1.0\n}'])
def test_graphql_survives(file: Path, query: str, variables: str) -> None:
    body = ComposedBody(BodyKind.GRAPHQL, Body(query.encode()), graphql_variables=variables)
    request = SavedRequest(name="A", method="POST", url="https://a.test/graphql", body=body)
    save_request(file, request)
    valid(file)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_request(file) == request


def test_a_request_becomes_graphql_and_back(file: Path) -> None:
    text = """\
# mine
info:
  name: A
  type: http
  seq: 1
http:  # the call
  method: POST
  url: https://a.test
  headers:
    - name: A
      value: b
      description: kept
  body:
    type: json
    data: "{}"
"""
    file.write_text(text)
    request = read_request(file)
    save_request(file, replace(request, body=ComposedBody(BodyKind.GRAPHQL, Body(QUERY.encode()))))
    valid(file)
    changed = file.read_text()
    assert changed_lines(text, changed) == [
        "-  type: http",
        "+  type: graphql",
        "-http:  # the call",
        "+graphql: # the call",
        "-    type: json",
        '-    data: "{}"',
        "+    query: |",
        *(f"+      {line}" for line in QUERY.splitlines()),
    ]
    save_request(file, request)
    valid(file)
    assert read_request(file) == request
    assert "description: kept" in file.read_text()


def test_a_query_that_is_no_text_is_refused(file: Path) -> None:
    with pytest.raises(CollectionError, match="GraphQL query is not UTF-8"):
        save_request(file, SavedRequest(body=ComposedBody(BodyKind.GRAPHQL, Body(b"\xff"))))
    assert not file.exists()


@pytest.mark.parametrize("secret", ["text:whsec_abc", "whsec_abc", "keyring:", "vault:a"])
def test_a_signing_secret_is_never_written(collection: Path, file: Path, secret: str) -> None:
    request = SavedRequest(name="A", signing=SigningChoice("stripe", secret=secret))
    with pytest.raises(CollectionError, match="its signing secret would stand in a file") as caught:
        save_request(file, request)
    assert "abc" not in f"{caught.value.message} {caught.value.hint}"
    assert not file.exists()
    assert hook(file) == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("signing:\n  secret: whsec_abc\n", r"paid\.hook\.yaml, line 2: “secret” must be env:NAME"),
        ("signing:\n  mode: wrong\n", r"line 2: “mode” must be one of fresh, keep"),
        ("settings:\n  verify: perhaps\n", r"line 2: “verify” must be true or false"),
        ("secret_variables: a\n", r"line 1: “secret_variables” must be a list"),
        ("a: &a [*a]\n", "YAML aliases"),
        ("[" * 100_000, "more than 64 levels"),
        ("- a\n", "must hold keys and values"),
    ],
)
def test_a_hook_file_that_cannot_be_is_a_sentence(file: Path, text: str, sentence: str) -> None:
    save_request(file, SavedRequest(name="A"))
    file.with_name("paid.hook.yaml").write_text(text)
    with pytest.raises(CollectionError, match=sentence) as caught:
        read_request(file)
    assert "whsec" not in caught.value.message


def test_a_hook_file_that_is_a_link_is_not_followed(file: Path, tmp_path: Path) -> None:
    save_request(file, SavedRequest(name="A"))
    (tmp_path / "theirs").write_text("body:\n  literal: true\n")
    file.with_name("paid.hook.yaml").symlink_to(tmp_path / "theirs")
    with pytest.raises(CollectionError, match="is a link"):
        read_request(file)


def test_there_is_no_hook_file_without_need(file: Path) -> None:
    request = SavedRequest(name="A", settings=SendSettings(verify=False))
    save_request(file, request)
    assert hook(file) == "settings:\n  verify: false\n"
    save_request(file, SavedRequest(name="A"))
    assert [path.name for path in file.parent.glob("*.hook.yaml")] == []


def test_what_others_wrote_in_a_hook_file_stays(file: Path) -> None:
    save_request(file, SavedRequest(name="A"))
    text = """\
# theirs
signing:
  provider: stripe  # live
  retries: 3
x-owner: billing
"""
    file.with_name("paid.hook.yaml").write_text(text)
    request = read_request(file)
    assert request.signing == SigningChoice("stripe")
    save_request(file, replace(request, signing=SigningChoice("github")))
    assert changed_lines(text, hook(file)) == ["-  provider: stripe  # live", "+  provider: github  # live"]
    save_request(file, replace(request, signing=SigningChoice()))
    assert changed_lines(text, hook(file)) == ["-  provider: stripe  # live"]


def test_a_comment_in_a_hook_file_outlives_what_it_was_beside(file: Path) -> None:
    save_request(file, SavedRequest(name="A"))
    file.with_name("paid.hook.yaml").write_text("# ask Ann\nbody:\n  literal: true\n")
    save_request(file, replace(read_request(file), body=ComposedBody()))
    assert "# ask Ann" in hook(file)
    save_request(file, replace(read_request(file), settings=SendSettings(verify=False)))
    assert "# ask Ann" in hook(file)
    assert read_request(file).settings.verify is False


def test_a_change_of_the_hook_file_alone_is_a_change(file: Path) -> None:
    seen = save_request(file, SavedRequest(name="A"))
    file.with_name("paid.hook.yaml").write_text("body:\n  literal: true\n")
    assert fingerprint(file) != seen


def test_our_keys_are_never_in_the_file_of_opencollection(file: Path) -> None:
    save_request(file, FULL)
    for word in ("signing", "stripe", "verify", "proxy", "literal:", "secret_variables", "keyring"):
        assert word not in file.read_text("utf-8")
