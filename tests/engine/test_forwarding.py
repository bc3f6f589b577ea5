"""Forwards: exact bytes to real sockets, answers relayed whole, retries, and nothing forgotten over a restart."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from engine.conftest import Served, body_of, header_of, request, status_of
from fakes import RawTarget

from workbench.engine import forward_progress
from workbench.model.delivery import ForwardState
from workbench.storage.deliveries import DeliveryReader

Serve = Callable[..., AbstractAsyncContextManager[Served]]

EVENT = request(
    "POST",
    "/hook?a=1&a=2",
    "X-Twice: 1",
    "x-twice: 2",
    "Content-Type: application/json",
    "stripe-signature: t=1,v1=ab",
    body=b'{"type":"invoice.paid",\r\n "id":"evt_1"}',
)


def to(*targets: str) -> str:
    return "path: /hook\nforward:\n" + "".join(f"  - {target}\n" for target in targets)


def finished(listener: Served, number: int) -> bool:
    forwards = listener.forwards(number)
    return bool(forwards) and all(item.state is not ForwardState.PENDING for item in forwards)


async def test_bytes_are_exact_but_for_the_host(served: Serve) -> None:
    async with RawTarget() as target, served(hook=to(target.url)) as listener:
        assert status_of(await listener.exchange(EVENT)) == 200
        await listener.until(lambda: finished(listener, 1))
        assert target.received == [EVENT.replace(b"hooks.example.com", f"127.0.0.1:{target.port}".encode())]
        (forward,) = listener.forwards(1)
        assert (forward.state, forward.status, forward.attempts) == (ForwardState.DELIVERED, 200, 1)
        reader = DeliveryReader(listener.paths.history, listener.paths.spool)
        delivery = reader.get(forward.delivery_number or 0)
        reader.close()
        assert delivery is not None
        assert delivery.capture_number == 1
        assert delivery.last.response is not None


async def test_hop_headers_stay_behind_and_chunks_stay(served: Serve) -> None:
    raw = (
        b"POST /hook HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\n"
        b"Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\nX-Kept: 2\r\n\r\n5;e=1\r\nhello\r\n0\r\n\r\n"
    )
    async with RawTarget() as target, served(hook=to(target.url)) as listener:
        await listener.exchange(raw)
        await listener.until(lambda: finished(listener, 1))
        host = f"127.0.0.1:{target.port}".encode()
        assert target.received[0] == (
            b"POST /hook HTTP/1.1\r\nHost: " + host + b"\r\nTransfer-Encoding: chunked\r\nX-Kept: 2\r\n\r\n"
            b"5;e=1\r\nhello\r\n0\r\n\r\n"
        )


async def test_answer_is_relayed_whole(served: Serve) -> None:
    body = os.urandom(3_000_000)
    answer = (
        b"HTTP/1.1 418 I'm a teapot\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body
    async with RawTarget(answer) as target, served(hook=to(f"{{url: '{target.url}', relay: true}}")) as listener:
        got = await listener.exchange(EVENT)
        assert got.startswith(b"HTTP/1.1 418 I'm a teapot\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\n")
        assert body_of(got) == body
        capture = listener.get(1)
        assert capture.answer.status == 418
        assert capture.answer.body.read() == body
        assert "Relayed" in capture.answer_reason


async def test_relay_of_a_target_that_is_not_there_is_502(served: Serve) -> None:
    async with RawTarget() as gone:
        url = gone.url
    async with served(hook=to(f"{{url: '{url}', relay: true}}")) as listener:
        assert status_of(await listener.exchange(EVENT)) == 502
        assert "Nothing is listening" in listener.get(1).answer_reason
        await listener.until(lambda: finished(listener, 1))
        assert listener.forwards(1)[0].state is ForwardState.FAILED
        await listener.until(lambda: url in listener.serving.forwarding.targets.known)
        assert not listener.serving.forwarding.targets.known[url].is_up


async def test_relay_of_a_target_that_is_silent_is_504(served: Serve) -> None:
    async with RawTarget(None) as target:
        text = to(f"{{url: '{target.url}', relay: true, timeout: 0.2}}")
        async with served(hook=text) as listener:
            assert status_of(await listener.exchange(EVENT)) == 504


async def test_several_targets_and_routing_by_event(served: Serve) -> None:
    async with RawTarget() as first, RawTarget(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as second:
        third = f"{{url: '{first.url}/refunds', events: ['charge.*']}}"
        text = "provider: stripe\n" + to(f"{{url: '{first.url}/all', events: ['invoice.*']}}", second.url, third)
        async with served(hook=text) as listener:
            assert status_of(await listener.exchange(EVENT)) == 200
            await listener.until(lambda: finished(listener, 1))
            forwards = listener.forwards(1)
            assert [item.state for item in forwards] == [
                ForwardState.DELIVERED,
                ForwardState.FAILED,
                ForwardState.SKIPPED,
            ]
            assert [item.status for item in forwards] == [200, 404, None]
            assert "invoice.paid" in forwards[2].message
            assert first.received[0].startswith(b"POST /all?a=1&a=2 HTTP/1.1\r\n")
            assert len(first.received) == 1


async def test_failure_is_tried_again(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward_progress, "RETRY_AFTER_S", (0,))
    async with RawTarget(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") as target:
        text = to(f"{{url: '{target.url}', attempts: 3}}")
        async with served(hook=text) as listener:
            await listener.exchange(EVENT)
            await listener.until(lambda: finished(listener, 1))
            (forward,) = listener.forwards(1)
            assert (forward.state, forward.attempts) == (ForwardState.FAILED, 3)
            assert len(target.received) == 3
            assert "500" in forward.message


async def test_unfinished_forward_goes_on_after_a_restart(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async with RawTarget() as target:
        url, port = target.url, target.port
    async with served(hook=to(url)) as listener:  # Nothing listens there now.
        await listener.exchange(EVENT)
        await listener.until(lambda: listener.forwards(1)[0].attempts == 1)
        assert listener.forwards(1)[0].state is ForwardState.PENDING
    received: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if head := await reader.read(65536):
            received.append(head)
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with served(hook=to(url)) as listener:
        await listener.until(lambda: finished(listener, 1))
        assert listener.forwards(1)[0].state is ForwardState.DELIVERED
        assert listener.forwards(1)[0].attempts == 2
    server.close()
    assert len(received) == 1


async def test_slow_target_holds_up_nobody(served: Serve) -> None:
    async with RawTarget(None) as silent, RawTarget() as quick:
        slow_one = to(silent.url).replace("/hook", "/slow")
        async with served(slow=slow_one, hook=to(quick.url)) as listener:
            slow = EVENT.replace(b"/hook", b"/slow")
            answers = await asyncio.gather(*(listener.exchange(slow) for _ in range(30)))
            assert {status_of(answer) for answer in answers} == {200}
            await listener.exchange(EVENT)
            await listener.until(lambda: finished(listener, 31))


async def test_large_body_is_forwarded_to_the_byte(served: Serve) -> None:
    body = os.urandom(20_000_000)
    raw = request("POST", "/hook", body=body)
    async with RawTarget() as target, served(hook=to(target.url)) as listener:
        assert status_of(await listener.exchange(raw)) == 200
        await listener.until(lambda: finished(listener, 1))
        assert hashlib.sha256(body_of(target.received[0])).digest() == hashlib.sha256(body).digest()
        assert header_of(target.received[0], "Content-Length") == "20000000"
