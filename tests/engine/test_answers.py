"""What endpoints answer, seen from a raw socket: templates, programs that rehearse failure, guards, and changes."""

import asyncio
import base64
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from engine.conftest import Served, body_of, header_of, request, status_of, write_endpoint

Serve = Callable[..., AbstractAsyncContextManager[Served]]

HOOK = request("POST", "/hook", "Content-Type: application/json", body=b'{"id":"evt_1","items":[{"n":1}]}')


async def statuses(listener: Served, count: int, raw: bytes = HOOK) -> list[int]:
    return [status_of(await listener.exchange(raw)) for _ in range(count)]


async def test_answer_of_the_file(served: Serve) -> None:
    text = (
        "path: /hook\n"
        "answer: {status: 201, content_type: application/xml, body: '<ok/>',"
        " headers: {X-One: [a, b], X-Two: caf\u00e9}}"
    )
    async with served(xml=text) as listener:
        answer = await listener.exchange(HOOK)
        assert answer.startswith(b"HTTP/1.1 201 Created\r\n")
        assert body_of(answer) == b"<ok/>"
        assert header_of(answer, "Content-Type") == "application/xml"
        assert answer.count(b"\r\nX-One: ") == 2
        assert "X-Two: café".encode() in answer
        assert listener.get(1).answer.head.raw + listener.get(1).answer.body.content == answer
        assert listener.get(1).endpoint == "xml"


TEMPLATE = (
    '{"id": "{{ json.id }}", "n": {{ json["items"][0].n }}, "path": "{{ path }}", "who": "{{ query.who }}",'
    ' "agent": "{{ headers["user-agent"] }}", "count": {{ count }}, "uuid": "{{ uuid }}"}'
)


async def test_template_has_values_of_the_request_and_is_the_same_twice(served: Serve) -> None:
    raw = HOOK.replace(b"/hook ", b"/hook?who=me ").replace(b"Host:", b"User-Agent: tests\r\nHost:")
    answers: list[bytes] = []
    for _ in range(2):
        async with served(
            made=f"path: /hook\nanswer:\n  content_type: application/json\n  template: '{TEMPLATE}'"
        ) as one:
            answers.append(body_of(await one.exchange(raw)))
    assert answers[0] == answers[1]
    got = json.loads(answers[0])
    assert got | {"uuid": ""} == {
        "id": "evt_1",
        "n": 1,
        "path": "/hook",
        "who": "me",
        "agent": "tests",
        "count": 1,
        "uuid": "",
    }


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ('{{ headers["X-None"] }}', "X-None"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "longer than"),
        ("{{ ''.__class__ }}", "cannot be filled in"),
        ("{{ 'a' * 1000000000 }}", "multiplied"),
        ("{{ json.id + json.items }}", "numbers and texts"),
        ("{% set long = body + body + body + body %}{% for a in range(90000) %}{{ long }}{% endfor %}", "1,048,576"),
    ],
)
async def test_template_that_fails_is_an_answer_with_a_reason(served: Serve, template: str, why: str) -> None:
    async with served(bad=f"path: /hook\nanswer:\n  template: |\n    {template}") as listener:
        assert status_of(await listener.exchange(HOOK)) == 500
        assert why in listener.get(1).answer_reason
        assert listener.get(1).guard == "template"


async def test_fail_3_then_200(served: Serve) -> None:
    for _ in range(2):
        async with served(shaky="path: /hook\nprogram: fail 3 then 200") as listener:
            assert await statuses(listener, 6) == [500, 500, 500, 200, 200, 200]
            last = listener.serving.ledger.last_number
            reasons = [listener.get(last + number).answer_reason for number in (1, 3, 4)]
            assert reasons[0] == "Program, request 1: step 1, 1 of 3."
            assert reasons[1] == "Program, request 3: step 1, 3 of 3."
            assert reasons[2] == "Program, request 4: step 2, from here on."


async def test_5_percent_with_a_seed_hits_the_same_requests_twice(served: Serve) -> None:
    runs: list[list[int]] = []
    for _ in range(2):
        async with served(chance="path: /hook\nprogram: 5 % 500 seed 42") as listener:
            runs.append(await statuses(listener, 200))
    assert runs[0] == runs[1]
    assert 2 <= runs[0].count(500) <= 20
    assert set(runs[0]) == {200, 500}


async def test_429_with_retry_after_then_200(served: Serve) -> None:
    async with served(busy="path: /hook\nprogram: 429 Retry-After 2 then 200") as listener:
        first = await listener.exchange(HOOK)
        assert (status_of(first), header_of(first, "Retry-After")) == (429, "2")
        assert await statuses(listener, 2) == [200, 200]


async def test_steps_by_condition(served: Serve) -> None:
    text = """
path: /hook
program:
  steps:
    - {status: 410, when: {body: {id: "evt_2*"}}}
    - {status: 503, times: 1, when: {headers: {X-Try: "*"}}}
"""
    async with served(cond=text) as listener:
        other = request("POST", "/hook", "Content-Type: application/json", body=b'{"id":"evt_20"}')
        tried = request("POST", "/hook", "X-Try: 1", "Content-Type: application/json", body=b"{}")
        assert await statuses(listener, 2, other) == [410, 410]
        assert await statuses(listener, 2, tried) == [503, 200]
        assert await statuses(listener, 1) == [200]


CUT = b"This answer is cut off in the middle, as when a proxy gives up.\n"


async def test_ways_to_fail_look_the_same_twice(served: Serve) -> None:
    seen: list[list[bytes]] = []
    for _ in range(2):
        run: list[bytes] = []
        for phrase in ("close", "reset", "truncated", "wrong-length"):
            async with served(way=f"path: /hook\nprogram: {phrase}") as listener:
                came = await listener.everything(HOOK)
                run.append(came.replace(header_of(came, "Date").encode(), b"DATE") if b"Date" in came else came)
                capture = listener.get(listener.serving.ledger.last_number + 1)
                assert phrase in capture.answer_reason
        seen.append(run)
    assert seen[0] == seen[1]
    closed, reset, truncated, wrong = seen[0]
    assert closed == b""
    assert reset == b"<reset>"
    assert header_of(truncated, "Content-Length") == str(len(CUT))
    assert body_of(truncated) == CUT[: len(CUT) // 2]
    assert header_of(wrong, "Content-Length") == str(len(CUT) - 1)
    assert body_of(wrong) == CUT


async def test_drip_comes_in_pieces_and_whole(served: Serve) -> None:
    async with served(slow="path: /hook\nprogram: drip 0.4") as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(HOOK)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(header_of(head, "Content-Length") or "0")
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < length:
            pieces.append(await reader.read(65536))
        assert b"".join(pieces) == b"This answer comes a byte at a time.\n"
        assert len(pieces) > 10
        writer.write(HOOK)  # The connection is kept.
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_hang_lasts_until_the_sender_gives_up_and_holds_nobody(served: Serve) -> None:
    async with served(never="path: /hook\nprogram: hang") as listener:
        hanging = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(20)]
        for _, writer in hanging:
            writer.write(HOOK)
        await listener.until(lambda: len(_numbers(listener)) == 20)
        assert status_of(await listener.exchange(request("POST", "/other"))) == 200
        for _, writer in hanging[:10]:
            writer.close()
    for reader, writer in hanging[10:]:  # Stopping ends the others, without an answer.
        assert await reader.read() == b""
        writer.close()


def _numbers(listener: Served) -> list[int]:
    from workbench.model.query import CaptureQuery
    from workbench.storage.captures import CaptureReader

    reader = CaptureReader(listener.paths.captures, listener.paths.spool)
    try:
        return list(reader.numbers(CaptureQuery()))
    finally:
        reader.close()


async def test_delay(served: Serve) -> None:
    async with served(late="path: /hook\nanswer: {status: 202, delay: 0.2}") as listener:
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert status_of(await listener.exchange(HOOK)) == 202
        assert loop.time() - began >= 0.2
        assert "after 0.2 s" in listener.get(1).answer_reason


GUARDED = {
    "method": ("methods: [POST]", request("PUT", "/hook"), 405, "method"),
    "content type": ("content_types: [application/json]", request("POST", "/hook", body=b"a=1"), 415, "content-type"),
    "size": ("body_limit: 10", HOOK, 413, "body-limit"),
    "not allowed": ("allow: [192.0.2.0/24, '2001:db8::/32']", HOOK, 403, "address"),
    "denied": ("deny: [127.0.0.0/8]", HOOK, 403, "address"),
    "denied as IPv4 in IPv6": ("deny: ['::ffff:127.0.0.1']", HOOK, 403, "address"),
    "no password": ("basic: env:GUARD_BASIC", HOOK, 401, "basic"),
    "no token": ("bearer: env:GUARD_TOKEN", HOOK, 401, "bearer"),
    "no key": ("header: {name: X-Api-Key, ref: env:GUARD_TOKEN}", HOOK, 401, "header"),
    "unsigned": ("signature: true", HOOK, 401, "signature"),
}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_BASIC", "ann:se:cret")
    monkeypatch.setenv("GUARD_TOKEN", "tok-123")


@pytest.mark.parametrize("name", GUARDED)
async def test_guard_refuses_and_keeps(served: Serve, name: str) -> None:
    guard, raw, status, word = GUARDED[name]
    async with served(guarded=f"path: /hook\nguards:\n  {guard}") as listener:
        answer = await listener.exchange(raw)
        assert status_of(answer) == status
        capture = listener.get(1)
        assert capture.guard == word
        assert capture.answer_reason
        assert b"".join(capture.request.wire_chunks()) == raw
        assert status_of(await listener.exchange(request("POST", "/elsewhere"))) == 200


PASSED = {
    "method": ("methods: [post]", ()),
    "content type": ("content_types: [application/json]", ()),
    "allowed": ("allow: [127.0.0.1]", ()),
    "allowed as IPv6": ("allow: ['::ffff:127.0.0.0/104']", ()),
    "basic": ("basic: env:GUARD_BASIC", ("Authorization: Basic " + base64.b64encode(b"ann:se:cret").decode(),)),
    "bearer": ("bearer: env:GUARD_TOKEN", ("Authorization: bearer tok-123",)),
    "header": ("header: {name: X-Api-Key, ref: env:GUARD_TOKEN}", ("x-api-key: tok-123",)),
}


@pytest.mark.parametrize("name", PASSED)
async def test_guard_lets_the_right_ones_pass(served: Serve, name: str) -> None:
    guard, headers = PASSED[name]
    raw = request("POST", "/hook", "Content-Type: application/json; charset=utf-8", *headers, body=b"{}")
    async with served(guarded=f"path: /hook\nguards:\n  {guard}") as listener:
        assert status_of(await listener.exchange(raw)) == 200
        assert listener.get(1).guard == ""


async def test_rate_says_when_to_come_again(served: Serve) -> None:
    async with served(few="path: /hook\nguards: {rate: {requests: 3, per: 60}}") as listener:
        assert await statuses(listener, 3) == [200, 200, 200]
        refused = await listener.exchange(HOOK)
        assert status_of(refused) == 429
        assert 1 <= int(header_of(refused, "Retry-After") or "0") <= 60
        assert listener.get(4).guard == "rate"


async def test_schema_names_the_failing_path(served: Serve) -> None:
    async with served(strict="path: /hook\nguards: {schema: schemas/hook.json}") as listener:
        assert status_of(await listener.exchange(HOOK)) == 503  # No schema, nobody passes.
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["id"],
            "properties": {"items": {"prefixItems": [{"properties": {"n": {"type": "string"}}}]}},
        }
        path = listener.paths.workspace / "schemas" / "hook.json"
        path.parent.mkdir()
        path.write_text(json.dumps(schema))
        await listener.serving.configuration.reload()
        answer = await listener.exchange(HOOK)
        assert status_of(answer) == 422
        assert b"$.items[0].n" in body_of(answer)
        assert "$.items[0].n" in listener.get(2).answer_reason
        ok = request("POST", "/hook", body=b'{"id":1}')
        assert status_of(await listener.exchange(ok)) == 200
        assert status_of(await listener.exchange(request("POST", "/hook", body=b"no"))) == 400


async def test_change_is_taken_up_and_a_broken_file_keeps_the_last_good(served: Serve) -> None:
    async with served(hook="path: /hook\nanswer: 201") as listener:
        said: list[str] = []
        listener.serving.configuration.problems.subscribe(said.extend)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)

        async def until(status: int) -> None:
            async with asyncio.timeout(10):
                while True:
                    writer.write(HOOK)
                    answer = await reader.readuntil(b"\r\n\r\n")
                    if status_of(answer) == status:
                        return

        await until(201)
        write_endpoint(listener.paths, "hook", "path: /hook\nanswer: 202")
        await until(202)
        write_endpoint(listener.paths, "hook", "path: /hook\nanser: 203")
        await listener.until(lambda: any("hook.yml" in sentence for sentence in said))
        assert any("anser" in sentence and "last good version" in sentence for sentence in said)
        await until(202)
        write_endpoint(listener.paths, "hook", "path: /hook\nanswer: {template: '{% if %}'}")
        await listener.until(lambda: any("template" in sentence for sentence in said))
        await until(202)
        (listener.paths.workspace / "endpoints" / "hook.yml").unlink()
        await until(200)
        writer.close()


async def test_editing_under_load_loses_nothing(served: Serve) -> None:
    """Every answer is one of two whole configurations, whatever is written meanwhile."""
    versions = ["path: /hook\nanswer: {status: 201, headers: {X-V: one}}", "path: /hook\nanswer: {status: 202}\n"]
    async with served(hook=versions[0]) as listener:
        answers: list[tuple[int, str | None]] = []

        async def send(count: int) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            for _ in range(count):
                writer.write(HOOK)
                answer = await reader.readuntil(b"\r\n\r\n")
                answers.append((status_of(answer), header_of(answer, "X-V")))
            writer.close()

        async def edit() -> None:
            for number in range(40):
                text = versions[number % 2]
                write_endpoint(listener.paths, "hook", text[: len(text) // 2])
                await asyncio.sleep(0)
                write_endpoint(listener.paths, "hook", text)
                await listener.serving.configuration.reload()

        await asyncio.gather(*(send(100) for _ in range(10)), edit())
        assert len(answers) == 1000
        assert set(answers) <= {(201, "one"), (202, None)}
        assert _numbers(listener) == list(range(1, 1001))


async def test_slow_and_idle_senders_hold_nobody(served: Serve) -> None:
    async with served() as listener:
        slow = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(32)]
        idle = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(500)]
        for _, writer in slow:
            writer.write(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nab")
        for _ in range(50):
            for _, writer in slow:
                writer.write(b"c")
            assert status_of(await listener.exchange(HOOK)) == 200
        for _, writer in [*slow, *idle]:
            writer.close()
