"""Generated programs are run: what arrives must be what the composer sends, and its signature must verify."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_listener import Arrived, RawListener
from snippet_programs import SLOW, can_run, run

from workbench.engine.composing import compose
from workbench.engine.request_programs import credentials_recipe
from workbench.engine.snippet_recipes import secret_variable, signing_recipe
from workbench.engine.workbench import open_workbench
from workbench.formats.snippets.generation import TARGETS, generate, target_named
from workbench.formats.snippets.plan import Target
from workbench.formats.snippets.snippet import Snippet
from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.masking import masked_request, secret_ranges
from workbench.model.message import Body, Head, Headers, Request
from workbench.model.signature import Secret, Verdict
from workbench.providers.checking import example, key_pair
from workbench.providers.context import PLAIN
from workbench.providers.subject import Subject
from workbench.providers.verification import verify
from workbench.storage.packs import Packs, load_packs
from workbench.storage.paths import Paths

RUNNABLE = [target for target in TARGETS if can_run(target)]

BODIES = {
    "json": b'{"it\'s": "$HOME `id` \\\\ #{x} $x %s", "n": 1.0}\n',
    "unicode": '{"é": "\u2028😀\ufeff", "tab": "\t"}\r\n\r\n'.encode(),
    "nul": b"a\0b\0",
    "bytes": bytes(range(256)) * 3,
    "script": b"</script><?php ?> \\u000a */ // END\nEND\n'''\"\"\"",
    "empty": b"",
    "large": b"0123456789\n" * 8000,
}
TYPED = (
    Field("X-Quotes", 'it\'s "$HOME" `id` \\ #{x} {{y}} %s'),
    Field("x-lower-Case", "1"),
    Field("X-Empty", ""),
    Field("Accept", "text/plain"),
    Field("User-Agent", "tests/1"),
    Field("Content-Type", "application/octet-stream"),
)
FRAMING = {"host", "content-length", "connection"}


@pytest.fixture
def listener() -> Iterator[RawListener]:
    listener = RawListener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    home = tmp_path_factory.mktemp("packs")
    return load_packs(Paths(home, home))


def written(snippet: Snippet, folder: Path, number: int, body: Body) -> Path:
    place = folder / str(number)
    place.mkdir()
    if snippet.body_file:
        (folder / snippet.body_file).write_bytes(body.read())
    file = place / snippet.file_name
    file.write_text(snippet.text, encoding="utf-8")
    return file


def differences(sent: Request, arrived: Arrived, target: Target) -> list[str]:
    """Return in words what differs beyond what the target says it changes."""
    found = [] if arrived.body == sent.body.content else [f"body {arrived.body[:80]!r}"]
    if arrived.start_line != sent.head.start_line:
        found.append(arrived.start_line)
    wanted = [pair for pair in sent.headers if pair[0].lower() not in FRAMING]
    got = [pair for pair in arrived.headers if pair[0].lower() not in FRAMING]
    if not target.keeps_case:
        wanted, got = ([(name.lower(), value) for name, value in pairs] for pairs in (wanted, got))
    extra = [pair for pair in got if pair not in wanted]
    allowed = {name.lower() for name in target.adds}
    found += [f"extra {pair}" for pair in extra if pair[0].lower() not in allowed]
    got = [pair for pair in got if pair in wanted]
    if got != wanted and (target.keeps_order or sorted(got) != sorted(wanted)):
        found.append(f"headers {got} instead of {wanted}")
    return found


@pytest.mark.parametrize("name", RUNNABLE)
def test_what_arrives_is_what_the_composer_sends(name: str, listener: RawListener, tmp_path: Path) -> None:
    target = target_named(name)
    bodies = {key: BODIES[key] for key in ("unicode", "bytes")} if name in SLOW else BODIES
    sent: list[Request] = []
    files: list[Path] = []
    for number, content in enumerate(bodies.values()):
        saved = SavedRequest(
            method="POST",
            url=f"{listener.url}/{number}?a=%20b&c=d",
            headers=TYPED,
            body=ComposedBody(BodyKind.BYTES, Body(content)),
        )
        where, request = compose(saved)
        snippet = generate(name, request, where.url)
        files.append(written(snippet, tmp_path, number, request.body))
        sent.append(request)
    run(name, files, {})
    arrived = listener.arrived
    assert [differences(request, arrived[number], target) for number, request in enumerate(sent)] == [[]] * len(sent)


@pytest.mark.parametrize("name", [name for name in RUNNABLE if name not in SLOW])
def test_other_methods_and_few_headers(name: str, listener: RawListener, tmp_path: Path) -> None:
    target = target_named(name)
    sent: list[Request] = []
    files: list[Path] = []
    off = tuple(Field(each, "", enabled=False) for each in ("User-Agent", "Accept"))
    for number, method in enumerate(("GET", "DELETE", "PATCH", "OPTIONS")):
        body = ComposedBody(BodyKind.JSON, Body(b"{}")) if method == "PATCH" else ComposedBody()
        where, request = compose(SavedRequest(method=method, url=f"{listener.url}/{number}", headers=off, body=body))
        files.append(written(generate(name, request, where.url), tmp_path, number, request.body))
        sent.append(request)
    run(name, files, {})
    arrived = listener.arrived
    assert [differences(request, arrived[number], target) for number, request in enumerate(sent)] == [[]] * len(sent)


SCHEMES = [
    "stripe/v1", "svix/v1", "slack/v0", "github/sha256", "github/sha1", "shopify/webhooks", "paystack/sha512",
    "linear/sha256", "mailgun/json", "azure-event-grid/query-secret", "ms-graph/client-state", "postmark/basic",
    "cloudevents/bearer", "hubspot/v3", "hubspot/v2", "twitch/sha256", "sanity/v1", "adyen/banking",
    "docusign/sha256", "trello/sha1", "mailchimp-transactional/sha1", "gitea/form", "pagerduty/v1",
]  # fmt: skip


@pytest.mark.parametrize("name", RUNNABLE)
def test_signature_made_by_the_program_verifies(
    name: str, listener: RawListener, tmp_path: Path, packs: Packs
) -> None:
    schemes = SCHEMES[:2] if name in SLOW else SCHEMES
    files: list[Path] = []
    environment: dict[str, str] = {}
    for number, said in enumerate(schemes):
        provider = packs.require(said.split("/")[0])
        scheme = provider.scheme(said.split("/")[1])
        assert scheme is not None
        made = example(scheme)
        headers = [(key, value) for key, value in made.headers if key != "Host"]
        start = f"POST /{number}?key=value HTTP/1.1"
        head = Head.build(start, Headers((("Host", listener.url[7:]), *headers)))
        request = Request(head, made.body)
        variable = secret_variable(provider)
        recipe = signing_recipe(provider, scheme, request, f"{listener.url}{request.target}")
        assert recipe.problem == ""
        snippet = generate(name, request, listener.url, recipe)
        assert key_pair(scheme)[0] not in snippet.text
        file = written(snippet, tmp_path, number, request.body)
        environment[variable] = key_pair(scheme)[0]
        files.append(file)
    for provider in {said.split("/")[0] for said in schemes}:
        assert f"{provider.upper().replace('-', '_')}_WEBHOOK_SECRET" in environment
    run(name, files, environment)
    arrived = listener.arrived
    verdicts = {}
    for number, said in enumerate(schemes):
        provider = packs.require(said.split("/")[0])
        scheme = provider.scheme(said.split("/")[1])
        assert scheme is not None
        one = arrived[number]
        subject = Subject.of_head(Head(one.head), one.body, f"{listener.url}{one.start_line.split(' ')[1]}")
        secrets = [Secret("key", key_pair(scheme)[1])]
        found = verify(provider, subject, secrets, time.time_ns() // 1000, PLAIN)
        verdicts[said] = (found.verdict, found.scheme)
    wrong = {said: found for said, found in verdicts.items() if found != (Verdict.VALID, said.split("/")[1])}
    assert wrong == {}, wrong


@pytest.mark.parametrize("name", [name for name in RUNNABLE if name not in SLOW])
def test_request_without_a_body_is_signed(name: str, listener: RawListener, tmp_path: Path, packs: Packs) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    files: list[Path] = []
    ids = ("stripe", "github", "svix", "hubspot")
    for number, id in enumerate(ids):
        provider = packs.require(id)
        where, request = compose(SavedRequest(method=("GET", "POST")[number % 2], url=f"{listener.url}/{number}"))
        recipe = signing_recipe(provider, provider.schemes[0], request, f"{listener.url}{request.target}")
        snippet = generate(name, request, where.url, recipe)
        files.append(written(snippet, tmp_path, number, request.body))
    run(name, files, {secret_variable(packs.require(id)): secret for id in ids})
    for id, one in zip(ids, listener.arrived, strict=True):
        url = f"{listener.url}{one.start_line.split(' ')[1]}"
        subject = Subject.of_head(Head(one.head), one.body, url)
        now_us = time.time_ns() // 1000
        found = verify(packs.require(id), subject, [Secret("key", secret)], now_us, PLAIN)
        assert (id, found.verdict) == (id, Verdict.VALID)


@pytest.mark.parametrize("name", [name for name in RUNNABLE if name not in SLOW])
def test_signed_fields_and_files_in_other_alphabets(
    name: str, listener: RawListener, tmp_path: Path, packs: Packs
) -> None:
    provider = packs.require("mailchimp-transactional")
    content = "a=été&b=日本%20&c=".encode() + b"x" * 40_000
    file = tmp_path / "été 日本.bin"
    file.write_bytes(content)
    sent = [Body(content[:30]), Body.of_file(str(file))]
    files: list[Path] = []
    for number, body in enumerate(sent):
        saved = SavedRequest(
            method="POST", url=f"{listener.url}/{number}?q=é", body=ComposedBody(BodyKind.FORM, body)
        )
        where, request = compose(saved)
        recipe = signing_recipe(provider, provider.schemes[0], request, f"{listener.url}{request.target}")
        snippet = generate(name, request, where.url, recipe)
        place = tmp_path / str(number)
        place.mkdir()
        files.append(place / snippet.file_name)
        files[-1].write_text(snippet.text, encoding="utf-8")
    run(name, files, {secret_variable(provider): "s3crét"})
    for one, body in zip(listener.arrived, sent, strict=True):
        assert one.body == body.read()
        subject = Subject.of_head(Head(one.head), one.body, f"{listener.url}{one.start_line.split(' ')[1]}")
        found = verify(provider, subject, [Secret("key", "s3crét")], time.time_ns() // 1000, PLAIN)
        assert found.verdict is Verdict.VALID


CREDENTIALS = (
    (Auth(AuthKind.BASIC, (("username", "me"), ("password", "YOUR_PASSWORD"))), "BASIC_AUTH", "me:pä s$`\"'"),
    (Auth(AuthKind.BEARER, (("token", "typed"),)), "BEARER_TOKEN", "t0k$en`"),
    (Auth(AuthKind.API_KEY, (("key", "X-Key"), ("value", "typed"))), "API_KEY", "k3y'\""),
)


@pytest.mark.parametrize("name", RUNNABLE)
async def test_credentials_come_from_the_environment(
    name: str, listener: RawListener, tmp_path: Path, paths: Paths
) -> None:
    files: list[Path] = []
    async with open_workbench(paths) as workbench:
        for number, (auth, variable, _) in enumerate(CREDENTIALS):
            saved = SavedRequest(url=f"{listener.url}/{number}", auth=auth)
            prepared = await workbench.deliveries.prepare(saved)
            typed = [] if auth.kind is AuthKind.BASIC else ["typed"]
            shown = masked_request(prepared.request, secret_ranges(prepared.request, typed))
            recipe = credentials_recipe(prepared, shown)
            assert recipe is not None
            assert recipe.variable == variable
            snippet = generate(name, shown, prepared.target.url, recipe)
            assert "***" not in snippet.text
            files.append(written(snippet, tmp_path, number, shown.body))
    await asyncio.to_thread(run, name, files, {variable: value for _, variable, value in CREDENTIALS})
    sent = [{key.lower(): value for key, value in each.headers} for each in listener.arrived]
    assert base64.b64decode(sent[0]["authorization"].removeprefix("Basic ")).decode() == CREDENTIALS[0][2]
    assert sent[1]["authorization"] == "Bearer t0k$en`"
    assert sent[2]["x-key"] == "k3y'\""


def test_secret_is_no_argument_of_a_program(packs: Packs) -> None:
    request = Request(Head.build("POST / HTTP/1.1", Headers((("Host", "h"), ("Content-Length", "2")))), Body(b"{}"))
    provider = packs.require("github")
    recipe = signing_recipe(provider, provider.schemes[0], request, "http://h/")
    for name in ("curl", "httpie"):
        text = generate(name, request, "http://h", recipe).text
        assert "openssl" not in text
        assert "$ENV{GITHUB_WEBHOOK_SECRET}" in text


@pytest.mark.parametrize("name", TARGETS)
def test_what_cannot_be_signed_is_said(name: str, packs: Packs) -> None:
    request = Request(Head.build("POST /x HTTP/1.1", Headers((("Host", "h"), ("Content-Length", "2")))), Body(b"{}"))
    for id in ("google-pubsub", "discord", "twilio"):
        provider = packs.require(id)
        recipe = signing_recipe(provider, provider.schemes[0], request, "http://h/x")
        snippet = generate(name, request, "http://h", recipe)
        assert any(provider.name in note for note in snippet.notes)
        assert recipe.problem.split(":")[0] in snippet.text
        assert "WEBHOOK_SECRET" not in snippet.text


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in ("curl", "httpie")])
def test_address_cannot_leave_its_comment(name: str) -> None:
    target = '/?>\\u000a*/\'"""\n#{`id`}$(id)'.replace("\n", "%0a")
    request = Request(Head.build(f"POST {target} HTTP/1.1", Headers((("Host", "h"),))), Body(b"{}"))
    snippet = generate(name, request, "http://h")
    comment = next(line for line in snippet.text.splitlines() if "POST http://h" in line)
    assert "?>" not in comment
    assert "\\" not in comment


def test_large_body_is_left_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "it's a body.bin"
    file.write_bytes(b"x")
    request = Request(Head.build("POST / HTTP/1.1", Headers((("Host", "h"),))), Body.of_file(str(file)))
    for name in TARGETS:
        snippet = generate(name, request, "http://h")
        assert snippet.body_file == str(file)
        assert any(str(file) in note for note in snippet.notes)


def test_notes_say_what_a_client_changes() -> None:
    headers = (("Host", "h"), ("x-a", "1"), ("x-a", "2"), ("Connection", "close"), ("Transfer-Encoding", "chunked"))
    request = Request(Head.build("GET /a|b HTTP/1.1", Headers(headers)), Body(b"{}"))
    said = {name: " ".join(generate(name, request, "http://h").notes) for name in TARGETS}
    assert "repeated header x-a" in said["python-requests"]
    assert "refuses a body with GET" in said["node-fetch"]
    assert "order of its own" in said["go"]
    assert "own case" in said["ruby"]
    assert "path and query anew" in said["java"]
    assert all("not in chunks" in text for text in said.values())
    assert "repeated" not in said["curl"]
    assert json.dumps(said)


UNUSUAL = ["/{0}?q={{a}}|\"b\"&c=[d]'e'\\f", "/{0}/../x//y?", "/{0}/%7e%2f?%zz=^`<>"]
ODD = (
    ("X-Twice", "1"),
    ("X-Twice", "2"),
    ("X-Utf", "café"),
    ("X-Spaces", "a  b"),
    ("Host", "other.example:81"),
    ("Accept-Encoding", "br"),
)


@pytest.mark.parametrize("name", [name for name in RUNNABLE if name not in SLOW])
def test_unusual_targets_and_headers_arrive_or_are_noted(name: str, listener: RawListener, tmp_path: Path) -> None:
    target = target_named(name)
    sent: list[Request] = []
    snippets: list[Snippet] = []
    for number, path in enumerate(UNUSUAL):
        saved = SavedRequest(
            method="PUT",
            url=f"{listener.url}{path.format(number)}",
            headers=tuple(Field(*pair) for pair in ODD),
            body=ComposedBody(BodyKind.JSON, Body(b"{}")),
        )
        where, request = compose(saved)
        sent.append(request)
        snippets.append(generate(name, request, where.url))
    files = [written(snippet, tmp_path, number, sent[number].body) for number, snippet in enumerate(snippets)]
    run(name, files, {})
    arrived = listener.arrived
    for number, request in enumerate(sent):
        found = differences(request, arrived[number], target)
        if not target.keeps_target:
            assert any("path and query anew" in note for note in snippets[number].notes)
            found = [each for each in found if not each.endswith("HTTP/1.1")]
        if not target.keeps_repeats:
            assert any("values joined" in note for note in snippets[number].notes)
            assert ("x-twice", "1, 2") in [(key.lower(), value) for key, value in arrived[number].headers]
            found = [each for each in found if "twice" not in each.lower()]
        assert found == []
        if "host" in target.drops:
            assert any("does not let a program set Host" in note for note in snippets[number].notes)
            continue
        assert ("host", "other.example:81") in [(key.lower(), value) for key, value in arrived[number].headers]


def test_curl_is_a_plain_command_that_can_be_pasted() -> None:
    head = Head.build("POST /a HTTP/1.1", Headers((("Host", "x.test"), ("Accept-Encoding", "gzip"))))
    text = generate("curl", Request(head, Body(b'{"a": 1}')), "http://x.test", None).text
    assert text.startswith("curl --globoff")
    assert "set -" not in text
    assert "--compressed" in text
    assert """--data-raw '{"a": 1}'""" in text
