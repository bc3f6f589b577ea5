"""Answers that must come whatever happens: in the order of arrival, beside relays, where something of ours fails."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from engine.conftest import RawTarget, Served, body_of, header_of, request, status_of, write_endpoint

from workbench.engine.examining import Examination
from workbench.engine.listener import ListenOptions
from workbench.engine.serving import serving
from workbench.model.errors import StorageError
from workbench.storage.paths import Paths

Serve = Callable[..., AbstractAsyncContextManager[Served]]

JSON = "Content-Type: application/json"
HOOK = request("POST", "/hook", JSON, body=b'{"id":"evt_1"}')


# Order


async def test_steps_and_counts_follow_the_arrival_not_the_threads(
    served: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to arrive is examined longest, and still meets the first step."""
    examine = Examination.run
    lock, seen = threading.Lock(), []

    def slowly(self: Examination) -> None:
        with lock:
            seen.append(self)
            number = len(seen)
        time.sleep(0.3 if number == 1 else 0)
        examine(self)

    monkeypatch.setattr(Examination, "run", slowly)
    text = """
path: /hook
guards: {methods: [POST]}
answer: {template: '{{ count }} {{ json.id }}'}
program:
  steps:
    - {status: 503, times: 1, template: '{{ count }} {{ json.id }}'}
"""
    async with served(ordered=text) as listener:
        answers: list[asyncio.Future[bytes]] = []
        for number in range(6):
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            writer.write(request("POST", "/hook", JSON, body=b'{"id":"%d"}' % number))
            await listener.until(lambda number=number: len(seen) > number)
            answers.append(asyncio.ensure_future(reader.readuntil(b"\r\n\r\n")))
            answers[-1].add_done_callback(lambda _, writer=writer: writer.close())
        heads = await asyncio.gather(*answers)
        assert [status_of(head) for head in heads] == [503, 200, 200, 200, 200, 200]
        bodies = sorted(listener.get(number).answer.body.content for number in range(1, 7))
        assert bodies == [b"%d %d" % (number + 1, number) for number in range(6)]


async def test_count_goes_on_after_a_reload_while_requests_are_under_way(
    served: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    examine = Examination.run

    def held(self: Examination) -> None:
        if b"held" in self.subject.body:
            gate.wait(10)
        examine(self)

    monkeypatch.setattr(Examination, "run", held)
    text = "path: /hook\nguards: {methods: [POST]}\nanswer: {template: '{{ count }}'}"
    async with served(ordered=text) as listener:
        first = asyncio.ensure_future(listener.exchange(request("POST", "/hook", body=b"held")))
        await asyncio.sleep(0.05)
        write_endpoint(listener.paths, "ordered", text + "\nsettings: {a: b}")
        await listener.serving.configuration.reload()
        second = asyncio.ensure_future(listener.exchange(request("POST", "/hook", body=b"free")))
        await asyncio.sleep(0.05)
        gate.set()
        assert [body_of(await first), body_of(await second)] == [b"1", b"2"]


async def test_refused_requests_give_up_their_turn(served: Serve) -> None:
    text = "path: /hook\nguards: {methods: [POST]}\nprogram: fail 1 then 200"
    async with served(ordered=text) as listener:
        sent = [request("PUT", "/hook"), HOOK, request("PUT", "/hook"), HOOK]
        assert [status_of(await listener.exchange(each)) for each in sent] == [405, 500, 405, 200]


async def test_condition_on_a_large_body_is_not_read_on_the_loop(served: Serve) -> None:
    """The other requests of this test go through the same loop while 3 MB of JSON are read."""
    text = "path: /hook\nprogram:\n  steps:\n    - {status: 410, when: {body: {last: 'yes'}}}"
    body = json.dumps({"many": [{"n": number} for number in range(260_000)], "last": "yes"}).encode()
    async with served(cond=text) as listener:
        loop = asyncio.get_running_loop()
        read_on: list[int] = []
        parse = json.loads

        def noting(text: bytes | str) -> object:
            if len(text) > 1_000_000:
                read_on.append(threading.get_ident())
            return parse(text)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("workbench.providers.subject.json.loads", noting)
            assert status_of(await listener.exchange(request("POST", "/hook", JSON, body=body))) == 410
        assert loop.is_running()
        assert read_on
        assert threading.get_ident() not in read_on


# Relays


def target(status: bytes = b"207 Said") -> RawTarget:
    return RawTarget(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok")


async def test_answer_of_a_program_wins_over_a_relay(served: Serve) -> None:
    async with target() as shop:
        text = f"path: /hook\nprogram: fail 2 then 200\nforward: [{{url: '{shop.url}', relay: true}}]"
        async with served(shop=text) as listener:
            assert [status_of(await listener.exchange(HOOK)) for _ in range(4)] == [500, 500, 207, 207]
            assert [listener.get(number).answer.status for number in (1, 2, 3)] == [500, 500, 207]
            assert "step 1" in listener.get(1).answer_reason
            await listener.until(lambda: len(shop.received) == 4)


@pytest.mark.parametrize("phrase", ["close", "reset"])
async def test_nothing_is_on_record_where_nothing_was_sent(served: Serve, phrase: str) -> None:
    async with target() as shop:
        text = f"path: /hook\nprogram: {phrase}\nforward: [{{url: '{shop.url}', relay: true}}]"
        async with served(shop=text) as listener:
            assert await listener.everything(HOOK) in (b"", b"<reset>")
            assert listener.get(1).answer.head.raw == b""
            assert "Relayed" not in listener.get(1).answer_reason
            await listener.until(lambda: len(shop.received) == 1)


async def test_way_of_the_answer_itself_wins_over_a_relay_too(served: Serve) -> None:
    async with target() as shop:
        text = f"path: /hook\nanswer: {{way: truncated}}\nforward: [{{url: '{shop.url}', relay: true}}]"
        async with served(shop=text) as listener:
            came = await listener.everything(HOOK)
            assert int(header_of(came, "Content-Length") or "0") > len(body_of(came)) > 0
            capture = listener.get(1)
            assert capture.answer.head.raw + capture.answer.body.content == came


# Failures of our own


async def test_answer_comes_though_forwarding_fails(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise StorageError("The disk is gone.")

    async with target() as shop:
        texts = {
            "relayed": f"path: /relayed\nforward: [{{url: '{shop.url}', relay: true}}]",
            "plain": f"path: /plain\nanswer: 202\nforward: '{shop.url}'",
        }
        async with served(**texts) as listener:
            monkeypatch.setattr(listener.serving.forwarding, "take", fails)
            assert status_of(await listener.exchange(request("POST", "/relayed"))) == 502
            assert listener.get(1).answer.status == 502
            assert listener.get(1).answer_reason == "Not relayed: The disk is gone."
            assert status_of(await listener.exchange(request("POST", "/plain"))) == 202


async def test_capture_is_kept_though_no_answer_can_be_chosen(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    async with served() as listener:
        monkeypatch.setattr("workbench.engine.answering.Answering._own_answer", fails)
        assert status_of(await listener.exchange(HOOK)) == 500
        assert b"".join(listener.get(1).request.wire_chunks()) == HOOK
        assert "error of the listener" in listener.get(1).answer_reason


# What goes over the wire


async def test_file_with_half_a_character_is_refused_and_requests_are_kept(served: Serve) -> None:
    async with served(half='path: /hook\nanswer: {body: "\\ud800"}') as listener:
        said = listener.serving.configuration.rules.problems
        assert any("half a character" in sentence for sentence in said)
        await listener.exchange(HOOK)
        assert b"".join(listener.get(1).request.wire_chunks()) == HOOK


@pytest.mark.parametrize("way", ["truncated", "wrong-length"])
async def test_answer_without_a_body_is_cut_all_the_same(served: Serve, way: str) -> None:
    async with served(cut=f"path: /hook\nanswer: {{way: {way}}}") as listener:
        came = await listener.everything(HOOK)
        assert int(header_of(came, "Content-Length") or "0") != len(body_of(came))


async def test_secret_of_a_handshake_goes_back_to_the_byte(served: Serve) -> None:
    sent = b"POST /hook HTTP/1.1\r\nHost: x\r\nX-Hook-Secret: \xe9\xc3\xa9\r\nContent-Length: 0\r\n\r\n"
    async with served() as listener:
        assert b"\r\nX-Hook-Secret: \xe9\xc3\xa9\r\n" in await listener.exchange(sent)


async def test_challenge_with_half_a_character_is_answered(served: Serve) -> None:
    async with served(slack="path: /hook") as listener:
        body = b'{"type":"url_verification","token":"t","challenge":"\\ud800x"}'
        assert body_of(await listener.exchange(request("POST", "/hook", JSON, body=body))) == b"?x"


async def test_basic_credentials_that_are_no_text_are_refused(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_BASIC", "ann:secret")
    async with served(guarded="path: /hook\nguards: {basic: env:GUARD_BASIC}") as listener:
        sent = request("POST", "/hook", "Authorization: Basic " + base64.b64encode(b"\xff\xfe").decode())
        assert status_of(await listener.exchange(sent)) == 401


async def test_answer_that_a_file_says_counts_more_than_the_listeners(paths: Paths) -> None:
    write_endpoint(paths, "said", "path: /said\nanswer: 200")
    write_endpoint(paths, "silent", "path: /silent")
    async with serving(paths, ListenOptions(port=0), answer_status=503) as running:
        listener = Served(running, paths)
        assert status_of(await listener.exchange(request("POST", "/said"))) == 200
        assert status_of(await listener.exchange(request("POST", "/silent"))) == 503
        assert status_of(await listener.exchange(request("POST", "/other"))) == 503
