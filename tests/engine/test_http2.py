"""HTTP/2 where it is asked for: what went out, in which protocol, and when the target does not speak it."""

from pathlib import Path

import pytest
from engine.http2_target import http2
from engine.proxies import Authority, Served, answering, http_proxy, serving

from workbench.engine.composing import compose
from workbench.engine.http2_sending import Http2Sender
from workbench.engine.routes import Route, route_of
from workbench.model.clock import SystemClock
from workbench.model.collection import BodyKind, ComposedBody, Field, SavedRequest
from workbench.model.delivery import Attempt, FailureKind
from workbench.model.errors import UsageError
from workbench.model.message import Body
from workbench.model.send_settings import SendSettings


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path)


def trusting(authority: Authority, **options: str) -> Route:
    return route_of(SendSettings(ca_file=str(authority.file), **options))  # type: ignore[arg-type]


async def attempt(target: Served, route: Route, path: str = "/", body: bytes = b"", timeout_s: float = 20) -> Attempt:
    saved = SavedRequest(
        method="POST",
        url=f"https://localhost:{target.port}{path}",
        headers=(
            Field("X-Sig", "AbC="),
            Field("x-repeat", "1"),
            Field("X-Repeat", "2"),
            Field("Connection", "close"),
        ),
        body=ComposedBody(BodyKind.JSON, Body(body)),
    )
    where, request = compose(saved)
    return await Http2Sender(SystemClock()).attempt(where, request, timeout_s, route)


async def test_speaks_http2_and_says_so(authority: Authority) -> None:
    body = b'{"n": 1.0}' * 20_000
    tls = authority.server_context(protocols=("h2",))
    async with serving(
        http2(422, b"\x1f\x8b", (("content-encoding", "gzip"), ("x-a", "1"), ("x-a", "2"))), tls
    ) as target:
        made = await attempt(target, trusting(authority), "//a/../b?q=%zz", body)
        assert made.failure is None, made.failure
        head, received = target.heard
    assert received == body
    assert head.split(b"\n") == [
        b":method: POST",
        b":authority: localhost:%d" % target.port,
        b":scheme: https",
        b":path: //a/../b?q=%zz",
        *(f"{name}: {value}".encode() for name, value in made.request.headers if name != "host"),
    ]
    assert made.request.head.start_line == "POST //a/../b?q=%zz HTTP/2"
    assert made.request.headers.all("x-repeat") == ["1", "2"]
    assert (made.engine, made.protocol) == ("httpx", "HTTP/2")
    assert made.response is not None
    assert made.response.head.start_line == "HTTP/2 422 "
    assert made.response.status == 422
    assert made.response.body.read() == b"\x1f\x8b"
    assert made.response.headers.all("x-a") == ["1", "2"]
    assert made.security is not None
    assert made.security.certificate is not None
    timings = made.timings
    assert None not in (timings.connect_us, timings.tls_us, timings.send_us, timings.wait_us, timings.receive_us)


async def test_target_without_http2_is_spoken_to_in_http1(authority: Authority) -> None:
    answer = b"HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\nok"
    async with serving(answering(answer), authority.server_context(protocols=("http/1.1",))) as target:
        made = await attempt(target, trusting(authority), "/a?b=%zz", b"hello")
        assert made.failure is None
        assert target.heard == [b"".join(made.request.wire_chunks())]
    assert (made.engine, made.protocol) == ("httpx", "HTTP/1.1")
    assert made.response is not None
    assert made.response.head.raw + made.response.body.read() == answer


async def test_through_a_proxy(authority: Authority) -> None:
    async with (
        serving(http2(), authority.server_context(protocols=("h2",))) as target,
        serving(http_proxy("u:p")) as proxy,
    ):
        made = await attempt(target, trusting(authority, proxy=f"http://u:p@127.0.0.1:{proxy.port}"))
        assert made.failure is None
        assert proxy.heard[0].startswith(b"CONNECT localhost:")
        refused = await attempt(target, trusting(authority, proxy=f"http://127.0.0.1:{proxy.port}"))
        with pytest.raises(UsageError, match="SOCKS"):
            await attempt(target, trusting(authority, proxy="socks5://127.0.0.1:1"))
    assert made.timings.tls_us
    assert refused.failure is not None
    assert refused.failure.kind is FailureKind.PROXY


async def test_failures_are_sentences(authority: Authority) -> None:
    async with serving(http2(body=b"x" * 100), authority.server_context(protocols=("h2",))) as target:
        untrusted = await attempt(target, Route())
        large = await attempt(target, route_of(SendSettings(ca_file=str(authority.file), response_limit_bytes=99)))
    refused = await attempt(target, Route())
    silent = serving(lambda _: _never, authority.server_context(protocols=("h2",)))
    async with silent as target:
        late = await attempt(target, trusting(authority), timeout_s=0.3)
    kinds = [each.failure and each.failure.kind for each in (untrusted, large, refused, late)]
    assert kinds == [FailureKind.TLS, FailureKind.BAD_RESPONSE, FailureKind.REFUSED, FailureKind.TIMED_OUT]
    assert untrusted.failure is not None
    assert "unable to get local issuer certificate" in untrusted.failure.message


async def _never(reader, writer) -> None:
    while await reader.read(65536):
        pass
