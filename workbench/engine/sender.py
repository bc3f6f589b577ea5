"""Writes a request to the byte, reads the answer, and says how long each phase took.

aiohttp connects, negotiates TLS and parses the answer; the request itself is written by us, because aiohttp orders
`Host` first, adds headers and quotes URLs anew. The seam is `ClientRequest.write_bytes`: its headers stay in their
buffer, ours go out. A fresh connection for each attempt: nobody's idle connection decides whether a replay arrives.
"""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from workbench.engine.composing import Target
from workbench.model.clock import Clock
from workbench.model.delivery import Attempt, Failure, FailureKind, Timings
from workbench.model.message import Body, Head, Headers, Request, Response

RESPONSE_LIMIT_BYTES = 100 * 1024 * 1024
LINE_LIMIT_BYTES = 64 * 1024


@dataclass(slots=True)
class _Marks:
    """When each phase began or ended, by the loop's clock in seconds."""

    started: float = 0.0
    resolve_from: float | None = None
    resolved: float | None = None
    connect_from: float | None = None
    connected: float | None = None
    sent: float | None = None
    answered: float | None = None
    ended: float = 0.0

    def timings(self) -> Timings:
        connecting = self.resolved if self.resolved is not None else self.connect_from
        return Timings(
            resolve_us=_span(self.resolve_from, self.resolved),
            connect_us=_span(connecting, self.connected),
            send_us=_span(self.connected, self.sent),
            wait_us=_span(self.sent, self.answered),
            receive_us=_span(self.answered, self.ended),
            total_us=_span(self.started, self.ended) or 0,
        )


def _span(start: float | None, end: float | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start) * 1_000_000))


class _ExactRequest(aiohttp.ClientRequest):
    """A request of aiohttp's that writes our bytes instead of its own."""

    def __init__(self, exact: Request, marks: _Marks, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._exact = exact
        self._marks = marks

    async def write_bytes(self, writer: AbstractStreamWriter, conn: Any, content_length: int | None = None) -> None:
        protocol = conn.protocol
        try:
            await self._write(protocol.transport, writer)
        except asyncio.CancelledError:
            conn.close()
            raise
        except (OSError, FileNotFoundError) as error:
            protocol.set_exception(aiohttp.ClientOSError(error.errno, str(error)))
            return
        self._marks.sent = asyncio.get_running_loop().time()
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

    async def attempt(self, target: Target, request: Request, timeout_s: float | None = 30.0) -> Attempt:
        """Send once. No answer is a Failure in the attempt; only cancellation raises."""
        marks = _Marks(started=asyncio.get_running_loop().time())
        started_at_us = self._clock.now_us()
        response, failure = None, None
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._exchange(target, request, marks)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, _TooLargeError) as error:
            failure = _failure(error, target, timeout_s, marks)
        marks.ended = asyncio.get_running_loop().time()
        return Attempt(request, started_at_us, marks.timings(), response, failure)

    async def _exchange(self, target: Target, request: Request, marks: _Marks) -> Response:
        def make(*arguments: Any, **options: Any) -> _ExactRequest:
            return _ExactRequest(request, marks, *arguments, **options)

        method = request.method.upper()
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
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
            async with session.request(method, url, data=b"\0", allow_redirects=False) as answer:
                marks.answered = asyncio.get_running_loop().time()
                return Response(_head(answer), Body(await _read(answer)))


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) > RESPONSE_LIMIT_BYTES:
            raise _TooLargeError
    return bytes(content)


class _TooLargeError(Exception):
    """The answer's body is over the limit."""


def _head(answer: aiohttp.ClientResponse) -> Head:
    version = answer.version
    number = f"{version.major}.{version.minor}" if version else "1.1"
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers)
    reason = (answer.reason or "").encode("utf-8", "surrogateescape").decode("latin-1")
    return Head.build(f"HTTP/{number} {answer.status} {reason}", Headers(pairs))


def _traced(marks: _Marks) -> aiohttp.TraceConfig:
    def mark(name: str) -> Any:
        async def note(*_: object) -> None:
            setattr(marks, name, asyncio.get_running_loop().time())

        return note

    trace = aiohttp.TraceConfig()
    trace.on_dns_resolvehost_start.append(mark("resolve_from"))
    trace.on_dns_resolvehost_end.append(mark("resolved"))
    trace.on_connection_create_start.append(mark("connect_from"))
    trace.on_connection_create_end.append(mark("connected"))
    return trace


def _failure(error: Exception, target: Target, timeout_s: float | None, marks: _Marks) -> Failure:
    where = target.authority
    match error:
        case TimeoutError():
            what = "did not accept a connection" if marks.connected is None else "did not answer"
            return Failure(FailureKind.TIMED_OUT, f"{where} {what} within {timeout_s:g} seconds.")
        case _TooLargeError():
            limit = RESPONSE_LIMIT_BYTES // 1024 // 1024
            return Failure(FailureKind.BAD_RESPONSE, f"The answer of {where} is larger than {limit} MiB.")
        case aiohttp.ClientConnectorDNSError():
            return Failure(FailureKind.NOT_FOUND, f"The host {where} was not found. Check its name and your network.")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return Failure(FailureKind.TLS, f"No trusted TLS connection to {where}: {_tls_reason(error)}.")
        case aiohttp.ClientConnectorError():
            return _not_connected(error, where)
        case aiohttp.ClientResponseError():
            message = error.message.splitlines()[0].rstrip(":.") if error.message else "it is not HTTP"
            return Failure(FailureKind.BAD_RESPONSE, f"The answer of {where} cannot be read: {message}.")
        case aiohttp.ServerDisconnectedError() | ConnectionError() | aiohttp.ClientPayloadError():
            when = "before it answered" if marks.answered is None else "before its answer was complete"
            return Failure(FailureKind.DISCONNECTED, f"{where} closed the connection {when}.")
        case FileNotFoundError():
            return Failure(FailureKind.NETWORK, "The body to send is no longer stored.")
        case _:
            return Failure(FailureKind.NETWORK, f"Sending to {where} failed: {str(error) or type(error).__name__}.")


def _not_connected(error: aiohttp.ClientConnectorError, where: str) -> Failure:
    if isinstance(error.os_error, ConnectionRefusedError):
        message = f"Nothing is listening at {where}. Start your server, or check the port."
        return Failure(FailureKind.REFUSED, message)
    reason = error.os_error.strerror or str(error.os_error)
    return Failure(FailureKind.NETWORK, f"No connection to {where}: {reason}.")


def _tls_reason(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message.rstrip(".")
    if isinstance(inner, ssl.SSLError) and inner.reason:
        return inner.reason.replace("_", " ").lower()
    return str(inner).rstrip(".")
