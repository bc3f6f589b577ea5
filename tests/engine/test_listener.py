"""What arrives on the socket is what is on disk, and nothing is answered before it is there."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from fakes import Catcher, read_answer

from workbench.engine.listener import ListenOptions
from workbench.model.capture import Fault
from workbench.model.errors import ListenError

BODIES: dict[str, str] = json.loads((Path(__file__).parent.parent / "data" / "bodies.json").read_text())
AWKWARD = {name: text.encode() for name, text in BODIES.items()} | {
    "invalid_utf8": b"\xff\xfe\x00\x80 not text",
    "gzip": bytes.fromhex("1f8b0800000000000003ab56504a54b2523054a80500f8a3d5b70b000000"),
    "empty": b"",
    "five_megabytes": os.urandom(5 * 1024 * 1024),
}


def post(body: bytes, *lines: bytes) -> bytes:
    head = [b"POST /hook HTTP/1.1", b"Host: example.test", *lines, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*head, b"", b""]) + body


@pytest.mark.parametrize("name", AWKWARD)
async def test_body_is_kept_to_the_byte(catcher: Catcher, name: str) -> None:
    raw = post(AWKWARD[name])
    answer = await catcher.exchange(raw)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    capture = catcher.get(1)
    assert capture.request.body.read() == AWKWARD[name]
    assert b"".join(capture.request.wire_chunks()) == raw


ODD_HEADERS = [
    b"x-lower: a",
    b"X-UPPER: b",
    b"X-Repeat: 1",
    b"x-repeat: 2",
    b"X-Repeat: 1",
    b"X-Empty:",
    b"X-Spaces:   \t padded \t ",
    b"X-Latin: caf\xe9",
    b"X-Utf8: caf\xc3\xa9",
    b"Content-Type: a/b",
    b"Content-Type: c/d",
    b"User-Agent: one",
    b"User-Agent: two",
    b"X_Under: kept",
    b"X-Long: " + b"v" * 20_000,
    *(b"X-Many-%d: %d" % (number, number) for number in range(300)),
]


async def test_headers_keep_order_case_repeats_and_bytes(catcher: Catcher) -> None:
    raw = post(b"{}", *ODD_HEADERS)
    assert (await catcher.exchange(raw)).startswith(b"HTTP/1.1 200")
    capture = catcher.get(1)
    assert b"".join(capture.request.wire_chunks()) == raw
    assert capture.fault is None
    names = [name for name, _ in capture.request.headers]
    assert names[:6] == ["Host", "x-lower", "X-UPPER", "X-Repeat", "x-repeat", "X-Repeat"]
    assert capture.request.headers.get("x-spaces") == "padded"
    assert capture.request.headers.get("X-Latin") == "caf\xe9"
    assert capture.request.headers.all("content-type") == ["a/b", "c/d"]


@pytest.mark.parametrize(
    "start_line",
    [
        b"PURGE /cache HTTP/1.1",
        b"x-odd!method /a HTTP/1.1",
        b"CONNECT example.test:443 HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"GET http://proxy.test/a?b#c HTTP/1.1",
        b"GET //double//slash/../up?q=%zz&%20=1 HTTP/1.1",
        b"GET /caf\xc3\xa9?n=\xff HTTP/1.1",
        b"HEAD /h HTTP/1.1",
        b"GET /old HTTP/1.0",
    ],
)
async def test_any_method_and_target_is_captured(catcher: Catcher, start_line: bytes) -> None:
    raw = start_line + b"\r\nHost: example.test\r\n\r\n"
    assert (await catcher.exchange(raw)).startswith(b"HTTP/1.1 200")
    capture = catcher.get(1)
    assert capture.request.head.raw == raw
    method, target, _ = start_line.decode("latin-1").split(" ")
    assert (capture.request.method, capture.request.target) == (method, target)


CHUNKED = (
    b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
    b'5\r\nhello\r\n1;ext="q"\r\n \r\n000A\r\n0123456789\r\n0;last\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n'
)


@pytest.mark.parametrize("cut", [1, 2, 7, 64, 10_000], ids=lambda size: f"pieces-of-{size}")
async def test_chunked_with_trailers_is_kept_exactly(catcher: Catcher, cut: int) -> None:
    pieces = [CHUNKED[start : start + cut] for start in range(0, len(CHUNKED), cut)]
    assert (await catcher.exchange(*pieces)).startswith(b"HTTP/1.1 200")
    capture = catcher.get(1)
    assert capture.request.body.read() == b"hello 0123456789"
    assert capture.request.trailers.pairs == (("X-Sum", "1"), ("x-sum", "2"))
    assert b"".join(capture.request.wire_chunks()) == CHUNKED


async def test_pipelined_requests_are_captured_in_order(catcher: Catcher) -> None:
    requests = [post(b"%d" % number) for number in range(5)] + [CHUNKED, post(b"last")]
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(b"".join(requests))
    for _ in requests:
        assert (await read_answer(reader)).startswith(b"HTTP/1.1 200")
    writer.close()
    stored = [b"".join(catcher.get(number).request.wire_chunks()) for number in range(1, 8)]
    assert stored == requests


async def test_expect_continue_is_answered_before_the_body(catcher: Catcher) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert await reader.readexactly(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"abc")
    assert (await read_answer(reader)).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_answer_on_record_is_the_answer_on_the_wire(catcher: Catcher) -> None:
    answer = await catcher.exchange(post(b"x"))
    capture = catcher.get(1)
    assert capture.answer.head.raw + capture.answer.body.content == answer


async def test_times_and_ends_of_the_connection_are_kept(catcher: Catcher) -> None:
    await catcher.exchange(post(b"x"))
    await catcher.captures.close()
    await asyncio.to_thread(catcher.database.close)
    capture = catcher.get(1)
    assert capture.answered_at_us is not None
    assert capture.received_at_us <= capture.completed_at_us <= capture.answered_at_us
    assert capture.peer.address == capture.peer.local_address == "127.0.0.1"
    assert capture.peer.local_port == catcher.listener.port
    assert capture.peer.port != 0


MALFORMED = {
    "no-version": b"GET /\r\n\r\n",
    "spaces-in-target": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "header-without-colon": b"GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "nul-in-header": b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    "two-lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length-and-chunked": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0",
    "negative-length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "space-before-colon": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\na",
    "no-host": b"GET / HTTP/1.1\r\n\r\n",
    "http2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls-handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "line-feeds-only": b"GET / HTTP/1.1\nHost: a\n\n",
    "bad-chunk-size": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "chunk-too-long": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_request_is_refused_and_recorded(catcher: Catcher, name: str) -> None:
    answer = await catcher.exchange(MALFORMED[name])
    assert answer.startswith(b"HTTP/1.1 400")
    await catcher.wait_for(1)
    capture = catcher.get(1)
    assert capture.fault is Fault.MALFORMED
    assert capture.fault_message.endswith(".")
    assert MALFORMED[name].startswith(capture.request.head.raw)
    assert (await catcher.exchange(post(b"next"))).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("requests", [1, 2, 5])
async def test_sender_that_half_closes_gets_its_answers(catcher: Catcher, requests: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(post(b"x") * requests)
    writer.write_eof()
    async with asyncio.timeout(20):
        answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == requests
    await catcher.wait_for(requests)
    writer.close()


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_request_before_a_half_close_is_answered_and_leaves_one_record(
    catcher: Catcher, name: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(MALFORMED[name] + b"and what follows")
    writer.write_eof()
    async with asyncio.timeout(20):
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
    writer.close()
    await catcher.wait_for(1)
    await catcher.listener.stop(timeout_s=1)
    await catcher.captures.close()
    with pytest.raises(AssertionError, match="not there"):
        catcher.get(2)


async def test_half_closed_large_and_chunked_bodies_are_answered(catcher: Catcher) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    for request in (post(b"x" * 3_000_000), chunked):
        assert (await catcher.exchange(request, half_close=True)).startswith(b"HTTP/1.1 200")


async def test_when_a_refusal_was_written_is_on_record(catcher: Catcher) -> None:
    await catcher.exchange(MALFORMED["header-without-colon"])
    await catcher.captures.close()
    await asyncio.to_thread(catcher.database.close)
    capture = catcher.get(1)
    assert capture.answered_at_us is not None
    assert capture.received_at_us <= capture.answered_at_us


async def test_tls_on_the_plain_port_is_explained(catcher: Catcher) -> None:
    await catcher.exchange(MALFORMED["tls-handshake"])
    await catcher.wait_for(1)
    assert "TLS handshake" in catcher.get(1).fault_message


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly this", b"only this"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nwo",
            b"hellowo",
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello", b"hello"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nX-Half", b""),
    ],
    ids=["content-length", "chunked", "after-a-chunk", "head"],
)
async def test_aborted_upload_is_recorded_with_what_came(catcher: Catcher, sent: bytes, kept: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(sent)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await catcher.wait_for(1)
    capture = catcher.get(1)
    assert capture.fault is Fault.ABORTED
    assert capture.request.body.read() == kept
    assert sent.startswith(b"".join(capture.request.wire_chunks()))


class TestLimits:
    @pytest.fixture
    def listen_options(self) -> ListenOptions:
        return ListenOptions(port=0, body_limit_bytes=3_000_000, body_timeout_s=0.05)

    async def test_announced_body_over_the_limit_is_413(self, catcher: Catcher) -> None:
        answer = await catcher.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000001\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 413")
        capture = catcher.get(1)
        assert capture.fault is Fault.TOO_LARGE
        assert "3,000,001" in capture.fault_message

    async def test_chunked_body_over_the_limit_is_413(self, catcher: Catcher) -> None:
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await catcher.exchange(head + chunk * 3)
        assert answer.startswith(b"HTTP/1.1 413")
        assert catcher.get(1).fault is Fault.TOO_LARGE

    async def test_body_that_stands_still_is_408(self, catcher: Catcher) -> None:
        answer = await catcher.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        assert answer.startswith(b"HTTP/1.1 408")
        assert catcher.get(1).fault is Fault.TIMED_OUT
        assert catcher.get(1).request.body.read() == b"abc"

    async def test_head_over_the_limit_is_413(self, catcher: Catcher) -> None:
        answer = await catcher.exchange(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 300_000)
        assert answer.startswith(b"HTTP/1.1 413")
        assert catcher.get(1).fault is Fault.TOO_LARGE


async def test_large_body_lies_in_a_spool_file(catcher: Catcher) -> None:
    await catcher.exchange(post(AWKWARD["five_megabytes"]))
    body = catcher.get(1).request.body
    assert body.path is not None
    assert Path(body.path).parent == catcher.paths.spool
    assert body.size == 5 * 1024 * 1024


async def test_unwritable_spool_is_503_and_counted(catcher: Catcher) -> None:
    catcher.paths.spool.write_text("a file where the folder should be")
    answer = await catcher.exchange(post(AWKWARD["five_megabytes"]))
    assert answer.startswith(b"HTTP/1.1 503")
    assert catcher.captures.refused_count == 1
    assert (await catcher.exchange(post(b"small"))).startswith(b"HTTP/1.1 200")
    assert catcher.get(1).request.body.read() == b"small"


async def test_port_in_use_names_a_free_one(catcher: Catcher) -> None:
    taken = catcher.listener.port
    with pytest.raises(ListenError) as raised:
        await catcher.listener.move(taken)
    assert f"Port {taken} on 127.0.0.1 is already in use" in raised.value.message
    assert raised.value.free_port not in (None, taken)
    assert (await catcher.exchange(post(b"still here"))).startswith(b"HTTP/1.1 200")


async def test_moving_to_another_port_loses_nothing_under_way(catcher: Catcher) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    raw = post(b"slow body")
    writer.write(raw[:-4])
    await writer.drain()
    await asyncio.sleep(0)
    moving = asyncio.ensure_future(catcher.listener.move(0))
    writer.write(raw[-4:])
    assert (await read_answer(reader)).startswith(b"HTTP/1.1 200")
    await moving
    writer.close()
    assert (await catcher.exchange(post(b"new port"))).startswith(b"HTTP/1.1 200")
    assert catcher.get(2).request.body.read() == b"new port"


async def test_stopping_reads_what_is_on_its_way(catcher: Catcher) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst")
    assert (await catcher.exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    stopping = asyncio.ensure_future(catcher.listener.stop(timeout_s=20))
    await asyncio.sleep(0)
    writer.write(b" half")
    assert (await read_answer(reader)).startswith(b"HTTP/1.1 200 ")
    assert await reader.read() == b""
    writer.close()
    await stopping
    assert catcher.get(2).request.body.read() == b"first half"


async def test_stopping_closes_idle_connections_at_once(catcher: Catcher) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await read_answer(reader)
    async with asyncio.timeout(5):
        await catcher.listener.stop(timeout_s=60)
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize(
    "sent", [b"POST /cut HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst", b"POST /cut HTTP/1.1\r\nHost:"]
)
async def test_stopping_records_what_did_not_come_in_time(catcher: Catcher, sent: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", catcher.listener.port)
    writer.write(sent)
    await catcher.exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await catcher.listener.stop(timeout_s=0.01)
    await catcher.wait_for(2)
    writer.close()
    capture = catcher.get(2)
    assert capture.fault is Fault.ABORTED
    assert capture.fault_message == "The listener stopped before the request was complete."
    assert capture.request.head.raw + capture.request.body.read() == sent
