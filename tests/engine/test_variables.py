"""What `{{…}}` stands for: scopes, values that are made, quoting, everything missing at once."""

import hashlib
import hmac
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from workbench.engine.dynamic_values import DYNAMIC_VALUES, Question, Sources
from workbench.engine.variables import preview, resolve, resolve_text
from workbench.model.authentication import Auth, AuthKind
from workbench.model.checks import Assertion
from workbench.model.collection import BodyKind, ComposedBody, Field, Part, SavedRequest
from workbench.model.delivery import Attempt, Timings
from workbench.model.errors import UsageError
from workbench.model.message import Body, Head, Request, Response
from workbench.model.send_settings import SendSettings
from workbench.model.template import MissingVariables
from workbench.model.variables import Scope, ScopeKind, Scopes

NOW_US = 1_795_608_000_123_456  # 2026-11-25T12:00:00.123456Z


class FixedClock:
    def now_us(self) -> int:
        return NOW_US


def sources(**options: object) -> Sources:
    return replace(Sources(FixedClock(), Random(7)), **options)  # type: ignore[arg-type]


def scopes(**values: str) -> Scopes:
    return Scopes((Scope(ScopeKind.ENVIRONMENT, "local", values),))


async def made(text: str, **values: str) -> str:
    return await resolve_text(text, scopes(**values), sources())


async def test_nearest_scope_wins() -> None:
    found = Scopes(
        (
            Scope(ScopeKind.GLOBAL, "", {"a": "global", "b": "global", "c": "global"}),
            Scope(ScopeKind.COLLECTION, "Billing", {"b": "collection", "c": "collection"}),
            Scope(ScopeKind.ENVIRONMENT, "local", {"c": "environment"}),
        )
    )
    assert await resolve_text("{{a}} {{b}} {{c}}", found, sources()) == "global collection environment"
    assert await resolve_text("{{c}}", found.with_local({"c": "local"}), sources()) == "local"


async def test_every_field_is_filled_in() -> None:
    saved = SavedRequest(
        method="{{verb}}",
        url="{{host}}/users/:id?q={{q}}",
        headers=(Field("X-{{name}}", "v={{q}}"), Field("X-Off", "{{nobody}}", enabled=False)),
        path_params=(Field("id", "{{id}}"),),
        body=ComposedBody(
            BodyKind.MULTIPART,
            parts=(
                Part("{{name}}", "{{q}}"),
                Part("file", is_file=True, files=("{{folder}}/a.bin",), content_type="{{type}}"),
            ),
        ),
        auth=Auth(AuthKind.BEARER, (("token", "{{token}}"),)),
        settings=SendSettings(proxy="{{proxy}}", timeout_s=2.0),
        assertions=(Assertion("$.id", "eq", "{{id}}"),),
    )
    values = {
        "verb": "PUT",
        "host": "http://a.test",
        "q": "x&y",
        "name": "N",
        "id": "7",
        "folder": "/f",
        "type": "image/png",
        "token": "t",
        "proxy": "http://p:1",
    }
    request = (await resolve(saved, scopes(**values), sources())).request
    assert (request.method, request.url) == ("PUT", "http://a.test/users/:id?q=x&y")
    assert request.headers == (Field("X-N", "v=x&y"), Field("X-Off", "{{nobody}}", enabled=False))
    assert request.path_params == (Field("id", "7"),)
    assert request.body.parts == (
        Part("N", "x&y"),
        Part("file", is_file=True, files=("/f/a.bin",), content_type="image/png"),
    )
    assert request.auth.get("token") == "t"
    assert request.settings == SendSettings(proxy="http://p:1", timeout_s=2.0)
    assert request.assertions[0].value == "7"


@pytest.mark.parametrize(
    ("kind", "text", "sent"),
    [
        (BodyKind.JSON, '{"n": {{n}}, "t": "{{t | json}}"}', '{"n": 1.0, "t": "a\\"b&c\\n"}'),
        (BodyKind.FORM, "n={{n}}&t={{t}}", "n=1.0&t=a%22b%26c%0A"),
        (BodyKind.TEXT, "{{t}}", 'a"b&c\n'),
        (BodyKind.XML, "<t>{{t | xml}}</t>", "<t>a&quot;b&amp;c\n</t>"),
        (BodyKind.BYTES, "{{t}}", "{{t}}"),
    ],
)
async def test_body_kinds_quote_as_they_need(kind: BodyKind, text: str, sent: str) -> None:
    saved = SavedRequest(body=ComposedBody(kind, Body(text.encode())))
    resolved = await resolve(saved, scopes(n="1.0", t='a"b&c\n'), sources())
    assert resolved.request.body.content.read().decode() == sent


async def test_literal_body_and_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    literal = ComposedBody(BodyKind.JSON, Body(b'{"a": "{{name}}"}'), literal=True)
    assert (await resolve(SavedRequest(body=literal), scopes(), sources())).request.body is literal
    raw = b"\xff\xfe{{a}}\x00\r\n\xc3"
    mixed = ComposedBody(BodyKind.TEXT, Body(raw))
    resolved = await resolve(SavedRequest(body=mixed), scopes(a="é"), sources())
    assert resolved.request.body.content.read() == raw.replace(b"{{a}}", b"\xc3\xa9")
    large = tmp_path / "large"
    large.write_bytes(b"x" * 3_000_000)
    filed = ComposedBody(BodyKind.TEXT, Body.of_file(str(large)))
    assert (await resolve(SavedRequest(body=filed), scopes(), sources())).request.body.content is filed.content


async def test_braces_that_are_no_placeholder_are_text() -> None:
    text = '{{ {"a": 1} }} {{#each x}} {{}} {{a b}} {{{a}}}'
    assert await made(text, a="1") == '{{ {"a": 1} }} {{#each x}} {{}} {{a b}} {1}'


async def test_all_missing_names_at_once() -> None:
    saved = SavedRequest(
        url="http://{{host}}/{{$nothing}}",
        headers=(Field("A", "{{deep}} {{token}}"),),
        body=ComposedBody(BodyKind.JSON, Body(b"{{host}} {{x | hmac sha256 key}}")),
    )
    with pytest.raises(MissingVariables) as caught:
        await resolve(saved, scopes(deep="{{deeper}}"), sources())
    assert caught.value.names == ("host", "$nothing", "deeper", "token", "x", "key")


async def test_circle_is_named() -> None:
    with pytest.raises(UsageError, match="b → c → b"):
        await made("{{a}}", a="{{b}}", b="{{c}}", c="{{b}}")


async def test_values_that_grow_without_bound_are_refused() -> None:
    values = {f"v{n}": f"{{{{v{n + 1}}}}}" * 10 for n in range(20)} | {"v20": "x"}
    started = time.monotonic()
    with pytest.raises(UsageError, match="without bound"):
        await made("{{v0}}", **values)
    (shown,) = preview("{{v0}}", scopes(**values))
    assert shown.value is not None
    assert len(shown.value) < 20_000
    assert time.monotonic() - started < 5


async def test_values_are_not_read_again() -> None:
    assert await made("{{a | base64decode}}", a="e3tifX0=") == "{{b}}"


async def test_variable_and_label_are_made_once_in_a_sending() -> None:
    text = "{{order}} {{order}} {{$uuid:x}} {{$uuid:x}} {{$uuid}}"
    one, two, three, four, five = (await made(text, order="{{$uuid}}")).split()
    assert one == two != three == four != five
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", u) for u in (one, five)
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{$timestamp}}", "1795608000"),
        ("{{$timestamp -5m}}", "1795607700"),
        ("{{$timestampMs}}", "1795608000123"),
        ("{{$isoTimestamp}}", "2026-11-25T12:00:00.123Z"),
        ("{{$isoTimestamp +1d}}", "2026-11-26T12:00:00.123Z"),
        ("{{$date}}", "2026-11-25"),
        ("{{$date %d.%m.%Y -1w}}", "18.11.2026"),
        ("{{$date rfc1123}}", "Wed, 25 Nov 2026 12:00:00 GMT"),
        ("{{$date rfc3339}}", "2026-11-25T12:00:00.123456Z"),
        ("{{a | base64}} {{a | base64url}} {{a | hex}}", "Pz8/Pg== Pz8_Pg 3f3f3f3e"),
        ("{{a | url}}", "%3F%3F%3F%3E"),
        ("{{b | upper | trim}}", "ÄB"),
    ],
)
async def test_values_made(text: str, value: str) -> None:
    assert await made(text, a="???>", b=" äb ") == value


async def test_hash_and_hmac_are_what_python_says() -> None:
    text = "{{body | hash}} {{body | hash md5 base64}} {{body | hmac sha256 key}} {{body | hmac sha1 key base64url}}"
    first, _, third, _ = (await made(text, body="payload", key="k")).split()
    assert first == hashlib.sha256(b"payload").hexdigest()
    assert third == hmac.new(b"k", b"payload", "sha256").hexdigest()


async def test_files_and_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("é\n")
    (tmp_path / "b.bin").write_bytes(b"\xff\x00")
    own = sources(folder=tmp_path, environment={"CI_TOKEN": "t"})
    assert await resolve_text("{{$file a.txt}}{{$env CI_TOKEN}}", scopes(), own) == "é\nt"
    assert await resolve_text("{{$file b.bin | base64}}", scopes(), own) == "/wA="
    with pytest.raises(UsageError, match="not UTF-8"):
        await resolve_text("{{$file b.bin}}", scopes(), own)
    with pytest.raises(UsageError, match=r"c\.txt cannot be read"):
        await resolve_text("{{$file c.txt}}", scopes(), own)
    with pytest.raises(UsageError, match="no variable NOBODY"):
        await resolve_text("{{$env NOBODY}}", scopes(), own)


async def test_a_person_is_asked_once_and_only_if_nothing_is_missing() -> None:
    asked: list[Question] = []

    async def ask(question: Question) -> str | None:
        asked.append(question)
        return "hunter2hunter2"

    own = sources(ask=ask)
    with pytest.raises(MissingVariables):
        await resolve_text("{{$prompt Password secret}} {{missing}}", scopes(), own)
    assert asked == []
    saved = SavedRequest(
        url="{{$prompt Password secret}}", headers=(Field("A", "{{$prompt Password secret | base64}}"),)
    )
    resolved = await resolve(saved, scopes(), own)
    assert asked == [Question("Password", secret=True)]
    assert resolved.secrets == {"hunter2hunter2", "aHVudGVyMmh1bnRlcjI="}
    assert "hunter2" not in repr(resolved.used)
    with pytest.raises(UsageError, match="nobody to ask"):
        await resolve_text("{{$prompt Password}}", scopes(), sources())


async def test_secret_words() -> None:
    own = sources(environment={"TOKEN": "t-o-k-e-n"})
    saved = SavedRequest(url="{{$env TOKEN secret}}", method="{{$env TOKEN}}")
    assert (await resolve(saved, scopes(), own)).secrets == {"t-o-k-e-n"}
    assert (await resolve(replace(saved, url=""), scopes(), own)).secrets == frozenset()
    with pytest.raises(UsageError, match="nothing else"):
        await resolve_text("{{$env TOKEN twice}}", scopes(), own)


async def test_an_earlier_answer() -> None:
    answer = Response(Head(b"HTTP/1.1 200 OK\r\nETag: x\r\n\r\n"), Body(b'{"token": "abc", "n": 1.50}'))

    async def answer_of(name: str) -> Attempt | None:
        return Attempt(Request(Head(b"")), 0, Timings(), answer) if name == "Log in" else None

    own = sources(answer_of=answer_of)
    text = '{{$response "Log in" $.token}} {{$response "Log in" $.n}} {{$response "Log in" header.etag}}'
    assert await resolve_text(text, scopes(), own) == "abc 1.50 x"
    with pytest.raises(UsageError, match="'Other' has no answer yet"):
        await resolve_text("{{$response Other}}", scopes(), own)
    with pytest.raises(UsageError, match=r"has no \$\.nothing"):
        await resolve_text('{{$response "Log in" $.nothing}}', scopes(), own)


async def test_secrets_are_told_also_as_filters_and_forms_made_them() -> None:
    found = Scopes((Scope(ScopeKind.ENVIRONMENT, "x", {"k": "s&cret", "k2": "Bearer {{k}}"}, frozenset({"k"})),))
    saved = SavedRequest(
        headers=(Field("A", "{{k2}}"), Field("B", "{{k | base64}}"), Field("C", "{{k | hmac sha256 k}}")),
        body=ComposedBody(BodyKind.FORM, Body(b"a={{k}}")),
    )
    resolved = await resolve(saved, found, sources())
    assert resolved.secrets == {"s&cret", "s%26cret", "Bearer s&cret", "cyZjcmV0"}
    assert {known.name: known.secret for known in resolved.used} == {"k": True, "k2": True}


@pytest.mark.parametrize("entry", [e for e in DYNAMIC_VALUES if e.group == "Made up"], ids=lambda entry: entry.name)
async def test_every_made_up_value_is_made(entry) -> None:
    text = f"{{{{{entry.name}}}}}"
    first = await made(text)
    assert first
    assert "{{" not in first
    assert first == await made(text), "the same seed gives the same value"


def test_postmans_list_is_whole() -> None:
    names = {entry.name for entry in DYNAMIC_VALUES}
    assert len([name for name in names if name.startswith("$random")]) >= 110
    assert {"$guid", "$timestamp", "$isoTimestamp", "$randomUUID", "$randomProductName", "$randomLoremLines"} <= names
    assert all(entry.makes and entry.example for entry in DYNAMIC_VALUES)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{{$randomInt 6 1}}", "no number in it"),
        ("{{$randomInt x 1}}", "not a whole number"),
        ("{{$randomString 99999999}}", "not made"),
        ("{{$timestamp 5}}", "not a difference of time"),
        ("{{$date %Y +999999999w}}", "too far"),
        ("{{a | translate}}", "no filter 'translate'"),
        ("{{a | hash sha3000}}", "no algorithm"),
        ("{{a | base64decode}}", "not base64"),
    ],
)
async def test_what_cannot_be_made_is_said(text: str, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        await made(text, a="?!")


def test_preview_makes_and_asks_nothing() -> None:
    found = Scopes(
        (
            Scope(
                ScopeKind.ENVIRONMENT, "local", {"host": "http://{{name}}:1", "name": "a", "k": "v"}, frozenset({"k"})
            ),
        )
    )
    text = "{{host}} {{nobody}} {{$uuid}} {{k | base64}} {{$nope}} {{$file /x}}"
    shown = preview(text, found)
    assert [(text[each.start : each.end], each.value, each.secret) for each in shown[:2]] == [
        ("{{host}}", "http://a:1", False),
        ("{{nobody}}", None, False),
    ]
    assert shown[0].source == "environment local"
    assert (shown[3].value, shown[3].secret) == ("dg==", True)
    assert "dg==" not in repr(shown[3])
    assert shown[4].value is None
    assert shown[5].value == "text"


async def test_json_numbers_stay_as_typed() -> None:
    body = b'{"a": 1.0, "b": 12345678901234567890.10, "c": {{n}}}'
    resolved = await resolve(SavedRequest(body=ComposedBody(BodyKind.JSON, Body(body))), scopes(n="1e2"), sources())
    sent = resolved.request.body.content.read()
    assert sent == b'{"a": 1.0, "b": 12345678901234567890.10, "c": 1e2}'
    assert json.loads(sent)["c"] == 100
