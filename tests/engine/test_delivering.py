"""What is sent is what was composed or captured, to the byte; what went wrong is a sentence."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes import Catcher, RawTarget

from workbench.engine.workbench import Workbench, open_workbench
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import DeliveryKind, FailureKind
from workbench.model.errors import UsageError
from workbench.model.message import Body
from workbench.storage.deliveries import DeliveryReader
from workbench.storage.paths import Paths

BODIES: dict[str, str] = json.loads((Path(__file__).parent.parent / "data" / "bodies.json").read_text())


@pytest.fixture
async def workbench(paths: Paths) -> AsyncIterator[Workbench]:
    async with open_workbench(paths) as opened:
        yield opened


def with_host(raw: bytes, host: bytes) -> bytes:
    return raw.replace(b"Host: captured.test", b"Host: " + host, 1)


CAPTURED = {
    "odd-headers": (
        b"POST //a/../b?q=%zz&%20 HTTP/1.1\r\nx-first: 1\r\nHost: captured.test\r\nX-Repeat: 1\r\nx-REPEAT: 2\r\n"
        b"X-Repeat: 1\r\nX-Empty:\r\nX-Pad:  \t two  \r\nX-Latin: caf\xe9\r\nX-Utf8: caf\xc3\xa9\r\n"
        b"Content-Length: 3\r\nConnection: close\r\n\r\nabc"
    ),
    "chunked-with-trailers": (
        b"PUT /c HTTP/1.1\r\nHost: captured.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"5\r\nhello\r\n1;ext\r\n \r\n000A\r\n0123456789\r\n0;last\r\nX-Sum: 1\r\n\r\n"
    ),
    "no-body": b"GET /only/head HTTP/1.1\r\nHost: captured.test\r\nUser-Agent: x\r\n\r\n",
    "delete-without-length": b"DELETE /thing HTTP/1.1\r\nhost-like: no\r\nHost: captured.test\r\n\r\n",
    "unknown-method": b"PURGE /cache HTTP/1.1\r\nHost: captured.test\r\nContent-Length: 1\r\n\r\nx",
    "gzip": (
        b"POST / HTTP/1.1\r\nHost: captured.test\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
    ),
}


@pytest.mark.parametrize("name", CAPTURED)
async def test_replay_changes_the_host_and_nothing_else(catcher: Catcher, workbench: Workbench, name: str) -> None:
    await catcher.exchange(CAPTURED[name])
    async with RawTarget() as target:
        delivery = await workbench.deliveries.replay(catcher.get(1), target.url)
        assert target.received == [with_host(CAPTURED[name], f"127.0.0.1:{target.port}".encode())]
    assert delivery.status == 200
    assert (delivery.kind, delivery.capture_number) == (DeliveryKind.REPLAY, 1)


@pytest.mark.parametrize("name", BODIES)
async def test_replay_keeps_awkward_bodies_exact(catcher: Catcher, workbench: Workbench, name: str) -> None:
    body = BODIES[name].encode()
    raw = b"POST / HTTP/1.1\r\nHost: captured.test\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    await catcher.exchange(raw)
    async with RawTarget() as target:
        await workbench.deliveries.replay(catcher.get(1), target.url, keep_host=True)
        assert target.received == [raw]


async def test_large_body_is_replayed_from_its_file(catcher: Catcher, workbench: Workbench) -> None:
    body = bytes(range(256)) * 20_000
    raw = b"POST / HTTP/1.1\r\nHost: captured.test\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    await catcher.exchange(raw)
    assert catcher.get(1).request.body.path is not None
    async with RawTarget() as target:
        await workbench.deliveries.replay(catcher.get(1), target.url, keep_host=True)
        assert target.received == [raw]


@pytest.mark.parametrize(
    ("to", "target_line"),
    [
        ("", b"POST /in?a=1 HTTP/1.1"),
        ("/", b"POST /in?a=1 HTTP/1.1"),
        ("/out", b"POST /out?a=1 HTTP/1.1"),
        ("/out?b=2", b"POST /out?b=2 HTTP/1.1"),
    ],
    ids=["origin", "slash", "path", "path-and-query"],
)
async def test_replay_target_path(catcher: Catcher, workbench: Workbench, to: str, target_line: bytes) -> None:
    await catcher.exchange(b"POST /in?a=1 HTTP/1.1\r\nHost: captured.test\r\nContent-Length: 0\r\n\r\n")
    async with RawTarget() as target:
        await workbench.deliveries.replay(catcher.get(1), target.url + to)
        assert target.received[0].split(b"\r\n")[0] == target_line


async def test_replay_of_an_aborted_upload_says_its_true_length(catcher: Catcher, workbench: Workbench) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: captured.test\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.close()
    await catcher.wait_for(1)
    async with RawTarget() as target:
        await workbench.deliveries.replay(catcher.get(1), target.url, keep_host=True)
        assert target.received == [b"POST / HTTP/1.1\r\nHost: captured.test\r\nContent-Length: 4\r\n\r\nhalf"]


async def test_composed_request_is_written_as_typed(workbench: Workbench) -> None:
    async with RawTarget() as target:
        saved = SavedRequest(
            method="PATCH",
            url=f"{target.url}/a//b/../c%2F?q=%zz&r=ä b#fragment",
            headers=(
                Field("x-one", "1"),
                Field("X-One", "2"),
                Field("X-Off", "no", enabled=False),
                Field("user-agent", "mine"),
                Field("accept", "", enabled=False),
                Field("X-Text", "é"),
            ),
            body=ComposedBody(BodyKind.JSON, Body(b'{"n": 1.0}\r\n')),
        )
        delivery = await workbench.deliveries.send(saved)
        assert target.received == [
            f"PATCH /a//b/../c%2F?q=%zz&r=%C3%A4%20b HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n".encode()
            + b"x-one: 1\r\nX-One: 2\r\nuser-agent: mine\r\nX-Text: \xc3\xa9\r\n"
            + b'Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"n": 1.0}\r\n'
        ]
    sent = delivery.last.request
    assert b"".join(sent.wire_chunks()) == target.received[0]


async def test_answer_is_kept_as_it_came(workbench: Workbench) -> None:
    answer = (
        b"HTTP/1.1 422 Not Good\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
    )
    async with RawTarget(answer) as target:
        delivery = await workbench.deliveries.send(SavedRequest(method="GET", url=target.url))
    response = delivery.last.response
    assert response is not None
    assert response.head.raw + response.body.read() == answer
    assert (response.status, response.reason) == (422, "Not Good")


async def test_delivery_is_in_the_history(workbench: Workbench, paths: Paths) -> None:
    async with RawTarget() as target:
        stored = await workbench.deliveries.send(SavedRequest(name="ping", method="GET", url=target.url))
    reader = DeliveryReader(paths.history, paths.spool)
    try:
        assert reader.get(stored.number) == stored
        assert [summary.name for summary in reader.newest(10)] == ["ping"]
    finally:
        reader.close()


async def test_nobody_listening_is_a_failure_in_words(workbench: Workbench) -> None:
    async with RawTarget() as target:
        port = target.port
    delivery = await workbench.deliveries.send(SavedRequest(url=f"http://127.0.0.1:{port}/"))
    failure = delivery.last.failure
    assert failure is not None
    assert failure.kind is FailureKind.REFUSED
    assert failure.message == f"Nothing is listening at 127.0.0.1:{port}. Start your server, or check the port."


async def test_unknown_host_is_a_failure_in_words(workbench: Workbench) -> None:
    delivery = await workbench.deliveries.send(SavedRequest(url="http://no-such-host.invalid/"))
    assert delivery.last.failure is not None
    assert delivery.last.failure.kind is FailureKind.NOT_FOUND
    assert "no-such-host.invalid" in delivery.last.failure.message


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", FailureKind.DISCONNECTED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", FailureKind.DISCONNECTED),
        (b"220 mail.example.test ESMTP\r\n", FailureKind.BAD_RESPONSE),
    ],
    ids=["hangs-up", "short-body", "not-http"],
)
async def test_broken_answers_are_failures(workbench: Workbench, answer: bytes, kind: FailureKind) -> None:
    async with RawTarget(answer) as target:
        delivery = await workbench.deliveries.send(SavedRequest(url=target.url))
    assert delivery.last.failure is not None
    assert delivery.last.failure.kind is kind


async def test_silence_ends_with_the_timeout(workbench: Workbench) -> None:
    async with RawTarget(answer=None) as target:
        delivery = await workbench.deliveries.send(SavedRequest(url=target.url), timeout_s=0.05)
    assert delivery.last.failure is not None
    assert delivery.last.failure.kind is FailureKind.TIMED_OUT
    assert delivery.last.failure.message.endswith("did not answer within 0.05 seconds.")


async def test_cancelled_send_is_in_the_history(workbench: Workbench) -> None:
    async with RawTarget(answer=None) as target:
        sending = asyncio.ensure_future(workbench.deliveries.send(SavedRequest(url=target.url)))
        await target.connected.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    await workbench.deliveries.close()
    summaries = await workbench.history.run(lambda reader: reader.newest(1))
    assert summaries[0].failure_kind == FailureKind.CANCELLED


@pytest.mark.parametrize(
    ("saved", "part"),
    [
        (SavedRequest(url=""), "no URL"),
        (SavedRequest(url="ftp://host/file"), "ftp://"),
        (SavedRequest(url="http://"), "names no host"),
        (SavedRequest(url="http://host:99999/"), "not a URL"),
        (SavedRequest(url="http://ho st/"), "names no host"),
        (SavedRequest(method="GE T", url="http://host"), "not a method"),
        (SavedRequest(url="http://host", headers=(Field("Bad Name", "x"),)), "not a header name"),
        (SavedRequest(url="http://host", headers=(Field("X", "a\r\nInjected: 1"),)), "line break"),
    ],
    ids=["empty", "ftp", "no-host", "port", "space", "method", "header-name", "header-injection"],
)
async def test_what_makes_no_request_is_refused(workbench: Workbench, saved: SavedRequest, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        await workbench.deliveries.send(saved)
    assert await workbench.history.run(lambda reader: reader.newest(1)) == []
