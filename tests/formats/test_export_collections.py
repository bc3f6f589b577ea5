"""Collections for other programs: read back by our readers, checked against the words of their formats."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.formats.interchange.exported import HmacRecipe, Options
from workbench.formats.interchange.exporting import FORMATS, export
from workbench.formats.interchange.importing import import_bytes
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion, Taking
from workbench.model.collection import (
    BodyKind,
    CollectionTree,
    ComposedBody,
    Defaults,
    Field,
    Part,
    SavedRequest,
)
from workbench.model.errors import UsageError
from workbench.model.message import Body
from workbench.model.signature import SigningChoice, SignMode
from workbench.model.variables import Environment, Variable

SECRET = "do-not-show-me"
GITHUB = HmacRecipe("GitHub", "X-Hub-Signature-256", "sha256={signature}", ("{body}",))
STRIPE = HmacRecipe(
    "Stripe",
    "Stripe-Signature",
    "t={timestamp},v1={signature}",
    ("{timestamp}", ".", "{body}"),
    timestamp_unit="seconds",
)


def text(kind: BodyKind, content: str) -> ComposedBody:
    return ComposedBody(kind, Body(content.encode()))


JSON = '{"n": 1.0, "big": 12345678901234567890, "t": "é\\n\u2028{{x}}"}\n'
TREE = CollectionTree(
    "Shop",
    folders=(
        CollectionTree(
            "Orders",
            requests=(
                SavedRequest(
                    "Pay",
                    "POST",
                    "https://{{host}}:8443/pay/:id?a=1&b#top",
                    headers=(Field("X", "1"), Field("Off", "2", enabled=False), Field("X", "3")),
                    disabled_params=(Field("c", "4", enabled=False),),
                    body=text(BodyKind.JSON, JSON),
                    path_params=(Field("id", "7"),),
                    assertions=(Assertion("status", "eq", "200"),),
                    takings=(Taking("id", "$.order.id", "environment"),),
                    docs="# Title\n\nText: with colons\n",
                ),
                SavedRequest("Form", "POST", "http://x", body=text(BodyKind.FORM, "a+b=%C3%A9&c={{x}}")),
                SavedRequest(
                    "Parts",
                    "POST",
                    "http://x",
                    body=ComposedBody(
                        BodyKind.MULTIPART,
                        parts=(
                            Part("t", "v"),
                            Part("f", is_file=True, files=("a.png",)),
                            Part("off", "1", enabled=False),
                        ),
                    ),
                ),
                SavedRequest(
                    "Query",
                    "POST",
                    "http://x",
                    body=ComposedBody(BodyKind.GRAPHQL, Body(b"{ a }"), graphql_variables='{"n": 1.0}'),
                    auth=Auth(AuthKind.NONE),
                ),
            ),
            defaults=Defaults(auth=Auth(AuthKind.BASIC, (("username", "me"), ("password", SECRET)))),
        ),
    ),
    requests=(SavedRequest("no", "GET", "http://x", auth=Auth(AuthKind.BEARER, (("token", "{{token}}"),))),),
    defaults=Defaults(variables=(Variable("base", "on"), Variable("key", SECRET, secret=True))),
    environments=(Environment("Live", (Variable("host", "1e3"), Variable("token", SECRET, secret=True))),),
)


def plain(tree: CollectionTree) -> list[tuple[object, ...]]:
    """What a request means, without what formats write out: default fields of authentication, implied types."""
    found: list[tuple[object, ...]] = []
    for folder in tree.folders:
        found += plain(folder)
    for request in tree.requests:
        headers = tuple(row for row in request.headers if row.name != "Content-Type")
        body = request.body
        found.append(
            (
                request.name, request.method, request.url, headers, request.disabled_params, request.path_params,
                body.kind, body.content.content, body.parts, body.graphql_variables, request.auth.kind,
                request.auth.get("username"), request.auth.get("token"), request.docs,
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("format_name", ["postman", "opencollection", "insomnia"])
def test_what_goes_out_comes_in_again(format_name: str) -> None:
    exported = export(TREE, format_name, Options(with_secrets=True))
    again = import_bytes(exported.content).tree
    assert plain(again) == plain(TREE)
    assert again.folders[0].name == "Orders"
    assert Variable("base", "on") in again.defaults.variables


@pytest.mark.parametrize("format_name", FORMATS)
def test_secrets_stay_behind(format_name: str) -> None:
    exported = export(TREE, format_name, Options())
    assert SECRET.encode() not in exported.content
    assert any("ecret" in loss.what for loss in exported.losses) or format_name == "har"


def test_literal_secrets_go_out_where_they_are_asked_for_and_secret_variables_never() -> None:
    content = export(TREE, "postman", Options(with_secrets=True)).content
    assert content.count(SECRET.encode()) == 1


def test_literal_authorization_header_goes_out_without_its_value() -> None:
    request = SavedRequest("a", "GET", "http://x", headers=(Field("Authorization", f"Bearer {SECRET}"),))
    exported = export(CollectionTree("x", requests=(request,)), "har", Options())
    assert b'"Bearer "' in exported.content
    assert "the header Authorization" in exported.losses[0].what


def signed(recipe: HmacRecipe | None, format_name: str) -> str:
    choice = SigningChoice(provider="github", secret=f"text:{SECRET}")
    request = SavedRequest("a", "POST", "http://x", body=text(BodyKind.JSON, "{}"), signing=choice)
    options = Options(recipe_of=lambda _: recipe)
    return export(CollectionTree("x", requests=(request,)), format_name, options).content.decode()


def test_postman_signs_in_a_script() -> None:
    item = json.loads(signed(STRIPE, "postman"))["item"][0]
    script = "\n".join(item["event"][0]["script"]["exec"])
    assert item["event"][0]["listen"] == "prerequest"
    assert 'CryptoJS.HmacSHA256(timestamp + "." + body, secret).toString(CryptoJS.enc.Hex)' in script
    assert '{ key: "Stripe-Signature", value: "t=" + timestamp + ",v1=" + signature }' in script
    assert SECRET not in script


def test_http_file_signs_with_crypto_hmac() -> None:
    content = signed(GITHUB, "http")
    assert "crypto.hmac.sha256().withTextSecret(secret)" in content
    assert "X-Hub-Signature-256: {{signing_value}}" in content


@pytest.mark.parametrize("mode", [SignMode.FRESH, SignMode.TAMPERED])
def test_signing_that_no_script_can_do_is_said(mode: SignMode) -> None:
    request = SavedRequest("a", "POST", "http://x", signing=SigningChoice("aws-sns", mode=mode))
    exported = export(CollectionTree("x", requests=(request,)), "postman", Options())
    assert "aws-sns is left out" in exported.losses[0].what


def test_curl_script_sends_what_was_composed(tmp_path: Path) -> None:
    """A curl of our own writes down its arguments."""
    tree = replace(TREE, folders=(replace(TREE.folders[0], requests=TREE.folders[0].requests[:1]),), requests=())
    script = tmp_path / "calls.sh"
    script.write_bytes(export(tree, "curl", Options(with_secrets=True)).content)
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    fake.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "host": "h.example", "x": "it's $(id)"}
    done = subprocess.run(["bash", str(script)], capture_output=True, env=environment, check=True)
    words = done.stdout.decode().split("\0")
    assert JSON.replace("{{x}}", "it's $(id)") in words
    assert "https://h.example:8443/pay/7?a=1&b#top" in words
    assert [word for word in words if word.startswith("X:")] == ["X: 1", "X: 3"]
    assert "me:do-not-show-me" in words


def test_archive_and_http_file_are_read_again() -> None:
    for format_name in ("har", "http"):
        again = import_bytes(export(TREE, format_name, Options(with_secrets=True)).content, f"x.{format_name}").tree
        assert [request.method for request in again.requests] == ["POST", "POST", "POST", "POST", "GET"]
        assert b'"big": 12345678901234567890' in again.requests[0].body.content.content


def test_same_tree_is_the_same_file() -> None:
    for format_name in FORMATS:
        assert export(TREE, format_name, Options()).content == export(TREE, format_name, Options()).content


def test_environment_is_chosen_by_name() -> None:
    exported = json.loads(export(TREE, "postman-environment", Options(environment="Live")).content)
    assert exported["values"] == [
        {"key": "host", "value": "1e3", "enabled": True, "type": "default"},
        {"key": "token", "value": "", "enabled": True, "type": "secret"},
    ]
    with pytest.raises(UsageError, match="no environment 'Test'"):
        export(TREE, "postman-environment", Options(environment="Test"))


def test_lines_of_a_http_file_cannot_be_broken_into_more() -> None:
    request = SavedRequest("a\n### b", "GET", "http://x/\nX: 1", headers=(Field("A", "1\nPOST http://evil.example"),))
    tree = CollectionTree("t\nGET http://evil.example", requests=(request,))
    again = import_bytes(export(tree, "http", Options()).content, "x.http").tree
    assert [each.method for each in again.requests] == ["GET"]
    assert "evil" not in again.requests[0].url


def test_literal_heads_stay_literal_or_are_reported() -> None:
    request = SavedRequest("a", url="http://x/{{$uuid}}", headers=(Field("X", "{{name}}"),), literal=True)
    tree = CollectionTree("x", requests=(request,))
    exported = export(tree, "curl", Options())
    assert b"'http://x/{{$uuid}}'" in exported.content
    assert b"'X: {{name}}'" in exported.content
    for name in ("postman", "insomnia", "http", "opencollection"):
        assert any("sent as it stands" in loss.what for loss in export(tree, name, Options()).losses), name
