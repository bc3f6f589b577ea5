"""Writes a request to the byte, reads the answer, and says how long each phase took.

aiohttp connects, negotiates TLS and parses the answer; the request itself is written by us, because aiohttp orders
`Host` first, adds headers and quotes URLs anew. The seam is `ClientRequest.write_bytes`: its headers stay in their
buffer, ours go out. A fresh connection for each attempt: nobody's idle connection decides whether a replay arrives.
"""

import asyncio
import base64
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from workbench.engine.body_sink import BodySink, read_body
from workbench.engine.composing import Target
from workbench.engine.connecting import Marks, connector_for
from workbench.engine.peer_security import security_of
from workbench.engine.routes import DIRECT, Proxy, Route
from workbench.engine.send_failures import AnswerTooLargeError, failure_of, is_socks_error
from workbench.formats.encoding import decoded
from workbench.model.clock import Clock, elapsed_s
from workbench.model.delivery import Attempt, Failure, Sizes
from workbench.model.message import Head, Headers, Request, Response, size_lines

ENGINE = "aiohttp"
LINE_LIMIT_BYTES = 64 * 1024
DECODED_ON_LOOP_BYTES = 64 * 1024
"""Compressed answers up to this size are decompressed where they arrive, larger ones in a thread."""


class _ExactRequest(aiohttp.ClientRequest):
    """A request of aiohttp's that writes our bytes instead of its own."""

    def __init__(self, exact: Request, marks: Marks, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._exact = exact
        self._marks = marks

    async def write_bytes(self, writer: AbstractStreamWriter, conn: Any, content_length: int | None = None) -> None:
        protocol = conn.protocol
        self._marks.received = 0
        self._marks.tls = protocol.transport.get_extra_info("ssl_object")
        try:
            await self._write(protocol.transport, writer)
        except asyncio.CancelledError:
            conn.close()
            raise
        except (OSError, FileNotFoundError) as error:
            protocol.set_exception(aiohttp.ClientOSError(error.errno, str(error)))
            return
        self._marks.sent = elapsed_s()
        protocol.start_timeout()

    async def _write(self, transport: asyncio.Transport, writer: AbstractStreamWriter) -> None:
        pieces = self._exact.body_chunks()
        first = next(pieces, b"") if self._exact.body.path is None else b""
        transport.write(self._exact.head.raw + first)
        in_file = self._exact.body.path is not None
        while piece := await (asyncio.to_thread(next, pieces, b"") if in_file else _next(pieces)):
            if transport.is_closing():
                raise ConnectionResetError("the target closed the connection while the body was sent")
            transport.write(piece)
            await writer.drain()


async def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


class HttpSender:
    """Sends single requests; needs no closing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def attempt(
        self,
        target: Target,
        request: Request,
        timeout_s: float | None = 30.0,
        route: Route = DIRECT,
        sink: BodySink | None = None,
    ) -> Attempt:
        """Send once. No answer is a Failure in the attempt; only cancellation and errors of the sink raise.

        Without a timeout it waits without end; while a sink takes the body it counts anew with each piece.
        Redirects are not followed here.
        """
        marks = Marks(started=elapsed_s())
        started_at_us = self._clock.now_us()
        sent = for_proxy(target, request, route.proxy)
        response, failure = None, None
        try:
            async with asyncio.timeout(timeout_s or None) as deadline:
                going_on = partial(postpone, deadline, timeout_s)
                response = await self._exchange(target, sent, marks, route, sink, going_on)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, AnswerTooLargeError) as error:
            failure = _failure(error, target, timeout_s, marks)
        except Exception as error:
            if not is_socks_error(error):
                raise
            failure = _failure(error, target, timeout_s, marks)
        marks.ended = elapsed_s()
        if route.proxy is not None and route.proxy.is_socks:
            marks.resolve_from = marks.resolved = None  # The name was passed on, or looked up while connecting.
        return Attempt(
            sent,
            started_at_us,
            marks.timings(target.is_secure),
            response,
            failure,
            url=target.url + request.target,
            engine=ENGINE,
            protocol=response.head.start_line.split(" ", 1)[0] if response else "",
            security=await security_of(marks.tls, route.verified),
            sizes=await sizes_of(sent, response, marks.received, marks.body_bytes),
        )

    async def _exchange(
        self,
        target: Target,
        request: Request,
        marks: Marks,
        route: Route,
        sink: BodySink | None,
        going_on: Callable[[], None],
    ) -> Response:
        def make(*arguments: Any, **options: Any) -> _ExactRequest:
            return _ExactRequest(request, marks, *arguments, **options)

        method = request.method.upper()
        async with aiohttp.ClientSession(
            connector=connector_for(route, marks),
            request_class=cast("type[aiohttp.ClientRequest]", make),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[_traced(marks)],
            max_line_size=LINE_LIMIT_BYTES,
            max_field_size=LINE_LIMIT_BYTES,
        ) as session:
            url = URL(f"{target.url}/", encoded=True)
            # The method tells aiohttp whether an answer has a body; the data only makes it call write_bytes.
            async with session.request(
                method, url, data=b"\0", allow_redirects=False, ssl=route.tls, **_through(route.proxy)
            ) as answer:
                marks.answered = elapsed_s()
                head, pieces = _head(answer), answer.content.iter_any()
                body, marks.body_bytes = await read_body(pieces, head, route.response_limit_bytes, sink, going_on)
                return Response(head, body)


def _through(proxy: Proxy | None) -> dict[str, Any]:
    if proxy is None or proxy.is_socks:
        return {}
    headers = {} if proxy.user is None else {"Proxy-Authorization": f"Basic {proxy_credentials(proxy)}"}
    return {"proxy": URL(proxy.url, encoded=True), "proxy_headers": headers}


def for_proxy(target: Target, request: Request, proxy: Proxy | None) -> Request:
    """Return the request as it goes to a proxy: for http in absolute form (RFC 9112, 3.2.2), else unchanged."""
    if proxy is None or proxy.is_socks or target.is_secure:
        return request
    method, rest = request.head.raw.split(b" ", 1)
    raw = b"%s %s%s" % (method, target.url.encode("latin-1"), rest)
    if proxy.user is not None:
        raw = raw[:-2] + f"Proxy-Authorization: Basic {proxy_credentials(proxy)}\r\n\r\n".encode("ascii")
    return Request(Head(raw), request.body, request.framing)


def proxy_credentials(proxy: Proxy) -> str:
    """Return what Proxy-Authorization says of who we are."""
    return base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")


async def sizes_of(request: Request, response: Response | None, received: int | None, body_bytes: int) -> Sizes:
    """Return the sizes of an exchange, `body_bytes` that of the answer's body wherever it went.

    A large compressed answer is decompressed in a thread to know its size.
    """
    if response is None:
        decoded_size = 0
    elif not response.body.size:  # A sink took it, and what it held after decompression is nobody's to know.
        decoded_size = body_bytes
    elif not (encoding := response.headers.get("content-encoding")):
        decoded_size = response.body.size
    elif response.body.size <= DECODED_ON_LOOP_BYTES:
        decoded_size = len(decoded(response.body.read(), encoding).content)
    else:
        decoded_size = len((await asyncio.to_thread(decoded, response.body.read(), encoding)).content)
    return Sizes(
        request_head=len(request.head.raw),
        request_body=request.body.size + (_framing_bytes(request) if request.framing is not None else 0),
        response_head=len(response.head.raw) if response else 0,
        response_body=body_bytes if response else 0,
        decoded_body=decoded_size,
        received=received,
    )


def _framing_bytes(request: Request) -> int:
    """Return how much a chunked body is larger than its data: size lines, line ends, trailers."""
    framing = request.framing or b""
    return len(framing) + 2 * sum(1 for _, size in size_lines(framing) if size)


def postpone(deadline: asyncio.Timeout, timeout_s: float | None) -> None:
    """Let a time-out count from now."""
    if timeout_s:
        deadline.reschedule(asyncio.get_running_loop().time() + timeout_s)


def _head(answer: aiohttp.ClientResponse) -> Head:
    version = answer.version
    number = f"{version.major}.{version.minor}" if version else "1.1"
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers)
    reason = (answer.reason or "").encode("utf-8", "surrogateescape").decode("latin-1")
    return Head.build(f"HTTP/{number} {answer.status} {reason}", Headers(pairs))


def _traced(marks: Marks) -> aiohttp.TraceConfig:
    def mark(name: str) -> Any:
        async def note(*_: object) -> None:
            setattr(marks, name, elapsed_s())

        return note

    trace = aiohttp.TraceConfig()
    trace.on_dns_resolvehost_start.append(mark("resolve_from"))
    trace.on_dns_resolvehost_end.append(mark("resolved"))
    trace.on_connection_create_start.append(mark("connect_from"))
    trace.on_connection_create_end.append(mark("connected"))
    return trace


def _failure(error: Exception, target: Target, timeout_s: float | None, marks: Marks) -> Failure:
    return failure_of(
        error,
        target.authority,
        timeout_s,
        connected=marks.connected is not None,
        answered=marks.answered is not None,
    )
