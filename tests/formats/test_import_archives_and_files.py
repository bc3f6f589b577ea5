"""HAR 1.2, `.http` files of both editors, Hoppscotch, curl commands, and how all are told apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.formats.interchange.detection import detect
from workbench.formats.interchange.imported import Imported
from workbench.formats.interchange.importing import import_bytes, import_folder
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import BodyKind, Field, Part
from workbench.model.errors import FormatError
from workbench.model.message import Body
from workbench.model.variables import Environment, Variable


def sentences(imported: Imported) -> str:
    return "\n".join(f"{loss.where}: {loss.what}" for loss in imported.losses)


def har(**request: Any) -> Imported:
    entry = {"request": {"method": "POST", "url": "https://x.example/a", **request}, "response": {"status": 200}}
    return import_bytes(json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode())


def test_archive_is_what_was_sent() -> None:
    imported = har(
        url="https://x.example/a?q=1",
        headers=[
            {"name": ":authority", "value": "x"},
            {"name": "Host", "value": "x.example"},
            {"name": "X", "value": "1"},
        ],
        cookies=[{"name": "c", "value": "2"}],
        queryString=[{"name": "q", "value": "1"}, {"name": "more", "value": "a b"}],
        postData={"mimeType": "application/json", "text": '{"n":1.0, "t":"{{x}}"}'},
    )
    request = imported.tree.requests[0]
    assert request.url == "https://x.example/a?q=1&more=a%20b"
    assert request.headers == (Field("X", "1"), Field("Cookie", "c=2"), Field("Content-Type", "application/json"))
    assert request.body.content.content == b'{"n":1.0, "t":"{{x}}"}'
    assert request.body.literal
    assert "Answers are not carried over: 1" in sentences(imported)


def test_archive_with_parts_and_with_bytes() -> None:
    params = [{"name": "a", "value": "1"}, {"name": "f", "fileName": "x.png", "contentType": "image/png"}]
    parts = har(postData={"mimeType": "multipart/form-data", "params": params}).tree.requests[0].body.parts
    assert parts == (Part("a", "1"), Part("f", is_file=True, content_type="image/png"))
    body = (
        har(postData={"mimeType": "application/octet-stream", "text": "AP8=", "encoding": "base64"})
        .tree.requests[0]
        .body
    )
    assert (body.kind, body.content.content) == (BodyKind.BYTES, b"\x00\xff")


HTTP = """@host = https://x.example
### Log in
# What it is for.
# @name login
// @no-redirect
POST {{host}}/login?a=1
    &b=2 HTTP/1.1
Authorization: Basic me secret
Content-Type: application/json

{"id": "{{$guid}}",
 "n": {{$randomInt 1 10}}}

> {%
client.test("ok", function() {
  client.assert(response.status === 200, "no");
});
client.global.set("token", response.body.token);
%}

###
< {% request.variables.set("x", 1) %}
GET {{host}}/me
X-Token: {{login.response.body.$.token}}

### Upload
POST {{host}}/up
Content-Type: multipart/form-data; boundary=B

--B
Content-Disposition: form-data; name="text"

value
--B
Content-Disposition: form-data; name="file"; filename="a.png"
Content-Type: image/png

< ./a.png
--B--

###
POST {{host}}/exact

< ./body.json
###
WEBSOCKET ws://x
"""


def test_http_file_of_both_editors() -> None:
    files = {
        "body.json": b'{"exact": 1.0}\r\n',
        "http-client.env.json": b'{"dev": {"host": "http://dev", "Security": {"Auth": {}}}}',
        "http-client.private.env.json": b'{"dev": {"key": "s3cret"}}',
    }
    imported = import_bytes(HTTP.encode(), "shop.http", read=files.get)
    tree = imported.tree
    login, me, upload, exact = tree.requests
    assert tree.defaults.variables == (Variable("host", "https://x.example"),)
    assert tree.environments == (
        Environment("dev", (Variable("host", "http://dev"), Variable("key", "s3cret", secret=True))),
    )
    assert (login.name, login.url) == ("login", "{{host}}/login?a=1&b=2")
    assert login.docs == "What it is for."
    assert login.auth == Auth(AuthKind.BASIC, (("username", "me"), ("password", "secret")))
    assert login.headers == (Field("Content-Type", "application/json"),)
    assert login.body.content.content == b'{"id": "{{$guid}}",\n "n": {{$randomInt 1 9}}}'
    assert login.settings.follow_redirects is False
    assert login.assertions == (Assertion("status", "eq", "200"),)
    assert login.takings == (Taking("token", "$.token"),)
    assert me.headers == (Field("X-Token", '{{$response "login" "$.token"}}'),)
    assert upload.body.parts == (
        Part("text", "value"),
        Part("file", is_file=True, files=("a.png",), content_type="image/png"),
    )
    assert exact.body.content.content == b'{"exact": 1.0}\r\n'
    for part in ("WEBSOCKET", "request.variables.set", "Security"):
        assert part in sentences(imported)


def test_hoppscotch_variables_stand_in_our_braces() -> None:
    request = {
        "v": "7",
        "name": "R",
        "method": "GET",
        "endpoint": "<<base>>/x",
        "params": [{"key": "a", "value": "<<v>>", "active": True}, {"key": "b", "value": "", "active": False}],
        "headers": [],
        "auth": {"authType": "api-key", "authActive": True, "key": "k", "value": "<<t>>", "addTo": "QUERY_PARAMS"},
        "body": {"contentType": None, "body": None},
    }
    made = import_bytes(
        json.dumps({"v": 3, "name": "C", "folders": [], "requests": [request]}).encode()
    ).tree.requests[0]
    assert made.url == "{{base}}/x?a={{v}}"
    assert made.auth == Auth(AuthKind.API_KEY, (("key", "k"), ("value", "{{t}}"), ("placement", "query")))


def test_text_of_commands_becomes_requests() -> None:
    tree = import_bytes(b"curl https://x.example/a -H 'A: b'\ncurl -d x=1 https://x.example/b\n", "calls.sh").tree
    assert [(request.method, request.url) for request in tree.requests] == [
        ("GET", "https://x.example/a"),
        ("POST", "https://x.example/b"),
    ]


def test_commands_of_somebody_else_read_no_file_of_this_machine(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("private")
    text = f"curl --data-binary @{key} https://x.example/a\ncurl -F k=@{key} -F a=b https://x.example/b\n"
    imported = import_bytes(text.encode(), "calls.sh")
    whole, form = (request.body for request in imported.tree.requests)
    assert whole.content == Body()
    assert [(part.name, part.enabled) for part in form.parts] == [("k", False), ("a", True)]
    assert sum(str(key) in loss.what for loss in imported.losses) >= 2


@pytest.mark.parametrize(
    ("raw", "name", "expected"),
    [
        (b'{"info": {"name": "x"}, "item": []}', "", "postman"),
        (b'{"name": "e", "values": [{"key": "a", "value": "b"}]}', "", "postman"),
        (b'{"_type": "export", "__export_format": 4, "resources": []}', "", "insomnia"),
        (b"type: collection.insomnia.rest/5.0\ncollection: []\n", "", "insomnia"),
        (b"{type: collection.insomnia.rest/5.0, collection: []}", "", "insomnia"),
        (b'opencollection: "1.0.0"\n', "", "opencollection"),
        (b"info: {name: x, type: http}\nhttp: {url: x}\n", "", "opencollection"),
        (b"\xef\xbb\xbfopenapi: 3.1.0\n", "", "openapi"),
        (b'{"swagger": "2.0"}', "", "openapi"),
        (b'{"log": {"entries": []}}', "", "har"),
        (b"meta {\n  name: x\n}\n", "", "bruno"),
        (b"# note\n\nGET https://x.example\n", "", "http"),
        (b"$ curl -v x\n", "", "curl"),
        (b"http POST x.example a=b\n", "", "curl"),
        (b'fetch("https://x.example", {method: "PUT"})', "", "curl"),
    ],
)
def test_format_is_told_by_content(raw: bytes, name: str, expected: str) -> None:
    assert detect(raw, name) == expected


@pytest.mark.parametrize(
    "raw", [b"", b" \n", b"<html></html>", b"\x89PNG\r\n\x1a\n\0", b"hello: world\n", b"[1, 2]", b"just words"]
)
def test_what_cannot_be_told_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        import_bytes(raw)


def test_folder_of_exports_becomes_one_collection() -> None:
    files = {
        "a.postman_collection.json": b'{"info": {"name": "A"}, "item": [{"name": "r", "request": "http://x"}]}',
        "live.postman_environment.json": b'{"name": "Live", "values": [{"key": "k", "value": "v"}]}',
        "package.json": b'{"name": "not one"}',
    }
    imported = import_folder(files, "exports")
    assert [folder.name for folder in imported.tree.folders] == ["A"]
    assert imported.tree.environments == (Environment("Live", (Variable("k", "v"),)),)
    assert "package.json: The file is left out" in sentences(imported)
