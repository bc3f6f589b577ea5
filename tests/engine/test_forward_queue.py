"""What waits to be forwarded: no more than a few at once, in little memory, never twice, never in circles."""

import asyncio
import gc
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from engine.conftest import Served, request, status_of, write_endpoint
from fakes import RawTarget

from workbench.engine import forward_progress, forwarding, target_health
from workbench.engine.forward_lane import AT_ONCE
from workbench.engine.listener import ListenOptions
from workbench.engine.lookup_loop import LookupLoop
from workbench.engine.serving import serving
from workbench.model.delivery import ForwardState
from workbench.model.errors import HomeInUseError, StorageError
from workbench.storage.database import Database
from workbench.storage.deliveries import DeliveryReader
from workbench.storage.forwards import ForwardReader, update_forwards
from workbench.storage.migrations import CAPTURES
from workbench.storage.paths import Paths

Serve = Callable[..., AbstractAsyncContextManager[Served]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def event(body: bytes = b'{"type":"invoice.paid"}', target: str = "/hook") -> bytes:
    return request("POST", target, "stripe-signature: t=1,v1=ab", body=body)


def finished(listener: Served, number: int) -> bool:
    forwards = listener.forwards(number)
    return bool(forwards) and all(item.state is not ForwardState.PENDING for item in forwards)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_waiting_forwards_hold_no_bodies_and_no_tasks(served: Serve) -> None:
    async with RawTarget(None) as silent, served(hook=f"path: /hook\nforward: {silent.url}") as listener:
        body = b"x" * 500_000
        for _ in range(AT_ONCE + 40):
            assert status_of(await listener.exchange(event(body))) == 200
        await asyncio.wait_for(silent.asked.wait(), 10)
        gc.collect()
        held = sum(len(item) for item in gc.get_objects() if isinstance(item, bytes | bytearray) and len(item) > 1e5)
        bodies = [each for each in _bytes_alive() if len(each) == len(body)]
        assert len(bodies) <= AT_ONCE + 2, held
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert sum("forward to" in name for name in names) <= AT_ONCE


def _bytes_alive() -> list[bytes]:
    """Return the bytes objects that containers hold: gc itself tracks no bytes."""
    found: dict[int, bytes] = {}
    for holder in gc.get_objects():
        for each in gc.get_referents(holder):
            if isinstance(each, bytes):
                found[id(each)] = each
    return list(found.values())


async def test_every_attempt_is_in_the_history_over_a_restart(served: Serve) -> None:
    port = free_port()
    text = f"path: /hook\nforward: http://127.0.0.1:{port}"
    async with served(hook=text) as listener:
        await listener.exchange(event())
        await listener.until(lambda: listener.forwards(1)[0].attempts == 1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(65536):
            writer.write(OK)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with served(hook=text) as listener:
        await listener.until(lambda: finished(listener, 1))
        (forward,) = listener.forwards(1)
    server.close()
    reader = DeliveryReader(listener.paths.history, listener.paths.spool)
    delivery = reader.get(forward.delivery_number or 0)
    reader.close()
    assert delivery is not None
    assert [attempt.failure is not None for attempt in delivery.attempts] == [True, False]
    assert delivery.status == 200


async def test_event_filter_counts_after_a_restart_too(served: Serve) -> None:
    async with RawTarget() as target:
        text = f"path: /hook\nprovider: stripe\nforward: [{{url: '{target.url}', events: ['charge.*']}}]"
        async with served(hook=text) as listener:
            await listener.exchange(event())
            await listener.until(lambda: finished(listener, 1))
            (skipped,) = listener.forwards(1)
        # As if the program had been killed before it noted what it had found.
        database = Database(listener.paths.captures, CAPTURES, lambda call: call())
        await asyncio.to_thread(database.write, update_forwards, _pending(skipped))
        await asyncio.to_thread(database.close)
        async with served(hook=text) as listener:
            await listener.until(lambda: finished(listener, 1))
            assert listener.forwards(1)[0].state is ForwardState.SKIPPED
        assert target.received == []


def _pending(item: Any) -> Any:
    from dataclasses import replace

    return replace(item, state=ForwardState.PENDING, message="")


async def test_what_arrives_while_starting_goes_out_once(paths: Paths) -> None:
    port = free_port()
    async with RawTarget() as target:
        write_endpoint(paths, "hook", f"path: /hook\nforward: {target.url}")
        storming = asyncio.ensure_future(_storm(port))
        async with serving(paths, ListenOptions(port=port)) as running:
            sent = await storming
            listener = Served(running, paths)
            await listener.until(lambda: all(finished(listener, number) for number in range(1, sent + 1)))
        assert len(target.received) == sent


async def _storm(port: int) -> int:
    """Send as soon as somebody listens, and a little on."""
    sent = 0
    while sent < 30:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0)
            continue
        writer.write(event())
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 200
        writer.close()
        sent += 1
    return sent


async def test_second_listener_of_a_home_is_refused_with_its_address(served: Serve) -> None:
    async with served() as listener:
        with pytest.raises(HomeInUseError) as refused:
            async with serving(listener.paths, ListenOptions(port=0)):
                pass
        assert f"http://127.0.0.1:{listener.port}" in refused.value.message
        assert status_of(await listener.exchange(event())) == 200
    async with served():
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.9"])
async def test_forward_to_ourselves_is_refused(paths: Paths, host: str) -> None:
    port = free_port()
    write_endpoint(paths, "hook", f"path: /hook\nforward: http://{host}:{port}/hook")
    async with serving(paths, ListenOptions(port=port)) as running:
        listener = Served(running, paths)
        await listener.exchange(event())
        await listener.until(lambda: finished(listener, 1))
        (forward,) = listener.forwards(1)
        assert "leads back" in forward.message
        assert running.ledger.last_number == 0
        with pytest.raises(AssertionError):
            listener.get(2)


async def test_forward_to_the_name_we_were_called_by_is_refused(served: Serve) -> None:
    async with served(hook="path: /hook\nforward: https://hooks.example.com") as listener:
        await listener.exchange(event())  # Its Host is hooks.example.com: that is our tunnel.
        await listener.until(lambda: finished(listener, 1))
        assert "leads back" in listener.forwards(1)[0].message


async def test_target_says_when_to_try_again(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward_progress, "RETRY_AFTER_S", (0,))
    busy = b"HTTP/1.1 429 Slow Down\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"
    async with RawTarget(busy) as target, served(hook=f"path: /hook\nforward: {target.url}") as listener:
        await listener.exchange(event())
        await listener.until(lambda: listener.forwards(1)[0].attempts == 1)
        (forward,) = listener.forwards(1)
        waits_us = forward.next_at_us - listener.get(1).received_at_us
        assert 119_000_000 < waits_us < 130_000_000


async def test_only_the_target_that_answers_has_one_attempt(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward_progress, "RETRY_AFTER_S", (0,))
    failing = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    async with RawTarget(failing) as first, RawTarget(failing) as second:
        targets = "".join(f"  - {{url: '{target.url}', relay: true}}\n" for target in (first, second))
        text = f"path: /hook\nforward:\n{targets}"
        async with served(hook=text) as listener:
            assert status_of(await listener.exchange(event())) == 500
            await listener.until(lambda: finished(listener, 1))
            assert [item.attempts for item in listener.forwards(1)] == [1, 4]


async def test_relay_does_not_wait_for_a_busy_target_for_ever(served: Serve) -> None:
    async with RawTarget(None) as silent:
        text = f"path: /hook\nforward: [{{url: '{silent.url}', relay: true, timeout: 0.5}}]"
        async with served(hook=text) as listener:
            answers = await asyncio.wait_for(
                asyncio.gather(*(listener.exchange(event()) for _ in range(AT_ONCE * 3))), 10
            )
            assert {status_of(answer) for answer in answers} == {504}


async def test_address_that_is_none_leaves_the_others_looked_after(
    served: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target_health, "LOOK_EVERY_S", 0.05)
    gone = f"http://127.0.0.1:{free_port()}"
    async with served(hook=f"path: /hook\nforward: [{gone}]") as listener:
        targets = listener.serving.forwarding.targets
        targets.use(["http://a..b/", gone])
        targets.known.clear()
        await listener.until(lambda: {"http://a..b/", gone} <= targets.known.keys())
        assert not any(health.is_up for health in targets.known.values())


async def test_https_target_is_looked_at_with_tls(served: Serve) -> None:
    async with RawTarget() as plain:
        url = f"https://127.0.0.1:{plain.port}"
        async with served(hook=f"path: /hook\nforward: {url}") as listener:
            await listener.until(lambda: url in listener.serving.forwarding.targets.known)
            assert not listener.serving.forwarding.targets.known[url].is_up


async def test_event_too_large_to_be_read_goes_to_all_targets(served: Serve) -> None:
    async with RawTarget() as target:
        text = f"path: /hook\nprovider: stripe\nforward: [{{url: '{target.url}', events: ['charge.*']}}]"
        async with served(hook=text) as listener:
            await listener.exchange(event(b'{"type":"charge.paid","x":"' + b"x" * 5_000_000 + b'"}'))
            await listener.until(lambda: finished(listener, 1))
            assert listener.forwards(1)[0].state is ForwardState.DELIVERED


def test_slow_name_server_holds_up_nobody_else(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """On asyncio's own loop, whose threads look up names as well; uvloop has threads for that."""
    answered, look_up = threading.Event(), socket.getaddrinfo

    def slow(host: Any, *arguments: Any, **options: Any) -> Any:
        if host == "slow.test":
            answered.wait(20)
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    write_endpoint(paths, "slow", "path: /slow\nforward: http://slow.test")
    write_endpoint(paths, "guarded", "path: /guarded\nguards: {content_types: [text/plain]}")

    async def main() -> None:
        async with serving(paths, ListenOptions(port=0)) as running:
            listener = Served(running, paths)
            for _ in range(40):
                await listener.exchange(event(target="/slow"))
            async with asyncio.timeout(5):
                assert status_of(await listener.exchange(event(target="/guarded"))) == 415
                assert status_of(await listener.exchange(event(b"x" * 3_000_000, "/other"))) == 200
            answered.set()

    with asyncio.Runner(loop_factory=LookupLoop) as runner:
        runner.run(main())


async def test_forward_that_cannot_be_read_now_goes_out_later(served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "UNREADABLE_AGAIN_S", 0.05)
    failures = iter([True, True])
    of_capture = ForwardReader.of_capture

    def sometimes(reader: ForwardReader, number: int) -> Any:
        if next(failures, False):
            raise StorageError("The disk cannot be read.")
        return of_capture(reader, number)

    async with RawTarget() as target, served(hook=f"path: /hook\nforward: {target.url}") as listener:
        monkeypatch.setattr(ForwardReader, "of_capture", sometimes)
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(event())
        async with asyncio.timeout(10):
            await target.asked.wait()
        writer.close()
        await listener.until(lambda: finished(listener, 1))
        assert len(target.received) == 1
