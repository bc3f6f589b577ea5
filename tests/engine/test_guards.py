"""Guards, from the socket: where senders are, what bodies are, how often one may guess, what strangers are told."""

import asyncio
import json
import os
import time
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from engine.conftest import Served, body_of, header_of, request, status_of, write_endpoint

from workbench.engine.body_schema import BodySchema
from workbench.engine.sender_address import UnknownSender, find_sender, networks
from workbench.engine.time_limit import time_limit
from workbench.model.errors import UsageError
from workbench.model.message import Body, Headers
from workbench.storage.paths import Paths

Serve = Callable[..., AbstractAsyncContextManager[Served]]

JSON = "Content-Type: application/json"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_TOKEN", "tok-123")


# Where a sender is

STRIPE, OTHER = "3.18.12.63", "203.0.113.9"


async def test_networks_of_the_provider(served: Serve) -> None:
    text = "path: /stripe\nprovider: stripe\nguards: {allow: [provider], trusted_proxies: [127.0.0.1]}"
    async with served(stripe=text) as listener:
        sent = request("POST", "/stripe", f"X-Forwarded-For: {STRIPE}")
        assert status_of(await listener.exchange(sent)) == 200
        answer = await listener.exchange(request("POST", "/stripe", f"X-Forwarded-For: {OTHER}"))
        assert status_of(answer) == 403
        reason = listener.get(2).answer_reason
        assert OTHER in reason
        assert "X-Forwarded-For of 127.0.0.1" in reason
        assert b"127.0.0.1" not in body_of(answer)
        assert status_of(await listener.exchange(request("POST", "/stripe"))) == 403


async def test_nobody_is_believed_unless_the_user_says_so(served: Serve) -> None:
    async with served(stripe="path: /stripe\nprovider: stripe\nguards: {allow: [provider]}") as listener:
        sent = request("POST", "/stripe", f"X-Forwarded-For: {STRIPE}", f"Forwarded: for={STRIPE}")
        assert status_of(await listener.exchange(sent)) == 403
        assert listener.get(1).answer_reason.startswith("127.0.0.1 ")


async def test_provider_without_a_list_lets_nobody_in_and_says_why(served: Serve) -> None:
    async with served(hub="path: /hub\nprovider: github\nguards: {allow: [provider]}") as listener:
        said = listener.serving.configuration.rules.problems
        assert any("GitHub has no list of the addresses" in sentence for sentence in said)
        assert status_of(await listener.exchange(request("POST", "/hub"))) == 503
        write_endpoint(listener.paths, "hub", "path: /hub\nguards: {allow: [provider]}")
        await listener.serving.configuration.reload()
        assert any("needs a provider" in each for each in listener.serving.configuration.rules.problems)


TRUSTED = networks(("10.0.0.0/8", "127.0.0.1", "::1"))
FROM_PROXIES: dict[str, tuple[list[tuple[str, str]], str]] = {
    "nothing said": ([], "127.0.0.1"),
    "one": ([("X-Forwarded-For", OTHER)], OTHER),
    "forged to the left": ([("X-Forwarded-For", f"{STRIPE}, {OTHER}")], OTHER),
    "two proxies": ([("X-Forwarded-For", f"{STRIPE}, {OTHER}, 10.1.1.1")], OTHER),
    "only proxies": ([("X-Forwarded-For", "10.2.2.2, 10.1.1.1")], "10.2.2.2"),
    "two headers": ([("X-Forwarded-For", STRIPE), ("x-forwarded-for", OTHER)], OTHER),
    "port": ([("X-Forwarded-For", f"{OTHER}:5001")], OTHER),
    "IPv6": ([("X-Forwarded-For", "2001:db8::7")], "2001:db8::7"),
    "IPv6 with a port": ([("X-Forwarded-For", "[2001:db8::7]:99")], "2001:db8::7"),
    "IPv4 as IPv6": ([("X-Forwarded-For", f"::ffff:{OTHER}")], OTHER),
    "Forwarded": ([("Forwarded", f"for={STRIPE}, for={OTHER};proto=https")], OTHER),
    "Forwarded, quoted": ([("Forwarded", 'proto=https; For="[2001:db8::7]:4711"')], "2001:db8::7"),
    "both agree": ([("Forwarded", f"for={OTHER}"), ("X-Forwarded-For", OTHER)], OTHER),
}


@pytest.mark.parametrize("name", FROM_PROXIES)
def test_sender_is_the_right_most_that_is_no_proxy(name: str) -> None:
    headers, wanted = FROM_PROXIES[name]
    assert str(find_sender("127.0.0.1", Headers(tuple(headers)), TRUSTED).address) == wanted


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Forwarded-For", "unknown")],
        [("X-Forwarded-For", f"{STRIPE}, ")],
        [("Forwarded", "for=_hidden")],
        [("Forwarded", "proto=https")],
        [("X-Forwarded-For", OTHER), ("Forwarded", f"for={STRIPE}")],
    ],
)
def test_word_of_a_proxy_that_is_no_address_lets_nobody_pass(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(UnknownSender):
        find_sender("127.0.0.1", Headers(tuple(headers)), TRUSTED)


def test_stranger_is_not_believed_whatever_he_says() -> None:
    found = find_sender(OTHER, Headers((("X-Forwarded-For", STRIPE),)), TRUSTED)
    assert (str(found.address), found.by) == (OTHER, "")


# How often


async def test_guessing_a_token_is_limited_too(served: Serve) -> None:
    text = "path: /hook\nguards: {bearer: env:GUARD_TOKEN, rate: {requests: 3, per: 3600}}"
    async with served(guarded=text) as listener:
        guesses = [request("POST", "/hook", f"Authorization: Bearer guess-{number}") for number in range(5)]
        answers = [status_of(await listener.exchange(guess)) for guess in guesses]
        assert answers == [401, 401, 401, 429, 429]


# What strangers are told


async def test_refusals_tell_strangers_no_inner_names(served: Serve, paths: Paths) -> None:
    texts = {
        "signed": "path: /signed\nprovider: github\nsecrets: [env:GUARD_TOKEN]\nguards: {signature: true}",
        "schema": "path: /schema\nguards: {schema: schemas/none.json}",
        "template": "path: /template\nanswer: {template: '{{ json.customer.name }}'}",
    }
    async with served(**texts) as listener:
        wrong = ("X-GitHub-Event: push", "X-Hub-Signature-256: sha256=" + "0" * 64)
        signed = await listener.exchange(request("POST", "/signed", JSON, *wrong, body=b"{}"))
        schema = await listener.exchange(request("POST", "/schema", JSON, body=b"{}"))
        template = await listener.exchange(request("POST", "/template", JSON, body=b'{"a":1}'))
        assert [status_of(each) for each in (signed, schema, template)] == [401, 503, 500]
        for word in (b"GUARD_TOKEN", b"none.json", b"customer", str(paths.workspace).encode()):
            assert word not in signed + schema + template
        reasons = [listener.get(number).answer_reason for number in (1, 2, 3)]
        assert "GUARD_TOKEN" in reasons[0]
        assert "none.json" in reasons[1]
        assert "customer" in reasons[2]


# What bodies are

SCHEMA = {"items": {"type": "string"}}


def write_schema(workspace: Path, schema: object, name: str = "s.json") -> None:
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / name).write_text(json.dumps(schema))


def test_large_body_is_refused_and_many_faults_are_few_words(tmp_path: Path) -> None:
    write_schema(tmp_path, SCHEMA)
    schema = BodySchema.read(tmp_path, "s.json")
    tracemalloc.start()
    try:
        large = schema.fault_of(Body(b"[" + b"0," * 12_000_000 + b"0]"))
        many = schema.fault_of(Body(b"[" + b"0," * 400_000 + b"0]"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert large is not None
    assert large[0] == 413
    assert many is not None
    assert "$[0]: 0 is not of type 'string' (and at least 20 more)." in many[1]
    assert peak < 64 * 1024 * 1024


def test_body_that_takes_long_to_check_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.engine.body_schema.TIME_LIMIT_S", 0.3)
    write_schema(tmp_path, {"uniqueItems": True})
    body = Body(json.dumps([[{"n": number}] for number in range(60_000)]).encode())
    began = time.thread_time()
    fault = BodySchema.read(tmp_path, "s.json").fault_of(body)
    assert time.thread_time() - began < 3
    assert fault is not None
    assert "takes longer" in fault[1]


class Finalized:
    """Takes its time when it is thrown away."""

    def __del__(self) -> None:
        while time.thread_time() < WORKED_S:
            _nothing()


def _nothing() -> None: ...


WORKED_S = 0.0
"""How long this thread works before the finalizer is done."""


def test_time_limit_is_not_lost_in_a_finalizer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is raised in a finalizer goes nowhere, and Python traces no more after it."""
    monkeypatch.setattr(f"{__name__}.WORKED_S", time.thread_time() + 0.1)
    code = "def step(): pass\nFinalized()\nfor _ in range(10**6): step()"
    with pytest.raises(TimeoutError), time_limit(0.05, TimeoutError, files=("<limited>",)):
        exec(compile(code, "<limited>", "exec"), {"Finalized": Finalized})


def test_time_limit_is_not_lost_in_a_generator_that_is_thrown_away() -> None:
    """What `all` does not read to the end is called once more, by a finalizer."""
    code = compile("def step(): all(x for x in (0, 1))\nfor _ in range(10**5): step()", "<limited>", "exec")
    for _ in range(40):
        with pytest.raises(TimeoutError), time_limit(0.002, TimeoutError, files=("<limited>",)):
            exec(code, {})


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "other.json"}, "refers to 'other.json'"),
        ({"properties": {"a": {"$ref": "https://example.com/a.json"}}}, "refers to 'https://example.com/a.json'"),
        ({"items": {"$ref": "#/$defs/none"}}, "refers to"),
        ({"type": "nothing"}, "is wrong at"),
    ],
)
def test_schema_that_cannot_be_used_is_said_when_it_is_read(tmp_path: Path, schema: object, why: str) -> None:
    write_schema(tmp_path, schema)
    with pytest.raises(UsageError, match=why):
        BodySchema.read(tmp_path, "s.json")


def test_schema_that_refers_to_itself_is_fine(tmp_path: Path) -> None:
    inner = {"$id": "https://example.com/inner", "$anchor": "here", "type": "integer"}
    refers = {"a": {"$ref": "#/$defs/x"}, "b": {"$ref": "https://example.com/inner"}, "c": {"$ref": "#"}}
    write_schema(tmp_path, {"$id": "https://example.com/s", "$defs": {"x": inner}, "properties": refers})
    schema = BodySchema.read(tmp_path, "s.json")
    assert schema.fault_of(Body(b'{"a": 1, "b": 2, "c": {"a": 3}}')) is None
    fault = schema.fault_of(Body(b'{"c": {"b": "x"}}'))
    assert fault is not None
    assert fault[1].startswith("$.c.b: ")


@pytest.mark.parametrize("name", ["/dev/zero", "../outside.json", "pipe", "link.json", "folder", "/etc/hostname"])
def test_schema_is_a_file_of_the_workspace(tmp_path: Path, name: str) -> None:
    workspace = tmp_path / "workspace"
    (workspace / "folder").mkdir(parents=True)
    (tmp_path / "outside.json").write_text("{}")
    os.mkfifo(workspace / "pipe")
    (workspace / "link.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(UsageError, match=r"workspace|no file"):
        BodySchema.read(workspace, name)


async def test_schema_that_refers_elsewhere_is_said_at_once(served: Serve, paths: Paths) -> None:
    write_schema(paths.workspace, {"$ref": "other.json"})
    async with served(guarded="path: /hook\nguards: {schema: s.json}") as listener:
        assert any("other.json" in each for each in listener.serving.configuration.rules.problems)


async def test_slow_check_holds_nobody_else(served: Serve, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.engine.body_schema.TIME_LIMIT_S", 0.8)
    write_schema(paths.workspace, {"uniqueItems": True})
    body = json.dumps([[{"n": number}] for number in range(60_000)]).encode()
    async with served(guarded="path: /hook\nguards: {schema: s.json}") as listener:
        slow = asyncio.ensure_future(listener.exchange(request("POST", "/hook", JSON, body=body)))
        for _ in range(5):
            assert status_of(await listener.exchange(request("POST", "/other"))) == 200
        assert not slow.done()
        answer = await slow
        assert status_of(answer) == 422
        assert header_of(answer, "Content-Length")
